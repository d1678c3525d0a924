"""The lines of a body → what each of them is: text, quote, attribution, header block, signature … Pure, linear."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from service.mail.attributions import attribution, bare
from service.mail.markers import FORWARD_LINE, ORIGINAL_LINE, header_role
from service.mail.signatures import is_device_line, is_rule, is_signature_mark

MOST_HEADER_LINES = 24
QUOTED = re.compile(r"\s{0,8}(?:[^\W\d_]{0,10}>)")
PIPED = re.compile(r"\s{0,3}\|(?:\s|$)")
FENCE = re.compile(r"\s{0,3}(?:```|~~~)[\w+-]{0,20}\s*$")
WRAPPED_AT = 60
FIRST_LINES, LAST_LINES = 1200, 200
EMPTY_RUN = re.compile(r"\n(?:[ \t\r\u00a0]*\n){3,}")


class Kind(StrEnum):
    """What a line is."""

    TEXT = "text"
    EMPTY = "empty"
    QUOTE = "quote"
    ATTRIBUTION = "attribution"
    ORIGINAL = "quoted mail"
    FORWARD = "forwarded mail"
    HEADERS = "mail headers"
    MARK = "signature mark"
    RULE = "rule"
    DEVICE = "device line"


# What begins somebody else's words: a signature ends before it.
STRUCTURE = frozenset({Kind.QUOTE, Kind.ATTRIBUTION, Kind.ORIGINAL, Kind.FORWARD, Kind.HEADERS})


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines and, in step with them, their kinds."""

    texts: tuple[str, ...]
    kinds: tuple[Kind, ...]


def classified(text: str) -> Lines:
    """Look at every line once, a few ahead where a thing spans several."""
    texts = tuple(text.split("\n"))
    bares = [bare(line) for line in texts]
    kinds: list[Kind] = []
    fenced = _fenced(texts)
    while len(kinds) < len(texts):
        at = len(kinds)
        kinds += [Kind.TEXT] if at in fenced else _kinds_from(texts[at], bares, at, kinds)
    return Lines(texts, tuple(_mended(texts, kinds)))


def looked_at(text: str) -> tuple[str, str]:
    """The lines that are worth looking at, and those left out: the middle of a very long body.

    The own words stand at its top or at its bottom; long runs of empty lines are shortened first.
    """
    lines = EMPTY_RUN.sub("\n\n\n", text).split("\n")
    if len(lines) <= FIRST_LINES + LAST_LINES:
        return "\n".join(lines), ""
    kept = lines[:FIRST_LINES] + lines[-LAST_LINES:]
    return "\n".join(kept), "\n".join(lines[FIRST_LINES:-LAST_LINES])


def _fenced(texts: Sequence[str]) -> frozenset[int]:
    """The lines within pairs of code fences: whatever they hold is text."""
    marks = [at for at, line in enumerate(texts) if line[:3] in ("```", "~~~") and FENCE.match(line[:40])]
    inside = (range(start, end + 1) for start, end in zip(marks[::2], marks[1::2], strict=False))
    return frozenset(at for span in inside for at in span)


def _kinds_from(line: str, bares: Sequence[str], at: int, before: Sequence[Kind]) -> list[Kind]:
    if not line.strip():
        return [Kind.EMPTY]
    if QUOTED.match(line) or (PIPED.match(line) and _after_attribution(before)):
        return [Kind.QUOTE]
    if is_signature_mark(line):
        return [Kind.MARK]
    if is_rule(line):
        return [Kind.RULE]
    if is_device_line(line):
        return [Kind.DEVICE]
    return _structure_from(line, bares, at, before)


def _structure_from(line: str, bares: Sequence[str], at: int, before: Sequence[Kind]) -> list[Kind]:
    if len(line) <= 200 and ORIGINAL_LINE.fullmatch(line):
        return [Kind.ORIGINAL]
    if len(line) <= 200 and FORWARD_LINE.fullmatch(line):
        return [Kind.FORWARD]
    if count := attribution(bares, at):
        return [Kind.ATTRIBUTION] * count
    return _headers(bares, at, _is_announced(before)) or [Kind.TEXT]


def _headers(bares: Sequence[str], at: int, announced: bool) -> list[Kind]:
    """The header block of a quoted mail from `at` on; lines that look like headers but make no block are text."""
    if not header_role(bares[at][:300]):
        return []
    roles: list[str] = []
    end = at
    for index in range(at, min(len(bares), at + MOST_HEADER_LINES)):
        line = bares[index]
        role = header_role(line[:300]) if line else ""
        if role:
            roles.append(role)
            end = index + 1
        elif not roles or not _may_go_on(bares, index, line):
            break
    return [Kind.HEADERS if _is_block(roles, announced) else Kind.TEXT] * (end - at)


def _may_go_on(bares: Sequence[str], index: int, line: str) -> bool:
    """A folded value or an empty line between two headers."""
    following = bares[index + 1 : index + (4 if line else 2)]
    return any(header_role(told[:300]) for told in following if told)


def _is_block(roles: Sequence[str], announced: bool) -> bool:
    told = set(roles)
    if announced:
        return len(told) >= 2 and bool(told & {"from", "sent", "date"})
    timed = bool(told & {"sent", "date"})
    return len(told) >= 3 and ("from" in told or (timed and {"to", "subject"} <= told))


def _after_attribution(before: Sequence[Kind]) -> bool:
    """Whether the last thing seen was an attribution or a quote: then `|` marks a quote as `>` does."""
    last = next((kind for kind in reversed(before[-40:]) if kind is not Kind.EMPTY), Kind.TEXT)
    return last in (Kind.ATTRIBUTION, Kind.QUOTE)


def _is_announced(before: Sequence[Kind]) -> bool:
    last = next((kind for kind in reversed(before[-4:]) if kind is not Kind.EMPTY), Kind.TEXT)
    return last in (Kind.ORIGINAL, Kind.FORWARD, Kind.RULE)


def _mended(texts: Sequence[str], kinds: list[Kind]) -> list[Kind]:
    """The loose end of a long quoted line that a mail program wrapped belongs to the quote."""
    for at in range(1, len(kinds) - 1):
        if kinds[at] is not Kind.TEXT or kinds[at - 1] is not Kind.QUOTE or kinds[at + 1] is not Kind.QUOTE:
            continue
        if len(texts[at - 1]) >= WRAPPED_AT and len(texts[at]) < len(texts[at - 1]):
            kinds[at] = Kind.QUOTE
    return kinds
