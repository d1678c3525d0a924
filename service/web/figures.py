"""The figures: what came, what became of drafts, what is asked again and again, and whether the traffic falls."""

import gzip
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from service.web import plots, tables
from service.web.access import Visiting
from service.web.counting import Counted, Span, counted
from service.web.plots import Look
from service.web.problems import NotFound
from service.web.sayings import sayings
from service.web.site import Here
from service.web.tables import Table, as_csv
from service.web.wording import day

router = APIRouter(include_in_schema=False)
# A drawing brings its own colours; nothing else may run or load from it, wherever it is opened.
_ALONE = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
SHOWN_GAPS, SHOWN_TOPICS = 10, 6


class Drawn(Span):
    """What to draw, and for which pages."""

    dark: bool = False
    narrow: bool = False


DRAWINGS: dict[str, Callable[[Counted, Look], str]] = {
    "weeks": lambda told, look: plots.of_weeks(told.figures.weeks, look),
    "drafts": lambda told, look: plots.of_drafts(told.figures.weeks, look),
    "topics": lambda told, look: plots.of_topics(told.topics, told.weeks, look),
}
TABLES: dict[str, Callable[[Counted], Table]] = {
    "weeks": lambda told: tables.of_weeks(told.figures),
    "drafts": lambda told: tables.of_drafts(told.figures),
    "reasons": lambda told: tables.of_reasons(told.figures),
    "topics": lambda told: tables.of_topics(told.topics, told.weeks),
    "gaps": lambda told: tables.of_gaps(told.gaps),
}


@router.get("/figures")
def page(site: Here, visitor: Visiting, span: Annotated[Span, Query()]) -> Response:
    """All figures of the receipts that one may read."""
    told = counted(site, visitor, span)
    readable = visitor.mailboxes(site.options.owners)
    return site.show(
        "figures",
        "Figures",
        tab="figures",
        span=span,
        told=told,
        says=sayings(told, site.now),
        mailboxes=site.ledger.mailboxes(readable),
        tables={name: table(told) for name, table in TABLES.items()},
        day=day,
        shown_gaps=SHOWN_GAPS,
        shown_topics=SHOWN_TOPICS,
    )


@router.get("/figures/{name}.svg")
def drawing(request: Request, site: Here, visitor: Visiting, name: str, span: Annotated[Drawn, Query()]) -> Response:
    """One drawing, for light or dark pages."""
    if name not in DRAWINGS:
        raise NotFound("There is no such drawing.")
    svg = DRAWINGS[name](counted(site, visitor, span), Look(span.dark, span.narrow)).encode()
    headers = {"Content-Security-Policy": _ALONE, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        svg, headers = gzip.compress(svg, 6, mtime=0), headers | {"Content-Encoding": "gzip"}
    return Response(svg, media_type="image/svg+xml", headers=headers)


@router.get("/figures/{name}.csv")
def sheet(site: Here, visitor: Visiting, name: str, span: Annotated[Span, Query()]) -> Response:
    """The table behind a drawing, or a list, as CSV."""
    if name not in TABLES:
        raise NotFound("There is no such table.")
    headers = {"Content-Disposition": f'attachment; filename="signpost-{name}.csv"'}
    return Response(as_csv(TABLES[name](counted(site, visitor, span))), media_type="text/csv", headers=headers)
