"""Trello, live: the boards somebody chose, read whole once and afterwards only where something changed."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from indexer.errors import SourceError
from indexer.sources.http import Line
from indexer.sources.loose import Record, string
from indexer.sources.protocol import Census, Checkpoint, Delete, Event, Failure
from indexer.sources.trello_bell import Bell
from indexer.sources.trello_look import Look
from indexer.sources.trello_rest import Absent, Rest
from indexer.sources.trello_state import BoardState, as_cursor, from_cursor

DAY = 86_400
_BOARD = re.compile(r"(?:https?://)?(?:www\.)?trello\.com/b/([0-9A-Za-z]{6,24})(?:[/?#].*)?|([0-9A-Za-z]{6,24})")
_CARD = re.compile(r"[0-9a-f]{24}|[0-9A-Za-z]{8}")


@dataclass(frozen=True, slots=True)
class TrelloOptions:
    """What is set beside the boards: who may see them (None: as Trello shows them), and what its webhooks sign with.

    After `reread` seconds everything is read again, because an edited comment may move no date.
    """

    visibility: str | None = None
    bell: Bell | None = None
    reread: int = DAY
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


_PLAIN = TrelloOptions()


class Trello:
    """Boards chosen by address, short link or id, or all boards of a workspace that the token may see."""

    def __init__(
        self, line: Line, account: str, boards: Sequence[str] = (), workspace: str = "", options: TrelloOptions = _PLAIN
    ) -> None:
        """Be called `trello:account` and ask nothing yet. Raises SourceError where no board was chosen."""
        if not account.strip() or ":" in account:
            raise SourceError(f"The Trello source needs a short name without a colon; {account!r} is none.")
        self.name = f"trello:{account}"
        self._rest, self._options = Rest(line), options
        self._boards = tuple(dict.fromkeys(map(_key, boards)))
        self._workspace = workspace.strip().rstrip("/").rpartition("/")[2]
        if not self._boards and not self._workspace:
            raise SourceError(f"{self.name} has no boards to read. Name their addresses, or a workspace.")
        self._learnt: Census | None = None

    def check(self) -> list[str]:
        """A sentence for a token that is refused, and for each board or workspace that is not there or not shown."""
        try:
            return self._frames()[1]
        except SourceError as problem:
            return [str(problem)]

    def pull(self, cursor: str | None) -> Iterator[Event]:
        """Everything, or what changed since `cursor`: one request for ten boards where nothing did.

        A card is told again when its board's names, lists, people or rights change, since it reads otherwise then.
        Raises SourceError where Trello cannot be asked at all.
        """
        self._learnt = None
        look, problems = self._look(from_cursor(cursor))
        yield from (Failure(problem, retryable=True) for problem in problems)
        yield from look.changes()
        yield Checkpoint(as_cursor(look.states))
        self._learnt = Census(look.documents, look.complete, in_pages=True)

    def census(self) -> Census:
        """The ids of all cards, which the pull before has just learnt; without one, the boards are read for it."""
        if self._learnt is None:
            with suppress(SourceError):
                for _ in self.pull(None):
                    pass
        learnt, self._learnt = self._learnt, None
        return learnt or Census(frozenset(), complete=False)

    def fetch(self, ids: Sequence[str]) -> Iterator[Event]:
        """These cards as they are now. One that is on no board of ours any more, or not shown to us, is deleted."""
        told = {each: each.rpartition(":")[2] for each in ids}
        keys = [key for key in told.values() if _CARD.fullmatch(key)]
        yield from (Delete(each, "Trello knows no such card") for each, key in told.items() if key not in keys)
        try:
            yield from self._look({})[0].read(keys) if keys else ()
        except SourceError as problem:
            said = f"still exists cannot be told: {problem}"
            yield from (Failure(f"Whether {self._id(key)} {said}", retryable=True) for key in keys)

    def rung(self, headers: Mapping[str, str], raw: bytes) -> tuple[str, ...] | None:
        """Which cards a webhook's message is about; () where it takes a full look; None for one Trello did not sign."""
        keys = self._options.bell.rung(headers, raw) if self._options.bell else None
        return None if keys is None else tuple(map(self._id, keys))

    def subscribe(self) -> list[str]:
        """Let Trello call the bell's address for each board, and wake what it gave up; a sentence for each that fails.

        May be called again and again. The address has to answer HEAD with 200 by then. Raises SourceError.
        """
        frames, problems = self._frames()
        bell = self._options.bell
        return problems + (self._rest.ring_at(bell.address, frames) if bell else [])

    def _look(self, told: Mapping[str, BoardState]) -> tuple[Look, list[str]]:
        """A look at the boards as they are now. Of one that is not there just now, what was told of it stays."""
        frames, problems = self._frames()
        states = {key: s for key, s in told.items() if key in frames or (problems and self._is_chosen(key, s.link))}
        turn = int(self._options.now().timestamp() // max(1, self._options.reread))
        return Look(self._rest, self.name, self._options.visibility, turn, frames, states, not problems), problems

    def _frames(self) -> tuple[dict[str, Record], list[str]]:
        """The chosen boards as they are now under their ids, and a sentence for each that is not there."""
        keys, problems = list(self._boards), list[str]()
        if self._workspace:
            found = self._rest.workspace(self._workspace)
            if isinstance(found, Absent):
                problems.append(self._missing(f"workspace {self._workspace}", found))
            else:
                keys += [key for key in sorted(found) if key not in keys]
        told = self._rest.frames(keys)
        problems += [self._missing(f"board {key}", each) for key, each in told.items() if isinstance(each, Absent)]
        frames = (each for each in told.values() if not isinstance(each, Absent))
        return {string(frame.get("id")): frame for frame in frames}, problems

    def _missing(self, what: str, absent: Absent) -> str:
        if absent.status == 401:
            return f"Trello ({self.name}) does not show {what} to this token: let its member join it, or remove it."
        return f"Trello ({self.name}) has no {what}: it was deleted, or misspelt. Correct or remove it."

    def _is_chosen(self, key: str, link: str) -> bool:
        return bool(self._workspace) or key in self._boards or link in self._boards

    def _id(self, key: str) -> str:
        return f"{self.name}:card:{key}"


def _key(board: str) -> str:
    """The short link or id in what somebody named a board by."""
    found = _BOARD.fullmatch(board.strip())
    if not found:
        raise SourceError(f"{board[:100]!r} is no Trello board. Its address reads https://trello.com/b/… .")
    return found[1] or found[2]
