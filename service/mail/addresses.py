"""Address headers → mailboxes: tolerant for recipients, strict for the sender. Pure, never raises, linear.

The grammar (RFC 5322 §3.4) is applied before encoded words are decoded: what an encoded word holds is a name and
can never become an address. The sender fails closed: whatever two programs could read differently is nobody.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from service.mail.headers import CONTROLS, WORD_HEAD, Field, decoded, words
from service.mail.letter import Address

MOST_ADDRESSES = 1000
LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+)*"
DOMAIN = r"[A-Za-z0-9\u0080-\U0010ffff](?:[A-Za-z0-9\u0080-\U0010ffff.-]*[A-Za-z0-9\u0080-\U0010ffff])?"
PLAIN = re.compile(rf"{LOCAL}@{DOMAIN}")
BETWEEN_WORDS = re.compile(r"[\s<>\"'(),;:\[\]]+")
# right-to-left overrides, isolates, zero-width characters: none has a place in a name or an address
INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00ad\ufffd]")
STOP = re.compile(r"[\"(<,;:>]|=\?")
SPECIAL = re.compile(r"[\"(<,;:>@]")
LOOKS_LIKE_AT = re.compile(r"[\uff20\ufe6b]")


@dataclass(slots=True)
class _Mailbox:
    """One mailbox while it is read: what stood outside, inside and after the angle brackets."""

    name: list[str] = field(default_factory=list)
    angle: list[str] | None = None
    after: list[str] = field(default_factory=list)
    comment: list[str] = field(default_factory=list)
    odd: bool = False

    def outside(self) -> list[str]:
        """Where text outside of brackets belongs now."""
        return self.name if self.angle is None else self.after

    @property
    def empty(self) -> bool:
        """Whether nothing but blanks was seen."""
        return self.angle is None and not "".join(self.name).strip() and not self.comment


def addresses(raw: str) -> tuple[Address, ...]:
    """Every mailbox of a header value, groups opened, in order; what holds no address is left out."""
    return tuple(address for address in named(raw) if address.email)


def named(raw: str) -> tuple[Address, ...]:
    """Every mailbox of a header value, those included that are a mere name without an address."""
    return tuple(_address(box) for box in _mailboxes(raw))


def sender(froms: Sequence[Field]) -> tuple[Address | None, str]:
    """The one sender, or None and why nobody may be taken for the sender."""
    if len(froms) != 1:
        return None, "no From header" if not froms else "several From headers"
    raw = froms[0].raw
    if any(kind == "group" for kind, _ in _tokens(raw)):
        return None, "From names a group"
    boxes = list(_mailboxes(raw))
    if len(boxes) != 1:
        return None, "From names nobody" if not boxes else "From names several senders"
    address = _address(boxes[0])
    problem = _doubt(raw, boxes[0], address)
    return (None, problem) if problem else (address, "")


def _doubt(raw: str, box: _Mailbox, address: Address) -> str:
    """Why this From may be read in two ways or was made to deceive; empty where it is plain."""
    if CONTROLS.search(words(raw)) or INVISIBLE.search(words(raw)):
        return "From holds control or invisible characters"
    if box.odd or "".join(box.after).strip() or _is_ambiguous(box):
        return "From cannot be read in one way"
    if address.email.count("@") != 1 or not PLAIN.fullmatch(address.email) or ".." in address.domain:
        return "From holds no plain address"
    shown = LOOKS_LIKE_AT.sub("@", f"{address.name} {' '.join(box.comment)}").lower()
    if any(other != address.email.lower() for other in _shown_addresses(shown)):
        return "the name in From shows another address"
    return ""


def _shown_addresses(text: str) -> Iterator[str]:
    """Whatever in a text a reader may take for an address; cut word by word, as one pattern would take n² steps."""
    for word in BETWEEN_WORDS.split(text):
        for local, domain in pairwise(word.split("@")):
            if local and domain:
                yield f"{local}@{domain.rstrip('.')}"


def _is_ambiguous(box: _Mailbox) -> bool:
    """`Bob bob@x.example` or an encoded word without brackets, or an old source route before the address."""
    if box.angle is None:
        return "=?" in "".join(box.name) or len("".join(box.name).split()) > 1
    return "".join(box.angle).lstrip().startswith("@")


def _address(box: _Mailbox) -> Address:
    name = _clean("".join(box.name))
    if box.angle is None:
        bare = next((word for word in name.split() if "@" in word), "")
        rest = name.replace(bare, " ", 1).strip() if bare else name
        return Address(_lower_domain(bare.strip("'\"")), rest or _clean(" ".join(box.comment)))
    route_end = "".join(box.angle).strip()
    email = route_end.rpartition(":")[2] if route_end.startswith("@") else route_end
    return Address(_lower_domain(email.removeprefix("mailto:").strip()), name or _clean(" ".join(box.comment)))


def _clean(text: str) -> str:
    name = " ".join(decoded(text).split())
    quoted = len(name) > 1 and name[0] == name[-1] and name[0] in "'\""
    return name[1:-1].strip() if quoted else name


def _lower_domain(email: str) -> str:
    local, at, domain = email.rpartition("@")
    return f"{local}{at}{domain.lower()}" if at else email


def _mailboxes(raw: str) -> Iterator[_Mailbox]:
    """Cut at commas and semicolons outside quotes, comments and brackets; a group's name is left out."""
    box, count = _Mailbox(), 0
    for kind, text in _tokens(raw):
        if kind == "end":
            if not box.empty:
                yield box
                count += 1
            box = _Mailbox()
            if count >= MOST_ADDRESSES:
                return
        elif kind == "group":
            box = _Mailbox()
        else:
            _take(box, kind, text)


