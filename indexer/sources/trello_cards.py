"""A Trello board → documents, one a card, and how many of its comments the export left out. Pure."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from indexer.documents import Customer, Document, Person, Section, Status
from indexer.sources.contents import Placed
from indexer.sources.dates import when
from indexer.sources.loose import Record, count, flag, number, record, records, string, strings
from indexer.sources.markup import from_markdown
from indexer.sources.stages import status_of_list
from indexer.sources.text import one_line, safe_link, web_link
from indexer.sources.trello_board import Board
from indexer.sources.trello_comments import Comment, member_name

# Every board and card has a secret address that writes to it; it may stand in a text as well as in `email`.
_SECRET_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]{1,200}@boards\.trello\.com", re.IGNORECASE)
_CUSTOMER = r"(?:customer|client|account|company|kunde|firma|unternehmen|cliente|société)(?: name)?"
_CUSTOMER_FIELD = re.compile(_CUSTOMER, re.IGNORECASE)
_CUSTOMER_LABEL = re.compile(_CUSTOMER + r"\s*[:=/|–-]\s*(\S.*)", re.IGNORECASE)
_NOT_CARDS = frozenset({"separator", "mirror"})


def cards_of(board: Board, name: str, visibility: str | None) -> Iterator[Placed]:
    """The documents of a board, with ids that begin with `name`. Templates, mirrors and separators are no cards."""
    for position, card in enumerate(board.cards, start=1):
        if _is_card(card) and _key(card):
            yield Placed(_document(card, board, name, visibility), f"{board.file}, card {position}")


def without_id(board: Board) -> list[str]:
    """A sentence for each card that cannot be told from the others."""
    lost = [c for c in board.cards if _is_card(c) and not _key(c)]
    return [
        f"A card named {one_line(string(c.get('name')), 60)!r} in {board.file} has no id and was left out."
        for c in lost
    ]


def lacking(board: Board) -> dict[str, int]:
    """How many of a card's comments were not told although Trello counts them, under its id, where there are any."""
    lost = {key: n - len(board.comments.get(key, ())) for key, n in _counted(board).items()}
    return {key: n for key, n in lost.items() if n > 0}


def _counted(board: Board) -> dict[str, int]:
    """How many comments Trello counts, under the ids of the cards."""
    badges = {string(card.get("id")): record(card.get("badges")) for card in board.cards if _is_card(card)}
    return {key: count(told.get("comments")) for key, told in badges.items()}


def missing_comments(board: Board) -> str:
    """A sentence on comments that Trello counts and the export does not hold, or nothing when all are there."""
    lost = lacking(board)
    if not lost:
        return ""
    total, cards = sum(_counted(board).values()), f"{len(lost)} card{'s' if len(lost) > 1 else ''}"
    return (
        f"Board {board.name!r}: {sum(lost.values())} of {total} comments ({cards}) are not in "
        f"this file, because Trello exports only the newest 1000 actions; connect the API to have them."
    )


def _is_card(card: Record) -> bool:
    return not flag(card.get("isTemplate")) and card.get("cardRole") not in _NOT_CARDS


def _key(card: Record) -> str:
    return re.sub(r"\W", "", string(card.get("id")) or _short(card))[:64]


def _short(card: Record) -> str:
    return string(card.get("shortLink")) or string(card.get("shortlink"))


def _document(card: Record, board: Board, name: str, visibility: str | None) -> Document:
    comments = board.comments.get(string(card.get("id")), ())
    labels, url = _labels(card, board), _url(card)
    fields = _fields(card, board)
    created = _born(string(card.get("id")))
    return Document(
        id=f"{name}:card:{_key(card)}",
        kind="card",
        title=_title(card),
        url=url,
        sections=(*_own_sections(card, board), *(_comment_section(c, url) for c in comments)),
        parent=board.name,
        lane=one_line(string(_list(card, board).get("name")), 200),
        status=_status(card, board),
        labels=labels,
        fields=tuple((key, value) for key, value in (*_dates(card), *fields)),
        people=_people(card, board, comments),
        customers=customers_of(labels, fields),
        created_at=created,
        updated_at=when(string(card.get("dateLastActivity"))) or max((c.at for c in comments if c.at), default=created),
        visibility=visibility or board.visibility,
    )


def _title(card: Record) -> str:
    """The card's name; of all Markdown, Trello shows only backquotes in it as code."""
    return one_line(_secretless(string(card.get("name")).replace("`", ""))) or "(card without a name)"


def _secretless(text: str) -> str:
    return _SECRET_ADDRESS.sub("", text)


def _text(value: object) -> str:
    return _secretless(from_markdown(string(value)))


def _url(card: Record) -> str:
    """The link that survives renaming; Trello also opens a card by its full id."""
    key = re.sub(r"\W", "", _short(card)) or _key(card)
    return web_link(string(card.get("shortUrl"))) or f"https://trello.com/c/{key}"


