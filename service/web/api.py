"""The API for programs: the same search as the page, as JSON, with problems per RFC 9457."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from indexer.asking import Answer
from service.web import api_knowledge, links
from service.web.access import Viewing, needs
from service.web.api_knowledge import MISSING
from service.web.reference import operations, records
from service.web.schemas import AnswerRecord, hit_record, mention_records, near_records, people_record
from service.web.search import answered
from service.web.site import Here
from service.web.wanted import LAST_OFFSET, WantedHits

ROOT = api_knowledge.ROOT
SCHEMA = f"{ROOT}/openapi.json"
router = APIRouter(prefix=ROOT, tags=["search"], dependencies=[Depends(needs("search"))])
router.include_router(api_knowledge.router)
reference = APIRouter(include_in_schema=False)


@router.get(
    "/search",
    responses=MISSING,
    operation_id="search",
    openapi_extra={"x-example": '"ROOT/search?q=who+talks+to+Brückner&limit=3"'},
    response_description="What was found.",
)
def search(site: Here, viewer: Viewing, wanted: Annotated[WantedHits, Query()]) -> AnswerRecord:
    """Find where something already stands.

    The same hits, in the same order and for the same reasons, as on the search page.
    """
    asked = wanted.plain
    answer = answered(site, viewer, asked, asked.options)
    base_url = site.options.base_url
    return AnswerRecord(
        question=wanted.q,
        probability=answer.probability,
        total=answer.total,
        limit=wanted.limit,
        offset=wanted.offset,
        mentions=mention_records(answer, base_url),
        unknown=list(answer.unknown),
        nearest=near_records(answer),
        people=people_record(answer, base_url),
        hits=[hit_record(hit, base_url) for hit in answer.hits],
        next=_next(wanted, answer, base_url),
    )


def _next(wanted: WantedHits, answer: Answer, base_url: str) -> str | None:
    offset = wanted.offset + wanted.limit
    if not answer.hits or offset >= min(answer.total, LAST_OFFSET + 1):
        return None
    pairs = [*wanted.pairs(), ("limit", str(wanted.limit)), ("offset", str(offset))]
    return f"{base_url.rstrip('/')}{ROOT}/search{links.search(pairs).removeprefix('/')}"


@reference.get("/api")
def described(request: Request, site: Here) -> Response:
    """What the API offers, for people to read: made from the same schema that programs get."""
    schema = request.app.openapi()
    return site.show(
        "api",
        "API",
        tab="api",
        operations=operations(schema),
        records=records(schema),
        schema_url=SCHEMA,
        root=site.options.base_url.rstrip("/"),
    )
