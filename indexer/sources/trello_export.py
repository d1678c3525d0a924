"""Trello board exports (JSON files) → cards as documents."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from indexer.errors import UnreadableFile
from indexer.sources.contents import Contents, FileSource, about_visibility, read_each, settle
from indexer.sources.files import files_in, read_bytes, text_of
from indexer.sources.trello_board import HOW_TO_EXPORT, Board, board_of
from indexer.sources.trello_cards import cards_of, missing_comments, without_id

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class TrelloExport(FileSource):
    """The boards of one JSON file, or of all JSON files of a folder, each exported by Trello's own menu.

    A visibility, where given, counts for every card; else a board that Trello shows to its workspace or to
    the public is visible to everyone and a private one to nobody.
    """

    def __init__(self, path: Path, account: str, visibility: str | None = None) -> None:
        """Read nothing yet."""
        super().__init__("trello", account, [path])
        self._visibility = visibility

    def load(self) -> Contents:
        """Read all boards. Raises UnreadableFile or UnknownExport when not one can be read."""
        boards, failures = read_each(files_in(self.paths[0], (".json",)), read_board)
        boards, older = newest(boards)
        documents, twice = settle(p for b in boards for p in cards_of(b, self.name, self._visibility))
        lost = tuple(sentence for board in boards for sentence in without_id(board))
        incomplete = tuple(filter(None, map(missing_comments, boards)))
        notices = (*older, *twice, *incomplete, *about_visibility(documents, self.name, self._visibility))
        return Contents(documents, failures + lost, notices)


def read_board(path: Path) -> Board:
    """The board of one file. Raises UnreadableFile (with line and column) or UnknownExport."""
    text = text_of(read_bytes(path), path)
    try:
        told = json.loads(text)
    except json.JSONDecodeError as problem:
        raise UnreadableFile(_broken(path, text, problem)) from problem
    except (RecursionError, ValueError) as problem:  # nested too deep, or a number of thousands of digits
        raise UnreadableFile(f"{path} is no JSON that a board export could be. {HOW_TO_EXPORT}") from problem
    return board_of(told, path.name)


def newest(boards: Sequence[Board]) -> tuple[list[Board], tuple[str, ...]]:
    """One export a board, the latest, so that a card deleted since is gone; and a sentence for each left out.

    Sorted by activity: of a card that moved from one board to another, the later place counts.
    """
    ordered = sorted(boards, key=lambda b: (b.active_at or _LONG_AGO, b.file))
    latest = {board.id or board.file: board for board in ordered}
    kept = [b for b in ordered if latest[b.id or b.file] is b]
    told = (
        f"{b.file} is an older export of board {b.name!r} than {latest[b.id].file}, and was left out."
        for b in ordered
        if latest[b.id or b.file] is not b
    )
    return kept, tuple(told)


def _broken(path: Path, text: str, problem: json.JSONDecodeError) -> str:
    where = f"{path} is not valid JSON at line {problem.lineno}, column {problem.colno} ({problem.msg})"
    if problem.pos >= len(text.rstrip()) - 1 or "Unterminated" in problem.msg:
        return f"{where}: the file seems cut short. Download it again. {HOW_TO_EXPORT}"
    return f"{where}. Export it again. {HOW_TO_EXPORT}"
