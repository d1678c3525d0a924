"""Intents → drafts in the mailbox, exactly one each: handing them over, and finding out after a break what arrived."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from indexer.errors import LedgerError, MissingFolder, SignpostError
from service.drafts.drafting import MOST_TRIES, Append, Done, GiveUp, Intent, Settle, Step, next_step
from service.ledger import Ledger
from service.mailbox.protocol import Letter, Look, Mailbox, Place, Saved
from service.pausing import Pause
from service.receipts import Receipt
from service.replies.outcome import Pass, Reason


@dataclass(frozen=True, slots=True)
class Delivery:
    """The draft protocol on one mailbox. `guard` raises when another process took the mailbox over."""

    mailbox: Mailbox
    ledger: Ledger
    clock: Callable[[], datetime]
    guard: Callable[[], None]
    settle: timedelta = timedelta(seconds=10)

    def hand_over(self, intents: Sequence[Intent]) -> list[Receipt]:
        """Write drafts whose intents are durable, record the end of each, and return the receipts that changed.

        Raises Unreachable when the connection breaks: then the intents stay open and `recover` finds out.
        """
        if not intents:
            return []
        self.guard()
        letters = [Letter(intent.message_id, intent.raw) for intent in intents]
        try:
            saved = {s.message_id: s for s in self.mailbox.save_drafts(letters)}
        except SignpostError:
            # The server gets its time to settle from now on, however long the way here took
            self.ledger.intents.handed(intents, self.clock())
            raise
        with self.ledger.transaction():
            written = [(i, saved[i.message_id].uid) for i in intents if not saved[i.message_id].refused]
            return [*self._written(written), *self._refused(intents, saved)]

    def recover(self) -> list[Receipt]:
        """Bring every intent to its end that a break left open; safe to repeat, and nothing to do on most days."""
        intents = self.ledger.intents.open(self.mailbox.name)
        if not intents:
            return []
        now = self.clock()
        looks = self._looks(intents)
        replies = self.mailbox.answered([intent.source for intent in intents])
        steps = [
            (intent, next_step(intent, looks[intent.message_id], reply, now, self.settle))
            for intent, reply in zip(intents, replies, strict=True)
        ]
        return self._carry_out(self._patient(steps), now)

    def _patient(self, steps: Sequence[tuple[Intent, Step]]) -> list[tuple[Intent, Step]]:
        """Nothing is written again while a folder waits to be looked at anew: its mails' flags cannot be found yet."""
        return [
            (intent, Settle() if isinstance(step, Append) and self._is_numbered_anew(intent.source.place) else step)
            for intent, step in steps
        ]

    def _is_numbered_anew(self, place: Place) -> bool:
        """Whether a mail's folder was numbered anew since it was met there, and was not looked through since."""
        watched = self.ledger.progress.watched(self.mailbox.name, place.folder)
        try:
            now = self.mailbox.start(place.folder).validity
            if watched is None or now == place.validity:
                return False
            left = self.mailbox.take(place.folder, watched.cursor, 1)
        except MissingFolder:
            return False
        return left.renumbered or any(mail.place.uid <= watched.again_until for mail in left.mails)

    def _carry_out(self, steps: Sequence[tuple[Intent, Step]], now: datetime) -> list[Receipt]:
        with self.ledger.transaction():
            steps = _held(steps, self.ledger.pauses.of(self.mailbox.name))
            missing = [intent for intent, step in steps if isinstance(step, Append)]
            # 0: a person may have changed it by now, and what lies elsewhere than it was put is compared (decision 8)
            told = self._written([(intent, 0) for intent, step in steps if isinstance(step, Done)])
            told += [self._given_up(intent, step.why) for intent, step in steps if isinstance(step, GiveUp)]
            self.ledger.intents.trying(missing, now)
        return told + self.hand_over([replace(intent, tries=intent.tries + 1) for intent in missing])

    def _looks(self, intents: Sequence[Intent]) -> dict[str, Look]:
        by_mark = sorted(intents, key=lambda i: (i.mark.folder, i.mark.validity, i.mark.uidnext))
        looks: dict[str, Look] = {}
        for mark, group in groupby(by_mark, key=lambda intent: intent.mark):
            ids = [intent.message_id for intent in group]
            looks |= dict.fromkeys(ids, self.mailbox.find_drafts(ids, mark))
        return looks

    def _written(self, written: Sequence[tuple[Intent, int]]) -> list[Receipt]:
        self.ledger.intents.done(written)
        return self.ledger.restate(self.mailbox.name, [(intent.identity, "written") for intent, _ in written])

    def _given_up(self, intent: Intent, why: Pass) -> Receipt:
        told = self._told(intent)
        told = replace(told, outcome="pass", reason=why.reason.value, says=why.says, would_change=why.would_change)
        return self._closed(intent, told)

    def _refused(self, intents: Sequence[Intent], saved: Mapping[str, Saved]) -> list[Receipt]:
        """Drafts that the server would not take stay open for another try, and are quarantined after the last."""
        lost = [i for i in intents if saved[i.message_id].refused and i.tries >= MOST_TRIES]
        return [self._quarantined(intent, saved[intent.message_id].refused) for intent in lost]

    def _quarantined(self, intent: Intent, refused: str) -> Receipt:
        says = f"The mail server refused the draft {intent.tries} times: {refused}"
        change = "Room in the mailbox, or the right to write into Drafts."
        told = replace(self._told(intent), outcome="quarantine", reason="draft refused", says=says, would_change=change)
        return self._closed(intent, told)

    def _closed(self, intent: Intent, told: Receipt) -> Receipt:
        told = replace(told, state="", draft_message_id="")
        self.ledger.intents.drop([intent])
        self.ledger.keep([told])
        return told

    def _told(self, intent: Intent) -> Receipt:
        told = self.ledger.of(self.mailbox.name, intent.identity)
        if told is None:
            raise LedgerError(f"The ledger has lost the receipt of the mail {intent.identity}. Restore a backup.")
        return told


def _held(steps: Sequence[tuple[Intent, Step]], pause: Pause | None) -> Sequence[tuple[Intent, Step]]:
    """In a mailbox that is paused nothing is written, not even what had been decided before and did not arrive."""
    if pause is None:
        return steps
    why = GiveUp(Pass(Reason.PAUSED, pause.says, would_change="Mail that comes after the mailbox was resumed."))
    return [(intent, why if isinstance(step, Append) else step) for intent, step in steps]
