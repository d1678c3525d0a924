"""A Pipedrive company, live: organizations, people, deals, notes and activities → documents, deletions surely."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from indexer.errors import SourceError
from indexer.sources.crm_live import ListedCrm
from indexer.sources.http import Line, Place, Rate
from indexer.sources.marks import OVERLAP, Marks
from indexer.sources.pipedrive_bell import Bell
from indexer.sources.pipedrive_company import Company
from indexer.sources.pipedrive_shapes import SHAPES
from indexer.sources.protocol import Delete, Event, Failure, Upsert

_ALL = {shape.word for shape in SHAPES.values()}
_TRUSTED = timedelta(hours=1)
"""For how long to believe Pipedrive that nothing else has changed; with each hour that begins, all types are asked."""


def place(source: str, origin: str = "https://api.pipedrive.com", public: bool = True) -> Place:
    """Where Pipedrive is. Two seconds hold 20 calls in the smallest plan; what is left of a day its replies tell."""
    remedy = "Make a new token in Pipedrive under Personal preferences, API, and put it in the place of the old one."
    return Place("Pipedrive", source, origin, (Rate(20, 2),), public, remedy)


class Pipedrive(ListedCrm):
    """Organizations, persons, deals (those in the archive too), notes and activities.

    All programs of a company share one budget of calls a day, so most pulls ask one question: what types of records
    changed. Only those are listed.
    """

    newest_first = frozenset({"notes"})

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
        name = f"pipedrive:{account}"
        self._company, self._bell = Company(line, name, visibility), bell
        super().__init__(name, {each: shape.kind for each, shape in SHAPES.items()}, self._company, now)

    def fetch(self, ids: Sequence[str]) -> Iterator[Event]:
        """These documents as Pipedrive has them now."""
        self._company.begin(everything=False)
        yield from self._fetched(ids)

    def rung(self, headers: Mapping[str, str], raw: bytes) -> tuple[str, ...] | None:
        """Ids to read again after a call of our webhook, none for a full look; None for a call of somebody else."""
        return self._bell.rung(headers, raw, self.name) if self._bell else None

    def _look(self, marks: Marks, now: datetime, failed: list[str]) -> Iterator[Event]:
        last = datetime.fromtimestamp(marks.swept, UTC)
        words, gone = (None if marks.owed else self._company.recent(last - OVERLAP)) or (_ALL, [])
        if now - last.replace(minute=0, second=0, microsecond=0) >= _TRUSTED:
            words = _ALL
        for name in (name for name, shape in SHAPES.items() if shape.word in words):
            yield from self._changed(name, marks, failed)
        yield from self._fetched([f"{self.name}:{kind}:{number}" for kind, number in gone])
        if not failed:
            marks.swept = min(now, self._company.clock).timestamp()

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
