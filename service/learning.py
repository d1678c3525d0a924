"""What people teach: this question is answered by that document. The ledger hears it first, then the index.

The index may be deleted and made anew, and documents come and go; the ledger remembers, and the index catches up.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

from indexer.asking import EVERYBODY, Viewer
from indexer.confirming import Confirmation, usable
from indexer.documents import Document
from indexer.errors import NoIndex, SignpostError
from indexer.knowledge import Knowledge
from service.ledger import Ledger
from service.web import links

log = logging.getLogger(__name__)
AT_ONCE = 256
"""Questions put back in one step: what a break leaves undone is then little."""


@dataclass(frozen=True, slots=True)
class Taught:
    """What came of it: the document, whether it is found by the question now, and whether that is new."""

    title: str
    document_id: str
    confirmed: bool
    changed: bool

    @property
    def says(self) -> str:
        """That as a sentence."""
        if self.confirmed:
            since = "is found by such questions from now on" if self.changed else "was confirmed for that already"
        else:
            since = "is no longer found by that" if self.changed else "was never confirmed for that; nothing changed"
        return f"“{self.title or self.document_id}” {since}."


class Learning:
    """The one way in which questions are confirmed and taken back: durably first, then so that they are found by."""

    def __init__(self, knowledge: Knowledge, ledger: Ledger) -> None:
        """Teach this index, and remember it in this ledger."""
        self.knowledge = knowledge
        self._kept = ledger.confirmations

    def confirm(self, confirmations: Sequence[Confirmation]) -> int:
        """Let documents be found by these questions; how many are new to the index.

        What a draft taught changes nothing that a person said. Raises LedgerError, and then nothing happened; or
        NoIndex, BusyIndex or ModelError, and then the index learns of it when it next catches up.
        """
        return self.knowledge.confirm(self._kept.keep(confirmations))

    def refute(self, confirmations: Sequence[Confirmation]) -> int:
        """Take back that documents answered these questions, whoever said so; how many the index had.

        No draft teaches them again. Raises as `confirm` does.
        """
        self._kept.refute(confirmations)
        return self.knowledge.refute(confirmations)

    def catch_up(self) -> int:
        """Bring the index to what the ledger says, and say how many questions were put back.

        What the index alone knows is of a time before the ledger kept it, and is taken over. Raises NoIndex, BusyIndex
        or ModelError; what is in by then stays in.
        """
        held = self.knowledge.confirmed()
        known = _keys(self._kept.standing())
        self._settle([one for one in held if _key(one) not in known])
        there = _keys(held)
        missing = self.knowledge.unconfirmed([one for one in self._kept.standing() if _key(one) not in there])
        steps = (missing[first : first + AT_ONCE] for first in range(0, len(missing), AT_ONCE))
        return sum(self.knowledge.confirm(some) for some in steps)

    def _settle(self, strange: Sequence[Confirmation]) -> None:
        """What the index holds and the ledger does not: one of them has not heard of it."""
        if not strange:
            return
        self._kept.adopt(strange)
        refuted = {(one.document_id, one.same) for one in self._kept.refuted()}
        self.knowledge.refute([one for one in strange if (one.document_id, one.same) in refuted])

    def forget(self, sources: Sequence[str]) -> int:
        """Drop all that these sources told, and every question that their documents answered; how many documents."""
        self._kept.forget(sources)
        return self.knowledge.forget(sources)


def catch_up(learning: Callable[[], Learning]) -> None:
    """Bring the index to what the ledger says. What stands in the way is told and stops nobody: the next start tries
    again."""
    try:
        if number := learning().catch_up():
            log.info("%d confirmed questions were put back into the index", number)
    except NoIndex:
        return
    except SignpostError as error:
        log.warning("Confirmed questions were not put back into the index: %s", error)


def confirm(learning: Learning, question: str, document: Document, now: datetime) -> Taught:
    """Let the document be found by this question. Raises SignpostError where nothing is asked or it cannot be kept."""
    changed = learning.confirm(_told(question, document, now)) > 0
    return Taught(document.title, document.id, True, changed)


def undo(learning: Learning, question: str, document: Document, now: datetime) -> Taught:
    """Take back that the document answers this question, whoever said so."""
    changed = learning.refute(_told(question, document, now)) > 0
    return Taught(document.title, document.id, False, changed)


def document_at(knowledge: Knowledge, link: str, site: str, viewer: Viewer = EVERYBODY) -> Document:
    """The document of an id, of its own link, or of its page, as far as the viewer may see.

    Raises SignpostError where there is none, or several.
    """
    page = site.rstrip("/") + links.document("")
    id_ = unquote(link[len(page) :]) if site and link.startswith(page) else link
    found = knowledge.documents([id_], viewer) or knowledge.linked([link], viewer)
    if not found:
        raise SignpostError(
            f"No document is at {link}. Copy the link of a hit of `signpost search`, or its id; "
            "what was added since needs `signpost reindex` first."
        )
    if len(found) > 1:
        ids = ", ".join(document.id for document in found[:5])
        raise SignpostError(f"{len(found)} documents are at {link}. Name one of them by its id: {ids}")
    return found[0]


def _key(one: Confirmation) -> tuple[str, str]:
    return one.document_id, one.question


def _keys(confirmations: Sequence[Confirmation]) -> set[tuple[str, str]]:
    return {_key(one) for one in confirmations}


def _told(question: str, document: Document, now: datetime) -> list[Confirmation]:
    told = usable([Confirmation(question, document.id, now, "marked")])
    if not told:
        raise SignpostError("The question asks nothing. Write it in words, in quotation marks.")
    return told
