"""How things are said on a page: ages, numbers, marked and linked text. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from html import escape

from service.web import links

Span = tuple[int, int]
URL = re.compile(r"https?://[^\s<>\"'\[\]{}|\\^`]+")
XML_NEVER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML may hold (XML 1.0 2.2)."""
_OPEN_LINE_END = re.compile(r"(?<=[\w)”\"%])[ \t]*\n\s*(?=\S)")
_LINE_END = re.compile(r"[ \t]*\n\s*")
_STEPS = ((365.25, "year"), (30.44, "month"), (7.0, "week"))


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, marked as evidence or linked, or neither."""

    text: str
    marked: bool = False
    href: str = ""


def marked(text: str, spans: Sequence[Span]) -> tuple[Piece, ...]:
    """The text cut at the spans' borders. Spans may overlap or reach too far; no character is lost."""
    pieces: list[Piece] = []
    done = 0
    for start, end in sorted(spans):
        start, end = max(start, done), min(end, len(text))
        if start >= end:
            continue
        pieces += [Piece(text[done:start]), Piece(text[start:end], marked=True)]
        done = end
    return tuple(p for p in [*pieces, Piece(text[done:])] if p.text)


def excerpt(text: str, spans: Sequence[Span], width: int = 340) -> tuple[Piece, ...]:
    """At most about `width` characters around the first marked words, cut between words."""
    if len(text) <= width:
        return marked(text, spans)
    first = min((start for start, _ in spans), default=0)
    start = _word_start(text, max(0, min(first - width // 4, len(text) - width)))
    end = _word_end(text, start + width)
    inside = marked(text[start:end], [(a - start, b - start) for a, b in spans if b > start])
    before = (Piece("… "),) if start else ()
    after = (Piece(" …"),) if end < len(text) else ()
    return before + inside + after


def _word_start(text: str, at: int) -> int:
    space = text.find(" ", at, at + 30)
    return space + 1 if at and space != -1 else at


def _word_end(text: str, at: int) -> int:
    space = text.rfind(" ", at - 30, at)
    return space if at < len(text) and space != -1 else min(at, len(text))


def short(text: str, most: int = 160) -> str:
    """The text on one line, cut where it is longer than a page should carry."""
    line = " ".join(text[: most * 2].split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def weight(pieces: Sequence[Piece]) -> int:
    """How many bytes the pieces take on a page, links and marks included."""
    return sum(len(escape(p.text + p.href).encode()) + (60 if p.href else 13) for p in pieces)


def flowing(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The pieces on one line: lines that end without a full stop are told apart by a dot."""
    return tuple(replace(p, text=_LINE_END.sub(" ", _OPEN_LINE_END.sub(" · ", p.text))) for p in pieces)


def linked(text: str) -> tuple[Piece, ...]:
    """The text with its web addresses as links; a full stop or bracket after one is not part of it."""
    pieces: list[Piece] = []
    done = 0
    for found in URL.finditer(text):
        url = found.group().rstrip(".,;:!?)*_")
        if not links.safe(url):
            continue
        end = found.start() + len(url)
        pieces += [Piece(text[done : found.start()]), Piece(url, href=url)]
        done = end
    return tuple(p for p in [*pieces, Piece(text[done:])] if p.text)


def ago(at: datetime, now: datetime) -> str:
    """How long ago, as one says it: `5 minutes ago`, `yesterday`, `3 weeks ago`."""
    past = now - at
    if past < timedelta(0):
        return f"on {day(at)}"
    if past < timedelta(minutes=1):
        return "just now"
    if past < timedelta(hours=1):
        return f"{counted(past // timedelta(minutes=1), 'minute')} ago"
    if past < timedelta(days=1):
        return f"{counted(past // timedelta(hours=1), 'hour')} ago"
    return _days_ago(past.days)


def _days_ago(days: int) -> str:
    if days == 1:
        return "yesterday"
    for length, name in _STEPS:
        if days >= length * (2 if name == "week" else 1):
            return f"{counted(int(days / length), name)} ago"
    return f"{days} days ago"


def day(at: date) -> str:
    """A date as a reader in any country understands it: `2 Mar 2026`."""
    return f"{at.day} {at:%b %Y}"


def counted(number: int, thing: str) -> str:
    """`1 document`, `2,314 documents`, `3 companies`."""
    if number == 1:
        return f"1 {thing}"
    plural = f"{thing[:-1]}ies" if thing.endswith("y") else f"{thing}s"
    return f"{number:,} {plural}"


def percent(share: float) -> str:
    """A probability as whole percent; certainty is never claimed, nor impossibility."""
    return f"{min(99, max(1, round(share * 100)))} %"
