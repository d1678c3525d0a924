"""The line to an IMAP server (RFC 9051, and what servers make of it). The only door to imapclient."""

import re
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, IMAPClientReadOnlyError, LoginError

from indexer.errors import LoginRefused, MissingFolder, Unreachable
from service.mailbox.account import ImapAccount
from service.mailbox.deadline import deadline
from service.mailbox.folders import Folder
from service.mailbox.idle import ring
from service.mailbox.knock import is_there
from service.mailbox.line import Facts, Opened
from service.mailbox.remote import RemoteMailbox
from service.mailbox.replies import HEADERS, Envelope, envelope

CHUNK = 500
CONNECT_SECONDS = 15.0
# What a server that breaks the protocol, or breaks off, makes imapclient raise
_BREAKS = (OSError, IMAPClientError, ValueError, LookupError, TypeError, AttributeError, RecursionError, MemoryError)
_APPENDED = re.compile(rb"\[APPENDUID \d+ (\d+)\]")
# RFC 5530: not the password, but the moment is wrong
_LATER = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG|THROTTLED|CONTACTADMIN)\]|too many", re.IGNORECASE)
_FIELDS = f"BODY.PEEK[HEADER.FIELDS ({' '.join(HEADERS)})]"


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
        try:
            with self._exchange() as client:
                _log_in(client, account)
        except LoginRefused:
            self._hang_up()
            raise

    def folders(self) -> list[Folder]:
        """See `Line.folders`."""
        with self._exchange() as client:
            return [
                Folder(name, (delimiter or b"").decode(), frozenset(flag.decode() for flag in flags))
                for flags, delimiter, name in client.list_folders()
            ]

    def create(self, name: str) -> bool:
        """See `Line.create`."""
        with self._exchange() as client:
            try:
                client.create_folder(name)
                client.subscribe_folder(name)
            except IMAPClientAbortError:
                raise
            except IMAPClientError as refused:
                return "ALREADYEXISTS" in str(refused)
            return True

    def open(self, folder: str) -> Opened:
        """See `Line.open`."""
        with self._exchange() as client:
            try:
                said = client.select_folder(folder, readonly=True)
            except IMAPClientAbortError:
                raise
            except IMAPClientError as refused:
                if _LATER.search(str(refused)):
                    raise
                raise MissingFolder(
                    f"The mailbox {self._account.name} has no folder '{folder}' that may be read ({refused}). "
                    "Correct the folder's name in the settings."
                ) from refused
            # A server need not tell UIDNEXT; then it is one more than the last UID
            uidnext = said.get(b"UIDNEXT") or max(client.search(["UID", "1:*"]), default=0) + 1
            return Opened(folder, said[b"UIDVALIDITY"], uidnext)

    def uids(self, first: int = 1, since: date | None = None) -> list[int]:
        """See `Line.uids`."""
        criteria: list[Any] = ["UID", f"{first}:*"]
        with self._exchange() as client:
            found = client.search(criteria + (["SINCE", since] if since else []))
        # n:* names the last mail even where its UID is below n (RFC 9051 6.4.9)
        return sorted(uid for uid in found if uid >= first)

    def facts(self, uids: Sequence[int]) -> dict[int, Facts]:
        """See `Line.facts`."""
        found = self._fetch(uids, ["RFC822.SIZE", "INTERNALDATE", "FLAGS"])
        return {
            uid: Facts(said[b"RFC822.SIZE"], _utc(said.get(b"INTERNALDATE")), _flags(said))
            for uid, said in found.items()
            if isinstance(said.get(b"RFC822.SIZE"), int)
        }

    def bodies(self, uids: Sequence[int]) -> dict[int, bytes]:
        """See `Line.bodies`."""
        return _texts(self._fetch(uids, ["BODY.PEEK[]"]), b"BODY[]")

    def heads(self, uids: Sequence[int]) -> dict[int, bytes]:
        """See `Line.heads`."""
        return _texts(self._fetch(uids, ["BODY.PEEK[HEADER]<0.65536>"]), b"BODY[HEADER]")

    def envelopes(self, uids: Sequence[int]) -> list[Envelope]:
        """See `Line.envelopes`."""
        found = self._fetch(uids, [_FIELDS, "INTERNALDATE"])
        texts = _texts(found, b"BODY[HEADER.FIELDS")
        return [envelope(uid, head, _utc(found[uid].get(b"INTERNALDATE"))) for uid, head in texts.items()]

    def append(self, folder: str, raw: bytes) -> tuple[int, str]:
        """See `Line.append`."""
        with self._exchange() as client:
            try:
                said = client.append(folder, raw, (b"\\Draft", b"\\Seen"))
            except IMAPClientAbortError:
                raise
            except IMAPClientError as refused:
                return 0, str(refused)
        found = _APPENDED.search(said or b"")
        return (int(found[1]) if found else 0), ""

    def remove(self, folder: Opened, uids: Sequence[int], trash: str | None) -> bool | None:
        """See `Line.remove`. Never a plain EXPUNGE, nor CLOSE, which is one: they take what others flagged as well."""
        with self._exchange() as client:
            expunges = client.has_capability("UIDPLUS")
            if not expunges and not (trash and client.has_capability("MOVE")):
                return False
            try:
                if client.select_folder(folder.folder).get(b"UIDVALIDITY") != folder.validity:
                    return None
                if expunges:
                    client.add_flags(uids, [b"\\Deleted"], silent=True)
                    client.uid_expunge(uids)
                else:
                    client.move(uids, trash)
            except IMAPClientReadOnlyError:
                return False
            except IMAPClientAbortError:
                raise
            except IMAPClientError as refused:
                if _LATER.search(str(refused)):
                    raise
                return False
            return True

    def ring(self, seconds: float, pulse: Callable[[], bool]) -> bool | None:
        """See `Line.ring`."""
        with self._broken():
            return ring(self._client, seconds, pulse) if self._client.has_capability("IDLE") else None

    def close(self) -> None:
        """See `Line.close`."""
        try:
            with deadline(self._client.socket(), 5.0):
                self._client.logout()
        except _BREAKS:
            self._hang_up()

    def _fetch(self, uids: Sequence[int], items: Sequence[str]) -> dict[int, dict[bytes, Any]]:
        found: dict[int, dict[bytes, Any]] = {}
        for start in range(0, len(uids), CHUNK):
            with self._exchange() as client:
                found |= client.fetch(list(uids[start : start + CHUNK]), items)
        return found

    @contextmanager
    def _exchange(self) -> Iterator[IMAPClient]:
        """One exchange with the server, within the deadline."""
        with self._broken(), deadline(self._client.socket(), self._account.deadline):
            yield self._client

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
    """An IMAPClient that hears what came in one breath with the answer to IDLE.

    Such a line lies in the buffer already, and `idle_check` polls the socket, which is silent until the next mail.
    """

    _first_look = False

    def idle(self) -> None:
        """Enter IDLE; the next check reads without asking the socket."""
        super().idle()
        self._first_look = True

    def _poll_socket(self, sock: socket.socket, timeout: float | None = None) -> Sequence[Any]:
        if self._first_look:
            self._first_look = False
            return [sock]
        polled: Sequence[Any] = super()._poll_socket(sock, timeout)
        return polled


