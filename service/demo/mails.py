"""Facts and `mails.toml` → the sample mailbox: each mail's bytes, and what should become of it. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from email.utils import parseaddr
from hashlib import sha256
from random import Random
from typing import Any, Literal

from indexer.asking import QuestionKind
from service.demo import machines
from service.demo.catalogue import countries, table
from service.demo.letters import Letter, Quoted, encode, signature
from service.demo.organisation import Colleague, Organisation, Venture, workday
from service.demo.whereabouts import Library, Place, is_alike
from service.replies.outcome import Reason

OWNER = "Katrin Sommer"
Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Expected:
    """A question that a mail asks, and the places where its answer stands, the best first."""

    kind: QuestionKind
    words: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class SampleMail:
    """One mail of the sample mailbox and what should become of it.

    `kind` says what sort of mail it is. A draft answers at least one of `questions`; a pass has one of `reasons`.
    """

    slug: str
    message_id: str
    subject: str
    sender: str
    at: datetime
    raw: bytes
    outcome: Literal["draft", "pass"]
    kind: str
    questions: tuple[Expected, ...] = ()
    reasons: tuple[Reason, ...] = ()

    def is_answered_by(self, document_id: str) -> bool:
        """Whether this indexed document answers one of the questions."""
        return any(place.is_at(document_id) for q in self.questions for place in q.places)


def sample_mails(library: Library) -> tuple[SampleMail, ...]:
    """The whole mailbox, oldest first; what was asked really stands in the library."""
    random = Random(f"mails {library.world.seed}")
    entries = [("draft", e) for e in table("mails")["draft"]] + [("pass", e) for e in table("mails")["pass"]]
    random.shuffle(entries)
    used: set[str] = set()
    mails = []
    for number, (outcome, entry) in enumerate(entries):
        at = _arrival(random, library.world, number, len(entries))
        mails.append(_Writer(library, random, entry, used).write("draft" if outcome == "draft" else "pass", at))
    return tuple(mails)


def _arrival(random: Random, world: Organisation, number: int, count: int) -> datetime:
    """Spread over the ten working days before today, in the order of the mailbox."""
    days = [d for d in (world.today - timedelta(days=n) for n in range(16, 0, -1)) if d == workday(d)][-10:]
    day, share = days[10 * number // count], 10 * number / count % 1
    moment = datetime.combine(day, time(7, random.randrange(30)), UTC)
    return moment + timedelta(minutes=int(share * 600), seconds=random.randrange(60))


class _Writer:
    """Writes one mail of the table: chooses what it is about, fills its words, and looks up the answers."""

    def __init__(self, library: Library, random: Random, entry: Entry, used: set[str]) -> None:
        self.library, self.random, self.entry = library, random, entry
        self.ventures = [_pick(library.world, random, rule, used) for rule in entry.get("pick", ())]

    def write(self, outcome: Literal["draft", "pass"], at: datetime) -> SampleMail:
        """The mail as it arrives at this moment."""
        letter = self._letter(at)
        return SampleMail(
            slug=self.entry["slug"],
            message_id=letter.message_id,
            subject=letter.subject,
            sender=letter.sender[1],
            at=at,
            raw=self._bytes(letter),
            outcome=outcome,
            kind=self.entry["kind"],
            questions=tuple(self._expected()),
            reasons=tuple(Reason(r) for r in self.entry.get("reasons", ())),
        )

    def _letter(self, at: datetime) -> Letter:
        owner = self.library.world.colleague(OWNER)
        colleague, sender = self._sender()
        text = self._say(self.entry.get("text", "")).strip("\n") + "\n"
        forged = bool(self.entry.get("forged"))
        headers = dict(self.entry.get("headers", {}))
        if self.entry.get("machine") == "bounce":
            headers["Return-Path"] = "<>"
        return Letter(
            message_id=self._id("mail", sender[1]),
            sender=sender,
            to=(owner.name, owner.email),
            subject=self._say(self.entry["subject"]),
            text=text + (signature(colleague, self.entry.get("sign", "none")) if colleague else ""),
            at=at,
            format=self.entry.get("format", "plain"),
            quoted=self._quoted(at),
            headers=headers,
            proof="fail" if forged else "pass",
        )

    def _sender(self) -> tuple[Colleague | None, tuple[str, str]]:
        """A colleague, named or chosen among those who would not know it themselves, or somebody else."""
        world, told = self.library.world, self._say(self.entry.get("from", ""))
        named = next((c for c in world.colleagues if c.name in told), None)
        if "@" in told:
            name, address = parseaddr(told)
            return named, (name, address)
        knowing = {c for v in self.ventures for c in (v.seller, v.engineer, v.lead)}
        asking = [c for c in world.colleagues if c not in knowing and c.name != OWNER]
        colleague = named or self.random.choice(asking)
        return colleague, (colleague.name, colleague.email)

    def _quoted(self, at: datetime) -> Quoted | None:
        if "quote" not in self.entry:
            return None
        style, name, text = self.entry["quote"]
        known = next((c.email for c in self.library.world.colleagues if c.name == name), "")
        address = known or f"{name.split()[0].lower()}@prospect.example"
        return Quoted(style, name, address, at - timedelta(hours=19, minutes=12), text, self._id("quoted", address))

    def _id(self, what: str, address: str) -> str:
        world = self.library.world
        told = f"{what} {world.seed} {world.today} {self.entry['slug']}"
        return f"<{sha256(told.encode()).hexdigest()[:20]}@{address.rpartition('@')[2]}>"

    def _bytes(self, letter: Letter) -> bytes:
        machine = self.entry.get("machine")
        if machine == "bounce":
            details = (self.entry[key] for key in ("status", "diagnostic", "recipient", "original"))
            return machines.bounce(letter, *details)
        if machine:
            return machines.invitation(letter, "CANCEL" if machine == "cancellation" else "REQUEST")
        return encode(letter)

    def _expected(self) -> Iterator[Expected]:
        for kind, about, words in self.entry.get("asks", ()):
            venture = self.ventures[1 if about.startswith("other ") else 0]
            places = self.library.answering(about.removeprefix("other "), venture)
            yield Expected(kind, self._say(words), places)

    def _say(self, template: str) -> str:
        """Fill in the words of the ventures; a text about none is said as it stands."""
        if not self.ventures:
            return template
        first, *others = self.ventures
        more = {f"other_{key}": value for other in others for key, value in _words(other).items()}
        return first.say(template, **_words(first), **more)


def _words(venture: Venture) -> dict[str, str]:
    """What a mail may say of a venture beyond what cards say."""
    return {
        "company": venture.company.short, "company_typo": _misspelt(venture.company.short),
        "domain": venture.company.domain, "contact_email": venture.contact.email, "ask": venture.obstacle[1],
        "way": venture.technology.names[1], "one": venture.company.industry.one,
    }  # fmt: skip


def _misspelt(name: str) -> str:
    """A name as somebody types it in a hurry: two letters swapped, accents forgotten."""
    plain = name.translate(str.maketrans("äöüåéèêôâ", "aouaeeeoa"))
    at = next((i for i in range(2, len(plain) - 1) if plain[i] != plain[i + 1]), 2)
    return plain[:at] + plain[at + 1] + plain[at] + plain[at + 2 :]


def _pick(world: Organisation, random: Random, rule: Mapping[str, Any], used: set[str]) -> Venture:
    """A venture that fits, about a company that no other mail is about if there is one.

    With `shared`, another company has to do the same in the same industry.
    """
    fitting = [v for v in world.ventures if _fits(world, v, rule)]
    chosen = random.choice([v for v in fitting if v.company.name not in used] or fitting)
    used.add(chosen.company.name)
    return chosen


def _fits(world: Organisation, venture: Venture, rule: Mapping[str, Any]) -> bool:
    told = {
        "stage": venture.stage,
        "lane": venture.lane,
        "company": venture.company.name,
        "language": countries()[venture.company.country].language,
        "technology": venture.technology.key,
    }
    wanted = {key: value if isinstance(value, tuple) else (value,) for key, value in rule.items() if key in told}
    return all(told[key] in values for key, values in wanted.items()) and (
        "shared" not in rule or len({v.company.name for v in world.ventures if is_alike(v, venture)}) >= 2
    )
