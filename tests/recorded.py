"""A small web server on loopback, and recorded exchanges with real services that it replays."""

import json
import ssl
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

RECORDINGS = Path(__file__).parents[2] / "shared" / "data" / "sources" / "trello" / "api_recordings"


@dataclass(frozen=True)
class Asked:
    """A request as it arrived; header names in lower case."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answered:
    """What to answer: a body whole, or `pieces` of a reply written byte for byte as they are, status line and all."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    pieces: Iterator[bytes] | None = None


@contextmanager
def serving(answer: Callable[[Asked], Answered], trusted: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server that answers as it is told, each connection in a thread of its own; yields its origin."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 5
        disable_nagle_algorithm = True

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except OSError:  # the client went away, which is often what is tested
                self.close_connection = True

        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):
                return self.answer
            raise AttributeError(name)

        def answer(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            parts = urlsplit(self.path)
            body = self.rfile.read(int(headers.get("content-length", 0)))
            query = tuple(parse_qsl(parts.query, keep_blank_values=True))
            write(self, answer(Asked(self.command, unquote(parts.path), query, headers, body)))

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if trusted:
        server.socket = trusted.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def write(handler: BaseHTTPRequestHandler, told: Answered) -> None:
    """Send an answer; one in pieces ends the connection."""
    if told.pieces is not None:
        handler.close_connection = True
        for piece in told.pieces:
            handler.wfile.write(piece)
            handler.wfile.flush()
        return
    handler.send_response(told.status)
    for name, value in ({"Content-Length": str(len(told.body))} | dict(told.headers)).items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(told.body)


@dataclass(frozen=True)
class Exchange:
    """A recorded request and its reply."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    answered: Answered

    @property
    def key(self) -> tuple[str, str, tuple[tuple[str, str], ...]]:
        """What a request has to have in common with it."""
        return self.method, self.path, tuple(sorted(self.query))


def recorded(name: str) -> list[Exchange]:
    """All exchanges of one collection with Trello: `ruby-trello` or `tacokit`. Skips where they are not here."""
    path = RECORDINGS / f"{name}.json"
    if not path.exists():
        pytest.skip("the recorded exchanges are not here")
    return [_exchange(each) for each in json.loads(path.read_text(encoding="utf-8"))]


def _exchange(told: dict[str, Any]) -> Exchange:
    asked, answered = told["request"], told["response"]
    body = answered["body"]
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    query = tuple((name, value) for name, value in asked["query"])
    return Exchange(asked["method"], asked["path"], query, Answered(answered["status"], raw, answered["headers"]))


@contextmanager
def replaying(exchanges: Sequence[Exchange]) -> Iterator[str]:
    """A server that answers as recorded: equal requests in their order, the last answer to one again and again."""
    waiting: defaultdict[object, list[Answered]] = defaultdict(list)
    for each in exchanges:
        waiting[each.key].append(each.answered)
    lock = threading.Lock()

    def answer(asked: Asked) -> Answered:
        with lock:
            left = waiting.get((asked.method, asked.path, tuple(sorted(asked.query))))
            if not left:
                return Answered(404, b"Nothing like it was recorded.")
            return left.pop(0) if len(left) > 1 else left[0]

    with serving(answer) as origin:
        yield origin
