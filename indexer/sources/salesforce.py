"""A Salesforce org, live: accounts, people, deals, and what was written about them → documents, deletions surely."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from indexer.documents import PRIVATE, Document
from indexer.errors import BadAnswer, SourceError
from indexer.sources.contents import about_visibility
from indexer.sources.crm_documents import Frame
from indexer.sources.crm_live import ListedCrm
from indexer.sources.http import Line, Place, Rate
from indexer.sources.loose import flag, string
from indexer.sources.marks import OVERLAP, Marks
from indexer.sources.protocol import Delete, Event, Failure, Notice, Upsert
from indexer.sources.salesforce_org import Org
from indexer.sources.salesforce_shapes import SHAPES, is_id

_SWEEP, _KEPT = timedelta(hours=1), timedelta(days=14)
"""How often to ask for what was deleted, and for how long Salesforce surely knows of it."""
_PREFIXES = {shape.prefix: name for name, shape in SHAPES.items()}


def place(source: str, origin: str, public: bool = True) -> Place:
    """Where an org is: its own address, such as https://firma.my.salesforce.com. Its replies tell its daily limit."""
    remedy = "Check the app and its user in Salesforce's setup, and put a right token or secret into the settings."
    return Place("Salesforce", source, origin, (Rate(100_000, 86_400),), public, remedy)


class Salesforce(ListedCrm):
    """Accounts, contacts, opportunities, notes of both sorts, tasks and events."""

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
        name = f"salesforce:{account}"
        self._visibility = visibility
        self._org = Org(line, Frame(name, visibility or PRIVATE, None), renew)
        super().__init__(name, {each: shape.kind for each, shape in SHAPES.items()}, self._org, now)

    def fetch(self, ids: Sequence[str]) -> Iterator[Event]:
        """These documents as Salesforce has them now."""
        self._org.begin(everything=False)
        wanted: defaultdict[str, list[str]] = defaultdict(list)
        for each in dict.fromkeys(ids):
            number = each.rpartition(":")[2]
            name = _PREFIXES.get(number[:3], "")
            if name and is_id(number) and each == self.id_of(name, number):
                wanted[name].append(number)
            else:
                yield Delete(each, f"{self.name} has no such record")
        for name, numbers in wanted.items():
            yield from self._fetched(name, numbers)

    def _fetched(self, name: str, numbers: Sequence[str]) -> Iterator[Event]:
        try:
            found = {string(each.get("Id")): each for each in self._org.read(name, numbers)}
            documents = self._org.documents(name, [each for each in found.values() if not flag(each.get("IsDeleted"))])
        except SourceError as problem:
            self._org.forget(name)
            yield Failure(str(problem), retryable=True)
            return
        if name in self._org.closed:
            yield Failure(self._org.lacking.get(name, ""), retryable=True)
            return
        yield from map(Upsert, documents)
        gone = dict.fromkeys(self.id_of(name, number) for number in numbers).keys() - {each.id for each in documents}
        yield from (Delete(each, f"{self.name} has it no more") for each in sorted(gone))

    def _look(self, marks: Marks, now: datetime, failed: list[str]) -> Iterator[Event]:
        sample: list[Document] = []
        for event in (event for name in SHAPES for event in self._changed(name, marks, failed)):
            yield event
            sample = [event.document] if isinstance(event, Upsert) else sample
        if marks.owed:
            yield from map(Notice, about_visibility(sample, self.name, self._visibility))
        if now >= datetime.fromtimestamp(marks.swept, UTC) + _SWEEP:
            yield from self._swept(marks, now, failed)

    def _swept(self, marks: Marks, now: datetime, failed: Sequence[str]) -> Iterator[Event]:
        """What was deleted and purged before any query could tell. Where the list has a hole, ids are counted."""
        start = datetime.fromtimestamp(marks.swept, UTC) - OVERLAP
        marks.owed = marks.owed or start < now - _KEPT
        start = max(start, now - _KEPT)
        for name in (each for each in SHAPES if each in marks.kinds and each not in {*self._org.closed, *failed}):
            try:
                gone, earliest = self._org.deleted(name, start, now)
            except BadAnswer:
                continue  # an object without such a list, or one too long for an answer: the daily count will tell
            marks.owed = marks.owed or earliest > start.timestamp()
            yield from self._fetched(name, gone)
        marks.swept = now.timestamp()
        yield marks.checkpoint()
