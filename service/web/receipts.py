"""The receipts: a list of every mail with what became of it and why, and a page for each.

Everybody sees those of their own mailboxes. Those of others do not exist for them: not in lists, not in counts, not
under their address.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from indexer.asking import Viewer
from indexer.errors import NoIndex
from service.access.visitor import Visitor
from service.learning import Learning
from service.marking import Marking
from service.receipts import Receipt
from service.takingback import told_of
from service.web.access import Viewing, Visiting
from service.web.decisions import Paused, cited, detail, line, paused
from service.web.listing import KINDS, Listed, Short, states, tabs
from service.web.problems import NotFound
from service.web.site import Here, Site

PAGE_SIZE = 25
NONE = "There is no receipt of this mail. It was never met in a watched folder, or lies in another."

router = APIRouter(include_in_schema=False)


@router.get("/receipts")
def every(site: Here, visitor: Visiting, viewer: Viewing, listed: Annotated[Listed, Query()]) -> Response:
    """Every mail, newest first."""
    readable = visitor.mailboxes(site.options.owners)
    query = listed.narrowed(readable)
    found = site.ledger.receipts(query, PAGE_SIZE + 1, listed.last)
    shown = found[:PAGE_SIZE]
    seen, said = visible(site, viewer, shown), marking(site).marks_of(shown)
    counts = site.ledger.counts(replace(query, outcome="", reason="", state=""))
    return site.show(
        "receipts",
        "Receipts",
        tab="receipts",
        listed=listed,
        mailboxes=site.ledger.mailboxes(readable),
        pauses=_pauses(site, readable),
        kinds=KINDS,
        tabs=tabs(counts, listed),
        states=states(counts, listed),
        lines=[line(receipt, seen, site.now, marks) for receipt, marks in zip(shown, said, strict=True)],
        script=site.assets.url("receipts.js"),
        older=listed.after(shown[-1]) if len(found) > PAGE_SIZE else "",
    )


@router.get("/receipts/{identity:path}")
def one(site: Here, visitor: Visiting, viewer: Viewing, identity: str, mailbox: Short = "") -> Response:
    """One mail: by its identity in a mailbox, or by the Message-ID of the mail or of its draft."""
    receipt = readable_one(site, visitor, identity, mailbox)
    shown = detail(receipt, visible(site, viewer, [receipt]), site.now, marking(site).marks(receipt))
    script = site.assets.url("receipts.js")
    wanted = told_of(site.ledger.takebacks.of(receipt.mailbox).get(receipt.identity))
    return site.show("receipt", shown.line.subject, tab="receipts", receipt=shown, script=script, wanted=wanted)


def _pauses(site: Site, readable: frozenset[str] | None) -> list[tuple[str, Paused]]:
    every = [pause for pause in site.ledger.pauses.every() if readable is None or pause.mailbox in readable]
    return [(pause.mailbox, paused(pause, site.now)) for pause in every]


def readable_one(site: Site, visitor: Visitor, identity: str, mailbox: str = "") -> Receipt:
    """The receipt, by identity or Message-ID. Raises NotFound where there is none, or none that they may read."""
    readable = visitor.mailboxes(site.options.owners)
    hidden = readable is not None and mailbox not in readable
    receipt = None if hidden or not mailbox else site.ledger.of(mailbox, identity)
    receipt = receipt or site.ledger.receipt(identity, readable)
    if receipt is None:
        raise NotFound(NONE)
    return receipt


def marking(site: Site) -> Marking:
    """What keeps what people say of receipts."""
    return Marking(site.ledger, Learning(site.knowledge, site.ledger))


def visible(site: Site, viewer: Viewer, receipts: Sequence[Receipt]) -> frozenset[str]:
    """Which of the documents that these receipts speak of the viewer may see now."""
    try:
        return frozenset(d.id for d in site.knowledge.documents(cited(receipts), viewer))
    except NoIndex:
        return frozenset()
