"""The search page: a question and filters in the URL, hits that say why, and whom the question names."""

from functools import partial
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from indexer.asking import Answer, AskOptions, Viewer
from service.access.visitor import Visitor
from service.web import links, saved, suggest
from service.web.access import Visiting
from service.web.facets import Choices, archive, chips, facets, spelled, strangers, summary
from service.web.prefixes import WRITTEN
from service.web.problems import NotFound
from service.web.profiles import Profile, profile, team
from service.web.results import Card, card, found, results, strangers_named, understood, verdict
from service.web.site import Here, Site
from service.web.told import read_at
from service.web.wanted import LAST_PAGE, PAGE_SIZE, Wanted, WantedPage

router = APIRouter(include_in_schema=False)
router.include_router(suggest.router)
router.include_router(saved.router)
KEYS = (
    ("/", "leads to the search box"),
    ("↑ ↓ and Enter", "choose a name while you write"),
    ("j and k", "lead to the next result, and back; Enter opens it"),
    ("?", "shows the keys"),
    ("Esc", "closes what is open"),
)
ORDERS = (("best", "Best first"), ("newest", "Newest"), ("oldest", "Oldest"))


@router.get("/")
def search(request: Request, site: Here, visitor: Visiting, wanted: Annotated[WantedPage, Query()]) -> Response:
    """Search, or the start page where nothing is asked yet."""
    tidy = links.search(wanted.plain.pairs())
    if sorted(parse_qsl(request.url.query, keep_blank_values=True)) != sorted(wanted.plain.pairs()):
        return RedirectResponse(tidy, status_code=303)
    if not (wanted.q or wanted.like or wanted.narrowed):
        return _start(site, visitor)
    return _found(site, visitor.viewer, wanted)


@router.get("/search")
def search_link(wanted: Annotated[WantedPage, Query()]) -> Response:
    """Where links in drafts may lead: the search page with the question filled in."""
    return RedirectResponse(links.search(wanted.pairs()), status_code=307)


@router.get("/help")
def explained(site: Here) -> Response:
    """The filters that may be written, and the keys."""
    return site.show("help", "Searching", filters=WRITTEN, keys=KEYS)


def _start(site: Site, visitor: Visitor) -> Response:
    return site.show(
        "start",
        "Search",
        tab="search",
        facets=facets(site.choices(visitor.viewer), WantedPage()),
        documents=f"{site.standing(visitor.viewer).documents:,}",
        searches=saved.saved(site, visitor),
    )


def _found(site: Site, viewer: Viewer, asked: WantedPage) -> Response:
    choices = site.choices(viewer)
    wanted = spelled(choices, asked)
    answer = answered(site, viewer, wanted, wanted.options)
    return site.show(
        "search",
        wanted.q or ("Similar documents" if wanted.like else "Documents"),
        tab="search",
        words=wanted.q,
        wanted=wanted,
        facets=facets(choices, wanted, _left(site, viewer, wanted, answer)),
        chips=chips(wanted),
        filters=summary(wanted),
        strangers=strangers(choices, wanted, partial(suggest.known, site, viewer)),
        misread=wanted.prefixed.misread,
        query=saved.written(wanted.model_copy(update={"page": 1})),
        called=saved.called(wanted),
        model=_model(site, viewer, wanted),
        archive=archive(choices, wanted),
        orders=ORDERS[0 if wanted.is_ranked else 1 :],
        order=wanted.sort if wanted.is_ranked or wanted.sort != "best" else "newest",
        **_answered(site, viewer, answer, wanted),
    )


def answered(site: Site, viewer: Viewer, wanted: Wanted, options: AskOptions) -> Answer:
    """What is found for a question, for what a document is like, or by filters alone. Raises NotFound."""
    if wanted.q or not wanted.like:
        return site.knowledge.answer([wanted.question], viewer, options)[0]
    found = site.knowledge.like(wanted.like, viewer, options)
    if found is None:
        raise NotFound("There is no document under this address, or you may not see it.")
    return found


def _model(site: Site, viewer: Viewer, wanted: WantedPage) -> Card | None:
    """The document whose likes are shown."""
    held = site.knowledge.documents([wanted.like], viewer) if wanted.like and not wanted.q else ()
    return card(held[0], site.now) if held else None


def _left(site: Site, viewer: Viewer, wanted: WantedPage, answer: Answer) -> Choices:
    """What there is to choose from in what was found, or without a question in what the other filters let through."""
    if wanted.is_ranked:
        return site.knowledge.choices_among(answer.found, viewer)
    return site.knowledge.choices_under(wanted.filters, viewer)


def _answered(site: Site, viewer: Viewer, answer: Answer, wanted: WantedPage) -> dict[str, Any]:
    first_page = wanted.page == 1
    people = team(answer.people, site.now) if first_page and answer.people else None
    return {
        "heading": found(answer.total, wanted.is_ranked),
        "verdict": verdict(answer) if first_page and wanted.sort == "best" and not (people and people.team) else "",
        "understood": understood(answer.mentions, partial(suggest.aliases, site, viewer)),
        "people": people,
        "profile": _profile(site, viewer, answer) if first_page and not people else None,
        "unknown": strangers_named(answer, wanted.asking),
        "results": results(answer.hits, read_at(site), site.now),
        "page": wanted.page,
        "pages": max(1, min(LAST_PAGE, -(-answer.total // PAGE_SIZE))),
    }


def _profile(site: Site, viewer: Viewer, answer: Answer) -> Profile | None:
    """Whom the one of us looks after whom the question names, where it names nobody else."""
    if len(answer.mentions) != 1 or answer.mentions[0].others or answer.mentions[0].kind != "person":
        return None
    return profile(site, viewer, answer.mentions[0].name, "person")
