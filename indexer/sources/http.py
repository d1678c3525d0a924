"""One polite line to one service: limits kept, trouble waited out, secrets kept back. Every live source calls so."""

import json
import math
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from urllib.parse import urljoin, urlsplit

from indexer.errors import BadAnswer, Refused, Unavailable
from indexer.sources.origins import address, host_of, plain, secrets_in
from indexer.sources.politeness import Pace, Rate, backoff, retry_after, told
from indexer.sources.wire import Answer, Broken, Forbidden, Limits, Wire

__all__ = ["Line", "Place", "Politeness", "Rate", "Reply"]

MOST_BYTES = 64 * 1024 * 1024
"""Longer bodies are cut off while they come in: a page of 1,000 cards has about a tenth of this."""
_HOPS = 5
_MOVED = frozenset({301, 302, 303, 307, 308})
_MISSING = frozenset({404, 410})
_BUSY = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a service is and how people call it.

    `service` ("Trello") and `source` ("trello:sales") are in each sentence, `remedy` in those about a refusal.
    Nothing but `origin` is ever called. A `public` place must speak TLS and must not lead into a private
    network; one that is not was set by hand. Of `rates`, the documented limits, four fifths are used.
    """

    service: str
    source: str
    origin: str
    rates: tuple[Rate, ...] = ()
    public: bool = True
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Politeness:
    """How patient a line is, and with which clock it measures that.

    `tries` a call; `seconds` for one exchange, however slowly it drips; `patience` for a call, waits included.
    Without a `sleep` of its own a line waits until it is closed.
    """

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] | None = None
    chance: random.Random = field(default_factory=random.Random)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    tries: int = 6
    seconds: float = 60.0
    patience: float = 300.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What a service answered: header names in lower case, a body of at most MOST_BYTES."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    of: str = "The service"
    """Who answered what, as a sentence about it begins."""

    def json(self) -> object:
        """The body as JSON. Raises BadAnswer."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise BadAnswer(f"{self.of} answered what is no JSON (HTTP {self.status}). {_NEXT}") from None


@dataclass(frozen=True, slots=True)
class _Call:
    """A call to make, as it is made again and again."""

    method: str
    url: str
    body: bytes | None
    headers: Mapping[str, str]

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    def __str__(self) -> str:
        return f"“{self.method} {self.path}”"


@dataclass(frozen=True, slots=True)
class _Trouble:
    """Why an exchange has to be tried again, and in how many seconds, where the service says so."""

    why: str
    seconds: float | None = None


class _Deadline(threading.local):
    """When all calls of a thread have to end, on the clock of the line."""

    end = math.inf


_SLOW = "its answers take too long for somebody who waits"
_NEXT = "Nothing was changed because of it; the next update asks again."


