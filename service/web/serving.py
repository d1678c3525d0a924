"""Serves an application over HTTP until told to stop; only door to uvicorn."""

import errno
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import uvicorn
from fastapi import FastAPI

from indexer.errors import SettingsError, SignpostError
from service.web.security import LOOPBACK

AT_ONCE = 200
"""Connections served at a time; beyond that a caller is told 503 at once instead of waiting."""


@contextmanager
def serving(application: FastAPI, host: str, port: int) -> Iterator[str]:
    """Answer requests beside whatever the block does, and tell it where; port 0 takes any that is free.

    Raises SignpostError when the address cannot be taken. Requests made from the first line of the block on wait.
    """
    server = _server(application)
    with closing(_taken(host, port, application.state.site.options.rules.login != "none")) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="web")
        thread.start()
        try:
            name = f"[{host}]" if ":" in host else host
            yield f"http://{name}:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def _server(application: FastAPI) -> uvicorn.Server:
    config = uvicorn.Config(
        application,
        log_level="warning",
        access_log=False,
        server_header=False,
        # A forwarded address is believed only where a login will need it, from proxies that are named.
        proxy_headers=False,
        limit_concurrency=AT_ONCE,
        timeout_graceful_shutdown=5,
    )
    return uvicorn.Server(config)


def _taken(host: str, port: int, asks: bool) -> socket.socket:
    """The address, taken before anything else is done, so that there is no doubt whose it is."""
    if host not in LOOPBACK and not asks:
        raise SettingsError([f"Nobody has to log in, so pages are served on 127.0.0.1 only, not on {host!r}."])
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except (OSError, OverflowError) as error:
        used = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        why = "something else listens there already" if used else str(error)
        raise SignpostError(
            f"Cannot listen on {host}:{port} ({why}). Choose another port: signpost serve --port {_other(port)}"
        ) from error


def _other(port: int) -> int:
    return port + 1 if 0 < port < 65_535 else 8026
