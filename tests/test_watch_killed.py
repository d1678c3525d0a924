"""Whatever dies, and wherever: every mail ends in one state, with one draft at most, and INBOX is as it was."""

from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from indexer.errors import SignpostError, Unreachable
from service.ledger import Ledger
from service.ledgers.postgres import PostgresFile
from service.mailbox.memory import MemoryMailbox, MemoryServer
from service.mailbox.replies import envelope
from service.receipts import Receipt
from tests.ledgers import fresh
from tests.postgres_server import Postgres
from tests.tripwire import Killed, TrippingMailbox, TrippingRows, Tripwire, tripping_ledger
from tests.watching import Clock, a_judge, a_mail, a_watcher

SCENARIO = (
    a_mail(key="1"),
    a_mail("Danke!", key="2"),
    a_mail(key="3", References="<mail-1@north.example>"),
    a_mail(key="4"),
)
ENDS = {
    "<mail-1@north.example>": "written",
    "<mail-2@north.example>": "no question",
    "<mail-3@north.example>": "thread has a draft",
    "<mail-4@north.example>": "written",
}


@dataclass(frozen=True)
class InAFile:
    """Where a ledger is that processes open one after the other, some of them past a wire."""

    path: Path

    def open(self, wire: Tripwire | None = None) -> Ledger:
        return tripping_ledger(self.path, wire) if wire else Ledger.open(self.path)


@dataclass(frozen=True)
class OnAServer:
    """The same in a database; who is killed leaves a lease there that is over at once."""

    url: str

    def open(self, wire: Tripwire | None = None) -> Ledger:
        file = PostgresFile(self.url)
        ledger = Ledger(TrippingRows(file, wire) if wire else file)
        ledger.leases.lasts = timedelta()
        return ledger


def break_and_resume(place: InAFile | OnAServer, wire: Tripwire) -> tuple[MemoryServer, list[Receipt]]:
    """Watch a mailbox until the wire breaks it, then again with a new process until nothing is left to do."""
    server, clock = MemoryServer(), Clock()
    server.clock = clock
    mailbox = MemoryMailbox(server)
    with closing(place.open()) as ledger:
        a_watcher(mailbox, ledger, clock=clock).one_pass()
    for mail in SCENARIO:
        server.deliver(mail)
    before = server.folders["INBOX"].mails.copy()
    with closing(place.open(wire)) as ledger, suppress(Killed, Unreachable):
        a_watcher(TrippingMailbox(mailbox, wire), ledger, clock=clock).one_pass()
    with closing(place.open()) as ledger:
        for _ in range(4):
            clock.now += timedelta(minutes=1)
            a_watcher(mailbox, ledger, clock=clock).one_pass()
        assert server.folders["INBOX"].mails == before
        assert a_watcher(mailbox, ledger, clock=clock).one_pass() == []
        return server, ledger.receipts()


def ends(receipts: list[Receipt]) -> dict[str, str]:
    return {r.message_id: r.state or r.reason for r in receipts}


def unbroken() -> list[str]:
    """Every step of a run that nothing breaks."""
    wire = Tripwire()
    server = MemoryServer()
    watcher = a_watcher(TrippingMailbox(MemoryMailbox(server), wire), tripping_ledger(None, wire))
    watcher.one_pass()
    wire.steps.clear()
    for mail in SCENARIO:
        server.deliver(mail)
    watcher.one_pass()
    return wire.steps


@pytest.mark.parametrize("breaks", [Killed, Unreachable])
@pytest.mark.parametrize("point", range(1, len(unbroken()) + 1))
def test_a_break_at_any_point_leaves_one_draft_for_each_mail(
    tmp_path: Path, point: int, breaks: type[BaseException]
) -> None:
    server, receipts = break_and_resume(InAFile(tmp_path / "ledger.db"), Tripwire(point, breaks))

    assert ends(receipts) == ENDS
    assert len(server.folders["Drafts"].mails) == 2
    assert len(receipts) == len(SCENARIO)


@pytest.mark.server
@pytest.mark.parametrize("point", range(1, len(unbroken()) + 1))
def test_the_same_holds_where_the_ledger_is_on_a_server(ledger_server: Postgres, point: int) -> None:
    server, receipts = break_and_resume(OnAServer(fresh(ledger_server)), Tripwire(point))

    assert ends(receipts) == ENDS
    assert len(server.folders["Drafts"].mails) == 2


def test_the_points_lie_around_every_step() -> None:
    asked = {step for step in STEPS if "look" not in step}

    assert asked | {"before transaction", "before commit", "after commit"} == set(unbroken())


TENDING = [f"{when} {step}" for when in ("before", "after") for step in ("related drafts", "fetch", "withdraw")]
STEPS = [f"{when} {step}" for when in ("before", "after") for step in ("take", "answered", "mark", "append", "look")]


