"""HTTP/1.1 on this machine around one answering function, with broken connections and slow answers where told."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from tests.trello_service_gate import Answer

Answering = Callable[[str, str, Mapping[str, str], Mapping[str, str]], Answer]
"""Method, target, headers and the parameters of the body → the answer."""


@contextmanager
def listening(answering: Answering) -> Iterator[str]:
    """Serve on a free port until the block ends; the base address."""

    class Handler(BaseHTTPRequestHandler):
        """One connection."""

        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            sent = _parameters(dict(self.headers), self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            _send(self, answering(self.command, self.path, dict(self.headers), sent))

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        """A thread a connection; a client that goes away is no error."""

        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing."""

    for verb in ("GET", "POST", "PUT", "DELETE"):
        setattr(Handler, f"do_{verb}", Handler._serve)
    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _parameters(headers: Mapping[str, str], body: bytes) -> dict[str, str]:
    if "json" in (headers.get("Content-Type") or ""):
        told = json.loads(body or b"{}")
        return (
            {k: v if isinstance(v, str) else json.dumps(v) for k, v in told.items()} if isinstance(told, dict) else {}
        )
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _send(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
    text = isinstance(answer.body, str)
    body = str(answer.body).encode() if text else json.dumps(answer.body, ensure_ascii=False).encode()
    handler.send_response(answer.status)
    handler.send_header("Content-Type", "text/plain; charset=utf-8" if text else "application/json; charset=utf-8")
    handler.send_header("Content-Length", str(len(body)))
    for name, value in answer.headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    _pour(handler, body if answer.cut is None else body[: answer.cut], answer.drip)
    if answer.cut is not None:
        handler.close_connection = True
        handler.connection.shutdown(socket.SHUT_RDWR)


def _pour(handler: BaseHTTPRequestHandler, body: bytes, drip: int | None) -> None:
    step = max(1, drip // 20) if drip else max(1, len(body))
    for start in range(0, len(body), step):
        handler.wfile.write(body[start : start + step])
        if drip:
            handler.wfile.flush()
            time.sleep(step / drip)
