"""Known mistakes of mail automation, planted into the production code from outside: the simulator must catch each."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from scripts.planting import Bugs, Change, changed, into
from scripts.simulation.bugs_of_wishes import WISHES
from scripts.simulation.disk import Disk
from service.drafts import delivery, drafting, lifecycle, tending
from service.drafts.delivery import Delivery
from service.drafts.drafting import Intent, next_step
from service.drafts.intents import Intents
from service.drafts.lives import Lives
from service.ledger import Ledger
from service.mailbox import memory
from service.mailbox.memory import MemoryMailbox
from service.mailbox.protocol import Arrival, Batch, Cursor, Letter, Look, Reply, Sought
from service.receipts import Receipt
from service.watch import Watcher
from service.watching import settling
from service.watching.attempt import Failed
from service.watching.lease import FileLeases
from service.watching.presence import Presence
from service.watching.progress import Progress, Watched
from service.watching.settling import Settlement, Settler

BUGS: Bugs = {**WISHES}
"""Every planted bug by what it does wrong, and what it replaces."""


@contextmanager
def planted(name: str) -> Iterator[None]:
    """The production code with this bug, while the block runs."""
    with changed(BUGS[name]()):
        yield


_bug = partial(into, BUGS)


@_bug("appends before the intent is durable")
def _append_first() -> list[Change]:
    settle = Settler.settle

    def wrong(self: Settler, *facts: Any) -> Settlement:
        settlement = settle(self, *facts)
        self._mailbox.save_drafts([Letter(i.message_id, i.raw) for i in settlement.intents])
        return settlement

    def noted(self: Delivery, intents: Sequence[Intent]) -> list[Receipt]:
        with self.ledger.transaction():
            return self._written([(intent, 0) for intent in intents])

    return [(Settler, "settle", wrong), (Delivery, "hand_over", noted)]


@_bug("keys mails by UID alone")
def _uid_only() -> list[Change]:
    take = MemoryMailbox.take

    def wrong(self: MemoryMailbox, folder: str, after: Cursor, limit: int) -> Batch:
        return take(self, folder, Cursor(self._open(folder).validity, after.uid), limit)

    return [(MemoryMailbox, "take", wrong)]


@_bug("moves the cursor before the mails are settled")
def _early_acknowledge() -> list[Change]:
    settle = Watcher._settle

    def wrong(self: Watcher, mails: Sequence[Arrival], watched: Watched) -> list[Receipt]:
        self._progress.advance(watched)
        return settle(self, mails, watched)

    return [(Watcher, "_settle", wrong)]


@_bug("does not wait for the disk")
def _no_fsync() -> list[Change]:
    images: list[bytes] = []
    empty, crash = Disk.empty, Disk.crash

    def emptied(self: Disk) -> None:
        empty(self)
        images.clear()

    def committing(self: Disk) -> None:
        images.append(self.connection.serialize())

    def crashed(self: Disk) -> None:
        crash(self)
        if len(images) > 2:
            self.connection.deserialize(images[-3])

    return [(Disk, "empty", emptied), (Disk, "committing", committing), (Disk, "crash", crashed)]


@_bug("writes again without looking")
def _no_look() -> list[Change]:
    return [(Delivery, "_looks", lambda self, intents: {intent.message_id: Look({}) for intent in intents})]


@_bug("writes again without waiting")
def _no_settle() -> list[Change]:
    def wrong(intent: Intent, look: Look, reply: Reply | None, now: datetime, settle: timedelta) -> drafting.Step:
        return next_step(intent, look, reply, now, timedelta())

    return [(delivery, "next_step", wrong)]


@_bug("does not sweep doubles")
def _no_sweep() -> list[Change]:
    judge = lifecycle.judge

    def wrong(*facts: Any) -> lifecycle.Step:
        step = judge(*facts)
        return lifecycle.Keep() if isinstance(step, lifecycle.Sweep) else step

    return [(tending, "judge", wrong)]


@_bug("takes an edited draft for its own")
def _blind_to_edits() -> list[Change]:
    return [(tending, "is_same", lambda raw, known: True)]


@_bug("removes a draft that a person flagged")
def _blind_to_flags() -> list[Change]:
    def wrong(copy: lifecycle.Copy, life: lifecycle.Life) -> bool:
        return copy.place == life.place if copy.same is None else copy.same

    return [(lifecycle, "is_untouched", wrong), (memory, "is_plain", lambda flags: True)]


@_bug("makes a deleted draft again")
def _no_doubt() -> list[Change]:
    def wrong(intent: Intent, look: Look, reply: Reply | None, now: datetime, settle: timedelta) -> drafting.Step:
        return next_step(intent, replace(look, doubtful=False, elsewhere=frozenset()), reply, now, settle)

    return [(delivery, "next_step", wrong)]


@_bug("makes a new Message-ID for each try")
def _new_id() -> list[Change]:
    opened = Intents.open

    def wrong(self: Intents, mailbox: str) -> list[Intent]:
        return [_renamed(intent) for intent in opened(self, mailbox)]

    return [(Intents, "open", wrong)]


def _renamed(intent: Intent) -> Intent:
    own = intent.message_id.encode()
    return replace(intent, raw=intent.raw.replace(own, b"<again-%d." % intent.tries + own[1:]))


@_bug("drops the rest of a batch after a bad mail")
def _bad_mail_stops() -> list[Change]:
    settle = Settler.settle

    def wrong(self: Settler, mails: Sequence[Arrival], *facts: Any) -> Settlement:
        bad = (i for i, m in enumerate(mails) if m.raw and isinstance(self._judge.read(m.raw), Failed))
        return settle(self, mails[: next(bad, len(mails)) + 1], *facts)

    return [(Settler, "settle", wrong)]


@_bug("forgets a mail that failed")
def _failure_forgotten() -> list[Change]:
    write = Settlement.write

    def wrong(self: Settlement, *facts: Any) -> list[Intent]:
        self.again.clear()
        return write(self, *facts)

    return [(Settlement, "write", wrong)]


@_bug("does not look whether a person answered")
def _blind_to_answers() -> list[Change]:
    def wrong(self: MemoryMailbox, mails: Sequence[Sought]) -> list[Reply | None]:
        return [None for _ in mails]

    return [(MemoryMailbox, "answered", wrong)]


@_bug("ignores the lease of another process")
def _no_lease() -> list[Change]:
    take = FileLeases.take

    def wrong(self: FileLeases, mailbox: str, presence: Presence, number: int = 0) -> int:
        take(self, mailbox, replace(presence, free=lambda present, expires: True), number)
        return 1

    return [(FileLeases, "take", wrong), (FileLeases, "holds", lambda self, mailbox, number: True)]


@_bug("goes on after its lease was taken")
def _no_fence() -> list[Change]:
    return [(Watcher, "_guard", lambda self: None)]


@_bug("never counts tries")
def _no_tries() -> list[Change]:
    begin = Progress.begin

    def wrong(self: Progress, mailbox: str, places: Sequence[Any]) -> dict[Any, Any]:
        return {place: replace(stuck, tries=1) for place, stuck in begin(self, mailbox, places).items()}

    return [(Progress, "begin", wrong)]


@_bug("does not know a mail again under another number")
def _no_memory() -> list[Change]:
    return [(Ledger, "known", lambda self, mailbox, identities: frozenset())]


@_bug("writes a draft for each mail of a thread")
def _no_threads() -> list[Change]:
    def wrong(reply: Reply | None, ours: Any, waiting: Any) -> Any:
        return drafting.answered(reply) if reply and reply.where != "drafts" else None

    return [(settling, "in_thread", wrong)]


@_bug("stops after the first batch")
def _one_batch() -> list[Change]:
    take = MemoryMailbox.take

    def wrong(self: MemoryMailbox, folder: str, after: Cursor, limit: int) -> Batch:
        return replace(take(self, folder, after, limit), more=False)

    return [(MemoryMailbox, "take", wrong)]


@_bug("removes drafts before it notes why")
def _no_note() -> list[Change]:
    return [(Lives, "withdrawing", lambda self, lives, now: None)]


@_bug("takes unread mail only")
def _unseen_only() -> list[Change]:
    take = MemoryMailbox.take

    def wrong(self: MemoryMailbox, folder: str, after: Cursor, limit: int) -> Batch:
        batch = take(self, folder, after, limit)
        mails = self.server.folders[folder].mails
        return replace(batch, mails=tuple(m for m in batch.mails if "\\Seen" not in mails[m.place.uid].flags))

    return [(MemoryMailbox, "take", wrong)]


@_bug("marks what it takes as read")
def _marks_seen() -> list[Change]:
    take = MemoryMailbox.take

    def wrong(self: MemoryMailbox, folder: str, after: Cursor, limit: int) -> Batch:
        batch = take(self, folder, after, limit)
        for mail in batch.mails:
            self.server.flag(folder, mail.place.uid, "\\Seen")
        return batch

    return [(MemoryMailbox, "take", wrong)]


@_bug("answers old mail once it is numbered anew")
def _old_is_new() -> list[Change]:
    return [(settling, "is_old", lambda times, since: False)]


@_bug("settles a second copy before the first")
def _twins() -> list[Change]:
    return [(settling, "_note_twin", lambda twin, first, s: s.met.append((twin.case.place, twin.case.identity)))]


@_bug("loses sight of drafts when the clock is set back")
def _trusts_the_clock() -> list[Change]:
    followed = Lives.followed

    def wrong(self: Lives, mailbox: str, until: datetime, now: datetime) -> list[lifecycle.Life]:
        return [life for life in followed(self, mailbox, until, now) if life.at <= until]

    return [(Lives, "followed", wrong)]
