"""Takes abilities away from a real IMAP server: a proxy in front of it that answers as a server without them would."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from tests.servers import Server

NAMED = {
    "IDLE": ("IDLE",),
    "UIDPLUS": ("UIDPLUS",),
    "MOVE": ("MOVE",),
    "SPECIAL-USE": ("SPECIAL-USE", "CREATE-SPECIAL-USE"),
    "keywords": (),
    "CONDSTORE": ("CONDSTORE", "QRESYNC", "ENABLE"),
    "NAMESPACE": ("NAMESPACE",),
    "LITERAL+": ("LITERAL+", "LITERAL-"),
    "ID": ("ID",),
    "ENABLE": ("ENABLE", "CONDSTORE", "QRESYNC"),
}
"""Each ability and the words by which servers announce it and what goes with it."""
_COMMANDS = {
    "IDLE": r"IDLE\b",
    "UIDPLUS": r"UID EXPUNGE\b",
    "MOVE": r"(UID )?MOVE\b",
    "keywords": r"(UID )?STORE \S+ \S+ \(?[^\\(]|APPEND .*\([^)]*\b(?<!\\)[A-Za-z$]",
    "CONDSTORE": r".*\b(CONDSTORE|QRESYNC|CHANGEDSINCE|MODSEQ)\b",
    "NAMESPACE": r"NAMESPACE\b",
    "LITERAL+": r".*\{\d+[+-]\}$",
    "ID": r"ID\b",
    "ENABLE": r"ENABLE\b",
}
_TAKEN_OUT = {
    "UIDPLUS": rb"\[(APPENDUID|COPYUID) [^\]]*\] ?",
    "SPECIAL-USE": rb"(?<=\(|\s)\\(Drafts|Sent|Trash|Junk|Archive|All|Flagged) ?(?=[^()]*\) \"/\" )",
    "keywords": rb"(?<=\(|\s)(\\\*|\$\w+) ?(?=[^()]*\)\])",
    "CONDSTORE": rb"\* OK \[(HIGHESTMODSEQ|NOMODSEQ)[^\]]*\][^\r\n]*\r\n",
}
_ABLE = re.compile(rb"(?<=CAPABILITY )([^\]\r\n]*)")
_LITERAL = re.compile(rb"\{(\d+)\+?\}\r\n$")


@contextmanager
def without(server: Server, *abilities: str) -> Iterator[Server]:
    """The same server, lacking these abilities."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_welcome, args=(listening, server.port, abilities), daemon=True).start()
        yield replace(server, port=listening.getsockname()[1], tls_port=0)
        listening.shutdown(socket.SHUT_RDWR)


def _welcome(listening: socket.socket, port: int, abilities: tuple[str, ...]) -> None:
    with suppress(OSError):
        while True:
            client, _ = listening.accept()
            server = socket.create_connection(("127.0.0.1", port))
            for one in (client, server):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=_up, args=(client, server, abilities), daemon=True).start()
            threading.Thread(target=_down, args=(client, server, abilities), daemon=True).start()


def _up(client: socket.socket, server: socket.socket, abilities: tuple[str, ...]) -> None:
    """What the client says, but for the commands that the server does not know."""
    with suppress(OSError), server, client.makefile("rb") as said:
        for line in said:
            tag, _, command = line.decode("utf-8", "replace").rstrip("\r\n").partition(" ")
            if any(re.match(_COMMANDS[a], command, re.IGNORECASE) for a in abilities if a in _COMMANDS):
                client.sendall(f"{tag} BAD Unknown command.\r\n".encode())
                continue
            server.sendall(line)
            if literal := _LITERAL.search(line):
                server.sendall(said.read(int(literal[1])))


def _down(client: socket.socket, server: socket.socket, abilities: tuple[str, ...]) -> None:
    """What the server says, but for what it could not say without these abilities."""
    with suppress(OSError), client, server.makefile("rb") as said:
        for line in said:
            client.sendall(_reduced(line, abilities))
            if literal := _LITERAL.search(line):
                client.sendall(said.read(int(literal[1])))
        client.shutdown(socket.SHUT_RDWR)


def _reduced(line: bytes, abilities: tuple[str, ...]) -> bytes:
    words = {word.encode() for ability in abilities for word in NAMED[ability]}
    line = _ABLE.sub(lambda found: b" ".join(w for w in found[1].split(b" ") if w.upper() not in words), line)
    for ability in abilities:
        if ability in _TAKEN_OUT and not line.startswith(b"* SEARCH"):
            line = re.sub(_TAKEN_OUT[ability], b"", line)
    return line
