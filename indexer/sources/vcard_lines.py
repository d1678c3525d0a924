"""The bytes of vCards 2.1 to 4.0 → cards made of named properties. Pure, and forgiving.

Reads what products really write: folded lines, quoted-printable with soft breaks, charsets by property, groups
(`item1.EMAIL`), bare 2.1 parameters. Pictures, sounds and keys are left out.
"""

import quopri
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from indexer.sources.files import decode
from indexer.sources.text import clean

_NAME = re.compile(r"(?:[\w-]+\.)?([A-Za-z][\w-]*)", re.ASCII)
_LEFT_OUT = frozenset({"PHOTO", "LOGO", "SOUND", "KEY", "CERT", "AGENT"})


@dataclass(frozen=True, slots=True)
class Property:
    """A property: `value` is decoded but still escaped; `kinds` are its types and bare parameters, upper case."""

    name: str
    value: str
    kinds: frozenset[str] = frozenset()

    @property
    def text(self) -> str:
        """The value as one clean text."""
        return clean(_unescaped(self.value))

    @property
    def parts(self) -> tuple[str, ...]:
        """The components that semicolons separate, such as surname and given name, each clean."""
        return tuple(clean(_unescaped(part)) for part in re.split(r"(?<!\\);", self.value))

    @property
    def preferred(self) -> bool:
        """Whether the card's owner marked this one of several."""
        return "PREF" in self.kinds or "PREF=1" in self.kinds


@dataclass(frozen=True, slots=True)
class Card:
    """One vCard: its properties in order, the line of its BEGIN, and whether it had an END."""

    properties: tuple[Property, ...]
    line: int
    ended: bool = True

    def all(self, name: str) -> tuple[Property, ...]:
        """The properties of a name, preferred ones first."""
        found = [p for p in self.properties if p.name == name and p.value.strip(" ;")]
        return tuple(sorted(found, key=lambda p: not p.preferred))

    def first(self, name: str) -> str:
        """The text of the first property of a name, or nothing."""
        return next((p.text for p in self.all(name) if p.text), "")


def cards_of(data: bytes) -> list[Card]:
    """All cards in a file. Never raises; bytes without a BEGIN:VCARD give no card."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in data[:64]:
        data = decode(data).encode("utf-8", errors="replace")
    # Latin-1 keeps every byte, so that each property can be decoded by its own charset.
    return list(_cards(_lines(data.removeprefix(b"\xef\xbb\xbf").decode("latin-1"))))


def _cards(lines: Iterable[tuple[int, str]]) -> Iterator[Card]:
    """Cards in order; one inside an AGENT property is skipped, one that never ends stops where the next begins."""
    reading = _Reading()
    for number, line in lines:
        if done := reading.take(number, line):
            yield done
    if left := reading.finish(ended=False):
        yield left


class _Reading:
    """A card while its lines come in."""

    def __init__(self) -> None:
        self._inside: list[Property] | None = None
        self._begun, self._agents, self._agent_next = 0, 0, False

    def take(self, number: int, line: str) -> Card | None:
        """Read on by a line; the card that it ends, if it ends one."""
        word, done = line.strip().upper().replace(" ", ""), None
        if word == "BEGIN:VCARD":
            done = self._begin(number)
        elif word == "END:VCARD" and self._agents:
            self._agents -= 1
        elif word == "END:VCARD":
            done = self.finish(ended=True)
        elif self._inside is not None and not self._agents and (found := _property(line)):
            self._inside.append(found)
        self._agent_next = re.fullmatch(r"AGENT[^:]*:", word) is not None
        return done

    def finish(self, ended: bool) -> Card | None:
        """The card that is being read, if there is one; nothing is being read any more."""
        inside, self._inside = self._inside, None
        return None if inside is None else Card(tuple(inside), self._begun, ended)

    def _begin(self, number: int) -> Card | None:
        if self._agent_next and self._inside is not None:
            self._agents += 1
            return None
        left = self.finish(ended=False)
        self._inside, self._begun, self._agents = [], number, 0
        return left


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Logical lines with the number of their first line: folds and soft line breaks taken back."""
    held, begun, soft = "", 1, False
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        if soft:
            held = held[:-1] + (line[1:] if line[:1] in (" ", "\t") and line[1:2] == "=" else line)
        elif line[:1] in (" ", "\t") and held:
            held += line[1:]
        else:
            yield begun, held
            held, begun = line, number
        soft = held.endswith("=") and re.match(r"[^:]*QUOTED-PRINTABLE", held, re.IGNORECASE) is not None
    yield begun, held


def _property(line: str) -> Property | None:
    """The property of a logical line; None for what is none, or holds a picture or another binary."""
    head, value = _split(line)
    name, *params = re.findall(r'(?:[^;"]|"[^"]*"?)+', head[:2000]) or [""]
    match = _NAME.fullmatch(name.strip())
    if match is None:
        return None
    told = [_parameter(p) for p in params]
    kinds = frozenset(kind for key, values in told for kind in _kinds(key, values))
    if match[1].upper() in _LEFT_OUT or _is_binary(kinds, value):
        return None
    charset = next((v for key, v in told if key == "CHARSET"), "")
    return Property(match[1].upper(), _decoded(value, charset, "QUOTED-PRINTABLE" in kinds), kinds)


def _is_binary(kinds: frozenset[str], value: str) -> bool:
    return bool(kinds & {"BASE64", "B"}) or value.lower().startswith("data:")


def _split(line: str) -> tuple[str, str]:
    """Name with parameters, and value: at the first colon outside quotes."""
    quoted = False
    for position, char in enumerate(line[:4000]):
        if char == '"':
            quoted = not quoted
        elif char == ":" and not quoted:
            return line[:position], line[position + 1 :]
    return "", ""


def _parameter(told: str) -> tuple[str, str]:
    key, equals, value = told.strip().partition("=")
    return (key.upper(), value.strip('"')) if equals else ("", key)


def _kinds(key: str, value: str) -> list[str]:
    if key == "PREF":
        return [f"PREF={value}"]
    return value.upper().split(",") if key in ("", "TYPE", "ENCODING") else []


def _decoded(value: str, charset: str, quoted_printable: bool) -> str:
    data = value.encode("latin-1")
    data = quopri.decodestring(data) if quoted_printable else data
    if charset and charset.upper().replace("_", "-") not in ("UTF-8", "UTF8"):
        try:
            return data.decode(charset.strip(), errors="replace")
        except (LookupError, ValueError):
            return decode(data)
    return decode(data)


def _unescaped(text: str) -> str:
    """RFC 6350 section 3.4: a backslash makes a newline of n and the next character of everything else."""
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], text)
