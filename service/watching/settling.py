"""A batch of mails → what becomes of each: receipts, drafts to write, mails to try again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from indexer.errors import TemplateError
from service.drafts.drafting import MOST_TRIES, Intent, in_thread, is_old, message_id_for, over_cap, sought, writer
from service.ledger import Ledger
from service.mail.letter import Address
from service.mailbox.protocol import Arrival, Mailbox, Place, Sought
from service.pausing import Pause
from service.receipts import Receipt
from service.recording import Case, receipt
from service.replies.outcome import Draft, Outcome, Pass, Reason
from service.watching.attempt import Failed
from service.watching.judging import Judge
from service.watching.options import WatchOptions
from service.watching.progress import Watched


@dataclass(slots=True)
class Settlement:
    """All that is to be written about a batch, in one transaction, before any draft is.

    `met` are mails that end here, `known` those that had ended before and lie there again or elsewhere by now.
    `blameless` are mails of `again` whose try does not count, `released` mails of the quarantine that are settled now,
    `given_up` mails that go there, `troubles` what else has to be mended.
    """

    receipts: list[Receipt] = field(default_factory=list)
    intents: list[Intent] = field(default_factory=list)
    met: list[tuple[Place, str]] = field(default_factory=list)
    known: list[tuple[Place, str]] = field(default_factory=list)
    again: list[tuple[Place, str]] = field(default_factory=list)
    blameless: list[Place] = field(default_factory=list)
    released: list[str] = field(default_factory=list)
    given_up: list[tuple[str, bytes]] = field(default_factory=list)
    troubles: set[str] = field(default_factory=set)

    def write(self, ledger: Ledger, watched: Watched, now: datetime) -> list[Intent]:
        """Make it durable together with how far the folder was read; returns the drafts that are to be written."""
        name = watched.mailbox
        with ledger.transaction():
            self._hold(ledger.pauses.of(name))
            ledger.intents.renumbered(name, self.known)
            ledger.quarantine.release(name, self.released)
            intents = ledger.intents.add(self.intents)
            ledger.keep(self.receipts)
            ledger.quarantine.keep(name, self.given_up, now)
            met = [*self.known, *self.met]
            ledger.progress.met(name, met)
            ledger.progress.finish(name, [place for place, _ in met])
            ledger.progress.failed(name, self.again)
            ledger.progress.let_go(name, self.blameless)
            ledger.progress.advance(watched)
        return intents

    def _hold(self, pause: Pause | None) -> None:
        """In a mailbox that is paused nothing is written: receipts tell what would have been, as in shadow mode."""
        if pause is None:
            return
        self.intents.clear()
        for at, told in enumerate(self.receipts):
            if told.state == "intended":
                self.receipts[at] = replace(told, state="shadow", state_says=pause.says)


_UNDECIDED = Failed("deciding", "Nothing was decided about this mail.")


@dataclass(slots=True)
class _Item:
    """A mail in work, what was decided about it so far, and the draft it gets.

    `was` is what the receipt calls it that is to be replaced, where somebody wants it tried again. `waits` says that
    something else than the mail is at fault.
    """

    case: Case
    tries: int
    verdict: Outcome | Failed = _UNDECIDED
    intent: Intent | None = None
    was: str = ""
    waits: bool = False

    def sought(self, draft: Draft) -> Sought:
        """What to look for to know whether it was answered."""
        return sought(draft.reading.mail, self.case.place, self.case.arrival.received)


class Settler:
    """Settles the mails of one mailbox. Reads the mailbox and the ledger, writes neither."""

    def __init__(self, mailbox: Mailbox, judge: Judge, ledger: Ledger, options: WatchOptions) -> None:
        """Decide with this judge, within these options."""
        self._mailbox = mailbox
        self._judge = judge
        self._ledger = ledger
        self._options = options

    def settle(
        self, mails: Sequence[Arrival], tries: Mapping[Place, int], watched: Watched, now: datetime
    ) -> Settlement:
        """Decide on every mail. `tries` counts how often each was begun, this time included."""
        settlement = Settlement()
        items, twins = self._new([self._open(mail, tries[mail.place], watched) for mail in mails], settlement)
        self._judge_rest([item for item in items if item.verdict is _UNDECIDED])
        self._hold_back([(item, item.verdict) for item in items if isinstance(item.verdict, Draft)], now)
        self._compose([(item, item.verdict) for item in items if isinstance(item.verdict, Draft)], now)
        for item in items:
            self._note(item, settlement, now)
        for twin, first in twins:
            _note_twin(twin, first, settlement)
        return settlement

    def lost(self, now: datetime) -> list[Receipt]:
        """The receipts of mails that were to be tried again and are nowhere any more; they say so now."""
        name = self._mailbox.name
        with self._ledger.transaction():
            lost = self._ledger.quarantine.lost(name, now)
            says = (
                f"It was to be tried again {now:%Y-%m-%d %H:%M} UTC, but the mail lies in no watched folder any more."
            )
            return self._ledger.tell(name, {key: {"would_change": says} for key in lost})

    def _open(self, mail: Arrival, tries: int, watched: Watched) -> _Item:
        case = Case(watched.mailbox, mail)
        if tries > MOST_TRIES:
            says = f"Signpost ended {MOST_TRIES} times while it was at work on this mail; it is left alone now."
            return _Item(case, tries, Failed("crash", says))
        if mail.extent == "nothing":
            return _Item(case, tries, Failed("fetching", "The mail server lists this mail but does not hand it out."))
        reading = self._judge.read(mail.raw)
        if isinstance(reading, Failed):
            return _Item(case, tries, reading)
        case = replace(case, reading=reading)
        return _Item(case, tries, _at_sight(case, watched) or _UNDECIDED)

    def _new(self, items: Sequence[_Item], settlement: Settlement) -> tuple[list[_Item], list[tuple[_Item, _Item]]]:
        """Those never met before, and their twins in this batch beside them.

        One that was met before, here or in another folder, has its receipt already, unless it is wanted again.
        """
        known = self._ledger.known(self._mailbox.name, [item.case.identity for item in items])
        self._recall(items)
        new: dict[str, _Item] = {}
        twins = []
        for item in items:
            if item.case.identity in known and item.case.identity != item.was:
                settlement.known.append((item.case.place, item.case.identity))
                settlement.released += [item.was] if item.was else []
            elif item.case.identity in new:
                twins.append((item, new[item.case.identity]))
            else:
                new[item.case.identity] = item
        return list(new.values()), twins

    def _recall(self, items: Sequence[_Item]) -> None:
        """Know the mails that are wanted again by where they lie, or by what they say."""
        for wanted in self._ledger.quarantine.wanted(self._mailbox.name):
            for item in items:
                if item.case.place in wanted.places or item.case.identity == wanted.identity:
                    item.was = wanted.identity

    def _judge_rest(self, items: Sequence[_Item]) -> None:
        readings = [item.case.reading for item in items if item.case.reading]
        for item, verdict in zip(items, self._judge.judge(readings), strict=True):
            item.verdict = verdict

    def _hold_back(self, drafts: Sequence[tuple[_Item, Draft]], now: datetime) -> None:
        """Look at each thread once more, and at the day's limits; what needs no draft becomes a pass."""
        if not drafts:
            return
        replies = self._mailbox.answered([item.sought(draft) for item, draft in drafts])
        tally = self._ledger.intents.tally(self._mailbox.name, now - timedelta(days=1))
        under_way: set[str] = set()
        for (item, draft), reply in zip(drafts, replies, strict=True):
            thread = {*item.sought(draft).thread, item.sought(draft).message_id} - {""}
            ours = self._ledger.intents.in_threads(self._mailbox.name, thread)
            waiting = [*(i for i, written in ours.items() if not written), *(thread & under_way)]
            held = in_thread(reply, ours, waiting) or over_cap(item.case.sender, tally, self._options.caps)
            if held is not None:
                # Its receipt still tells what the draft would have linked
                item.verdict = replace(held, answers=draft.answers)
                continue
            tally.add(item.case.sender)
            under_way |= thread

    def _compose(self, drafts: Sequence[tuple[_Item, Draft]], now: datetime) -> None:
        if not drafts:
            return
        mark, name = self._mailbox.drafts_mark(), self._mailbox.name
        for item, draft in drafts:
            sender = writer(draft.reading.mail, self._options.own)
            message_id = message_id_for(self._ledger.key, name, item.case.identity, sender.domain)
            raw = self._composed(item, draft, sender, message_id, now)
            if isinstance(raw, Failed):
                item.verdict = raw
                continue
            facts = name, item.case.identity, message_id, raw, item.case.sender, item.sought(draft)
            basis = self._judge.basis(draft, raw, self._ledger.key)
            item.intent = Intent(*facts, mark, at=now, tried_at=now, basis=basis)

    def _composed(self, item: _Item, draft: Draft, sender: Address, message_id: str, now: datetime) -> bytes | Failed:
        """A faulty template holds back the mails that need a draft, without blame, until it is mended; no others."""
        try:
            return self._judge.compose(draft, sender, message_id, now)
        except TemplateError as error:
            item.waits = True
            return Failed("template", str(error))

    def _note(self, item: _Item, settlement: Settlement, now: datetime) -> None:
        if trouble := _trouble(item):
            settlement.again.append((item.case.place, trouble))
            if item.waits:
                settlement.blameless.append(item.case.place)
                settlement.troubles.add(trouble)
            return
        settlement.released += [item.was] if item.was else []
        if isinstance(item.verdict, Failed):
            settlement.given_up.append((item.case.identity, item.case.arrival.raw))
        told = receipt(item.case, item.verdict, now, self._judge.policy.enough)
        if item.intent is not None:
            shadow = self._options.shadow
            told = replace(told, state="shadow" if shadow else "intended", draft_message_id=item.intent.message_id)
            settlement.intents += [] if shadow else [item.intent]
        settlement.receipts.append(told)
        settlement.met.append((item.case.place, item.case.identity))


