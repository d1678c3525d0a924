"""Whoever asks gets the same as from an index of what they may see alone: hits, order, scores, counts, names, all.

Each case is an index that also holds what its viewer may not see, with the same words and about the same people, and
that has a past: documents that were changed, deleted or taken out of sight. Beside it stands an index that was made
of what the viewer may see now, and of nothing else.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date, timedelta
from math import isclose
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from indexer.asking import AskOptions, Filters, Question, QuestionKind, Viewer
from indexer.documents import Customer, Document, Person, Section
from indexer.knowledge import Knowledge, UpdateOptions
from scripts.torturing.leaks_shelf import CUSTOMERS, MATTERS, NOW, Marked, shelf
from tests.known import Shelf, knowing

TOGETHER = 50
"""Questions that are asked of one pair of indexes, with all their filters."""
VIEWERS = tuple(map(frozenset[str], ((), ("sales",), ("board",), ("sales", "board"), ("nobody",))))
KINDS: tuple[QuestionKind, ...] = ("who", "similar work", "reference", "other")
HIDDEN = ("private", "group:sales", "group:board", "group:nobody", "Everyone")
AGED = 1e-5
"""What age may change in a score between two looks: a hundred times what a second does."""
LOOKS = ("answer", "choices", "choices under", "choices among", "count", "entities", "documents", "linked")


@dataclass(frozen=True, slots=True)
class Difference:
    """A look at two indexes that should have been the same, and was not."""

    number: int
    look: str
    asked: str
    says: str


@dataclass(slots=True)
class Views:
    """How many looks were compared, how many of those found something, and what differed."""

    looks: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)
    number: int = 0

    def add(self, other: "Views") -> None:
        """Count what another one counted."""
        self.looks += other.looks
        self.found += other.found
        self.differences += other.differences
        self.number += other.number


def views(first: int, count: int) -> Views:
    """So many cases from this number on, all of one pair of indexes."""
    draw = Random(f"views {first // TOGETHER}")
    viewer, told = Viewer(draw.choice(VIEWERS)), Views(number=count)
    before, after = _world(draw)
    seen = [one for one in after if viewer.may_see(one.visibility)]
    with _with_a_past(before, after) as whole, _knowing(seen) as alone:
        for number in range(first, first + count):
            _compared(number, whole, alone, (viewer, after), told)
    return told


def _world(draw: Random) -> tuple[list[Document], list[Document]]:
    """An index before and after: some documents were seen by others then, or some were others, and some are gone."""
    twists = draw.choice(((), ("seen by others",), ("seen by others", "worded otherwise", "gone")))
    marked = shelf(draw)
    now = [*(one.document for one in marked), *(_twin(draw, one) for one in marked if draw.random() < 0.7)]
    draw.shuffle(now)
    then = [_earlier(draw, one, draw.choice(twists)) if twists and draw.random() < 0.3 else one for one in now]
    return then, [one for one in now if "gone" not in twists or draw.random() < 0.9]


def _twin(draw: Random, one: Marked) -> Document:
    """A document about the same people, with the same words and more, for other eyes."""
    name, domain = CUSTOMERS[one.customer or "B"]
    rare = draw.choice(("Hohenzollern", "severance", one.word))
    return replace(
        one.document,
        id=f"{one.document.id}2",
        sections=(*one.document.sections, Section(f"{name}: {rare}, {rare}. {draw.choice(MATTERS)}", "comment")),
        people=(*one.document.people, Person(f"Zoe {rare.title()}", "contact", f"zoe.{rare.lower()}@{domain}")),
        customers=(*one.document.customers, Customer(f"{rare} AG", rare)),
        updated_at=NOW - timedelta(days=draw.randint(0, 400)),
        visibility=draw.choice(HIDDEN),
    )


def _earlier(draw: Random, one: Document, twist: str) -> Document:
    if twist == "seen by others":
        return replace(one, visibility=draw.choice(("everyone", *HIDDEN)))
    return replace(one, title=f"{one.title} Hohenzollern", sections=(*one.sections, Section("A longer text before.")))


@contextmanager
def _knowing(documents: Sequence[Document]) -> Iterator[Knowledge]:
    with TemporaryDirectory() as folder:
        knowledge = knowing(Path(folder), ())
        _update(knowledge, documents, documents)
        yield knowledge
        knowledge.close()


@contextmanager
def _with_a_past(before: Sequence[Document], after: Sequence[Document]) -> Iterator[Knowledge]:
    with _knowing(before) as knowledge:
        _update(knowledge, after, before)
        yield knowledge


def _update(knowledge: Knowledge, documents: Sequence[Document], named: Sequence[Document]) -> None:
    """One source after the other, because what comes first is shown first where all else is equal."""
    for source in sorted({one.source for one in named}):
        held = [one for one in documents if one.source == source]
        knowledge.update([Shelf(held, source)], UpdateOptions(allow_shrink=True))


def _compared(
    number: int, whole: Knowledge, alone: Knowledge, seen: tuple[Viewer, Sequence[Document]], told: Views
) -> None:
    viewer, documents = seen
    for look, asked, ask in _looks(Random(number), viewer, documents):
        one, other = _plain(ask(whole)), _plain(ask(alone))
        told.looks[look] += 1
        told.found[look] += bool(one)
        if says := next(_differences(one, other), ""):
            told.differences.append(Difference(number, look, asked, says))


def _looks(
    draw: Random, viewer: Viewer, documents: Sequence[Document]
) -> Iterator[tuple[str, str, Callable[[Knowledge], Any]]]:
    """Every way to look, with what is asked drawn anew; also for what one may not see."""
    one = draw.choice(documents)
    question, options = _question(draw, one), AskOptions(_filters(draw, one), draw.choice((3, 10)), draw.choice((0, 5)))
    ids = [some.id for some in draw.sample(list(documents), 5)]
    yield "answer", question.text, lambda k: k.answer([question], viewer, options)
    yield "choices", "", lambda k: k.choices(viewer)
    yield "choices under", str(options.filters), lambda k: k.choices_under(options.filters, viewer)
    yield "choices among", str(ids), lambda k: k.choices_among(ids, viewer)
    yield "count", "", lambda k: k.count(viewer)
    yield "entities", "", lambda k: k.entities(viewer)
    yield "documents", str(ids), lambda k: k.documents(ids, viewer)
    yield "linked", one.url, lambda k: k.linked([one.url], viewer)


def _question(draw: Random, one: Document) -> Question:
    name = draw.choice([*one.customers, Customer("Adler Werke")]).name
    somebody = draw.choice(one.people).name
    text = draw.choice(
        (
            f"Who is talking to {name}?",
            f"Who knows {somebody}?",
            f"Do we have a reference for {draw.choice(MATTERS)}?",
            f"Is anyone on {draw.choice(MATTERS)} for {name}, with {somebody}?",
            f"depot {draw.choice(('Hohenzollern', 'severance', 'Qwertz', one.labels[0]))}",
            f"{name[:-1]} {draw.choice(MATTERS)}",
            one.title,
            one.labels[0],
            "",
        )
    )
    windows = (f"Hi, {name} called. {text}",) if draw.random() < 0.3 else ()
    return Question(text, draw.choice(KINDS), windows)


def _filters(draw: Random, one: Document) -> Filters:
    """Mostly none; else one that a document suggests which may be out of sight."""
    given: Mapping[str, Any] = draw.choice(
        (
            {},
            {},
            {},
            {"source": (one.source,)},
            {"kind": (one.kind,)},
            {"parent": (one.parent,)},
            {"customer": ("Adler Werke", "Hohenzollern AG")},
            {"person": (one.people[-1].name,)},
            {"since": date(2026, 1, 1)},
        )
    )
    return Filters(**given)


def _plain(told: Any) -> Any:
    """Records as plain values."""
    if is_dataclass(told) and not isinstance(told, type):
        return {f.name: _plain(getattr(told, f.name)) for f in fields(told)}
    if isinstance(told, Mapping):
        return {key: _plain(value) for key, value in told.items()}
    if isinstance(told, list | tuple | set | frozenset):
        return [_plain(value) for value in (sorted(told) if isinstance(told, set | frozenset) else told)]
    return told


def _differences(one: Any, other: Any, path: str = "") -> Iterator[str]:
    """Where two values differ, numbers by more than time does that goes on between two looks."""
    if isinstance(one, float) and isinstance(other, float) and isclose(one, other, rel_tol=0.0, abs_tol=AGED):
        return
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one | other:
            yield from _differences(one.get(key), other.get(key), f"{path}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for n, both in enumerate(zip(one, other, strict=True)):
            yield from _differences(*both, f"{path}[{n}]")
    elif one != other:
        yield f"{path}: {str(one)[:150]} / {str(other)[:150]}"
