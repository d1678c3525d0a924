"""The mailbox in memory keeps the promises of a real one, and fails as one can be told to."""

from typing import Literal

import pytest

from indexer.errors import LoginRefused, NoDraftsFolder, Unreachable
from service.mailbox.memory import MemoryMailbox, MemoryServer
from service.mailbox.protocol import Place
from tests.contracts_mailbox import Flags, MailboxContract, People, a_letter
from tests.watching import a_mail


class PeopleInMemory:
    """People on a server in memory."""

    def __init__(self, server: MemoryServer) -> None:
        self.server = server
        self.deliver, self.flag, self.remove = server.deliver, server.flag, server.remove
        self.renumber = server.renumber

    def create(self, folder: str) -> None:
        if folder not in self.server.folders:
            self.server.create(folder)

    def state(self, folder: str) -> dict[int, tuple[bytes, Flags]]:
        return {m.uid: (m.raw, m.flags) for m in self.server.folders[folder].mails.values()}


class TestMemory(MailboxContract):
    @pytest.fixture
    def server(self) -> MemoryServer:
        return MemoryServer()

    @pytest.fixture
    def mailbox(self, server: MemoryServer) -> MemoryMailbox:
        return MemoryMailbox(server)

    @pytest.fixture
    def people(self, server: MemoryServer) -> People:
        return PeopleInMemory(server)


class TestMemoryWithoutDrafts(MailboxContract):
    """A server that starts with an INBOX and nothing else."""

    @pytest.fixture
    def server(self) -> MemoryServer:
        return MemoryServer(folders=("INBOX",))

    mailbox, people = TestMemory.mailbox, TestMemory.people


def test_a_server_that_does_not_answer_is_unreachable() -> None:
    mailbox = MemoryMailbox(MemoryServer())
    mailbox.server.reachable = False

    with pytest.raises(Unreachable, match=r"sales@brueckner\.example does not answer"):
        mailbox.start("INBOX")
    assert mailbox.check(["INBOX"]) == ["The mail server of sales@brueckner.example does not answer."]


def test_a_wrong_password_is_refused() -> None:
    with pytest.raises(LoginRefused, match="refused the password"):
        MemoryMailbox(MemoryServer(password="geheim"), password="falsch").start("INBOX")


def test_an_account_that_lets_no_folder_be_made_says_so() -> None:
    mailbox = MemoryMailbox(MemoryServer(folders=("INBOX",)))
    mailbox.server.may_create = False

    with pytest.raises(NoDraftsFolder, match="no Drafts folder"):
        mailbox.drafts_mark()


def test_the_drafts_folder_can_be_named() -> None:
    mailbox = MemoryMailbox(MemoryServer(folders=("INBOX", "Drafts", "Vorschläge")))
    mailbox.drafts = "Vorschläge"

    assert mailbox.drafts_mark().folder == "Vorschläge"


def test_a_refused_draft_says_why() -> None:
    mailbox = MemoryMailbox(MemoryServer())
    mailbox.server.refuses = "OVERQUOTA"

    (saved,) = mailbox.save_drafts([a_letter()])

    assert (saved.uid, saved.refused) == (0, "OVERQUOTA")


def test_of_a_mail_that_is_too_large_only_the_headers_are_taken() -> None:
    mailbox = MemoryMailbox(MemoryServer())
    mailbox.max_size = 1000
    start = mailbox.start("INBOX")
    mailbox.server.deliver(a_mail("x" * 2000))

    (mail,) = mailbox.take("INBOX", start, 10).mails

    assert (mail.extent, mail.size > 2000, b"xxx" in mail.raw) == ("headers", True, False)
    assert b"Subject: a question" in mail.raw


def a_place_in_drafts(mailbox: MemoryMailbox) -> Place:
    (saved,) = mailbox.save_drafts([a_letter()])
    mark = mailbox.drafts_mark()
    return Place(mark.folder, mark.validity, saved.uid)


def test_without_uidplus_a_draft_is_moved_to_trash() -> None:
    mailbox = MemoryMailbox(MemoryServer())
    mailbox.server.removes = "move"
    place = a_place_in_drafts(mailbox)

    assert mailbox.withdraw([place]).removed == {place}
    assert (len(mailbox.server.folders["Drafts"].mails), len(mailbox.server.folders["Trash"].mails)) == (0, 1)


@pytest.mark.parametrize(("removes", "folders"), [("", ("INBOX", "Drafts", "Trash")), ("move", ("INBOX", "Drafts"))])
def test_where_there_is_no_safe_way_a_draft_stays(removes: Literal["move", ""], folders: tuple[str, ...]) -> None:
    mailbox = MemoryMailbox(MemoryServer(folders))
    mailbox.server.removes = removes
    place = a_place_in_drafts(mailbox)

    assert mailbox.withdraw([place]).unable == {place}
    assert len(mailbox.server.folders["Drafts"].mails) == 1
