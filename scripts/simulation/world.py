"""A plan → a run of the production watcher, and what it did that it had promised never to do."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from indexer.errors import SignpostError
from scripts.simulation import mails
from scripts.simulation.disk import Disk
from scripts.simulation.memories import Folder, Memory, Violation, Visit
from scripts.simulation.people import act
from scripts.simulation.plan import ASKS, PEOPLE, WISHES, Event, Plan, Recipe
from scripts.simulation.processes import Killed, Process
from scripts.simulation.servers import PLAIN, Server
from scripts.simulation.troubles import strike
from scripts.simulation.wishes import is_paused, wish
from service.mailbox.memory import Stored
from service.watching.presence import is_over

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NAMES = ("sales@brueckner.example", "einkauf@brueckner.example")
OLD = Recipe(ASKS, 99, message_id=99)


class World:
    """All there is in one run. Nothing in it knows the time, the network or chance but from the plan."""

    def __init__(self, plan: Plan, disk: Disk, say: Callable[[str], None] | None = None) -> None:
        """Set the world up; `say` gets a line for everything that happens."""
        disk.empty()
        self.plan = plan
        self.disk = disk
        self.elapsed = 0.0
        self.skew = timedelta()
        self.names = NAMES[: plan.mailboxes]
        self.servers = [Server(self.true_time) for _ in self.names]
        self.memories = [Memory() for _ in self.names]
        self.mind = mails.Mind(self.dies)
        self.counts: Counter[str] = Counter()
        self.violations: list[Violation] = []
        self.visits: list[Visit] = []
        self.quiet = False
        self.next = 0
        self.tracing = say is not None
        self._tell = say or (lambda line: None)
        self._started = 0
        self.processes = [self._start(0), self._start(1)]

    def true_time(self) -> datetime:
        """The right time, by which servers date mail."""
        return BEGIN + timedelta(seconds=self.elapsed)

    def now(self) -> datetime:
        """The time that the watcher's host believes in."""
        return BEGIN + timedelta(seconds=self.elapsed) + self.skew

    def is_free(self, holder: str, expires: datetime) -> bool:
        """Whether a lease may be taken over, as a process sees it."""
        if is_over(expires, self.now()):
            return True
        asks = self.visits[-1].process.holder.rpartition(":")[0]
        lives = holder in [process.holder for process in self.processes if process.alive]
        return not lives and holder.rpartition(":")[0] == asks

    def count(self, what: str) -> None:
        """Something happened that is counted."""
        self.counts[what] += 1

    def say(self, line: str) -> None:
        """Tell what happens, where somebody listens."""
        if self.tracing:
            self._tell(f"{self.now():%d %H:%M:%S} {line}")

    def broke(self, checker: str, says: str) -> None:
        """A promise was broken."""
        self.violations.append(Violation(checker, says))
        self.say(f"    !! {checker}: {says}")

    def run_events(self) -> None:
        """Let everything of the plan happen, until a promise is broken."""
        while self.next < len(self.plan.events) and not self.violations:
            self.next += 1
            self.happen(self.plan.events[self.next - 1])

    def happen(self, event: Event) -> None:
        """Let one thing happen."""
        self.elapsed += event.after
        mailbox = event.mailbox % len(self.servers)
        for server in self.servers:
            server.catch_up(self.elapsed)
        if event.verb == "pass":
            return self.make_pass(int(event.pick % 10 == 0), mailbox, event)
        if event.verb == "arrives" and event.mail:
            return self.arrive(mailbox, event.mail, event.pick)
        if event.verb == "process restarts":
            return self._restart(event.pick % 2)
        happens = act if event.verb in PEOPLE else wish if event.verb in WISHES else strike
        happens(self, mailbox, event)

    def arrive(self, mailbox: int, mail: Recipe, pick: int = 0) -> None:
        """A mail comes into one of the watched folders."""
        folder = self.plan.folders[pick % len(self.plan.folders)]
        server, memory = self.servers[mailbox], self.memories[mailbox]
        uid = server.put(mails.raw(mail), folder)
        key = mails.identity(mail)
        memory.places[f"{folder}:{server.folders[folder].validity}:{uid}"] = key
        if key in memory.arrived:
            memory.twice.add(key)
        memory.arrived[key] = mail
        self.count("mails")
        if self.tracing:
            self.say(f"{self.names[mailbox]}: {key} arrives in {folder}, {mail}")

    def make_pass(self, which: int, mailbox: int, event: Event | None = None) -> None:
        """One of the two processes makes a pass, starting anew where it had died."""
        if not self.processes[which].alive:
            self.processes[which] = self._start(which)
        process = self.processes[which]
        if any(visit.process is process for visit in self.visits):
            return  # it pauses in a pass
        process.arm(mailbox, event.faults if event else ())
        self.say(f"{self.names[mailbox]}: {process.holder} makes a pass")
        self.count("passes")
        with self._visit(process, mailbox) as visit:
            waiting = self._waiting(mailbox)
            if self._passed(process, mailbox) and self._undisturbed(visit):
                self.check_hostages(mailbox, waiting)
        if self.memories[mailbox].twice:
            self.check_met(mailbox)

    def pause(self, process: Process, seconds: int) -> None:
        """A process stands still, and the world goes on without it."""
        for visit in self.visits:
            visit.paused = True
        self.elapsed += seconds
        if len(self.visits) == 1:
            self.make_pass(1 - self.processes.index(process), process.at)
            for event in self.plan.events[self.next : self.next + 3]:
                self.next += 1
                self.happen(event)
        for visit in self.visits:
            visit.seen = self._seen(visit.mailbox)

    def appending(self, mailbox: int, identity: str) -> None:
        """A watcher hands a draft over: there must be no reason against it that was there before its pass."""
        visit = self.visits[-1]
        self.count("appends")
        if visit.held and is_paused(self, mailbox):
            self.broke("paused", f"a draft for {identity} was written although the mailbox is paused")
        if identity in visit.answered:
            self.broke("answered", f"{identity} had been answered when a draft for it was written")
        if identity in visit.handled:
            self.broke("made again", f"a person had dealt with the draft for {identity} when it was written again")
        if self.servers[mailbox].is_hasty(identity, self.elapsed) and "leapt" not in self.memories[mailbox].odd:
            self.broke("hasty", f"the draft for {identity} was written again before the server had time for the first")
        if identity == mails.identity(OLD):
            self.broke("old mail", "a mail from before the first contact got a draft")

    def withdrew(self, mailbox: int, folder: str, kept: Stored) -> None:
        """A watcher removed a mail: it must have been an untouched draft of ours."""
        self.count("withdrawn")
        self.say(f"    removed from {folder}: {mails.answers(kept.raw)} {kept.flags}")
        ours = folder == "Drafts" and mails.answers(kept.raw) and kept.raw not in self.memories[mailbox].written
        if not ours or not kept.flags <= PLAIN | {"\\Deleted"}:
            self.broke("touched", f"a mail that is a person's was removed from {folder}")

    def look(self, mailbox: int) -> None:
        """A person changed a folder in the middle of a pass."""
        for visit in self.visits:
            if visit.mailbox == mailbox:
                visit.seen = self._seen(mailbox)

    def dies(self) -> None:
        """The mail that is read now ends the process."""
        self.count("process killed by a mail")
        self.visits[-1].process.die()

    def answered_now(self, mailbox: int) -> frozenset[str]:
        """The mails that a person answered, or is about to."""
        memory = self.memories[mailbox]
        drafts = {m.raw for m in self.servers[mailbox].folders["Drafts"].mails.values()} if memory.begun else set()
        numbers = memory.answered | {key for raw, key in memory.begun.items() if raw in drafts}
        named = {key for key, mail in memory.arrived.items() if mail.message_id in numbers}
        return frozenset(named | self._flagged(mailbox)) if "flagged" in memory.odd else frozenset(named)

    def check_hostages(self, mailbox: int, waiting: set[str]) -> None:
        """After a pass that nothing disturbed every mail that waited has ended, but those that fail themselves."""
        done = self.ended(mailbox)
        for key in waiting - done:
            if not self.memories[mailbox].arrived[key].does.startswith(("fails", "kills")):
                self.broke("hostage", f"{key} waited, nothing disturbed the pass, and nothing became of it")

    def check_met(self, mailbox: int) -> None:
        """No copy of a mail counts as settled while the mail has no receipt: it would not be looked at again."""
        sql = "SELECT identity FROM places WHERE mailbox = ? AND identity NOT IN (SELECT identity FROM receipts)"
        for (key,) in self.disk.connection.execute(sql, (self.names[mailbox],)).fetchall():
            self.broke("lost", f"a copy of {key} counts as settled, and there is no receipt")

    def ended(self, mailbox: int) -> set[str]:
        """The mails that have a receipt, by content or by place."""
        sql = "SELECT identity FROM receipts WHERE mailbox = ?"
        places = self.memories[mailbox].places
        found = self.disk.connection.execute(sql, (self.names[mailbox],))
        return {places.get(key, key) for (key,) in found}

    def _passed(self, process: Process, mailbox: int) -> bool:
        watcher = process.watcher(mailbox)
        try:
            receipts = watcher.one_pass()
        except Killed:
            self.disk.crash()
            self.count("deaths")
            self.say("    the process died")
            return False
        except SignpostError as error:
            self.say(f"    {type(error).__name__}: {error}")
            self._report(process, mailbox, str(error))
            return False
        except Exception as error:  # whatever it is, a pass must not end in it
            self.broke("escaped", f"{type(error).__name__}: {error}")
            return False
        for told in receipts:
            self.memories[mailbox].told[told.identity] = (told.at.isoformat(), told.outcome, told.state)
            if self.tracing:
                self.say(f"    {told.identity}: {told.outcome} {told.state} ({told.reason}) {told.state_says}")
        return watcher.is_in_charge

    def _report(self, process: Process, mailbox: int, trouble: str) -> None:
        try:
            process.watcher(mailbox).report(trouble)
        except Killed:
            self.disk.crash()
        except SignpostError:
            self.say("    and it cannot be noted")

    @contextmanager
    def _visit(self, process: Process, mailbox: int) -> Iterator[Visit]:
        handled = frozenset(self.memories[mailbox].handled)
        visit = Visit(process, mailbox, self._seen(mailbox), self.answered_now(mailbox), handled)
        visit.held = is_paused(self, mailbox)
        self.visits.append(visit)
        yield visit
        self.visits.pop()
        if self._seen(mailbox) != visit.seen:
            self.broke("hands off", "a pass changed a folder that it may only look at")

    def _undisturbed(self, visit: Visit) -> bool:
        server = self.servers[visit.mailbox]
        well = server.reachable and not server.password and not self.mind.fails and not self.disk.full
        return well and not visit.process.hits and not visit.paused

    def _seen(self, mailbox: int) -> dict[str, Folder]:
        folders = self.servers[mailbox].folders
        return {
            name: ((f := folders[name]).validity, f.uidnext, f.mails.copy())
            for name in (*self.plan.folders, "Archive", "Sent")
        }

    def _waiting(self, mailbox: int) -> set[str]:
        folders, memory = self.servers[mailbox].folders, self.memories[mailbox]
        lying = [f"{name}:{folders[name].validity}:{uid}" for name in self.plan.folders for uid in folders[name].mails]
        return {memory.places[place] for place in lying} - {mails.identity(OLD)}

    def _flagged(self, mailbox: int) -> set[str]:
        """Mails that are flagged as answered; of one that came twice nobody says at which copy is looked."""
        memory, folders = self.memories[mailbox], self.servers[mailbox].folders
        open_: set[str] = set()
        flagged: set[str] = set()
        for name in self.plan.folders:
            for uid, mail in folders[name].mails.items():
                key = memory.places[f"{name}:{folders[name].validity}:{uid}"]
                (flagged if "\\Answered" in mail.flags else open_).add(key)
        return flagged - open_ - memory.twice

    def _start(self, which: int) -> Process:
        self._started += 1
        host = "one" if self.plan.same_host or not which else "two"
        return Process(self, f"{host}:{self._started}")

    def _restart(self, which: int) -> None:
        self.say(f"process {which + 1} is killed between passes")
        self.processes[which].alive = False
