"""An end for an exchange that makes no end: a socket timeout starts anew with every byte, this does not."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def deadline(connection: socket.socket, seconds: float) -> Iterator[None]:
    """Hang up from another thread when the block takes longer; what reads from the socket then fails at once."""
    timer = threading.Timer(seconds, _hang_up, (connection,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _hang_up(connection: socket.socket) -> None:
    try:
        # Past ssl.SSLSocket.shutdown, which would pull the TLS state from under the thread that reads
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
    except OSError:
        return
