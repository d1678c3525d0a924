"""The records that everything here speaks of: documents and the passages cut from them. Pure."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

Kind = Literal["card", "note", "contact", "company", "deal", "activity"]
Status = Literal["open", "archived", "done", "won", "lost"]
Role = Literal["owner", "assignee", "author", "contact", "self"]

EVERYONE = "everyone"
PRIVATE = "private"
PUBLIC = "public"
"""For people outside as well. Only a document that names no customer stays so: one must not learn of another."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a document that has its own author, time or link: a description, a comment, a checklist."""

    text: str
    kind: Literal["body", "comment", "checklist", "field"] = "body"
    anchor: str | None = None
    """A link that opens this very part; None where only the whole document has a link."""
    author: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody a document names, and in which role."""

    name: str
    role: Role
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    """A company a document is about. `domains` are its mail or web domains, lower case."""

    name: str
    id: str = ""
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One card, note, contact, company, deal or activity, with a link that stays valid when it is renamed.

    `id` reads `source:account:kind:native_id`. `parent` is the board, company or deal it belongs to;
    `lane` the list or stage within that. Times are aware and in UTC. Without a stated visibility
    a document is private: whoever knows that it may be read by all has to say so.
    """

    id: str
    kind: Kind
    title: str
    url: str
    sections: tuple[Section, ...] = ()
    parent: str = ""
    lane: str = ""
    status: Status = "open"
    labels: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    people: tuple[Person, ...] = ()
    customers: tuple[Customer, ...] = ()
    created_at: datetime | None = None
    updated_at: datetime | None = None
    visibility: str = PRIVATE

    @property
    def source(self) -> str:
        """`source:account`, the place this document came from."""
        return ":".join(self.id.split(":", 2)[:2])

    @property
    def content_hash(self) -> str:
        """SHA-256 (hex) over every field; equal hashes mean there is nothing to write."""
        told = json.dumps(self, sort_keys=True, default=plain, ensure_ascii=False)
        return hashlib.sha256(told.encode()).hexdigest()

    @property
    def owner(self) -> Person | None:
        """Who answers for it: the owner, else an assignee, else an author, else the person itself."""
        order: tuple[Role, ...] = ("owner", "assignee", "author", "self")
        return next((p for role in order for p in self.people if p.role == role), None)

    def is_at(self, link: str) -> bool:
        """Whether a link is its own, perhaps with its name or a place in it behind."""
        rest = link.removeprefix(self.url)
        return bool(self.url) and rest != link and (not rest or rest[0] in "/?#")


def published(document: Document) -> Document:
    """The document, for everyone inside where it was called public but names a customer."""
    hides = document.visibility == PUBLIC and (document.customers or document.kind in ("contact", "company", "deal"))
    return replace(document, visibility=EVERYONE) if hides else document


def plain(value: object) -> object:
    """A record of this module or a time as what JSON can hold, one level deep: for `json.dumps(…, default=plain)`."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Document | Section | Person | Customer):
        return {name: getattr(value, name) for name in value.__slots__}
    raise TypeError(f"{type(value).__name__} has no place in a document")


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document small enough to embed, and the link that opens the document there.

    `text` is the verbatim piece, shown as evidence. `context` (the title, the parent) is put in front of it
    for the model and the word index, never shown. `kind` is `title` for the passage that is the title alone.
    """

    document_id: str
    ordinal: int
    text: str
    kind: Literal["title", "body", "comment", "checklist", "field"] = "body"
    context: str = ""
    anchor: str | None = None

    @property
    def embedded_text(self) -> str:
        """What the model reads; two passages with the same one share a vector."""
        return f"{self.context}\n{self.text}" if self.context else self.text

    @property
    def text_hash(self) -> str:
        """SHA-256 (hex) of the embedded text: the key under which a vector is kept."""
        return hashlib.sha256(self.embedded_text.encode()).hexdigest()
