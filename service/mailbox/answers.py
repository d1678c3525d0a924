"""What a server says of mails (FETCH, SEARCH), as imaplib leaves it → records. Takes no word on trust. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone

Record = bytes | tuple[bytes, bytes]
"""A piece of an untagged answer: a line, or the part of it before a literal and the literal."""

LARGEST = 2**32 - 1
"""Of UIDs, UIDVALIDITY and UIDNEXT (RFC 9051 2.3.1.1)."""
_DEEPEST = 50
_TOKEN = re.compile(rb'\(|\)|"[^"\\]*(?:\\.[^"\\]*)*"|[^\s()"\[]+(?:\[[^\]]{0,2000}\](?:<\d+>)?)?|\S', re.DOTALL)
_DATE = re.compile(rb'"? ?(\d{1,2})-([A-Z][a-z]{2})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"?', re.IGNORECASE)
_MONTHS = b"jan feb mar apr may jun jul aug sep oct nov dec".split()
_MODSEQ = re.compile(rb" *\(MODSEQ \d+\) *$", re.IGNORECASE)
_LITERAL = re.compile(rb"~?\{\d+\+?\}$")


@dataclass(frozen=True, slots=True)
class Told:
    """What a server said of one mail; what it did not say is None. `texts` by the names the server gave them."""

    uid: int
    size: int | None = None
    received: datetime | None = None
    flags: frozenset[str] | None = None
    texts: dict[bytes, bytes] = field(default_factory=dict)

    def text(self, name: bytes) -> bytes | None:
        """The text whose name begins like this."""
        return next((text for key, text in self.texts.items() if key.startswith(name)), None)


@dataclass(frozen=True, slots=True)
class Literal:
    """A text that came as a literal."""

    text: bytes


Token = bytes | Literal


def number(said: object, most: int = LARGEST) -> int | None:
    """A number as it stands in an answer, or None where it is none, or none that can be."""
    if isinstance(said, Literal) or not isinstance(said, bytes) or not 0 < len(said) <= 20 or not said.isdigit():
        return None
    return int(said) if int(said) <= most else None


def found(records: Sequence[Record], first: int = 1) -> list[int]:
    """The UIDs of SEARCH answers from `first` on, rising and each once. Raises ValueError for what is none.

    `n:*` names the last mail even where its UID is below n (RFC 9051 6.4.9).
    """
    uids: set[int] = set()
    for record in records:
        line = record if isinstance(record, bytes) else b"{"
        for word in _MODSEQ.sub(b"", line).split():
            uid = number(word)
            if uid is None:
                raise ValueError(f"the server calls a mail {word[:40]!r}")
            uids.add(uid)
    return sorted(uid for uid in uids if uid >= max(first, 1))


def fetched(records: Sequence[Record], asked: Sequence[int]) -> dict[int, Told]:
    """What FETCH answers say of the mails asked for. Raises ValueError for an answer that nobody can read.

    An answer without a UID is left out: the number before FETCH is a place in a list that others change.
    """
    told: dict[int, Told] = {}
    wanted = frozenset(asked)
    for tokens in _lines(records):
        one = _told(tokens)
        if one.uid in wanted:
            told[one.uid] = _merged(told[one.uid], one) if one.uid in told else one
    return told


def moment(said: object) -> datetime | None:
    """An INTERNALDATE in UTC, or None where it is none."""
    match = _DATE.fullmatch(said) if isinstance(said, bytes) else None
    if not match or match[2].lower() not in _MONTHS:
        return None
    day, year, hour, minute, second = (int(match[n]) for n in (1, 3, 4, 5, 6))
    away = timedelta(hours=int(match[8]), minutes=int(match[9])) * (-1 if match[7] == b"-" else 1)
    try:
        month = _MONTHS.index(match[2].lower()) + 1
        return datetime(year, month, day, hour, minute, second, tzinfo=timezone(away)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def texts(told: Iterable[Told], name: bytes) -> dict[int, bytes]:
    """The text of each mail; NIL and lacking ones left out."""
    return {one.uid: text for one in told if (text := one.text(name)) is not None}


def _lines(records: Sequence[Record]) -> Iterator[list[Token]]:
    """The tokens of each untagged answer: imaplib cuts one at its literals."""
    tokens: list[Token] = []
    for record in records:
        if isinstance(record, tuple):
            tokens += [*_tokens(_LITERAL.sub(b"", record[0])), Literal(record[1])]
        else:
            yield tokens + _tokens(record)
            tokens = []


def _tokens(text: bytes) -> list[Token]:
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token in (b'"', b"["):
            raise ValueError(f"the server leaves a {token.decode()} open")
        tokens.append(token)
    return tokens


def _told(tokens: Sequence[Token]) -> Told:
    """`n (name value name value ...)`; what lies deeper than a list of flags is passed over."""
    items = _items(tokens)
    uid = number(items.get(b"UID")) or 0
    flags = items.get(b"FLAGS")
    return Told(
        uid,
        number(items.get(b"RFC822.SIZE"), 2**62),
        moment(items.get(b"INTERNALDATE")),
        frozenset(f.decode("utf-8", "replace") for f in flags) if isinstance(flags, list) else None,
        {name: text for name, value in items.items() if (text := _content(name, value)) is not None},
    )


def _items(tokens: Sequence[Token]) -> dict[bytes, object]:
    if number(tokens[0] if tokens else None) is None or tokens[1:2] != [b"("] or tokens[-1] != b")":
        raise ValueError("the server says nothing that can be read of a mail")
    values = list(_values(tokens[2:-1]))
    if len(values) % 2:
        raise ValueError("the server names an item of a mail and does not tell it")
    return {k.upper(): v for k, v in zip(values[::2], values[1::2], strict=True) if isinstance(k, bytes)}


def _values(tokens: Sequence[Token]) -> Iterator[object]:
    """Each value; a list is a list of its words, whatever lies in it besides."""
    depth = 0
    words: list[bytes] = []
    for token in tokens:
        depth += {b"(": 1, b")": -1}.get(token, 0) if isinstance(token, bytes) else 0
        if not 0 <= depth <= _DEEPEST:
            raise ValueError("the server nests lists too deep, or closes one too many")
        if depth == 0:
            yield words if token == b")" else token
        elif token == b"(" and depth == 1:
            words = []
        elif depth == 1 and isinstance(token, bytes) and token != b")":
            words.append(token)
    if depth:
        raise ValueError("the server leaves a list open")


def _content(name: bytes, value: object) -> bytes | None:
    """The text of an item; NIL is none (and a text of these three letters is never sent so)."""
    if not name.startswith(b"BODY["):
        return None
    if isinstance(value, Literal):
        return value.text
    if isinstance(value, bytes) and value[:1] == b'"':
        return re.sub(rb"\\(.)", rb"\1", value[1:-1], flags=re.DOTALL)
    return None


def _merged(one: Told, other: Told) -> Told:
    return replace(
        one,
        size=one.size if other.size is None else other.size,
        received=one.received or other.received,
        flags=one.flags if other.flags is None else other.flags,
        texts=one.texts | other.texts,
    )
