"""The drafts that were written, in the ledger: which are followed, where they lie, and what became of them."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from service.drafts.intents import basis_from, source_from_json
from service.drafts.lifecycle import Life, Settled
from service.mailbox.protocol import Place, bare
from service.schema import File

SECOND_LOOK = timedelta(days=1)
"""A draft that is gone may turn up in Sent a little later: mail programs remove first and file then.

One that was given up, withdrawn or sent may turn up in Drafts: a server may finish what it was doing when the line
broke, and a process that stood still may write what another one has written meanwhile.
"""


class Lives:
    """The rows of drafts that were written."""

    def __init__(self, file: File) -> None:
        """Use the ledger's file."""
        self._file = file

    def followed(self, mailbox: str, until: datetime, now: datetime) -> list[Life]:
        """Drafts written before `until` whose end is not known for certain, oldest first.

        Those written after `now` as well: the clock was set back since, and they are as old as it was wrong.
        """
        sql = (
            f"SELECT {', '.join(_READ)} FROM drafts WHERE mailbox = ? AND (at <= ? OR at > ?) AND (state IN "
            "('written', 'withdrawing', 'left', 'edited') OR state IN ('deleted', 'withdrawn', 'sent') "
            "AND changed_at > ? OR state = 'dropped' AND tried_at > ?) ORDER BY at, message_id"
        )
        since = (now - SECOND_LOOK).isoformat()
        return self._file.read(_life, sql, (mailbox, until.isoformat(), now.isoformat(), since, since))

    def waiting(self, mailbox: str, thread: Collection[str]) -> frozenset[str]:
        """The drafts that wait, or are on their way, in threads that name one of these Message-IDs."""
        if not thread:
            return frozenset()
        sql = (
            "SELECT d.message_id FROM threads t JOIN drafts d ON d.message_id = t.draft_message_id WHERE t.mailbox = ? "
            f"AND t.message_id IN ({', '.join('?' * len(thread))}) "
            "AND d.state IN ('intended', 'written', 'left', 'edited')"
        )
        return frozenset(row[0] for row in self._file.rows(sql, (mailbox, *map(bare, thread))))

    def found_late(self, lives: Sequence[Life]) -> None:
        """They had been given up, and are there after all."""
        with self._file.writing():
            self._file.put("UPDATE drafts SET state = 'written' WHERE message_id = ?", [(i.message_id,) for i in lives])

    def moved(self, lives: Sequence[tuple[Life, Place]]) -> None:
        """They lie elsewhere by now, as they were."""
        sql = "UPDATE drafts SET drafts_folder = ?, drafts_validity = ?, drafts_uid = ? WHERE message_id = ?"
        with self._file.writing():
            self._file.put(sql, [(p.folder, p.validity, p.uid, life.message_id) for life, p in lives])

    def withdrawing(self, lives: Sequence[tuple[Life, str]], now: datetime) -> None:
        """They are about to be removed, and why."""
        self._turn([("withdrawing", why, life) for life, why in lives], now)

    def settle(self, lives: Sequence[tuple[Life, Settled]], now: datetime) -> None:
        """What became of them."""
        self._turn([(end.state, end.says, life) for life, end in lives], now)

    def _turn(self, turns: Sequence[tuple[str, str, Life]], now: datetime) -> None:
        rows = [(state, why, now.isoformat(), life.message_id) for state, why, life in turns]
        with self._file.writing():
            self._file.put("UPDATE drafts SET state = ?, why = ?, changed_at = ? WHERE message_id = ?", rows)


_READ = (
    *("mailbox", "identity", "message_id", "sha256", "source", "at", "drafts_folder", "drafts_validity", "drafts_uid"),
    *("basis", "words", "state", "why"),
)


def _life(row: Sequence[Any]) -> Life:
    mailbox, identity, message_id, known, source, at, folder, validity, uid, basis, words, stage, why = row
    return Life(
        mailbox=mailbox,
        identity=identity,
        message_id=message_id,
        fingerprint=known,
        source=source_from_json(source),
        at=datetime.fromisoformat(at),
        place=Place(folder, validity, uid),
        basis=basis_from(basis, words),
        stage=stage,
        why=why,
    )
