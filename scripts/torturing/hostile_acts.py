"""What a server may do in place of a polite answer."""

import re
import socket
import struct
import time
from collections.abc import Callable

from scripts.torturing.hostile_talk import Act, Over, Talk


def stall(talk: Talk, polite: bytes) -> None:
    """Say nothing, for ever."""
    while not talk.is_over(0.2):
        pass


def hang_up(talk: Talk, polite: bytes) -> None:
    """End the connection without a word."""
    talk.cut()


def reset(talk: Talk, polite: bytes) -> None:
    """End it with a RST."""
    talk.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    talk.connection.close()


def drip(talk: Talk, polite: bytes) -> None:
    """A byte now and then, and never the last one."""
    while not talk.is_over(0.1):
        talk.send(b"*")


def half_then(act: Act) -> Act:
    """Half of the answer, then this."""

    def acting(talk: Talk, polite: bytes) -> None:
        talk.send(polite[: len(polite) // 2])
        act(talk, b"")

    return acting


def after(act: Act) -> Act:
    """The whole answer, then this."""

    def acting(talk: Talk, polite: bytes) -> None:
        talk.send(polite)
        act(talk, b"")

    return acting


def flood(line: bytes) -> Act:
    """The same line without end, as fast as it is taken."""

    def acting(talk: Talk, polite: bytes) -> None:
        many = line * (65_536 // len(line) + 1)
        while not talk.is_over(0.0):
            talk.send(many)

    return acting


def trickle(line: bytes) -> Act:
    """The same line without end, slowly: there is always something to read."""

    def acting(talk: Talk, polite: bytes) -> None:
        while not talk.is_over(0.02):
            talk.send(line)

    return acting


def instead(text: bytes) -> Act:
    """This, `%t` being the command's tag."""

    def acting(talk: Talk, polite: bytes) -> None:
        talk.send(text.replace(b"%t", talk.tag))

    return acting


def refused(text: bytes) -> Act:
    """This, before the rest of the command was heard."""

    def acting(talk: Talk, polite: bytes) -> None:
        instead(text)(talk, polite)
        raise Over

    return acting


def first(text: bytes) -> Act:
    """This, and then the answer."""

    def acting(talk: Talk, polite: bytes) -> None:
        talk.send(text.replace(b"%t", talk.tag) + polite)

    return acting


def changed(pattern: bytes, by: bytes | Callable[[re.Match[bytes]], bytes]) -> Act:
    """The answer with this made of that."""

    def acting(talk: Talk, polite: bytes) -> None:
        talk.send(re.sub(pattern, by, polite, flags=re.DOTALL))

    return acting


def ever_new(pattern: bytes, form: bytes) -> Act:
    """The answer with another number in this place each time."""
    count = iter(range(1, 1_000_000))
    return changed(pattern, lambda found: form % next(count))


def later(seconds: float) -> Act:
    """The answer, late."""

    def acting(talk: Talk, polite: bytes) -> None:
        time.sleep(seconds)
        talk.send(polite)

    return acting


def a_long_line(talk: Talk, polite: bytes) -> None:
    """A line of 10 MB."""
    for _ in range(160):
        talk.send(b"* " + b"x" * 65_534)
    talk.send(b"\r\n" + polite)


def gigabytes(talk: Talk, polite: bytes) -> None:
    """A literal of 4 GB, which then really comes."""
    talk.send(b"* 2 FETCH (UID 2 BODY[] {4294967296}\r\n")
    flood(b"x")(talk, polite)


def thirty_megabytes(talk: Talk, polite: bytes) -> None:
    """A mail that was said to be small and is not."""
    found = re.search(rb"(\* \d+ FETCH \(UID \d+).*?\}\r\n(.*?\r\n\r\n)", polite, re.DOTALL)
    who, head = (found[1], found[2]) if found else (b"* 1 FETCH (UID 1", b"")
    talk.send(who + b" BODY[] {%d}\r\n" % (30_000_000 + len(head)) + head)
    for _ in range(300):
        talk.send(b"x" * 100_000)
    talk.send(b")\r\n" + talk.tag + b" OK done\r\n")
