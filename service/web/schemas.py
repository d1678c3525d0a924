"""The JSON that programs get from the API. Pure."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from indexer.asking import Answer, Hit, Lane
from indexer.documents import Document, Kind, Status
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


class AnswerRecord(ApiRecord):
    """What a question found."""

    question: str
    probability: float = Field(ge=0, le=1, description="How sure the first hit is the answer.")
    total: int
    limit: int
    offset: int
    mentions: list[MentionRecord]
    unknown: list[str] = Field(description="Names in the question that nobody in the index bears.")
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
