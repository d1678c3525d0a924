"""Builders of records for tests: each states only what matters to the test that calls it."""

from datetime import UTC, datetime
from typing import Any

from indexer.documents import EVERYONE, Document, Section

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
