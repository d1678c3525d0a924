"""The API's answers to many questions at once, and its documents, companies, people and suggestions."""

from itertools import islice
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query

from indexer.asking import AskOptions
from indexer.touches import people
from service.web.access import Viewing
from service.web.names import KINDS, NameKind
from service.web.problems import NotFound
from service.web.profiles import documents_of, entity_called
from service.web.records import (
    AnswersRecord,
    AskRecord,
    EntityKind,
    EntityRecord,
    NamesRecord,
    SuggestionRecord,
    WantedNames,
    WholeDocumentRecord,
    entity_record,
    judged_record,
    suggestion_record,
    whole_record,
)
from service.web.schemas import ProblemRecord
from service.web.site import Here
from service.web.suggest import names_of, visible

ROOT = "/api/v1"
NEWEST = 25
_PROBLEM = {"application/problem+json": {"schema": ProblemRecord.model_json_schema()}}
REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"description": "What was sent is no text at all.", "content": _PROBLEM},
    401: {"description": "Nobody is logged in, or the token is none.", "content": _PROBLEM},
    403: {"description": "The token was not made for this.", "content": _PROBLEM},
    414: {"description": "The address is too long."},
    422: {"description": "A parameter cannot be read; the detail says which and why.", "content": _PROBLEM},
    429: {"description": "Too many requests; Retry-After says when to come back."},
    503: {"description": "Nothing is indexed yet, or the index cannot be used now.", "content": _PROBLEM},
}
MISSING: dict[int | str, dict[str, Any]] = {
    404: {"description": "There is none, or you may not see it: the answer is the same.", "content": _PROBLEM},
    **REFUSALS,
}
_ASKING = (
    """-H "Content-Type: application/json" -d '{"questions": [{"text": "Who talks to Brückner?"}]}' "ROOT/answer\""""
)
_Name = Annotated[str, Query(max_length=300, description="How the name, or a later word of it, begins.")]

router = APIRouter(tags=["search"])


@router.post(
    "/answer",
    responses=REFUSALS,
    operation_id="answer",
    openapi_extra={"x-example": _ASKING},
    response_description="An answer for each.",
)
def answer(site: Here, viewer: Viewing, asked: AskRecord) -> AnswersRecord:
    """Answer several questions at once, and say whether a draft would.

    They are asked as the watcher asks those of a mail; together they take little longer than one alone.
    """
    options = AskOptions(filters=asked.narrowed.filters, limit=asked.limit)
    found = site.knowledge.answer([one.question for one in asked.questions], viewer, options)
    base_url = site.options.base_url
    return AnswersRecord(answers=[judged_record(site.options.judged(one), base_url) for one in found])


@router.get(
    "/documents/{document_id:path}",
    responses=MISSING,
    operation_id="document",
    openapi_extra={"x-example": '"ROOT/documents/trello:sales:card:pilot"'},
)
def document(site: Here, viewer: Viewing, document_id: str) -> WholeDocumentRecord:
    """One document with all that it says."""
    found = site.knowledge.documents([document_id], viewer)
    if not found:
        raise NotFound("There is no document under this address, or you may not see it.")
    return whole_record(found[0], site.options.base_url)


@router.get(
    "/entities",
    responses=REFUSALS,
    operation_id="entities",
    openapi_extra={"x-example": '"ROOT/entities?kind=company&prefix=br"'},
)
def entities(site: Here, viewer: Viewing, wanted: Annotated[WantedNames, Query()]) -> NamesRecord:
    """Companies or people whom documents speak of, in the order of the alphabet.

    `next` goes on behind the last name, so that names that come or go meanwhile make none be missed or told twice.
    """
    listed = visible(site, viewer)(names_of(site, viewer).listed(wanted.kind, wanted.prefix, wanted.after))
    found = list(islice(listed, wanted.limit + 1))
    shown, more = found[: wanted.limit], found[wanted.limit :]
    following = urlencode(wanted.model_dump() | {"after": shown[-1].name}) if more else ""
    base_url = site.options.base_url.rstrip("/")
    return NamesRecord(
        entities=[suggestion_record(one, base_url) for one in shown],
        next=f"{base_url}{ROOT}/entities?{following}" if following else None,
    )


@router.get(
    "/entities/{kind}/{name:path}",
    responses=MISSING,
    operation_id="entity",
    openapi_extra={"x-example": '"ROOT/entities/company/Brückner"'},
)
def entity(site: Here, viewer: Viewing, kind: EntityKind, name: str) -> EntityRecord:
    """A company or person by name, alias or with a small mistake: who of us is in touch, and the newest documents."""
    found = entity_called(site, viewer, name, kind)
    if found is None:
        raise NotFound(f"No {kind} called “{name[:200]}” is in the index.")
    documents = documents_of(site, viewer, found)
    known = people(documents, found, site.now)
    return entity_record(found, known, list(documents[:NEWEST]), site.options.base_url)


@router.get("/suggest", responses=REFUSALS, operation_id="suggest", openapi_extra={"x-example": '"ROOT/suggest?q=br"'})
def suggest(
    site: Here,
    viewer: Viewing,
    q: _Name,
    kind: Annotated[list[NameKind], Query(max_length=3, description="Which; all unless given.")] = [],  # noqa: B006
    limit: Annotated[int, Query(ge=1, le=50, description="How many at most.")] = 10,
) -> list[SuggestionRecord]:
    """Companies, people and boards by the beginning of their name: those with the most documents first."""
    found = visible(site, viewer)(names_of(site, viewer).starting(q, kind or KINDS))
    return [suggestion_record(one, site.options.base_url) for one in islice(found, limit)]
