"""The line between Signpost and its reading process: pieces of bytes with their length in front, over a socket."""

import socket
import struct
import time

LENGTH = struct.Struct("!Q")
CHUNK = 1 << 20


class Closed(Exception):
    """The other end is gone."""


class TooLong(Exception):
    """The other end announces more bytes than may come."""


def send(line: socket.socket, payload: bytes, seconds: float | None = None) -> None:
    """Send one piece. Raises TimeoutError when it takes longer than `seconds`, Closed when nobody listens."""
    line.settimeout(seconds)
    try:
        line.sendall(LENGTH.pack(len(payload)) + payload)
    except (BrokenPipeError, ConnectionResetError) as gone:
        raise Closed from gone


def receive(line: socket.socket, most: int, seconds: float | None = None) -> bytes:
    """The next piece, whole. Raises TimeoutError after `seconds` in all, TooLong beyond `most` bytes, else Closed."""
    until = None if seconds is None else time.monotonic() + seconds
    (length,) = LENGTH.unpack(_exactly(line, LENGTH.size, until))
    if length > most:
        raise TooLong
    return _exactly(line, length, until)


def _exactly(line: socket.socket, count: int, until: float | None) -> bytes:
    pieces = bytearray()
    while len(pieces) < count:
        line.settimeout(None if until is None else max(0.001, until - time.monotonic()))
        try:
            piece = line.recv(min(CHUNK, count - len(pieces)))
        except ConnectionResetError as gone:
            raise Closed from gone
        if not piece:
            raise Closed
        pieces += piece
    return bytes(pieces)
