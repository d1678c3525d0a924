"""A person logs in to a mailbox, once: by a code on any device, or in a browser on this machine."""

import time
from collections.abc import Callable
from functools import partial

from indexer.errors import LoginRefused
from service.oauth.browser import by_browser
from service.oauth.clients import OAuthClient
from service.oauth.device import by_device
from service.oauth.exchange import AuthorizationServer, DeviceCode
from service.oauth.keeping import Login, Logins

Say = Callable[[str], object]


def enter(name: str, user: str, client: OAuthClient, logins: Logins, say: Say) -> str:
    """Log in to the mailbox of this name as `user`, telling the person what to do; returns where the login is kept.

    Raises LoginRefused or Unreachable with a sentence.
    """
    server = AuthorizationServer(client)
    if client.device_url:
        tokens = by_device(server, partial(_type_a_code, user, say), time.sleep)
    else:
        tokens = by_browser(server, partial(_open_a_page, user, say), user)
    if not tokens.refresh:
        raise LoginRefused(
            "The login server gave a token for now and none for later. Register the app so that it may have "
            "offline access, and name the scope for that in oauth."
        )
    with logins.alone(name):
        return logins.save(name, Login(client.client_id, client.token_url, tokens.refresh))


def _type_a_code(user: str, say: Say, code: DeviceCode) -> None:
    say(f"Open {code.url} in any browser, type the code {code.user_code} there and log in as {user}.")
    say(f"Waiting up to {code.seconds / 60:.0f} minutes … (Ctrl-C ends it)")


def _open_a_page(user: str, say: Say, url: str, port: int) -> None:
    say(f"Open this address in a browser on this machine and log in as {user}:\n\n{url}\n")
    say(f"From another machine this makes it work: ssh -L {port}:127.0.0.1:{port} THIS-MACHINE")
    say("Waiting up to 10 minutes … (Ctrl-C ends it)")