def _connect(account: ImapAccount) -> IMAPClient:
    """A connection that nobody on the way can read or change, as far as the account asks for that."""
    context = ssl.create_default_context(cafile=account.ca_file or None)
    timeout = SocketTimeout(min(CONNECT_SECONDS, account.timeout), account.timeout)
    tls = {"ssl": True, "ssl_context": context} if account.security == "tls" else {"ssl": False}
    try:
        client = _Client(account.host, account.port or None, timeout=timeout, **tls)
        client.normalise_times = False
        client.socket().setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
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


def _protect(client: IMAPClient, context: ssl.SSLContext) -> None:
    try:
        client.starttls(context)
    except _BREAKS:
        client.shutdown()
        raise


def _log_in(client: IMAPClient, account: ImapAccount) -> None:
    if client.has_capability("LOGINDISABLED"):
        raise LoginRefused(
            f"{account.server} takes no password without TLS. Set tls = 'starttls' or 'tls' in the settings."
        )
    try:
        if (account.user + account.password).isascii():
            client.login(account.user, account.password)
        else:
            client.plain_login(account.user, account.password)
    except LoginError as error:
        # imapclient says LoginError for a line that broke while logging in, too
        if isinstance(error.__context__, IMAPClientAbortError) or _LATER.search(str(error)):
            raise
        raise LoginRefused(
            f"{account.server} refused the login of {account.user} ({_said(error)}). Check user and password; "
            "where two-step login is on, make an app password."
        ) from error


def _said(error: Exception) -> str:
    """What the server said; imapclient puts its bytes into the text as Python shows them."""
    return str(error).removeprefix("b").strip("'\"").rstrip(".")


def _texts(found: dict[int, dict[bytes, Any]], start: bytes) -> dict[int, bytes]:
    """The text item of each mail, whose name the server may write in its own way; NIL and lacking ones left out."""
    texts = {uid: next((v for k, v in said.items() if k.startswith(start)), None) for uid, said in found.items()}
    return {uid: text for uid, text in texts.items() if isinstance(text, bytes)}


def _flags(said: dict[bytes, Any]) -> frozenset[str]:
    return frozenset(flag.decode("utf-8", "replace") for flag in said.get(b"FLAGS", ()) if isinstance(flag, bytes))


def _utc(time: Any) -> datetime | None:
    return time.astimezone(UTC) if isinstance(time, datetime) else None
