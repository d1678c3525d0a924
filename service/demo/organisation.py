"""The facts of the demo world: who works where, who sells what to whom. Pure; texts are made from them later."""

from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Literal

from service.demo.catalogue import OWN_DOMAIN, Industry, Technology, countries

Stage = Literal["pursuit", "project", "reference"]


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the own company. `expertise` holds keys of technologies."""

    name: str
    title: str
    city: str
    country: str
    note: str
    expertise: tuple[str, ...]
    phone: str
    mobile: str

    @property
    def first(self) -> str:
        """What colleagues call them."""
        return self.name.split()[0]

    @property
    def last(self) -> str:
        """The family name, particles included."""
        return self.name.split(maxsplit=1)[1]

    @property
    def username(self) -> str:
        """Their name on the boards."""
        return slug(self.name).replace("-", "")

    @property
    def email(self) -> str:
        """Their own address."""
        return f"{slug(self.first)}.{slug(self.last)}@{OWN_DOMAIN}"


@dataclass(frozen=True, slots=True)
class Company:
    """A customer or prospect. `entered_twice` marks a second record of a company that is there already."""

    name: str
    industry: Industry
    country: str
    city: str
    domain: str
    owner: Colleague
    employees: int
    known_since: date
    entered_twice: str = ""

    @property
    def short(self) -> str:
        """The name as people say it: without the legal form."""
        words = self.name.split()
        return " ".join(w for w in words if w not in LEGAL_FORMS) or self.name

    @property
    def record(self) -> str:
        """Its Record ID in the CRM."""
        return record_id("company", self.name)


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at a customer."""

    first: str
    last: str
    title: str
    company: Company
    phone: str
    known_since: date

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"

    @property
    def email(self) -> str:
        """Their address at the company."""
        return f"{slug(self.first)}.{slug(self.last)}@{self.company.domain}"

    @property
    def record(self) -> str:
        """Their Record ID in the CRM."""
        return record_id("contact", f"{self.name} of {self.company.name}")


@dataclass(frozen=True, slots=True)
class Venture:
    """One technology for one company: first a pursuit, perhaps a project, perhaps a reference.

    `lane` is the list of the board it stands in. `story` chooses the sentences of industry and technology (pain, want,
    obstacle, outcome) and `figures` are its numbers (few, many, per cent), so that every text tells the same story.
    """

    company: Company
    technology: Technology
    stage: Stage
    lane: str
    contact: Contact
    seller: Colleague
    engineer: Colleague
    lead: Colleague
    started: date
    site: str
    goods: str
    story: tuple[int, int, int, int]
    figures: tuple[int, int, int]
    amount: int

    @property
    def key(self) -> str:
        """What tells this venture, in this stage, from all others."""
        return f"{self.stage}:{self.company.name}:{self.technology.key}"

    @property
    def deal_record(self) -> str:
        """The Record ID of its deal in the CRM; the same in every stage."""
        return record_id("deal", f"{self.company.name}:{self.technology.key}")

    @property
    def obstacle(self) -> tuple[str, str]:
        """What makes it hard: as cards write it, and as a colleague asks after it later."""
        return self.technology.obstacles[self.story[2]]

    def say(self, template: str, **more: str) -> str:
        """Fill a template with the names, figures and sentences of this venture."""
        return template.format_map(self._words() | self._sentences() | more)

    def _words(self) -> dict[str, str]:
        few, many, percent = self.figures
        return {
            "company": self.company.short, "one": self.company.industry.one, "industry": self.company.industry.name,
            "city": self.company.city, "country": _with_article(countries()[self.company.country].name),
            "tech": self.technology.names[0], "way": self.technology.names[1], "site": self.site, "goods": self.goods,
            "contact": self.contact.name, "title": self.contact.title, "seller": self.seller.name,
            "engineer": self.engineer.name, "lead": self.lead.name, "year": str(self.started.year),
            "few": str(few), "few0": str(few * 10), "many": f"{many:,}", "percent": str(percent),
            "amount": f"{self.amount:,}", "language": LANGUAGES[countries()[self.company.country].language],
        }  # fmt: skip

    def _sentences(self) -> dict[str, str]:
        """Pain, want, obstacle and outcome; with a capital letter where the placeholder has one."""
        pain, want, _, outcome = self.story
        told = {
            "pain": self.company.industry.pains[pain],
            "want": self.technology.wants[want].format_map(self._words()),
            "obstacle": self.obstacle[0],
            "outcome": self.technology.outcomes[outcome].format_map(self._words()),
        }
        low = {key: text[0].lower() + text[1:] if not text[:2].isupper() else text for key, text in told.items()}
        return low | {key.capitalize(): text[0].upper() + text[1:] for key, text in told.items()}


@dataclass(frozen=True, slots=True)
class Organisation:
    """All facts of one world."""

    seed: int
    today: date
    colleagues: tuple[Colleague, ...]
    companies: tuple[Company, ...]
    contacts: tuple[Contact, ...]
    ventures: tuple[Venture, ...]

    def colleague(self, name: str) -> Colleague:
        """The colleague of this full name."""
        return next(c for c in self.colleagues if c.name == name)

    def company(self, name: str) -> Company:
        """The company of exactly this name."""
        return next(c for c in self.companies if c.name == name)

    def people_at(self, company: Company) -> tuple[Contact, ...]:
        """Everybody known at a company."""
        return tuple(c for c in self.contacts if c.company == company)


LANGUAGES = {
    "de": "German", "fr": "French", "nl": "Dutch", "en": "English", "sv": "Swedish", "pl": "Polish", "it": "Italian",
    "es": "Spanish",
}  # fmt: skip
LEGAL_FORMS = frozenset(
    ("GmbH", "AG", "KG", "SAS", "SA", "S.A.", "B.V.", "N.V.", "Ltd", "plc", "AB", "S.r.l.", "S.p.A.", "S.L.", "Sp.",
     "z", "o.o.", "&", "Co.", "Genossenschaft")
)  # fmt: skip
_PLAIN = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "å": "a", "é": "e", "è": "e", "ê": "e", "ë": "e", "É": "e", "á": "a",
     "à": "a", "â": "a", "í": "i", "ó": "o", "ò": "o", "ô": "o", "ú": "u", "ñ": "n", "ç": "c", "ł": "l", "Ł": "l",
     "ń": "n", "ż": "z", "ś": "s", "ć": "c", "ą": "a", "ę": "e", "î": "i", "û": "u", "ø": "o", "ź": "z", "Í": "i",
     "ï": "i", "Á": "a", "Ö": "oe", "Ä": "ae", "Ü": "ue", "Å": "a", "Ś": "s", "Ż": "z"}
)  # fmt: skip


def workday(day: date) -> date:
    """This day, or the Friday before where it falls on a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def _with_article(country: str) -> str:
    return f"the {country}" if country in {"United Kingdom", "Netherlands"} else country


def slug(text: str) -> str:
    """Lower-case ASCII words joined by hyphens, as in addresses and links."""
    plain = text.translate(_PLAIN).lower()
    return "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in plain).split())


def record_id(kind: str, key: str) -> str:
    """An eleven-digit CRM number that follows from the key alone."""
    return str(10**10 + int(sha256(f"{kind}:{key}".encode()).hexdigest()[:9], 16) % (8 * 10**10))
