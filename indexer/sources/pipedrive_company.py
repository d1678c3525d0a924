"""Calls to a Pipedrive company → its records, and documents in which every id has become a name."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property

from indexer.documents import EVERYONE, PRIVATE, Document
from indexer.errors import BadAnswer, Refused
from indexer.sources.crm_around import Around, Key, numbered
from indexer.sources.crm_documents import Frame
from indexer.sources.crm_entries import Entry
from indexer.sources.crm_live import NEVER, Told, clock_of
from indexer.sources.http import Line
from indexer.sources.loose import Record, count, flag, record, records, string
from indexer.sources.marks import Mark, moment
from indexer.sources.pipedrive_shapes import SHAPES, Shape, Words, entry_of, field_of, is_gone, user_of

PAGE, IDS = 500, 100
"""Records in a page; ids in one call."""
ARCHIVE = "deals/archived"
_MOST_STEPS = 100
_KINDS: dict[str, str] = {shape.word: shape.kind for shape in SHAPES.values()}
_OF_KIND: dict[str, str] = {shape.kind: name for name, shape in SHAPES.items() if name != ARCHIVE}


class Company:
    """A company as the token's user sees it. What its stages, users and fields are called is kept for a day."""

    def __init__(self, line: Line, source: str, visibility: str | None) -> None:
        """Ask nothing yet. What Pipedrive shows to the whole company is for everyone, unless `visibility` is stated."""
        self._line, self._source, self._visibility = line, source, visibility
        self._who = f"Pipedrive ({source})"
        self._around = Around(numbered, self._look_up)
        self._words: dict[str, Words] = {}
        self.clock = NEVER
        self.lacking: dict[str, str] = {}
        self.closed: set[str] = set()

    def begin(self, everything: bool) -> None:
        """Forget whom records belong to and which rights were missing; for a look at everything, all words too."""
        self._around.forget()
        self.lacking.clear()
        self.closed.clear()
        if everything:
            self._words.clear()

    def visit(self, name: str) -> None:
        """Ask for a record of a type and for what its fields are called; `lacking` tells what may not be read."""
        next(self._readable(name, {"limit": "1"}), None)
        self._words_of(SHAPES[name])

    def listed(self, name: str, mark: Mark) -> Iterator[list[Record]]:
        """Pages of what changed since `mark`: longest ago first, but notes the other way round."""
        asked = {"limit": str(PAGE), "sort_by": "update_time", "sort_direction": "asc"}
        if mark.since:
            asked["updated_since"] = f"{mark.since:%Y-%m-%dT%H:%M:%SZ}"
        if mark.since and name == "deals":
            asked["status"] = "open,won,lost,deleted"
        return self._notes(mark.since) if name == "notes" else self._readable(name, asked)

    def told(self, name: str, found: Record) -> Told:
        """What a record tells of itself."""
        return Told(string(found.get("id")), string(found.get("update_time")), is_gone(found))

    def ids(self, name: str, walked: set[str] | None) -> set[str]:
        """The ids of all records of a type, listed up and, where that is not the second time, down again: what moves
        while a list is read may be missing from it."""
        return self._ids(name, "ASC") | (self._ids(name, "DESC") if walked is None else set())

    def _ids(self, name: str, direction: str) -> set[str]:
        sort = {"sort": f"id {direction}", "sort_by": "id", "sort_direction": direction.lower()}
        pages = self._readable(name, {"limit": str(PAGE)} | sort)
        return {string(each.get("id")) for page in pages for each in page if not is_gone(each)}

    def recent(self, since: datetime) -> tuple[set[str], list[Key]] | None:
        """What types of records changed since then, and which seem to be gone (their data is null).

        None where Pipedrive does not tell.
        """
        asked = {"since_timestamp": f"{since:%Y-%m-%d %H:%M:%S}", "items": ",".join(_KINDS), "limit": str(PAGE)}
        try:
            rows = [row for page in self._pages("/v1/recents", asked) for row in page]
        except (BadAnswer, Refused) as problem:
            if isinstance(problem, Refused) and problem.status != 403:
                raise
            return None
        gone = [row for row in rows if not isinstance(row.get("data"), dict) or is_gone(record(row["data"]))]
        keys = [(_KINDS.get(string(row.get("item")), ""), string(row.get("id"))) for row in gone]
        return {string(row.get("item")) for row in rows}, keys

    def one(self, kind: str, number: str) -> tuple[str, Record] | None:
        """A record as it is now and its type, None where it is gone. Raises BadAnswer and Refused."""
        name = _OF_KIND.get(kind, "")
        if not name or not (number.isascii() and number.isdecimal()):
            return None
        try:
            told = record(self._got(f"{SHAPES[name].path}/{number}")["data"])
        except _Missing:
            return None
        if string(told.get("id")) != number:
            raise BadAnswer(f"{self._who} told something else than the {kind} {number}. The next update asks again.")
        return None if is_gone(told) else (name, told)

    def documents(self, name: str, found: Sequence[Record]) -> list[Document]:
        """Documents of these records."""
        return self._around.documents([self._entry(SHAPES[name], each) for each in found], self._frame) if found else []

    def _frame(self, entry: Entry, around: Sequence[Entry | None]) -> Frame:
        """Who may see it: no more people than may see each record it belongs to; where those are out of sight, or it
        belongs to none, whom the settings name."""
        if any(each.says("private") for each in (entry, *around) if each):
            return Frame(self._source, PRIVATE, self._template)
        told = entry.kind not in ("note", "activity") or (around and all(around))
        return Frame(self._source, self._visibility or (EVERYONE if told else PRIVATE), self._template)

    @cached_property
    def _template(self) -> str | None:
        """How links are made: they lead to the company's own address, which its token knows."""
        domain = string(record(self._got("/v1/users/me").get("data")).get("company_domain"))
        named = re.fullmatch(r"[A-Za-z0-9-]+", domain)
        return f"https://{domain}.pipedrive.com/{{type}}/{{id}}" if named else None

    def _look_up(self, keys: set[Key]) -> Iterator[Entry]:
        for name, shape in SHAPES.items():
            wanted = sorted(number for kind, number in keys if kind == shape.kind)
            for at in range(0, len(wanted), IDS):
                asked = {"ids": ",".join(wanted[at : at + IDS]), "limit": str(PAGE)}
                found = [each for page in self._readable(name, asked) for each in page]
                yield from (self._entry(shape, each) for each in found if not is_gone(each))

    def _entry(self, shape: Shape, found: Record) -> Entry:
        return entry_of(shape, found, self._words_of(shape))

    def _words_of(self, shape: Shape) -> Words:
        """What the ids in records of this type stand for."""
        if shape.fields not in self._words:
            users = self._named("/v1/users", "users:read", "the names of its users")
            stages = (
                self._named("/api/v2/stages", "deals:read", "the names of its stages") if shape.kind == "deal" else ()
            )
            fields = (
                self._named(f"/v1/{shape.fields}", shape.scope, "what its fields are called") if shape.fields else ()
            )
            self._words[shape.fields] = Words(
                {string(each.get("id")): user_of(each) for each in users},
                {string(each.get("id")): string(each.get("name")) for each in stages},
                {each.key: each for each in map(field_of, fields)},
                self._visibility is not None,
            )
        return self._words[shape.fields]

    def _named(self, path: str, scope: str, what: str) -> list[Record]:
        try:
            return [each for page in self._pages(path, {"limit": str(PAGE)}) for each in page]
        except Refused as problem:
            self._lack(problem, scope, what)
            return []

    def _notes(self, since: datetime | None) -> Iterator[list[Record]]:
        """Notes, the last changed first, until one is older. Each page begins with the last row of the one before:
        where it does not, notes were deleted meanwhile and others have moved up unseen, so it steps back."""
        seen, start, steps = set[str](), 0, 0
        asked = {"sort": "update_time DESC, id DESC", "limit": str(PAGE)}
        while True:
            told = self._got("/v1/notes", asked | {"start": str(start)})
            rows = told["data"] if isinstance(told["data"], list) else []
            first = record(rows[0]) if rows else {}
            if start and string(first.get("id")) not in seen and (first or not rows):
                start, steps = max(0, start - PAGE // 2), steps + 1
                if steps > _MOST_STEPS:
                    raise BadAnswer(
                        f"{self._who} lists its notes in another order each time. The next update asks again."
                    )
                continue
            page = records(rows)
            yield [each for each in page if string(each.get("id")) not in seen]
            seen |= {string(each.get("id")) for each in page}
            old = since and page and 0 < moment(string(page[-1].get("update_time"))) < since.timestamp()
            if old or not flag(
                record(record(told.get("additional_data")).get("pagination")).get("more_items_in_collection")
            ):
                return
            start += max(1, len(rows) - 1)

    def _readable(self, name: str, asked: dict[str, str]) -> Iterator[list[Record]]:
        """Pages of a type; none where it may not be read, or where a company has no archive."""
        shape = SHAPES[name]
        try:
            yield from self._pages(shape.path, asked)
        except Refused as problem:
            self._lack(problem, shape.scope, f"its {name}")
            self.closed.add(name)
        except _Missing:
            if name != ARCHIVE:
                raise
            self.closed.add(name)

    def _lack(self, problem: Refused, scope: str, what: str) -> None:
        """Remember what may not be read. Raises the problem where the token is no good at all."""
        if problem.status != 403:
            raise problem
        told = f"{self._who} keeps back {what}: the token lacks the scope {scope}, or its user may not see them."
        self.lacking[what] = f"{told} Grant it in Pipedrive's settings, or use the token of somebody who may."

    def _pages(self, path: str, asked: dict[str, str]) -> Iterator[list[Record]]:
        """All pages of a list: version 1 counts rows, version 2 has cursors."""
        passed = set[str]()
        while True:
            told = self._got(path, asked)
            yield records(told["data"])
            more = record(told.get("additional_data"))
            rows = record(more.get("pagination"))
            start = string(rows.get("next_start") or count(rows.get("start")) + count(rows.get("limit")))
            cursor = string(more.get("next_cursor"))
            if not (after := cursor or (start if flag(rows.get("more_items_in_collection")) else "")):
                return
            if after in passed:
                raise BadAnswer(f"{self._who} lists {path} in circles. The next update asks again.")
            passed.add(after)
            asked = asked | ({"cursor": cursor} if cursor else {"start": start})

    def _got(self, path: str, asked: dict[str, str] | None = None) -> Record:
        reply = self._line.get(path, asked)
        self.clock = clock_of(reply, self.clock)
        if reply.status >= 400:
            raise _Missing(f"{self._who} knows no {path}. The next update asks again.")
        told = record(reply.json())
        if told.get("success") is not True or "data" not in told:
            raise BadAnswer(f"{self._who} answered {path} without data. The next update asks again.")
        return told


class _Missing(BadAnswer):
    """There is no such path."""
