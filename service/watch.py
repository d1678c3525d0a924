"""A watcher: one pass over a mailbox takes what arrived, decides on it and leaves drafts; `run` repeats that."""

import logging
import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from indexer.errors import LeaseLost, LedgerError, MissingFolder, SignpostError
from service.drafts.delivery import Delivery
from service.drafts.tending import Tender
from service.ledger import Ledger
from service.mailbox.protocol import Arrival, Mailbox, Place
from service.narrowing import ReceiptFilter
from service.pausing import MOST_UNUSED, OURSELVES, goes_unused, is_unused
from service.receipts import Receipt
from service.watching.judging import Judge
from service.watching.loop import Loop
from service.watching.options import WatchOptions
from service.watching.presence import Presence
from service.watching.progress import Watched
from service.watching.settling import Settler

LONGEST_WAIT = 3600.0
MOMENT = 0.5
LOOKED_BACK = 100
"""So many drafts are looked at to find out whether any was used."""
ASIDE = "another Signpost watches this mailbox; this one takes over when that one ends"
log = logging.getLogger(__name__)


class Watcher:
    """Watches the folders of one mailbox."""

    def __init__(
        self, mailbox: Mailbox, judge: Judge, ledger: Ledger, options: WatchOptions, presence: Presence | None = None
    ) -> None:
        """Bring together the mailbox, what decides, and what remembers."""
        self.mailbox = mailbox
        self.options = options
        self._presence = presence or Presence()
        self._leases = ledger.leases
        self._ledger = ledger = ledger.fenced(self._guard)
        self._progress = ledger.progress
        self._judge = judge
        self._fence = 0
        self._aside = False
        self._held: set[str] = set()
        self._owed: list[Place] = []
        self._renewed = datetime.min.replace(tzinfo=UTC)
        self._delivery = Delivery(mailbox, ledger, self._presence.clock, self._guard, options.settle)
        self._settler = Settler(mailbox, judge, ledger, options)
        self._tender = Tender(mailbox, judge, ledger, self._guard, options)

    @property
    def name(self) -> str:
        """The mailbox's name."""
        return self.mailbox.name

    @property
    def is_in_charge(self) -> bool:
        """Whether the last pass was this watcher's to make: another process may watch the mailbox already."""
        return bool(self._fence)

    def one_pass(self) -> list[Receipt]:
        """Finish what a break left open, settle what arrived, look after the drafts that wait.

        Returns the receipts that are new or changed.

        Raises SignpostError when the mailbox, the ledger or the knowledge cannot be used; nothing is lost then, and
        the next pass goes on where this one stopped. While another process watches the mailbox, does nothing.
        """
        if not self._take_lease():
            return []
        receipts = self._delivery.recover()
        missing: list[str] = []
        self._held.clear()
        for folder in self.options.folders:
            try:
                receipts += self._pass_over(folder)
            except MissingFolder as error:
                missing.append(str(error))
        receipts += self._look_after(missing)
        receipts += self._settler.lost(self._presence.clock())
        self._progress.looked(self.name, self._presence.clock(), " ".join([*missing, *sorted(self._held)]))
        return list({told.identity: told for told in receipts}.values())

    def run(self, stop: threading.Event) -> None:
        """Pass, wait for the bell, pass again, until `stop` is set."""
        Loop(self, stop, random.Random()).run()

    def wait(self, stop: threading.Event) -> None:
        """Wait until the first folder rings, the time to look again has come, or `stop` is set.

        That time comes sooner while a draft's fate is open, and when documents went that drafts may link to.
        """
        watched = self._progress.watched(self.name, self.options.folders[0])
        if self.is_in_charge == self._aside:
            self._aside = not self.is_in_charge
            log.info("%s: %s", self.name, ASIDE if self._aside else "this Signpost watches it now")
        if watched is None or not self._fence:
            stop.wait(self.options.poll_seconds if self._fence else self._turn())
            return
        unsure = self._ledger.intents.open(self.name)
        seconds = min(self.options.poll_seconds, self.options.settle.total_seconds() if unsure else LONGEST_WAIT)

        def goes_on() -> bool:
            return not (stop.is_set() or self._tender.is_urged()) and bool(self._take_lease())

        self.mailbox.wait(watched.folder, watched.cursor, seconds, goes_on)

    def is_there(self) -> bool:
        """Whether the mail server takes connections at this moment."""
        return self.mailbox.is_there()

    def report(self, trouble: str) -> None:
        """Remember, for pages and health checks, what stands in the way; who watches no more has no say in that."""
        with suppress(LeaseLost):
            self._progress.looked(self.name, None, trouble)

    def login_mark(self) -> str:
        """See `WatchOptions`."""
        return self.options.login_mark()

    def close(self) -> None:
        """Leave the server and let another process watch."""
        self._judge.close()
        self.mailbox.close()
        self._leases.release(self.name, self._fence)

    def _pass_over(self, folder: str) -> list[Receipt]:
        watched = self._progress.watched(self.name, folder) or self._first_contact(folder)
        stuck = [s for s in self._progress.stuck(self.name) if s.place.folder == folder]
        receipts = self._settle(self._waiting([s.place for s in stuck if s.trouble]), watched)
        crashed = [s.place for s in stuck if not s.trouble]
        while True:
            batch = self.mailbox.take(folder, watched.cursor, self._limit(watched, crashed))
            if batch.renumbered:
                watched = self._start_anew(watched)
                batch = self.mailbox.take(folder, watched.cursor, self.options.batch)
            receipts += self._settle(batch.mails, replace(watched, cursor=batch.cursor))
            if not batch.more:
                self._forget_gone(crashed)
                return receipts
            watched = replace(watched, cursor=batch.cursor)

    def _look_after(self, trouble: list[str]) -> list[Receipt]:
        """What became of drafts; what stands in the way of that look is told, and no mail waits for it."""
        try:
            told = self._tender.tend(self._presence.clock())
            self._pause_if_unused(told)
            return told
        except LeaseLost:
            raise
        except SignpostError as error:
            trouble.append(str(error))
            return []

    def _pause_if_unused(self, told: Sequence[Receipt]) -> None:
        """Write no more drafts where none of the last ones was used, until a person resumes the mailbox."""
        if not any(map(is_unused, told)):
            return
        pauses = self._ledger.pauses
        mine = ReceiptFilter(mailbox=self.name, outcome="draft", since=pauses.resumed_at(self.name))
        drafts = self._ledger.receipts(mine, LOOKED_BACK)
        if goes_unused(drafts) and pauses.pause(self.name, OURSELVES, self._presence.clock()):
            log.warning("%s is paused: none of its last %d drafts was used", self.name, MOST_UNUSED)

    def _first_contact(self, folder: str) -> Watched:
        now = self._presence.clock()
        back = self.options.look_back_days
        since = now - timedelta(days=back)
        watched = Watched(self.name, folder, self.mailbox.start(folder, since.date() if back else None), since)
        self._progress.advance(watched)
        return watched

    def _start_anew(self, watched: Watched) -> Watched:
        """The server numbered the folder anew: look again at all that came in since it is watched.

        One day more, because a server may count days in another time zone.
        """
        cursor = self.mailbox.start(watched.folder, watched.since.date() - timedelta(days=1))
        newest = self.mailbox.start(watched.folder).uid
        anew = replace(watched, cursor=cursor, again_until=newest)
        stale = [s.place for s in self._progress.stuck(self.name) if s.place.folder == watched.folder]
        with self._ledger.transaction():
            self._progress.advance(anew)
            self._progress.finish(self.name, stale)
        return anew

    def _waiting(self, places: Sequence[Place]) -> list[Arrival]:
        """Mails that failed before and are tried again; those that somebody removed meanwhile are forgotten."""
        if not places:
            return []
        mails = self.mailbox.fetch(places)
        there = {mail.place for mail in mails}
        self._progress.finish(self.name, [place for place in places if place not in there])
        return mails

    def _forget_gone(self, crashed: Sequence[Place]) -> None:
        """Mails in work when the last process ended that are not there to be taken: somebody removed them since."""
        if crashed:
            left = {s.place for s in self._progress.stuck(self.name) if not s.trouble}
            self._progress.finish(self.name, [place for place in crashed if place in left])

    def _limit(self, watched: Watched, crashed: Sequence[Place]) -> int:
        """One by one past mails at which the last process ended, so that it shows which of them it was."""
        here = watched.cursor
        ahead = any(place.validity == here.validity and place.uid > here.uid for place in crashed)
        return 1 if ahead else self.options.batch

    def _settle(self, mails: Sequence[Arrival], watched: Watched) -> list[Receipt]:
        if not mails:
            return []
        places = [mail.place for mail in mails]
        self._let_go()
        tries = {p: stuck.tries for p, stuck in self._progress.begin(self.name, places).items()}
        with self._innocent(places):
            settlement = self._settler.settle(mails, tries, watched, self._presence.clock())
            intents = settlement.write(self._ledger, watched, self._presence.clock())
        self._held |= settlement.troubles
        return [*settlement.receipts, *self._delivery.hand_over(intents)]

    @contextmanager
    def _innocent(self, places: Sequence[Place]) -> Iterator[None]:
        """What breaks a pass in an orderly way is no try of its mails, even where that cannot be written down yet."""
        try:
            yield
        except (SignpostError, KeyboardInterrupt):
            self._owed += places
            with suppress(LedgerError, LeaseLost):
                self._let_go()
            raise

    def _let_go(self) -> None:
        """Take back tries that do not count, also of passes before, if the disk would not have it then."""
        if self._owed:
            self._progress.let_go(self.name, self._owed)
            self._owed = []

    def _turn(self) -> float:
        """How long to wait for a mailbox that another process watches: until it is free, if that process is dead."""
        lease = self._leases.of(self.name, self._presence)
        left = lease.left.total_seconds() if lease else 0.0
        return min(self.options.poll_seconds, max(0.0, left) + MOMENT)

    def _take_lease(self) -> int:
        now = self._presence.clock()
        if self._fence and abs(now - self._renewed) < self._leases.lasts / 3:
            return self._fence
        self._fence = self._leases.take(self.name, self._presence, self._fence)
        self._renewed = now
        return self._fence

    def _guard(self) -> None:
        """Renew the lease, and stop where it changed hands meanwhile: what this pass knows may be out of date."""
        fence = self._fence
        if not (fence and self._take_lease() == fence and self._leases.holds(self.name, fence)):
            self._fence = 0
            raise LeaseLost(f"Another Signpost watches {self.name} now; this one steps back.")
