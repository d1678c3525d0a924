"""Logging in to mailboxes: once by a person where that takes a token, and to see what is refused."""

from collections.abc import Callable
from contextlib import closing

from indexer.errors import SettingsError, SignpostError
from service.mailbox.protocol import Mailbox
from service.oauth.entering import enter
from service.settings import MailboxSettings, Settings
from service.wiring import client_in, logins_in


class Entrance:
    """The way into the mailboxes of the settings."""

    def __init__(self, settings: Settings, mailbox_of: Callable[[MailboxSettings], Mailbox]) -> None:
        """Log in to nothing yet."""
        self._settings, self._mailbox_of = settings, mailbox_of

    def login(self, name: str | None, say: Callable[[str], object]) -> str:
        """Let a person log in to a mailbox, telling it what to do; returns where the login is kept."""
        if len(named := self._by_token(name)) > 1:
            raise SignpostError(f"Which one? Run: signpost login {named[0].name}, or another of the mailboxes.")
        (told,) = named
        return enter(told.name, told.user, client_in(told), logins_in(self._settings.data), say)

    def try_logins(self, name: str | None = None) -> list[tuple[str, list[str]]]:
        """Each mailbox that logs in by a token, and what is wrong with it; all of them, or the one of this name."""
        return [(told.name, self.refused(told)) for told in self._by_token(name)]

    def refused(self, told: MailboxSettings) -> list[str]:
        """What is wrong with a mailbox, from its password on."""
        try:
            with closing(self._mailbox_of(told)) as mailbox:
                return mailbox.check(told.folders)
        except SignpostError as problem:
            return [str(problem)]

    def _by_token(self, name: str | None) -> list[MailboxSettings]:
        by_token = [told for told in self._settings.mailboxes if told.auth == "oauth2"]
        named = [told for told in by_token if name in (None, told.name, told.user)]
        if not named:
            there = ", ".join(told.name for told in by_token) or "none"
            raise SettingsError([f'There is no mailbox {name or "at all"} with auth = "oauth2"; there are: {there}.'])
        return named
