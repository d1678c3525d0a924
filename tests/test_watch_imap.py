"""The whole way on real servers: mails come over IMAP, are really read, and really composed drafts lie in Drafts."""

import email
import multiprocessing
import os
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from indexer.errors import Unreachable
from service.ledger import Ledger
from service.mail.letter import Address, Reading
from service.mail.reading import ReadingRules, read
from service.mailbox.imap import imap_mailbox
from service.mailbox.protocol import Mailbox
from service.replies.audience import audience_of, viewer_of
from service.replies.compose import Writing, compose
from service.replies.decide import before_search, decide
from service.replies.outcome import Draft, Policy
from service.templates import Templates
from service.watch import Watcher
from service.watching.judging import Judge, Steps
from service.watching.presence import wall_clock
from tests import servers
from tests.servers import Server, World
from tests.test_loop import eventually
from tests.tripwire import TrippingMailbox, Tripwire, tripping_ledger
from tests.watching import ME, Knowing, a_mail, a_watcher

pytestmark = pytest.mark.server
QUESTION = "Hello, who is talking to Brückner Logistik at the moment?"


@pytest.fixture(params=["pymap", "dovecot"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with getattr(servers, request.param)() as running:
        yield running


@pytest.fixture
def people(server: Server) -> Iterator[World]:
    world = World(server)
    yield world
    world.close()


def real_judge() -> Judge:
    """Everything as it is in earnest, but the knowledge."""
    policy = Policy(internal=frozenset({"brueckner.example"}), own=frozenset({ME.email}))
    templates = Templates()

    def write(draft: Draft, writer: Address, message_id: str, now: datetime) -> bytes:
        return compose(draft, Writing(writer, message_id, now), templates)

    def viewer(reading: Reading, by: Policy) -> object:
        return viewer_of(audience_of(reading, by), by)

    rules = ReadingRules(policy.own, internal=policy.internal)
    return Judge(Knowing(), Steps(partial(read, rules=rules), before_search, viewer, decide, write), policy)  # type: ignore[arg-type]


def watcher_at(mailbox: Mailbox, ledger: Ledger, **more: object) -> Watcher:
    return a_watcher(mailbox, ledger, real_judge(), clock=wall_clock, **more)


def drafted(people: World, most: int) -> bool:
    """Whether so many drafts are there."""
    return len(people.uids("Drafts")) == most


@contextmanager
def watching(server: Server, ledger: Ledger) -> Iterator[None]:
    """A watcher in a thread, past its first contact, until the block ends."""
    stop = threading.Event()
    with closing(imap_mailbox(server.account())) as mailbox:
        thread = threading.Thread(target=watcher_at(mailbox, ledger).run, args=(stop,))
        thread.start()
        try:
            assert eventually(lambda: ledger.progress.watched(mailbox.name, "INBOX") is not None)
            yield
        finally:
            stop.set()
            thread.join(15)
            assert not thread.is_alive()


def test_mails_that_come_while_the_watcher_idles_are_drafted_within_seconds(server: Server, people: World) -> None:
    people.create("Drafts")
    with watching(server, Ledger.in_memory()):
        for n in range(1, 5):
            time.sleep(0.4 * n)
            began = time.monotonic()
            people.deliver(a_mail(QUESTION, key=str(n)))

            assert eventually(partial(drafted, people, n))
            assert time.monotonic() - began < 5.0


def test_the_draft_is_a_threaded_reply_with_the_link(server: Server, people: World) -> None:
    ledger = Ledger.in_memory()
    with closing(imap_mailbox(server.account())) as mailbox:
        watcher_at(mailbox, ledger).one_pass()
        inbox = people.deliver(a_mail(QUESTION))
        (told,) = watcher_at(mailbox, ledger).one_pass()

    ((raw, flags),) = people.state("Drafts").values()
    draft = email.message_from_bytes(raw)
    assert (draft["In-Reply-To"], draft["Subject"]) == ("<mail-1@north.example>", "Re: a question")
    assert (draft["Message-ID"].strip(), told.state) == (told.draft_message_id, "written")
    assert b"https://trello.com/c/" in raw
    assert "\\Draft" in flags
    assert "\\Seen" not in people.state("INBOX")[inbox][1]


def die_at(server: Server, ledger: Path, point: int) -> None:
    """A pass in a process of its own that is gone at this point, without a good-bye."""
    wire = Tripwire()
    with closing(imap_mailbox(server.account())) as mailbox:
        watcher = watcher_at(TrippingMailbox(mailbox, wire), tripping_ledger(ledger, wire), holder="dying")
        wire.arm(point, _Gone)
        watcher.one_pass()


class _Gone(BaseException):
    def __init__(self, step: str) -> None:
        os._exit(100)


def test_a_process_that_dies_anywhere_leaves_one_draft(server: Server, people: World, tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with closing(imap_mailbox(server.account())) as mailbox, closing(Ledger.open(path)) as ledger:
        watcher_at(mailbox, ledger, holder="dying").one_pass()
    for point in range(5, 26, 5):
        people.deliver(a_mail(QUESTION, key=str(point)))
        process = multiprocessing.get_context("spawn").Process(target=die_at, args=(server, path, point))
        process.start()
        process.join(60)
        assert process.exitcode == 100
    before = people.state("INBOX")

    with closing(imap_mailbox(server.account())) as mailbox, closing(Ledger.open(path)) as ledger:
        for _ in range(2):
            watcher_at(mailbox, ledger, holder="dying", settle=timedelta()).one_pass()
        assert [r.state for r in ledger.receipts()] == ["written"] * len(before)

    found = [email.message_from_bytes(raw)["In-Reply-To"] for raw, _ in people.state("Drafts").values()]
    assert sorted(found) == sorted(email.message_from_bytes(raw)["Message-ID"] for raw, _ in before.values())
    assert people.state("INBOX") == before


def answer(people: World, key: str) -> None:
    """A person writes a reply of their own."""
    people.create("Sent")
    people.deliver(a_mail("Ruf Bernd an.", f"own-{key}", In_Reply_To=f"<mail-{key}@north.example>"), "Sent")


def test_drafts_are_withdrawn_kept_and_known_when_sent(server: Server, people: World) -> None:
    ledger = Ledger.in_memory()
    with closing(imap_mailbox(server.account())) as mailbox:
        watcher = watcher_at(mailbox, ledger, tend=timedelta())
        watcher.one_pass()
        for key in "1234":
            people.deliver(a_mail(QUESTION, key))
        watcher.one_pass()
        first, second, third, fourth = people.uids("Drafts")
        answer(people, "1")
        people.flag("Drafts", second, "\\Flagged")
        answer(people, "2")
        people.deliver(people.state("Drafts")[third][0], "Sent")
        people.remove("Drafts", third)
        watcher.one_pass()

    assert people.uids("Drafts") == [second, fourth]
    assert first not in people.uids("Drafts")
    assert {r.message_id[6]: r.state for r in ledger.receipts()} == {
        **{"1": "withdrawn", "2": "edited", "3": "sent", "4": "written"}
    }


def die_tending_at(server: Server, ledger: Path, step: str) -> None:
    """As `die_at`, at a step of looking after the drafts."""
    wire = Tripwire()
    with closing(imap_mailbox(server.account())) as mailbox:
        watcher = watcher_at(
            TrippingMailbox(mailbox, wire), tripping_ledger(ledger, wire), holder="dying", tend=timedelta()
        )
        wire.arm(step, _Gone)
        watcher.one_pass()


def test_a_process_that_dies_while_it_withdraws_removes_no_more_and_no_less(
    server: Server, people: World, tmp_path: Path
) -> None:
    path = tmp_path / "ledger.db"
    with closing(imap_mailbox(server.account())) as mailbox, closing(Ledger.open(path)) as ledger:
        watcher_at(mailbox, ledger, holder="dying").one_pass()
        for key in "1234":
            people.deliver(a_mail(QUESTION, key))
        watcher_at(mailbox, ledger, holder="dying").one_pass()
    for key, step in zip("123", ("before withdraw", "after withdraw", "after fetch"), strict=True):
        answer(people, key)
        process = multiprocessing.get_context("spawn").Process(target=die_tending_at, args=(server, path, step))
        process.start()
        process.join(60)
        assert process.exitcode == 100

    with closing(imap_mailbox(server.account())) as mailbox, closing(Ledger.open(path)) as ledger:
        watcher_at(mailbox, ledger, holder="dying", tend=timedelta()).one_pass()
        states = {r.message_id[6]: r.state for r in ledger.receipts()}

    assert states == {**dict.fromkeys("123", "withdrawn"), "4": "written"}
    assert len(people.uids("Drafts")) == 1


def test_a_server_that_restarts_while_watched_is_watched_again() -> None:
    ledger = Ledger.in_memory()
    with servers.pymap() as server, watching(server, ledger):
        pass
    with closing(imap_mailbox(server.account())) as mailbox, pytest.raises(Unreachable):
        watcher_at(mailbox, ledger).one_pass()

    with servers.pymap(server.port), closing(World(server)) as people, watching(server, ledger):
        people.create("Drafts")
        people.deliver(a_mail(QUESTION))
        assert eventually(partial(drafted, people, 1))
