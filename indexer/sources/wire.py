"""One HTTP exchange, bytes out and bytes in, inside a deadline and nowhere near private networks.

The only door to httpcore2, which httpx2 stands on: only there can the address that was checked be the one that is
connected to (a name may resolve to another a moment later), and only there does a deadline end a drip of headers.
"""

import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass
from weakref import WeakSet

import httpcore2

from indexer.sources.origins import is_callable

CONNECTIONS = 16
_STEP = 30.0
"""Seconds in which anything at all must happen on a connection."""
_CONNECT = 6.0
"""Seconds for each address of a host: of two, one may lead nowhere from here."""
_ENCODINGS = {"": 0, "identity": 0, "gzip": 31, "x-gzip": 31, "deflate": 15}


class Broken(Exception):
    """The network or the server failed; trying again may help. `str()` says why in a few words."""


class Forbidden(Exception):
    """This is not read, however often it is tried. `str()` is the end of a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: header names in lower case, the body unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Limits:
    """What an exchange may take: seconds from its beginning to its end, bytes of unpacked body."""

    seconds: float
    size: int


def _addresses(host: str, port: int) -> list[str]:
    """The addresses that a name has now. Raises OSError or UnicodeError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class Wire:
    """Connections to one origin, shared by threads."""

    def __init__(
        self,
        origin: str,
        public: bool,
        clock: Callable[[], float],
        proxies: Callable[[], Mapping[str, str]] = getproxies,
        resolve: Callable[[str, int], Sequence[str]] = _addresses,
    ) -> None:
        """Connect to nothing yet. The way to a public origin leads through the proxy that this machine is set to."""
        proxy = _proxy(origin, proxies()) if public else None
        self._guard = _Guard(public and not proxy, clock, resolve)
        self._pool = _pool(self._guard, proxy)

    def exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, within: Limits) -> Answer:
        """Send a request, read the whole reply. Raises Broken or Forbidden."""
        sent = [(name.encode(), value.encode()) for name, value in _whole(headers, url, body).items()]
        steps = dict.fromkeys(("connect", "read", "write", "pool"), min(_STEP, within.seconds))
        self._guard.begin(within.seconds)
        try:
            with self._pool.stream(method, url, headers=sent, content=body, extensions={"timeout": steps}) as response:
                told = _headers(response.headers)
                return Answer(response.status, told, _unpacked(response, told, within.size))
        except httpcore2.TimeoutException:
            raise Broken("it takes too long") from None
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.ProxyError) as error:
            raise _sorry(error) from None

    def close(self) -> None:
        """End all connections; what is under way fails at once."""
        self._guard.cut()
        self._pool.close()


def _whole(headers: Mapping[str, str], url: str, body: bytes | None) -> dict[str, str]:
    """The headers with those that every request has."""
    length = {} if body is None else {"Content-Length": str(len(body))}
    return {"Host": urlsplit(url).netloc, "Accept-Encoding": "gzip", **length, **headers}


def _headers(told: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in told}


def _unpacked(response: httpcore2.Response, headers: Mapping[str, str], size: int) -> bytes:
    """The body, as far as it keeps to `size`; a small packed one may hold a gigabyte."""
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding not in _ENCODINGS:
        raise Forbidden(f"answered in the unknown encoding {encoding[:20]!a}")
    if len(length := headers.get("content-length", "")) > 18 or (length.isdecimal() and int(length) > size):
        raise _too_long(size)
    bits, body = _ENCODINGS[encoding], bytearray()
    unpack = zlib.decompressobj(bits) if bits else None
    for chunk in response.iter_stream():
        try:
            body += unpack.decompress(chunk, size + 1 - len(body)) if unpack else chunk
        except zlib.error:
            raise Broken("its answer cannot be unpacked") from None
        if len(body) > size:
            raise _too_long(size)
    if unpack and not unpack.eof and response.status not in (204, 304) and body:
        raise Broken("its answer ended in the middle")
    return bytes(body)


