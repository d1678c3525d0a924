"""Logging in to an IMAP server, by password or by an access token; what it says to that, without the secret."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from indexer.errors import LoginRefused
from service.mailbox.account import ImapAccount
from service.mailbox.sasl import bearer, with_token, without
from service.mailbox.wire import Wire
from service.mailbox.wording import is_about_the_login, plainly

_PASSWORD = "Check user and password; where two-step login is on, make an app password."
_TOKEN = "Check that this account may use IMAP, or run signpost login again."


def log_in(wire: Wire, account: ImapAccount) -> None:
    """Make the server know who we are. Raises LoginRefused, or what `Wire` raises where the line breaks."""
    if wire.state == "AUTH":  # the server greeted with PREAUTH: it knows by the way we came who we are
        return
    if account.token is not None:
        with_token(partial(_show, wire, account), account.token)
    elif "LOGINDISABLED" in wire.capabilities:
        raise LoginRefused(
            f"{account.server} takes no password without TLS. Set tls = 'starttls' or 'tls' in the settings."
        )
    else:
        _say(wire, account, account.password_now() if account.password_now else account.password)


def _say(wire: Wire, account: ImapAccount, password: str) -> None:
    with _refusable(wire, account, password, _PASSWORD):
        if (account.user + password).isascii():
            wire.login(account.user, password)
        else:
            wire.authenticate("PLAIN", lambda _: f"\0{account.user}\0{password}".encode())


def _show(wire: Wire, account: ImapAccount, token: str) -> None:
    said = bearer(wire.capabilities, account, token)
    with _refusable(wire, account, token, _TOKEN):
        wire.authenticate(said.mechanism, said)


@contextmanager
def _refusable(wire: Wire, account: ImapAccount, secret: str, advice: str) -> Iterator[None]:
    """Tell a refused login from a line that broke. The server may repeat what it was told, so neither is passed on."""
    try:
        yield
    except wire.abort as error:
        raise wire.abort(without(str(error), secret)) from None
    except wire.error as error:
        says = without(str(error), secret)
        if not is_about_the_login(says):
            raise wire.error(says) from None
        says = plainly(says)
        raise LoginRefused(f"{account.server} refused the login of {account.user} ({says}). {advice}") from None
