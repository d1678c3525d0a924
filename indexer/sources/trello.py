"""Trello, live: the boards somebody chose, read whole once and afterwards only where something changed."""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from indexer.documents import PRIVATE, Document
from indexer.errors import BadAnswer, Refused, SourceError, Unavailable
from indexer.sources.http import Line
from indexer.sources.loose import Record, count, flag, record, string
from indexer.sources.protocol import Census, Checkpoint, Delete, Event, Failure, Notice, Upsert
from indexer.sources.trello_board import Board, board_of
from indexer.sources.trello_cards import cards_of
from indexer.sources.trello_rest import Absent, Rest, as_board, ids_rung
from indexer.sources.trello_state import (
    UNSEEN,
    BoardState,
    as_cursor,
    frame_of,
    from_cursor,
    is_changed,
    look_of,
    marked,
)

DAY = 86_400
_BOARD = re.compile(r"(?:https?://)?(?:www\.)?trello\.com/b/([0-9A-Za-z]{6,24})(?:[/?#].*)?|([0-9A-Za-z]{6,24})")
_CARD = re.compile(r"[0-9a-f]{24}|[0-9A-Za-z]{8}")
_MANY = 100
"""More cards than this are read with their whole board, which takes fewer requests."""
_LOOKS = 3


@dataclass(frozen=True, slots=True)
class TrelloOptions:
    """What is set beside the boards: who may see them (None: as Trello shows them), how webhooks are signed and
    where they call, and after how many seconds comments are read again, because an edited one may move no date.
    """

    visibility: str | None = None
    webhook_secret: str = field(default="", repr=False)
    callback: str = ""
    reread: int = DAY
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


@dataclass(slots=True)
class _Round:
    """What one pull knows so far: of boards their frames and states, of cards that were read by themselves the board
    they are on now, and which cards are no documents: templates, mirrors, separators.
    """

    frames: dict[str, Record]
    states: dict[str, BoardState]
    complete: bool = True
    where: dict[str, str] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)


