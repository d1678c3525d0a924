"""Is a mail still the one we wrote, and how much of its text is left? Pure."""

import hashlib
import re
from collections.abc import Iterable
from itertools import pairwise

SHINGLE = 4
"""Bytes of one shingle's hash."""
_MOST_WORDS = 4_000
_LINE_END = re.compile(rb"\r\n?|\n")
_FOLD = re.compile(rb"\n[ \t]+")
# What servers put on a mail as it passes or is stored. Of the X- fields, those of mail programs count as a change.
_ADDED = re.compile(
    rb"(received|return-path|delivered-to|authentication-results|dkim-signature|arc-[\w-]+|content-length|lines"
    rb"|x-(?!signpost|mozilla|mailer|unsent|priority|apple|uniform|universally|identity|account)[\w-]+)[ \t]*:",
    re.IGNORECASE,
)


def fingerprint(raw: bytes) -> str:
    """What stays the same on any server as long as nobody changes the mail: its header fields and its body.

    Line ends, the folding and order of header fields and what servers add to them do not count.
    """
    head, _, body = _LINE_END.sub(b"\n", raw).partition(b"\n\n")
    fields = sorted(_field(line) for line in _FOLD.sub(b" ", head).split(b"\n") if not _ADDED.match(line))
    return hashlib.sha256(b"\n".join([*fields, b"", body.rstrip(b"\n")])).hexdigest()


def is_same(raw: bytes, known: str) -> bool:
    """Whether this is the mail of that fingerprint; older ledgers hold the hash of the very bytes instead."""
    return known in (fingerprint(raw), hashlib.sha256(raw).hexdigest())


def shingles(text: str, key: bytes) -> bytes:
    """Pairs of neighbouring words as keyed hashes: enough to tell how alike two texts are, and not to read one."""
    words = re.findall(r"\w+", text.casefold())[:_MOST_WORDS]
    pairs = {" ".join(pair) for pair in pairwise(words)} or set(words)
    return b"".join(sorted(hashlib.blake2b(p.encode(), key=key[:32], digest_size=SHINGLE).digest() for p in pairs))


def similarity(one: bytes, other: bytes) -> float:
    """How much two texts have in common, from 0 to 1, by their shingles (Dice's coefficient)."""
    a, b = set(_cut(one)), set(_cut(other))
    return 2 * len(a & b) / (len(a) + len(b)) if a or b else 1.0


def _field(line: bytes) -> bytes:
    name, _, value = line.partition(b":")
    return name.strip().lower() + b":" + b" ".join(value.split())


def _cut(hashes: bytes) -> Iterable[bytes]:
    return (hashes[at : at + SHINGLE] for at in range(0, len(hashes), SHINGLE))
