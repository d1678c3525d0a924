"""A hit → the one line that shows that it answers, in its author's own words. Pure."""

from collections.abc import Sequence

from indexer.asking import Hit
from service.replies.clean import head, one_line

WIDTH = 200
_BULLETS = " \t-*#>•–·|"
_STOPS = (". ", "! ", "? ")
Span = tuple[int, int]


def evidence(hit: Hit, width: int = WIDTH) -> str:
    """The telling line of the passage, `…` where it was cut; empty where it would only say the title again.

    Where the title was what matched, the line is the first of the document that says more.
    """
    title = one_line(hit.document.title, 1_000)
    line = _telling(hit.passage, hit.highlights, width)
    if line and not _repeats(line, title):
        return line
    openings = (_telling(section.text, (), width) for section in hit.document.sections)
    return next((o for o in openings if o and not _repeats(o, title)), "")


def _repeats(line: str, title: str) -> bool:
    return line.strip(" .…").casefold() in title.casefold()


def _telling(passage: str, highlights: Sequence[Span], width: int) -> str:
    """The line of the passage that holds most of what was asked for, cut around it."""
    start, end = max(_lines(passage), key=lambda line: (_covered(line, highlights), -line[0]), default=(0, 0))
    inside = [max(a, start) for a, b in highlights if a < end and b > start]
    if len(passage[start:end].strip(_BULLETS)) > width and inside:
        start = _sentence_start(passage, start, min(inside), width)
    cut = "… " if passage[:start].rpartition("\n")[2].strip(_BULLETS) else ""
    line = passage[start:end].lstrip(_BULLETS).rstrip()
    return cut + _fitting(one_line(line, len(line) + 1), width - len(cut))


def _lines(passage: str) -> list[Span]:
    """(start, end) of every line that says something."""
    found, at = [], 0
    for line in passage.splitlines(keepends=True):
        if any(c.isalnum() for c in line):
            found.append((at, at + len(line)))
        at += len(line)
    return found


def _covered(line: Span, highlights: Sequence[Span]) -> int:
    return sum(max(0, min(line[1], b) - max(line[0], a)) for a, b in highlights)


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