def _trouble(item: _Item) -> str:
    """What went wrong with a mail that will be tried again; empty where it is settled."""
    waits = item.waits or item.tries < MOST_TRIES
    return item.verdict.says if isinstance(item.verdict, Failed) and waits else ""


def _note_twin(twin: _Item, first: _Item, settlement: Settlement) -> None:
    """A second copy shares the fate of the first; while that one is tried again, somebody may remove it."""
    if trouble := _trouble(first):
        settlement.again.append((twin.case.place, trouble))
        settlement.blameless += [twin.case.place] if first.waits else []
    else:
        settlement.met.append((twin.case.place, twin.case.identity))


def _at_sight(case: Case, watched: Watched) -> Pass | None:
    """What is decided before the mail is judged: it is too large, or older than the watching."""
    mail, arrival = case.reading.mail if case.reading else None, case.arrival
    if arrival.extent == "headers":
        says = f"The mail has {arrival.size:,} bytes; only its headers were read."
        return Pass(Reason.TOO_LARGE, says, would_change="A smaller mail, or a larger limit in the settings.")
    anew = arrival.place.uid <= watched.again_until
    if anew and is_old([arrival.received, mail.date if mail else None], watched.since):
        says = "The mail was there before Signpost watched this folder; the server numbered the folder anew."
        return Pass(Reason.OLD, says, would_change="A mail that arrives from now on.")
    return None
