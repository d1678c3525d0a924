"""ARC headers (RFC 8617) → the chain of servers that passed a mail on, and what each saw. Pure, never raises.

Nothing here checks a signature: the own server does that, and says `arc=pass` where every seal and the newest
signature hold. Even then a seal only tells *who* vouches, so a chain is of use only with sealers that are trusted.
"""

import re
from collections import Counter
from dataclasses import dataclass

from service.mail.authentication import Result, results
from service.mail.letter import Mail

MOST_SETS = 50
"""RFC 8617 §4.2.1: an instance is a number from 1 to 50."""
INSTANCE = re.compile(r"\s*i\s*=\s*([0-9]{1,2})\s*;")
NAMES = ("arc-seal", "arc-message-signature", "arc-authentication-results")


@dataclass(frozen=True, slots=True)
class Sealed:
    """One set of the chain: the domain that sealed it, and what its server saw when the mail came in."""

    sealer: str
    results: tuple[Result, ...]


def chain(mail: Mail) -> tuple[Sealed, ...]:
    """The sets, newest first; nothing at all where the chain is not whole (RFC 8617 §5.2, steps 1 to 3)."""
    by_name = [_numbered(mail.all_headers(name)) for name in NAMES]
    seals, _, seen = by_name
    count = len(seals)
    whole = 0 < count <= MOST_SETS and all(sorted(found) == list(range(1, count + 1)) for found in by_name)
    if not whole:
        return ()
    tags = [_tags(seals[i]) for i in range(count, 0, -1)]
    held = [tag.get("cv") == ("none" if i == 1 else "pass") for i, tag in zip(range(count, 0, -1), tags, strict=True)]
    if not all(held):
        return ()
    sets = zip(tags, range(count, 0, -1), strict=True)
    return tuple(Sealed(tag.get("d", ""), results(INSTANCE.sub("", seen[i], count=1))[1]) for tag, i in sets)


def _numbered(headers: tuple[str, ...]) -> dict[int, str]:
    """Each header under its instance; nothing where one has none or two have the same."""
    found: dict[int, str] = {}
    for header in headers[: MOST_SETS + 1]:
        number = _instance(header)
        if number is None or number in found:
            return {}
        found[number] = header
    return found


def _instance(header: str) -> int | None:
    """What the only tag `i` says; in a seal it may stand anywhere."""
    start = INSTANCE.match(header)
    told = start[1] if start else _tags(header).get("i", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) <= 2 else None


def _tags(header: str) -> dict[str, str]:
    """The tags of a seal (RFC 6376 §3.2), lower case; nothing where one occurs twice, which is an error there."""
    pairs = [piece.partition("=") for piece in header.split(";") if piece.strip()]
    names = Counter(name.strip().lower() for name, _, _ in pairs)
    if any(number > 1 for number in names.values()):
        return {}
    return {name.strip().lower(): "".join(value.split()).lower().strip(".") for name, _, value in pairs}
