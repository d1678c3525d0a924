"""A Trello board export → a board whose parts can be looked up. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from indexer.documents import EVERYONE, PRIVATE
from indexer.errors import UnknownExport
from indexer.sources.dates import when
from indexer.sources.loose import Record, by_id, flag, number, record, records, string, strings
from indexer.sources.text import one_line
from indexer.sources.trello_comments import Comment, comments_by_card, makers

HOW_TO_EXPORT = "In Trello: board menu, Print, export and share, Export as JSON."
_SHARED = frozenset({"public", "org", "enterprise"})


@dataclass(frozen=True, slots=True)
class Board:
    """A board with its cards as Trello wrote them and what they refer to under its id.

    `checklists`, `comments` and `makers` stand under the id of the card they belong to.
    """

    file: str
    id: str
    name: str
    closed: bool
    visibility: str
    active_at: datetime | None
    cards: Sequence[Record]
    lists: Mapping[str, Record]
    members: Mapping[str, Record]
    labels: Mapping[str, Record]
    checklists: Mapping[str, Sequence[Record]]
    custom_fields: Mapping[str, Record]
    comments: Mapping[str, tuple[Comment, ...]]
    makers: Mapping[str, str]


def board_of(told: object, file: str) -> Board:
    """The board that a parsed export tells. Raises UnknownExport where it is the export of something else."""
    _recognise(told, file)
    board = record(told)
    members, actions = by_id(board.get("members")), records(board.get("actions"))
    return Board(
        file=file,
        id=string(board.get("id")),
        name=one_line(string(board.get("name")), 200) or "Trello board",
        closed=flag(board.get("closed")),
        visibility=EVERYONE if string(record(board.get("prefs")).get("permissionLevel")) in _SHARED else PRIVATE,
        active_at=when(string(board.get("dateLastActivity"))),
        cards=records(board.get("cards")),
        lists=by_id(board.get("lists")),
        members=members,
        labels=by_id(board.get("labels")),
        checklists=_by_card(records(board.get("checklists")), records(board.get("cards"))),
        custom_fields=by_id(board.get("customFields")),
        comments=comments_by_card(actions, members),
        makers=makers(actions, members),
    )


def _by_card(checklists: Sequence[Record], cards: Sequence[Record]) -> dict[str, list[Record]]:
    """Checklists under the id of their card, in the order in which they stand on it."""
    holders = {key: string(card.get("id")) for card in cards for key in strings(card.get("idChecklists"))}
    grouped: defaultdict[str, list[Record]] = defaultdict(list)
    for checklist in sorted(checklists, key=lambda c: number(c.get("pos"))):
        holder = string(checklist.get("idCard")) or holders.get(string(checklist.get("id")), "")
        grouped[holder].append(checklist)
    return grouped


def _recognise(told: object, file: str) -> None:
    board = record(told)
    if isinstance(board.get("cards"), list) and isinstance(board.get("lists"), list) and "swimlanes" not in board:
        return
    if "swimlanes" in board or string(board.get("_format")).startswith("wekan"):
        raise UnknownExport(f"{file} is a WeKan board; only Trello's own export is read. {HOW_TO_EXPORT}")
    what = f"an object with {_some(board)}" if board else f"a {type(told).__name__}"
    raise UnknownExport(
        f"{file} is JSON but no Trello board: it is {what}, and a board has 'cards' and 'lists', "
        f"each of them a list. {HOW_TO_EXPORT}"
    )


def _some(board: Record) -> str:
    keys = [repr(one_line(key, 40)) for key in board]
    return ", ".join(keys[:6]) + (", …" if len(keys) > 6 else "")
