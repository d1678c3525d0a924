"""Calls to a Salesforce org → its records, and documents in which every id has become a name."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from indexer.documents import Document
from indexer.errors import BadAnswer, Refused, Unavailable
from indexer.sources.crm_around import Around, Key
from indexer.sources.crm_documents import Frame
from indexer.sources.crm_entries import Entry
from indexer.sources.crm_live import NEVER, Told, clock_of
from indexer.sources.http import Line, Reply
from indexer.sources.loose import Record, count, flag, record, records, string
from indexer.sources.marks import Mark, moment
from indexer.sources.salesforce_shapes import SHAPES, Seen, entry_of, is_id, named_in, note_text, staff_of

EDITION = "v62.0"
IDS = 200
"""Ids in one query: Salesforce refuses addresses of more than 16,384 characters."""
_MOST_TEXTS, _TRIES = 20_000, 3
_LINK = ("Id", "ContentDocumentId", "LinkedEntityId")
_NOBODYS = ("005", "058", "0F9", "00D")
"""How the ids of users, libraries, groups and the org itself begin: a note linked to no more is on no record."""


class _Short(BadAnswer):
    """Less was told than there is."""


class Org:
    """An org as the token's user sees it. What objects look like there is kept until a query shows otherwise."""

    def __init__(self, line: Line, frame: Frame, renew: Callable[[], None] | None = None) -> None:
        """Ask nothing yet. `renew` makes the line's headers bring another token than the one that was refused."""
        self._line, self._frame, self._renew = line, frame, renew
        self._who, self._origin = f"Salesforce ({frame.name})", line.place.origin
        self._seen: dict[str, Seen | None] = {}
        self._around = Around(named_in, self._look_up)
        self._texts: dict[str, tuple[str, str]] = {}
        self.clock = NEVER
        self.lacking: dict[str, str] = {}

    @property
    def closed(self) -> set[str]:
        """The objects that are out of sight."""
        return {name for name, seen in self._seen.items() if not seen}

    def begin(self, everything: bool) -> None:
        """Forget whom records belong to and which rights were missing: both may have changed since."""
        self._around.forget()
        self.lacking.clear()
        self._seen = {name: seen for name, seen in self._seen.items() if seen and not seen.missing and not everything}

    def visit(self, name: str) -> None:
        """Look at an object; `lacking` tells what of it is missing."""
        self.sees(name)

    def sees(self, name: str) -> Seen | None:
        """What of an object may be seen, or None; `lacking` tells what is missing."""
        if name not in self._seen:
            told = self._described(name)
            seen = SHAPES[name].seen(told)
            self._seen[name] = seen if {"Id", seen.stamp} <= {*seen.fields} else None
            if not self._seen[name]:
                self._lack(name, f"{name} records", f"read on {name}")
            elif seen.missing:
                self._lack(name, f"{', '.join(seen.missing)} of {name}", "read on these fields")
        return self._seen[name]

    def forget(self, name: str) -> None:
        """Look at an object, and at the contacts that come with accounts, anew when it is asked for again: a query
        failed that was right before, perhaps because a field has gone, or the right to read it."""
        for each in (name, "Contact"):
            self._seen.pop(each, None)

    def listed(self, name: str, mark: Mark) -> Iterator[tuple[Record, ...]]:
        """Pages of what changed of an object since `mark`, longest ago first, deleted records among it.

        A query that Salesforce forgot on the way is asked again from where the mark has got to by then.
        """
        before, tries = replace(mark), 0
        while seen := self.sees(name):
            where = f"{seen.stamp} >= {mark.since:%Y-%m-%dT%H:%M:%SZ}" if mark.since else ""
            try:
                yield from self._pages(seen.query(where, self._staff(name)))
                return
            except _Short:
                mark.at, mark.told = before.at, before.told  # what was left out is anywhere
                raise
            except BadAnswer:
                if (tries := tries + 1) > _TRIES:
                    raise
                self.forget(name)

    def told(self, name: str, found: Record) -> Told:
        """What a record tells of itself."""
        seen = self.sees(name)
        return Told(
            string(found.get("Id")), string(found.get(seen.stamp if seen else "")), flag(found.get("IsDeleted"))
        )

    def ids(self, name: str, walked: set[str] | None) -> set[str]:
        """The ids of all records of an object that are not deleted: Salesforce counts them itself, so once will do."""
        if not (seen := self.sees(name)):
            return set()
        where = " WHERE IsDeleted = false" if "IsDeleted" in seen.fields else ""
        return {string(each.get("Id")) for each in self._all(f"SELECT Id FROM {name}{where}")}

    def deleted(self, name: str, start: datetime, end: datetime) -> tuple[list[str], float]:
        """Ids of what was deleted within a time, and since when (epoch seconds) all deletions are known."""
        span = {"start": f"{start:%Y-%m-%dT%H:%M:%S}+00:00", "end": f"{end:%Y-%m-%dT%H:%M:%S}+00:00"}
        told = record(self._got(f"/services/data/{EDITION}/sobjects/{name}/deleted/", span).json())
        ids = [string(each.get("id")) for each in records(told.get("deletedRecords"))]
        return ids, moment(string(told.get("earliestDateAvailable")))

    def read(self, name: str, ids: Sequence[str]) -> list[Record]:
        """These records, also deleted ones, but not those that are gone for good or out of sight."""
        try:
            return self._read(name, ids)
        except BadAnswer:
            self.forget(name)
            return self._read(name, ids)

    def _read(self, name: str, ids: Sequence[str]) -> list[Record]:
        if not (seen := self.sees(name)):
            return []
        chunks = [_listed(ids[at : at + IDS]) for at in range(0, len(ids), IDS)]
        return [each for some in chunks for each in self._all(seen.query(f"Id IN ({some})", self._staff(name)))]

    def _staff(self, name: str) -> Seen | None:
        """The contacts that come with accounts, as far as they may be seen."""
        return self.sees("Contact") if name == "Account" else None

    def documents(self, name: str, found: Sequence[Record]) -> list[Document]:
        """Documents of these records."""
        if not (seen := self.sees(name)) or not found:
            return []
        found = self._whole(found) if name == "ContentNote" else found
        entries = [entry_of(seen, each, self._origin) for each in found]
        staff = {string(each.get("Id")): staff_of(each, self._origin) for each in found}
        return self._around.documents(entries, lambda *_: self._frame, staff)

    def _look_up(self, keys: set[Key]) -> Iterator[Entry]:
        for name in ("Account", "Contact", "Opportunity"):
            found = self.read(name, sorted(number for kind, number in keys if kind == SHAPES[name].kind))
            seen = self.sees(name)
            yield from (
                entry_of(seen, each, self._origin) for each in found if seen and not flag(each.get("IsDeleted"))
            )

    def _whole(self, found: Sequence[Record]) -> list[Record]:
        """ContentNotes with their text and the records they are on; one on no record is its writer's own."""
        numbers, on = [string(each.get("Id")) for each in found], defaultdict[str, set[str]](set)
        for at in range(0, len(numbers), IDS):
            where = f"ContentDocumentId IN ({_listed(numbers[at : at + IDS])})"
            for link in self._all(f"SELECT {', '.join(_LINK)} FROM ContentDocumentLink WHERE {where}"):
                _, note, linked = (string(link.get(name)) for name in _LINK)
                on[note] |= {linked} if linked[:3] not in _NOBODYS else set()
        return [self._with_text(each, sorted(on[string(each.get("Id"))])) for each in found]

    def _with_text(self, found: Record, on: Sequence[str]) -> Record:
        """A ContentNote with its text, which is asked for again only when the note has changed."""
        number, stamp = string(found.get("Id")), string(found.get("LastModifiedDate"))
        known, text = self._texts.get(number, ("", ""))
        if not stamp or known != stamp:
            if len(self._texts) >= _MOST_TEXTS:
                self._texts.clear()
            try:
                body = self._got(f"/services/data/{EDITION}/sobjects/ContentNote/{number}/Content").body
                text = note_text(body, string(found.get("TextPreview")))
                self._texts[number] = stamp, text
            except BadAnswer as problem:
                self.lacking[number] = f"Of the note {number} only the beginning is known. {problem}"
        return {**found, "Content": text, "LinkedEntityId": ";".join(on), "IsPrivate": not on}

    def _lack(self, name: str, what: str, right: str) -> None:
        told = f"{self._who} keeps back {what}: the user of its token may not see them."
        self.lacking[name] = f"{told} Give that user a permission set with the right to {right}."

    def _described(self, name: str) -> Record:
        """What an object looks like to the token's user; nothing where it is out of sight."""
        try:
            return record(self._got(f"/services/data/{EDITION}/sobjects/{name}/describe", missing=True).json())
        except Refused as problem:
            if problem.status != 403:
                raise
            return {}

    def _all(self, soql: str) -> Iterator[Record]:
        for page in self._pages(soql):
            yield from page

    def _pages(self, soql: str) -> Iterator[tuple[Record, ...]]:
        """All that a query finds: only queryAll tells of deleted records and of activities a year old.

        Raises BadAnswer where that is less than Salesforce itself counted.
        """
        told = record(self._got(f"/services/data/{EDITION}/queryAll", {"q": soql}).json())
        total, found, passed = count(told.get("totalSize")), set[str](), set[str]()
        while True:
            page = records(told.get("records"))
            found |= {string(each.get("Id")) for each in page}
            yield tuple(each for each in page if each.get("Id"))
            if not (after := string(told.get("nextRecordsUrl"))) or after in passed:
                break
            passed.add(after)
            told = record(self._got(after).json())
        if len(found) < total or not isinstance(told.get("records"), list):
            raise _Short(f"{self._who} counted {total} records and told {len(found)}. The next update asks again.")

    def _got(self, path: str, asked: dict[str, str] | None = None, missing: bool = False) -> Reply:
        """What a path answers, asked with another token where the last one is used up."""
        try:
            reply = self._line.get(path, asked)
        except Refused as problem:
            if "REQUEST_LIMIT_EXCEEDED" in str(problem):  # the sentence holds what Salesforce said
                told = f"{self._who} has answered as many calls in 24 hours as the org has paid for."
                raise Unavailable(f"{told} The next update goes on from here; a longer interval needs fewer.") from None
            if problem.status != 401 or not self._renew:
                raise
            self._renew()
            reply = self._line.get(path, asked)
        self.clock = clock_of(reply, self.clock)
        if reply.status >= 400 and not missing:
            raise BadAnswer(f"{self._who} knows no {path.split('?')[0]} any more. The next update asks again.")
        return reply


def _listed(ids: Sequence[str]) -> str:
    return ", ".join(f"'{number}'" for number in ids if is_id(number))
