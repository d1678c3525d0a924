"""Documents of two customers in every visibility, each marked by words that stand nowhere else. Pure."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from indexer.documents import Customer, Document, Kind, Person, Section

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
VISIBILITIES = ("everyone", "public", "group:sales", "group:board", "group:nobody", "private", "", "Everyone", "group:")
"""Those of real sources and values that nobody defined, which mean private."""
NOBODY = ""
CUSTOMERS = {"A": ("Adler Werke", "adler.example"), "B": ("Bussard Bahn", "bussard.example")}
KINDS: tuple[Kind, ...] = ("card", "note", "deal", "contact", "activity")
MATTERS = ("night trains", "depot cameras", "ticket machines", "a timetable for trams")


@dataclass(frozen=True, slots=True)
class Marked:
    """A document, the words that mark its text, its links and its people, and the customer it is about, if any."""

    document: Document
    word: str
    key: str
    who: str
    customer: str

    @property
    def is_for_all(self) -> bool:
        """Whether people outside may read it: then it names no customer; whom of us it names they may not know."""
        return self.document.visibility == "public" and self.customer == NOBODY


def shelf(draw: Random) -> list[Marked]:
    """For each customer and visibility a document or two; which kinds these are is drawn."""
    wanted = [(c, v) for c in CUSTOMERS for v in VISIBILITIES for _ in range(draw.randint(1, 2))]
    wanted += [(NOBODY, v) for v in ("everyone", "public", "public", "public", "private")]
    return [_marked(draw, number, *one) for number, one in enumerate(wanted)]


def _marked(draw: Random, number: int, customer: str, visibility: str) -> Marked:
    word, key, who = (f"{first}{draw.randrange(16**6):06x}{number:02d}" for first in ("zq", "jx", "wv"))
    document = _document(draw, (word, key, who), customer, visibility)
    return Marked(document if customer else _about_nobody(document, draw.choice(MATTERS)), word, key, who, customer)


def _about_nobody(document: Document, matter: str) -> Document:
    """The same as a card about a matter: no customer, nobody outside, none of us in the text."""
    word = document.labels[0]
    text = Section(f"We have a reference for {matter}, {word}.", anchor=document.sections[0].anchor)
    comment = replace(document.sections[1], text=f"All about {matter}, {word}.")
    title, people = f"{matter.capitalize()} {word}", document.people[:1]
    return replace(document, kind="card", title=title, sections=(text, comment), customers=(), people=people)


def _document(draw: Random, marks: tuple[str, str, str], customer: str, visibility: str) -> Document:
    mark, key, who = marks
    name, domain = CUSTOMERS[customer or "A"]
    kind, matter = draw.choice(KINDS if customer else KINDS[:1]), draw.choice(MATTERS)
    source, place = ("crm:hubspot", "") if kind in ("note", "contact", "deal") else ("trello:sales", f"Sales {mark}")
    url = f"https://crm.example.com/{kind}/{key}" if place == "" else f"https://trello.com/c/{key}"
    owner = Person(f"{draw.choice(('Lea', 'Max', 'Ida'))} {who.title()}", draw.choice(("owner", "author", "assignee")))
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
