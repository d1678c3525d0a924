"""Settings → sources, mailboxes, watchers: each table of the settings becomes the object that does the work."""

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from indexer.asking import Viewer
from indexer.confirming import Confirmation
from indexer.errors import SettingsError
from indexer.knowledge import Knowledge
from service.drafts.drafting import Caps
from service.learning import Learning
from service.ledger import Ledger
from service.mail.letter import Address, Reading
from service.mailbox.account import ImapAccount
from service.mailbox.imap import imap_mailbox
from service.mailbox.protocol import Mailbox
from service.oauth.access import Access
from service.oauth.clients import OAuthClient, client_of
from service.oauth.exchange import AuthorizationServer
from service.oauth.keeping import Logins
from service.passwords import keyring_entry, password_of, put_into_keyring, secret_of
from service.promising import Promising
from service.reading.file import rules_of
from service.reading.worker import ReadingWorker
from service.replies.audience import audience_of, viewer_of
from service.replies.compose import Writing, compose
from service.replies.decide import before_search, decide
from service.replies.outcome import Draft, Policy
from service.settings import MailboxSettings, Settings
from service.templates import Templates
from service.watch import Watcher
from service.watching.judging import Judge, Steps
from service.watching.options import WatchOptions


def logins_in(data: Path) -> Logins:
    """The logins of the mailboxes whose settings have this data folder."""
    return Logins(data / "logins", keyring_entry, put_into_keyring)


def client_in(told: MailboxSettings) -> OAuthClient:
    """What the provider of an account knows Signpost as."""
    return client_of(told.oauth, secret_of(told))


def mailbox_of(told: MailboxSettings, data: Path) -> Mailbox:
    """The account that a table names, over IMAP; it connects when it is first asked for something.

    Raises SettingsError where there is no password.
    """
    return imap_mailbox(_account(told, data), told.name)


def login_mark(told: MailboxSettings, data: Path) -> str:
    """Something that changes when the password or the login of an account does, and tells nothing about it."""
    if told.auth == "oauth2":
        return logins_in(data).mark(told.name)
    try:
        return hashlib.sha256(password_of(told).encode()).hexdigest()[:16]
    except SettingsError as fault:
        return str(fault)


def _account(told: MailboxSettings, data: Path) -> ImapAccount:
    secrets: dict[str, Any]
    if told.auth == "oauth2":
        access = Access(told.name, AuthorizationServer(client_in(told)), logins_in(data))
        secrets = {"token": access.token}
    else:
        # Read anew at each login, so that a changed one is taken up without a restart
        secrets = {"password": password_of(told), "password_now": partial(password_of, told)}
    return ImapAccount(
        host=told.host,
        user=told.user,
        address=told.own[0].email,
        port=told.port,
        security=told.tls,
        ca_file=str(told.ca_file or ""),
        drafts=told.drafts,
        **secrets,
    )


@dataclass(frozen=True, slots=True)
class Known:
    """What watchers work with: the index, the ledger, and what asks sources whether a document is still there."""

    knowledge: Knowledge
    ledger: Ledger
    recheck: Callable[[Collection[str], Viewer], frozenset[str]] = lambda ids, viewer: frozenset(ids)


def watcher_of(told: MailboxSettings, settings: Settings, mailbox: Mailbox, known: Known) -> Watcher:
    """The watcher of one account, deciding by the settings' rules."""
    policy, ledger = settings.policy(told), known.ledger
    promising = Promising(ledger.verdicts, settings.replies.most_wrong)
    steps = _steps(settings, policy, Learning(known.knowledge, ledger))
    judge = Judge(known.knowledge, replace(steps, current=promising.kept_by, recheck=known.recheck), policy)
    options = WatchOptions(
        own=told.own,
        folders=told.folders,
        shadow=settings.watch.shadow,
        look_back_days=settings.watch.lookback_days,
        caps=Caps(settings.replies.per_day, settings.replies.per_sender),
        poll_seconds=settings.watch.poll_seconds,
        keep=timedelta(days=settings.replies.keep_days) or None,
        login_mark=partial(login_mark, told, settings.data),
    )
    return Watcher(mailbox, judge, ledger, options)


def _steps(settings: Settings, policy: Policy, learning: Learning) -> Steps:
    """The steps, with what the settings say about each; mails are read in a process of their own."""
    worker = ReadingWorker(rules_of(settings, policy.own))
    templates = Templates(settings.replies.templates)

    def viewer(reading: Reading, by: Policy) -> Viewer:
        return viewer_of(audience_of(reading, by), by)

    def written(draft: Draft, writer: Address, message_id: str, now: datetime) -> bytes:
        site = policy.site if viewer_of(draft.audience, policy).inside else ""
        writing = Writing(writer, message_id, now, site, settings.replies.language)
        return compose(draft, writing, templates)

    def still_there(ids: Collection[str], reader: Viewer) -> frozenset[str]:
        return frozenset(document.id for document in learning.knowledge.documents(list(ids), reader))

    def learn(confirmations: Sequence[Confirmation]) -> None:
        learning.confirm(confirmations)

    steps = Steps(worker.read, before_search, viewer, decide, written, worker.close, still_there, learn)
    return replace(steps, forgotten=learning.knowledge.names_mark)
