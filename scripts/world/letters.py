"""Facts and sentences → whole mails as bytes, each with what would answer it. Pure.

A question is written by a template of its split about an entity of its split; around it stand up to eight sentences,
a greeting and a farewell. One mail in ten names its firm only in the subject or in the quoted mail below.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from html import escape
from random import Random
from typing import Literal

from indexer.asking import QuestionKind
from scripts.world.facts import OWN_DOMAIN, Facts, Firm, Split, plain, table
from scripts.world.shelves import TODAY, Shelves
from scripts.world.slips import slip, slip_in

MAILBOX = f"sales@{OWN_DOMAIN}"
Sort = Literal["answerable", "unanswerable", "statement", "nothing"]
LANGUAGES, SPOKEN = ("en", "de", "fr"), (70, 18, 12)
ASKING, STATEMENTS = 1600, 250
NOTHING: Mapping[Split, int] = {"tune": 800, "test": 2000}
SEVERAL, SPOILT, AS_HTML = 0.1, 0.25, 0.15
"""Shares: mails with two questions, questions with a mistake beside the name, mails that are HTML alone."""
# how a firm is named, in what share of the questions about firms
WAYS = {
    "exact": 20, "full": 8, "lower": 9, "plain letters": 4, "typo": 13, "alias": 8, "first word": 4, "domain": 4,
    "sentence before": 4, "subject": 8, "quoted": 8, "near miss": 18, "unknown": 19,
}  # fmt: skip
KINDS: dict[QuestionKind, int] = {"who": 45, "similar work": 29, "reference": 26}


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: its kind, how its entity is written, and the ids of the documents that answer; none where none."""

    kind: QuestionKind
    way: str
    relevant: frozenset[str]


@dataclass(frozen=True, slots=True)
class WorldMail:
    """A mail, and what it asks."""

    raw: bytes
    split: Split
    sort: Sort
    language: str
    asked: tuple[Asked, ...] = ()

    @property
    def relevant(self) -> frozenset[str]:
        """Everything that answers one of its questions."""
        return frozenset[str]().union(*(asked.relevant for asked in self.asked))


@dataclass(frozen=True, slots=True)
class _Words:
    """What a mail says, and where it says whom it is about, if not in the sentence itself."""

    text: str
    asked: Asked
    subject: str = ""
    quoted: str = ""


