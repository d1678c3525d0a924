"""Builders of records for tests: each states only what matters to the test that calls it."""

from datetime import UTC, datetime
from typing import Any

from indexer.asking import Answer, Hit, Question
from indexer.documents import EVERYONE, Document, Section
from service.mail.letter import Address, Mail, OwnWords, Reading, Trust

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def a_card(about: str = "Pilot with Brückner Logistik", body: str = "", **more: Any) -> Document:
    """A board card everyone may read; `more` sets any other field of Document."""
    key = more.pop("key", "".join(c for c in about if c.isalnum())[:24] or "card")
    facts: dict[str, Any] = {
        "id": f"trello:sales:card:{key}",
        "kind": "card",
        "title": about,
        "url": f"https://trello.com/c/{key}",
        "sections": (Section(body),) if body else (),
        "parent": "Sales",
        "lane": "In talks",
        "updated_at": NOW,
        "visibility": EVERYONE,
    }
    return Document(**(facts | more))


def a_note(about: str, body: str, **more: Any) -> Document:
    """A CRM note everyone may read."""
    key = more.pop("key", "".join(c for c in about if c.isalnum())[:24])
    facts: dict[str, Any] = {
        "id": f"crm:hubspot:note:{key}",
        "kind": "note",
        "url": f"https://crm.example.com/note/{key}",
        "parent": "",
        "lane": "",
    }
    return a_card(about, body, key=key, **(facts | more))


def a_hit(document: Document | None = None, passage: str = "", **more: Any) -> Hit:
    """A document that was found, by its title unless a passage is given; the words `marked` of it are highlighted."""
    found = document or a_card()
    text = passage or found.title
    marked = more.pop("marked", "")
    spans = ((text.index(marked), text.index(marked) + len(marked)),) if marked else ()
    facts: dict[str, Any] = {"score": 1.0, "passage": text, "anchor": found.url, "highlights": spans}
    return Hit(found, **(facts | more))


def a_reading(asking: str | tuple[str, ...] = "Who is talking to Brückner?", **more: Any) -> Reading:
    """A mail from Jana Köhler, a colleague, that was read; `more` sets fields of Mail or of Reading."""
    asked = (asking,) if isinstance(asking, str) else asking
    text = more.pop("text", "\n".join(("Hi Tom,", *asked, "Jana")))
    rest = {name: more.pop(name) for name in ("automatic", "trust", "language", "questions") if name in more}
    mail: dict[str, Any] = {
        "identity": "5e" * 32,
        "message_id": "<ask-1@firma.example>",
        "subject": "Brückner",
        "sender": Address("jana.koehler@firma.example", "Jana Köhler"),
        "to": (Address("tom@firma.example", "Tom Okafor"),),
        "date": NOW,
        "text": text,
    }
    facts: dict[str, Any] = {
        "automatic": None,
        "trust": Trust("unproven", "Nothing vouches for it."),
        "questions": _questions(asked),
    }
    return Reading(Mail(**(mail | more)), OwnWords(text), **(facts | rest))


def an_answer(*hits: Hit, asking: str = "Who is talking to Brückner?", sure: float = 0.9, **more: Any) -> Answer:
    """The answer to a question: these hits, with this probability."""
    return Answer(Question(asking), hits, sure, **more)


def _questions(asked: tuple[str, ...]) -> tuple[Question, ...]:
    return tuple(Question(text) for text in asked if text)


ANA = {"id": "m1", "fullName": "Ana Souza", "username": "ana"}
"""A member of Trello boards."""


def a_board(*cards: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A Trello board export that states only what matters."""
    return {
        "id": "b1",
        "name": "Sales",
        "prefs": {"permissionLevel": "org"},
        "lists": [{"id": "l1", "name": "In talks"}, {"id": "l2", "name": "Old", "closed": True}],
        "members": [ANA],
        "cards": [{"id": f"5e837c79dac9b968388c88c{n}", "idList": "l1"} | card for n, card in enumerate(cards)],
        "actions": [],
    } | more


def a_comment(text: str, card: int = 0, **more: Any) -> dict[str, Any]:
    """A Trello comment action on the card of this number."""
    data = {"text": text, "card": {"id": f"5e837c79dac9b968388c88c{card}"}}
    facts = {"id": "c1", "type": "commentCard", "date": "2024-05-01T08:00:00.000Z", "data": data, "memberCreator": ANA}
    return facts | more
