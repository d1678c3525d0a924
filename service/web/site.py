"""What every page shares: the knowledge, the ledger, the templates and the frame around the content."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from indexer.asking import EVERYBODY, Viewer
from indexer.entities import Entity
from indexer.errors import SignpostError
from indexer.knowledge import IndexStatus, Knowledge
from service.ledger import Ledger
from service.templates import Templates
from service.web.assets import Assets
from service.web.facets import Choices
from service.web.names import Names, Sorted
from service.web.options import WebOptions
from service.web.problems import Problem
from service.web.wording import ago, counted

VIEWERS = 16
"""Kinds of viewers whose choices are remembered."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around every page: its title, the tab it belongs to, the words in the search box, the footer.

    `asks` is the way people log in where they have to; a `stranger` has not, and sees nothing of what is inside.
    """

    title: str
    tab: str
    words: str
    version: str
    freshness: str
    css: str
    script: str
    logo: str
    asks: str = ""
    stranger: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class NamesRead:
    """The names that one viewer may know, sorted, and what they were read from."""

    entities: Sequence[Entity]
    choices: Choices
    sorted: Sorted
    names: Names


@dataclass(frozen=True, slots=True)
class Site:
    """The pages' view of the product."""

    knowledge: Knowledge
    ledger: Ledger
    options: WebOptions
    assets: Assets
    counted: dict[tuple[int, frozenset[str]], Choices] = field(default_factory=dict)
    """Choices by the sequence they were counted at and by what the viewer may see."""
    names: dict[frozenset[str], NamesRead] = field(default_factory=dict)
    """Names by what the viewer may see."""

    @property
    def now(self) -> datetime:
        """The time of this request, in UTC."""
        return self.options.now()

    def choices(self, viewer: Viewer) -> Choices:
        """For each filter its values with their counts, as far as the viewer may see; counted once a change."""
        key = self.knowledge.status().sequence, viewer.visibilities
        if key not in self.counted:
            if len(self.counted) >= VIEWERS:
                self.counted.clear()
            self.counted[key] = self.knowledge.choices(viewer)
        return self.counted[key]

    def standing(self, viewer: Viewer) -> IndexStatus:
        """How the index stands; of its documents only those count that the viewer may see."""
        status = self.knowledge.status()
        if status.updated_at is None:
            return status
        by_source = tuple(sorted(self.knowledge.choices(viewer)["source"]))
        return replace(status, documents=self.knowledge.count(viewer), by_source=by_source)

    def show(self, name: str, title: str, **values: Any) -> HTMLResponse:
        """The template `web/NAME.html` with these values. `tab`, `words` and `stranger` go to the frame."""
        stranger = values.pop("stranger", False)
        told = "" if stranger else self._freshness()
        frame = self._frame(title, values.pop("tab", ""), values.pop("words", ""), told)
        frame = replace(frame, asks=self.options.rules.login, stranger=stranger)
        return HTMLResponse(self.options.templates.render(f"web/{name}.html", frame=frame, **values))

    def show_problem(self, problem: Problem) -> HTMLResponse:
        """The page that says what went wrong. It uses the shipped templates: a user's own may be what broke."""
        frame = self._frame(problem.title, "", "", "")
        html = Templates(None).render("web/problem.html", frame=frame, problem=problem)
        return HTMLResponse(html, problem.status)

    def _frame(self, title: str, tab: str, words: str, freshness: str) -> Frame:
        css, script, logo = (self.assets.url(name) for name in ("site.css", "site.js", "logo.svg"))
        return Frame(title, tab, words, self.options.version, freshness, css, script, logo)

    def _freshness(self) -> str:
        try:
            status = self.standing(EVERYBODY)
        except SignpostError:
            return ""
        if not status.updated_at:
            return ""
        return f"{counted(status.documents, 'document')}, updated {ago(status.updated_at, self.now)}"


def site_of(request: Request) -> Site:
    """The site this application was made with."""
    site: Site = request.app.state.site
    return site


Here = Annotated[Site, Depends(site_of)]
