"""Where the demo's mail is delivered and its drafts are looked at, by other code than the watcher's."""

import imaplib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from typing import Protocol

from service.demo.server import Account, imap_server, is_installed
from service.demo.world import World
from service.mailbox.memory import MemoryMailbox, MemoryServer
from service.mailbox.protocol import Mailbox

PASSWORD = "demo"


class Post(Protocol):
    """A mail server with one account."""

    @property
    def says(self) -> str:
        """How to look into it with a mail client."""
        ...

    def deliver(self, world: World) -> None:
        """Put all mails into INBOX, as the team's mail server would."""
        ...

    def drafts(self) -> Counter[str]:
        """How many drafts lie there for each Message-ID that they answer."""
        ...


@dataclass(frozen=True, slots=True)
class ImapPost:
    """A real server, spoken to with the standard library, so that the watcher's own client does not check itself."""

    account: Account

    @property
    def says(self) -> str:
        """Host, port, user and password."""
        a = self.account
        return f"IMAP {a.host} port {a.port}, no TLS, user {a.user}, password {a.password}"

    def deliver(self, world: World) -> None:
        """Append every mail with the time it came in."""
        with self._session() as server:
            for mail in world.mails:
                server.append("INBOX", "", imaplib.Time2Internaldate(mail.at), mail.raw)

    def drafts(self) -> Counter[str]:
        """Read the headers of everything in Drafts."""
        with self._session() as server:
            if server.select("Drafts", readonly=True)[1] == [b"0"]:
                return Counter()
            found = server.fetch("1:*", "(BODY.PEEK[HEADER])")[1]
        return _answered(part[1] for part in found if isinstance(part, tuple))

    @contextmanager
    def _session(self) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4(self.account.host, self.account.port) as server:
            server.login(self.account.user, self.account.password)
            yield server


@dataclass(frozen=True, slots=True)
class MemoryPost:
    """A mailbox in this process, for where no IMAP server is installed."""

    server: MemoryServer
    says: str = "no IMAP server is installed (pip install 'signpost[demo]'); the mailbox is in memory only"

    def deliver(self, world: World) -> None:
        """Hand every mail to the server in memory."""
        for mail in world.mails:
            self.server.deliver(mail.raw)

    def drafts(self) -> Counter[str]:
        """Look at what lies in Drafts."""
        return _answered(stored.raw for stored in self.server.folders["Drafts"].mails.values())


@contextmanager
def post_office(user: str) -> Iterator[tuple[Post, Callable[[], Mailbox] | None]]:
    """A running account for this user; the maker of a mailbox where it is not to be reached over IMAP."""
    if is_installed():
        with imap_server(user, PASSWORD) as account:
            yield ImapPost(account), None
    else:
        server = MemoryServer(password=PASSWORD)
        yield MemoryPost(server), lambda: MemoryMailbox(server, user, PASSWORD)


def _answered(mails: Iterator[bytes]) -> Counter[str]:
    heads = map(message_from_bytes, mails)
    return Counter(str(head["In-Reply-To"] or "").strip().strip("<>") for head in heads)
