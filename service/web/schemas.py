"""The JSON that programs get from the API. Pure."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from indexer.asking import Answer, Hit, Lane
from indexer.documents import Document, Kind, Status
from indexer.touches import Colleague
from service.web import links


class ApiRecord(BaseModel):
    """Anything in an answer: it never changes, and its fields are those documented."""

    model_config = ConfigDict(frozen=True)


class DocumentRecord(ApiRecord):
    """A document, as far as it identifies it."""

    id: str = Field(description="source:account:kind:native_id")
    kind: Kind
    title: str
    url: str | None = Field(description="Where it stands; null where that is not an http, https or mailto address.")
    page: str = Field(description="Signpost's own page of it.")
    source: str
    parent: str = Field(description="The board, company or deal it belongs to.")
    lane: str = Field(description="The list or stage within that.")
    status: Status
    owner: str | None
    customers: list[str]
    labels: list[str]
    updated_at: datetime | None


class WhyRecord(ApiRecord):
    """One reason why a hit is there."""

    lane: Lane
    says: str
    score: float


class HitRecord(ApiRecord):
    """A document that may answer, the passage that says so, and why it is there."""

    document: DocumentRecord
    score: float
    passage: str
    highlights: list[tuple[int, int]] = Field(description="(start, end) character spans in the passage.")
    anchor: str | None = Field(description="Opens the document at the passage.")
    why: list[WhyRecord]


class MentionRecord(ApiRecord):
    """A company or person that the question was understood to name."""

    written: str
    name: str
    kind: Literal["company", "person"]
    sureness: float
    others: list[str]
    page: str


class NearRecord(ApiRecord):
    """A known name near one that nobody bears."""

    written: str
    name: str
    kind: Literal["company", "person"]
    letters: int = Field(description="Letters that have to change; 0 where the written name is a longer one.")


class ColleagueRecord(ApiRecord):
    """One of us who is in touch with whom the question names."""

    name: str
    email: str
    roles: list[str]
    channel: str = Field(description="Of the last touch: call, meeting, mail, note, comment, card, task; may be empty.")
    at: datetime | None = Field(description="When that was.")
    document: DocumentRecord = Field(description="What shows it.")
    anchor: str | None = Field(description="Opens the document there.")


class PeopleRecord(ApiRecord):
    """Who of us is in touch with the one company or person that the question names for sure."""

    name: str
    team: list[ColleagueRecord] = Field(description="The likeliest first; empty where nobody is on record.")
    owners: list[str] = Field(description="Owners of open deals and company records, where they are more than one.")


class AnswerRecord(ApiRecord):
    """What a question found."""

    question: str
    probability: float = Field(ge=0, le=1, description="How sure the first hit is the answer.")
    total: int
    limit: int
    offset: int
    mentions: list[MentionRecord]
    unknown: list[str] = Field(description="Names in the question that nobody in the index bears.")
    nearest: list[NearRecord] = Field(description="Known names near the unknown ones.")
    people: PeopleRecord | None = Field(description="Null where nobody is named for sure, or one of us.")
    hits: list[HitRecord]
    next: str | None = Field(description="Where the following hits are.")


class ProblemRecord(ApiRecord):
    """What went wrong, as application/problem+json (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str


def document_record(document: Document, base_url: str) -> DocumentRecord:
    """A document for the API."""
    return DocumentRecord(
        id=document.id,
        kind=document.kind,
        title=document.title,
        url=links.safe(document.url) or None,
        page=base_url.rstrip("/") + links.document(document.id),
        source=document.source,
        parent=document.parent,
        lane=document.lane,
        status=document.status,
        owner=document.owner.name if document.owner else None,
        customers=[c.name for c in document.customers],
        labels=list(document.labels),
        updated_at=document.updated_at,
    )


def hit_record(hit: Hit, base_url: str) -> HitRecord:
    """A hit for the API."""
    return HitRecord(
        document=document_record(hit.document, base_url),
        score=hit.score,
        passage=hit.passage,
        highlights=list(hit.highlights),
        anchor=links.safe(hit.anchor) or None,
        why=[WhyRecord(lane=w.lane, says=w.says, score=w.score) for w in hit.why],
    )


def mention_records(answer: Answer, base_url: str) -> list[MentionRecord]:
    """Whom the question names, for the API."""
    page = {"company": links.company, "person": links.person}
    return [
        MentionRecord(
            written=m.written,
            name=m.name,
            kind=m.kind,
            sureness=m.sureness,
            others=list(m.others),
            page=base_url.rstrip("/") + page[m.kind](m.name),
        )
        for m in answer.mentions
    ]


def near_records(answer: Answer) -> list[NearRecord]:
    """Known names near unknown ones, for the API."""
    return [NearRecord(written=n.written, name=n.name, kind=n.kind, letters=n.letters) for n in answer.nearest]


def people_record(answer: Answer, base_url: str) -> PeopleRecord | None:
    """Who of us is in touch, for the API."""
    found = answer.people
    if found is None:
        return None
    team = [colleague_record(colleague, base_url) for colleague in found.team]
    return PeopleRecord(name=found.name, team=team, owners=list(found.owners))


def colleague_record(colleague: Colleague, base_url: str) -> ColleagueRecord:
    """One of us who is in touch, for the API."""
    touch = colleague.touches[0]
    return ColleagueRecord(
        name=colleague.name,
        email=colleague.email,
        roles=list(colleague.roles),
        channel=touch.channel,
        at=touch.at,
        document=document_record(touch.document, base_url),
        anchor=links.safe(touch.anchor) or None,
    )
