"""The JSON of documents, companies and people, and of what is asked of them. Pure."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from indexer.asking import Answer, Question, QuestionKind
from indexer.documents import Document, Role
from indexer.entities import Entity
from indexer.touches import People
from service.mail.questions import kind_of
from service.web import links
from service.web.names import NameKind, Suggestion
from service.web.schemas import (
    ApiRecord,
    DocumentRecord,
    HitRecord,
    MentionRecord,
    NearRecord,
    PeopleRecord,
    colleague_record,
    document_record,
    hit_record,
    mention_records,
    near_records,
    people_record,
)
from service.web.wanted import LONGEST_QUESTION, Narrowed

EntityKind = Literal["company", "person"]
MOST_QUESTIONS, MOST_WINDOWS = 20, 5
_Asking = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_QUESTION), AfterValidator(str.strip)]
"""One of blanks alone asks for everything that the filters let through, as an empty box on the page does."""
_Text = Annotated[str, StringConstraints(max_length=LONGEST_QUESTION, strip_whitespace=True)]


class SectionRecord(ApiRecord):
    """A part of a document."""

    kind: Literal["body", "comment", "checklist", "field"]
    text: str
    author: str | None
    at: datetime | None
    anchor: str | None = Field(description="Opens the document there.")


class NamedRecord(ApiRecord):
    """Somebody whom a document names."""

    name: str
    role: Role
    email: str | None


class WholeDocumentRecord(DocumentRecord):
    """A document with all that it says."""

    sections: list[SectionRecord]
    people: list[NamedRecord]
    fields: dict[str, str]
    created_at: datetime | None


class SuggestionRecord(ApiRecord):
    """A name that begins as was written, or of which a later word does."""

    name: str
    kind: NameKind
    documents: int = Field(description="How many documents are about it.")
    page: str = Field(description="Signpost's own page of it; of a board the search for what belongs to it.")


class NamesRecord(ApiRecord):
    """Companies or people in the order of the alphabet."""

    entities: list[SuggestionRecord]
    next: str | None = Field(description="Where the following ones are.")


class WantedNames(BaseModel):
    """Which names are wanted, as a program sends it."""

    model_config = ConfigDict(frozen=True)

    kind: EntityKind = "company"
    prefix: str = Field(default="", max_length=300, description="How the name begins.")
    after: str = Field(default="", max_length=500, description="The last name of the page before.")
    limit: int = Field(default=50, ge=1, le=200, description="How many at most.")


class EntityRecord(ApiRecord):
    """A company or person, who of us is in touch, and the documents about them."""

    name: str
    kind: EntityKind
    page: str
    aliases: list[str]
    domains: list[str]
    emails: list[str]
    people: PeopleRecord = Field(description="Who of us is in touch.")
    contacts: list[str] = Field(description="People there, or named together with them.")
    total: int = Field(description="How many documents are about them.")
    documents: list[DocumentRecord] = Field(description="The newest of them.")


class AskedRecord(BaseModel):
    """One question, and what surrounds it in a mail, which often holds the name that the question leaves out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: _Asking
    kind: QuestionKind | None = Field(default=None, description="Told from the words where it is left out.")
    windows: list[_Text] = Field(default=[], max_length=MOST_WINDOWS, description="Wider cuts of the same text.")
    domains: list[Annotated[str, StringConstraints(max_length=253)]] = Field(
        default=[], max_length=20, description="Mail domains that were cited around it."
    )

    @property
    def question(self) -> Question:
        """The question as the watcher would ask it."""
        domains = tuple(domain.lower() for domain in self.domains)
        return Question(self.text, self.kind or kind_of(self.text), tuple(self.windows), domains)


class AskRecord(BaseModel):
    """Questions that are asked together, and what narrows all of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    questions: list[AskedRecord] = Field(min_length=1, max_length=MOST_QUESTIONS)
    narrowed: Narrowed = Narrowed()
    limit: int = Field(default=3, ge=1, le=20, description="How many hits of each at most.")


class JudgedRecord(ApiRecord):
    """What a question found, and whether a draft would answer with it."""

    question: str
    kind: QuestionKind
    probability: float = Field(ge=0, le=1, description="How sure the first hit answers it, by what people said so far.")
    needed: float = Field(ge=0, description="How sure it has to be for a draft; above 1 where no draft is made.")
    total: int
    mentions: list[MentionRecord]
    unknown: list[str]
    nearest: list[NearRecord]
    people: PeopleRecord | None
    hits: list[HitRecord]


class AnswersRecord(ApiRecord):
    """An answer for each question, in their order."""

    answers: list[JudgedRecord]


def judged_record(answer: Answer, base_url: str) -> JudgedRecord:
    """An answer for the API."""
    return JudgedRecord(
        question=answer.question.text,
        kind=answer.question.kind,
        probability=answer.probability,
        needed=answer.needed,
        total=answer.total,
        mentions=mention_records(answer, base_url),
        unknown=list(answer.unknown),
        nearest=near_records(answer),
        people=people_record(answer, base_url),
        hits=[hit_record(hit, base_url) for hit in answer.hits],
    )


def whole_record(document: Document, base_url: str) -> WholeDocumentRecord:
    """A document with all it says, for the API."""
    return WholeDocumentRecord(
        **document_record(document, base_url).model_dump(),
        sections=[
            SectionRecord(kind=s.kind, text=s.text, author=s.author, at=s.at, anchor=links.safe(s.anchor or "") or None)
            for s in document.sections
        ],
        people=[NamedRecord(name=p.name, role=p.role, email=p.email) for p in document.people],
        fields=dict(document.fields),
        created_at=document.created_at,
    )


def suggestion_record(one: Suggestion, base_url: str) -> SuggestionRecord:
    """A name for the API."""
    page = links.search([("parent", one.name)]) if one.kind == "board" else _page(one.kind, one.name)
    return SuggestionRecord(name=one.name, kind=one.kind, documents=one.documents, page=base_url.rstrip("/") + page)


def entity_record(entity: Entity, known: People, documents: list[Document], base_url: str) -> EntityRecord:
    """A company or person for the API; the documents are the newest about them."""
    team = [colleague_record(colleague, base_url) for colleague in known.team]
    return EntityRecord(
        name=entity.name,
        kind=entity.kind,
        page=base_url.rstrip("/") + _page(entity.kind, entity.name),
        aliases=list(entity.aliases),
        domains=list(entity.domains),
        emails=list(entity.emails),
        people=PeopleRecord(name=entity.name, team=team, owners=list(known.owners)),
        contacts=[contact.person.name for contact in known.contacts],
        total=len(entity.document_ids),
        documents=[document_record(document, base_url) for document in documents],
    )


def _page(kind: str, name: str) -> str:
    return links.company(name) if kind == "company" else links.person(name)