class Trello:
    """Boards chosen by address, short link or id, or all boards of a workspace that the token may see."""

    def __init__(
        self,
        line: Line,
        account: str,
        boards: Sequence[str] = (),
        workspace: str = "",
        options: TrelloOptions | None = None,
    ) -> None:
        """Ask nothing yet. Raises SourceError where nothing, or what is no board, was chosen."""
        if not account.strip() or ":" in account:
            raise SourceError(f"The trello source needs a short name without a colon; {account!r} is none.")
        self.name = f"trello:{account}"
        self._rest, self._options = Rest(line), options or TrelloOptions()
        self._boards = tuple(dict.fromkeys(self._key(board) for board in boards))
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
        """Everything, or what changed since `cursor`: one request a ten boards where nothing did.

        A card is told again when its board's names, lists, people or rights change, since it reads otherwise then.
        """
        self._learnt = None
        frames, problems = self._frames()
        told = from_cursor(cursor)
        own = {key: s for key, s in told.items() if key in frames or (problems and self._is_chosen(key, s.link))}
        now = _Round(frames, own, complete=not problems)
        yield from (Failure(problem, retryable=True) for problem in problems)
        yield from self._changes(now)
        yield Checkpoint(as_cursor(now.states))
        self._learnt = self._census(now)

    def census(self) -> Census:
        """The ids of all cards: what the pull before has just learnt, else asked for anew."""
        learnt, self._learnt = self._learnt, None
        if learnt is not None:
            return learnt
        try:
            frames, problems = self._frames()
            cards = [card for key in frames for card in self._rest.census(key).values()]
        except SourceError:
            return Census(frozenset(), complete=False)
        ids = (string(card.get("id")) for card in cards if not flag(card.get("isTemplate")))
        return Census(frozenset(map(self._id, ids)), complete=not problems)

    def fetch(self, ids: Sequence[str]) -> Iterator[Event]:
        """These cards as they are now. One that is on no board of ours any more, or not shown to us, is deleted."""
        keys = [key for each in ids if _CARD.fullmatch(key := each.rpartition(":")[2])]
        yield from (Delete(each, "Trello knows no such card") for each in ids if each.rpartition(":")[2] not in keys)
        try:
            frames, problems = self._frames() if keys else ({}, [])
            now = _Round(frames, {}, complete=not problems)
            yield from self._read(now, keys)
        except SourceError as problem:
            yield from (
                Failure(f"Whether {self._id(key)} still exists cannot be told: {problem}", True) for key in keys
            )

    def rung(self, headers: Mapping[str, str], raw: bytes) -> tuple[str, ...] | None:
        """Which cards a webhook's message is about; () where it takes a full look; None for one Trello did not sign."""
        options = self._options
        told = {name.lower(): value for name, value in headers.items()}.get("x-trello-webhook", "")
        if not options.webhook_secret or not told.isascii():
            return None
        mac = hmac.new(options.webhook_secret.encode(), raw + options.callback.encode(), hashlib.sha1)
        if not hmac.compare_digest(base64.b64encode(mac.digest()), told.encode()):
            return None
        return tuple(map(self._id, ids_rung(raw)))

    def subscribe(self) -> list[str]:
        """Let Trello ring at the callback for each board, and wake what it gave up; a sentence for each that fails.

        May be called again and again. The callback has to answer HEAD with 200 by then. Raises SourceError.
        """
        frames, problems = self._frames()
        known = self._bells()
        for key, webhook in known.items():
            if key in frames and not flag(webhook.get("active")):
                self._rest.wake(string(webhook.get("id")))
        said = [self._rest.ring_at(self._options.callback, key) for key in frames if key not in known]
        return [*problems, *filter(None, said)]

    def silent(self) -> list[str]:
        """A sentence for each board that does not ring: no webhook, or one that Trello gave up. Raises SourceError."""
        frames, problems = self._frames()
        known = self._bells()
        return [*problems, *filter(None, (_silence(frame, known.get(key)) for key, frame in frames.items()))]

    def _bells(self) -> dict[str, Record]:
        """Our webhooks under the ids of their boards."""
        ours = (w for w in self._rest.webhooks() if w.get("callbackURL") == self._options.callback)
        return {string(webhook.get("idModel")): webhook for webhook in ours}

    def _changes(self, now: _Round) -> Iterator[Event]:
        """What changed on each board. One that fails stays as it was told; when Trello itself fails, so do the rest."""
        for key, frame in now.frames.items():
            before = now.states.get(key)
            if before and self._is_same(before, frame) and before.at == string(frame.get("dateLastActivity")):
                continue
            try:
                yield from self._board(now, key)
                yield Checkpoint(as_cursor(now.states))
            except SourceError as problem:
                now.complete = False
                yield Failure(str(problem), retryable=True)
                if isinstance(problem, Unavailable) or (isinstance(problem, Refused) and problem.status == 401):
                    return

    def _board(self, now: _Round, key: str) -> Iterator[Event]:
        """What changed on a board: all of it if names did or its time has come, else the cards that look otherwise."""
        frame, before = now.frames[key], now.states.get(key)
        now.others |= before.others if before else set()
        if before and self._is_same(before, frame):
            seen = self._rest.census(key)
            todo = _differing(before.cards, seen)
            if len(todo) <= _MANY:
                yield from self._settle(now, key, seen, todo)
                return
        yield from self._whole(now, key)

    def _whole(self, now: _Round, key: str) -> Iterator[Event]:
        frame, before = now.frames[key], now.states.get(key)
        board = self._as_board(self._rest.whole(frame))
        if len(_short_of(board)) > _MANY:
            board = self._as_board(self._rest.whole(frame))
        documents = self._documents(board)
        yield from self._about(board)
        yield from map(Upsert, documents)
        read = {string(card.get("id")): string(card.get("dateLastActivity")) for card in board.cards}
        shown = {document.id.rpartition(":")[2] for document in documents}
        seen = self._rest.census(key)
        todo = {k for k, card in seen.items() if read.get(k) != string(card.get("dateLastActivity"))}
        if len(todo) > _MANY:
            raise BadAnswer(f"Trello ({self.name}) told board {board.name!r} by halves. The next update asks again.")
        todo |= {*(before.cards if before else ()), *read} - seen.keys()
        todo |= set(_short_of(board)[:_MANY])
        now.others = (now.others | read.keys()) - shown
        if todo:
            yield from self._settle(now, key, seen, todo)
        else:
            now.states[key] = self._state(frame, {k: marked(look_of(c), k not in now.others) for k, c in seen.items()})

    def _settle(self, now: _Round, key: str, seen: Mapping[str, Record], todo: set[str]) -> Iterator[Event]:
        """Read what looks otherwise, then look again, until nothing does: pages may skip, and people go on working."""
        for _ in range(_LOOKS):
            yield from self._read(now, sorted(todo))
            cards = {k: marked(look_of(card), k not in now.others) for k, card in seen.items()}
            cards |= dict.fromkeys((k for k in todo - seen.keys() if now.where.get(k) == key), UNSEEN)
            seen = self._rest.census(key)
            todo = _differing(cards, seen)
            if not todo:
                break
        state = self._state(now.frames[key], cards)
        now.states[key], now.complete = (replace(state, at=""), False) if todo else (state, now.complete)

    def _read(self, now: _Round, keys: Sequence[str]) -> Iterator[Event]:
        """These cards as they are now, with the names of whichever of our boards they are on."""
        for key, card in self._rest.cards(keys).items():
            now.where.pop(key, None)
            if isinstance(card, Absent):
                yield Delete(self._id(key), f"Trello answers {card.status} for it")
            elif frame := now.frames.get(string(card.get("idBoard"))):
                now.where[key] = string(card.get("idBoard"))
                yield self._event(now, key, self._documents(self._as_board(as_board(frame, [card]))))
            elif now.complete:
                yield Delete(self._id(key), "it is on a board that is not read")
            else:
                yield Failure(f"Whether {self._id(key)} may be shown cannot be told: a board failed.", retryable=True)

    def _event(self, now: _Round, key: str, documents: Sequence[Document]) -> Event:
        if documents:
            now.others.discard(key)
            return Upsert(documents[0])
        now.others.add(key)
        return Delete(self._id(key), "it is a template, a mirror or a separator")

    def _frames(self) -> tuple[dict[str, Record], list[str]]:
        """The chosen boards as they are now under their ids, and a sentence for each that is not there."""
        keys, problems = list(self._boards), list[str]()
        if self._workspace:
            found = self._rest.workspace(self._workspace)
            if isinstance(found, Absent):
                problems.append(self._missing("workspace", self._workspace, found))
            else:
                keys += [key for key in sorted(found) if key not in keys]
        frames: dict[str, Record] = {}
        for key, frame in self._rest.frames(keys).items():
            if isinstance(frame, Absent):
                problems.append(self._missing("board", key, frame))
            else:
                frames[string(frame.get("id"))] = frame
        return frames, problems

    def _missing(self, what: str, key: str, absent: Absent) -> str:
        if absent.status == 401:
            return (
                f"Trello ({self.name}) does not show {what} {key} to this token: let its member join, or leave it out."
            )
        return f"Trello ({self.name}) has no {what} {key}: it was deleted, or misspelt. Correct or remove it."

    def _documents(self, board: Board) -> list[Document]:
        return [placed.document for placed in cards_of(board, self.name, self._options.visibility)]

    def _as_board(self, told: Record) -> Board:
        return board_of(told, f"board {string(told.get('name'))!r}")

    def _about(self, board: Board) -> Iterator[Event]:
        if self._options.visibility is None and board.visibility == PRIVATE:
            yield Notice(
                f"Board {board.name!r} is private in Trello, so nobody is shown its cards. "
                f'If the whole team may read them, set visibility = "everyone" for {self.name}.'
            )

    def _census(self, now: _Round) -> Census:
        ids = {key for state in now.states.values() for key in state.cards.keys() - state.others}
        return Census(frozenset(map(self._id, ids | now.where.keys() - now.others)), now.complete)

    def _state(self, frame: Record, cards: Mapping[str, str]) -> BoardState:
        at, link = string(frame.get("dateLastActivity")), string(frame.get("shortLink"))
        return BoardState(link, at, frame_of(frame), self._turn(), cards)

    def _is_same(self, before: BoardState, frame: Record) -> bool:
        return before.frame == frame_of(frame) and before.turn == self._turn()

    def _turn(self) -> int:
        return int(self._options.now().timestamp() // self._options.reread)

    def _is_chosen(self, key: str, link: str) -> bool:
        return bool(self._workspace) or key in self._boards or link in self._boards

    def _id(self, key: str) -> str:
        return f"{self.name}:card:{key}"

    def _key(self, board: str) -> str:
        found = _BOARD.fullmatch(board.strip())
        if not found:
            raise SourceError(f"{board[:100]!r} is no Trello board. Its address reads https://trello.com/b/… .")
        return found[1] or found[2]


def _differing(before: Mapping[str, str], seen: Mapping[str, Record]) -> set[str]:
    """Cards that look otherwise than they did, are new, or are not seen any more."""
    changed = {key for key, card in seen.items() if is_changed(before.get(key), look_of(card))}
    return changed | (before.keys() - seen.keys())


def _short_of(board: Board) -> list[str]:
    """Cards of which Trello counts more comments than it told: a page of them was lost on the way."""
    told = {string(card.get("id")): count(record(card.get("badges")).get("comments")) for card in board.cards}
    return sorted(key for key, comments in told.items() if comments > len(board.comments.get(key, ())))


def _silence(frame: Record, webhook: Record | None) -> str:
    """Why a board does not ring, if it does not."""
    name = string(frame.get("name"))
    if webhook is None:
        return f"Board {name!r} has no webhook, so its changes are only seen by asking."
    if flag(webhook.get("active")):
        return ""
    return f"Trello gave up the webhook of board {name!r} after {count(webhook.get('consecutiveFailures'))} failures."
