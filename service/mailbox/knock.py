"""Whether a mail server is there at all: a connection is opened, nothing is said, and it is closed again."""

import socket

from service.mailbox.account import ImapAccount

KNOCK_SECONDS = 3.0


def is_there(account: ImapAccount) -> bool:
    """Whether the account's server takes connections. Says nothing to it."""
    try:
        with socket.create_connection((account.host, account.port_or_usual), timeout=KNOCK_SECONDS):
            return True
    except OSError:
        return False
