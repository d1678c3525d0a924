"""One look at Trello's boards: what is to be told of them, given what was told before."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from indexer.documents import PRIVATE, Document
from indexer.errors import BadAnswer, Refused, SourceError, Unavailable
from indexer.sources.loose import Record, string
from indexer.sources.protocol import Checkpoint, Delete, Event, Failure, Notice, Upsert
from indexer.sources.trello_board import Board, board_of
from indexer.sources.trello_cards import cards_of, lacking
from indexer.sources.trello_rest import Absent, Rest, as_board
from indexer.sources.trello_state import UNSEEN, BoardState, as_cursor, differing, frame_of, looks

MANY = 100
"""More cards than this are read with their whole board, which takes fewer requests."""
_LOOKS = 3
_UNSETTLED = "?"


@dataclass(slots=True)
class Look:
    """What one pull knows: the boards as they are (`frames`) and as they were told (`states`), under their ids.

    Of cards that were read by themselves `where` tells their board; `others` are no documents: templates, mirrors,
    separators. `turn` counts the times at which everything is read again. Not `complete` once anything failed.
    """

    rest: Rest
    name: str
    visibility: str | None
    turn: int
    frames: dict[str, Record]
    states: dict[str, BoardState]
    complete: bool
    where: dict[str, str] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)

    @property
    def documents(self) -> frozenset[str]:
        """The ids of all documents there are, as far as this look was complete."""
        known = {key for state in self.states.values() for key in state.cards.keys() - state.others}
        return frozenset(map(self._id, known | self.where.keys() - self.others))

    def changes(self) -> Iterator[Event]:
        """What changed on each board. One that fails stays as it was told; when Trello itself fails, so do the rest."""
        for key, frame in self.frames.items():
            before = self.states.get(key)
            if before and self._is_same(before, frame) and before.at == string(frame.get("dateLastActivity")):
                continue
            try:
                yield from self._board(key, before)
                yield Checkpoint(as_cursor(self.states))
            except SourceError as problem:
                self.complete = False
                yield Failure(str(problem), retryable=True)
                if isinstance(problem, Unavailable) or (isinstance(problem, Refused) and problem.status == 401):
                    return

    def read(self, keys: Sequence[str]) -> Iterator[Event]:
        """These cards as they are now, with the names of whichever of our boards they are on."""
        for key, card in self.rest.cards(keys).items():
            self.where.pop(key, None)
            if isinstance(card, Absent):
                yield Delete(self._id(key), f"Trello answers {card.status} for it")
            elif frame := self.frames.get(string(card.get("idBoard"))):
                self.where[key] = string(card.get("idBoard"))
                yield self._event(key, self._documents(_as_board(as_board(frame, [card]))))
            elif self.complete:
                yield Delete(self._id(key), "it is on a board that is not read")
            else:
                yield Failure(f"Whether {self._id(key)} may be shown cannot be told: a board failed.", retryable=True)

    def _event(self, key: str, documents: Sequence[Document]) -> Event:
        if documents:
            self.others.discard(key)
            return Upsert(documents[0])
        self.others.add(key)
        return Delete(self._id(key), "it is a template, a mirror or a separator")

    def _board(self, key: str, before: BoardState | None) -> Iterator[Event]:
        """What changed on a board: all of it if names did or its time has come, else the cards that look otherwise."""
        self.others |= before.others if before else set()
        if before and self._is_same(before, self.frames[key]):
            seen = self._seen(key)
            todo = differing(before.cards, seen)
            if len(todo) <= MANY:
                yield from self._settle(key, seen, todo)
                return
        yield from self._whole(key, before.cards.keys() if before else set())

    def _whole(self, key: str, known: Set[str]) -> Iterator[Event]:
        """The board with everything on it, and a second look for what was lost on the way or changed meanwhile."""
        board = _as_board(self.rest.whole(self.frames[key]))
        if len(lacking(board)) > MANY:
            board = _as_board(self.rest.whole(self.frames[key]))
        documents = self._documents(board)
        if self.visibility is None and board.visibility == PRIVATE:
            yield Notice(
                f"Board {board.name!r} is private in Trello, so nobody is shown its cards. "
                f'If the whole team may read them, set visibility = "everyone" for {self.name}.'
            )
        yield from map(Upsert, documents)
        read = looks(board.cards)
        self.others = (self.others | read.keys()) - {document.id.rpartition(":")[2] for document in documents}
        seen = self._seen(key)
        todo = differing(read, seen)
        if len(todo) > MANY:
            raise BadAnswer(f"Trello ({self.name}) told board {board.name!r} by halves. The next update asks again.")
        todo |= (known - seen.keys()) | set(sorted(lacking(board))[:MANY])
        yield from self._settle(key, seen, todo)

    def _settle(self, key: str, seen: Mapping[str, str], todo: set[str]) -> Iterator[Event]:
        """Read what looks otherwise, then look again, until nothing does: pages may skip, and people go on working."""
        cards = seen
        for _ in range(_LOOKS):
            if not todo:
                break
            yield from self.read(sorted(todo))
            cards = {**seen} | {k: UNSEEN for k in todo - seen.keys() if self.where.get(k) == key}
            seen = self._seen(key)
            todo = differing(cards, seen)
        self.states[key] = self._state(key, cards)
        if todo:
            self.states[key], self.complete = replace(self.states[key], at=_UNSETTLED), False

    def _seen(self, key: str) -> dict[str, str]:
        """How each card of a board looks now."""
        return looks(self.rest.census(key))

    def _state(self, key: str, cards: Mapping[str, str]) -> BoardState:
        frame = self.frames[key]
        at, link = string(frame.get("dateLastActivity")), string(frame.get("shortLink"))
        others = frozenset(self.others & cards.keys())
        return BoardState(link, at, frame_of(frame, self.visibility), self.turn, cards, others)

    def _is_same(self, before: BoardState, frame: Record) -> bool:
        return before.frame == frame_of(frame, self.visibility) and before.turn == self.turn

    def _documents(self, board: Board) -> list[Document]:
        return [placed.document for placed in cards_of(board, self.name, self.visibility)]

    def _id(self, key: str) -> str:
        return f"{self.name}:card:{key}"


def _as_board(told: Record) -> Board:
    return board_of(told, f"board {string(told.get('name'))!r}")
