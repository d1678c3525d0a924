"""A folder into which other programs drop files: tables (CSV), our own plain form (JSONL) and address books (vCard)."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.documents import PRIVATE
from indexer.errors import SourceError, UnreadableFile
from indexer.sources.contents import Contents, FileSource, Placed, about_visibility, read_each, settle, with_preview
from indexer.sources.crm_csv import tables_in
from indexer.sources.crm_documents import Frame
from indexer.sources.drop_lines import documents_in
from indexer.sources.files import files_in, read_bytes, text_of
from indexer.sources.vcard import contacts_in

QUIET = 2.0
"""Seconds in which nobody wrote to a file that may be read."""
LATE = 60.0
"""Seconds after which a file without a newline at its end is taken for whole."""
ABANDONED = 3600.0
"""Seconds after which a copy that another program never finished is waited for no longer."""
_LINES = (".jsonl", ".ndjson")
_TABLES = (".csv", ".tsv")
_CARDS = (".vcf", ".vcard")
_READ = (*_LINES, *_TABLES, *_CARDS)
_UNDER_WAY = (".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".download", "~")


@dataclass(frozen=True, slots=True)
class _State:
    """What a file is like from outside: size in bytes, time of change in seconds since 1970, and which file it is."""

    size: int
    at: float
    inode: int

    @classmethod
    def of(cls, path: Path) -> "_State | None":
        """The state of a file; None where there is none to be had."""
        try:
            told = path.stat()
        except OSError:
            return None
        return cls(told.st_size, told.st_mtime, told.st_ino)


class DropFolder(FileSource):
    """The documents in the files of a folder. What is half written is left for the next look, and nothing is missed
    meanwhile: a file is read once nobody has written to it for two seconds and it ends with a newline."""

    def __init__(
        self,
        path: Path,
        account: str,
        visibility: str = PRIVATE,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Read nothing yet. `visibility` counts where a line states none; `now` is in seconds since 1970."""
        super().__init__("drop", account, [path])
        self._visibility, self._now, self._sleep = visibility, now, sleep

    def load(self) -> Contents:
        """Read everything that is finished. Raises UnreadableFile where there is no such folder, or nothing in it."""
        if not self.paths[0].expanduser().is_dir():
            raise UnreadableFile(f"There is no folder {self.paths[0]}. Make it, or correct the path in the settings.")
        files = files_in(self.paths[0], _READ)
        others = self._others(files)
        finished, waiting = self._finished(files)
        waiting += [f"{p.name} is still being copied" for p in others if _is_under_way(p) and self._age(p) < ABANDONED]
        before = {path: _State.of(path) for path in files}
        told = list(self._told(finished))
        waiting += [
            f"{path.name} was changed while it was read" for path in finished if _State.of(path) != before[path]
        ]
        documents, twice = settle(placed for contents, where in told for placed in _placed(contents, where))
        return Contents(
            documents,
            failures=tuple(each for contents, _ in told for each in contents.failures),
            notices=(
                *(each for contents, _ in told for each in contents.notices),
                *twice,
                *_unread(others),
                *about_visibility(documents, self.name, self._visibility),
            ),
            waiting=tuple(
                f"{each}; it was left for the next look, and nothing is deleted until then." for each in waiting
            ),
        )

    def _others(self, files: Sequence[Path]) -> list[Path]:
        """What else lies in the folder."""
        folder = self.paths[0].expanduser()
        try:
            return sorted(set(folder.iterdir()) - set(files))
        except OSError:
            return []

    def _age(self, path: Path) -> float:
        """Seconds since a file was changed; one from the future was as long ago."""
        state = _State.of(path)
        return abs(self._now() - state.at) if state else 0.0

    def _finished(self, files: Sequence[Path]) -> tuple[list[Path], list[str]]:
        """The files that nobody is writing to, and why the others have to wait."""
        before = {path: _State.of(path) for path in files}
        if any(self._age(path) < QUIET for path in files):
            self._sleep(QUIET)
        waiting = {path: "is still being written" for path in files if _State.of(path) != before[path]}
        for path in files:
            if path not in waiting and self._age(path) < LATE and not _ends(path):
                waiting[path] = "does not end with a newline yet"
        return [p for p in files if p not in waiting], [f"{p.name} {why}" for p, why in waiting.items()]

    def _told(self, files: Sequence[Path]) -> Iterator[tuple[Contents, str]]:
        """What the files tell, by the kind of file; a kind of which nothing can be read is a failure."""
        frame = Frame(self.name, self._visibility, None)
        readers: tuple[tuple[tuple[str, ...], Callable[[Sequence[Path]], Contents], str], ...] = (
            (_LINES, self._lines, "the JSONL files"),
            (_TABLES, lambda mine: tables_in(mine, {}, frame), "the tables"),
            (_CARDS, lambda mine: contacts_in(mine, self.name, self._visibility), "the address books"),
        )
        for endings, read, where in readers:
            if mine := [path for path in files if path.suffix.lower() in endings]:
                try:
                    yield read(mine), where
                except SourceError as problem:
                    yield Contents((), (with_preview(problem),)), where

    def _lines(self, files: Sequence[Path]) -> Contents:
        """The documents of JSONL files."""
        read, unread = read_each(files, self._line_by_line)
        documents, twice = settle(placed for file, _ in read for placed in file)
        return Contents(documents, (*unread, *(each for _, wrong in read for each in wrong)), twice)

    def _line_by_line(self, path: Path) -> tuple[list[Placed], list[str]]:
        return documents_in(text_of(read_bytes(path), path), path.name, self.name, self._visibility)


def _placed(contents: Contents, where: str) -> Iterator[Placed]:
    return (Placed(document, where) for document in contents.documents)


def _ends(path: Path) -> bool:
    """Whether a file ends with a newline, in whatever encoding."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 2))
            return file.read().strip(b"\x00")[-1:] in (b"\n", b"\r")
    except OSError:
        return False


def _is_under_way(path: Path) -> bool:
    """Whether a file is the unfinished copy of one that would be read: `a.csv.part`, `.a.csv.Xy7`."""
    name = path.name.lower()
    if name.startswith((".", "~$")):
        return name.startswith(".") and any(f"{ending}." in name for ending in _READ)
    return any(name.endswith(mark) and name.removesuffix(mark).endswith(_READ) for mark in _UNDER_WAY)


def _unread(others: Sequence[Path]) -> tuple[str, ...]:
    """A sentence on files of another kind."""
    names = [p.name for p in others if p.is_file() and not p.name.startswith((".", "~$")) and not _is_under_way(p)]
    if not names:
        return ()
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return (f"{', '.join(names[:3])}{more} in the drop folder cannot be read; it takes {', '.join(_READ)} files.",)
