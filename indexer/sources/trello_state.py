"""What was told of Trello's boards so far ↔ a cursor. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from indexer.sources.loose import Record, count, record, records, string, strings

_VERSION = 2
_COUNTED = ("comments", "attachments", "checkItems", "checkItemsChecked")
_NAMES = ("id", "name", "closed", "fullName", "username", "options")
UNSEEN = "?"
"""How a card looks that was read by itself and should have been seen among the others."""


@dataclass(frozen=True, slots=True)
class BoardState:
    """A board as it was told: `at`, its date of last activity; `frame`, all that its cards refer to; `turn`, when its
    comments were last read whole; under the id of each card how that was; and `others`, those that are no documents.
    """

    link: str
    at: str
    frame: str
    turn: int
    cards: Mapping[str, str] = field(default_factory=dict)
    others: frozenset[str] = frozenset()


def looks(cards: Iterable[Record]) -> dict[str, str]:
    """How each card looks, under its id."""
    return {string(card.get("id")): look_of(card) for card in cards}


def look_of(card: Record) -> str:
    """What changes whenever a card does: equal for two equal looks at it, slim or whole.

    Trello's date of last activity alone would do for most changes; a deleted comment shows in the count.
    """
    badges = record(card.get("badges"))
    told = [card.get(name) for name in ("dateLastActivity", "idBoard", "idList", "closed", "isTemplate")]
    told += [sorted(strings(card.get(name))) for name in ("idLabels", "idMembers")]
    return _short([*told, *(badges.get(name) for name in _COUNTED)])


def differing(before: Mapping[str, str], now: Mapping[str, str]) -> set[str]:
    """Cards that look otherwise than they did, are new, or are not seen any more."""
    return {key for key, _ in before.items() ^ now.items()}


def frame_of(board: Record, visibility: str | None) -> str:
    """What changes whenever a card may read otherwise although nobody touched it: names, states, who may see it.

    `visibility` is the one that the settings state; a new one has to reach all cards, too.
    """
    own = [visibility, board.get("name"), board.get("closed"), record(board.get("prefs")).get("permissionLevel")]
    unordered = [sorted(_named(board.get(part))) for part in ("lists", "labels", "members")]
    return _short([own, unordered, _named(board.get("customFields"))])


def _named(things: object) -> list[str]:
    """What a card may show of things of its board."""
    return [json.dumps([thing.get(name) for name in _NAMES]) for thing in records(things)]


def _short(told: object) -> str:
    return hashlib.blake2s(json.dumps(told).encode(), digest_size=5).hexdigest()


def as_cursor(boards: Mapping[str, BoardState]) -> str:
    """A cursor that tells these states; equal for equal ones."""
    told = {key: [s.link, s.at, s.frame, s.turn, {**s.cards}, sorted(s.others)] for key, s in boards.items()}
    return json.dumps({"trello": _VERSION, "boards": told}, separators=(",", ":"), sort_keys=True)


def from_cursor(cursor: str | None) -> dict[str, BoardState]:
    """The states that a cursor tells; none for one that is not of ours."""
    try:
        told = record(json.loads(cursor or ""))
        boards = record(told.get("boards")) if told.get("trello") == _VERSION else {}
        return {key: _state(row) for key, row in boards.items()}
    except (ValueError, TypeError, RecursionError):
        return {}


def _state(told: Sequence[object]) -> BoardState:
    """A state of what a cursor holds of it. Raises ValueError or TypeError where that is something else."""
    link, at, frame, turn, cards, others = told
    looked = {key: string(look) for key, look in record(cards).items()}
    return BoardState(string(link), string(at), string(frame), count(turn), looked, frozenset(strings(others)))
