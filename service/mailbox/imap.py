"""The line to an IMAP server (RFC 9051, and what servers make of it). The only door to imapclient."""

import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, IMAPClientReadOnlyError

from indexer.errors import LoginRefused, MissingFolder, Unreachable
from service.mailbox.account import ImapAccount
from service.mailbox.answers import Told, fetched, found, texts
from service.mailbox.folders import Folder
from service.mailbox.idle import ring
from service.mailbox.knock import is_there
from service.mailbox.line import Facts, Opened
from service.mailbox.listing import listed, on_the_wire, quoted
from service.mailbox.login import log_in
from service.mailbox.protocol import UNTOLD
from service.mailbox.remote import MOST_BYTES, RemoteMailbox
from service.mailbox.replies import HEADERS, Envelope, envelope
from service.mailbox.wire import Patience, Refused, Wire, patience_of
from service.mailbox.wording import appended, day, is_for_now, numbers, ways_out
from service.version import version

CHUNK = 500
CONNECT_SECONDS = 15.0
# What a server that breaks the protocol, or breaks off, makes imaplib and the readers of its answers raise
_BREAKS = (
    *(OSError, IMAPClientError, Refused, ValueError, LookupError, TypeError, AttributeError),
    *(RecursionError, MemoryError, OverflowError),
)
_FIELDS = f"BODY.PEEK[HEADER.FIELDS ({' '.join(HEADERS)})]"
_HEAD = 65_536


def imap_mailbox(account: ImapAccount, name: str = "") -> RemoteMailbox:
    """The mailbox of this account, under a name of its own where one is given; connects when it is first asked."""
    knock = partial(is_there, account)
    return RemoteMailbox(name or account.name, lambda: ImapLine(account), account.drafts, account.max_size, knock)


class ImapLine:
    """A connection, logged in. See `Line`."""

    def __init__(self, account: ImapAccount) -> None:
        """Connect and log in. Raises LoginRefused or Unreachable."""
        self._account = account
        self._client = _connect(account)
        self._wire = self._client.wire
        self._names: dict[str, bytes] = {}
        """How the server writes the names of its folders."""
        self._validities: dict[str, int] = {}
        try:
            with self._exchange():
                log_in(self._wire, account)
                self._able = frozenset(self._client.capabilities())
        except LoginRefused:
            self._hang_up()
            raise
        self._introduce()

    def folders(self) -> list[Folder]:
        """See `Line.folders`."""
        with self._exchange() as wire:
            lines = listed(wire.ask("LIST", b'""', b"*", told="LIST"))
        self._names = {folder.name: raw for folder, raw in lines}
        return [folder for folder, _ in lines]

    def create(self, name: str) -> bool:
        """See `Line.create`."""
        with self._exchange() as wire:
            try:
                wire.ask("CREATE", self._quoted(name))
                wire.ask("SUBSCRIBE", self._quoted(name))
            except Refused as refused:
                return "ALREADYEXISTS" in str(refused)
            return True

    def open(self, folder: str) -> Opened:
        """See `Line.open`."""
        with self._exchange() as wire:
            try:
                said = wire.enter(self._quoted(folder), readonly=True)
            except Refused as refused:
                if is_for_now(str(refused)):
                    raise
                raise MissingFolder(
                    f"The mailbox {self._account.name} has no folder '{folder}' that may be read ({refused}). "
                    "Correct the folder's name in the settings."
                ) from refused
            validity = said.get("UIDVALIDITY")
            if not validity:
                # RFC 9051 2.3.1.1: without one, the numbers mean other mails the next time
                raise ValueError(f"the server gives the folder {folder} no UIDVALIDITY")
            # A server need not tell UIDNEXT; then it is one more than the last UID
            uidnext = said.get("UIDNEXT") or self._last(wire) + 1
        self._validities[folder] = validity
        return Opened(folder, validity, uidnext)

    def last(self) -> int:
        """See `Line.last`."""
        with self._exchange() as wire:
            return self._last(wire)

    def uids(self, first: int = 1, since: date | None = None, last: int | None = None) -> list[int]:
        """See `Line.uids`."""
        span = f"{first}:{last or '*'}".encode()
        when = (b"SINCE", day(since)) if since else ()
        with self._exchange() as wire:
            return found(wire.ask("UID SEARCH", b"UID", span, *when, told="SEARCH"), first)

    def facts(self, uids: Sequence[int]) -> dict[int, Facts]:
        """See `Line.facts`."""
        told = self._fetch(uids, "RFC822.SIZE INTERNALDATE FLAGS")
        return {
            one.uid: Facts(one.size, one.received, frozenset({UNTOLD}) if one.flags is None else one.flags)
            for one in told
            if one.size is not None
        }

    def bodies(self, uids: Sequence[int]) -> dict[int, bytes]:
        """See `Line.bodies`."""
        return texts(self._fetch(uids, "BODY.PEEK[]"), b"BODY[]")

    def heads(self, uids: Sequence[int]) -> dict[int, bytes]:
        """See `Line.heads`."""
        return texts(self._fetch(uids, f"BODY.PEEK[HEADER]<0.{_HEAD}>"), b"BODY[HEADER]")

    def envelopes(self, uids: Sequence[int]) -> list[Envelope]:
        """See `Line.envelopes`."""
        told = self._fetch(uids, f"{_FIELDS} INTERNALDATE")
        heads = [(one, one.text(b"BODY[HEADER.FIELDS")) for one in told]
        return [envelope(one.uid, head[:_HEAD], one.received) for one, head in heads if head is not None]

    def append(self, folder: str, raw: bytes) -> tuple[int, str]:
        """See `Line.append`."""
        with self._exchange() as wire:
            try:
                said = wire.put(self._quoted(folder), b"(\\Draft \\Seen)", raw)
            except Refused as refused:
                if is_for_now(str(refused)):
                    raise
                return 0, str(refused)
        return appended(said, self._validities.get(folder)), ""

    def remove(self, folder: Opened, uids: Sequence[int], trash: str | None) -> bool | None:
        """See `Line.remove`."""
        ways = ways_out(self._able, self._quoted(trash) if trash else None)
        if not ways:
            return False
        with self._exchange() as wire:
            try:
                if wire.enter(self._quoted(folder.folder), readonly=False).get("UIDVALIDITY") != folder.validity:
                    return None
                for command, words in ways:
                    wire.ask(command, numbers(uids), *words)
            except IMAPClientReadOnlyError:
                return False
            except Refused as refused:
                if is_for_now(str(refused)):
                    raise
                return False
            return True

    def ring(self, seconds: float, pulse: Callable[[], bool]) -> bool | None:
        """See `Line.ring`."""
        with self._broken():
            return ring(self._wire, seconds, pulse) if b"IDLE" in self._able else None

    def close(self) -> None:
        """See `Line.close`."""
        wire = self._wire
        wire.patience = Patience(min(5.0, wire.patience.silence), 5.0, 5.0)
        try:
            wire.begin()
            self._client.logout()
        except _BREAKS:
            self._hang_up()

    def _introduce(self) -> None:
        """Say who is there, as Gmail and others ask their clients to (RFC 2971)."""
        if b"ID" not in self._able:
            return
        with self._exchange() as wire:
            try:
                wire.ask("ID", b'("name" "Signpost" "version" ' + quoted(version().encode()) + b")")
            except Refused:
                return

    def _last(self, wire: Wire) -> int:
        return max(found(wire.ask("UID SEARCH", b"UID", b"*", told="SEARCH")), default=0)

    def _quoted(self, folder: str) -> bytes:
        return quoted(self._names.get(folder) or on_the_wire(folder))

    def _fetch(self, uids: Sequence[int], items: str) -> list[Told]:
        told: list[Told] = []
        for start in range(0, len(uids), CHUNK):
            asked = uids[start : start + CHUNK]
            with self._exchange() as wire:
                records = wire.ask("UID FETCH", numbers(asked), f"(UID {items})".encode(), told="FETCH")
                told += fetched(records, asked).values()
        return told

    @contextmanager
    def _exchange(self) -> Iterator[Wire]:
        """One exchange with the server, which comes to an end."""
        with self._broken():
            self._wire.begin()
            yield self._wire

    @contextmanager
    def _broken(self) -> Iterator[None]:
        """Whatever breaks in here hangs up: after half an answer nobody knows what the next one belongs to."""
        try:
            yield
        except _BREAKS as error:
            self._hang_up()
            says = f"{type(error).__name__}: {error}"[:300]
            raise Unreachable(
                f"The connection to the mail server {self._account.server} broke ({says}). It is tried again."
            ) from error

    def _hang_up(self) -> None:
        try:
            self._client.shutdown()
        except _BREAKS:
            return


