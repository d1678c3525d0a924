"""The actions of a Trello board → the comments of its cards, and who made the cards. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from indexer.sources.dates import when
from indexer.sources.loose import Record, record, string
from indexer.sources.text import one_line

_COMMENTS = frozenset({"commentCard", "copyCommentCard"})
_BIRTHS = frozenset({"createCard", "copyCard", "convertToCardFromCheckItem", "emailCard"})


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment as Trello shows it; `id` is that of its action, the end of its link."""

    id: str
    card_id: str
    text: str
    author: str | None
    at: datetime | None


def comments_by_card(actions: Sequence[Record], members: Mapping[str, Record]) -> dict[str, tuple[Comment, ...]]:
    """Comments under the id of their card, oldest first, edits applied and deleted ones left out."""
    told = _edits(actions)
    found: dict[str, Comment] = {}
    for action in actions:
        if string(action.get("type")) in _COMMENTS:
            comment = _comment(action, members)
            text = told.get(comment.id, comment.text)
            if text is not None and text.strip() and comment.card_id:
                found[comment.id or f"?{len(found)}"] = replace(comment, text=text)
    grouped: defaultdict[str, list[Comment]] = defaultdict(list)
    for comment in sorted(found.values(), key=lambda c: (c.at is not None, c.at, c.id)):
        grouped[comment.card_id].append(comment)
    return {card: tuple(comments) for card, comments in grouped.items()}


def makers(actions: Sequence[Record], members: Mapping[str, Record]) -> dict[str, str]:
    """Who made a card, under its id, as far as the board's actions still tell."""
    births = (a for a in actions if string(a.get("type")) in _BIRTHS)
    told = ((string(record(record(a.get("data")).get("card")).get("id")), _creator(a, members)) for a in births)
    return {card: name for card, name in told if card and name}


def member_name(member: Record) -> str:
    """A member's full name, else the user name."""
    return one_line(string(member.get("fullName")) or string(member.get("username")), 100)


def _comment(action: Record, members: Mapping[str, Record]) -> Comment:
    data = record(action.get("data"))
    author = _creator(action, members)
    if action.get("type") == "copyCommentCard":  # its creator only made the copy
        original = members.get(string(data.get("idOriginalCommenter")), {})
        author = member_name(original) or member_name(record(action.get("member"))) or author
    return Comment(
        id=string(action.get("id")),
        card_id=string(record(data.get("card")).get("id")),
        text=string(data.get("text")),
        author=author or None,
        at=when(string(action.get("date"))),
    )


def _creator(action: Record, members: Mapping[str, Record]) -> str:
    """The acting member; the board's own list fails for those who left it, so the action's own record comes first."""
    own = member_name(record(action.get("memberCreator")))
    return own or member_name(members.get(string(action.get("idMemberCreator")), {}))


def _edits(actions: Sequence[Record]) -> dict[str, str | None]:
    """Later states of comments by id: a new text, or None for a deleted one. The newest action comes first."""
    told: dict[str, str | None] = {}
    for action in actions:
        target = record(record(action.get("data")).get("action"))
        if action.get("type") == "updateComment" and isinstance(target.get("text"), str):
            told.setdefault(string(target.get("id")), target["text"])
        elif action.get("type") == "deleteComment":
            told[string(target.get("id"))] = None
    return told
