"""Documents of two customers in every visibility, each marked by words that stand nowhere else. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from indexer.documents import Customer, Document, Kind, Person, Section

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
VISIBILITIES = ("everyone", "group:sales", "group:board", "group:nobody", "private", "", "Everyone", "public", "group:")
"""Those of real sources and values that nobody defined, which mean private."""
CUSTOMERS = {"A": ("Adler Werke", "adler.example"), "B": ("Bussard Bahn", "bussard.example")}
KINDS: tuple[Kind, ...] = ("card", "note", "deal", "contact", "activity")
MATTERS = ("night trains", "depot cameras", "ticket machines", "a timetable for trams")


@dataclass(frozen=True, slots=True)
class Marked:
    """A document, the word that marks its text, the one that marks its links, and the customer it is about."""

    document: Document
    word: str
    key: str
    customer: str


def shelf(draw: Random) -> list[Marked]:
    """For each customer and visibility a document or two; which kinds these are is drawn."""
    wanted = [(c, v) for c in CUSTOMERS for v in VISIBILITIES for _ in range(draw.randint(1, 2))]
    return [_marked(draw, number, *one) for number, one in enumerate(wanted)]


def _marked(draw: Random, number: int, customer: str, visibility: str) -> Marked:
    word, key = (f"{first}{draw.randrange(16**6):06x}{number:02d}" for first in ("zq", "jx"))
    return Marked(_document(draw, (word, key), customer, visibility), word, key, customer)


def _document(draw: Random, marks: tuple[str, str], customer: str, visibility: str) -> Document:
    mark, key = marks
    name, domain = CUSTOMERS[customer]
    kind, matter = draw.choice(KINDS), draw.choice(MATTERS)
    source, place = ("crm:hubspot", "") if kind in ("note", "contact", "deal") else ("trello:sales", f"Sales {mark}")
    url = f"https://crm.example.com/{kind}/{key}" if place == "" else f"https://trello.com/c/{key}"
    owner = Person(f"{draw.choice(('Lea', 'Max', 'Ida'))} {mark.title()}", draw.choice(("owner", "author", "assignee")))
    theirs = Person(f"Ute {mark}", "contact", f"{mark}@{domain}")
    body = Section(f"{name} asked for {matter} {mark}. {owner.name} talks to them.", anchor=f"{url}#{key}")
    title = {"contact": f"Ute {mark}"}.get(kind, f"{matter.capitalize()} for {name} {mark}")
    return Document(
        id=f"{source}:{kind}:{key}",
        kind=kind,
        title=title,
        url=url,
        sections=(body, Section(f"They are a reference for {matter}, {mark}.", "comment", author=owner.name, at=NOW)),
        parent=place,
        lane=f"Won {mark}" if place else "",
        labels=(mark,),
        fields=(("Value", f"{mark} EUR"),),
        people=(owner, theirs),
        customers=(Customer(name, mark, (domain,)),),
        updated_at=NOW - timedelta(days=draw.randint(0, 400)),
        visibility=visibility,
    )
