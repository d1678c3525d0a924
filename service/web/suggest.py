"""Names to complete a question with: for the search box, and for programs."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response

from indexer.asking import Viewer
from indexer.entities import Entity
from indexer.errors import NoIndex
from service.web.access import Viewing
from service.web.completing import Visible, completions
from service.web.names import NameKind, Names, Suggestion, of_boards, of_entities
from service.web.site import VIEWERS, Here, NamesRead, Site
from service.web.wording import counted

router = APIRouter(include_in_schema=False)
AT_ONCE = 24
"""Names that are looked at together, to tell which of them the viewer may still know."""


@router.get("/suggest")
def suggest(site: Here, viewer: Viewing, q: Annotated[str, Query(max_length=2_000)] = "") -> Response:
    """How the question may go on, for the search box."""
    try:
        found = completions(names_of(site, viewer), q, visible(site, viewer))
    except NoIndex:
        found = ()
    told: list[dict[str, Any]] = [
        {"name": c.name, "kind": c.kind, "says": f"{c.kind}, {counted(c.documents, 'document')}", "value": c.value}
        for c in found
    ]
    return JSONResponse(told)


def names_of(site: Site, viewer: Viewer) -> Names:
    """All names that the viewer may know, read a moment ago at the latest."""
    return names_read(site, viewer, site.knowledge.known_lately(viewer).entities).names


def names_read(site: Site, viewer: Viewer, entities: Sequence[Entity]) -> NamesRead:
    """The names of these companies and people, and of the boards that the viewer may know; sorted once a change."""
    choices = site.choices(viewer)
    held = site.names.get(viewer.visibilities)
    if held is None or held.entities is not entities or held.choices is not choices:
        people = held.sorted if held and held.entities is entities else of_entities(entities)
        if len(site.names) >= VIEWERS:
            site.names.clear()
        companies = {name for name, _ in choices.get("customer", ())}
        boards = of_boards((name, count) for name, count in choices.get("parent", ()) if name not in companies)
        held = site.names[viewer.visibilities] = NamesRead(entities, choices, people, Names(people, boards))
    return held


def visible(site: Site, viewer: Viewer) -> Visible:
    """Lets through the names that documents tell which the viewer may see now; names are read a moment before."""

    def shown(names: Iterable[Suggestion]) -> Iterator[Suggestion]:
        every = iter(names)
        while some := tuple(islice(every, AT_ONCE)):
            ids = tuple({id_ for one in some for id_ in one.ids})
            seen = site.knowledge.visible(ids, viewer) if ids else frozenset[str]()
            yield from (one for one in some if one.kind == "board" or not seen.isdisjoint(one.ids))

    return shown


def known(site: Site, viewer: Viewer, name: str, kind: NameKind) -> list[str]:
    """Known names that a written one may stand for: those that begin like it, else those a few letters away."""
    begun = islice(visible(site, viewer)(names_of(site, viewer).starting(name, (kind,))), 3)
    return [one.name for one in begun] or _nearest(site, viewer, name, kind)


def _nearest(site: Site, viewer: Viewer, name: str, kind: NameKind) -> list[str]:
    near = (n.name for n in site.knowledge.known_lately(viewer).directory.nearest(name) if n.kind == kind)
    names = names_of(site, viewer)
    return [one.name for one in visible(site, viewer)(filter(None, (names.called(n, kind) for n in near)))]


def aliases(site: Site, viewer: Viewer, name: str, kind: str) -> tuple[str, ...]:
    """What somebody is called besides, in the letters of their name or not."""
    one = names_of(site, viewer).called(name, kind)
    shown = one and next(iter(visible(site, viewer)([one])), None)
    return tuple(alias for alias in shown.aliases if not name.startswith(f"{alias} (")) if shown else ()
