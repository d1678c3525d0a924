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
    _wait_at_most(line, seconds)
    try:
        line.sendall(LENGTH.pack(len(payload)) + payload)
    except (BrokenPipeError, ConnectionResetError) as gone:
        raise Closed from gone


def receive(line: socket.socket, most: int, seconds: float | None = None) -> bytes:
    """The next piece, whole. Raises TimeoutError after `seconds` in all, TooLong beyond `most` bytes, else Closed.

    The two sides take turns, so whatever can be read belongs to this piece: mostly one call takes all of it.
    """
    until = None if seconds is None else time.monotonic() + seconds
    _wait_at_most(line, seconds)
    pieces = bytearray(_some(line))
    while len(pieces) < LENGTH.size or len(pieces) < LENGTH.size + _length(pieces, most):
        _wait_at_most(line, None if until is None else max(0.001, until - time.monotonic()))
        pieces += _some(line)
    return bytes(memoryview(pieces)[LENGTH.size :])


def _length(pieces: bytearray, most: int) -> int:
    length: int = LENGTH.unpack_from(pieces)[0]
    if length > most or len(pieces) > LENGTH.size + length:
        raise TooLong
    return length


def _some(line: socket.socket) -> bytes:
    try:
        piece = line.recv(CHUNK)
    except ConnectionResetError as gone:
        raise Closed from gone
    if not piece:
        raise Closed
    return piece


def _wait_at_most(line: socket.socket, seconds: float | None) -> None:
    if line.gettimeout() != seconds:  # to set it is a call to the system, even to the same value
        line.settimeout(seconds)