class Line:
    """A polite, thread-safe line to a place. All workers of one credential share one, and with it every limit."""

    def __init__(
        self, place: Place, headers: Callable[[], Mapping[str, str]], politeness: Politeness | None = None
    ) -> None:
        """Call nothing yet. `headers` is asked before every call and is the only place for secrets."""
        self.place = place
        self.calls = 0
        self._headers = headers
        self._polite = politeness or Politeness()
        self._over, self._deadline = threading.Event(), _Deadline()
        self._sleep = self._polite.sleep or self._over.wait
        self._pace, self._lock = Pace(place.rates), threading.Lock()
        self._wire = Wire(place.origin, place.public, self._polite.clock)
        self._who = f"{place.service} ({place.source})"

    def __repr__(self) -> str:
        return f"Line({self.place.source!r}, {self.place.origin!r})"

    @property
    def remaining(self) -> int | None:
        """How many calls the service's own headers say are left, of the scarcest limit."""
        return self._pace.remaining

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Reply:
        """Read something. Raises like `call`."""
        return self.call("GET", path, params=params)

    def post(self, path: str, json: object) -> Reply:
        """Send something as JSON. Raises like `call`."""
        return self.call("POST", path, body=_json(json), headers={"Content-Type": "application/json"})

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Make a call and try it again while that may help. 2xx, 404 and 410 come back.

        Raises Refused for 401 and 403, Unavailable after all tries, BadAnswer for what no trying mends.
        """
        call = _Call(method, self._url(path, params), body, headers or {})
        end = min(self._polite.clock() + self._polite.patience, self._deadline.end)
        for _ in range(_HOPS):
            reply = self._persist(call, end)
            if reply.status not in _MOVED:
                return reply
            url = self._url(urljoin(call.url, reply.headers.get("location", "")), None)
            call = replace(call, url=url) if reply.status != 303 else _Call("GET", url, None, call.headers)
        raise BadAnswer(f"{self._who} sends {call} in circles. {_NEXT}")

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """All calls that this thread makes inside take no longer together; what is left raises Unavailable."""
        self._deadline.end = self._polite.clock() + seconds
        try:
            yield
        finally:
            del self._deadline.end

    def close(self) -> None:
        """End all connections and waits: what is under way fails at once, and nothing is called any more."""
        self._over.set()
        self._wire.close()

    def _url(self, path: str, params: Mapping[str, str] | None) -> str:
        place = self.place
        url = address(place.origin, path, params)
        if url is None:
            raise BadAnswer(f"{self._who} leads to {host_of(path)}; only {place.origin} is called. {_NEXT}")
        if place.public and not url.startswith("https://"):
            raise BadAnswer(f"{self._who} is not called without encryption: its address must begin with https://.")
        return url

    def _persist(self, call: _Call, end: float) -> Reply:
        """Try until it is answered, or `tries` or patience are at an end."""
        trouble = _Trouble("it was never asked")
        for tried in range(1, self._polite.tries + 1):
            self._admit(call, end)
            outcome = self._once(call, end)
            if isinstance(outcome, Reply):
                return outcome
            trouble = outcome
            self._back_off(trouble, tried)
        raise self._unavailable(trouble.why)

    def _admit(self, call: _Call, end: float) -> None:
        """Wait until no limit forbids the call, and count it. Raises Unavailable where that would take too long."""
        while True:
            if self._over.is_set():
                raise Unavailable(f"{self._who} is not asked any more, because Signpost ends. {_NEXT}")
            with self._lock:
                now = self._polite.clock()
                wait = self._pace.wait(now, call.path)
                if wait <= 0 and now < end:
                    self._pace.spend(now, call.path)
                    self.calls += 1
                    return
            if now + wait >= end:
                raise self._unavailable(f"its limits let nobody call for {_length(wait)}" if wait > 0 else _SLOW)
            self._sleep(wait)

    def _back_off(self, trouble: _Trouble, tried: int) -> None:
        """Let all workers of this credential wait: what troubles one troubles the others."""
        jitter = backoff(tried, self._polite.chance)
        with self._lock:
            wait = jitter if trouble.seconds is None else trouble.seconds + jitter / 10
            self._pace.hold(self._polite.clock() + wait)

    def _once(self, call: _Call, end: float) -> Reply | _Trouble:
        """One exchange. Raises what no further try would mend."""
        secret = dict(self._headers())
        if not all(value.isascii() and value.isprintable() for value in secret.values()):
            raise Refused(f"{self._who} was not asked: its token holds what no token can. {self.place.remedy}".strip())
        headers = {"Accept": "application/json", "User-Agent": _agent(), **call.headers, **secret}
        limits = Limits(min(self._polite.seconds, max(1.0, end - self._polite.clock())), MOST_BYTES)
        try:
            answer = self._wire.exchange(call.method, call.url, headers, call.body, limits)
        except Broken as error:
            return _Trouble(str(error))
        except Forbidden as error:
            raise BadAnswer(f"{self._who} {error}. {_NEXT}") from None
        with self._lock:
            self._pace.hear(told(answer.headers), self._polite.clock())
        return self._judged(call, answer, secret)

    def _judged(self, call: _Call, answer: Answer, secret: Mapping[str, str]) -> Reply | _Trouble:
        """The reply, where it is one to work with."""
        status = answer.status
        if status < 300 or status in _MOVED or status in _MISSING:
            return Reply(status, answer.headers, answer.body, f"{self._who}, asked {call},")
        said = plain(answer.body[:2000].decode("utf-8", "replace"), secrets_in(secret))
        how = f"HTTP {status}: {said}" if said else f"HTTP {status}"
        if status >= 500 or status in _BUSY:
            return _Trouble(how, retry_after(answer.headers, self._polite.now()))
        if status in (401, 403):
            raise Refused(f"{self._who} refused {call} ({how}). {self.place.remedy}".strip(), status)
        raise BadAnswer(f"{self._who} did not understand {call} ({how}). {_NEXT}")

    def _unavailable(self, why: str) -> Unavailable:
        return Unavailable(f"{self._who} does not answer as it should ({why}). {_NEXT}")


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _length(seconds: float) -> str:
    """A time to wait, for people."""
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.0f} hours"


@cache
def _agent() -> str:
    """Who calls, so that a service can tell its users what troubles it."""
    try:
        return f"Signpost/{metadata.version('signpost')}"
    except metadata.PackageNotFoundError:
        return "Signpost"
