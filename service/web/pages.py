"""The pages of one document, one company, one person."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from indexer.asking import Viewer
from service.web.access import Viewing
from service.web.nearby import nearby
from service.web.problems import NotFound
from service.web.profiles import profile
from service.web.reading import sheet
from service.web.results import fresh
from service.web.site import Here, Site
from service.web.told import read_at

router = APIRouter(include_in_schema=False)
From = Annotated[int, Query(alias="from", ge=0, le=100_000)]


@router.get("/documents/{document_id:path}")
def document(site: Here, viewer: Viewing, document_id: str, first: From = 0) -> Response:
    """The whole document, long ones in several pages. One that may not be seen does not exist."""
    found = site.knowledge.documents([document_id], viewer)
    if not found:
        raise NotFound("There is no document under this address, or you may not see it.")
    shown = sheet(found[0], first, site.now)
    card = fresh(shown.card, found[0], read_at(site), site.now)
    near = nearby(site, viewer, found[0]) if not first else None
    return site.show("document", card.title, sheet=replace(shown, card=card), near=near)


@router.get("/companies/{name:path}")
def company(site: Here, viewer: Viewing, name: str) -> Response:
    """A company: who of us talks to it, the people there, its timeline."""
    return _entity_page(site, viewer, name, "company")


@router.get("/people/{name:path}")
def person(site: Here, viewer: Viewing, name: str) -> Response:
    """A person: who of us knows them, or whom they look after, and the timeline."""
    return _entity_page(site, viewer, name, "person")


def _entity_page(site: Site, viewer: Viewer, name: str, kind: str) -> Response:
    found = profile(site, viewer, name, kind)
    if found is None:
        raise NotFound(f"No {kind} called “{name[:200]}” is in the index.")
    return site.show("entity", found.name, profile=found)
