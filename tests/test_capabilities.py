"""Every ability a mail server may lack: the mailbox keeps its promises without it, and a mail gets its one draft."""

import email
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from imapclient import IMAPClient

from indexer.errors import Unreachable
from scripts.torturing.hostile_acts import changed, refused
from scripts.torturing.hostile_server import serving
from scripts.torturing.hostile_talk import ABLE, HostileServer
from service.ledger import Ledger
from service.mailbox.account import ImapAccount
from service.mailbox.imap import imap_mailbox
from service.mailbox.memory import MemoryServer
from service.mailbox.protocol import Mailbox, Place
from service.watching.presence import wall_clock
from tests import servers
from tests.capable import NAMED, without
from tests.contracts_mailbox import a_letter
from tests.servers import Server, World
from tests.test_loop import eventually
from tests.tripwire import TrippingMailbox, Tripwire, tripping_ledger
from tests.watching import a_mail, a_watcher

pytestmark = pytest.mark.server
LACKING = [(), *((name,) for name in NAMED), tuple(NAMED), ("pymap",)]
SOON: dict[str, Any] = {"clock": wall_clock, "tend": timedelta(), "settle": timedelta()}


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Server]:
    with servers.dovecot() as server:
        yield server


@pytest.fixture(scope="module")
def pymap() -> Iterator[Server]:
    with servers.pymap() as server:
        yield server


@pytest.fixture(params=LACKING, ids=lambda lacking: "everything" if not lacking else f"no {' '.join(lacking)}"[:40])
def lacking(request: pytest.FixtureRequest) -> tuple[str, ...]:
    lacks: tuple[str, ...] = request.param
    return lacks


@pytest.fixture
def people(lacking: tuple[str, ...], request: pytest.FixtureRequest) -> Iterator[World]:
    """People at the server as it really is, or at pymap, which lacks what it lacks."""
    poor = lacking == ("pymap",)
    server: Server = request.getfixturevalue("pymap" if poor else "dovecot")
    server = server if poor else server.someone_new()
    with closing(World(server)) as world, without(server, *(() if poor else lacking)) as reduced:
        if poor:
            world.empty()
        for folder in ("Drafts", "Sent", "Trash") if poor else ():
            world.create(folder)
        world.server = reduced  # type: ignore[attr-defined]
        yield world


@pytest.fixture
def mailbox(people: World) -> Iterator[Mailbox]:
    with closing(imap_mailbox(people.server.account())) as mailbox:  # type: ignore[attr-defined]
        yield mailbox


def no_way_out(lacking: tuple[str, ...]) -> bool:
    """Whether single mails cannot be removed there."""
    return {"UIDPLUS", "MOVE"} <= set(lacking)


def answers(people: World, folder: str = "Drafts") -> list[str]:
    """The mails that the drafts there answer."""
    return [email.message_from_bytes(raw)["In-Reply-To"] for raw, _ in people.state(folder).values()]


def test_the_server_really_lacks_it(people: World, lacking: tuple[str, ...]) -> None:
    server: Server = people.server  # type: ignore[attr-defined]
    client = IMAPClient("127.0.0.1", server.port, ssl=False, timeout=10)
    client.plain_login(server.user, server.password)
    able = {word.decode() for word in client.capabilities()}

    assert able & {word for name in lacking if name in NAMED for word in NAMED[name]} == set()
    if "SPECIAL-USE" in lacking:
        assert not any(b"\\Drafts" in flags for flags, _, _ in client.list_folders())
    client.logout()


def test_mails_are_taken_and_nothing_changes(mailbox: Mailbox, people: World) -> None:
    start = mailbox.start("INBOX")
    uids = [people.deliver(a_mail(f"Wer spricht mit Groß & Söhne {n}?", key=str(n))) for n in range(3)]
    before = people.state("INBOX")

    batch = mailbox.take("INBOX", start, 2)
    rest = mailbox.take("INBOX", batch.cursor, 2)

    assert [m.place.uid for m in (*batch.mails, *rest.mails)] == uids
    assert [m.raw for m in (*batch.mails, *rest.mails)] == [raw for raw, _ in before.values()]
    assert people.state("INBOX") == before


def test_a_draft_is_found_again_and_withdrawn_alone(mailbox: Mailbox, people: World, lacking: tuple[str, ...]) -> None:
    mark = mailbox.drafts_mark()
    mailbox.save_drafts([a_letter("1"), a_letter("2")])
    found = mailbox.find_drafts([a_letter("1").message_id, a_letter("2").message_id], mark).found
    first, second = (found[a_letter(key).message_id] for key in "12")
    people.flag(mark.folder, second, "\\Deleted")

    removal = mailbox.withdraw([Place(mark.folder, mark.validity, first)])

    kept = {second} | ({first} if no_way_out(lacking) else set())
    assert set(people.state(mark.folder)) == kept
    assert bool(removal.unable) == no_way_out(lacking)


