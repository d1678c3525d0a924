"""What people said of answers: labels given by hand, drafts sent as they were, drafts deleted. Rows of the ledger."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from typing import Any

from indexer.asking import Signs
from indexer.calibrating import Verdict
from service.drafts.lessons import AS_IT_WAS
from service.receipts import Receipt
from service.recording import from_json
from service.schema import File

MOST = 2000
"""The newest drafts and the newest labels that count: what is older tells of another index."""


class Verdicts:
    """The last word on each question. A label by hand counts before what became of a draft."""

    def __init__(self, file: File) -> None:
        """Use the ledger's file."""
        self._file = file

    def keep(self, labels: Iterable[tuple[str, Verdict]], now: datetime, said: str = "") -> None:
        """Make labels durable, each by the `key` of its question; one that is there already gives way.

        `said` is in which words it was said of the answer as a whole, where it was.
        """
        rows = [(key, now.isoformat(), json.dumps({**asdict(told), "said": said})) for key, told in labels]
        with self._file.writing():
            self._file.put(_KEEP, rows)

    def unsay(self, keys: Iterable[str]) -> None:
        """Forget the labels of these questions."""
        with self._file.writing():
            self._file.put("DELETE FROM labels WHERE asked = ?", [(key,) for key in keys])

    def said(self, keys: Sequence[str]) -> dict[str, str]:
        """In which words the answers to these questions were judged as a whole; empty where link by link."""
        sql = f"SELECT asked, told FROM labels WHERE asked IN ({', '.join('?' * len(keys))})"
        return {key: json.loads(told).get("said") or "" for key, told in self._file.rows(sql, keys)} if keys else {}

    def labels(self) -> dict[str, Verdict]:
        """What was labelled by hand, newest first."""
        return dict(self._file.read(_label, f"SELECT asked, told FROM labels ORDER BY at DESC, asked LIMIT {MOST}"))

    def of_drafts(self) -> dict[str, Verdict]:
        """What became of drafts that tells whether they were right, newest first."""
        receipts = self._file.read(lambda row: from_json(row[0]), f"SELECT told {_ENDED} ORDER BY id DESC LIMIT {MOST}")
        return {key: verdict for receipt in receipts for key, verdict in judged(receipt)}

    def all(self) -> list[Verdict]:
        """Every verdict, of each question one."""
        return list((self.of_drafts() | self.labels()).values())

    def mark(self) -> tuple[Any, ...]:
        """Something that is another one when there is another verdict."""
        newest = self._file.rows("SELECT count(*), max(at) FROM labels")[0]
        return *newest, *self._file.rows(f"SELECT count(*), count(*) FILTER (WHERE state = 'sent'), max(id) {_ENDED}")[
            0
        ]


def key(mail: str, text: str) -> str:
    """What a question is known by that stood in the mail of this identity; it does not tell what was asked."""
    return sha256(json.dumps([mail, text]).encode()).hexdigest()


def judged(receipt: Receipt) -> list[tuple[str, Verdict]]:
    """What became of a draft, as verdicts: sent nearly as it was is right, deleted is wrong.

    Of a deleted one that answered several questions nobody can tell which answer was wrong, so it tells nothing.
    """
    told = [a for a in receipt.asked if a.signs and a.nearest and a.probability >= receipt.needed(a)]
    sent = receipt.state == "sent" and (receipt.similarity or 0.0) >= AS_IT_WAS
    if receipt.outcome != "draft" or not (sent or (receipt.state == "deleted" and len(told) == 1)):
        return []
    return [(key(receipt.identity, a.text), Verdict(a.kind, a.signs, sent, receipt.needed(a))) for a in told if a.signs]


_ENDED = "FROM receipts WHERE outcome = 'draft' AND state IN ('sent', 'deleted')"
_KEEP = """
INSERT INTO labels (asked, at, told) VALUES (?, ?, ?)
ON CONFLICT (asked) DO UPDATE SET at = excluded.at, told = excluded.told
"""


def _label(row: Sequence[Any]) -> tuple[str, Verdict]:
    asked, told = row[0], json.loads(row[1])
    told.pop("said", None)
    return asked, Verdict(**told | {"signs": Signs(**told["signs"])})
