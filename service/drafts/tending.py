"""Drafts that wait → what became of them; looked after every few minutes, and withdrawn when nobody needs them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from service.drafts.lessons import lessons
from service.drafts.lifecycle import ALIKE, Copy, Keep, Life, Seen, Settled, Step, Withdraw, is_late, judge
from service.drafts.likeness import is_same, similarity
from service.ledger import Ledger
from service.mailbox.protocol import Mailbox, Mark, Place, Related, Removal, Reply, bare
from service.receipts import Receipt
from service.takingback import told_of
from service.watching.judging import Judge
from service.watching.options import WatchOptions

_UNABLE = "The mail server has no safe way to remove a single mail, so it still lies in Drafts: please delete it."
_LEFT_OVER = "A second copy lies in Drafts, and the mail server has no safe way to remove it: please delete it."
_FOUND_LATE = {
    "outcome": "draft",
    "reason": "answer found",
    "says": "Signpost had given this draft up when the mail server showed it after all.",
    "would_change": "",
    "state": "written",
}
"""What receipts say of drafts that were given up and turned up later."""


@dataclass(frozen=True, slots=True)
class _Case:
    """A draft, what was seen of it, and the mails in Sent that may be it."""

    life: Life
    seen: Seen
    sent: tuple[Related, ...] = ()


class Tender:
    """Looks after the drafts of one mailbox. The mailbox is asked about all of them at once, and by headers."""

    def __init__(
        self, mailbox: Mailbox, judge: Judge, ledger: Ledger, guard: Callable[[], None], options: WatchOptions
    ) -> None:
        """`guard` raises when another process took the mailbox over."""
        self._mailbox = mailbox
        self._judge = judge
        self._ledger = ledger
        self._guard = guard
        self._options = options
        self._tended = datetime.min.replace(tzinfo=UTC)
        self._forgotten: int | None = None

    def tend(self, now: datetime) -> list[Receipt]:
        """Bring the receipts up to what became of the drafts, and remove those that nobody needs.

        Does nothing where no draft waits. When the last look is only minutes ago it is for drafts alone whose documents
        went since. Raises SignpostError when the mailbox, the ledger or the knowledge cannot be used; then no draft is
        removed for want of its documents.
        """
        before, self._forgotten = self._forgotten, self._judge.forgotten()
        urged = before is not None and before != self._forgotten
        # Not below zero: after a clock was set back the wait is cut short, and nothing is looked at later for it
        if self._options.shadow or timedelta() <= now - self._tended < self._options.tend:
            return self._without_documents(now) if urged and not self._options.shadow else []
        self._tended = now
        lives = self._ledger.lives.followed(self._mailbox.name, now - self._options.tend, now)
        return self._carry_out(self._decided(lives, now), now) if lives else []

    def is_urged(self) -> bool:
        """Whether documents went, or went out of sight, since the last time: a draft may link to one of them."""
        return self._forgotten is not None and self._judge.forgotten() != self._forgotten

    def _without_documents(self, now: datetime) -> list[Receipt]:
        """Withdraw drafts whose documents are gone, and leave all else for the next look: it may be too early."""
        lives = self._ledger.lives.followed(self._mailbox.name, now - self._options.settle, now)
        missing = self._judge.missing([life.basis for life in lives])
        doomed = [life for life, gone in zip(lives, missing, strict=True) if gone and life.stage == "written"]
        steps = self._decided(doomed, now) if doomed else []
        return self._carry_out([step for step in steps if isinstance(step[2], Withdraw)], now)

    def _decided(self, lives: Sequence[Life], now: datetime) -> list[tuple[Life, Seen, Step]]:
        """What is to be done about each."""
        cases = self._proven(self._rivalled(self._look(lives)))
        steps = [(c, judge(c.life, c.seen, now, self._options.keep)) for c in cases]
        doomed = [case for case, step in steps if _doomed(step)]
        proven = {case.life.message_id: case for case in self._compared(doomed, sure=False)}
        cases = [proven.get(case.life.message_id, case) for case in cases]
        steps = [(case, judge(case.life, case.seen, now, self._options.keep)) for case in cases]
        return [(c.life, c.seen, step) for c, step in self._patient(steps)]

    def _patient(self, steps: Sequence[tuple[_Case, Step]]) -> list[tuple[_Case, Step]]:
        """Nothing is removed whose gap would raise the doubt whether an open draft was there and a person took it."""
        marks = [intent.mark for intent in self._ledger.intents.open(self._mailbox.name)]
        return [(case, Keep() if any(_in_doubt(step, mark) for mark in marks) else step) for case, step in steps]

    def _look(self, lives: Sequence[Life]) -> list[_Case]:
        ids = {bare(i) for life in lives for i in (life.message_id, life.source.message_id)}
        drafts = self._mailbox.related("drafts", ids)
        since = min(life.at for life in lives).date() - timedelta(days=1)
        sent = self._mailbox.related("sent", ids, since)
        replies = self._mailbox.answered([life.source for life in lives])
        missing = self._judge.missing([life.basis for life in lives])
        wishes = self._ledger.takebacks.of(self._mailbox.name)
        ours = frozenset(map(bare, self._ledger.intents.in_threads(self._mailbox.name, ids)))
        cases = [_case(life, drafts, sent, reply, ours) for life, reply in zip(lives, replies, strict=True)]
        return [
            replace(case, seen=replace(case.seen, missing=gone, wanted=told_of(wishes.get(case.life.identity))))
            for case, gone in zip(cases, missing, strict=True)
        ]

    def _rivalled(self, cases: Sequence[_Case]) -> list[_Case]:
        """With those marked that turned up after their thread had got another draft; of several the first is kept."""
        taken: set[str] = set()
        return [self._beside(case, taken) if is_late(case.life, case.seen) else case for case in cases]

    def _beside(self, case: _Case, taken: set[str]) -> _Case:
        thread = {*case.life.source.thread, case.life.source.message_id} - {""}
        others = self._ledger.lives.waiting(self._mailbox.name, thread)
        rivalled = bool(others or thread & taken)
        taken |= thread
        return replace(case, seen=replace(case.seen, rivalled=rivalled))

    def _proven(self, cases: Sequence[_Case]) -> list[_Case]:
        """With the texts of what may have been sent, and of copies that lie elsewhere than they were put."""
        cases = self._compared(cases, sure=True)
        texts = self._texts([mail.place for case in cases for mail in case.sent])
        return [self._with_sent(case, texts) for case in cases]

    def _compared(self, cases: Sequence[_Case], sure: bool) -> list[_Case]:
        """With copies compared; where `sure`, those are left out that lie where they were put."""

        def asks(case: _Case, copy: Copy) -> bool:
            return copy.same is None and not (sure and copy.place == case.life.place)

        texts = self._texts([copy.place for case in cases for copy in case.seen.copies if asks(case, copy)])
        return [
            _with_copies(
                case,
                tuple(
                    replace(copy, same=is_same(texts.get(copy.place, b""), case.life.fingerprint))
                    if asks(case, copy)
                    else copy
                    for copy in case.seen.copies
                ),
            )
            for case in cases
        ]

    def _texts(self, places: Sequence[Place]) -> dict[Place, bytes]:
        if not places:
            return {}
        ordered = sorted(set(places), key=lambda p: (p.folder, p.uid))
        return {mail.place: mail.raw for mail in self._mailbox.fetch(ordered) if mail.extent == "whole"}

    def _with_sent(self, case: _Case, texts: Mapping[Place, bytes]) -> _Case:
        known = case.life.basis.words
        found = [texts[mail.place] for mail in case.sent if mail.place in texts]
        alike = [similarity(known, self._judge.words(raw, self._ledger.key)) for raw in found] if known else []
        best = max(alike, default=None)
        if not case.seen.named and (best is None or best < ALIKE):
            return case
        return replace(case, seen=replace(case.seen, sent=best))

    def _carry_out(self, steps: Sequence[tuple[Life, Seen, Step]], now: datetime) -> list[Receipt]:
        with self._ledger.transaction():
            told = self._found_late([life for life, seen, _ in steps if is_late(life, seen)])
            told += self._settled([(life, s) for life, _, s in steps if isinstance(s, Settled) and not s.places], now)
            self._ledger.lives.withdrawing([(life, s.why) for life, _, s in steps if isinstance(s, Withdraw)], now)
            self._ledger.lives.moved([(life, place) for life, seen, _ in steps for place in _moved(life, seen)])
        self._judge.learn(told)
        places = [place for _, _, step in steps for place in _doomed(step)]
        if not places:
            return told
        self._guard()
        removal = self._mailbox.withdraw(places)
        ends = self._settled([(life, end) for life, _, step in steps if (end := _end(step, removal))], now)
        self._judge.learn(ends)
        return [*told, *ends]

    def _found_late(self, lives: Sequence[Life]) -> list[Receipt]:
        """Drafts that were given up and lie there after all are looked after like any other from now on."""
        if not lives:
            return []
        self._ledger.lives.found_late(lives)
        changes = {life.identity: {**_FOUND_LATE, "draft_message_id": life.message_id} for life in lives}
        told = self._ledger.tell(self._mailbox.name, changes)
        self._ledger.quarantine.release(self._mailbox.name, list(changes))
        return told

    def _settled(self, ends: Sequence[tuple[Life, Settled]], now: datetime) -> list[Receipt]:
        if not ends:
            return []
        changes = {
            life.identity: {"state": e.state, "state_at": now, "state_says": e.says, "similarity": e.similarity}
            for life, e in ends
        }
        with self._ledger.transaction():
            self._ledger.lives.settle(ends, now)
            self._ledger.takebacks.settled(self._mailbox.name, list(changes))
            told = self._ledger.tell(self._mailbox.name, changes)
            self._ledger.confirmations.keep(lessons(told))  # now or never: a draft is found to be sent only once
        return told


def _doomed(step: Step) -> tuple[Place, ...]:
    """What a step removes."""
    return () if isinstance(step, Keep) else step.places


def _in_doubt(step: Step, mark: Mark) -> bool:
    """Whether a step removes what came into Drafts since this mark."""
    here = (mark.folder, mark.validity)
    return any((place.folder, place.validity) == here and place.uid >= mark.uidnext for place in _doomed(step))


def _case(
    life: Life, drafts: Sequence[Related], sent: Sequence[Related], reply: Reply | None, ours: frozenset[str]
) -> _Case:
    """What of these mails concerns this draft; another one of `ours` in its thread is nobody's work on it."""
    own, answers = bare(life.message_id), bare(life.source.message_id)
    copies = tuple(Copy(mail.place, mail.flags) for mail in drafts if mail.message_id == own)
    begun = any(mail.message_id not in ours and answers and answers in mail.names for mail in drafts)
    named = tuple(mail for mail in sent if mail.message_id == own)
    alike = not copies and life.stage not in ("dropped", "withdrawn", "sent")
    others = tuple(m for m in sent if m.message_id not in ours and answers and answers in m.names) if alike else ()
    return _Case(life, Seen(copies, begun, reply, bool(named)), named or others)


def _with_copies(case: _Case, copies: tuple[Copy, ...]) -> _Case:
    return replace(case, seen=replace(case.seen, copies=copies))


def _moved(life: Life, seen: Seen) -> list[Place]:
    """Where an untouched draft lies by now, if it is not where it was put."""
    same = [copy.place for copy in seen.copies if copy.same]
    elsewhere = same and life.place not in {copy.place for copy in seen.copies}
    return [min(same, key=lambda place: place.uid)] if elsewhere else []


def _end(step: Step, removal: Removal) -> Settled | None:
    """What a step that removes something came to; None where the next look will tell."""
    if isinstance(step, Settled) and step.places:
        unable = set(step.places) & removal.unable
        return replace(step, says=f"{step.says} {_LEFT_OVER}") if unable else step
    if not isinstance(step, Withdraw):
        return None
    if set(step.places) <= removal.removed:
        return Settled("withdrawn", step.why)
    return Settled("left", f"{step.why} {_UNABLE}") if set(step.places) & removal.unable else None