class Writer:
    """Writes the mails of one split."""

    def __init__(self, facts: Facts, shelves: Shelves, split: Split, seed: int) -> None:
        """Write about what is on the shelves."""
        self._facts, self._split = facts, split
        self._random = Random(f"letters {seed} {split}")
        self._about = shelves.about
        self._firms = [firm for firm in facts.firms if firm.split == split]
        self._talk = table("talk")

    def mails(self) -> Iterator[WorldMail]:
        """All mails of the split: those that ask, those that tell, and those that want nothing of the index."""
        for number in range(ASKING):
            yield self._asking(number)
        for number in range(STATEMENTS):
            yield self._telling(number)
        for number in range(NOTHING[self._split]):
            yield self._nothing(number)

    def _asking(self, number: int) -> WorldMail:
        language = self._random.choices(LANGUAGES, SPOKEN)[0]
        said = [self._question(language)]
        if self._random.random() < SEVERAL and not said[0].quoted and not said[0].subject:
            said.append(self._question(language, plainly=True))
        asked = tuple(words.asked for words in said)
        sort: Sort = "answerable" if any(one.relevant for one in asked) else "unanswerable"
        raw = self._letter(f"ask-{number}", language, [words.text for words in said], said[0])
        return WorldMail(raw, self._split, sort, language, asked)

    def _telling(self, number: int) -> WorldMail:
        language = self._random.choices(LANGUAGES, SPOKEN)[0]
        theme = self._random.choice([t for t in self._facts.themes if t.split == self._split and t.facts])
        template = self._random.choice(self._talk["telling"][self._split][language])
        told = template.format(
            firm=self._random.choice(self._firms).short, theme=self._random.choice(dict(theme.asked)[language])
        )
        return WorldMail(self._letter(f"tell-{number}", language, [told]), self._split, "statement", language)

    def _nothing(self, number: int) -> WorldMail:
        sorts = self._talk["nothing"][self._split]
        text = self._random.choice(sorts[self._random.choice(list(sorts))])
        return WorldMail(self._letter(f"none-{number}", "en", [text]), self._split, "nothing", "en")

    def _question(self, language: str, plainly: bool = False) -> _Words:
        kind = self._random.choices(list(KINDS), list(KINDS.values()))[0]
        if kind == "who":
            return self._about_firm(language, plainly)
        return self._about_theme(language, kind)

    def _about_firm(self, language: str, plainly: bool) -> _Words:
        way = self._random.choices(list(WAYS), list(WAYS.values()))[0]
        if plainly and way in ("subject", "quoted"):
            way = "exact"
        firm = self._firm_for(way)
        if firm is None:
            names = self._facts.near_misses if way == "near miss" else self._facts.strangers
            name = self._random.choice([name for split, name in names if split == self._split])
            return _Words(self._template(language, "who").format(firm=name), Asked("who", way, frozenset()))
        relevant = frozenset(id_ for id_, about in self._about.items() if about.firm is firm)
        asked = Asked("who", way, relevant)
        if way in ("sentence before", "subject", "quoted"):
            return self._beside(way, language, firm, asked)
        text = self._template(language, "who").format(firm=self._written(firm, way, language))
        return _Words(text.lower() if way == "lower" else text, asked)

    def _beside(self, way: str, language: str, firm: Firm, asked: Asked) -> _Words:
        """The question says "them"; whom it means stands elsewhere."""
        text = self._template(language, "about")
        before = {
            "en": "{firm} got in touch with me today.",
            "de": "Heute kam eine Anfrage von {firm}.",
            "fr": "J'ai reçu un appel de {firm} aujourd'hui.",
        }[language].format(firm=firm.short)
        if way == "sentence before":
            return _Words(f"{before} {text}", asked)
        if way == "subject":
            return _Words(text, asked, subject=f"Re: {firm.short}")
        return _Words(text, asked, subject="Re: Inquiry", quoted=before)

    def _firm_for(self, way: str) -> Firm | None:
        if way in ("near miss", "unknown"):
            return None
        firsts = [plain(name.split()[0]) for name in (f.short for f in self._facts.firms)]
        fitting = {
            "alias": lambda f: bool(f.aliases),
            "typo": lambda f: len(plain(f.short)) >= 6,
            "plain letters": lambda f: f.short.lower() != f.short.lower().encode("ascii", "ignore").decode(),
            "first word": lambda f: firsts.count(plain(f.first_word)) == 1 and len(f.first_word) > 3,
        }.get(way, lambda f: True)
        return self._random.choice([f for f in self._firms if fitting(f)])

    def _written(self, firm: Firm, way: str, language: str) -> str:
        match way:
            case "full":
                return firm.name
            case "alias":
                return firm.aliases[0]
            case "first word":
                return firm.first_word
            case "domain":
                return f"{plain(self._random.choice(firm.contacts).split()[-1])}@{firm.domain}"
            case "plain letters":
                return " ".join(plain(w) if w != "&" else w for w in firm.short.split()).title()
            case "typo":
                return self._misspelt(firm.short, language)
            case _:
                return firm.short

    def _misspelt(self, name: str, language: str) -> str:
        """One mistake in the longest word of the name."""
        words = name.split()
        at = max(range(len(words)), key=lambda i: len(words[i]))
        return " ".join([*words[:at], slip(words[at], self._random, language), *words[at + 1 :]])

    def _about_theme(self, language: str, kind: QuestionKind) -> _Words:
        template = self._template(language, "similar" if kind == "similar work" else "reference")
        known = self._random.random() >= 0.33
        if "{industry}" in template:
            industry = self._random.choice(
                [i for i in self._facts.industries if i.split == self._split and bool(i.trades) == known]
            )
            told = {id_ for id_, a in self._about.items() if a.firm.industry is industry and a.is_reference}
            way = "industry" if known else "unknown industry"
            return _Words(template.format(industry=dict(industry.asked)[language]), Asked(kind, way, frozenset(told)))
        theme = self._random.choice(
            [t for t in self._facts.themes if t.split == self._split and bool(t.facts) == known]
        )
        told = {
            id_ for id_, a in self._about.items() if a.theme is theme and (kind == "similar work" or a.is_reference)
        }
        called = self._random.choice(dict(theme.asked)[language])
        way = "theme" if known else "unknown theme"
        return _Words(template.format(theme=called), Asked(kind, way, frozenset(told)))

    def _template(self, language: str, what: str) -> str:
        template: str = self._random.choice(table("asking")[language][self._split][what])
        return slip_in(template, self._random, language) if self._random.random() < SPOILT else template

    def _letter(self, key: str, language: str, sentences: Sequence[str], words: _Words | None = None) -> bytes:
        sender, random = self._random.choice(self._facts.colleagues), self._random
        me = sender.split()[0]
        filler: list[str] = self._talk["filler"][self._split][language]
        around = random.sample(filler, min(len(filler), random.randrange(9)))
        said = [*around[len(around) // 2 :]]
        for sentence in sentences:
            said.insert(random.randrange(len(said) + 1), sentence)
        paragraphs = [" ".join(said), " ".join(around[: len(around) // 2])]
        random.shuffle(paragraphs)
        greeting = random.choice(self._talk["greetings"][language]).format(to="Sam")
        farewell = random.choice(self._talk["farewells"][language]).format(me=me)
        body = "\n\n".join(part for part in (greeting, *paragraphs, farewell) if part)
        subject = (words.subject if words else "") or random.choice(self._talk["subjects"][self._split])
        if words and words.quoted:
            body += f"\n\nOn Mon, Mar 2, 2026 at 07:12, Front Desk <desk@{OWN_DOMAIN}> wrote:\n> {words.quoted}\n"
        return self._bytes(key, sender, subject, body)

    def _bytes(self, key: str, sender: str, subject: str, body: str) -> bytes:
        """The mail as a server stores it: header texts as RFC 2047 writes them, the body in UTF-8."""
        first, _, last = sender.partition(" ")
        html = self._random.random() < AS_HTML and "\n> " not in body
        if html:
            body = "".join(f"<p>{escape(part)}</p>" for part in body.split("\n\n"))
        head = [
            f"From: {_header(sender)} <{plain(first)}.{plain(last)}@{OWN_DOMAIN}>",
            f"To: {MAILBOX}",
            f"Subject: {_header(subject)}",
            f"Date: {format_datetime(TODAY - timedelta(minutes=self._random.randrange(60 * 24 * 20)))}",
            f"Message-ID: <{self._split}-{key}@{OWN_DOMAIN}>",
            "MIME-Version: 1.0",
            f"Content-Type: text/{'html' if html else 'plain'}; charset=utf-8",
            "Content-Transfer-Encoding: 8bit",
        ]
        if subject.startswith("Re:"):
            head.append(f"In-Reply-To: <before-{self._split}-{key}@{OWN_DOMAIN}>")
        return "\r\n".join([*head, "", *body.split("\n"), ""]).encode()


def _header(text: str) -> str:
    """A header's text, as an encoded word where it is not plain ASCII."""
    return text if text.isascii() else f"=?utf-8?B?{b64encode(text.encode()).decode()}?="