class Office(RuleBasedStateMachine):
    """People write, answer, edit, send and delete; servers renumber and refuse; processes die. All at random."""

    @initialize()
    def open_the_office(self) -> None:
        self.clock, self.wire, self.server = Clock(), Tripwire(), MemoryServer()
        self.server.clock = self.clock
        self.mailbox = TrippingMailbox(MemoryMailbox(self.server), self.wire)
        self.ledger = tripping_ledger(None, self.wire)
        self.mails = 0
        self.edited: dict[int, bytes] = {}
        self.replied: set[str] = set()
        self.known = True
        self.answered: set[str] = set()
        self.pass_over(0, Killed)

    @rule(asks=st.sampled_from(["Wer kennt Brückner?", "Danke!", "Was kostet das?"]), thread=st.integers(0, 3))
    def a_mail_arrives(self, asks: str, thread: int) -> None:
        self.mails += 1
        named = {"References": f"<mail-{thread}@north.example>"} if thread else {}
        self.server.deliver(a_mail(asks, key=str(self.mails), **named))
        self.clock.now += timedelta(seconds=20)

    @rule(known=st.booleans())
    def the_documents_are_there_or_not(self, known: bool) -> None:
        self.known = known

    @rule(at=st.integers(0, 60) | st.sampled_from([*STEPS, *TENDING]), breaks=st.sampled_from([Killed, Unreachable]))
    def pass_over(self, at: int | str, breaks: type[BaseException]) -> None:
        before, done = self.inbox(), self.mailbox.answers.copy()
        self.wire.arm(at, breaks)
        with suppress(Killed, SignpostError):
            judge = a_judge(still_there=lambda ids, viewer: frozenset(ids) if self.known else frozenset())
            a_watcher(self.mailbox, self.ledger, judge, clock=self.clock).one_pass()
        assert self.inbox() == before
        assert not (self.mailbox.answers - done) & self.answered
        self.clock.now += timedelta(seconds=5)

    @rule(minutes=st.integers(1, 2000))
    def time_goes_by(self, minutes: int) -> None:
        self.clock.now += timedelta(minutes=minutes)

    @rule(pick=st.integers(0, 99), how=st.sampled_from(["flag", "Sent", "Drafts"]))
    def a_person_answers(self, pick: int, how: str) -> None:
        mails = list(self.server.folders["INBOX"].mails.values())
        if not mails:
            return
        mail = mails[pick % len(mails)]
        message_id = f"<{envelope(mail.uid, mail.raw).message_id}>"
        if how != "Drafts":  # a reply that was only begun may be thrown away again
            self.answered.add(message_id)
        if how == "flag":
            self.server.flag("INBOX", mail.uid, "\\Answered")
            return
        self.mails += 1
        self.replied |= {message_id} if how == "Sent" else set()
        self.server.deliver(a_mail("Ruf an.", key=f"own-{self.mails}", In_Reply_To=message_id), how)

    @precondition(lambda self: self.server.folders["Drafts"].mails)
    @rule(pick=st.integers(0, 99), what=st.sampled_from(["edit", "flag", "Sent", "Trash", "remove"]))
    def a_person_takes_a_draft(self, pick: int, what: str) -> None:
        lying = list(self.server.folders["Drafts"].mails)
        uid = lying[pick % len(lying)]
        if what == "edit":
            raw = self.server.folders["Drafts"].mails[uid].raw.replace(b"Message-ID:", b"X-Was:") + b"PS\r\n"
            self.server.remove("Drafts", uid)
            self.edited[self.server.deliver(raw, "Drafts")] = raw
        elif what == "flag":
            self.server.flag("Drafts", uid, "\\Flagged")
            self.edited[uid] = self.server.folders["Drafts"].mails[uid].raw
        elif what == "remove":
            self.server.remove("Drafts", uid)
        else:
            self.server.move("Drafts", uid, what)
        self.edited = {u: raw for u, raw in self.edited.items() if u in self.server.folders["Drafts"].mails}

    @rule(folder=st.sampled_from(["INBOX", "Drafts"]))
    def the_server_numbers_anew(self, folder: str) -> None:
        self.server.renumber(folder)
        if folder == "Drafts":
            by_text = {m.raw: m.uid for m in self.server.folders["Drafts"].mails.values()}
            self.edited = {by_text[raw]: raw for raw in self.edited.values()}

    @rule(full=st.booleans())
    def the_mailbox_is_full_or_not(self, full: bool) -> None:
        self.server.refuses = "OVERQUOTA" if full else ""

    @invariant()
    def no_draft_was_ever_written_twice(self) -> None:
        assert max(self.mailbox.appended.values(), default=0) <= 1

    @invariant()
    def what_a_person_edited_is_untouched(self) -> None:
        lying = self.server.folders["Drafts"].mails
        assert {uid: lying[uid].raw for uid in self.edited} == self.edited

    def teardown(self) -> None:
        """After the faults stop, every mail ends in one state."""
        if not hasattr(self, "server"):
            return
        self.server.refuses = ""
        for _ in range(8):
            self.clock.now += timedelta(minutes=1)
            self.pass_over(0, Killed)
        receipts = self.ledger.receipts(limit=1000)
        arrived = {m.raw for m in self.server.folders["INBOX"].mails.values()}
        assert len(receipts) == len(arrived)
        assert self.ledger.intents.open(self.mailbox.name) == []
        assert self.ledger.progress.stuck(self.mailbox.name) == []
        assert all(r.state in ("", "written", "sent", "edited", "deleted", "withdrawn") for r in receipts)
        assert self.mailbox.appended.total() >= sum(r.state != "" for r in receipts)
        assert not {r.message_id for r in receipts if r.state == "written"} & self.replied
        assert self.known or not any(r.state == "written" for r in receipts)

    def inbox(self) -> dict[int, object]:
        return dict(self.server.folders["INBOX"].mails)


TestOffice = Office.TestCase
TestOffice.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
