"""Seed → who buys what from whom in the invented organisation: firms, people, projects. Pure but for its tables."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Literal
from unicodedata import normalize

from rapidfuzz.distance import OSA

Split = Literal["tune", "test"]
State = Literal["lead", "lost", "running", "won", "reference"]
SPLITS: tuple[Split, Split] = ("tune", "test")
OWN_DOMAIN = "talweg.example"
FIRMS, NEAR_MISSES, STRANGERS, COLLEAGUES = 155, 60, 40, 24
APART = 3
"""The least number of typing slips between two names, so that one slip still means one firm."""
RESERVED = 3
"""Every so manieth word of a list is kept for firms that nobody knows."""
TRIES = 3000
SHORT_OF_WORDS = "There are not enough words in firms.toml for so many names."
LANES: tuple[State, ...] = ("reference", "won", "running", "lead", "won", "reference", "lost", "lead", "running")


@dataclass(frozen=True, slots=True)
class Theme:
    """A thing that is sold: how documents write it, and how colleagues call it. Without facts nobody ever did it."""

    split: Split
    title: str
    facts: tuple[str, ...]
    asked: tuple[tuple[str, tuple[str, ...]], ...]
    notes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Industry:
    """A kind of customer, with its plural in each language. Without trades there is no such customer."""

    split: Split
    asked: tuple[tuple[str, str], ...]
    trades: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Firm:
    """A customer. `short` is its name as people say it; `aliases` other names that some document tells."""

    name: str
    short: str
    split: Split
    industry: Industry
    language: str
    domain: str
    owner: str
    contacts: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    entered_twice: bool = False

    @property
    def first_word(self) -> str:
        """What it is called by people in a hurry."""
        return self.short.split()[0]


@dataclass(frozen=True, slots=True)
class Venture:
    """One theme for one firm, how far it came, and who of us worked on it."""

    firm: Firm
    theme: Theme
    state: State
    engineer: str


@dataclass(frozen=True, slots=True)
class Facts:
    """All there is to know. `strangers` are names of firms that no document speaks of, by split and nearness."""

    colleagues: tuple[str, ...]
    firms: tuple[Firm, ...]
    ventures: tuple[Venture, ...]
    themes: tuple[Theme, ...]
    industries: tuple[Industry, ...]
    near_misses: tuple[tuple[Split, str], ...]
    strangers: tuple[tuple[Split, str], ...]


@cache
def table(name: str) -> dict[str, Any]:
    """The table `name.toml` beside this file."""
    return tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8"))


@cache
def themes() -> tuple[Theme, ...]:
    """Everything that is sold or asked for."""
    return tuple(
        Theme(
            row["split"],
            row["title"],
            tuple(row.get("facts", ())),
            tuple((language, tuple(row[language])) for language in ("en", "de", "fr")),
            tuple((language, row[f"note_{language}"]) for language in ("de", "fr") if f"note_{language}" in row),
        )
        for row in table("themes")["theme"]
    )


@cache
def industries() -> tuple[Industry, ...]:
    """Every kind of customer that there is or that is asked for."""
    rows = table("firms")["industry"]
    return tuple(Industry(r["split"], tuple((x, r[x]) for x in ("en", "de", "fr")), tuple(r["trades"])) for r in rows)


def found(seed: int) -> Facts:
    """The facts of this seed."""
    random = Random(f"facts {seed}")
    colleagues = tuple(_people(random, COLLEAGUES))
    names = _Names(random)
    firms = tuple(firm for split in SPLITS for firm in _firms(random, split, names, colleagues))
    near = tuple((split, name) for split in SPLITS for name in names.near_misses(split, NEAR_MISSES))
    strangers = tuple((split, name) for split in SPLITS for name in names.strangers(split, STRANGERS))
    ventures = tuple(v for split in SPLITS for v in _ventures(random, split, firms, colleagues))
    return Facts(colleagues, firms, ventures, themes(), industries(), near, strangers)


@cache
def plain(name: str) -> str:
    """A name in lower case, without accents, blanks and signs."""
    folded = normalize("NFKD", name.replace("ß", "ss").replace("ø", "o").replace("Ø", "O").replace("ł", "l"))
    return "".join(c for c in folded.lower() if c.isascii() and c.isalnum())


class _Names:
    """Makes names of firms and takes care that no two are nearer to each other than a slip of the hand."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._taken: list[str] = []
        self._known: set[str] = set()
        self._words = {key: value for key, value in table("firms").items() if isinstance(value[0], str)}

    def known(self, split: Split) -> tuple[str, str, Industry, str]:
        """Name, short name, industry and language of a firm for the index."""
        name, short, industry, language = self._new(split, known=True)
        self._known.add(plain(short.split()[0]))
        return name, short, industry, language

    def near_misses(self, split: Split, count: int) -> Iterator[str]:
        """Names that begin as a known firm's and are another's."""
        yield from self._several(lambda short: plain(short.split()[0]) in self._known, split, count, True)

    def strangers(self, split: Split, count: int) -> Iterator[str]:
        """Names that share their first word with nobody."""
        yield from self._several(lambda short: plain(short.split()[0]) not in self._known, split, count, False)

    def fresh(self) -> str:
        """A made-up word that no firm is called by."""
        for _ in range(TRIES):
            word = f"{self._random.choice(self._words['former'])} {self._random.choice(self._words['lines'])}"
            if self._is_free(word):
                return word
        raise RuntimeError(SHORT_OF_WORDS)

    def take(self, name: str) -> None:
        """Let no other firm be called like this."""
        self._taken.append(plain(name))

    def _several(self, fits: Any, split: Split, count: int, known: bool) -> Iterator[str]:
        made = 0
        for _ in range(TRIES):
            name, short, _, _ = self._new(split, known, keep=False)
            if fits(short):
                self.take(short)
                made += 1
                yield self._random.choice((name, short, short))
            if made == count:
                return
        raise RuntimeError(SHORT_OF_WORDS)

    def _new(self, split: Split, known: bool, keep: bool = True) -> tuple[str, str, Industry, str]:
        for _ in range(TRIES):
            industry = self._random.choice([i for i in industries() if i.split == split and i.trades])
            language = self._random.choices(("de", "en", "fr", "other"), (40, 30, 15, 15))[0]
            short, forms = self._short(language, industry, known)
            if self._is_free(short):
                if keep:
                    self.take(short)
                form = self._random.choice(forms)
                return f"{short} {form}".strip(), short, industry, language if language != "other" else "en"
        raise RuntimeError(SHORT_OF_WORDS)

    def _short(self, language: str, industry: Industry, known: bool) -> tuple[str, Sequence[str]]:
        german, french, english = industry.trades
        surname = self._word(f"surnames_{language}", known)
        if self._random.random() < 0.15:
            return self._word("heads", known) + self._word("tails", True), self._words[f"forms_{language}"]
        place, french_place = self._word("places_de", known), self._word("places_fr", True)
        adjective, noun = self._word("adjectives_de", known), self._word("nouns_de", True)
        made = {
            "de": (f"{surname} {german}", f"Gebr. {surname}", f"{surname} & Söhne", f"{german} {place}",
                   f"Stadtwerke {place}", f"Volksbank {place}", f"{adjective} {noun}"),
            "en": (f"{surname} {english}", f"{surname} & {self._word('surnames_en', known)}",
                   f"{self._word('words_en', known)} {english}", f"{surname} Partners"),
            "fr": (f"{french} {french_place}", f"{surname} & Fils", f"Ateliers {surname}", f"{french} {surname}"),
            "other": (f"{surname} {english}", f"{surname} Consult", f"{surname} {german}"),
        }  # fmt: skip
        return self._random.choice(made[language]), self._words[f"forms_{language}"]

    def _word(self, table_name: str, known: bool) -> str:
        words = self._words[table_name]
        free = [word for n, word in enumerate(words) if known != (n % RESERVED == RESERVED - 1)]
        return str(self._random.choice(words if table_name in ("tails", "nouns_de", "places_fr") else free))

    def _is_free(self, short: str) -> bool:
        key = plain(short)
        return all(OSA.distance(key, taken, score_cutoff=APART) >= APART for taken in self._taken)


