"""Facts → the notes that sellers keep in the CRM, with the haste, markup and typing errors of real ones. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from html import escape
from random import Random

from service.demo.cards import DAYS
from service.demo.catalogue import countries, table
from service.demo.organisation import Colleague, Company, Contact, Organisation, Venture, record_id, workday

NOTES = 1200


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote down after a call or a visit. `text` may hold HTML, as HubSpot exports it."""

    key: str
    author: Colleague
    at: datetime
    company: Company
    contact: Contact
    text: str
    venture: Venture | None = None

    @property
    def record(self) -> str:
        """Its Record ID in the CRM."""
        return record_id("note", self.key)


def notes(world: Organisation) -> tuple[Note, ...]:
    """All notes, oldest first: every company has some, those with ventures more."""
    random = Random(f"notes {world.seed}")
    ventures = {
        c.name: [v for v in world.ventures if v.company == c and v.stage != "reference"] for c in world.companies
    }
    made = [_note(random, world, company, ventures[company.name]) for company in _subjects(random, world)]
    ordered = sorted(made, key=lambda n: (n.at, n.company.name, n.text))
    return tuple(_with_key(world, number, note) for number, note in enumerate(ordered))


def _with_key(world: Organisation, number: int, note: Note) -> Note:
    key = f"{world.seed}:{number}:{note.at}:{note.text}"
    return Note(key, note.author, note.at, note.company, note.contact, note.text, note.venture)


def _subjects(random: Random, world: Organisation) -> Iterator[Company]:
    """The company of each note: all of them twice, second entries among them, then by chance."""
    yield from world.companies
    yield from world.companies
    true = [c for c in world.companies if not c.entered_twice]
    yield from random.choices(true, k=NOTES - 2 * len(world.companies))


def _note(random: Random, world: Organisation, company: Company, ventures: list[Venture]) -> Note:
    contact = random.choice(world.people_at(company))
    venture = random.choice(ventures) if ventures and random.random() < 0.85 else None
    author = (
        company.owner if venture is None or random.random() < 0.75 else random.choice((venture.engineer, venture.lead))
    )
    text = _about(random, world, venture, contact) if venture else _idle(random, contact)
    moment = _moment(random, world, venture)
    return Note("", author, moment, company, contact, _as_typed(random, text), venture)


def _moment(random: Random, world: Organisation, venture: Venture | None) -> datetime:
    """An office hour, after the venture began and before today."""
    age = (world.today - venture.started).days if venture else 900
    day = workday(world.today - timedelta(days=random.randrange(1, max(2, age))))
    return datetime.combine(day, time(random.randrange(8, 18), random.randrange(60)))


def _about(random: Random, world: Organisation, venture: Venture, contact: Contact) -> str:
    """A note about a venture: who, what, something small, what next. Now and then in the language of the place."""
    phrases = table("phrases")["notes"]
    local = phrases.get(countries()[venture.company.country].language, ())
    mate = random.choice([c for c in world.colleagues if c != venture.seller]).first
    if local and random.random() < 0.25:
        parts = [random.choice(local)]
    else:
        parts = [random.choice(phrases[k]) for k in ("openings", "about", "small", "next")]
        parts.insert(2, random.choice([a for a in phrases["about"] if a != parts[1]]))
    more = {"contact": contact.name, "title": contact.title, "mate": mate, "day": random.choice(DAYS)}
    return "\n".join(venture.say(part, **more) for part in parts)


def _idle(random: Random, contact: Contact) -> str:
    phrases = table("phrases")["notes"]
    words = {"contact": contact.name, "city": contact.company.city}
    parts = (
        f"Spoke to {contact.name}, {contact.title}.",
        random.choice(phrases["no_venture"]),
        random.choice(phrases["small"]),
    )
    return "\n".join(part.format_map(words) for part in parts)


def _as_typed(random: Random, text: str) -> str:
    """The text as the CRM keeps it: mostly plain, often HTML of its editor, sometimes with a typing error."""
    if random.random() < 0.08:
        text = _mistyped(random, text)
    if random.random() < 0.45:
        lines = "".join(f'<p style="margin:0;">{escape(line, quote=False)}</p>' for line in text.split("\n"))
        return f'<div style="" dir="auto" data-top-level="true">{lines}</div>'
    return text if random.random() < 0.2 else text.replace("\n", " ")


def _mistyped(random: Random, text: str) -> str:
    """Two letters swapped in one long lower-case word."""
    words = text.split(" ")
    long = [i for i, w in enumerate(words) if len(w) > 6 and w.isalpha() and w.islower()]
    if not long:
        return text
    i, at = random.choice(long), random.randrange(1, 5)
    words[i] = words[i][:at] + words[i][at + 1] + words[i][at] + words[i][at + 2 :]
    return " ".join(words)
