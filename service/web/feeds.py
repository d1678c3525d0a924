"""A saved search as a feed (Atom, RFC 4287): what it finds for its owner now, newest first."""

from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree import ElementTree

from fastapi import APIRouter, Request
from fastapi.responses import Response

from indexer.asking import AskOptions, Hit
from service.access.visitor import Visitor
from service.searches import SavedSearch
from service.web import links
from service.web.access import visitor_called
from service.web.problems import NotFound
from service.web.saved import wanted_by
from service.web.search import answered
from service.web.site import Here, Site
from service.web.wording import XML_NEVER

router = APIRouter(include_in_schema=False)
ATOM = "http://www.w3.org/2005/Atom"
MOST = 30
"""Documents of a feed."""
_NEVER = datetime.min.replace(tzinfo=UTC)


@router.get("/feeds/{secret}")
def feed(request: Request, site: Here, secret: str) -> Response:
    """What a saved search finds, as far as whoever saved it may see it at this moment."""
    search = site.ledger.searches.fed_by(secret)
    owner = visitor_called(request, site, search.email) if search else None
    if search is None or owner is None:
        raise NotFound("There is no feed under this address, or it was ended.")
    found = ElementTree.tostring(
        _atom(site, search, secret, _hits(site, search, owner)), encoding="utf-8", xml_declaration=True
    )
    return Response(found, media_type="application/atom+xml")


def _hits(site: Site, search: SavedSearch, owner: Visitor) -> tuple[Hit, ...]:
    wanted = wanted_by(search.query)
    if wanted is None:
        return ()
    options = AskOptions(filters=wanted.filters, limit=MOST, sort="newest")
    return answered(site, owner.viewer, wanted, options).hits


def _atom(site: Site, search: SavedSearch, secret: str, hits: tuple[Hit, ...]) -> ElementTree.Element:
    base = site.options.base_url.rstrip("/")
    feed = ElementTree.Element("feed", {"xmlns": ATOM})
    updated = max((hit.document.updated_at or _NEVER for hit in hits), default=search.at)
    _add(feed, "id", f"urn:signpost:search:{search.id}")
    _add(feed, "title", f"Signpost: {search.name}")
    _add(feed, "updated", _time(max(updated, search.at)))
    ElementTree.SubElement(
        feed, "link", {"rel": "self", "type": "application/atom+xml", "href": f"{base}/feeds/{secret}"}
    )
    ElementTree.SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": f"{base}/?{search.query}"})
    ElementTree.SubElement(ElementTree.SubElement(feed, "author"), "name").text = "Signpost"
    feed.extend(_entries(base, search, hits))
    return feed


def _entries(base: str, search: SavedSearch, hits: tuple[Hit, ...]) -> Iterator[ElementTree.Element]:
    for hit in hits:
        document = hit.document
        entry = ElementTree.Element("entry")
        _add(entry, "id", f"{base}{links.document(document.id)}")
        _add(entry, "title", document.title or "(no title)")
        _add(entry, "updated", _time(document.updated_at or document.created_at or search.at))
        ElementTree.SubElement(entry, "link", {"rel": "alternate", "href": f"{base}{links.document(document.id)}"})
        if document.owner and document.owner.name:
            ElementTree.SubElement(ElementTree.SubElement(entry, "author"), "name").text = _said(document.owner.name)
        _add(entry, "summary", hit.passage[:500])
        yield entry


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = _said(text)


def _said(text: str) -> str:
    """The text without what no XML may hold (XML 1.0 2.2)."""
    return XML_NEVER.sub(" ", text)


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
