"""The draft protocol's rows of the ledger: what was to be written, whether it was, and which thread it belongs to."""

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from indexer.asking import Viewer
from service.drafts.drafting import Intent, Tally
from service.drafts.lifecycle import Basis
from service.drafts.likeness import fingerprint
from service.mailbox.protocol import Mark, Place, Sought, bare
from service.schema import File


class Intents:
    """Drafts on their way and drafts that were written."""

    def __init__(self, file: File) -> None:
        """Use the ledger's file."""
        self._file = file

    def add(self, intents: Sequence[Intent]) -> list[Intent]:
        """Make intents durable; returns those that are new. A mail that has one already gets no second."""
        with self._file.writing():
            return [intent for intent in intents if self._add(intent)]

    def renumbered(self, mailbox: str, met: Sequence[tuple[Place, str]]) -> None:
        """Mails (by identity) were met again under another UIDVALIDITY: their flags are to be looked for there."""
        sql = "SELECT source FROM drafts WHERE mailbox = ? AND identity = ?"
        sources = [(source, p, i) for p, i in met for source in self._file.read(_source, sql, (mailbox, i))]
        rows = [
            (_source_to_json(replace(source, place=place)), mailbox, identity)
            for source, place, identity in sources
            if source.place.folder == place.folder and source.place.validity != place.validity
        ]
        if rows:
            with self._file.writing():
                self._file.put("UPDATE drafts SET source = ? WHERE mailbox = ? AND identity = ?", rows)

    def open(self, mailbox: str) -> list[Intent]:
        """Intents whose end was not recorded, oldest first."""
        sql = f"SELECT {', '.join(_READ)} FROM drafts WHERE mailbox = ? AND state = 'intended' ORDER BY at, message_id"
        return self._file.read(_intent, sql, (mailbox,))

    def trying(self, intents: Sequence[Intent], now: datetime) -> None:
        """They are about to be handed to the server once more."""
        rows = [(now.isoformat(), intent.message_id) for intent in intents]
        with self._file.writing():
            self._file.put("UPDATE drafts SET tried_at = ?, tries = tries + 1 WHERE message_id = ?", rows)

    def handed(self, intents: Sequence[Intent], now: datetime) -> None:
        """They were handed to the server until now, and it is not known which of them arrived."""
        rows = [(now.isoformat(), intent.message_id) for intent in intents]
        with self._file.writing():
            self._file.put("UPDATE drafts SET tried_at = ? WHERE message_id = ?", rows)

    def done(self, written: Sequence[tuple[Intent, int]]) -> None:
        """They are in Drafts, under these UIDs (0: not known). Their text is forgotten, its hash is kept."""
        sql = "UPDATE drafts SET state = 'written', drafts_uid = ?, raw = NULL WHERE message_id = ?"
        with self._file.writing():
            self._file.put(sql, [(uid, intent.message_id) for intent, uid in written])

    def drop(self, intents: Sequence[Intent]) -> None:
        """They will not be written. The mails keep their place here, so that they never get another.

        Their threads stay known: a server may still show such a draft, and then it is nobody's reply.
        """
        keys = [(intent.message_id,) for intent in intents]
        with self._file.writing():
            self._file.put("UPDATE drafts SET state = 'dropped', raw = NULL WHERE message_id = ?", keys)

    def in_threads(self, mailbox: str, message_ids: Collection[str]) -> dict[str, bool]:
        """The drafts made for threads that name one of these Message-IDs → whether each is on its way no more."""
        if not message_ids:
            return {}
        marks = ", ".join("?" * len(message_ids))
        sql = (
            "SELECT DISTINCT d.message_id, d.state != 'intended' FROM threads t JOIN drafts d "
            f"ON d.message_id = t.draft_message_id WHERE t.mailbox = ? AND t.message_id IN ({marks})"
        )
        return {row[0]: bool(row[1]) for row in self._file.rows(sql, (mailbox, *map(bare, message_ids)))}

    def tally(self, mailbox: str, since: datetime) -> Tally:
        """How many drafts were made since, for the daily limits."""
        # until: after a clock was set back, drafts from far ahead do not use up every day before
        sql = "SELECT sender FROM drafts WHERE mailbox = ? AND at BETWEEN ? AND ? AND state != 'dropped'"
        tally = Tally()
        until = since + timedelta(days=2)
        for row in self._file.rows(sql, (mailbox, since.isoformat(), until.isoformat())):
            tally.add(row[0])
        return tally

    def _add(self, intent: Intent) -> bool:
        values = _values(intent)
        sql = f"INSERT INTO drafts ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})"
        added = self._file.put(f"{sql} ON CONFLICT DO NOTHING", [tuple(values.values())]) == 1
        if added:
            ids = {*intent.source.thread, intent.source.message_id, bare(intent.message_id)} - {""}
            rows = [(intent.mailbox, bare(i), intent.message_id) for i in ids]
            self._file.put("INSERT INTO threads VALUES (?, ?, ?) ON CONFLICT DO NOTHING", rows)
        return added


