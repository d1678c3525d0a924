"""What a searcher wants, as strangers send it in a URL: checked, then turned into a question. Pure."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from indexer.asking import Archived, AskOptions, Filters, Question, Sort
from indexer.documents import Kind, Status
from service.mail.questions import kind_of
from service.web import links
from service.web.prefixes import MOST, Prefixed, prefixed

LONGEST_QUESTION = 2_000
LONGEST_VALUE = 200
PAGE_SIZE = 10
LAST_PAGE = 100
LAST_OFFSET = 1_000
LONGEST_LINK, LONGEST_ID = 1_000, 1_000
LISTS = ("source", "kind", "parent", "lane", "customer", "person", "status")
DATES = ("since", "until")
_ISO = re.compile(r"\d{4}-\d\d-\d\d")
USUAL = {"archived": "with", "sort": "best"}
"""What an address says nothing of."""


def _without_blanks(value: Any) -> Any:
    """A form sends its empty fields too; they mean nothing."""
    return [v for v in value if v != ""] if isinstance(value, list) else value


def _day(value: Any) -> Any:
    """A day as it is written, and not a number of seconds, which a date could be read from too."""
    if isinstance(value, str) and value and not _ISO.fullmatch(value):
        raise PydanticCustomError("date_type", "no day")
    return None if value == "" else value


_Name = Annotated[str, StringConstraints(max_length=LONGEST_VALUE, strip_whitespace=True)]
_Names = Annotated[list[_Name], Field(max_length=MOST), BeforeValidator(_without_blanks)]
_Kinds = Annotated[list[Kind], Field(max_length=MOST), BeforeValidator(_without_blanks)]
_Statuses = Annotated[list[Status], Field(max_length=MOST), BeforeValidator(_without_blanks)]
Day = Annotated[date | None, BeforeValidator(_day)]


class Looked(BaseModel):
    """What is looked for: a question, or a document whose likes are wanted."""

    model_config = ConfigDict(frozen=True)

    q: Annotated[str, StringConstraints(max_length=LONGEST_QUESTION, strip_whitespace=True)] = Field(
        default="",
        description="What you ask, in your own words; `company:`, `board:` and the like in it are filters. "
        "Empty lists everything the filters let through.",
    )
    like: Annotated[str, StringConstraints(max_length=LONGEST_ID)] = Field(
        default="", description="The id of a document: what resembles it, where nothing is asked."
    )


class Narrowed(BaseModel):
    """What narrows a search. Several values of one filter mean any of them."""

    model_config = ConfigDict(frozen=True)

    source: _Names = Field(default=[], description="Where it comes from, such as trello:sales.")
    kind: _Kinds = Field(default=[], description="What it is.")
    parent: _Names = Field(default=[], description="The board, company or deal it belongs to.")
    lane: _Names = Field(default=[], description="The list or stage within that.")
    customer: _Names = Field(default=[], description="The company it is about.")
    person: _Names = Field(default=[], description="Somebody it names.")
    status: _Statuses = Field(default=[], description="Its state.")
    since: Day = Field(default=None, description="Changed on this day or later (YYYY-MM-DD).")
    until: Day = Field(default=None, description="Changed on this day or before (YYYY-MM-DD).")

    archived: Annotated[Archived, BeforeValidator(lambda v: v or USUAL["archived"])] = Field(
        default="with", description="Whether archived documents are among the others, ranked lower."
    )

    @property
    def filters(self) -> Filters:
        """What narrows the search, as the index understands it."""
        lists: dict[str, Any] = {name: tuple(getattr(self, name)) for name in LISTS}
        return Filters(**lists, since=self.since, until=self.until, archived=self.archived)


class Wanted(Narrowed, Looked):
    """What is looked for, what narrows it, and in which order it comes."""

    sort: Annotated[Sort, BeforeValidator(lambda v: v or USUAL["sort"])] = Field(
        default="best", description="The order. By time, only what has a name, words or a meaning in common counts."
    )

    @property
    def prefixed(self) -> Prefixed:
        """The words of the question and the filters that its prefixes mean."""
        return prefixed(self.q)

    @property
    def plain(self) -> Self:
        """The same wish without prefixes in the question: they became filters."""
        told = self.prefixed
        lists = {name: [*getattr(self, name), *(v for n, v in told.pairs if n == name)] for name in LISTS}
        changes: dict[str, Any] = {name: list(dict.fromkeys(values)) for name, values in lists.items()}
        if not told.pairs or any(len(values) > MOST for values in changes.values()):
            return self
        changes |= {name: date.fromisoformat(value) for name, value in told.pairs if name in DATES}
        return self.model_copy(update={**changes, "q": told.words})

    @property
    def is_ranked(self) -> bool:
        """Whether something is looked for, so that there are better and worse hits."""
        return bool(self.q or self.like)

    @property
    def question(self) -> Question:
        """The question as the watcher would ask it."""
        return Question(self.q, kind_of(self.q))

    @property
    def narrowed(self) -> tuple[tuple[str, str], ...]:
        """Every active filter as (name, value), in the order of the page."""
        return tuple(pair for pair in self.pairs() if pair[0] not in ("q", "like", "sort", "page"))

    def pairs(self) -> Iterator[tuple[str, str]]:
        """The parameters that say the same in a URL, without the empty ones."""
        if self.q:
            yield "q", self.q
        elif self.like:
            yield "like", self.like
        for name in LISTS:
            for value in getattr(self, name):
                yield name, value
        for name in DATES:
            if value := getattr(self, name):
                yield name, value.isoformat()
        for name, usual in USUAL.items():
            if (chosen := getattr(self, name)) != usual:
                yield name, chosen


class WantedPage(Wanted):
    """A search as the page sends it: by page number. `without` names one filter to take away (`kind:card`)."""

    page: Annotated[int, Field(ge=1, le=LAST_PAGE), BeforeValidator(lambda v: 1 if v == "" else v)] = 1
    without: Annotated[str, StringConstraints(max_length=300)] = ""

    def asking(self, old: str, new: str) -> str:
        """The address of the same search with another name in the question; empty where that is too long for one."""
        words = re.sub(re.escape(old), lambda found: new, self.q, flags=re.IGNORECASE)
        href = links.search([("q", words), *(pair for pair in self.narrowed)])
        return href if words != self.q and len(href) <= LONGEST_LINK else ""

    @property
    def options(self) -> AskOptions:
        """Which hits this page shows."""
        return AskOptions(
            filters=self.filters, limit=PAGE_SIZE, offset=(self.page - 1) * PAGE_SIZE, sort=self.sort, all_ids=True
        )

    def pairs(self) -> Iterator[tuple[str, str]]:
        """The parameters of this very page, less the filter that is taken away."""
        gone = self.without.partition(":")[::2]
        yield from (pair for pair in Wanted.pairs(self) if pair != gone)
        if self.page > 1 and not self.without:
            yield "page", str(self.page)


class WantedHits(Wanted):
    """A search as a program sends it."""

    limit: int = Field(default=10, ge=1, le=50, description="How many hits at most.")
    offset: int = Field(default=0, ge=0, le=LAST_OFFSET, description="How many of the best hits to leave out.")

    @property
    def options(self) -> AskOptions:
        """Which hits to return."""
        return AskOptions(filters=self.filters, limit=self.limit, offset=self.offset, sort=self.sort)
