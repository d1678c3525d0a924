"""A mail server that says what a test tells it to say, word for word, on a port of this machine."""

import re
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from service.mailbox.account import ImapAccount

Answer = str | bytes | Callable[[socket.socket, str, str], None]
"""What follows a command: lines, in which `%t` is the command's tag and `%p` the tag of the one before, or something
done with the connection, the tag and the command."""

POLITE: Mapping[str, str] = {
    "greeting": "* OK scripted\r\n",
    "CAPABILITY": "* CAPABILITY IMAP4rev1 IDLE UIDPLUS AUTH=PLAIN\r\n%t OK done\r\n",
    "LOGIN": "%t OK welcome\r\n",
    "LIST": '* LIST (\\HasNoChildren) "/" INBOX\r\n* LIST (\\Drafts) "/" Drafts\r\n%t OK done\r\n',
    "EXAMINE": "* 1 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 12] n\r\n%t OK [READ-ONLY] done\r\n",
    "UID SEARCH": "* SEARCH 11\r\n%t OK done\r\n",
    "UID FETCH": "%t OK done\r\n",
    "IDLE": "+ idling\r\n",
    "DONE": "",
    "LOGOUT": "* BYE\r\n%t OK bye\r\n",
}


@contextmanager
def scripted(**answers: Answer) -> Iterator[ImapAccount]:
    """A server that answers as `POLITE` does, except for these commands (`UID_FETCH` means UID FETCH)."""
    script = {**POLITE, **{name.replace("_", " "): answer for name, answer in answers.items()}}
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_serve, args=(listening, script), daemon=True).start()
        port = listening.getsockname()[1]
        yield ImapAccount("127.0.0.1", "anna", "geheim", port=port, security="none", timeout=0.5, deadline=1.0)
        listening.shutdown(socket.SHUT_RDWR)


def hang_up(connection: socket.socket, tag: str, command: str) -> None:
    """End the connection without a word."""
    connection.shutdown(socket.SHUT_RDWR)


def _serve(listening: socket.socket, script: Mapping[str, Answer]) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        threading.Thread(target=converse, args=(connection, script), daemon=True).start()


def converse(connection: socket.socket, script: Mapping[str, Answer]) -> None:
    """Greet, and answer every command as the script says."""
    try:
        with connection, connection.makefile("rb") as lines:
            _answer(connection, ("*", ""), "greeting", script)
            before = ""
            for line in lines:
                tag, _, command = line.decode("utf-8", "replace").strip().partition(" ")
                _answer(connection, (tag, before), command or tag, script)
                before = tag
    except OSError:
        return


def _answer(connection: socket.socket, tags: tuple[str, str], command: str, script: Mapping[str, Any]) -> None:
    name = next((n for n in script if re.match(rf"{n}\b", command, re.IGNORECASE)), None)
    answer = script[name] if name else "%t BAD what?\r\n"
    if callable(answer):
        answer(connection, tags[0], command)
    else:
        text = answer if isinstance(answer, bytes) else answer.encode()
        connection.sendall(text.replace(b"%t", tags[0].encode()).replace(b"%p", tags[1].encode()))
