"""Cases → drafts, by the steps that a watcher takes, on a small real index → leaks and counts."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from indexer.asking import Viewer
from indexer.knowledge import Knowledge
from scripts.torturing.leaks_cast import BOX, FORWARDER, GROUPS, INTERNAL, OWN, READERS
from scripts.torturing.leaks_check import Leak, leaks, seen
from scripts.torturing.leaks_mails import DIMENSIONS, Case, case
from scripts.torturing.leaks_proof import SETUPS, Setup
from scripts.torturing.leaks_shelf import NOW, Marked, shelf
from service.drafts.drafting import message_id_for, writer
from service.mail.letter import Address, Reading
from service.mail.reading import ReadingRules, read
from service.replies.audience import audience_of, viewer_of
from service.replies.compose import Writing, compose
from service.replies.decide import before_search, decide
from service.replies.outcome import Draft, Pass, Policy
from service.templates import Templates
from service.watching.judging import Judge, Steps
from tests.known import knowing

TOGETHER = 500
"""Cases on one shelf, from a multiple of it on."""
SITE = "https://signpost.firma.example"
TEMPLATES = Templates()


@dataclass(slots=True)
class Tally:
    """How often each value of each dimension came, and brought a draft; what was shown; what leaked."""

    cases: Counter[tuple[str, str]] = field(default_factory=Counter)
    drafts: Counter[tuple[str, str]] = field(default_factory=Counter)
    passes: Counter[str] = field(default_factory=Counter)
    shown: Counter[str] = field(default_factory=Counter)
    leaks: list[Leak] = field(default_factory=list)
    number: int = 0

    def add(self, other: "Tally") -> None:
        """Count what another one counted."""
        self.cases += other.cases
        self.drafts += other.drafts
        self.passes += other.passes
        self.shown += other.shown
        self.leaks += other.leaks
        self.number += other.number


def run(first: int, count: int) -> Tally:
    """So many cases from this number on, all of one shelf."""
    marked = shelf(Random(f"shelf {first // TOGETHER}"))
    tally = Tally(number=count)
    with known(marked) as knowledge:
        cases = [case(number, marked) for number in range(first, first + count)]
        for one in cases:
            tally.cases.update((name, one.kinds[name]) for name in DIMENSIONS)
        for name, setup in SETUPS.items():
            _judged(knowledge, setup, [one for one in cases if one.kinds["setup"] == name], marked, tally)
    return tally


@contextmanager
def known(marked: Sequence[Marked]) -> Iterator[Knowledge]:
    """Real knowledge of these documents, for a while."""
    with TemporaryDirectory() as folder:
        knowledge = knowing(Path(folder), [one.document for one in marked])
        yield knowledge
        knowledge.close()


def _judged(knowledge: Knowledge, setup: Setup, cases: Sequence[Case], marked: Sequence[Marked], tally: Tally) -> None:
    judge = a_judge(knowledge, setup)
    readings = [judge.read(one.raw) for one in cases]
    read_well = [(one, r) for one, r in zip(cases, readings, strict=True) if isinstance(r, Reading)]
    assert len(read_well) == len(cases), "A mail could not be read."
    for (one, reading), outcome in zip(read_well, judge.judge([r for _, r in read_well]), strict=True):
        if isinstance(outcome, Pass):
            tally.passes[outcome.reason] += 1
        else:
            assert isinstance(outcome, Draft), outcome
            _weighed(one, _written(judge, outcome, reading), marked, tally)


def _weighed(one: Case, draft: bytes, marked: Sequence[Marked], tally: Tally) -> None:
    tally.drafts.update((name, one.kinds[name]) for name in DIMENSIONS)
    told = seen(draft, one, marked)
    tally.shown.update(shown.document.visibility for shown in told.shown)
    tally.leaks += leaks(told, one)


def _written(judge: Judge, draft: Draft, reading: Reading) -> bytes:
    sender = writer(reading.mail, [Address(BOX, "Tom Okafor"), *(Address(own) for own in sorted(OWN - {BOX}))])
    raw = judge.compose(draft, sender, message_id_for(b"key", "sales", reading.mail.identity, "firma.example"), NOW)
    assert isinstance(raw, bytes), raw
    return raw


def _members() -> dict[str, frozenset[str]]:
    """Who belongs to each group, as settings say it."""
    names = {group for groups in GROUPS.values() for group in groups}
    people = {name: frozenset(email for email, groups in GROUPS.items() if name in groups) for name in names}
    return {name: some | OWN if name in READERS else some for name, some in people.items()}


def a_judge(knowledge: Knowledge, setup: Setup) -> Judge:
    """The steps of a watcher that is set up like this, sure of everything, so that as much as possible is drafted."""
    facts: dict[str, Any] = {"site": SITE, "groups": _members(), "answers_outsiders": setup.is_public}
    policy = Policy(INTERNAL, OWN, enough=0.0, require_proof=setup.require_proof, **facts)
    rules = ReadingRules(OWN, setup.authserv_id, INTERNAL, frozenset({FORWARDER}))

    def viewer(reading: Reading, by: Policy) -> Viewer:
        return viewer_of(audience_of(reading, by), by)

    def write(draft: Draft, sender: Address, message_id: str, now: object) -> bytes:
        site = SITE if viewer_of(draft.audience, policy).inside else ""
        return compose(draft, Writing(sender, message_id, NOW, site), TEMPLATES)

    return Judge(knowledge, Steps(partial(read, rules=rules), before_search, viewer, decide, write), policy)