def _take(box: _Mailbox, kind: str, text: str) -> None:
    if kind == "comment":
        box.comment.append(text)
    elif kind == "angle":
        box.odd |= box.angle is not None
        box.angle = [text] if box.angle is None else box.angle
    else:
        box.odd |= kind == "broken"
        box.outside().append(text)


def _tokens(raw: str) -> Iterator[tuple[str, str]]:
    """Lexical pieces: text, quoted, comment, angle, group, end, broken."""
    at, size, inside_group = 0, len(raw), False
    while at < size:
        char = raw[at]
        closing = {'"': '"', "(": ")", "<": ">"}.get(char)
        if closing:
            end, text, whole = _enclosed(raw, at, char, closing)
            yield {'"': "quoted", "(": "comment", "<": "angle"}[char], text
            if not whole:
                yield "broken", ""
            at = end
        elif char in ",;":
            yield "end", ""
            inside_group = inside_group and char != ";"
            at += 1
        elif char == ":" and not inside_group and _opens_group(raw, at):
            yield "group", ""
            inside_group, at = True, at + 1
        else:
            end = _run(raw, at)
            yield ("broken" if char == ">" or _is_odd_word(raw[at:end]) else "text"), raw[at:end]
            at = end
    yield "end", ""


def _run(raw: str, at: int) -> int:
    """Where the text that starts here ends; an encoded word is one piece, whatever it holds."""
    head = WORD_HEAD.match(raw, at)
    closed = raw.find("?=", head.end()) if head else -1
    if closed >= 0:
        return closed + 2
    stop = STOP.search(raw, at + 1)
    return stop.start() if stop else len(raw)


def _is_odd_word(text: str) -> bool:
    """An encoded word with raw specials inside: some programs split there, others do not."""
    return text.startswith("=?") and SPECIAL.search(text) is not None


def _opens_group(raw: str, colon: int) -> bool:
    """`Team: a@x, b@y;` opens a group; `mailto:a@x` and `http://` do not."""
    return raw[max(0, colon - 6) : colon].lower() not in ("mailto",) and raw[colon + 1 : colon + 3] != "//"


def _enclosed(raw: str, at: int, opening: str, closing: str) -> tuple[int, str, bool]:
    """From an opening mark to its closing one: the index behind, the text inside, whether it was closed."""
    depth, index, text = 1, at + 1, []
    while index < len(raw):
        char = raw[index]
        if char == "\\" and opening != "<" and index + 1 < len(raw):
            text.append(raw[index + 1])
            index += 2
            continue
        if char == closing:
            depth -= 1
            if not depth:
                return index + 1, "".join(text), True
        elif char == opening == "(":
            depth += 1
        text.append(char)
        index += 1
    return len(raw), "".join(text), False
