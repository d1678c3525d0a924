"""Calls to a HubSpot portal → its objects, and documents in which every id has become a name."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

from indexer.documents import PRIVATE, Document
from indexer.errors import BadAnswer, Refused
from indexer.sources.crm_around import Around, Key, numbered
from indexer.sources.crm_documents import Frame
from indexer.sources.crm_entries import Entry
from indexer.sources.crm_live import NEVER, clock_of
from indexer.sources.http import Line, Rate
from indexer.sources.hubspot_shapes import SHAPES, Shape, entry_of, own_columns, people_of, stages_of
from indexer.sources.loose import Record, count, record, records, string
from indexer.sources.text import domain_of

EDITION = "2026-03"
RATES = (Rate(100, 10), Rate(4, 1, "/search"))
"""The smallest plan allows 100 calls in ten seconds, larger ones say so in each reply; searches say nothing."""
PAGE, FOUND, LINKED = 100, 200, 1000
"""Objects in a listed page and in one of search results; ids whose links are read at once."""
_NAMED = ("contacts", "companies", "deals")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page:
    """Some objects, and where the next ones begin; an empty `after` is the end."""

    records: tuple[Record, ...]
    after: str


class Portal:
    """A portal as its app sees it. What it said is kept until the next look begins, so that nothing is asked twice."""

    def __init__(self, line: Line, source: str, visibility: str) -> None:
        """Ask nothing yet. Documents will be `source`'s and, unless shared with some people only, of `visibility`."""
        self._line, self._source, self.visibility, self.clock = line, source, visibility, NEVER
        self._around = Around(numbered, self._look_up)
        self._shapes: dict[str, Shape] = {}
        self._open: dict[str, bool] = {}
        self.lacking: dict[str, str] = {}

    @property
    def closed(self) -> set[str]:
        """Types that turned out to be out of sight."""
        return {name for name, is_open in self._open.items() if not is_open}

    def begin(self, everything: bool) -> None:
        """Forget what was said: names, rights and fields may have changed since."""
        self._around.forget()
        for kept in (self._shapes, self._open, self.lacking):
            kept.clear()
        for name in ("_people", "_stages", "_frame"):
            vars(self).pop(name, None)

    def visit(self, name: str) -> None:
        """Ask for all that documents of a type need, however empty; `lacking` tells what may not be read."""
        if self.is_open(name):
            self.documents(name, [{"id": "0"}])

    def pages(self, name: str, after: str = "", archived: bool = False, slim: bool = False) -> Iterator[Page]:
        """All objects of a type, lowest id first, from `after` on; of `slim` ones only the ids are told."""
        asked = {"properties": "hs_object_id"}
        if not slim:
            asked = {"properties": ",".join(self.shape(name).properties), "associations": ",".join(self._beside(name))}
        return self._pages(f"/crm/objects/{EDITION}/{name}", asked | {"archived": str(archived).lower()}, after)

    def _pages(self, path: str, asked: Mapping[str, object], after: str = "") -> Iterator[Page]:
        passed: set[str] = set()
        while after not in passed:
            passed.add(after)
            page = self._page(path, {**asked, "limit": PAGE, "after": after})
            yield page
            if not (after := page.after):
                return
        raise BadAnswer(f"HubSpot ({self._source}) lists {path} in circles. The next update asks again.")

    def changed(self, name: str, since: float, offset: int = 0) -> Page:
        """A slim page of what changed at `since` (epoch seconds) or later, longest ago first."""
        by = SHAPES[name].changed
        low = {"propertyName": by, "operator": "GTE", "value": str(int(since * 1000))}
        order = {"propertyName": by, "direction": "ASCENDING"}
        asked = {"filterGroups": [{"filters": [low]}], "sorts": [order], "properties": [by]}
        return self._page(f"/crm/objects/{EDITION}/{name}/search", asked | {"limit": FOUND, "after": str(offset)})

    def ids(self, name: str, walked: set[str] | None) -> set[str]:
        """The ids of all objects of a type. Raises BadAnswer where a search counts more: a page may be missing."""
        if not self.is_open(name):
            return set()
        if (here := walked) is None:
            here = {string(each.get("id")) for page in self.pages(name, slim=True) for each in page.records}
        total = count(self._got(f"/crm/objects/{EDITION}/{name}/search", {"limit": 1}).get("total"))
        if len(here) < total:
            told = f"HubSpot ({self._source}) lists {len(here)} {name}, but says that it has {total}."
            raise BadAnswer(f"{told} Nothing is deleted because of that; all is read again in an hour.")
        return here

    def read(self, name: str, numbers: Sequence[str]) -> list[Record]:
        """These objects, without those that are gone."""
        if not numbers:
            return []
        path, wanted = f"/crm/objects/{EDITION}/{name}/batch/read", {"properties": self.shape(name).properties}
        inputs = [[{"id": n} for n in numbers[at : at + PAGE]] for at in range(0, len(numbers), PAGE)]
        unasked = {"associations": {other: {"paging": "a batch tells none"} for other in self._beside(name)}}
        return [each | unasked for some in inputs for each in self._page(path, wanted | {"inputs": some}).records]

    def documents(self, name: str, found: Sequence[Record]) -> list[Document]:
        """Documents of these objects; what stands beside one that is shared with some only is shared with no more."""
        entries = self._entries(name, found, self._beside(name)) if found else []
        return self._around.documents(entries, self._frame_of)

    def _frame_of(self, _: Entry, around: Sequence[Entry | None]) -> Frame:
        hidden = any(each.says("private") for each in around if each)
        return replace(self._frame, visibility=PRIVATE) if hidden else self._frame

    def _look_up(self, keys: set[Key]) -> Iterator[Entry]:
        """What stands beside other records; to that of companies belong all their people, who do not matter there."""
        for name in _NAMED:
            numbers = sorted(number for kind, number in keys if kind == SHAPES[name].kind)
            if numbers and self.is_open(name):
                beside = () if name == "companies" else self._beside(name)
                yield from self._entries(name, self.read(name, numbers), beside)

    def _entries(self, name: str, found: Sequence[Record], beside: Sequence[str]) -> list[Entry]:
        """Entries of these objects with their links to the types `beside` them."""
        found = [each for each in found if string(each.get("id")).isdecimal()]
        links, stages = self._links(name, found, beside), self._stages if name == "deals" else {}
        shape = self.shape(name)
        return [entry_of(shape, each, links[string(each.get("id"))], self._people, stages) for each in found]

    def _links(self, name: str, found: Sequence[Record], others: Sequence[str]) -> dict[str, dict[str, list[str]]]:
        """Ids beside each object, by type and in order. What a list leaves out is asked for."""
        links: dict[str, dict[str, list[str]]] = {string(each.get("id")): {} for each in found}
        for other in others:
            told = {string(each.get("id")): record(record(each.get("associations")).get(other)) for each in found}
            ids = {n: {string(to.get("id")) for to in records(part.get("results"))} for n, part in told.items()}
            ids |= self.linked(name, other, [n for n, part in told.items() if part.get("paging")])
            for number, linked in ids.items():
                links[number][other] = sorted(linked - {""}, key=lambda o: (len(o), o))
        return links

    def linked(self, name: str, other: str, numbers: Sequence[str]) -> dict[str, set[str]]:
        """Ids of the `other` objects that each of these is associated with."""
        linked: dict[str, set[str]] = {number: set() for number in numbers}
        todo = [{"id": number} for number in numbers]
        while todo:
            asked, todo = todo[:LINKED], todo[LINKED:]
            path = f"/crm/associations/{EDITION}/{name}/{other}/batch/read"
            for each in self._page(path, {"inputs": asked}).records:
                known = linked.setdefault(string(record(each.get("from")).get("id")), set())
                fresh = {string(to.get("toObjectId")) for to in records(each.get("to"))} - known
                known |= fresh
                if fresh and (after := _after(each)):
                    todo.append({"id": string(record(each.get("from")).get("id")), "after": after})
        return linked

    def _beside(self, name: str) -> tuple[str, ...]:
        return tuple(other for other in SHAPES[name].beside if self.is_open(other))

    def is_open(self, name: str) -> bool:
        """Whether objects of this type may be read; `lacking` tells why not."""
        if name not in self._open:
            asked = {"limit": "1", "properties": "hs_object_id"}
            path = f"/crm/objects/{EDITION}/{name}"
            self._open[name] = self._granted(SHAPES[name].scope, lambda: self._page(path, asked)) is not None
        return self._open[name]

    def _granted(self, scope: str, ask: Callable[[], T]) -> T | None:
        """What was asked for, None where the app may not. Raises Refused where its token is no good."""
        try:
            return ask()
        except Refused as problem:
            self._lack(scope, problem)
            return None

    def close(self, name: str, problem: Refused) -> None:
        """Remember that a type may not be read. Raises the problem where the token is no good at all."""
        self._lack(SHAPES[name].scope, problem)
        self._open[name] = False

    def _lack(self, scope: str, problem: Refused) -> None:
        """Remember what HubSpot keeps back: it needs this scope, unless it says another reason."""
        if problem.status != 403:
            raise problem
        told = f"HubSpot ({self._source}) keeps something back: its app lacks the scope {scope}."
        told = f"{told} Add it to the app in HubSpot's settings, and install the app anew."
        self.lacking[scope] = told if "scope" in str(problem) else str(problem)

    def shape(self, name: str) -> Shape:
        """The type, with the properties that the portal's people gave it."""
        if name not in self._shapes:
            path = f"/crm/properties/{EDITION}/{name}"
            told = self._granted(SHAPES[name].scope, lambda: self._got(path)) if name in _NAMED else None
            self._shapes[name] = replace(SHAPES[name], columns=own_columns(told or {}) | SHAPES[name].columns)
        return self._shapes[name]

    @cached_property
    def _people(self) -> dict[str, str]:
        """Everybody who owns records or once did."""
        lists = [self._pages(f"/crm/owners/{EDITION}", {"archived": told}) for told in ("true", "false")]
        found = self._granted("crm.objects.owners.read", lambda: [o for some in lists for p in some for o in p.records])
        return people_of(found or ())

    @cached_property
    def _stages(self) -> dict[str, tuple[str, str]]:
        path = f"/crm/pipelines/{EDITION}/deals"
        return stages_of(self._granted(SHAPES["deals"].scope, lambda: self._got(path)) or {})

    @cached_property
    def _frame(self) -> Frame:
        """Links lead to the portal's own host: portals in Europe have another one."""
        told = self._granted("oauth", lambda: self._got(f"/account-info/{EDITION}/details")) or {}
        portal, host = string(told.get("portalId")), domain_of(string(told.get("uiDomain")))
        host = host if host.endswith(".hubspot.com") else "app.hubspot.com"
        link = f"https://{host}/contacts/{portal}/record/{{type}}/{{id}}" if portal.isdecimal() else None
        return Frame(self._source, self.visibility, link)

    def _page(self, path: str, asked: Mapping[str, object]) -> Page:
        told = self._got(path, asked)
        if not isinstance(told.get("results"), list):
            raise BadAnswer(f"HubSpot ({self._source}) answered {path} without results. The next update asks again.")
        return Page(tuple(records(told["results"])), _after(told))

    def _got(self, path: str, asked: Mapping[str, object] | None = None) -> Record:
        """What a path answers; to search and to read batches is to send something."""
        if path.endswith(("/search", "/read")):
            reply = self._line.post(path, asked)
        else:
            reply = self._line.get(path, {name: str(value) for name, value in (asked or {}).items() if value})
        self.clock = clock_of(reply, self.clock)
        if reply.status >= 400:
            raise BadAnswer(f"HubSpot ({self._source}) knows no {path} any more. The next update asks again.")
        return record(reply.json())


def _after(told: Mapping[str, object]) -> str:
    return string(record(record(told.get("paging")).get("next")).get("after"))
