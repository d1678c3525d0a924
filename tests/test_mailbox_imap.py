"""The mailbox over IMAP, on real servers: pymap always, Dovecot where it is installed."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from indexer.errors import LoginRefused, SettingsError, Unreachable
from service.mailbox.account import ImapAccount
from service.mailbox.imap import imap_mailbox
from service.mailbox.protocol import Mailbox
from tests import servers
from tests.contracts_mailbox import MailboxContract, People, a_letter
from tests.servers import Server, World
from tests.watching import a_mail

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def pymap() -> Iterator[Server]:
    with servers.pymap() as server:
        yield server


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Server]:
    with servers.dovecot() as server:
        yield server


@pytest.fixture(scope="module")
def people_at_pymap(pymap: Server) -> Iterator[World]:
    world = World(pymap)
    yield world
    world.close()


@pytest.fixture
def at_pymap(people_at_pymap: World) -> World:
    people_at_pymap.empty()
    return people_at_pymap


class TestPymap(MailboxContract):
    """No SPECIAL-USE, no keywords, no Drafts folder: a poor server."""

    @pytest.fixture
    def people(self, at_pymap: World) -> People:
        return at_pymap

    @pytest.fixture
    def mailbox(self, pymap: Server, people: People) -> Iterator[Mailbox]:
        mailbox = imap_mailbox(pymap.account())
        yield mailbox
        mailbox.close()


class TestDovecot(MailboxContract):
    """Everything a good server has, over TLS."""

    @pytest.fixture
    def server(self, dovecot: Server) -> Server:
        return dovecot.someone_new()

    @pytest.fixture
    def people(self, server: Server) -> Iterator[People]:
        world = World(server)
        yield world
        world.close()

    @pytest.fixture
    def mailbox(self, server: Server, people: People) -> Iterator[Mailbox]:
        mailbox = imap_mailbox(server.account("tls"))
        yield mailbox
        mailbox.close()


def test_no_drafts_folder_is_there_until_it_is_needed_and_then_is_made(at_pymap: World, pymap: Server) -> None:
    mailbox = imap_mailbox(pymap.account())

    mark = mailbox.drafts_mark()
    mailbox.close()

    assert mark.folder == "Drafts"
    assert at_pymap.uids("Drafts") == []


@pytest.mark.parametrize("name", ["Entwürfe", "Brouillons", "INBOX/Drafts"])
def test_a_drafts_folder_of_another_name_is_found(at_pymap: World, pymap: Server, name: str) -> None:
    at_pymap.create(name)
    mailbox = imap_mailbox(pymap.account())

    mailbox.save_drafts([a_letter()])
    mailbox.close()

    assert len(at_pymap.uids(name)) == 1


def test_the_settings_can_name_the_drafts_folder(at_pymap: World, pymap: Server) -> None:
    mailbox = imap_mailbox(pymap.account(drafts="Vorschläge"))

    assert mailbox.drafts_mark().folder == "Vorschläge"
    mailbox.close()


def test_of_a_large_mail_only_the_headers_come(at_pymap: World, pymap: Server) -> None:
    mailbox = imap_mailbox(pymap.account(max_size=1000))
    start = mailbox.start("INBOX")
    at_pymap.deliver(a_mail("x" * 3000))

    (mail,) = mailbox.take("INBOX", start, 10).mails
    mailbox.close()

    assert (mail.extent, mail.size > 3000, b"xxx" in mail.raw) == ("headers", True, False)
    assert b"Subject: a question" in mail.raw


def test_a_wrong_password_is_refused_with_a_way_out(pymap: Server) -> None:
    mailbox = imap_mailbox(pymap.account(password="falsch"))

    with pytest.raises(LoginRefused, match="app password"):
        mailbox.start("INBOX")
    assert "refused the login of anna" in mailbox.check(["INBOX"])[0]
    assert "b'" not in mailbox.check(["INBOX"])[0]


def test_a_server_that_is_not_there_is_unreachable() -> None:
    account = ImapAccount("127.0.0.1", "anna", "geheim", port=servers.free_port(), security="none")

    with pytest.raises(Unreachable, match="Check host, port and tls"):
        imap_mailbox(account).start("INBOX")
    assert not imap_mailbox(account).is_there()


def test_a_server_that_restarts_is_found_again() -> None:
    with servers.pymap() as server:
        mailbox = imap_mailbox(server.account())
        before = mailbox.start("INBOX")
    with pytest.raises(Unreachable):
        mailbox.take("INBOX", before, 10)

    with servers.pymap(server.port):
        assert mailbox.take("INBOX", before, 10).renumbered
        mailbox.close()


def test_a_password_never_goes_over_a_network_in_the_clear() -> None:
    with pytest.raises(SettingsError, match="in the clear"):
        ImapAccount("mail.brueckner.example", "anna", "geheim", security="none")
    assert "geheim" not in repr(ImapAccount("localhost", "anna", "geheim", security="none"))


def test_starttls_protects_a_plain_port(dovecot: Server) -> None:
    mailbox = imap_mailbox(dovecot.someone_new().account("starttls"))

    assert mailbox.check(["INBOX"]) == []
    mailbox.close()


def test_a_certificate_of_an_unknown_authority_is_not_trusted(dovecot: Server) -> None:
    mailbox = imap_mailbox(replace(dovecot, ca_file="").account("tls"))

    with pytest.raises(Unreachable, match="cannot be trusted"):
        mailbox.start("INBOX")


def test_where_starttls_is_not_offered_no_password_is_sent(pymap: Server) -> None:
    with pytest.raises(Unreachable, match="Check host, port and tls"):
        imap_mailbox(pymap.account("starttls")).start("INBOX")
