"""The API of receipts: what became of mails, what people say of it, and figures; each for those who may read them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from service.access.visitor import Visitor
from service.receipts import Receipt
from service.web.access import Viewing, Visiting, needs
from service.web.api import ROOT
from service.web.api_knowledge import MISSING
from service.web.counting import Span, counted
from service.web.listing import Listed, Short
from service.web.marks import Saying, keep
from service.web.problems import NotFound
from service.web.receipts import marking, readable_one, visible
from service.web.schemas_receipts import (
    Feedback,
    FiguresRecord,
    ReceiptRecord,
    ReceiptsRecord,
    figures_record,
    receipt_record,
)
from service.web.site import Here, Site

router = APIRouter(prefix=ROOT, responses=MISSING)
_READ = [Depends(needs("receipts"))]
_SAY = [Depends(needs("feedback"))]


class Wanted(Listed):
    """Which receipts, and how many at once."""

    limit: int = Field(default=25, ge=1, le=100)


@router.get("/receipts", dependencies=_READ, operation_id="receipts", tags=["receipts"])
def receipts(site: Here, visitor: Visiting, wanted: Annotated[Wanted, Query()]) -> ReceiptsRecord:
    """List what became of mails, the newest first.

    Narrowed as on the page: by mailbox, outcome, reason, state of the draft, kind of question, and words of sender or
    subject.
    """
    query = wanted.narrowed(visitor.mailboxes(site.options.owners))
    found = site.ledger.receipts(query, wanted.limit + 1, wanted.last)
    shown = found[: wanted.limit]
    more = wanted.after(shown[-1]) if len(found) > wanted.limit else ""
    following = f"{site.options.base_url.rstrip('/')}{ROOT}{more}" if more else None
    return ReceiptsRecord(receipts=_told(site, visitor, shown), next=following)


@router.get("/receipts/{identity:path}", dependencies=_READ, operation_id="receipt", tags=["receipts"])
def receipt(site: Here, visitor: Visiting, identity: str, mailbox: Short = "") -> ReceiptRecord:
    """Tell what became of one mail, by its receipt's id, its Message-ID, or that of its draft."""
    return _told(site, visitor, [readable_one(site, visitor, identity, mailbox)])[0]


@router.post("/feedback", dependencies=_SAY, operation_id="feedback", tags=["feedback"])
def feedback(site: Here, visitor: Visiting, viewer: Viewing, said: Feedback) -> ReceiptRecord:
    """Say whether a link was right or wrong, or that no answer exists.

    It counts at once: for how sure answers have to be, and for what is found by such questions.
    """
    known = readable_one(site, visitor, said.receipt, said.mailbox)
    keep(site, visitor, Saying(known, _number(known, said.question), said.said, said.document))
    return _told(site, visitor, [known])[0]


@router.get("/figures", dependencies=_READ, operation_id="figures", tags=["figures"])
def figures(site: Here, visitor: Visiting, span: Annotated[Span, Query()]) -> FiguresRecord:
    """Count what receipts tell; the last half year where no days are given."""
    return figures_record(counted(site, visitor, span))


def _told(site: Site, visitor: Visitor, receipts: list[Receipt]) -> list[ReceiptRecord]:
    seen = visible(site, visitor.viewer, receipts)
    marks = marking(site).marks_of(receipts)
    return [receipt_record(one, seen, said, site.options.base_url) for one, said in zip(receipts, marks, strict=True)]


def _number(known: Receipt, question: int | str) -> int:
    texts = [asked.text for asked in known.asked]
    if isinstance(question, str) and question in texts:
        return texts.index(question)
    if isinstance(question, int) and 0 <= question < len(texts):
        return question
    raise NotFound("This receipt has no such question.")