def _list(card: Record, board: Board) -> Record:
    return board.lists.get(string(card.get("idList")), {})


def _status(card: Record, board: Board) -> Status:
    if board.closed or flag(card.get("closed")) or flag(_list(card, board).get("closed")):
        return "archived"
    if flag(card.get("dueComplete")):
        return "done"
    return status_of_list(string(_list(card, board).get("name")))


def _born(key: str) -> datetime | None:
    """Trello's ids begin with the second of their making, in hex."""
    if not re.fullmatch(r"[0-9a-f]{24}", key):
        return None
    made = datetime.fromtimestamp(int(key[:8], 16), UTC)
    return made if 2008 <= made.year <= 2100 else None


def _labels(card: Record, board: Board) -> tuple[str, ...]:
    """Names of the card's labels; one that is only a colour says nothing."""
    told = records(card.get("labels")) or [board.labels.get(i, {}) for i in strings(card.get("idLabels"))]
    names = (one_line(string(label.get("name")), 100) for label in told)
    return tuple(dict.fromkeys(n for n in names if n))


def _dates(card: Record) -> Iterator[tuple[str, str]]:
    for key, label in (("start", "Start"), ("due", "Due")):
        if at := when(string(card.get(key))):
            yield label, at.date().isoformat()


def _fields(card: Record, board: Board) -> tuple[tuple[str, str], ...]:
    """The card's custom fields by name, in the order of the board."""
    told = {string(item.get("idCustomField")): item for item in records(card.get("customFieldItems"))}
    pairs = (
        (one_line(string(field.get("name")), 100), _field_value(told[key], field))
        for key, field in board.custom_fields.items()
        if key in told
    )
    return tuple((name, value) for name, value in pairs if name and value)


def _field_value(item: Record, field: Record) -> str:
    if chosen := string(item.get("idValue")):
        options = records(field.get("options"))
        return one_line(
            next((string(record(o.get("value")).get("text")) for o in options if o.get("id") == chosen), "")
        )
    value = record(item.get("value"))
    if "checked" in value:
        return "yes" if flag(value["checked"]) else "no"
    if at := when(string(value.get("date"))):
        return at.date().isoformat()
    return _secretless(one_line(string(value.get("text")) or string(value.get("number")), 1000))


def _own_sections(card: Record, board: Board) -> Iterator[Section]:
    if desc := _text(card.get("desc")):
        yield Section(desc)
    for checklist in board.checklists.get(string(card.get("id")), ()):
        yield Section(_checklist(checklist), "checklist")
    if attached := _attachments(card):
        yield Section("\n".join(attached), "field")


def _checklist(checklist: Record) -> str:
    items = sorted(records(checklist.get("checkItems")), key=lambda item: number(item.get("pos")))
    lines = (f"[{'x' if i.get('state') == 'complete' else ' '}] {one_line(_text(i.get('name')), 1000)}" for i in items)
    return "\n".join([one_line(string(checklist.get("name")), 200) or "Checklist", *lines])


def _attachments(card: Record) -> list[str]:
    """Names and links of attachments. They are never fetched: whoever writes a card chooses the address."""
    told = (
        (one_line(string(a.get("name")), 200), safe_link(string(a.get("url"))))
        for a in records(card.get("attachments"))
    )
    return [
        _secretless(f"{name} ({url})" if name and url and name != url else name or url)
        for name, url in told
        if name or url
    ]


def _comment_section(comment: Comment, url: str) -> Section:
    anchor = f"{url}#comment-{comment.id}" if re.fullmatch(r"\w{1,64}", comment.id) else None
    return Section(_text(comment.text), "comment", anchor, comment.author, comment.at)


def _people(card: Record, board: Board, comments: tuple[Comment, ...]) -> tuple[Person, ...]:
    """Members first, then who made the card, then who wrote on it."""
    members = (member_name(board.members.get(key, {})) for key in strings(card.get("idMembers")))
    people = [Person(name, "assignee") for name in members if name]
    authors = [board.makers.get(string(card.get("id")), ""), *(c.author or "" for c in comments)]
    people += [Person(name, "author") for name in authors if name]
    return tuple(dict.fromkeys(people))


def customers_of(labels: tuple[str, ...], fields: tuple[tuple[str, str], ...]) -> tuple[Customer, ...]:
    """Companies that a label (`Customer: Acme`) or a custom field named after customers states outright."""
    told = [value for name, value in fields if _CUSTOMER_FIELD.fullmatch(name)]
    told += [match.group(1) for match in map(_CUSTOMER_LABEL.fullmatch, labels) if match]
    names = (name.strip() for value in told for name in value.split(";"))
    return tuple(Customer(name) for name in dict.fromkeys(names) if name)
