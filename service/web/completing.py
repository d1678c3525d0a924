"""A question that is being written → how it may go on, where its end begins a known name. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from service.web.names import KINDS, NameKind, Names, Suggestion

LONGEST, MOST = 200, 8
"""Characters of a question that is completed, and completions that are told."""
_PREFIXES: dict[str, NameKind] = {"company": "company", "person": "person", "board": "board"}
_PREFIX = re.compile(r"(?:^|(?<=\s))(company|person|board):[\"“„]?([^\"”“„]*)$", re.IGNORECASE)
_WORDS = 4
_SHORTEST = 3
"""Letters of a word within a question that are taken for the beginning of a name; one with a capital needs two."""

Visible = Callable[[Iterable[Suggestion]], Iterator[Suggestion]]


@dataclass(frozen=True, slots=True)
class Completion:
    """A name that the end of a question may become, and the whole question then."""

    name: str
    kind: NameKind
    documents: int
    value: str


def completions(names: Names, text: str, visible: Visible) -> tuple[Completion, ...]:
    """How a question may go on; nothing where its end begins no name that may be shown."""
    if len(text) > LONGEST:
        return ()
    for start, begun, kinds in _ends(text):
        if found := tuple(islice(visible(names.starting(begun, kinds)), MOST)):
            return tuple(_completion(one, text[:start], kinds) for one in found)
    return ()


def _ends(text: str) -> Iterator[tuple[int, str, Sequence[NameKind]]]:
    """The ends of a question that may begin a name, the longest first: where, what, and of which kinds."""
    if written := _PREFIX.search(text):
        yield written.start(), written[2], (_PREFIXES[written[1].lower()],)
        return
    starts = [found.start() for found in re.finditer(r"\S+", text)][-_WORDS:]
    for start in starts:
        begun = text[start:]
        if len(begun.strip()) >= (2 if not start or begun[0].isupper() else _SHORTEST):
            yield start, begun, KINDS


def _completion(one: Suggestion, before: str, kinds: Sequence[NameKind]) -> Completion:
    """Boards are no words of a question, so they are written as the filter that they are."""
    quoted = f'"{one.name}"' if re.search(r"\s", one.name) else one.name
    prefixed = one.kind == "board" or len(kinds) == 1
    return Completion(one.name, one.kind, one.documents, before + (f"{one.kind}:{quoted}" if prefixed else one.name))