def test_a_mail_that_comes_while_waiting_is_noticed(mailbox: Mailbox, people: World, lacking: tuple[str, ...]) -> None:
    start = mailbox.start("INBOX")
    beats = iter(range(100))

    def pulse() -> bool:
        if next(beats) == 0:
            people.deliver(a_mail())
        return True

    assert mailbox.wait("INBOX", start, 1.5 if "IDLE" in lacking else 20.0, pulse) == ("IDLE" not in lacking)
    assert len(mailbox.take("INBOX", start, 10).mails) == 1


def test_the_whole_story(mailbox: Mailbox, people: World, lacking: tuple[str, ...]) -> None:
    ledger = Ledger.in_memory()
    watcher = a_watcher(mailbox, ledger, **SOON)
    watcher.one_pass()
    people.deliver(a_mail(key="1"))
    watcher.one_pass()
    assert answers(people) == ["<mail-1@north.example>"]

    people.deliver(a_mail("Ruf Bernd an.", "own", In_Reply_To="<mail-1@north.example>"), "Sent")
    watcher.one_pass()

    assert [r.state for r in ledger.receipts()] == ["left" if no_way_out(lacking) else "withdrawn"]
    assert len(answers(people)) == no_way_out(lacking)


def test_an_open_intent_is_brought_to_its_end(mailbox: Mailbox, people: World) -> None:
    wire = Tripwire()
    ledger = tripping_ledger(None, wire)
    watcher = a_watcher(TrippingMailbox(mailbox, wire), ledger, **SOON)
    watcher.one_pass()
    for key, step in (("1", "before append"), ("2", "after append")):
        people.deliver(a_mail(key=key))
        wire.arm(step, Unreachable)
        with pytest.raises(Unreachable):
            watcher.one_pass()
        watcher.one_pass()

    assert sorted(answers(people)) == ["<mail-1@north.example>", "<mail-2@north.example>"]
    assert [r.state for r in ledger.receipts()] == ["written", "written"]


# Servers as some providers have them, and folders as some people have them


@contextmanager
def at(server: HostileServer) -> Iterator[Mailbox]:
    """A mailbox on this server."""
    with serving(server):
        facts: dict[str, Any] = {"port": server.port, "security": "none", "timeout": 5.0}
        with closing(imap_mailbox(ImapAccount("127.0.0.1", "anna", "geheim", **facts))) as mailbox:
            yield mailbox


ALL, TRASH = "[Gmail]/Alle Nachrichten", "[Gmail]/Papierkorb"
GMAIL = {"[Gmail]/Entwürfe": "\\Drafts", "[Gmail]/Gesendet": "\\Sent", TRASH: "\\Trash", ALL: "\\All"}


class Labels(MemoryServer):
    """As in Gmail: a folder is a label on what lies in All Mail, and only Trash takes it from there."""

    def __init__(self) -> None:
        super().__init__(("INBOX", "[Gmail]", *GMAIL))

    def deliver(self, raw: bytes, folder: str = "INBOX", flags: frozenset[str] = frozenset()) -> int:
        self.folders[ALL].add(raw, self.clock(), flags)
        return super().deliver(raw, folder, flags)

    def move(self, folder: str, uid: int, to: str) -> int:
        raw = self.folders[folder].mails[uid].raw
        for other in [m.uid for m in self.folders[ALL].mails.values() if m.raw == raw and to == TRASH]:
            self.remove(ALL, other)
        return super().move(folder, uid, to)


def gmail() -> HostileServer:
    able = "IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 UIDPLUS MOVE CONDSTORE SPECIAL-USE"
    return HostileServer(Labels(), able, {"[Gmail]": "\\Noselect", **GMAIL})


def test_in_gmail_a_withdrawn_draft_goes_to_trash_and_lies_nowhere_else() -> None:
    server, ledger = gmail(), Ledger.in_memory()
    with at(server) as mailbox:
        watcher = a_watcher(mailbox, ledger, **SOON)
        watcher.one_pass()
        server.memory.deliver(a_mail(key="1"))
        watcher.one_pass()
        (draft,) = server.memory.folders["[Gmail]/Entwürfe"].mails.values()
        server.memory.deliver(a_mail("Ruf an.", "own", In_Reply_To="<mail-1@north.example>"), "[Gmail]/Gesendet")
        watcher.one_pass()

    where = {
        name for name, folder in server.memory.folders.items() for m in folder.mails.values() if m.raw == draft.raw
    }
    assert where == {TRASH}
    assert [r.state for r in ledger.receipts()] == ["withdrawn"]


def test_who_asks_for_our_name_is_told_it() -> None:
    server, silent = gmail(), HostileServer()
    for one in (server, silent):
        with at(one) as mailbox:
            mailbox.start("INBOX")

    assert any(re.match(r'ID \("name" "Signpost" "version" ".+"\)', said) for said in server.heard)
    assert not any(said.startswith("ID") for said in silent.heard)


