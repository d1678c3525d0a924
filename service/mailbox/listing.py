"""LIST answers → folders, and folder names between the wire and us (modified UTF-7, RFC 9051 Appendix A). Pure."""

import base64
import binascii
import re
from collections.abc import Iterator, Sequence

from service.mailbox.answers import Record
from service.mailbox.folders import Folder

_LINE = re.compile(rb'\(([^()]{0,2000})\) +(?:"(\\?.)"|NIL) +', re.DOTALL | re.IGNORECASE)
_QUOTED = re.compile(rb'"([^"\\]*(?:\\.[^"\\]*)*)"', re.DOTALL)
_SHIFTED = re.compile(rb"&([^-]*)-")
_PLAIN = re.compile(r"[^\x20-\x7e]+|&")
MOST_FOLDERS = 20_000
LONGEST_NAME = 4_000


def listed(records: Sequence[Record]) -> list[tuple[Folder, bytes]]:
    """Each folder and its name as the server writes it. A line or a name that nobody can read is passed over."""
    lines = (_folder(head, literal) for head, literal in _lines(records))
    return [line for line in lines if line is not None][:MOST_FOLDERS]


def on_the_wire(name: str) -> bytes:
    """A folder's name as a server knows it."""
    return _PLAIN.sub(lambda found: _shift(found[0]), name).encode("ascii")


def quoted(name: bytes) -> bytes:
    """A name as it stands in a command."""
    return b'"' + name.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def decoded(name: bytes) -> str | None:
    """What people call the folder, or None. Some servers write UTF-8 as it is, though nobody asked them to."""
    if len(name) > LONGEST_NAME or re.search(rb"[\0\r\n]", name):
        return None
    try:
        if not name.isascii():
            return name.decode("utf-8")
        text, end = "", 0
        for shifted in _SHIFTED.finditer(name):
            text += name[end : shifted.start()].decode("ascii") + _unshift(shifted[1])
            end = shifted.end()
        rest = name[end:].decode("ascii")
    except (UnicodeDecodeError, binascii.Error):
        return None
    return None if "&" in rest else text + rest


def _folder(head: bytes, literal: bytes | None) -> tuple[Folder, bytes] | None:
    match = _LINE.match(head)
    if not match:
        return None
    raw = literal if literal is not None else _name(head[match.end() :])
    name = decoded(raw)
    if not name:
        return None
    flags = frozenset(flag.decode("ascii", "replace") for flag in match[1].split())
    return Folder(name, (match[2] or b"")[-1:].decode("ascii", "replace"), flags), raw


def _name(rest: bytes) -> bytes:
    """A quoted name, or one that is not; some servers put no quotes around spaces."""
    match = _QUOTED.match(rest)
    return re.sub(rb"\\(.)", rb"\1", match[1], flags=re.DOTALL) if match else rest.strip()


def _lines(records: Sequence[Record]) -> Iterator[tuple[bytes, bytes | None]]:
    waiting: tuple[bytes, bytes] | None = None
    for record in records:
        if isinstance(record, tuple):
            waiting = waiting or record
        elif waiting:
            yield re.sub(rb"\{\d+\}$", b"", waiting[0]), waiting[1]
            waiting = None
        else:
            yield record, None


def _shift(text: str) -> str:
    if text == "&":
        return "&-"
    packed = base64.b64encode(text.encode("utf-16-be"), b"+,").decode("ascii")
    return f"&{packed.rstrip('=')}-"


def _unshift(packed: bytes) -> str:
    if not packed:
        return "&"
    padded = packed + b"=" * (-len(packed) % 4)
    return base64.b64decode(padded, b"+,", validate=True).decode("utf-16-be")
