"""Mails that were read → a draft, a pass or a failure each, with one search for all their questions."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from indexer.asking import NOBODY, Answer, Question, Viewer
from indexer.confirming import Confirmation
from indexer.errors import SignpostError
from service.drafts.lessons import lessons
from service.drafts.lifecycle import Basis
from service.drafts.likeness import shingles
from service.mail.letter import Address, Reading
from service.receipts import Receipt
from service.replies import people
from service.replies.gone import without
from service.replies.outcome import Draft, Outcome, Pass, Policy
from service.watching.attempt import Failed, attempt

log = logging.getLogger(__name__)


class Answering(Protocol):
    """What answers questions; Knowledge does."""

    def answer(self, questions: Sequence[Question], viewer: Viewer) -> list[Answer]:
        """An answer for each question, in their order."""
        ...


@dataclass(frozen=True, slots=True)
class Steps:
    """The pure steps from a mail's bytes to a draft's bytes.

    `read` may say by itself why it leaves a mail alone. `compose` gets the draft, the address it is written from, its
    Message-ID and the time. `close` lets go of what the steps hold. `still_there` asks the knowledge which of these
    documents exist and may be seen. `learn` is told which questions documents answered, by what people sent. `current`
    tells, before each round of decisions, what is to be promised by now. `recheck` asks the sources themselves, right
    before a draft is written, which of the documents it rests on are still there for its readers. `forgotten` is
    another number whenever documents may have gone from the knowledge, or out of somebody's sight.
    """

    read: Callable[[bytes], Reading | Failed]
    before_search: Callable[[Reading, Policy], Pass | None]
    viewer: Callable[[Reading, Policy], Viewer]
    decide: Callable[[Reading, Sequence[Answer], Policy], Outcome]
    compose: Callable[[Draft, Address, str, datetime], bytes]
    close: Callable[[], None] = lambda: None
    still_there: Callable[[Collection[str], Viewer], frozenset[str]] = lambda ids, viewer: frozenset(ids)
    learn: Callable[[Sequence[Confirmation]], None] = lambda confirmations: None
    current: Callable[[Policy], Policy] = lambda policy: policy
    recheck: Callable[[Collection[str], Viewer], frozenset[str]] = lambda ids, viewer: frozenset(ids)
    forgotten: Callable[[], int] = lambda: 0


Found = list[Answer] | Failed


class Judge:
    """Takes many readings and decides on each; a mail that makes a step fail does not touch the others."""

    def __init__(self, knowledge: Answering, steps: Steps, policy: Policy) -> None:
        """Decide by this policy on what this knowledge answers."""
        self.knowledge = knowledge
        self.steps = steps
        self.policy = policy

    def read(self, raw: bytes) -> Reading | Failed:
        """What a mail says. Raises SignpostError where no mail can be read, whatever it says."""
        return attempt("reading", partial(self.steps.read, raw), through=(SignpostError,))

    def judge(self, readings: Sequence[Reading]) -> list[Outcome | Failed]:
        """Decide on each. Raises SignpostError when the knowledge itself cannot answer, whatever the mail."""
        self.policy = self.steps.current(self.policy)
        early = [attempt("before search", partial(self.steps.before_search, r, self.policy)) for r in readings]
        asking = [r for r, outcome in zip(readings, early, strict=True) if outcome is None]
        decided = iter(self._rechecked(asking, self._search(asking)))
        return [outcome or next(decided) for outcome in early]

    def compose(self, draft: Draft, writer: Address, message_id: str, now: datetime) -> bytes | Failed:
        """The draft's bytes. Raises SignpostError where a template is at fault."""
        action = partial(self.steps.compose, draft, writer, message_id, now)
        return attempt("composing", action, through=(SignpostError,))

    def close(self) -> None:
        """Let go of what the steps hold."""
        self.steps.close()

    def basis(self, draft: Draft, raw: bytes, key: bytes) -> Basis:
        """What a composed draft rests on: it is of no use any more once that is gone."""
        viewer = attempt("audience", partial(self.steps.viewer, draft.reading, self.policy))
        return Basis(draft.documents, NOBODY if isinstance(viewer, Failed) else viewer, self.words(raw, key))

    def words(self, raw: bytes, key: bytes) -> bytes:
        """The shingles of what a mail says without its quotes; empty where it cannot be read."""
        reading = self.read(raw)
        return b"" if isinstance(reading, Failed) else shingles(reading.own.text, key)

    def learn(self, receipts: Sequence[Receipt]) -> None:
        """Let the knowledge learn of drafts that were sent as they were. What it cannot take is told and left out."""
        if learned := lessons(receipts):
            try:
                attempt("learning", partial(self.steps.learn, learned), through=(SignpostError,))
            except SignpostError as error:
                log.warning("Of %d confirmed questions nothing was learned: %s", len(learned), error)

    def forgotten(self) -> int:
        """Another number whenever documents may have gone. Raises SignpostError if that cannot be known."""
        return self.steps.forgotten()

    def missing(self, bases: Sequence[Basis]) -> list[frozenset[str]]:
        """For each basis its documents that are gone or out of sight. Raises SignpostError if that cannot be known."""
        there: dict[Viewer, frozenset[str]] = {}
        for viewer in {basis.viewer for basis in bases}:
            ids = frozenset[str]().union(*(basis.documents for basis in bases if basis.viewer == viewer))
            there[viewer] = self.steps.still_there(ids, viewer) if ids else ids
        return [basis.documents - there[basis.viewer] for basis in bases]

    def _rechecked(self, readings: Sequence[Reading], found: Sequence[Found]) -> list[Outcome | Failed]:
        """What becomes of mails; drafts only by documents that are still there when their sources are asked.

        They are asked for all mails together. What might take the place of a dead link is asked about only then.
        """
        outcomes = list(map(self._decide, readings, found))
        pairs = enumerate(zip(outcomes, found, strict=True))
        drafts = {i: (o, f) for i, (o, f) in pairs if isinstance(o, Draft) and not isinstance(f, Failed)}
        there = self._there(readings, {i: draft.documents for i, (draft, _) in drafts.items()})
        dead = {i: both for i, both in drafts.items() if not both[0].documents <= there[i]}
        others = self._there(readings, {i: _found(answers) - draft.documents for i, (draft, answers) in dead.items()})
        for i, (draft, answers) in dead.items():
            gone = _found(answers).union(draft.documents) - there[i] - others[i]
            outcomes[i] = self._decide(readings[i], without(answers, gone))
        return outcomes

    def _there(self, readings: Sequence[Reading], asked: Mapping[int, frozenset[str]]) -> dict[int, frozenset[str]]:
        """Which of the documents that each of these mails asks about are there; one exchange for each viewer."""
        viewers = {i: self.steps.viewer(readings[i], self.policy) for i in asked}
        there: dict[int, frozenset[str]] = {}
        for viewer in set(viewers.values()):
            same = [i for i in asked if viewers[i] == viewer]
            ids = frozenset[str]().union(*(asked[i] for i in same))
            found = attempt("asking the sources", partial(self.steps.recheck, ids, viewer)) if ids else ids
            there |= dict.fromkeys(same, frozenset() if isinstance(found, Failed) else found)
        return there

    def _decide(self, reading: Reading, found: Found) -> Outcome | Failed:
        if isinstance(found, Failed):
            return found
        return attempt("deciding", partial(self.steps.decide, reading, found, self.policy))

    def _search(self, readings: Sequence[Reading]) -> list[Found]:
        """Answers for each mail; one question to the knowledge for each kind of viewer, which mostly is one in all."""
        viewers = [attempt("audience", partial(self.steps.viewer, r, self.policy)) for r in readings]
        found: list[Found] = [v if isinstance(v, Failed) else [] for v in viewers]
        for viewer in {v for v in viewers if isinstance(v, Viewer)}:
            same = [i for i, v in enumerate(viewers) if v == viewer]
            for i, answers in zip(same, self._ask([readings[i] for i in same], viewer), strict=True):
                found[i] = answers
        return found

    def _ask(self, readings: Sequence[Reading], viewer: Viewer) -> list[Found]:
        together = attempt("search", partial(self._ask_together, readings, viewer), through=(SignpostError,))
        if not isinstance(together, Failed):
            return list(together)
        if len(readings) == 1:
            return [together]
        return [found for reading in readings for found in self._ask([reading], viewer)]

    def _ask_together(self, readings: Sequence[Reading], viewer: Viewer) -> list[list[Answer]]:
        questions = [question for reading in readings for question in reading.questions]
        answers = iter(self.knowledge.answer(questions, viewer) if questions else [])
        return [[next(answers) for _ in reading.questions] for reading in readings]


def _found(answers: Sequence[Answer]) -> frozenset[str]:
    """All documents that a draft may rest on by these answers."""
    shown = (document for answer in answers for document in people.documents(answer))
    return frozenset(d.id for d in (*(hit.document for answer in answers for hit in answer.hits), *shown))
