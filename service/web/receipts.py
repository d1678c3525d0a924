"""The receipts: a list of every mail with what became of it and why, and a page for each."""

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from indexer.asking import Viewer
from indexer.errors import NoIndex
from service.ledger import ReceiptFilter
from service.receipts import Receipt
from service.web.access import Viewing
from service.web.decisions import cited, detail, line, tabs
from service.web.problems import NotFound
from service.web.site import Here, Site

PAGE_SIZE = 25
_Short = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)]

router = APIRouter(include_in_schema=False)


class Listed(BaseModel):
    """Which receipts to list. `before` is the identity of the last one on the page before."""

    model_config = ConfigDict(frozen=True)

    mailbox: _Short = ""
    outcome: _Short = ""
    reason: _Short = ""
    text: _Short = ""
    before: _Short = ""

    @property
    def narrowed(self) -> ReceiptFilter:
        """The same as the ledger understands it."""
        return ReceiptFilter(self.mailbox, self.outcome, self.reason, text=self.text)

    def url(self, before: str) -> str:
        """The page that starts after the receipt `before`."""
        given = {name: value for name, value in self.model_dump().items() if value} | {"before": before}
        return f"/receipts?{urlencode(given)}"


@router.get("/receipts")
def every(site: Here, viewer: Viewing, listed: Annotated[Listed, Query()]) -> Response:
    """Every mail, newest first."""
    found = site.ledger.receipts(listed.narrowed, PAGE_SIZE + 1, listed.before)
    shown = found[:PAGE_SIZE]
    seen = _visible(site, viewer, shown)
    counts = site.ledger.counts(ReceiptFilter(listed.mailbox, text=listed.text))
    return site.show(
        "receipts",
        "Receipts",
        tab="receipts",
        listed=listed,
        tabs=tabs(counts, listed.outcome, listed.reason, listed.text),
        lines=[line(receipt, seen, site.now) for receipt in shown],
        older=listed.url(shown[-1].identity) if len(found) > PAGE_SIZE else "",
    )


@router.get("/receipts/{identity:path}")
def one(site: Here, viewer: Viewing, identity: str, mailbox: _Short = "") -> Response:
    """One mail: by its identity in a mailbox, or by the Message-ID of the mail or of its draft."""
    receipt = (site.ledger.of(mailbox, identity) if mailbox else None) or site.ledger.receipt(identity)
    if receipt is None:
        raise NotFound("There is no receipt of this mail. It was never met in a watched folder, or lies in another.")
    shown = detail(receipt, _visible(site, viewer, [receipt]), site.now)
    return site.show("receipt", shown.line.subject, tab="receipts", receipt=shown)


def _visible(site: Site, viewer: Viewer, receipts: Sequence[Receipt]) -> frozenset[str]:
    """Which of the documents that these receipts speak of the viewer may see now."""
    try:
        return frozenset(d.id for d in site.knowledge.documents(cited(receipts), viewer))
    except NoIndex:
        return frozenset()
