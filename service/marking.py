"""What somebody says of the links of a receipt: it is kept as a label, and as a confirmed or refuted question.

The same as `signpost label` and `signpost confirm` keep: a label tells how far answers of this kind may be believed, a
confirmation lets the document be found by such questions, and a refutation takes that back for good.
"""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from indexer.calibrating import Verdict
from indexer.confirming import Confirmation
from indexer.errors import BusyIndex, ModelError, NoIndex
from service.drafts.lessons import lessons
from service.learning import Learning
from service.ledger import Ledger
from service.receipts import Asked, Receipt
from service.verdicts import key

Said = Literal["right", "wrong", "none"]
SHOWN, NEARLY = 3, 0.8
"""How many links a draft shows for a question at most, and how near to the first one the others have to be."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Marks:
    """What was said of a question: of single documents, and (`answer`) of its answer as a whole."""

    right: frozenset[str] = frozenset()
    wrong: frozenset[str] = frozenset()
    answer: Literal["", "right", "none"] = ""

    def __bool__(self) -> bool:
        return bool(self.right or self.wrong or self.answer)


def shown(receipt: Receipt, asked: Asked) -> tuple[str, ...]:
    """The documents that a draft links to for this question, or would link to."""
    if receipt.outcome == "draft" and asked.probability >= receipt.needed(asked):
        return tuple(near.document_id for near in asked.nearest)
    best = asked.nearest[0].score if asked.nearest else 0.0
    return tuple(near.document_id for near in asked.nearest[:SHOWN] if near.score >= NEARLY * best)


def answered(receipt: Receipt) -> list[int]:
    """Which of its questions a draft answers."""
    if receipt.outcome != "draft":
        return []
    return [i for i, a in enumerate(receipt.asked) if a.nearest and a.probability >= receipt.needed(a)]


def verdict(asked: Asked, linked: Collection[str], marks: Marks) -> Verdict | None:
    """What the marks say of an answer: whether one of its links is right; None where they leave that open."""
    if asked.signs is None or not linked:
        return None
    if marks.answer == "right" or (marks.right & {*linked} and marks.answer != "none"):
        return Verdict(asked.kind, asked.signs, right=True)
    if marks.answer == "none" or marks.right or marks.wrong >= {*linked}:
        return Verdict(asked.kind, asked.signs, right=False)
    return None


@dataclass(frozen=True, slots=True)
class Marking:
    """The one way in which receipts are marked. Everything is durable before the index hears of it."""

    ledger: Ledger
    learning: Learning

    def marks(self, receipt: Receipt) -> list[Marks]:
        """What was said of each question of a receipt so far."""
        return self.marks_of([receipt])[0]

    def marks_of(self, receipts: Sequence[Receipt]) -> list[list[Marks]]:
        """The same for many at once."""
        asked = [(key(receipt.identity, a.text), a.text) for receipt in receipts for a in receipt.asked]
        labels = self.ledger.verdicts.said([which for which, _ in asked])
        told = self.ledger.confirmations.said_of([text for _, text in asked])
        found = iter([_marks(labels.get(which, ""), told.get(text, {})) for which, text in asked])
        return [[next(found) for _ in receipt.asked] for receipt in receipts]

    def mark(self, receipt: Receipt, number: int, said: Said, now: datetime, document_id: str = "") -> None:
        """Say of one question that a document answers it, or does not, or that none does.

        Without a document: of all that the draft links to; of several nobody can tell which one was right.
        Raises LedgerError, and then nothing happened.
        """
        asked, linked = receipt.asked[number], shown(receipt, receipt.asked[number])
        meant = (document_id,) if document_id and said != "none" else linked
        if said == "right":
            self._confirm(asked, meant if len(meant) == 1 else (), now)
        else:
            self._refute(asked, meant, now)
        whole = "none" if said == "none" else "right" if said == "right" and not document_id else ""
        self._label(receipt, number, whole, now)

    def undo(self, receipt: Receipt, number: int, now: datetime, document_id: str = "") -> None:
        """Nobody said anything of this document and question; without a document, of all that stand in the receipt."""
        asked = receipt.asked[number]
        meant = (document_id,) if document_id else tuple(near.document_id for near in asked.nearest)
        learned = [one for one in lessons([receipt]) if one.question == asked.text and one.document_id in meant]
        with self.ledger.transaction():
            self.ledger.confirmations.unsay(_said(asked, meant, now))
            kept = self.ledger.confirmations.keep(learned)
            self._label(receipt, number, "", now)
        self._tell_index(lambda: self.learning.knowledge.refute(_said(asked, meant, now)))
        self._tell_index(lambda: self.learning.knowledge.confirm(kept))

    def _confirm(self, asked: Asked, documents: Sequence[str], now: datetime) -> None:
        if documents:
            self._tell_index(lambda: self.learning.confirm(_said(asked, documents, now)))

    def _refute(self, asked: Asked, documents: Sequence[str], now: datetime) -> None:
        if documents:
            self._tell_index(lambda: self.learning.refute(_said(asked, documents, now)))

    def _label(self, receipt: Receipt, number: int, whole: str, now: datetime) -> None:
        """Bring the label of a question to what its marks say now."""
        asked = receipt.asked[number]
        marks = _marks(whole, self.ledger.confirmations.said_of([asked.text]).get(asked.text, {}))
        told = verdict(asked, shown(receipt, asked), marks)
        which = key(receipt.identity, asked.text)
        if told is None:
            self.ledger.verdicts.unsay([which])
        else:
            self.ledger.verdicts.keep([(which, told)], now, whole)

    def _tell_index(self, action: Callable[[], object]) -> None:
        """The ledger has it already: an index that cannot hear it now learns of it when it next catches up."""
        try:
            action()
        except (NoIndex, BusyIndex, ModelError) as error:
            log.warning("The index learns later of what was marked: %s", error)


def _marks(whole: str, told: Mapping[str, str]) -> Marks:
    right = frozenset(id_ for id_, said in told.items() if said == "marked")
    wrong = frozenset(id_ for id_, said in told.items() if said == "refuted")
    return Marks(right, wrong, "right" if whole == "right" else "none" if whole == "none" else "")


def _said(asked: Asked, documents: Sequence[str], now: datetime) -> list[Confirmation]:
    return [Confirmation(asked.text, id_, now, "marked") for id_ in documents]
