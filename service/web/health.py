"""Whether all is well: a page for people, and `/healthz` for whatever restarts or alerts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response

from indexer.asking import EVERYBODY, Viewer
from indexer.errors import SignpostError
from indexer.knowledge import IndexStatus
from service.access.visitor import Visitor
from service.sourcing import Standing
from service.watching.progress import Account
from service.web.access import Viewing, Visiting, known_visitor
from service.web.decisions import Paused, paused
from service.web.facets import label
from service.web.options import WebOptions
from service.web.results import Moment, moment
from service.web.site import Here, Site
from service.web.wording import ago

router = APIRouter(include_in_schema=False)
probe = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Looked:
    """A mailbox as the page shows it: when it was last looked into, what stands in the way, and its pause."""

    mailbox: str
    at: Moment | None
    trouble: str
    pause: Paused | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """A source as the page shows it: how it stands, when it was last read, what of it is here, and what it lacks."""

    source: str
    state: str
    at: Moment | None
    counts: str
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checkup:
    """What was found: the index (None where it cannot be read), the mailboxes, and a sentence for each trouble."""

    index: IndexStatus | None
    accounts: tuple[Account, ...]
    troubles: tuple[str, ...]


@router.get("/health")
def page(site: Here, visitor: Visiting, viewer: Viewing) -> Response:
    """How much is indexed, how fresh it is, who watches, and what is wrong."""
    found = checkup(site, viewer, visitor.mailboxes(site.options.owners))
    index = found.index
    return site.show(
        "health",
        "Health",
        tab="health",
        index=index,
        sources=_sources(site, index),
        updated=moment(index.updated_at, site.now) if index else None,
        accounts=_looked(site, found.accounts),
        promises=_promises(site),
        troubles=found.troubles,
    )


@probe.get("/healthz")
def machine(site: Here, visitor: Annotated[Visitor | None, Depends(known_visitor)]) -> Response:
    """The same for programs: 200 when all is well, 503 when not; the reasons for those who are known."""
    if visitor is None:
        is_well = not checkup(site, EVERYBODY).troubles
        return JSONResponse({"status": "ok" if is_well else "trouble"}, 200 if is_well else 503)
    found = checkup(site, visitor.viewer, visitor.mailboxes(site.options.owners))
    told = {
        "status": "trouble" if found.troubles else "ok",
        "version": site.options.version,
        "troubles": list(found.troubles),
        "index": _index_record(found.index) if found.index else None,
        "mailboxes": [
            {"mailbox": a.mailbox, "looked_at": _iso(a.looked_at), "trouble": a.trouble} for a in found.accounts
        ],
    }
    return JSONResponse(told, 503 if found.troubles else 200)


def checkup(site: Site, viewer: Viewer, readable: frozenset[str] | None = None) -> Checkup:
    """Look at index, ledger and those mailboxes whose receipts may be read (None: all of them).

    What can be explained becomes a trouble instead of an error.
    """
    index: IndexStatus | None = None
    accounts: tuple[Account, ...] = ()
    troubles: list[str] = []
    try:
        index = site.standing(viewer)
        troubles += () if index.healthy else (index.says,)
    except SignpostError as error:
        troubles.append(str(error))
    try:
        accounts = tuple(a for a in site.ledger.progress.accounts() if readable is None or a.mailbox in readable)
        watched = tuple(name for name in site.options.mailboxes if readable is None or name in readable)
        troubles += mailbox_troubles(accounts, replace(site.options, mailboxes=watched), site.now)
    except SignpostError as error:
        troubles.append(str(error))
    return Checkup(index, accounts, (*troubles, *site.options.health()))


def _looked(site: Site, accounts: Sequence[Account]) -> list[Looked]:
    pauses = {pause.mailbox: paused(pause, site.now) for pause in site.ledger.pauses.every()} if accounts else {}
    return [Looked(a.mailbox, moment(a.looked_at, site.now), a.trouble, pauses.get(a.mailbox)) for a in accounts]


def _sources(site: Site, index: IndexStatus | None) -> list[Read]:
    """How each source stands; those too that the settings no longer name. Counts are of what the viewer may see."""
    counts = dict(index.by_source) if index else {}
    try:
        told = list(site.options.sources())
    except SignpostError:
        told = []
    known = [_read(one, counts.pop(one.source, 0), site) for one in told]
    return [*known, *(Read(label("source", name), "", None, f"{count:,}", ()) for name, count in counts.items())]


def _read(told: Standing, count: int, site: Site) -> Read:
    return Read(label("source", told.source), told.state, moment(told.done_at, site.now), f"{count:,}", told.lacking)


def _promises(site: Site) -> Sequence[tuple[str, str]]:
    """What is promised of drafts; nothing where the ledger cannot tell, which is a trouble of its own."""
    try:
        return site.options.promises()
    except SignpostError:
        return ()


def mailbox_troubles(accounts: Sequence[Account], options: WebOptions, now: datetime) -> Iterator[str]:
    """A sentence for each mailbox with a trouble, and for each that should be watched but lies quiet."""
    known = {account.mailbox: account for account in accounts}
    for account in accounts:
        if account.trouble:
            yield f"{account.mailbox}: {account.trouble}"
    for mailbox in options.mailboxes:
        looked_at = known[mailbox].looked_at if mailbox in known else None
        if looked_at is None:
            yield f"{mailbox} was never looked into. Run `signpost watch`."
        elif now - looked_at > options.quiet:
            yield f"{mailbox} was last looked into {ago(looked_at, now)}. Is `signpost watch` running?"


def _index_record(index: IndexStatus) -> dict[str, object]:
    return {
        "documents": index.documents,
        "passages": index.passages,
        "sequence": index.sequence,
        "by_source": dict(index.by_source),
        "updated_at": _iso(index.updated_at),
        "model": index.model,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
