"""A Salesforce org, live: accounts, people, deals, and what was written about them → documents, deletions surely."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from indexer.documents import PRIVATE
from indexer.errors import BadAnswer, Refused, SourceError, Unavailable
from indexer.sources.contents import about_visibility
from indexer.sources.crm_documents import Frame
from indexer.sources.http import Line, Place, Rate
from indexer.sources.loose import Record, flag, string
from indexer.sources.marks import OVERLAP, Mark, Marks
from indexer.sources.protocol import Census, Delete, Event, Failure, Notice, Upsert
from indexer.sources.salesforce_org import Org
from indexer.sources.salesforce_shapes import SHAPES

_SWEEP, _KEPT = timedelta(hours=1), timedelta(days=14)
"""How often to ask for what was deleted, and for how long Salesforce surely knows of it."""
_PREFIXES = {shape.prefix: name for name, shape in SHAPES.items()}


def place(source: str, origin: str, public: bool = True) -> Place:
    """Where an org is: its own address, such as https://firma.my.salesforce.com. Its replies tell its daily limit."""
    remedy = "Check the app and its user in Salesforce's setup, and put a right token or secret into the settings."
    return Place("Salesforce", source, origin, (Rate(100_000, 86_400),), public, remedy)


class Salesforce:
    """Accounts, contacts, opportunities, notes of both sorts, tasks and events.

    Each pull asks for what changed; one a day for everything, because a new name of an account changes no date of
    its contacts, and taking a note off a record none of the note. Then all ids are counted, which finds what no list
    of deletions tells.
    """

    def __init__(
        self,
        line: Line,
        account: str,
        visibility: str | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        renew: Callable[[], None] | None = None,
    ) -> None:
        """Be called `salesforce:account` and ask nothing yet.

        Who may read a record there cannot be asked, so everything is private unless `visibility` is stated.
        `renew` is called when a token is refused: the line's headers are to bring another one then.
        """
        if not account.strip() or ":" in account:
            raise SourceError(f"The Salesforce source needs a short name without a colon; {account!r} is none.")
        self.name = f"salesforce:{account}"
        self._visibility, self._now = visibility, now
        self._org = Org(line, Frame(self.name, visibility or PRIVATE, None), renew)
        self._counted: Census | None = None

    def check(self) -> list[str]:
        """One sentence for each right that is missing."""
        self._org.begin()
        try:
            for name in SHAPES:
                self._org.forget(name)
                self._org.sees(name)
        except SourceError as problem:
            return [*self._org.lacking.values(), str(problem)]
        return list(self._org.lacking.values())

    def pull(self, cursor: str | None) -> Iterator[Event]:
        """What changed or was deleted since `cursor`, or everything. Raises Refused for a token that is no good."""
        marks, now = Marks.of(cursor), self._now()
        self._counted = Census(frozenset(), complete=False)
        self._org.begin()
        marks.begin(now)
        failed: list[str] = []
        try:
            for name in SHAPES:
                yield from self._careful(name, self._changed(name, marks), failed)
            if now >= datetime.fromtimestamp(marks.swept, UTC) + _SWEEP:
                yield from self._swept(marks, now, failed)
            if marks.owed and not failed:
                self._counted = self._count(marks)
                marks.owed = False
        except (Unavailable, BadAnswer) as problem:
            yield Failure(str(problem), retryable=True)
        yield from map(Failure, self._org.lacking.values())
        yield marks.checkpoint()

    def census(self) -> Census:
        """The ids of all documents, if the last pull counted them; complete only then, or when nothing was pulled."""
        if self._counted is not None:
            return self._counted
        self._org.begin()
        try:
            return self._count(Marks())
        except SourceError:
            return Census(frozenset(), complete=False)

    def fetch(self, ids: Sequence[str]) -> Iterator[Event]:
        """These documents as Salesforce has them now."""
        self._org.begin()
        wanted: defaultdict[str, list[str]] = defaultdict(list)
        for each in dict.fromkeys(ids):
            number = each.rpartition(":")[2]
            name = _PREFIXES.get(number[:3], "") if len(number) == 18 and number.isalnum() else ""
            if name and each == self._id(name, number):
                wanted[name].append(number)
            else:
                yield Delete(each, f"{self.name} has no such record")
        for name, numbers in wanted.items():
            yield from self._fetched(name, numbers)

    def _fetched(self, name: str, numbers: Sequence[str]) -> Iterator[Event]:
        try:
            found = {string(each.get("Id")): each for each in self._org.read(name, numbers)}
            there = [each for each in found.values() if not flag(each.get("IsDeleted"))]
            documents = self._org.documents(name, there)
        except SourceError as problem:
            yield Failure(str(problem), retryable=True)
            return
        if not self._org.sees(name):
            yield Failure(self._org.lacking.get(name, ""), retryable=True)
            return
        yield from map(Upsert, documents)
        told = {document.id for document in documents}
        gone = (self._id(name, number) for number in numbers)
        yield from (Delete(each, f"{self.name} has it no more") for each in gone if each not in told)

    def _id(self, name: str, number: str) -> str:
        return f"{self.name}:{SHAPES[name].kind}:{number}"

    def _careful(self, name: str, events: Iterator[Event], failed: list[str]) -> Iterator[Event]:
        """The events; where Salesforce makes no sense of one object, or keeps it back, the others go on."""
        try:
            yield from events
        except (BadAnswer, Refused) as problem:
            if isinstance(problem, Refused) and problem.status != 403:
                raise
            self._org.forget(name)
            failed.append(name)
            yield Failure(str(problem), retryable=True)

    def _changed(self, name: str, marks: Marks) -> Iterator[Event]:
        mark = marks.kind(name) if self._org.sees(name) else Mark()
        for page in self._org.changed(name, mark):
            yield from self._told(name, page, mark)
            yield marks.checkpoint()

    def _told(self, name: str, page: Sequence[Record], mark: Mark) -> Iterator[Event]:
        """What of a page was not told yet."""
        seen = self._org.sees(name)
        stamp = seen.stamp if seen else ""
        keyed = {string(each.get("Id")): each for each in page}
        fresh = [each for number, each in keyed.items() if mark.is_new(number, string(each.get(stamp)))]
        for each in fresh:
            if flag(each.get("IsDeleted")):
                yield Delete(self._id(name, string(each.get("Id"))), f"{self.name} has it in its bin")
        documents = self._org.documents(name, [each for each in fresh if not flag(each.get("IsDeleted"))])
        yield from map(Upsert, documents)
        if mark.at == 0 and name == "Account":
            yield from map(Notice, about_visibility(documents, self.name, self._visibility))
        mark.move(((number, string(each.get(stamp))) for number, each in keyed.items()), self._now())

    def _swept(self, marks: Marks, now: datetime, failed: Sequence[str]) -> Iterator[Event]:
        """What was deleted and purged before any query could tell. Where the list has a hole, ids are counted."""
        start = datetime.fromtimestamp(marks.swept, UTC) - OVERLAP
        marks.owed = marks.owed or start < now - _KEPT
        start = max(start, now - _KEPT)
        for name in [each for each in marks.kinds if each in SHAPES and self._org.sees(each) and each not in failed]:
            try:
                gone, earliest = self._org.deleted(name, start, now)
            except BadAnswer:
                continue  # an object without such a list, or one too long for an answer: the daily count will tell
            marks.owed = marks.owed or earliest > start.timestamp()
            yield from self._fetched(name, [*dict.fromkeys(gone)])
        marks.swept = now.timestamp()
        yield marks.checkpoint()

    def _count(self, marks: Marks) -> Census:
        """All ids. Not whole where an object is out of sight now that was seen before."""
        open_ = [name for name in SHAPES if self._org.sees(name)]
        ids = {self._id(name, number) for name in open_ for number in self._org.ids(name)}
        return Census(frozenset(ids), complete={*marks.kinds} & {*SHAPES} <= {*open_})
