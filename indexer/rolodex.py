"""The records of a person → one card: what each source says, newest first, and where they disagree. Pure."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from typing import Literal

from indexer.acquaintances import address_of, name_of
from indexer.documents import Document, Person
from indexer.names import Entity, is_name, name_key
from indexer.same_person import person_key
from indexer.wording import fold

FactKind = Literal["name", "email", "phone", "job", "department", "company", "address", "owner"]
ORDER: tuple[FactKind, ...] = ("name", "job", "department", "company", "email", "phone", "address", "owner")
SINGLE = frozenset[FactKind](("name", "job", "department", "company", "owner"))
"""Of these somebody has one at a time, so that records which tell different ones disagree."""
_NEVER = datetime.min.replace(tzinfo=UTC)
_WHERE = "(?:home|work|business|office|direct|main|other|private|mobile|cell)"
_PHONE = "phone|telephone|mobile|mobil|cell|handy|telefon|tel|mobiltelefon|festnetz|telefono|portable"
_FIELDS: tuple[tuple[FactKind, re.Pattern[str]], ...] = (
    ("phone", re.compile(rf"(?:{_WHERE} ?)?(?:{_PHONE})(?: ?(?:number|nummer|nr|no|\d))?\.?")),
    ("job", re.compile(r"(?:job ?)?title|role|position|funktion|fonction|job")),
    ("department", re.compile(r"department|abteilung|departement")),
    ("address", re.compile(r"(?:(?:postal|mailing|business|work|home) )?address|anschrift|adresse")),
)


@dataclass(frozen=True, slots=True)
class Fact:
    """What one document tells of a person. `document` is the record, or what mentions them with their address."""

    kind: FactKind
    value: str
    document: Document

    @property
    def at(self) -> datetime | None:
        """As of when it is told: the last change of the document."""
        return self.document.updated_at or self.document.created_at


@dataclass(frozen=True, slots=True)
class Told:
    """A value as the newest of its sources writes it, and every fact that tells it, newest first.

    `shared`: a mail address that others use as well, or may use.
    """

    value: str
    facts: tuple[Fact, ...]
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """All values of one kind, the one told last first. `disputed`: two records tell different ones."""

    kind: FactKind
    values: tuple[Told, ...]
    disputed: bool


@dataclass(frozen=True, slots=True)
class PersonCard:
    """What is known of a person: one entry a kind, in the order of `ORDER`, and the records, newest first."""

    entries: tuple[Entry, ...]
    records: tuple[Document, ...]


def person_card(documents: Iterable[Document], about: Entity) -> PersonCard:
    """The card of a person, from those of their documents that are given."""
    own = frozenset(_records(about))
    held = {document.id: document for document in documents}
    records = sorted((d for d in held.values() if d.id in own), key=_newest, reverse=True)
    facts = [fact for record in records for fact in _of_record(record)]
    for document in held.values():
        facts += () if document.id in own else _of_mention(document, about)
    told: dict[FactKind, list[Fact]] = defaultdict(list)
    for fact in facts:
        told[fact.kind].append(fact)
    entries = (_entry(kind, told[kind], about) for kind in ORDER if told[kind])
    return PersonCard(tuple(entries), tuple(records))


def _newest(document: Document) -> tuple[datetime, str]:
    return document.updated_at or document.created_at or _NEVER, document.id


def _of_record(record: Document) -> Iterator[Fact]:
    own = [person for person in record.people if person.role == "self"] or [Person(record.title, "self")]
    owners = [person for person in record.people if person.role == "owner"]
    told: list[tuple[FactKind, str]] = [
        *(("name", name_of(person)) for person in own),
        *(("email", address_of(person)) for person in own),
        *(("owner", name_of(person) or address_of(person)) for person in owners),
        *(("company", customer.name) for customer in record.customers),
        *(known for name, value in record.fields for known in _of_field(name, value)),
    ]
    for kind, value in dict.fromkeys((kind, " ".join(value.split())) for kind, value in told):
        if is_name(value):
            yield Fact(kind, value, record)


def _of_field(name: str, value: str) -> Iterator[tuple[FactKind, str]]:
    folded = fold(name).strip()
    kind = next((kind for kind, said in _FIELDS if said.fullmatch(folded)), None)
    if kind is not None:
        parts = value.split(";") if kind in ("phone", "address") else [value]
        yield from ((kind, part) for part in parts if kind != "phone" or len(_digits(part)) > 4)


def _of_mention(document: Document, about: Entity) -> Iterator[Fact]:
    """The addresses that a board or a note names somebody with; their names, where no record tells them."""
    for person in document.people:
        address = address_of(person)
        if person.role != "self" and address in about.emails:
            yield Fact("email", address, document)
            if not about.records and is_name(name_of(person)):
                yield Fact("name", name_of(person), document)


def _entry(kind: FactKind, facts: Sequence[Fact], about: Entity) -> Entry:
    alike: dict[str, list[Fact]] = defaultdict(list)
    by_record: dict[str, set[str]] = defaultdict(set)
    own = frozenset(_records(about))
    for fact in sorted(facts, key=lambda f: (_newest(f.document), f.value), reverse=True):
        key = _key(kind, fact.value)
        alike[key].append(fact)
        if fact.document.id in own:
            by_record[fact.document.id].add(key)
    apart = any(one.isdisjoint(other) for one, other in combinations(by_record.values(), 2))
    shared = {key for key in alike if kind == "email" and key not in about.emails}
    told = tuple(Told(found[0].value, tuple(found), key in shared) for key, found in alike.items())
    return Entry(kind, told, kind in SINGLE and apart)


def _records(about: Entity) -> Sequence[str]:
    return about.document_ids[: about.records]


def _key(kind: FactKind, value: str) -> str:
    """What two ways to write the same value share; two spellings of a name are two values."""
    same: dict[FactKind, Callable[[str], str]] = {"phone": _digits, "company": name_key, "owner": person_key}
    return same.get(kind, str.casefold)(value) or value.casefold()


def _digits(phone: str) -> str:
    """A telephone number without what only parts it: "+49 (0)30 / 12-34" → "+49301234"."""
    return re.sub(r"^00", "+", re.sub(r"[^\d+]", "", phone.replace("(0)", "")))
