"""A mail in a file → what Signpost understands of it, by the rules of the settings, as the watcher would."""

import os
from collections.abc import Iterable
from pathlib import Path

from indexer.errors import SignpostError
from service.attempt import Failed
from service.mail.letter import Address, Reading
from service.mail.reading import ReadingRules
from service.reading_worker import ReadingWorker
from service.settings import Settings, load

CONFIG = Path("signpost.toml")


def rules_of(settings: Settings, own: Iterable[Address]) -> ReadingRules:
    """How mails to these addresses are read."""
    replies = settings.replies
    internal = frozenset(domain.lstrip(".") for domain in replies.internal_domains if "@" not in domain)
    mine = frozenset(address.email.lower() for address in own)
    return ReadingRules(mine, replies.authserv_id, internal, frozenset(replies.trusted_forwarders))


def read_file(file: Path, config: Path | None = None) -> Reading:
    """The reading of one mail, for all mailboxes of the settings. Raises SignpostError where it cannot be read."""
    settings = load(config or (CONFIG if CONFIG.is_file() else None), os.environ)
    worker = ReadingWorker(rules_of(settings, [address for told in settings.mailboxes for address in told.own]))
    try:
        reading = worker.read(file.read_bytes())
    finally:
        worker.close()
    if isinstance(reading, Failed):
        raise SignpostError(f"{file} was not read. {reading.says}")
    return reading