_READ = (
    *("mailbox", "identity", "message_id", "raw", "sender", "source", "at", "tried_at", "tries"),
    *("drafts_folder", "drafts_validity", "drafts_uidnext", "basis", "words"),
)


def _values(intent: Intent) -> dict[str, Any]:
    return {
        "mailbox": intent.mailbox,
        "identity": intent.identity,
        "message_id": intent.message_id,
        "state": "intended",
        "sender": intent.sender.lower(),
        "at": intent.at.isoformat(),
        "tried_at": intent.tried_at.isoformat(),
        "tries": intent.tries,
        "drafts_folder": intent.mark.folder,
        "drafts_validity": intent.mark.validity,
        "drafts_uidnext": intent.mark.uidnext,
        "sha256": fingerprint(intent.raw),
        "raw": intent.raw,
        "source": _source_to_json(intent.source),
        "basis": _basis_to_json(intent.basis),
        "words": intent.basis.words,
    }


def _intent(row: Sequence[Any]) -> Intent:
    facts: dict[str, Any] = dict(zip(_READ, row, strict=True))
    mark = Mark(*(facts.pop(name) for name in ("drafts_folder", "drafts_validity", "drafts_uidnext")))
    facts |= {name: datetime.fromisoformat(facts[name]) for name in ("at", "tried_at")}
    basis = basis_from(facts["basis"], facts.pop("words"))
    return Intent(**facts | {"mark": mark, "source": source_from_json(facts["source"]), "basis": basis})


def _source_to_json(source: Sought) -> str:
    received = source.received.isoformat() if source.received else None
    place = [source.place.folder, source.place.validity, source.place.uid]
    facts = {"place": place, "message_id": source.message_id, "thread": sorted(source.thread), "received": received}
    return json.dumps(facts)


def _source(row: Sequence[Any]) -> Sought:
    return source_from_json(row[0])


def source_from_json(text: str) -> Sought:
    """The mail that a draft answers, as its row holds it."""
    facts = json.loads(text)
    received = datetime.fromisoformat(facts["received"]) if facts["received"] else None
    return Sought(Place(*facts["place"]), facts["message_id"], frozenset(facts["thread"]), received)


def basis_from(text: str, words: bytes) -> Basis:
    """The basis that `_basis_to_json` wrote, with its shingles."""
    facts = json.loads(text)
    viewer = Viewer(frozenset(facts["groups"]), facts["inside"], facts.get("public", False))
    return Basis(frozenset(facts["documents"]), viewer, words)


def _basis_to_json(basis: Basis) -> str:
    viewer = {"groups": sorted(basis.viewer.groups), "inside": basis.viewer.inside}
    viewer |= {"public": True} if basis.viewer.reads_public else {}
    return json.dumps({"documents": sorted(basis.documents), **viewer})
