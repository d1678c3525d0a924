"""Classified lines → which of them are signature, device line, legal notice or banner. Pure, linear."""

import re
from collections.abc import Sequence

from service.mail.lines import STRUCTURE, Kind, Lines
from service.mail.signatures import is_banner, starts_disclaimer

LONGEST_SIGNATURE = 20
SHORT = 6
ASKS = re.compile(
    r"\?\s*(?:$|[)\"'”*_]|\s)|؟|？|\b(?:wondering|looking for|could you|can you|does anyone|do we|let me know)\b",
    re.I,
)
HEADING_SLACK = 3


def footers(lines: Lines) -> list[str]:
    """For each line the name of the rule that cuts it, or an empty string."""
    rules = ["device line" if kind is Kind.DEVICE else "" for kind in lines.kinds]
    _notices(lines, rules)
    following = _next_structure(lines.kinds)
    seen, at = False, 0
    while at < len(rules):
        kind = lines.kinds[at]
        if kind in (Kind.MARK, Kind.RULE) and not rules[at]:
            at = _signature(lines, rules, at, following[at + 1], seen)
            continue
        seen = seen or (kind is Kind.TEXT and not rules[at])
        at += 1
    return rules


def asks(line: str) -> bool:
    """Whether a line may ask something: then it is no footer."""
    return ASKS.search(line[:2000]) is not None


def _next_structure(kinds: Sequence[Kind]) -> list[int]:
    """For each line the next one that starts somebody else's words, or the end."""
    following = [len(kinds)] * (len(kinds) + 1)
    for at in range(len(kinds) - 1, -1, -1):
        following[at] = at if kinds[at] in STRUCTURE else following[at + 1]
    return following


def _signature(lines: Lines, rules: list[str], at: int, end: int, seen: bool) -> int:
    """Cut from a mark or a rule to the next structure where that is a signature; return where to go on."""
    if not seen:
        rules[at] = "rule line"
        return at + 1
    block = [n for n in range(at + 1, end) if lines.kinds[n] is Kind.TEXT and not rules[n]]
    if lines.kinds[at] is Kind.MARK:
        is_signature = len(block) <= LONGEST_SIGNATURE
    else:
        is_signature = len(block) <= SHORT and not _underlines(lines, at)
        is_signature = is_signature and not any(asks(lines.texts[n]) for n in block)
    if not is_signature:
        return at + 1
    rules[at:end] = ["signature"] * (end - at)
    return end


def _underlines(lines: Lines, at: int) -> bool:
    """A rule right under a line of about its length is a heading, not a border."""
    above = lines.texts[at - 1].strip() if at else ""
    if not above or lines.kinds[at + 1 : at + 2] != (Kind.TEXT,):
        return False
    return abs(len(above) - len(lines.texts[at].strip())) <= HEADING_SLACK


def _notices(lines: Lines, rules: list[str]) -> None:
    """Legal notices below some text, and warnings above it, are cut a paragraph each."""
    seen = False
    for start, end in paragraphs(lines.kinds):
        paragraph = " ".join(lines.texts[start:end])[:3000] if end - start <= 40 else lines.texts[start]
        rule = "disclaimer" if seen and starts_disclaimer(paragraph) else ""
        rule = "banner" if not seen and is_banner(paragraph) else rule
        if rule:
            rules[start:end] = [rule] * (end - start)
        seen = seen or not rule


def paragraphs(kinds: Sequence[Kind]) -> list[tuple[int, int]]:
    """The runs of text lines: (first, behind the last)."""
    runs, start = [], None
    for at, kind in enumerate([*kinds, Kind.EMPTY]):
        if kind is Kind.TEXT and start is None:
            start = at
        if kind is not Kind.TEXT and start is not None:
            runs.append((start, at))
            start = None
    return runs
