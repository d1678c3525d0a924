"""A document, its people and its passages → rows of the tables. Pure."""

from collections.abc import Sequence
from datetime import UTC

from indexer.documents import Document, Passage, Person
from indexer.engines.narrowing import squeezed
from indexer.engines.writing import naming
from indexer.names import MOST_NAMED, is_name
from indexer.passages import CUTTING

COLUMNS = (
    *("id", "source", "kind", "parent", "parent_folded", "lane", "lane_folded", "status", "visibility", "day"),
    *("updated_at", "content_hash", "cutting", "naming"),
)


def passage_row(passage_id: int, number: int, passage: Passage) -> Sequence[object]:
    """A passage as the table `passages` has it."""
    p, words = passage, len(passage.text.split())
    return passage_id, number, p.ordinal, p.kind, p.context, p.text, p.anchor, words, bytes.fromhex(p.text_hash)


def columns(document: Document) -> Sequence[object]:
    """What a document's filters ask for, in the order of COLUMNS."""
    d, at = document, document.updated_at.astimezone(UTC) if document.updated_at else None
    day, second = (at.date().isoformat(), at.timestamp()) if at else ("", 0.0)
    told = (d.id, d.source, d.kind, d.parent, squeezed(d.parent), d.lane, squeezed(d.lane), d.status, d.visibility)
    return (*told, day, second, d.content_hash, CUTTING, naming(d))


def people_in(number: int, document: Document) -> list[tuple[int, str, str]]:
    """People under their name and their address, for the filters; an address beside a name is not shown."""
    return [
        (number, squeezed(name), shown)
        for name, shown in sorted({pair for person in document.people[:MOST_NAMED] for pair in _called(person)})
    ]


def _called(person: Person) -> list[tuple[str, str]]:
    told = [name for name in (person.name, person.email or "") if is_name(name)]
    return [(name, name if name == told[0] else "") for name in told]


def customers_in(number: int, document: Document) -> list[tuple[int, str, str]]:
    """The companies that a document names, for the filters."""
    names = sorted({company.name for company in document.customers[:MOST_NAMED] if is_name(company.name)})
    return [(number, squeezed(name), name) for name in names]
