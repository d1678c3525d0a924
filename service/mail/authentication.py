"""The Authentication-Results header (RFC 8601) → its server and results, as real servers write it. Pure, never raises.

Tolerated: Microsoft 365 names no server, comments stand anywhere, versions are left out, values are quoted.
"""

import re
from dataclasses import dataclass

MOST_CHARACTERS = 16 * 1024
RESULT = re.compile(r"\s*([a-z][a-z0-9-]{0,30})(?:/\d+)?\s*=\s*\"?([a-z]{1,20})\"?", re.IGNORECASE)
PROPERTY = re.compile(
    r"([a-z][a-z0-9-]{0,30}(?:\.[a-z][a-z0-9_-]{0,30})?)\s*=\s*(?:\"([^\"]{0,320})\"|([^\s;\"]{1,320}))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Result:
    """What one method said, and about whom: `dkim`, `pass`, (("header.d", "corp.example"),)."""

    method: str
    value: str
    properties: tuple[tuple[str, str], ...] = ()


def results(header: str) -> tuple[str, tuple[Result, ...]]:
    """The name of the server (lower case, empty where none is given) and its results in order."""
    pieces = _split(_without_comments(header[:MOST_CHARACTERS]))
    first = pieces[0].split() if pieces else []
    server = first[0].lower().strip('"') if first and "=" not in first[0] and "=" not in pieces[0] else ""
    found = (_result(piece) for piece in pieces[1 if server else 0 :])
    return server, tuple(result for result in found if result)


def _result(piece: str) -> Result | None:
    head = RESULT.match(piece)
    if head is None:
        return None
    rest = piece[head.end() :]
    told = tuple((m[1].lower(), m[2] if m[2] is not None else m[3]) for m in PROPERTY.finditer(rest))
    return Result(head[1].lower(), head[2].lower(), tuple((name, value) for name, value in told if name != "reason"))


def _without_comments(text: str) -> str:
    """Comments may nest and hold anything, also what looks like a result; a quoted string holds no comment."""
    out: list[str] = []
    depth, quoted, skip = 0, False, False
    for char in text:
        if skip:
            skip = False
        elif char == "\\" and (quoted or depth):
            skip = True
            continue
        elif char == '"' and not depth:
            quoted = not quoted
        elif char == "(" and not quoted:
            depth += 1
        elif char == ")" and depth:
            depth -= 1
            out.append(" ")
            continue
        if not depth:
            out.append(char)
    return "".join(out)


def _split(text: str) -> list[str]:
    """Cut at semicolons outside quotes."""
    pieces, start, quoted = [], 0, False
    for index, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif char == ";" and not quoted:
            pieces.append(text[start:index].strip())
            start = index + 1
    return [*pieces, text[start:].strip()]
