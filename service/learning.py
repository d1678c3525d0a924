"""What people teach the index by hand: this question is answered by that document."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

from indexer.asking import EVERYBODY
from indexer.confirming import Confirmation, usable
from indexer.documents import Document
from indexer.errors import SignpostError
from indexer.knowledge import Knowledge
from service.web import links


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


def confirm(knowledge: Knowledge, question: str, document: Document, now: datetime) -> Taught:
    """Let the document be found by this question. Raises SignpostError where nothing is asked or it cannot be kept."""
    changed = knowledge.confirm(_told(question, document, now)) > 0
    return Taught(document.title, document.id, True, changed)


def undo(knowledge: Knowledge, question: str, document: Document, now: datetime) -> Taught:
    """Take back that the document answers this question, whoever said so."""
    changed = knowledge.refute(_told(question, document, now)) > 0
    return Taught(document.title, document.id, False, changed)


def document_at(knowledge: Knowledge, link: str, site: str) -> Document:
    """The document of an id, of its own link, or of its page. Raises SignpostError where there is none, or several."""
    page = site.rstrip("/") + links.document("")
    id_ = unquote(link[len(page) :]) if site and link.startswith(page) else link
    found = knowledge.documents([id_], EVERYBODY) or knowledge.linked(link, EVERYBODY)
    if not found:
        raise SignpostError(
            f"No document is at {link}. Copy the link of a hit of `signpost search`, or its id; "
            "what was added since needs `signpost reindex` first."
        )
    if len(found) > 1:
        ids = ", ".join(document.id for document in found[:5])
        raise SignpostError(f"{len(found)} documents are at {link}. Name one of them by its id: {ids}")
    return found[0]


def _told(question: str, document: Document, now: datetime) -> list[Confirmation]:
    told = usable([Confirmation(question, document.id, now, "marked")])
    if not told:
        raise SignpostError("The question asks nothing. Write it in words, in quotation marks.")
    return told
