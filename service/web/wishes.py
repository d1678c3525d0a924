"""What people want of the watcher: to write no drafts for a while, to go on, to take a draft back that nobody touched.

Only the wish is kept here. The watcher carries it out, for it alone may touch a mailbox.
"""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from service.access.audit import HERE
from service.access.visitor import Visitor
from service.web.access import Visiting
from service.web.decisions import address
from service.web.listing import Long, Short
from service.web.problems import NotFound
from service.web.receipts import readable_one
from service.web.site import Here, Site

router = APIRouter(include_in_schema=False)


class Meant(BaseModel):
    """Which mailbox a form speaks of, and where it stood: on the list of receipts, or else on the health page."""

    model_config = ConfigDict(frozen=True)

    mailbox: Short
    back: Short = "/health"

    @property
    def where(self) -> str:
        """The page to go back to."""
        return "/receipts" if self.back == "/receipts" else "/health"


class Unwanted(BaseModel):
    """Which mail's draft is to be taken back."""

    model_config = ConfigDict(frozen=True)

    mailbox: Short = Field(min_length=1)
    identity: Long


@router.post("/mailboxes/pause")
def pause(site: Here, visitor: Visiting, told: Annotated[Meant, Form()]) -> Response:
    """Write no drafts in a mailbox until somebody resumes it."""
    _known(site, visitor, told.mailbox)
    if site.ledger.pauses.pause(told.mailbox, visitor.email or HERE, site.now):
        site.ledger.audit.note(visitor.email, "pause", {"mailbox": told.mailbox}, site.now)
    return RedirectResponse(told.where, status_code=303)


@router.post("/mailboxes/resume")
def resume(site: Here, visitor: Visiting, told: Annotated[Meant, Form()]) -> Response:
    """Write drafts again, for mail that is looked at from now on."""
    _known(site, visitor, told.mailbox)
    if site.ledger.pauses.resume(told.mailbox, site.now):
        site.ledger.audit.note(visitor.email, "resume", {"mailbox": told.mailbox}, site.now)
    return RedirectResponse(told.where, status_code=303)


@router.post("/receipts/takeback")
def take_back(site: Here, visitor: Visiting, told: Annotated[Unwanted, Form()]) -> Response:
    """Have the draft for a mail removed, if it still lies there as it was written. Else the receipt tells why not."""
    receipt = readable_one(site, visitor, told.identity, told.mailbox)
    if receipt.state == "written":
        site.ledger.takebacks.want(receipt.mailbox, receipt.identity, visitor.email or HERE, site.now)
        done = {"mailbox": receipt.mailbox, "receipt": receipt.identity}
        site.ledger.audit.note(visitor.email, "take back", done, site.now)
    return RedirectResponse(f"{address(receipt)}#draft", status_code=303)


def _known(site: Site, visitor: Visitor, mailbox: str) -> None:
    """Raises NotFound for a mailbox that nobody watches, or that is not theirs: the answer is the same for both."""
    readable = visitor.mailboxes(site.options.owners)
    watched = {*site.options.mailboxes, *(account.mailbox for account in site.ledger.progress.accounts())}
    if mailbox not in watched or (readable is not None and mailbox not in readable):
        raise NotFound("No mailbox of this name is watched, or it is not yours.")
