"""A path from the settings → the bytes and text of its files, or a sentence that says what is wrong with them."""

import codecs
from collections.abc import Sequence
from pathlib import Path

from indexer.errors import UnknownExport, UnreadableFile

_FOREIGN = (
    (b"PK\x03\x04", "is a spreadsheet or a zip archive: unpack it, or open it and save it as CSV (UTF-8)"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel or Outlook file: open it and save it as CSV (UTF-8)"),
    (b"%PDF", "is a PDF: export the data itself instead"),
    (b"\x1f\x8b", "is a gzip archive: unpack it first"),
)
_UTF16 = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def files_in(path: Path, endings: Sequence[str]) -> list[Path]:
    """The file itself, or the files of a folder that have one of these endings, sorted by name.

    Raises UnreadableFile when there is no such path, it may not be read, or the folder holds none.
    """
    path = path.expanduser()
    try:
        if not path.is_dir():
            return [path]
        inside = sorted(p for p in path.iterdir() if p.suffix.lower() in endings and not p.name.startswith((".", "~$")))
    except OSError as problem:
        raise UnreadableFile(_refusal(path, problem)) from problem
    if not inside:
        raise UnreadableFile(
            f"The folder {path} holds no {' or '.join(endings)} file. Put the export there, or name it."
        )
    return inside


def state_of(paths: Sequence[Path]) -> tuple[tuple[str, int, int, int], ...] | None:
    """Name, inode, size and time of change of each file and of what lies in each folder; None where that fails."""
    try:
        named = [p.expanduser() for p in paths]
        every = [each for p in named for each in ([p, *sorted(p.iterdir())] if p.is_dir() else [p])]
        stats = [(str(each), each.stat()) for each in every]
    except OSError:
        return None
    return tuple((name, stat.st_ino, stat.st_size, stat.st_mtime_ns) for name, stat in stats)


def read_bytes(path: Path) -> bytes:
    """The content of a file. Raises UnreadableFile when it is missing, empty or may not be read."""
    try:
        if path.exists() and not path.is_file():
            raise UnreadableFile(f"{path} is not a file. Name an exported file in the settings.")
        data = path.read_bytes()
    except OSError as problem:
        raise UnreadableFile(_refusal(path, problem)) from problem
    if not data.strip(b"\x00\t\r\n \xef\xbb\xbf\xff\xfe"):
        raise UnreadableFile(f"{path} is empty. Export it again.")
    return data


def _refusal(path: Path, problem: OSError) -> str:
    if isinstance(problem, FileNotFoundError):
        return f"There is no file {path}. Correct the path in the settings, or put the export there."
    if isinstance(problem, PermissionError):
        return f"{path} may not be read by this user. Give read permission, for example: chmod u+r {path}"
    return f"{path} cannot be read ({problem.strerror or problem}). Check the disk, or name another file."


def text_of(data: bytes, path: Path) -> str:
    """The text of a file in UTF-8, UTF-16 or Windows-1252, told apart by its bytes.

    Raises UnknownExport for spreadsheets, archives, web pages and other things that are no text.
    """
    for start, what in _FOREIGN:
        if data.startswith(start):
            raise UnknownExport(f"{path} {what}.")
    text = decode(data)
    if text[:200].lstrip().lower().startswith(("<!doctype html", "<html")):
        raise UnknownExport(f"{path} is a web page, perhaps a sign-in page that was saved. Download the export again.")
    if text.count("\x00") > len(text) // 10:
        raise UnknownExport(f"{path} is not a text file. Export it again as text in UTF-8.")
    return text.removeprefix("\ufeff")


def decode(data: bytes) -> str:
    """Bytes of unknown encoding as text. Never raises: a byte that UTF-8 does not allow is read as Windows-1252."""
    for mark, encoding in _UTF16:
        if data.startswith(mark):
            return data[2:].decode(encoding, errors="replace")
    if encoding := _utf16_without_mark(data[:4096]):
        return data.decode(encoding, errors="replace")
    return data.decode("utf-8-sig", errors="signpost-western")


def _utf16_without_mark(head: bytes) -> str:
    """Western text in UTF-16 has a zero byte in nearly every second place."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if half < 4 or max(even, odd) < 0.6 * half or min(even, odd) > 0.1 * half:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _as_western(problem: UnicodeError) -> tuple[str, int]:
    """Read the offending bytes as Windows-1252, so that a file that mixes both encodings keeps its umlauts."""
    if not isinstance(problem, UnicodeDecodeError):
        raise problem
    wrong = problem.object[problem.start : problem.end]
    return wrong.decode("cp1252", errors="replace"), problem.end


codecs.register_error("signpost-western", _as_western)
