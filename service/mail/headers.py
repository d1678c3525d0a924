"""Header bytes → fields, decoded words, parameters and dates; broken ones too. Pure, never raises, linear.

RFC 5322 §2.2, RFC 2047 and RFC 2231 as written, and as senders really write them.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote_to_bytes

from service.mail.charsets import decode, guessed

MOST_BYTES = 256 * 1024
MOST_FIELDS = 1000
LONGEST_VALUE = 32 * 1024
MOST_PARAMETERS = 64
FIELD = re.compile(rb"([!-9;-~]{1,76})[ \t]*:")
WORD_HEAD = re.compile(r"=\?([^?\s]{1,40})\?([bBqQ])\?")
CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\u2028\u2029]+")
BLANK = re.compile(r"[ \t\r\n]*\Z")
NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


@dataclass(frozen=True, slots=True)
class Field:
    """One header as it came: name in lower case, value unfolded, its encoded words still encoded."""

    name: str
    raw: str


def split(block: bytes) -> tuple[tuple[Field, ...], tuple[str, ...]]:
    """The fields of a header block in their order, and what was wrong with it."""
    defects = [] if len(block) <= MOST_BYTES else ["headers too long, the rest left out"]
    fields: list[Field] = []
    for name, value in _unfolded(block[:MOST_BYTES]):
        if len(fields) == MOST_FIELDS:
            defects.append("too many headers, the rest left out")
            break
        if not name:
            defects.append("a line among the headers is none")
            continue
        if len(value) > LONGEST_VALUE:
            defects.append(f"header {name} too long, the rest left out")
        fields.append(Field(name, _text(value[:LONGEST_VALUE])))
    return tuple(fields), tuple(dict.fromkeys(defects))


def _unfolded(block: bytes) -> Iterator[tuple[str, bytes]]:
    name, value = "", [b""]
    for line in block.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"):
        if line[:1] in (b" ", b"\t") and name:
            value.append(line)
            continue
        if name:
            yield name, b"".join(value).strip()
        field = FIELD.match(line)
        name = field[1].decode("ascii").lower() if field else ""
        value = [line[field.end() :]] if field else []
        if not field and line.strip() and not line.startswith((b"From ", b">From ")):
            yield "", line
    if name:
        yield name, b"".join(value).strip()


def _text(value: bytes) -> str:
    return value.decode("ascii") if value.isascii() else guessed(value)


def decoded(raw: str) -> str:
    """A header value as a reader sees it: encoded words decoded, control characters gone."""
    text = words(raw) if "=?" in raw else raw
    return CONTROLS.sub(" ", text).strip()


def words(raw: str) -> str:
    """Decode the encoded words of RFC 2047, also inside quotes, unpadded, or split within a character."""
    out: list[str] = []
    pending: list[tuple[str, bytes]] = []
    at = 0
    while (head := WORD_HEAD.search(raw, at)) is not None:
        end = raw.find("?=", head.end())
        if end < 0:
            break
        between = raw[at : head.start()]
        if not (pending and BLANK.match(between)):
            out += [_joined(pending), between]
            pending = []
        pending.append((head[1].partition("*")[0].lower(), _unpacked(head[2], raw[head.end() : end])))
        at = end + 2
    return "".join([*out, _joined(pending), raw[at:]])


def _joined(pending: list[tuple[str, bytes]]) -> str:
    """Neighbouring words of one charset are decoded together: senders cut inside a character."""
    out: list[str] = []
    for index, (charset, data) in enumerate(pending):
        if index and pending[index - 1][0] == charset:
            continue
        run = [data]
        for other, more in pending[index + 1 :]:
            if other != charset:
                break
            run.append(more)
        out.append(decode(b"".join(run), charset).text)
    return "".join(out)


def _unpacked(encoding: str, text: str) -> bytes:
    data = text.encode("utf-8", "surrogateescape")
    if encoding in "bB":
        return from_base64(data)
    return binascii.a2b_qp(data.replace(b" ", b"_"), header=True)


def from_base64(data: bytes) -> bytes:
    """Base64 as far as it goes: strange characters skipped, padding supplied."""
    kept = NOT_BASE64.sub(b"", data)
    if len(kept) % 4 == 1:
        kept = kept[:-1]
    return base64.b64decode(kept + b"=" * (-len(kept) % 4))


def value_and_parameters(raw: str) -> tuple[str, dict[str, str]]:
    """`text/plain; charset="utf-8"` → ("text/plain", {"charset": "utf-8"}), RFC 2231 pieces put together."""
    pieces = list(_pieces(raw))
    value = pieces[0].strip().lower() if pieces else ""
    plain: dict[str, str] = {}
    split_up: dict[str, list[tuple[int, bool, str]]] = {}
    for piece in pieces[1 : MOST_PARAMETERS + 1]:
        name, _, told = piece.partition("=")
        name, told = name.strip().lower(), _unquoted(told.strip())
        base, star, rest = name.partition("*")
        if not star:
            plain.setdefault(base, decoded(told) if "=?" in told else told)
            continue
        number = rest.rstrip("*")
        place = int(number) if number.isdecimal() and len(number) < 4 else 0
        split_up.setdefault(base, []).append((place, rest.endswith("*") or not rest, told))
    return value, plain | {name: _put_together(parts) for name, parts in split_up.items()}


def _pieces(raw: str) -> Iterator[str]:
    """Split at semicolons outside quotes."""
    start, quoted, skip = 0, False, False
    for index, char in enumerate(raw):
        if skip:
            skip = False
        elif char == "\\" and quoted:
            skip = True
        elif char == '"':
            quoted = not quoted
        elif char == ";" and not quoted:
            yield raw[start:index]
            start = index + 1
    yield raw[start:]


def _unquoted(told: str) -> str:
    if told[:1] != '"':
        return told
    inside = told[1:].removesuffix('"')
    return re.sub(r"\\(.)", r"\1", inside) if "\\" in inside else inside


def _put_together(parts: list[tuple[int, bool, str]]) -> str:
    ordered = sorted(parts, key=lambda part: part[0])
    charset, texts = "", []
    if ordered[0][1] and ordered[0][2].count("'") >= 2:
        charset, _, first = ordered[0][2].split("'", 2)
        ordered[0] = (ordered[0][0], True, first)
    for _, percent, text in ordered:
        texts.append(unquote_to_bytes(text) if percent else text.encode("utf-8", "replace"))
    return CONTROLS.sub(" ", decode(b"".join(texts), charset).text)


def moment(raw: str) -> datetime | None:
    """A Date header as an aware UTC time, or None where it says none that exists."""
    try:
        told = parsedate_to_datetime(raw[:200])
        return (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
