"""Where receipts are marked: right, wrong, no answer exists, or nothing of that after all."""

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from indexer.asking import Viewer
from indexer.errors import NoIndex, SignpostError
from service.access.visitor import Visitor
from service.learning import document_at
from service.marking import Said, answered
from service.receipts import Receipt
from service.web.access import Viewing, Visiting, needs
from service.web.decisions import address
from service.web.listing import Long, Short
from service.web.problems import NotFound
from service.web.receipts import marking, readable_one
from service.web.site import Here, Site

router = APIRouter(include_in_schema=False, dependencies=[Depends(needs("feedback"))])
MARK = r"^(right|wrong|none|undo)( \S.*)?$"
_WORDS: dict[str, Said | Literal["undo"]] = {"right": "right", "wrong": "wrong", "none": "none", "undo": "undo"}
_LIST = re.compile(r"/receipts(\?[!-~]*)?")


class Marked(BaseModel):
    """What a form says: which receipt, which question (none: all that its draft answers), what, of which document.

    `mark` is the word alone, or the word, a blank and the document; `link` may name the document instead.
    """

    model_config = ConfigDict(frozen=True)

    mailbox: Short
    identity: Long
    question: int | None = Field(default=None, ge=0, le=1_000)
    mark: Annotated[str, Field(pattern=MARK, max_length=1_000)]
    link: str = Field(default="", max_length=2_000)
    back: str = Field(default="", max_length=2_000)
    row: int = Field(default=0, ge=0, le=1_000)


@dataclass(frozen=True, slots=True)
class Saying:
    """What somebody says of a receipt; without a question of all that its draft answers, without a document of all."""

    receipt: Receipt
    question: int | None
    said: Said | Literal["undo"]
    document_id: str = ""


@router.post("/receipts/mark")
def mark(site: Here, visitor: Visiting, viewer: Viewing, told: Annotated[Marked, Form()]) -> Response:
    """Keep what was said, and go back to where it was said."""
    receipt = readable_one(site, visitor, told.identity, told.mailbox)
    said, _, document_id = told.mark.partition(" ")
    if told.link.strip():
        document_id = _linked(site, told.link.strip(), viewer)
    keep(site, visitor, Saying(receipt, told.question, _WORDS[said], document_id))
    if told.row and _LIST.fullmatch(told.back):
        return RedirectResponse(f"{told.back}#r-{told.row}", status_code=303)
    return RedirectResponse(f"{address(receipt)}#question-{told.question or 0}", status_code=303)


def keep(site: Site, visitor: Visitor, saying: Saying) -> None:
    """Keep what somebody says of a receipt. Raises NotFound for what is not there for them."""
    receipt, kept = saying.receipt, marking(site)
    questions = answered(receipt) if saying.question is None else [saying.question]
    if not questions or max(questions) >= len(receipt.asked):
        raise NotFound("This receipt has no such question.")
    if saying.document_id and not _is_there(site, saying.document_id, visitor.viewer):
        raise NotFound("There is no document under this address, or you may not see it.")
    for number in questions:
        if saying.said == "undo":
            kept.undo(receipt, number, site.now, saying.document_id)
        else:
            kept.mark(receipt, number, saying.said, site.now, saying.document_id)
    told = {"mailbox": receipt.mailbox, "receipt": receipt.identity, "said": saying.said}
    site.ledger.audit.note(visitor.email, "mark", told | {"document": saying.document_id}, site.now)


def _is_there(site: Site, document_id: str, viewer: Viewer) -> bool:
    try:
        return bool(site.knowledge.documents([document_id], viewer))
    except NoIndex:
        return False


def _linked(site: Site, link: str, viewer: Viewer) -> str:
    try:
        return document_at(site.knowledge, link, site.options.base_url, viewer).id
    except SignpostError as error:
        raise NotFound(str(error)) from error
