"""What was told of Trello's boards so far ↔ a cursor. Pure."""

import base64
import binascii
import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from indexer.sources.loose import Record, count, flag, record, records, string, strings

_VERSION = 1
_COUNTED = ("comments", "attachments", "checkItems", "checkItemsChecked")
_MOST = 50_000_000
_NO_DOCUMENT = "-"
UNSEEN = "?"
"""How a card looks that was read by itself and should have been seen among the others."""


@dataclass(frozen=True, slots=True)
class BoardState:
    """A board as it was told: `at`, its date of last activity; `frame`, all that its cards refer to; `turn`, when its
    comments were last read whole; and under the id of each card how that was.
    """

    link: str
    at: str
    frame: str
    turn: int
    cards: Mapping[str, str] = field(default_factory=dict)

    @property
    def others(self) -> set[str]:
        """The ids of cards that are no documents: templates, mirrors and separators."""
        return {key for key, how in self.cards.items() if how.endswith(_NO_DOCUMENT)}


def look_of(card: Record) -> str:
    """What changes whenever a card does: equal for two equal looks at it, slim or whole.

    Trello's date of last activity alone would do for most changes; a deleted comment shows in the count.
    """
    badges = record(card.get("badges"))
    told = [string(card.get(name)) for name in ("dateLastActivity", "idBoard", "idList")]
    told += [str(flag(card.get(name))) for name in ("closed", "isTemplate")]
    told += [",".join(sorted(strings(card.get(name)))) for name in ("idLabels", "idMembers")]
    told += [str(count(badges.get(name))) for name in _COUNTED]
    return _short("\n".join(told))


def marked(look: str, is_document: bool) -> str:
    """A look as it is kept."""
    return look if is_document else look + _NO_DOCUMENT


def differing(before: Mapping[str, str], seen: Mapping[str, Record]) -> set[str]:
    """Cards that look otherwise than they did, are new, or are not seen any more."""
    kept = {key: how.removesuffix(_NO_DOCUMENT) for key, how in before.items()}
    return {key for key, card in seen.items() if kept.get(key) != look_of(card)} | (kept.keys() - seen.keys())


def frame_of(board: Record, visibility: str | None) -> str:
    """What changes whenever a card may read otherwise although nobody touched it: names, states, who may see it.

    `visibility` is the one that the settings state; a new one has to reach all cards, too.
    """
    lists = [(x.get("id"), x.get("name"), flag(x.get("closed"))) for x in records(board.get("lists"))]
    labels = [(x.get("id"), x.get("name")) for x in records(board.get("labels"))]
    members = [(x.get("id"), x.get("fullName"), x.get("username")) for x in records(board.get("members"))]
    fields = [(x.get("id"), x.get("name"), _options(x)) for x in records(board.get("customFields"))]
    own = (visibility, board.get("name"), flag(board.get("closed")), record(board.get("prefs")).get("permissionLevel"))
    return _short(json.dumps([own, *(sorted(part, key=str) for part in (lists, labels, members))]) + json.dumps(fields))


def _options(custom_field: Record) -> list[tuple[str, str]]:
    told = records(custom_field.get("options"))
    return [(string(option.get("id")), string(record(option.get("value")).get("text"))) for option in told]


def _short(told: str) -> str:
    return hashlib.blake2s(told.encode("utf-8", "replace"), digest_size=5).hexdigest()


def as_cursor(boards: Mapping[str, BoardState]) -> str:
    """A cursor that tells these states; equal for equal ones."""
    told = {key: [s.link, s.at, s.frame, s.turn, _packed(s.cards)] for key, s in sorted(boards.items())}
    return json.dumps({"trello": _VERSION, "boards": told}, separators=(",", ":"))


def from_cursor(cursor: str | None) -> dict[str, BoardState]:
    """The states that a cursor tells; none for one that is not of ours."""
    try:
        told = json.loads(cursor or "")
        if record(told).get("trello") != _VERSION:
            return {}
        return {key: _state(*row) for key, row in record(told.get("boards")).items()}
    except (ValueError, TypeError, RecursionError, zlib.error, binascii.Error):
        return {}


def _state(link: str, at: str, frame: str, turn: int, packed: str) -> BoardState:
    return BoardState(str(link), str(at), str(frame), int(turn), _unpacked(packed))


def _packed(cards: Mapping[str, str]) -> str:
    lines = "\n".join(f"{key} {how}" for key, how in sorted(cards.items()))
    return base64.b64encode(zlib.compress(lines.encode(), 6)).decode()


def _unpacked(packed: str) -> dict[str, str]:
    lines = zlib.decompressobj().decompress(base64.b64decode(packed, validate=True), _MOST).decode()
    pairs = (line.partition(" ") for line in lines.splitlines())
    return {key: how for key, _, how in pairs}
