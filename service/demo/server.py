"""A real IMAP server on loopback for the demo: pymap, in a process of its own, gone when the demo ends."""

import importlib.util
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from indexer.errors import SignpostError

HOST = "127.0.0.1"
RUN = "import sys; from pymap.main import main; sys.exit(main())"
PATIENCE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Account:
    """How to reach the mailbox with any mail client: plain IMAP, no TLS, on this machine only."""

    port: int
    user: str
    password: str
    host: str = HOST


def is_installed() -> bool:
    """Whether pymap is there; it comes with `pip install 'signpost[demo]'`."""
    return importlib.util.find_spec("pymap") is not None


@contextmanager
def imap_server(user: str, password: str, port: int = 0) -> Iterator[Account]:
    """A running server with one empty mailbox, kept in memory. Raises SignpostError when it does not start."""
    account = Account(port or free_port(), user, password)
    command = [sys.executable, "-c", RUN, "--host", HOST, "--port", str(account.port), "--no-tls"]
    secrets = ["dict", "--demo-user", user, "--demo-password", password]
    server = subprocess.Popen([*command, *secrets], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await(server, account.port)
        yield account
    finally:
        server.terminate()
        try:
            server.wait(5)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def free_port() -> int:
    """A TCP port on loopback that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _await(server: "subprocess.Popen[bytes]", port: int) -> None:
    """Return once the server greets."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            with socket.create_connection((HOST, port), timeout=1) as link:
                if link.recv(64).startswith(b"* OK"):
                    return
        except OSError:
            time.sleep(0.05)
    raise SignpostError(f"The demo's IMAP server did not start on port {port}. Is something else using that port?")