def test_a_server_like_exchange_that_throttles_gets_its_drafts_in_the_end() -> None:
    able = "IMAP4 IMAP4rev1 AUTH=PLAIN UIDPLUS MOVE ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+"
    folders = MemoryServer(("INBOX", "Drafts", "Sent Items", "Deleted Items"))
    slow = refused(b"%t NO Request is throttled. Suggested Backoff Time: 12000 milliseconds\r\n")
    server, ledger = HostileServer(folders, able, {}, act=slow), Ledger.in_memory()
    with at(server) as mailbox:
        watcher = a_watcher(mailbox, ledger, **SOON)
        watcher.one_pass()
        folders.deliver(a_mail(key="1"))
        for server.stage in ("EXAMINE", "SEARCH", "sizes", "bodies", "APPEND goes on"):
            server.hostile = True
            with pytest.raises(Unreachable, match="throttled"):
                watcher.one_pass()
            server.hostile = False
        watcher.one_pass()

    assert [r.state for r in ledger.receipts()] == ["written"]
    assert len(folders.folders["Drafts"].mails) == 1
    assert not [said for said in server.heard if "KEYWORD" in said or "$" in said or "MODSEQ" in said]


@pytest.mark.parametrize("folder", ["Anfragen/Größe & Maße", "日本語", 'Neu "2026"'])
def test_a_watched_folder_may_be_called_as_people_like(dovecot: Server, folder: str) -> None:
    server, ledger = dovecot.someone_new(), Ledger.in_memory()
    with closing(World(server)) as people, closing(imap_mailbox(server.account())) as mailbox:
        people.create(folder)
        watcher = a_watcher(mailbox, ledger, folders=("INBOX", folder), **SOON)
        watcher.one_pass()
        people.deliver(a_mail(key="1"), folder)
        watcher.one_pass()

        assert answers(people) == ["<mail-1@north.example>"]
        assert mailbox.check([folder]) == []


def test_a_mail_in_a_folder_without_the_bell_waits_for_the_next_look_at_most() -> None:
    server, ledger, stop = HostileServer(MemoryServer(("INBOX", "Anfragen", "Drafts"))), Ledger.in_memory(), Event()
    with at(server) as mailbox:
        watcher = a_watcher(mailbox, ledger, folders=("INBOX", "Anfragen"), poll_seconds=0.3, **SOON)
        thread = Thread(target=watcher.run, args=(stop,))
        thread.start()
        assert eventually(lambda: "IDLE" in server.heard)
        server.memory.deliver(a_mail(key="1"), "Anfragen")
        assert eventually(lambda: len(server.memory.folders["Drafts"].mails) == 1)
        stop.set()
        thread.join(10)


def test_where_folders_are_allowed_only_inside_inbox_drafts_is_made_there() -> None:
    server = HostileServer(MemoryServer(("INBOX", "INBOX.Gesendet")), ABLE, {}, delimiter=".", only_inside="INBOX.")
    with at(server) as mailbox:
        assert mailbox.drafts_mark().folder == "INBOX.Drafts"


def test_a_full_mailbox_gets_its_draft_when_there_is_room_again() -> None:
    server, ledger = HostileServer(), Ledger.in_memory()
    server.stage, server.act = "APPEND goes on", refused(b"%t NO [OVERQUOTA] Quota exceeded\r\n")
    with at(server) as mailbox:
        watcher = a_watcher(mailbox, ledger, **SOON)
        watcher.one_pass()
        server.memory.deliver(a_mail(key="1"))
        server.hostile = True
        watcher.one_pass()
        assert len(server.memory.folders["Drafts"].mails) == 0
        server.hostile = False
        watcher.one_pass()

    assert [r.state for r in ledger.receipts()] == ["written"]
    assert len(server.memory.folders["Drafts"].mails) == 1


def test_a_draft_in_a_folder_that_became_read_only_is_left_and_said_to_be() -> None:
    server, ledger = HostileServer(), Ledger.in_memory()
    server.stage, server.act = "SELECT", changed(rb"READ-WRITE", b"READ-ONLY")
    with at(server) as mailbox:
        watcher = a_watcher(mailbox, ledger, **SOON)
        watcher.one_pass()
        server.memory.deliver(a_mail(key="1"))
        watcher.one_pass()
        server.hostile = True
        server.memory.deliver(a_mail("Ruf an.", "own", In_Reply_To="<mail-1@north.example>"), "Sent")
        watcher.one_pass()

    assert [r.state for r in ledger.receipts()] == ["left"]
    assert len(server.memory.folders["Drafts"].mails) == 1


def test_drafts_that_may_not_be_written_end_in_quarantine_with_what_the_server_said() -> None:
    server, ledger = HostileServer(), Ledger.in_memory()
    server.stage, server.act, server.hostile = "APPEND goes on", refused(b"%t NO [NOPERM] read only\r\n"), True
    with at(server) as mailbox:
        watcher = a_watcher(mailbox, ledger, **SOON)
        watcher.one_pass()
        server.memory.deliver(a_mail(key="1"))
        for _ in range(4):
            watcher.one_pass()

    assert [(r.outcome, "NOPERM" in r.says) for r in ledger.receipts()] == [("quarantine", True)]
