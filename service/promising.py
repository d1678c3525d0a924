"""Verdicts of the ledger → what can be promised by now; and labelled questions → verdicts."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from indexer.asking import Answer
from indexer.calibrating import Verdict
from indexer.promising import Promises, promised
from service.backtesting import Past
from service.evaluating import Knowing, answers_to, linked, verdict_on
from service.labelling import Row
from service.replies.outcome import Draft, Policy
from service.standing import sentences
from service.verdicts import Verdicts, key


class Promising:
    """What can be promised: made anew as soon as there is another verdict, and not before."""

    def __init__(self, verdicts: Verdicts, most_wrong: float) -> None:
        """Promise that of the drafts at most this share is wrong; 0 promises nothing."""
        self._verdicts = verdicts
        self._most_wrong = most_wrong
        self._known: tuple[Any, ...] = ()
        self._promises: Promises | None = None

    def kept_by(self, policy: Policy) -> Policy:
        """The policy with what can be promised by now. Raises LedgerError where that cannot be read."""
        return replace(policy, promises=self.promises(policy.enough)) if self._most_wrong else policy

    def says(self, enough: float) -> list[tuple[str, str]]:
        """That as a sentence for each kind of question; nothing where no promise is wanted."""
        return sentences(self.promises(enough)) if self._most_wrong else []

    def promises(self, enough: float) -> Promises:
        """What can be promised by now, where without a promise an answer has to be `enough` probable."""
        known = (*self._verdicts.mark(), enough)
        if self._promises is None or known != self._known:
            self._promises = promised(self._verdicts.all(), self._most_wrong, enough)
            self._known = known
        return self._promises


def labelled(mail: Past, answer: Answer, relevant: Sequence[str]) -> list[tuple[str, Verdict]]:
    """What a label says of an answer to a mail, with the key of its question; nothing where nothing was found."""
    shown = answer.hits if isinstance(mail.outcome, Draft) else linked(answer)
    verdict = verdict_on(answer, relevant, shown)
    return [(key(mail.reading.mail.identity, answer.question.text), verdict)] if verdict else []


def asked_anew(rows: Sequence[Row], knowledge: Knowing) -> list[tuple[str, Verdict]]:
    """What these labels say of the answers that their questions get now."""
    answers = answers_to([row.question for row in rows], knowledge)
    told = [(row, verdict_on(a, row.relevant, linked(a))) for row, a in zip(rows, answers, strict=True)]
    return [(key(row.mail, row.text), verdict) for row, verdict in told if verdict]
