"""Settings → the history of a mailbox or of saved mail, and a judge that decides on it as the watcher would."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from indexer.asking import Viewer
from indexer.errors import SettingsError, SignpostError
from service.app import App
from service.backtesting import as_of
from service.history import History, MailboxHistory, SavedHistory
from service.mail.letter import Address, Reading
from service.mailbox.archive import saved_mails
from service.promising import Promising
from service.reading.file import rules_of
from service.reading.worker import ReadingWorker
from service.replies.audience import audience_of, viewer_of
from service.replies.decide import before_search, decide
from service.replies.outcome import Draft, Policy
from service.settings import MailboxSettings, Settings
from service.watching.judging import Judge, Steps

NOT_INTERNAL = "Say in the settings who is a colleague, or no mail gets a draft: [replies] internal_domains = […]"


def history_of(app: App, name: str | None, days: int, saved: Path | None) -> History:
    """The saved mail, or the last days of the mailbox of this name; of the only one where none is named."""
    if saved is not None:
        next(saved_mails(saved))  # what is no mail is said before a model is loaded
        return SavedHistory(saved)
    told = account_of(app.settings, name)
    if told is None:
        raise SettingsError(["There are no [[mailboxes]] in the settings. Name one, or give saved mail: --mbox FILE"])
    since = (datetime.now(UTC) - timedelta(days=days)).date()
    return MailboxHistory(app.mailbox_of(told), told.folders, since)


def account_of(settings: Settings, name: str | None) -> MailboxSettings | None:
    """The mailbox of this name, or the first one; None where there is none. Raises SignpostError for another name."""
    if name is None:
        return next(iter(settings.mailboxes), None)
    found = next((told for told in settings.mailboxes if name in (told.name, told.user, told.own[0].email)), None)
    if found is None:
        named = ", ".join(told.name for told in settings.mailboxes) or "none"
        raise SignpostError(f"There is no mailbox {name} in the settings; there are: {named}.")
    return found


def judge_of(app: App, name: str | None) -> Judge:
    """Decides by the rules of the settings, without documents newer than the mail. Raises SettingsError, NoIndex."""
    settings, told = app.settings, account_of(app.settings, name)
    if not settings.replies.internal_domains:
        raise SettingsError([NOT_INTERNAL])
    policy = settings.policy(told) if told else _policy(settings)
    worker = ReadingWorker(rules_of(settings, policy.own))

    def viewer(reading: Reading, by: Policy) -> Viewer:
        return viewer_of(audience_of(reading, by), by)

    promising = Promising(app.ledger.verdicts, settings.replies.most_wrong)
    steps = Steps(worker.read, before_search, viewer, decide, _unwritten, worker.close, current=promising.kept_by)
    return Judge(app.knowledge, as_of(steps), policy)


def _policy(settings: Settings) -> Policy:
    """The rules where no mailbox is named yet."""
    replies = settings.replies
    return Policy(
        internal=frozenset(replies.internal_domains),
        enough=replies.enough,
        max_links=replies.max_links,
        require_proof=bool(replies.authserv_id),
        site=settings.web.url,
    )


def _unwritten(draft: Draft, writer: Address, message_id: str, now: datetime) -> bytes:
    """A rehearsal only decides."""
    raise SignpostError("A rehearsal writes no draft.")