def _people(random: Random, count: int) -> Iterator[str]:
    words = table("firms")
    surnames = [*words["surnames_de"], *words["surnames_fr"], *words["surnames_en"], *words["surnames_other"]]
    firsts = random.sample(words["first"] * (1 + count // len(words["first"])), count)
    yield from (f"{first} {last}" for first, last in zip(firsts, random.choices(surnames, k=count), strict=True))


def _firms(random: Random, split: Split, names: _Names, colleagues: Sequence[str]) -> Iterator[Firm]:
    shorts = [row for row in table("firms")["short"] if row["split"] == split]
    for row in shorts:
        industry = random.choice([i for i in industries() if i.split == split and i.trades])
        names.take(row["name"])
        names.take(row["long"])
        told = (f"{row['name']} {random.choice(('GmbH', 'AG', 'Group'))}", row["name"], industry, "de")
        yield _firm(random, split, told, colleagues, (row["long"],))
    for _ in range(FIRMS - len(shorts)):
        told = names.known(split)
        former = names.fresh() if random.random() < 0.3 else ""
        if former:
            names.take(former)
        yield _firm(random, split, told, colleagues, (former,) if former else ())


def _firm(
    random: Random, split: Split, told: tuple[str, str, Industry, str], colleagues: Sequence[str], aliases: Any
) -> Firm:
    name, short, industry, language = told
    people = tuple(_people(random, random.choice((1, 1, 2))))
    twice = bool(aliases) and random.random() < 0.5
    return Firm(
        name, short, split, industry, language, f"{plain(short)}.example", random.choice(colleagues), people, aliases,
        twice,
    )  # fmt: skip


def _ventures(random: Random, split: Split, firms: Sequence[Firm], colleagues: Sequence[str]) -> Iterator[Venture]:
    """Every theme for eight or nine firms, in every state."""
    sold = [theme for theme in themes() if theme.split == split and theme.facts]
    own = [firm for firm in firms if firm.split == split]
    random.shuffle(own)
    for number, firm in enumerate(own):
        theme = sold[number % len(sold)]
        yield Venture(firm, theme, LANES[(number // len(sold)) % len(LANES)], random.choice(colleagues))
