"""A small IMAP server over a MemoryServer that is polite, until a script says otherwise at one stage of the talk."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from scripts.torturing.hostile_talk import HostileServer, Over, Talk, Told, Verb
from scripts.torturing.hostile_verbs import UNLOCKED, VERBS


@contextmanager
def serving(server: HostileServer) -> Iterator[HostileServer]:
    """Serve on a free port of this machine until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server.port = listening.getsockname()[1]
        threading.Thread(target=_welcome, args=(server, listening), daemon=True).start()
        try:
            yield server
        finally:
            server.ended = True
            server.kick()
            listening.shutdown(socket.SHUT_RDWR)


def _welcome(server: HostileServer, listening: socket.socket) -> None:
    while not server.ended:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        talk = Talk(server, connection)
        server.talks.append(talk)
        threading.Thread(target=_converse, args=(talk,), daemon=True).start()


def _converse(talk: Talk) -> None:
    """Answer command after command."""
    with suppress(OSError, ValueError, Over), talk.connection:  # ValueError: it was closed meanwhile
        talk.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        talk.answer("greeting", f"* OK [CAPABILITY {talk.server.able}] ready\r\n".encode())
        while (line := talk.line()) is not None:
            tag, _, command = line.decode("utf-8", "replace").partition(" ")
            talk.tag, talk.command = tag.encode(), command
            talk.server.heard.append(command)
            _answer_command(talk, command)


def _answer_command(talk: Talk, command: str) -> None:
    words = command.split(" ", 2)
    verb = " ".join(words[:2]).upper() if words[0].upper() == "UID" else words[0].upper()
    rest = command[len(verb) :].strip()
    does = VERBS.get(verb)
    if does is None:
        talk.answer(verb, talk.tag + b" BAD what?\r\n")
        return
    try:
        told = does(talk, rest) if verb in UNLOCKED else _locked(talk, does, rest)
    except Over:
        return
    if told is not None:
        stage, lines, end = told
        with suppress(Over):
            talk.answer(stage, lines + talk.tag + b" " + end + b"\r\n")


def _locked(talk: Talk, does: Verb, rest: str) -> Told | None:
    with talk.server.lock:
        return does(talk, rest)
