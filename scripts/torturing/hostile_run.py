"""One hostile server: a process watches two mailboxes, one of them there and one on a polite server."""

import logging
import multiprocessing
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from scripts.torturing.hostile_scripts import Script
from scripts.torturing.hostile_server import serving
from scripts.torturing.hostile_talk import HostileServer
from service.ledger import Ledger
from service.mailbox.account import ImapAccount
from service.mailbox.imap import imap_mailbox
from service.mailbox.replies import envelope
from service.receipts import Receipt
from service.replies.outcome import Reason
from service.watch import Watcher
from service.watching.loop import watch_all
from service.watching.presence import wall_clock
from tests.watching import a_mail, a_watcher

BAD, GOOD = "bad@brueckner.example", "good@brueckner.example"
MOST_MEMORY = 100.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient the watchers are, and how long a stall may last: until all is done once the server is polite."""

    silence: float
    deadline: float
    longest_stall: float


HURRIED = Pace(0.6, 2.0, 20.0)
_ANY = ImapAccount("localhost", "anna", "geheim")
SHIPPED = Pace(_ANY.timeout, _ANY.deadline, 60.0)


class Hurried(threading.Event):
    """A stop that is not waited for longer than a moment: pauses between tries are long, and tested elsewhere."""

    def wait(self, timeout: float | None = None) -> bool:
        """Wait, but not for long."""
        return super().wait(min(timeout, 0.2) if timeout else timeout)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a script: how both mails ended, seconds until then, megabytes more, and what was wrong."""

    script: str
    ends: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    megabytes: float = 0.0
    reached: int = 0
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What the watching process tells when it ends."""

    ends: dict[str, str]
    unforeseen: list[str]
    megabytes: float
    closing: float


class _Unforeseen(logging.Handler):
    """Collects what was logged with a traceback: mistakes of ours."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        if record.exc_info and record.exc_info[1]:
            self.said.append(repr(record.exc_info[1])[:200])


def run(script: Script, pace: Pace = HURRIED) -> Outcome:
    """Let the server be polite, then hostile, then polite again, and look at everything."""
    ours, theirs = multiprocessing.get_context("fork").Pipe()
    process = multiprocessing.get_context("fork").Process(target=_watch, args=(theirs, pace))
    process.start()  # before there are threads
    with ExitStack() as stack:
        bad = stack.enter_context(serving(HostileServer(able=script.able, stage=script.stage, act=script.act)))
        good = stack.enter_context(serving(HostileServer()))
        ours.send((bad.port, good.port))
        outcome = _Scene(script, pace, bad, good, ours).play()
        process.join(pace.longest_stall)
        if process.is_alive():
            process.kill()
    return outcome


