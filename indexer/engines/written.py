"""Document ↔ the JSON it is kept as. Pure."""

import json
from datetime import datetime
from functools import lru_cache
from typing import Any

from indexer.documents import Customer, Document, Person, Section, plain

REMEMBERED = 512
"""Documents that are not read again, some megabytes of them."""


def written(document: Document) -> str:
    """A document as JSON, fields in their order, times in ISO 8601."""
    return json.dumps(document, default=plain, ensure_ascii=False)


def document(text: str) -> Document:
    """The document that `written` wrote."""
    told: dict[str, Any] = json.loads(text)
    told["sections"] = tuple(_section(s) for s in told["sections"])
    told["labels"] = tuple(told["labels"])
    told["fields"] = tuple((name, value) for name, value in told["fields"])
    told["people"] = tuple(Person(**p) for p in told["people"])
    told["customers"] = tuple(Customer(**(c | {"domains": tuple(c["domains"])})) for c in told["customers"])
    told["created_at"] = _time(told["created_at"])
    told["updated_at"] = _time(told["updated_at"])
    return Document(**told)


remembered = lru_cache(maxsize=REMEMBERED)(document)
"""The same document for the same text, not read again: many questions bring up the same."""


def _section(told: dict[str, Any]) -> Section:
    return Section(**(told | {"at": _time(told["at"])}))


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
