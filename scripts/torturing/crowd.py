"""`python -m scripts.torturing.crowd PORT`: pymap for as many users as log in, each a copy of another if asked for.

Anybody may log in. `copy>PATTERN>USER` logs in as USER, who has all that PATTERN has by then, under the same UIDs;
`drop>USER` forgets a user.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pymap.backend import backends
from pymap.backend.dict import Config, DictBackend, Identity, Login, Session
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxData, MailboxSet, Message
from pymap.main import main

COPY, DROP = "copy>", "drop>"


class _Anyone(Identity):
    """Whoever logged in, and what the name asks for."""

    @asynccontextmanager
    async def new_session(self) -> AsyncIterator[Session]:
        known = self.config.set_cache
        user = self.name.rpartition(">")[2]
        if self.name.startswith(DROP):
            known.pop(user, None)
        if self.name.startswith(COPY):
            known[user] = (_copied(known[self.name.split(">")[1]][0]), FilterSet())
        mailboxes, filters = known.setdefault(user, (MailboxSet(), FilterSet()))
        yield Session(user, self.config, mailboxes, filters)


class _OpenDoor(Login):
    """Asks nobody for a password."""

    async def authenticate(self, credentials: Any) -> _Anyone:
        return _Anyone(credentials.authcid, self, None, frozenset())

    async def authorize(self, authenticated: Any, authzid: str) -> _Anyone:
        return _Anyone(authzid or authenticated.name, self, None, frozenset())


class Crowd(DictBackend):
    """Mailboxes in memory."""

    @classmethod
    def add_subparser(cls, name: str, subparsers: Any) -> ArgumentParser:
        """See pymap."""
        parser: ArgumentParser = subparsers.add_parser(name)
        parser.set_defaults(demo_data=False, demo_user="", demo_password="")
        return parser

    @classmethod
    async def init(cls, args: Namespace, **overrides: Any) -> tuple["Crowd", Config]:
        """See pymap."""
        config = Config.from_args(args, **overrides)
        return cls(_OpenDoor(config), config), config


def _copied(pattern: MailboxSet) -> MailboxSet:
    """The same folders with the same numbers, and mails whose flags can change apart."""
    made = MailboxSet()
    made._inbox = _folder(pattern._inbox)
    made._set = {name: _folder(folder) for name, folder in pattern._set.items()}
    made._subscribed = dict(pattern._subscribed)
    made._content_cache, made._thread_cache = pattern._content_cache, pattern._thread_cache
    return made


def _folder(pattern: MailboxData) -> MailboxData:
    made = MailboxData(pattern._content_cache, pattern._thread_cache)
    made._uid_validity, made._max_uid = pattern._uid_validity, pattern._max_uid
    made._messages = {uid: Message.copy(mail) for uid, mail in pattern._messages.items()}
    made._mod_sequences.update(made._messages)
    return made


if __name__ == "__main__":
    backends.add("crowd", Crowd)
    sys.argv[1:] = ["--host", "127.0.0.1", "--port", sys.argv[1], "--no-tls", "crowd"]
    main()
