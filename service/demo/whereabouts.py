"""Where the answer to a question stands: facts → the documents that tell them. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from indexer.documents import Kind
from service.demo.cards import BOARDS, Card
from service.demo.contacts import uid
from service.demo.crm import deals
from service.demo.notes import Note
from service.demo.organisation import Colleague, Company, Organisation, Venture
from service.demo.trello import card_id, card_url


@dataclass(frozen=True, slots=True)
class Place:
    """A document of the world. `key` is the last part of its id in an index; `best` places answer most directly.

    `url` is empty where the export itself holds no link (CRM records, the address book).
    """

    kind: Kind
    key: str
    title: str
    url: str = ""
    best: bool = False

    def is_at(self, document_id: str) -> bool:
        """Whether an indexed document is this one; ids read `source:account:kind:native_id`."""
        return document_id.endswith(f":{self.kind}:{self.key}")


@dataclass(frozen=True, slots=True)
class Library:
    """Everything that is written down in a world, and how to find it by what it is about."""

    world: Organisation
    cards: tuple[Card, ...]
    notes: tuple[Note, ...]

    def answering(self, about: str, venture: Venture) -> tuple[Place, ...]:
        """The places that answer a question about this side of a venture, the best first."""
        if about.startswith("colleague "):
            return (_colleague(self.world.colleague(about.removeprefix("colleague "))),)
        found = {
            "company": self._company, "person": self._person, "expert": self._expert, "work": self._work,
            "obstacle": self._obstacle, "reference": self._reference, "abroad": self._abroad,
            "reference of company": self._reference_of,
        }[about](venture)  # fmt: skip
        return tuple(sorted(dict.fromkeys(found), key=lambda p: not p.best))

    def _company(self, venture: Venture) -> Iterator[Place]:
        """Who is in touch with a company: its cards and records; what was written about it tells as well."""
        meant = venture.company.name
        yield from (_card(c, best=True) for c in self.cards if c.venture and c.venture.company.name == meant)
        for company in self.world.companies:
            if meant in {company.name, company.entered_twice}:
                yield from self._records(company)
        yield from _deals(v for v in deals(self.world) if v.company.name == meant)

    def _records(self, company: Company) -> Iterator[Place]:
        yield _record("company", company.record, company.name, best=True)
        yield from (_record("contact", p.record, p.name) for p in self.world.people_at(company))
        yield from (_note(n) for n in self.notes if n.company == company)

    def _person(self, venture: Venture) -> Iterator[Place]:
        """Who knows somebody: their record and all that names them."""
        name = venture.contact.name
        yield _record("contact", venture.contact.record, name, best=True)
        yield from (_note(n) for n in self.notes if name in n.text or n.contact.name == name)
        yield from (_card(c) for c in self.cards if c.venture and c.venture.contact.name == name)
        yield from _deals(v for v in deals(self.world) if v.contact.name == name)

    def _expert(self, venture: Venture) -> Iterator[Place]:
        """Whom to ask about a technology: the address book; cards of it name the engineer too."""
        yield _colleague(venture.engineer)
        yield from (_card(c) for c in self.cards if c.venture and c.venture.technology == venture.technology)

    def _work(self, venture: Venture) -> Iterator[Place]:
        """The same technology in the same industry, at any stage."""
        yield from self._about(v for v in self.world.ventures if is_alike(v, venture))

    def _obstacle(self, venture: Venture) -> Iterator[Place]:
        """The same difficulty, wherever it was met."""
        met = [v for v in self.world.ventures if v.obstacle == venture.obstacle]
        yield from (_card(c, best=True) for c in self._cards_of(met) if _tells(c, venture.obstacle[0]))
        yield from (_note(n) for n in self.notes if venture.obstacle[0][1:] in n.text)

    def _reference(self, venture: Venture) -> Iterator[Place]:
        """References for a technology in an industry; what was finished there may serve as well."""
        alike = [v for v in self.world.ventures if is_alike(v, venture)]
        yield from self._shown(alike)

    def _abroad(self, venture: Venture) -> Iterator[Place]:
        """The same in a country instead of an industry."""
        where, what = venture.company.country, venture.technology.key
        yield from self._shown(v for v in self.world.ventures if (v.company.country, v.technology.key) == (where, what))

    def _reference_of(self, venture: Venture) -> Iterator[Place]:
        """What may be said about one customer."""
        yield from (_card(c, best=c.board == BOARDS["reference"]) for c in self.cards if _is_of(c, venture.company))
        yield _record("company", venture.company.record, venture.company.name)

    def _shown(self, ventures: Iterable[Venture]) -> Iterator[Place]:
        built = [v for v in ventures if v.stage != "pursuit"]
        yield from (_card(c, best=c.board == BOARDS["reference"]) for c in self._cards_of(built))
        yield from _deals(built)

    def _about(self, ventures: Iterable[Venture]) -> Iterator[Place]:
        chosen = list(ventures)
        records = {v.deal_record for v in chosen}
        yield from (_card(c, best=True) for c in self._cards_of(chosen))
        yield from _deals(v for v in deals(self.world) if v.deal_record in records)
        yield from (_note(n) for n in self.notes if n.venture and n.venture.deal_record in records)

    def _cards_of(self, ventures: Iterable[Venture]) -> Iterator[Card]:
        keys = {v.key for v in ventures}
        return (c for c in self.cards if c.venture and c.venture.key in keys)


def is_alike(one: Venture, other: Venture) -> bool:
    """Whether two ventures bring the same technology to the same industry."""
    same_industry = one.company.industry.key == other.company.industry.key
    return same_industry and one.technology.key == other.technology.key


def _is_of(card: Card, company: Company) -> bool:
    return card.venture is not None and card.venture.company == company


def _tells(card: Card, sentence: str) -> bool:
    return any(sentence[1:] in text for text in (card.text, *(c.text for c in card.comments)))


def _card(card: Card, best: bool = False) -> Place:
    return Place("card", card_id(card), card.title, card_url(card), best)


def _note(note: Note) -> Place:
    return Place("note", note.record, f"{note.company.name}, {note.at:%Y-%m-%d}")


def _record(kind: Kind, record: str, title: str, best: bool = False) -> Place:
    return Place(kind, record, title, best=best)


def _colleague(person: Colleague) -> Place:
    return Place("contact", uid(person), person.name, best=True)


def _deals(ventures: Iterable[Venture]) -> Sequence[Place]:
    return [Place("deal", v.deal_record, v.say("{company} – {tech}")) for v in ventures]