class _Scene:
    """What happens on the servers, and what is looked at."""

    def __init__(
        self, script: Script, pace: Pace, bad: HostileServer, good: HostileServer, watching: Connection
    ) -> None:
        self.script = script
        self.longest = pace.longest_stall
        self.bad = bad
        self.good = good
        self.watching = watching
        self.wrong: list[str] = []

    def play(self) -> Outcome:
        """The three acts."""
        with self.bad.lock:
            self.bad.memory.deliver(a_mail(key="old"))
            self.bad.memory.deliver(a_mail("Mein Entwurf", key="mine"), "Drafts", frozenset({"\\Draft"}))
        self._expect("disturbed before", lambda: all("IDLE" in s.heard for s in (self.bad, self.good)))
        time.sleep(1.0)  # what comes in the very second of the first contact counts as old where a folder is renumbered
        self._arrive(self.bad, "first")
        self._expect("no draft before", lambda: self._drafted(self.bad, "first"))
        self._be_hostile()
        return self._outcome(0.0 if self.script.gives_up else self._be_polite())

    def _be_hostile(self) -> None:
        before = {uid: mail.flags for uid, mail in self.bad.memory.folders["INBOX"].mails.items()}
        if self.script.stage == "news":
            self._wait(lambda: self.bad.heard[-1] == "IDLE", 2.0)
        self.bad.hostile = True
        self._arrive(self.bad, "second")
        self._answer("first")
        self._arrive(self.good, "other")
        if self.script.stage != "news":
            self.bad.kick()
        self._expect("other account disturbed", lambda: self._drafted(self.good, "other"))
        self._wait(lambda: self.bad.reached > 0, 0.0 if self.script.to_the_end else self.longest)
        began = time.monotonic()
        self._wait(lambda: self.bad.reached >= 2 and time.monotonic() - began > 0.5, 2.5)
        inbox = self.bad.memory.folders["INBOX"].mails
        if any(inbox[uid].flags != flags for uid, flags in before.items()):
            self.wrong.append("INBOX changed")

    def _be_polite(self) -> float:
        began = time.monotonic()
        self.bad.hostile = self.script.to_the_end
        self._arrive(self.bad, "third")
        self._expect("stalled", lambda: self._drafted(self.bad, "third"))
        seconds = time.monotonic() - began
        self._wait(lambda: self._drafted(self.bad, "second"), 2.0)  # it may be in quarantine, which nobody sees here
        return seconds

    def _outcome(self, seconds: float) -> Outcome:
        self.watching.send("stop")
        if not self.watching.poll(self.longest):
            return Outcome(self.script.name, {}, seconds, 0.0, self.bad.reached, (*self.wrong, "stalled at the end"))
        report: Report = self.watching.recv()
        self._judge(report)
        told = {key: report.ends.get(key, "nothing") for key in ("first", "second", "third", "other")}
        return Outcome(self.script.name, told, seconds, report.megabytes, self.bad.reached, tuple(self.wrong))

    def _judge(self, report: Report) -> None:
        self.wrong += report.unforeseen
        if report.megabytes > MOST_MEMORY:
            self.wrong.append("over 100 MB")
        if not self.bad.reached:
            self.wrong.append("never hostile")
        if max(self.bad.appended.values(), default=0) > 1 or max(self._copies().values(), default=0) > 1:
            self.wrong.append("doubled")
        drafts = {envelope(u, m.raw).message_id for u, m in self.bad.memory.folders["Drafts"].mails.items()}
        if "mail-mine@north.example" not in drafts:
            self.wrong.append("a person's draft is gone")
        if report.ends.get("old", Reason.OLD.value) != Reason.OLD.value:
            self.wrong.append("old mail was taken up")
        self.wrong += [] if self.script.gives_up else self._lost(report)

    def _lost(self, report: Report) -> list[str]:
        """Mails without an end; one that the hostile server would not hand out may be in quarantine."""
        drafted = {key for key in ("second", "third") if self._drafted(self.bad, key)}
        ends = {key: report.ends.get(key, "") for key in ("second", "third")}
        # A mail that was never handed out has no Message-ID to be known by
        unread = not ends["second"] and report.ends.get("") == "quarantine"
        second = unread or ends["second"] in ("written", "quarantine", "too large")
        fine = {"second": second, "third": ends["third"] == "written"}
        told = [f"lost: {key} ends {ends[key] or 'nowhere'}" for key, is_fine in fine.items() if not is_fine]
        return told + [f"said to be written: {key}" for key in ends if ends[key] == "written" and key not in drafted]

    def _copies(self) -> dict[str, int]:
        """How many drafts answer each mail."""
        answered = [name for key in ("first", "second", "third") if (name := f"mail-{key}@north.example")]
        mails = [envelope(u, m.raw) for u, m in self.bad.memory.folders["Drafts"].mails.items()]
        return {name: sum(name in mail.names for mail in mails) for name in answered}

    def _arrive(self, server: HostileServer, key: str) -> None:
        with server.lock:
            server.memory.deliver(a_mail(key=key))

    def _answer(self, key: str) -> None:
        """A person answers: the draft is of no more use."""
        reply = a_mail("Ruf an.", key="reply", In_Reply_To=f"<mail-{key}@north.example>")
        with self.bad.lock:
            self.bad.memory.deliver(reply, "Sent", frozenset({"\\Seen"}))

    def _drafted(self, server: HostileServer, key: str) -> bool:
        name = f"mail-{key}@north.example"
        with server.lock:
            mails = list(server.memory.folders["Drafts"].mails.items())
        return any(name in envelope(uid, mail.raw).names for uid, mail in mails)

    def _expect(self, else_wrong: str, holds: Callable[[], bool]) -> None:
        if not self._wait(holds, self.longest):
            self.wrong.append(else_wrong)

    def _wait(self, holds: Callable[[], bool], seconds: float) -> bool:
        until = time.monotonic() + seconds
        while not holds() and time.monotonic() < until:
            time.sleep(0.02)
        return holds()


def _watch(scene: Connection, pace: Pace) -> None:
    """The watching process: the production loop on both mailboxes until it is told to stop."""
    unforeseen = _Unforeseen()
    logging.getLogger().handlers = [unforeseen]
    logging.getLogger().setLevel(logging.ERROR)
    bad, good = scene.recv()
    before = _memory("VmRSS")
    ledger, stop = Ledger.in_memory(), Hurried()
    watchers = [_watcher(ledger, name, port, pace) for name, port in ((BAD, bad), (GOOD, good))]
    thread = threading.Thread(target=partial(watch_all, watchers, stop), daemon=True)
    thread.start()
    scene.recv()
    began = time.monotonic()
    stop.set()
    thread.join(pace.longest_stall)
    if thread.is_alive():
        return
    ends = {told.message_id[6:].split("@")[0]: _end(told) for told in ledger.receipts()}
    scene.send(Report(ends, unforeseen.said, _memory("VmHWM") - before, time.monotonic() - began))


def _watcher(ledger: Ledger, name: str, port: int, pace: Pace) -> Watcher:
    account = ImapAccount(
        *("127.0.0.1", "anna", "geheim", name), port=port, security="none", timeout=pace.silence, deadline=pace.deadline
    )
    patience: dict[str, Any] = {"settle": timedelta(seconds=0.3), "tend": timedelta(seconds=0.5), "poll_seconds": 0.5}
    return a_watcher(imap_mailbox(account), ledger, clock=wall_clock, **patience)


def _end(told: Receipt) -> str:
    """How a mail ended, in a word or two."""
    return told.state or (told.outcome if told.outcome == "quarantine" else told.reason)


def _memory(kind: str) -> float:
    """Megabytes of this process: VmRSS now, VmHWM at most."""
    with open("/proc/self/status", encoding="ascii") as lines:
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(kind))