def _too_long(size: int) -> Forbidden:
    return Forbidden(f"answered with more than {size >> 20} MB, which is more than it ever should")


def _sorry(error: Exception) -> Broken | Forbidden:
    """Why it failed, in words that cannot hold anything that was sent."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Forbidden(f"shows a certificate that this machine does not trust ({cause.verify_message})")
        if isinstance(cause, socket.gaierror):
            return Broken("its name cannot be resolved")
        cause = cause.__cause__ or cause.__context__
    return Broken({"ConnectError": "no connection"}.get(type(error).__name__, "the connection broke"))


class _Guard(httpcore2.SyncBackend):
    """Connects to checked addresses only, and keeps every step inside the deadline of its thread."""

    def __init__(self, public: bool, clock: Callable[[], float], resolve: Callable[[str, int], Sequence[str]]) -> None:
        self._public, self._clock, self._resolve = public, clock, resolve
        self._thread = threading.local()
        self._streams = WeakSet[_Stream]()

    def cut(self) -> None:
        """End all connections under whoever waits for them: to close a socket alone wakes nobody."""
        for stream in list(self._streams):
            stream.cut()

    def held(self, stream: httpcore2.NetworkStream) -> "_Stream":
        """A connection that keeps to the deadlines, and can be cut."""
        kept = _Stream(stream, self)
        self._streams.add(kept)
        return kept

    def begin(self, seconds: float) -> None:
        """The exchange that this thread begins may take so long."""
        self._thread.until = self._clock() + seconds

    def left(self, timeout: float | None) -> float:
        """What a step may take. Raises when the exchange has taken its time."""
        left = float(self._thread.until - self._clock())
        if left <= 0:
            raise httpcore2.ReadTimeout("the exchange has taken its time")
        return min(left, _STEP if timeout is None else timeout)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore2.NetworkStream:
        error: Exception = httpcore2.ConnectError("no address")
        for at in self._checked(host, port):
            try:
                left = min(self.left(timeout), _CONNECT)
                return self.held(super().connect_tcp(at, port, left, local_address, socket_options))
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as failed:
                error = failed
        raise error

    def _checked(self, host: str, port: int) -> Sequence[str]:
        """All addresses of a host; one that must not be called spoils the others. Raises Forbidden."""
        try:
            told = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError("no address") from error
        if wrong := [at for at in told if not is_callable(at, self._public)]:
            raise Forbidden(f"is not called, because {host} leads to the private address {wrong[0]}")
        return told


class _Stream(httpcore2.NetworkStream):
    """A connection whose every step keeps to the deadline of the thread that uses it."""

    def __init__(self, inner: httpcore2.NetworkStream, guard: _Guard) -> None:
        self._inner, self._guard = inner, guard

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._guard.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._guard.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def cut(self) -> None:
        with suppress(OSError):  # it is closed already, or went over into TLS
            socket.socket.shutdown(self._inner.get_extra_info("socket"), socket.SHUT_RDWR)

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return self._guard.held(self._inner.start_tls(ssl_context, server_hostname, self._guard.left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _proxy(origin: str, told: Mapping[str, str]) -> str | None:
    """The proxy to use for an origin; it then resolves the name, and is trusted not to lead into a private network."""
    parts = urlsplit(origin)
    found = told.get(parts.scheme) or told.get("all") or ""
    found = found if "://" in found or not found else f"http://{found}"
    return found if found.startswith("http") and not proxy_bypass(parts.hostname or "") else None


def _pool(guard: _Guard, proxy: str | None) -> httpcore2.ConnectionPool:
    if not proxy:
        return httpcore2.ConnectionPool(_trusted(), max_connections=CONNECTIONS, network_backend=guard)
    parts = urlsplit(proxy)
    login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    url = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    return httpcore2.HTTPProxy(
        url, proxy_auth=login, ssl_context=_trusted(), max_connections=CONNECTIONS, network_backend=guard
    )


@cache
def _trusted() -> ssl.SSLContext:
    """The authorities that this machine trusts; to load them takes longer than a call."""
    return ssl.create_default_context()
