"""A Pipedrive company, live: organizations, people, deals, notes and activities → documents, deletions surely."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from indexer.errors import BadAnswer, SourceError, Unavailable
from indexer.sources.http import Line, Place, Rate
from indexer.sources.loose import Record, string
from indexer.sources.marks import OVERLAP, Mark, Marks
from indexer.sources.pipedrive_bell import Bell
from indexer.sources.pipedrive_company import Company
from indexer.sources.pipedrive_shapes import SHAPES, is_gone
from indexer.sources.protocol import Census, Delete, Event, Failure, Upsert


def place(source: str, origin: str = "https://api.pipedrive.com", public: bool = True) -> Place:
    """Where Pipedrive is. Two seconds hold 20 calls in the smallest plan; what is left of a day its replies tell."""
    remedy = "Make a new token in Pipedrive under Personal preferences, API, and put it in the place of the old one."
    return Place("Pipedrive", source, origin, (Rate(20, 2),), public, remedy)


class Pipedrive:
    """Organizations, persons, deals (those in the archive too), notes and activities.

    Each pull asks one question: what kinds of records changed. Only those are listed, from where they were told on;
    once a day everything is, because a new name of an organization changes no date of its deals. Then ids are counted.
    """

    def __init__(
        self,
        line: Line,
        account: str,
        visibility: str | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        bell: Bell | None = None,
    ) -> None:
        """Be called `pipedrive:account` and ask nothing yet.

        What only some people of the company may see is private, whatever `visibility` says; the rest is for everyone
        unless that says otherwise. `bell` knows the calls of our webhook.
        """
        if not account.strip() or ":" in account:
            raise SourceError(f"The Pipedrive source needs a short name without a colon; {account!r} is none.")
        self.name = f"pipedrive:{account}"
        self._now, self._bell = now, bell
        self._company = Company(line, self.name, visibility)
        self._walked: dict[str, set[str]] = {}
        self._counted: Census | None = None

    def check(self) -> list[str]:
        """One sentence for each right that is missing."""
        self._company.begin()
        try:
            for name in SHAPES:
                self._company.is_open(name)
        except SourceError as problem:
            return [*self._company.lacking.values(), str(problem)]
        return list(self._company.lacking.values())

    def pull(self, cursor: str | None) -> Iterator[Event]:
        """What changed or was deleted since `cursor`, or everything. Raises Refused for a token that is no good."""
        marks, now = Marks.of(cursor), self._now()
        everything = marks.begin(now)
        self._company.begin(everything)
        self._walked, self._counted = {}, Census(frozenset(), complete=False)
        failed: list[str] = []
        try:
            since = datetime.fromtimestamp(marks.swept, UTC) - OVERLAP
            recent = None if everything or marks.owed else self._company.recent(since)
            words, gone = recent or ({shape.word for shape in SHAPES.values()}, [])
            for name in (name for name, shape in SHAPES.items() if shape.word in words):
                yield from self._careful(name, self._changed(name, marks), failed)
            yield from self._fetched([f"{self.name}:{kind}:{number}" for kind, number in dict.fromkeys(gone)])
            if marks.owed and not failed:
                self._counted = self._count(marks)
                marks.owed = False
        except (Unavailable, BadAnswer) as problem:
            failed.append("")
            yield Failure(str(problem), retryable=True)
        if not failed:
            marks.swept = min(now, self._company.clock).timestamp()
        yield from map(Failure, self._company.lacking.values())
        yield marks.checkpoint()

    def census(self) -> Census:
        """The ids of all documents, if the last pull counted them; complete only then, or when nothing was pulled."""
        if self._counted is not None:
            return self._counted
        self._company.begin()
        try:
            return self._count(Marks())
        except SourceError:
            return Census(frozenset(), complete=False)

    def fetch(self, ids: Sequence[str]) -> Iterator[Event]:
        """These documents as Pipedrive has them now."""
        self._company.begin()
        yield from self._fetched(ids)

    def _fetched(self, ids: Sequence[str]) -> Iterator[Event]:
        for each in dict.fromkeys(ids):
            kind, _, number = each.removeprefix(f"{self.name}:").partition(":")
            try:
                found = self._company.one(kind, number) if each.startswith(f"{self.name}:") else None
                documents = self._company.documents(found[0], [found[1]]) if found else []
            except SourceError as problem:
                yield Failure(str(problem), retryable=True)
                continue
            yield from map(Upsert, documents)
            if not documents:
                yield Delete(each, f"{self.name} has it no more")

    def rung(self, headers: Mapping[str, str], raw: bytes) -> tuple[str, ...] | None:
        """Ids to read again after a call of our webhook, none for a full look; None for a call of somebody else."""
        return self._bell.rung(headers, raw, self.name) if self._bell else None

    def _careful(self, name: str, events: Iterator[Event], failed: list[str]) -> Iterator[Event]:
        """The events; where Pipedrive makes no sense of one type, the others go on."""
        try:
            yield from events
        except BadAnswer as problem:
            failed.append(name)
            yield Failure(str(problem), retryable=True)

    def _changed(self, name: str, marks: Marks) -> Iterator[Event]:
        """What changed of a type. Notes come last changed first, so only the end of them is a place to go on from."""
        mark, seen = marks.kinds.get(name, Mark()), list[tuple[str, str]]()
        whole = mark.since is None
        ids = set[str]()
        for page in self._company.listed(name, mark.since):
            marks.kinds[name] = mark
            yield from self._told(name, page, mark)
            seen += [(string(each.get("id")), string(each.get("update_time"))) for each in page]
            ids |= {string(each.get("id")) for each in page if not is_gone(each)}
            if name != "notes":
                mark.move(seen, self._now())
                seen = []
            yield marks.checkpoint()
        mark.move(seen, self._now())
        if whole:
            self._walked[name] = ids

    def _told(self, name: str, page: Sequence[Record], mark: Mark) -> Iterator[Event]:
        """What of a page was not told yet."""
        keyed = {number: each for each in page if (number := string(each.get("id")))}
        fresh = [each for number, each in keyed.items() if mark.is_new(number, string(each.get("update_time")))]
        gone = [string(each.get("id")) for each in fresh if is_gone(each)]
        yield from (Delete(self._id(name, number), f"{self.name} has deleted it") for number in gone)
        yield from map(Upsert, self._company.documents(name, [each for each in fresh if not is_gone(each)]))

    def _id(self, name: str, number: str) -> str:
        return f"{self.name}:{SHAPES[name].kind}:{number}"

    def _count(self, marks: Marks) -> Census:
        """All ids, listed twice: a record that moves while a list is read may be missing from it.

        Not whole where a type is out of sight now that was seen before.
        """
        ids = set[str]()
        for name in SHAPES:
            for direction in ("ASC",) if name in self._walked else ("ASC", "DESC"):
                ids |= {self._id(name, number) for number in self._company.ids(name, direction)}
            ids |= {self._id(name, number) for number in self._walked.get(name, ())}
        return Census(frozenset(ids), complete=not self._company.closed & marks.kinds.keys())
