"""The searches that a visitor keeps: to open again, and to read as a feed."""

from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response
from pydantic import StringConstraints, ValidationError

from service.access.visitor import Visitor
from service.searches import SavedSearch
from service.web import links
from service.web.access import Visiting
from service.web.facets import TITLES, label
from service.web.links import Named
from service.web.problems import NotFound
from service.web.site import Here, Site
from service.web.wanted import DATES, LISTS, WantedPage
from service.web.wording import short

router = APIRouter(include_in_schema=False)
LONGEST_NAME, LONGEST_QUERY, ON_START = 80, 8_000, 8
_NO_PART = ("page", "without")
_Name = Annotated[str, StringConstraints(max_length=LONGEST_NAME, strip_whitespace=True), Form()]
_Query = Annotated[str, StringConstraints(max_length=LONGEST_QUERY), Form()]


@router.get("/searches")
def page(site: Here, visitor: Visiting) -> Response:
    """All that the visitor saved."""
    return _shown(site, visitor)


@router.post("/searches")
def keep(site: Here, visitor: Visiting, query: _Query, name: _Name = "") -> Response:
    """Save a search, and go back to it."""
    wanted = wanted_by(query)
    if wanted is None or not (wanted.is_ranked or wanted.narrowed):
        raise NotFound("There is nothing to save: this search is empty, or cannot be read.")
    site.ledger.searches.keep(visitor.email, name or called(wanted), written(wanted), site.now)
    site.ledger.audit.note(visitor.email, "search saved", {}, site.now)
    return RedirectResponse("/searches", 303)


@router.post("/searches/{search_id}/delete")
def drop(site: Here, visitor: Visiting, search_id: str) -> Response:
    """Forget a search of one's own, and its feed."""
    if not site.ledger.searches.drop(visitor.email, search_id):
        raise NotFound("There is no such search.")
    site.ledger.audit.note(visitor.email, "search deleted", {}, site.now)
    return RedirectResponse("/searches", 303)


@router.post("/searches/{search_id}/feed")
def share(site: Here, visitor: Visiting, search_id: str) -> Response:
    """A new address under which a search of one's own is read as a feed, shown this once."""
    secret = site.ledger.searches.share(visitor.email, search_id)
    if not secret:
        raise NotFound("There is no such search.")
    site.ledger.audit.note(visitor.email, "feed made", {}, site.now)
    answer = _shown(site, visitor, feed=f"{site.options.base_url.rstrip('/')}/feeds/{secret}")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.post("/searches/{search_id}/unfeed")
def unshare(site: Here, visitor: Visiting, search_id: str) -> Response:
    """End the feed of a search of one's own."""
    site.ledger.searches.unshare(visitor.email, search_id)
    site.ledger.audit.note(visitor.email, "feed ended", {}, site.now)
    return RedirectResponse("/searches", 303)


def saved(site: Site, visitor: Visitor) -> list[Named]:
    """The newest of what the visitor saved, for the start page."""
    return [Named(one.name, f"/?{one.query}") for one in site.ledger.searches.of(visitor.email)[:ON_START]]


def wanted_by(query: str) -> WantedPage | None:
    """The search that a part of an address says; None where it says none. The page number is left out."""
    try:
        told = parse_qs(query, max_num_fields=200)
        every = {name: values if name in LISTS else values[-1] for name, values in told.items() if name not in _NO_PART}
        return WantedPage.model_validate(every).plain
    except (ValidationError, ValueError):
        return None


def written(wanted: WantedPage) -> str:
    """A search as a part of an address, always the same for the same search."""
    return links.search(wanted.pairs()).removeprefix("/").removeprefix("?")


def called(wanted: WantedPage) -> str:
    """What a search is called where nobody named it."""
    filters = [f"{TITLES[name]} {label(name, value)}".lower() for name, value in wanted.narrowed if name in DATES]
    filters += [label(name, value) for name, value in wanted.narrowed if name not in DATES]
    asked = wanted.q or ("Similar documents" if wanted.like else "")
    return short(" · ".join(filter(None, (asked, *filters))), LONGEST_NAME)


def _shown(site: Site, visitor: Visitor, feed: str = "") -> Response:
    held: list[SavedSearch] = site.ledger.searches.of(visitor.email)
    return site.show("searches", "Your searches", tab="search", searches=held, feed=feed)
