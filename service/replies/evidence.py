"""A hit → the one line that shows that it answers, in its author's own words. Pure."""

from collections.abc import Sequence

from indexer.asking import Hit
from service.replies.clean import head, one_line

WIDTH = 200
_BULLETS = " \t-*#>•–·|"
_AROUND = _BULLETS + ".…:\r\n"
_STOPS = (". ", "! ", "? ")
Span = tuple[int, int]


def evidence(hit: Hit, width: int = WIDTH) -> str:
    """The telling line of the passage, `…` where it was cut; empty where it would only say the title again.

    Where the title was what matched, the line is the first of the document that says more.
    """
    title = one_line(hit.document.title, 1_000).casefold()
    openings = ((section.text, ()) for section in hit.document.sections)
    told = (_telling(text, marked, title, width) for text, marked in ((hit.passage, hit.highlights), *openings))
    return next((line for line in told if line), "")


def _telling(text: str, marked: Sequence[Span], title: str, width: int) -> str:
    """The line of the text that holds most of what was asked for, cut around it; empty where none says a thing."""
    lines = [line for line in _lines(text) if text[slice(*line)].strip(_AROUND).casefold() not in title]
    if not lines:
        return ""
    start, end = max(lines, key=lambda line: (_covered(line, marked), -line[0]))
    inside = [max(a, start) for a, b in marked if a < end and b > start]
    begin = _sentence_start(text, start, min(inside), width) if inside and end - start > width else start
    cut = "… " if text[start:begin].strip(_AROUND) else ""
    return cut + _fitting(one_line(text[begin:end].lstrip(_BULLETS), end - begin), width - len(cut))


def _lines(text: str) -> list[Span]:
    """(start, end) of every line that says something."""
    found, at = [], 0
    for line in text.splitlines(keepends=True):
        if any(c.isalnum() for c in line):
            found.append((at, at + len(line)))
        at += len(line)
    return found


def _covered(line: Span, marked: Sequence[Span]) -> int:
    return sum(max(0, min(line[1], b) - max(line[0], a)) for a, b in marked)


def _sentence_start(passage: str, start: int, marked: int, width: int) -> int:
    """Where to begin so that the first marked word is well inside: at its sentence, else some words before it."""
    if marked - start <= width // 2:
        return start
    window = passage[marked - width // 2 : marked]
    sentence = max(window.rfind(stop) for stop in _STOPS)
    blank = window.find(" ", width // 4) if sentence < 0 else sentence + 1
    return marked - width // 2 + blank + 1 if blank >= 0 else marked


def _fitting(line: str, width: int) -> str:
    """The line, or as many whole sentences of it as fill half the width, or its first words."""
    if len(line) <= width:
        return line
    stop = max(line.rfind(mark, width // 2, width) for mark in _STOPS)
    return line[: stop + 1] if stop >= 0 else f"{head(line, width - 2)} …"
