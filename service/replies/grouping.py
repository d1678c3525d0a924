"""Answers → the groups of links that the templates show, each with who is in touch. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile

from indexer.asking import Answer, Hit, Question
from service.replies import introducing, people
from service.replies.clean import one_line
from service.replies.evidence import evidence
from service.replies.introducing import Who
from service.replies.links import of_hit
from service.replies.wording import Wording

LONGEST_QUESTION = 160
_TITLE = 160


@dataclass(frozen=True, slots=True)
class Manner:
    """How things are said and linked: the wording, the search page's address, the time of writing."""

    wording: Wording
    site: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Link:
    """One link as the templates show it: whom it shows to be in touch, title, address, evidence, owner and age."""

    people: tuple[str, ...]
    title: str
    url: str
    evidence: str
    about: str


@dataclass(frozen=True, slots=True)
class Group:
    """The links that answer one question, and `lines` before them.

    The question is empty where the mail asks only one thing.
    """

    question: str
    lines: tuple[str, ...]
    links: tuple[Link, ...]


def groups(answers: Sequence[Answer], named: bool, manner: Manner) -> tuple[Group, ...]:
    """A group for each answer, with its question where `named`; what is said of people is said once."""
    told: set[str] = set()
    made = []
    for group in (_group(answer, named, manner) for answer in answers):
        lines = [line for line in group.lines if line not in told]
        told.update(group.lines, *(link.people for link in group.links))
        above = () if group.links else (manner.wording.say("above"),)
        made.append(replace(group, lines=(*lines, *above)))
    return tuple(made)


def asked(questions: Sequence[Question], wording: Wording) -> tuple[str, ...]:
    """The questions in quotation marks, a line each."""
    return tuple(wording.quoted(one_line(question.text, LONGEST_QUESTION)) for question in questions)


def _group(answer: Answer, named: bool, manner: Manner) -> Group:
    """An answer's links, those first that show who is in touch."""
    shown: dict[str, list[Who]] = defaultdict(list)
    for one in people.said(answer):
        shown[one.hit.document.id].append(one.who)
    order = list(shown)
    hits = sorted(answer.hits, key=lambda h: order.index(h.document.id) if h.document.id in shown else len(order))
    links = (_link(hit, shown.get(hit.document.id, ()), answer.question, manner) for hit in hits)
    question = asked([answer.question], manner.wording)[0] if named else ""
    return Group(question, tuple(_lines(answer, manner)), tuple(link for link in links if link.url))


def _lines(answer: Answer, manner: Manner) -> Iterator[str]:
    """What is said before the links; of people that no link is left for only those who come before all others."""
    yield from introducing.statements(answer, manner.wording)
    linked = {hit.document.id for hit in answer.hits}
    for one in takewhile(lambda one: one.hit.document.id not in linked, people.said(answer)):
        yield introducing.line(one.who, manner.wording, manner.now)


def _link(hit: Hit, named: Sequence[Who], question: Question, manner: Manner) -> Link:
    wording, owner = manner.wording, hit.document.owner
    said = evidence(hit, question.text)
    url = of_hit(hit, manner.site)
    is_named = owner is not None and owner.name in map(introducing.name_of, named)
    return Link(
        people=tuple(introducing.line(who, wording, manner.now) for who in named),
        title=one_line(hit.document.title, _TITLE) or url,
        url=url,
        evidence=wording.quoted(said) if said else "",
        about=wording.about(hit.document, manner.now, is_named),
    )
