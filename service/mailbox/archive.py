"""A file or folder of saved mail → the bytes of each mail: an mbox, a Maildir, a folder of .eml, or one .eml.

Nothing is changed or locked: the files are only read.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from indexer.errors import SignpostError

QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
LARGEST = 32 << 20


def saved_mails(place: Path) -> Iterator[bytes]:
    """Every mail there, in the order of the file or of the names. Raises SignpostError where there is none."""
    if not place.exists():
        raise SignpostError(f"There is no {place}. Name an mbox file, a Maildir, a folder of .eml files or one .eml.")
    found = _of_folder(place) if place.is_dir() else _of_file(place)
    first = next(found, None)
    if first is None:
        raise SignpostError(f"{place} holds no mail. An mbox begins with “From ”; in a folder .eml files are read.")
    yield first
    yield from found


def _of_folder(folder: Path) -> Iterator[bytes]:
    """A Maildir's `cur` and `new`, else every .eml below the folder."""
    inside = [folder / name for name in ("cur", "new") if (folder / name).is_dir()]
    files = [file for part in inside for file in part.iterdir()] or folder.rglob("*.eml")
    for file in sorted(file for file in files if file.is_file() and not file.name.startswith(".")):
        yield file.read_bytes()


def _of_file(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        begins = opened.read(5)
        opened.seek(0)
        if begins == b"From ":
            yield from _of_mbox(opened)
        elif file.stat().st_size:
            yield _lone(file, opened.read(LARGEST))


def _lone(file: Path, raw: bytes) -> bytes:
    if not re.match(rb"[\x21-\x39\x3b-\x7e]+[ \t]*:", raw):
        raise SignpostError(f"{file} is no mail: it does not begin with a header such as “From: …”.")
    return raw


def _of_mbox(lines: "Iterator[bytes]") -> Iterator[bytes]:
    """RFC 4155, with the quoting of mboxrd undone; a line “From ” counts as a border only behind an empty line."""
    mail: list[bytes] = []
    size, border = 0, True
    for line in lines:
        if border and line.startswith(b"From "):
            yield from _ended(mail)
            mail, size = [], 0
        elif size < LARGEST:
            mail.append(line)
            size += len(line)
        border = not line.strip()
    yield from _ended(mail)


def _ended(mail: list[bytes]) -> Iterator[bytes]:
    raw = QUOTED.sub(rb"\1", b"".join(mail))
    if raw.strip():
        yield raw
