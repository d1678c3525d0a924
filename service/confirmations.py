"""What people said of documents and questions, kept for good. Rows of the ledger; the index holds a copy of them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from indexer.confirming import MOST, Confirmation, kept, usable
from service.schema import File


class Confirmations:
    """The last word on each document and question: a person's counts, before that of a draft that was sent."""

    def __init__(self, file: File) -> None:
        """Use the ledger's file."""
        self._file = file

    def keep(self, told: Iterable[Confirmation]) -> list[Confirmation]:
        """Make these durable, and return those that hold now.

        What was learned of drafts changes nothing that a person said; what a person says replaces everything.
        """
        told = usable(told)
        with self._file.writing():
            self._file.put(_LEARN, [_row(one, one.by) for one in told if one.by == "sent"])
            self._file.put(_SAY, [_row(one, one.by) for one in told if one.by == "marked"])
        return [one for one in told if one.by == self._said(one)]

    def refute(self, told: Iterable[Confirmation]) -> None:
        """Make durable that these documents do not answer these questions, until a person says otherwise."""
        with self._file.writing():
            self._file.put(_SAY, [_row(one, "refuted") for one in usable(told)])

    def unsay(self, told: Iterable[Confirmation]) -> None:
        """Forget what people said of these documents and questions; what drafts taught stays."""
        rows = [(one.document_id, one.same) for one in usable(told)]
        with self._file.writing():
            self._file.put("DELETE FROM confirmations WHERE document_id = ? AND same = ? AND said <> 'sent'", rows)

    def said_of(self, questions: Sequence[str]) -> dict[str, dict[str, str]]:
        """For each question what was said of which documents: `sent`, `marked` or `refuted`."""
        same = {one.same for question in questions for one in usable([_asking(question)])}
        sql = f"SELECT same, document_id, said FROM confirmations WHERE same IN ({', '.join('?' * len(same))})"
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for key, document_id, said in self._file.rows(sql, tuple(same)) if same else ():
            found[key][document_id] = said
        return {question: found[one.same] for question in questions for one in usable([_asking(question)])}

    def adopt(self, held: Iterable[Confirmation]) -> int:
        """Take over what an index holds and is not known here, but for what was refuted; how many that were."""
        with self._file.writing():
            return max(0, self._file.put(_LEARN, [_row(one, one.by) for one in usable(held)]))

    def forget(self, sources: Sequence[str]) -> None:
        """Nothing was ever said of the documents of these sources (`trello:sales`)."""
        with self._file.writing():
            self._file.put(_FORGET, [(f"{source}:", f"{source}:") for source in sources])

    def standing(self) -> list[Confirmation]:
        """What every document answered, as far as an index keeps it."""
        told: dict[str, list[Confirmation]] = defaultdict(list)
        for one in self._file.read(_confirmation, f"{_READ}, said FROM confirmations WHERE said <> 'refuted'"):
            told[one.document_id].append(one)
        return [one for id_ in sorted(told) for one in (kept(told[id_]) if len(told[id_]) > MOST else told[id_])]

    def refuted(self) -> list[Confirmation]:
        """What a person took back, or never wants to hear of."""
        return self._file.read(_confirmation, f"{_READ}, 'marked' FROM confirmations WHERE said = 'refuted'")

    def _said(self, one: Confirmation) -> str:
        sql = "SELECT said FROM confirmations WHERE document_id = ? AND same = ?"
        return str(self._file.rows(sql, (one.document_id, one.same))[0][0])


_READ = "SELECT question, document_id, at"
_SAY = """
INSERT INTO confirmations (document_id, same, question, at, said) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (document_id, same) DO UPDATE SET question = excluded.question, at = excluded.at, said = excluded.said
"""
_LEARN = f"""{_SAY} WHERE confirmations.said <> 'refuted' AND (excluded.said = 'marked', excluded.at, excluded.question)
> (confirmations.said = 'marked', confirmations.at, confirmations.question)
"""
_FORGET = "DELETE FROM confirmations WHERE substr(document_id, 1, length(?)) = ?"


def _asking(question: str) -> Confirmation:
    return Confirmation(question, "", datetime.min)


def _row(one: Confirmation, said: str) -> tuple[str, ...]:
    # in UTC, so that times can be compared as they are written
    return one.document_id, one.same, one.question, one.at.astimezone(UTC).isoformat(), said


def _confirmation(row: tuple[Any, ...]) -> Confirmation:
    question, document_id, at, by = row
    return Confirmation(question, document_id, datetime.fromisoformat(at), by)
