"""Mail bytes → its tree of MIME parts, in one linear pass, with caps on depth and number. Pure, never raises.

The delimiter lines of all boundaries are found once; each multipart then takes those of its own boundary within its
own span. A part whose closing line is missing ends where its parent says (RFC 2046 §5.1.2).
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from service.mail.headers import Field, split, value_and_parameters

DEEPEST = 30
MOST_PARTS = 500
HEAD_END = re.compile(rb"\r?\n[ \t]*\r?\n|\r\r")
DELIMITER = re.compile(rb"^--([^\n]{1,300})", re.MULTILINE)
FIELD_LINE = re.compile(rb"[!-9;-~]+[ \t]*:")
NO_BLANK = re.compile(rb"\r?\n(?![!-9;-~]+[ \t]*:|[ \t]|>?From )")


@dataclass(frozen=True, slots=True)
class Part:
    """One entity: its headers, its type in lower case with parameters, and its still encoded body.

    `place` is the path from the root, such as (0, 1): the second part of the first part.
    """

    fields: tuple[Field, ...]
    type: str
    parameters: dict[str, str]
    body: bytes
    place: tuple[int, ...] = ()
    subtype_of: str = ""

    def raw(self, name: str) -> str:
        """The first header of this lower-case name as it came, or an empty string."""
        return next((field.raw for field in self.fields if field.name == name), "")

    @property
    def is_text(self) -> bool:
        """Whether it is text that a reader shows in the body."""
        return self.type in ("text/plain", "text/html") and not self.is_file

    @property
    def is_file(self) -> bool:
        """Whether it is shown as a file: so disposed, or named (a body may be named only where it comes first)."""
        disposition, parameters = value_and_parameters(self.raw("content-disposition"))
        if disposition == "attachment":
            return True
        named = "filename" in parameters or "name" in self.parameters
        return named and (not self.type.startswith("text/") or any(self.place))

    @property
    def filename(self) -> str:
        """The name it carries as a file, without any path; empty where it has none."""
        _, parameters = value_and_parameters(self.raw("content-disposition"))
        name = parameters.get("filename") or self.parameters.get("name", "")
        return re.split(r"[/\\]", name)[-1].strip()[:255]


@dataclass(frozen=True, slots=True)
class Structure:
    """All parts in the order they occur, the root first, and what was wrong."""

    parts: tuple[Part, ...]
    defects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    place: tuple[int, ...]
    default: str = "text/plain"
    parent: str = ""


Lines = dict[bytes, list[tuple[int, int]]]


def parts_of(raw: bytes) -> Structure:
    """Take a mail apart; parts beyond the caps are left unopened and reported."""
    lines = _delimiter_lines(raw)
    waiting, parts, defects = [_Span(0, len(raw), ())], list[Part](), list[str]()
    while waiting:
        if len(parts) == MOST_PARTS:
            defects.append("too many parts, the rest left out")
            break
        part, children, wrong = _opened(raw, waiting.pop(), lines)
        parts.append(part)
        defects += wrong
        waiting += reversed(children)
    return Structure(tuple(parts), tuple(dict.fromkeys(defects)))


def _delimiter_lines(raw: bytes) -> Lines:
    """Every line that starts with two dashes: what follows them → where the lines start and end."""
    found: Lines = {}
    if b"\n--" in raw or raw.startswith(b"--"):
        for line in DELIMITER.finditer(raw):
            found.setdefault(line[1].rstrip(), []).append(line.span())
    return found


def _opened(raw: bytes, span: _Span, lines: Lines) -> tuple[Part, list[_Span], list[str]]:
    head, body = _head_and_body(raw, span.start, span.end)
    fields, wrong = split(raw[span.start : head])
    told = next((field.raw for field in fields if field.name == "content-type"), "")
    kind, parameters = value_and_parameters(told)
    if kind.count("/") != 1 or not kind.replace("/", "").strip():
        kind = {"text": "text/plain", "html": "text/html"}.get(kind, span.default)
    children, more = _children(kind, parameters, _Span(body, span.end, span.place), lines)
    content = b"" if children else raw[body : span.end]
    return Part(fields, kind, parameters, content, span.place, span.parent), children, [*wrong, *more]


def _head_and_body(raw: bytes, start: int, end: int) -> tuple[int, int]:
    """Where the headers end and the body starts; a body may begin without its blank line."""
    if raw[start : start + 1] in (b"\n", b"\r"):
        return start, start + (2 if raw[start : start + 2] == b"\r\n" else 1)
    blank = HEAD_END.search(raw, start, end)
    dashes = raw.find(b"\n--", start, blank.start() if blank else end)
    if dashes >= 0:
        return dashes, dashes + 1
    return (blank.start(), blank.end()) if blank else _without_blank(raw, start, end)


def _without_blank(raw: bytes, start: int, end: int) -> tuple[int, int]:
    if not FIELD_LINE.match(raw, start, end):
        return start, start
    stop = NO_BLANK.search(raw, start, end)
    return (stop.start(), stop.end()) if stop else (end, end)


def _children(kind: str, parameters: dict[str, str], body: _Span, lines: Lines) -> tuple[list[_Span], list[str]]:
    if not kind.startswith("multipart/"):
        return [], []
    if len(body.place) >= DEEPEST:
        return [], ["nested too deep, the inner parts left out"]
    boundary = parameters.get("boundary", "").encode("utf-8", "replace").rstrip()
    pieces = list(_between(boundary, body, lines)) if boundary else []
    if not pieces:
        return [], ["a multipart without its boundary"]
    default = "message/rfc822" if kind == "multipart/digest" else "text/plain"
    return [_Span(a, b, (*body.place, i), default, kind) for i, (a, b) in enumerate(pieces)], []


def _between(boundary: bytes, body: _Span, lines: Lines) -> Iterator[tuple[int, int]]:
    """The spans between the delimiter lines of one boundary, up to its closing line."""
    opening = _within(lines.get(boundary, []), body)
    closing = _within(lines.get(boundary + b"--", []), body)
    stop = next((at for at, _ in closing if opening and at > opening[0][0]), body.end)
    starts = [(at, behind) for at, behind in opening if at < stop][: MOST_PARTS + 1]
    if not starts:
        return
    ends = [at - 1 for at, _ in starts[1:]] + [stop - 1 if stop < body.end else body.end]
    for (_, behind), end in zip(starts, ends, strict=True):
        yield min(behind + 1, end), max(end, min(behind + 1, end))


def _within(spans: list[tuple[int, int]], body: _Span) -> list[tuple[int, int]]:
    return spans[bisect_left(spans, (body.start, 0)) : bisect_left(spans, (body.end, 0))]
