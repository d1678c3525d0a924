"""Facts → the documents of board and CRM, what each is about, and the sources that tell them. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random
from typing import Any

from indexer.documents import EVERYONE, Customer, Document, Kind, Person, Role, Section, Status
from indexer.sources.protocol import Census, Checkpoint, Event, Upsert
from scripts.world.facts import OWN_DOMAIN, Facts, Firm, State, Theme, Venture, plain

TODAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
BOARD, CRM = "trello:world", "crm:world"
TOUCHES = (
    "Met {contact} for coffee. They are reorganising purchasing and will come back after the holidays.",
    "{contact} rang to ask about our day rates. Sent the list; next call in a fortnight.",
    "Ran into {contact} at the trade fair. Two new sites are planned, no supplier chosen yet.",
    "{contact} was unhappy about the response times of the hotline. Promised a review with service.",
    "Framework agreement discussed with {contact}; their legal department wants Swiss law.",
    "Besuch im Werk mit {contact}. Investitionen sind bis Herbst gesperrt, danach wieder melden.",
    "Déjeuner avec {contact}. Le budget sera voté en juin, rester en contact.",
)
LANES: dict[State, tuple[str, str, str]] = {
    "lead": ("Pipeline", "In talks", "open"),
    "lost": ("Pipeline", "Lost", "lost"),
    "running": ("Projects", "Build", "open"),
    "won": ("Projects", "Done", "done"),
    "reference": ("References", "May be named", "open"),
}
STAGES: dict[State, tuple[str, Status]] = {
    "lead": ("Proposal", "open"), "lost": ("Closed lost", "lost"), "running": ("Closed won", "won"),
    "won": ("Closed won", "won"), "reference": ("Closed won", "won"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class About:
    """What a document speaks of; `state` and `theme` only where it is about a venture."""

    firm: Firm
    theme: Theme | None = None
    state: State | None = None

    @property
    def is_reference(self) -> bool:
        """Whether it shows work that a customer bought and has."""
        return self.state in ("won", "reference")


@dataclass(frozen=True, slots=True)
class Shelves:
    """All documents, and by their ids what they are about."""

    documents: tuple[Document, ...]
    about: Mapping[str, About]

    def sources(self) -> list["Shelf"]:
        """The board and the CRM as sources."""
        return [Shelf(name, [d for d in self.documents if d.source == name]) for name in (BOARD, CRM)]


class Shelf:
    """Documents as a source."""

    def __init__(self, name: str, documents: Sequence[Document]) -> None:
        """Tell these documents under this name."""
        self.name = name
        self._documents = {document.id: document for document in documents}

    def check(self) -> list[str]:
        """Nothing is ever missing."""
        return []

    def pull(self, cursor: str | None) -> Iterator[Event]:
        """Every document, then a checkpoint."""
        yield from (Upsert(document) for document in self._documents.values())
        yield Checkpoint("all")

    def census(self) -> Census:
        """All of them."""
        return Census(frozenset(self._documents), True)

    def fetch(self, ids: Sequence[str]) -> Iterator[Event]:
        """Those that are there."""
        yield from (Upsert(self._documents[id_]) for id_ in ids if id_ in self._documents)


def filled(facts: Facts, seed: int) -> Shelves:
    """Everything that the organisation wrote down."""
    random = Random(f"shelves {seed}")
    made = [told for firm in facts.firms for told in _of_firm(random, firm)]
    made += [told for venture in facts.ventures for told in _of_venture(random, venture)]
    return Shelves(tuple(document for document, _ in made), {document.id: about for document, about in made})


def _of_firm(random: Random, firm: Firm) -> Iterator[tuple[Document, About]]:
    about, owner = About(firm), _colleague(firm.owner, "owner")
    former = [("Former name" if len(firm.short) > 3 else "Full name", alias) for alias in firm.aliases]
    fields = (("Domain", firm.domain), ("Industry", firm.industry.asked[0][1].capitalize()), *former)
    yield _document(random, "company", firm, firm.name, people=(owner,), fields=fields), about
    if firm.entered_twice:
        yield _document(random, "company", firm, firm.aliases[0], people=(owner,), fields=(fields[0],)), about
    for name in firm.contacts:
        post = random.choice(("Head of Procurement", "Plant Manager", "IT-Leiter", "Chief Financial Officer", "DSI"))
        people = (Person(name, "self", _address(name, firm.domain)), owner)
        sections = (Section(f"{post}, {firm.name}"),)
        yield _document(random, "contact", firm, name, sections, people=people), about
    for text in random.sample(TOUCHES, random.choice((1, 1, 2))):
        contact = random.choice(firm.contacts)
        told = text.format(contact=contact)
        people = (_colleague(firm.owner, "author"), Person(contact, "contact", _address(contact, firm.domain)))
        yield _document(random, "note", firm, f"Call with {contact}", (Section(told),), people=people), about


def _of_venture(random: Random, venture: Venture) -> Iterator[tuple[Document, About]]:
    firm, theme, about = venture.firm, venture.theme, About(venture.firm, venture.theme, venture.state)
    team = (_colleague(venture.engineer, "assignee"), _colleague(firm.owner, "author"))
    yield _card(random, venture, team), about
    if random.random() < 0.6:
        stage, status = STAGES[venture.state]
        fields = (("Amount", f"{random.randrange(20, 900) * 1000:,} EUR"), ("Stage", stage))
        people = (_colleague(firm.owner, "owner"),)
        yield _document(
            random, "deal", firm, f"{firm.short} – {theme.title}", lane=stage, status=status, fields=fields,
            people=people,
        ), about  # fmt: skip
    notes = dict(theme.notes)
    if firm.language in notes:
        people = (_colleague(venture.engineer, "author"),)
        yield _document(random, "note", firm, theme.title, (Section(notes[firm.language]),), people=people), about


def _card(random: Random, venture: Venture, team: tuple[Person, ...]) -> Document:
    firm, theme = venture.firm, venture.theme
    board, lane, status = LANES[venture.state]
    industry = firm.industry.asked[0][1].capitalize()
    title = f"{theme.title} – {firm.short}" if board != "References" else f"Reference: {firm.short}, {theme.title}"
    said = f"{firm.short} ({industry.lower()}): {' '.join(theme.facts)}"
    comment = random.choice(("Waiting for their IT.", "Kick-off was fine, minutes in the folder.", "Ball is with us."))
    return _document(
        random, "card", firm, title, (Section(said), Section(comment, "comment", author=venture.engineer)),
        parent=board, lane=lane, status=status, people=team, fields=(("Customer", firm.name), ("Industry", industry)),
        labels=("Reference",) if board == "References" else (),
    )  # fmt: skip


def _document(
    random: Random, kind: Kind, firm: Firm, title: str, sections: tuple[Section, ...] = (), **more: Any
) -> Document:
    source = BOARD if kind == "card" else CRM
    key = sha256(f"{kind} {firm.name} {title} {random.random()}".encode()).hexdigest()[:16]
    updated = TODAY - timedelta(days=random.randrange(5, 900))
    customer = Customer(firm.name) if kind == "card" else Customer(firm.name, plain(firm.short), (firm.domain,))
    facts: dict[str, Any] = {
        "parent": firm.name if kind not in ("company", "card") else "",
        "url": f"https://trello.com/c/{key}" if kind == "card" else f"https://crm.{OWN_DOMAIN}/{kind}/{key}",
        "customers": (customer,),
        "created_at": updated - timedelta(days=random.randrange(1, 200)),
        "updated_at": updated,
        "visibility": EVERYONE,
    }
    return Document(f"{source}:{kind}:{key}", kind, title, sections=sections, **(facts | more))


def _colleague(name: str, role: Role) -> Person:
    return Person(name, role, _address(name, OWN_DOMAIN))


def _address(name: str, domain: str) -> str:
    first, _, last = name.partition(" ")
    return f"{plain(first)}.{plain(last)}@{domain}"