class _Client(IMAPClient):  # type: ignore[misc]
    """An IMAPClient on a wire that counts."""

    def __init__(self, account: ImapAccount, context: ssl.SSLContext) -> None:
        """Connect and hear the greeting."""
        self._patience = patience_of(account, max(MOST_BYTES, account.max_size) * 11 // 10)
        self._within = context if account.security == "tls" else None
        timeout = SocketTimeout(min(CONNECT_SECONDS, account.timeout), account.timeout)
        super().__init__(account.host, account.port or None, ssl=account.security == "tls", timeout=timeout)
        # imapclient has imaplib write out every answer, texts of mails too, for a log that nobody reads
        self.wire.debug = 0

    def _create_IMAP4(self) -> Wire:  # noqa: N802 (the name is imapclient's)
        self.wire = Wire(self.host, self.port, self._patience, self._within, self._timeout.connect)
        return self.wire


def _connect(account: ImapAccount) -> _Client:
    """A connection that nobody on the way can read or change, as far as the account asks for that."""
    context = ssl.create_default_context(cafile=account.ca_file or None)
    try:
        client = _Client(account, context)
        if account.security == "starttls":
            _protect(client, context)
        return client
    except ssl.SSLCertVerificationError as error:
        raise Unreachable(
            f"The certificate of {account.server} cannot be trusted ({error.verify_message}). Check the host's name; "
            "for a certificate of your own, give its authority as ca_file."
        ) from error
    except _BREAKS as error:
        raise Unreachable(
            f"The mail server {account.server} cannot be reached ({error}). Check host, port and tls in the settings."
        ) from error


def _protect(client: _Client, context: ssl.SSLContext) -> None:
    try:
        client.starttls(context)
    except _BREAKS:
        client.shutdown()
        raise
