"""Text → where it has room for a name: runs of capitals, and slots such as "talking to …". Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from indexer.names import LEGAL, domains_in
from indexer.ordinary import FIRST_NAMES, FUNCTION, PLACES, ROLES, TIMES, WEAK_TAILS, is_function, is_ordinary
from indexer.wording import Token, listed, tokens

ARTICLES = listed("the our der den dem die la le")
LINKS = listed("of de du des van von der den la le del di do da dos zu")
GERMAN = listed(
    "der die das den dem ein eine einen einem wer wen wem mit und ist nicht fur bei von zu wir ich uns haben hat gibt "
    "es kennt jemand auch noch schon aus wie sich gerade dieser diese unsere unser"
)
GREETING = re.compile(
    r"(?:^|\n)[ \t]*(?:hi|hello|hey|dear|hallo|guten (?:tag|morgen|abend)|liebe[rs]?|moin|servus|bonjour|bonsoir|"
    r"salut|ch[eè]re?s?|sehr geehrte[rs]?|good (?:morning|afternoon|evening))\b"
    r"(?:[ \t]+[^\s,!:\n?]+){0,4}?[ \t]*(?:[,!:]|\n)",
    re.I,
)
FAREWELL = re.compile(
    r"\n[ \t]*(?:thanks|thank you|(?:kind |best |warm )?regards|best|cheers|gru(?:ß|ss)|vg|lg|danke|merci|cordialement|"
    r"(?:viele|liebe|beste|mit freundlichen) gr(?:ü|ue)(?:ß|ss)en?)\b[ \t,.!]*(?:\n[^\n]{0,60}){0,4}\s*$",
    re.I,
)
STRONG = re.compile(
    r"\b(?:(?:talk|speak|spoke|spoken|chat|meet|met|touch|call|connect|contact|relation|meeting|appointment|dealing|"
    r"deal|engaged|negotiat|visit)\w*(?: (?:already|currently|now))? (?:to|with|at|inside)|"
    r"(?:contacts?|conversations?|relationships?|connections?|any(?:one|body)|some(?:one|body)|people|folks|person|"
    r"who) (?:at|from|inside)|"
    r"(?:spricht|sprechen|gesprochen|redet|reden|kontakte?n?|termin|ansprechpartner(?:in)?|jemande?n?|leuten?|"
    r"telefonat|gespr[aä]che?) (?:gerade |schon |aktuell |derzeit )?(?:mit|bei|von|zu)|"
    r"(?:parle|parler|contacts?|quelqu['’]un|rendez-vous|discute)\w* (?:avec|chez|à|a|de chez))\s+",
    re.I,
)
WEAK = re.compile(
    r"\b(?:at|knows?|heard of|selling to|owns?|customers?|clients?|accounts?|company|prospects?|leads?|"
    r"responsible for|in charge of|betreu\w*|(?:zust[aä]ndig|verantwortlich) f[uü]r|"
    r"kennt|kenne?n?|kunden?|firma|chez|conna[iî]t|soci[eé]t[eé])\s+",
    re.I,
)
OWNED = re.compile(
    r"\b(?:the|our|any|der|den|die|das|unser\w*|le|la|notre)\s+((?:[\w&.'’+-]+\s+){1,4}?)"
    r"(?:accounts?|deals?|customer|client|contacts?|opportunity|kunde|konto)\b",
    re.I,
)
DEPARTMENTS = ROLES | PLACES | TIMES | FUNCTION


@dataclass(frozen=True, slots=True)
class Span:
    """Words `first` to `last` (excluded) that may be a name.

    `slot`: the sentence asks for a name here. `telling`: they would be one even if nobody known bore it.
    """

    first: int
    last: int
    slot: bool
    telling: bool


@dataclass(frozen=True, slots=True)
class Sentence:
    """The words of a text that can name somebody, and what its capitals tell.

    Greetings, farewells and cited domains are left out of the words. `capitals` is False where everything or nothing is
    written in capitals; in German every noun has one, so there only words that are not ordinary count.
    """

    words: tuple[Token, ...]
    capitals: bool
    german: bool
    spans: tuple[Span, ...]


def sentence(text: str) -> Sentence:
    """What of a text may be names."""
    text = _told(text)
    words = tokens(text)
    german = _is_german(words)
    capitals = _capitals_tell(words)
    slots = _slots(text, words, capitals)
    return Sentence(tuple(words), capitals, german, tuple(_merged([*slots, *_runs(words, capitals, german)])))


def is_droppable(word: Token, german: bool) -> bool:
    """Whether a word beside a name may go unexplained: a legal form, a role, a country, an ordinary lower-case word."""
    plain = word.key
    if plain in LEGAL or plain in WEAK_TAILS or plain in DEPARTMENTS:
        return True
    return is_ordinary(plain) and (german or not word.capital or word.opens)


def _told(text: str) -> str:
    """The text with greeting, farewell, addresses and links blanked out, so that every offset stays."""
    holes = [m.span() for pattern in (GREETING, FAREWELL) for m in pattern.finditer(text)]
    holes += [(start, end) for start, end, _ in domains_in(text) if any(c in text[start:end] for c in "@/")]
    for start, end in holes:
        text = text[:start] + "".join("\n" if c == "\n" else "," for c in text[start:end]) + text[end:]
    return text


def _is_german(words: Sequence[Token]) -> bool:
    hits = sum(word.key in GERMAN for word in words)
    return hits >= 2 or (hits == 1 and len(words) <= 4)


def _capitals_tell(words: Sequence[Token]) -> bool:
    inner = [word for word in words if not word.opens and len(word.text) > 1]
    shouted = [word.text.isupper() for word in inner]
    titled = [word.capital for word in inner if not is_function(word.key)]
    return _share(shouted) <= 0.7 and _share(titled) < 0.8


def _share(marks: Sequence[bool]) -> float:
    """How many of the marks are set, of one; nothing where there are too few to tell."""
    return sum(marks) / len(marks) if len(marks) > 3 else 0.0


def _runs(words: Sequence[Token], capitals: bool, german: bool) -> Iterator[Span]:
    """Neighbouring capitals, with "of", "van" and the like between them."""
    if not capitals:
        return
    start = 0
    while start < len(words):
        end = _run_end(words, start, german)
        if end > start:
            yield Span(start, end, False, not german and _is_telling(words[start:end]))
        start = max(end, start + 1)


def _run_end(words: Sequence[Token], start: int, german: bool) -> int:
    end, here = start, start
    while here < len(words) and (here == start or words[here].joined):
        word = words[here]
        if _is_namelike(word, german) or (end > start and word.glued):
            end = here + 1
        elif here == start or word.key not in LINKS:
            break
        here += 1
    return end


def _is_namelike(word: Token, german: bool) -> bool:
    plain = word.key
    if not word.capital or (is_function(plain) and not (len(word.text) > 1 and word.text.isupper() and not word.opens)):
        return False
    return not ((word.opens or german) and is_ordinary(plain))


def _slots(text: str, words: Sequence[Token], capitals: bool) -> Iterator[Span]:
    at = {word.start: i for i, word in enumerate(words)}
    for match in STRONG.finditer(text):
        yield from _filled(words, at.get(match.end()), capitals, lower=True)
    for match in WEAK.finditer(text):
        yield from _filled(words, at.get(match.end()), capitals, lower=False)
    for match in OWNED.finditer(text):
        yield from _owned(words, *match.span(1))


def _owned(words: Sequence[Token], start: int, end: int) -> Iterator[Span]:
    """The words between two characters of the text as a slot ("our … account"), unless little words are among them."""
    inside = [i for i, word in enumerate(words) if start <= word.start and word.end <= end]
    plain = [words[i].key for i in inside]
    if inside and not any(map(is_function, plain)):
        yield Span(inside[0], inside[-1] + 1, True, not all(map(is_ordinary, plain)))


def _filled(words: Sequence[Token], first: int | None, capitals: bool, lower: bool) -> Iterator[Span]:
    """What fills the slot that begins at a word: capitals, or where `lower`, words that are no everyday ones."""
    if first is None:
        return
    begin = first
    while begin < len(words) and words[begin].key in ARTICLES:
        begin += 1
    shown = capitals and begin < len(words) and words[begin].capital
    if shown or (lower and begin == first):
        last = _filled_until(words, begin, shown)
        if last > begin:
            yield Span(begin, last, True, not all(map(_is_idle, words[begin:last])))


def _filled_until(words: Sequence[Token], first: int, shown: bool) -> int:
    last = first
    while last < len(words) and _continues(words[last], last == first, shown):
        last += 1
    return last


def _continues(word: Token, is_first: bool, shown: bool) -> bool:
    return _fills(word, shown) if is_first else word.joined and (word.glued or _fills(word, shown))


def _fills(word: Token, shown: bool) -> bool:
    plain = word.key
    return word.capital or plain in LINKS if shown else not is_function(plain) or word.text.isupper()


def _is_telling(words: Sequence[Token]) -> bool:
    """Whether a run of capitals outside of any slot is a name: no everyday words, no lone "GDPR" or "Andrea"."""
    if len(words) == 1 and (words[0].text.isupper() or words[0].key in FIRST_NAMES):
        return False
    return any(not is_ordinary(word.key) for word in words) and not words[-1].opens


def _is_idle(word: Token) -> bool:
    """Whether a word in a slot names nobody: a department, a country, a lower-case everyday word."""
    plain = word.key
    return plain in DEPARTMENTS or plain in LINKS or (is_ordinary(plain) and not word.capital)


def _merged(spans: list[Span]) -> Iterator[Span]:
    """Overlapping spans as one: a slot stays a slot."""
    reached = 0
    group = 0
    marked: list[tuple[int, Span]] = []
    for span in sorted(spans, key=lambda s: (s.first, s.last)):
        group += span.first >= reached
        reached = max(reached, span.last)
        marked.append((group, span))
    for _, together in groupby(marked, key=lambda pair: pair[0]):
        parts = [span for _, span in together]
        last = max(span.last for span in parts)
        yield Span(parts[0].first, last, any(s.slot for s in parts), any(s.telling for s in parts))
