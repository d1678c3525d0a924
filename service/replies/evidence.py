"""A hit → the one line that shows that it answers, in its author's own words. Pure."""

from collections.abc import Sequence

from indexer.asking import Hit
from indexer.documents import Section
from indexer.highlights import highlights
from service.replies.clean import head, one_line

WIDTH = 200
MOST_SECTIONS = 100
_BULLETS = " \t-*#>•–·|"
_AROUND = _BULLETS + ".,;…:!?\r\n"
_STOPS = (". ", "! ", "? ")
Span = tuple[int, int]


def evidence(hit: Hit, question: str, width: int = WIDTH) -> str:
    """The telling line of the passage, `…` where it was cut; empty where there is nothing but the title.

    Where the title or a plain fact (`Customer: Brückner`) was what matched, the line is one that somebody wrote.
    """
    title = " ".join(hit.document.title.split())
    written = [s for s in hit.document.sections[-MOST_SECTIONS:] if s.kind != "field"]
    told = [(section.text, highlights(question, section.text)) for section in _latest_first(written)]
    told.sort(key=lambda text: -sum(b - a for a, b in text[1]))
    if any(hit.passage in section.text for section in written):
        told.insert(0, (hit.passage, hit.highlights))
    lines = (_telling(text, marked, _sayings(text, title), width) for text, marked in told)
    return next(filter(None, lines), "") or _fact(hit, title, width)


def _latest_first(sections: Sequence[Section]) -> list[Section]:
    """The last words first; what has no time, such as a description, in its order after them."""
    return sorted(sections, key=lambda s: s.at.timestamp() if s.at else 0.0, reverse=True)


def _fact(hit: Hit, title: str, width: int) -> str:
    """A line of what is known beside the texts: the last of the best ones, for people come after labels and sums."""
    return _telling(hit.passage, hit.highlights, _sayings(hit.passage, title)[::-1], width)


def _sayings(text: str, title: str) -> list[Span]:
    """(start, end) of every line that says more than the title, without bullets and a title that it begins with."""
    found, at = [], 0
    for line in text.splitlines(keepends=True):
        end = at + len(line.rstrip())
        start = _behind(text, at, end, title)
        if text[start:end].strip(_AROUND).casefold() not in title.casefold():
            found.append((start, end))
        at += len(line)
    return found


def _behind(text: str, at: int, end: int, title: str) -> int:
    """Where the line begins: behind its bullets, and behind the title if that ends a sentence there."""
    start = at + len(text[at:end]) - len(text[at:end].lstrip(_BULLETS))
    after = start + len(title)
    repeats = bool(title) and text[start:after].casefold() == title.casefold()
    whole = repeats and (title[-1] in ".!?:" or text[after : after + 1] in (".", "!", "?", ":", ";"))
    return end - len(text[after:end].lstrip(_AROUND)) if whole else start


def _telling(text: str, marked: Sequence[Span], lines: Sequence[Span], width: int) -> str:
    """The line with most of what was asked for, cut around it; the first of the best, empty where there is none."""
    if not lines:
        return ""
    start, end = max(lines, key=lambda line: _covered(line, marked))
    inside = [max(a, start) for a, b in marked if a < end and b > start]
    begin = _sentence_start(text, start, min(inside), width) if inside and end - start > width else start
    cut = "… " if begin > start else ""
    return cut + _fitting(one_line(text[begin:end], end - begin + 1), width - len(cut))


def _covered(line: Span, marked: Sequence[Span]) -> int:
    return sum(max(0, min(line[1], b) - max(line[0], a)) for a, b in marked)


def _sentence_start(text: str, start: int, marked: int, width: int) -> int:
    """Where to begin so that the first marked word is well inside: at its sentence, else some words before it."""
    if marked - start <= width * 3 // 4:
        return start
    window = text[marked - width // 2 : marked]
    sentence = max(window.rfind(stop) for stop in _STOPS)
    blank = window.find(" ", width // 4) if sentence < 0 else sentence + 1
    return marked - width // 2 + blank + 1 if blank >= 0 else marked


def _fitting(line: str, width: int) -> str:
    """The line, or as many whole sentences of it as fill half the width, or its first words."""
    if len(line) <= width:
        return line
    stop = max(line.rfind(mark, width // 2, width) for mark in _STOPS)
    return line[: stop + 1] if stop >= 0 else f"{head(line, width - 2)} …"
