"""A mail in a file → what Signpost understands of it, by the rules of the settings, as the watcher would."""

import os
from pathlib import Path

from indexer.errors import SignpostError
from service.mail.letter import Reading
from service.mail.reading import ReadingRules
from service.reading.worker import ReadingWorker
from service.settings import Settings, load
from service.watching.attempt import Failed

CONFIG = Path("signpost.toml")


def rules_of(settings: Settings, own: frozenset[str]) -> ReadingRules:
    """How mails to these addresses (lower case) are read."""
    replies = settings.replies
    internal = frozenset(domain.lstrip(".") for domain in replies.internal_domains if "@" not in domain)
    return ReadingRules(own, replies.authserv_id, internal, frozenset(replies.trusted_forwarders))


def read_file(file: Path, config: Path | None = None) -> Reading:
    """The reading of one mail, for all mailboxes of the settings. Raises SignpostError where it cannot be read."""
    settings = load(config or (CONFIG if CONFIG.is_file() else None), os.environ)
    own = frozenset(address.email.lower() for told in settings.mailboxes for address in told.own)
    worker = ReadingWorker(rules_of(settings, own))
    try:
        reading = worker.read(file.read_bytes())
    finally:
        worker.close()
    if isinstance(reading, Failed):
        raise SignpostError(f"{file} was not read. {reading.says}")
    return reading
