"""A HubSpot portal, live: its records and what was logged on them → documents."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from indexer.documents import PRIVATE
from indexer.errors import SourceError
from indexer.sources.contents import about_visibility
from indexer.sources.http import Line
from indexer.sources.hubspot_bell import Bell
from indexer.sources.hubspot_look import Look
from indexer.sources.hubspot_portal import Portal
from indexer.sources.hubspot_shapes import SHAPES
from indexer.sources.protocol import Census, Delete, Event, Failure, Notice, Upsert

_NAMES = {shape.word: shape.name for shape in SHAPES.values()}


class HubSpot:
    """Contacts, companies and deals, and the notes, calls, meetings, emails and tasks logged on them.

    A pull asks for what changed since the last one. Once a day it looks through everything, for what no search
    tells: associations that changed while the record did not, and records that were purged.
    """

    def __init__(
        self,
        line: Line,
        account: str,
        visibility: str | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        bell: Bell | None = None,
    ) -> None:
        """Be called `hubspot:account` and ask nothing yet.

        HubSpot does not tell who may read what, so all is private where `visibility` is not stated.
        """
        if not account.strip() or ":" in account:
            raise SourceError(f"The HubSpot source needs a short name without a colon; {account!r} is none.")
        self.name = f"hubspot:{account}"
        self._line, self._visibility, self._now, self._bell = line, visibility, now, bell
        self._learnt: Census | None = None

    def check(self) -> list[str]:
        """One sentence for each scope that is missing, or why nothing can be asked."""
        portal = self._portal()
        try:
            for name in SHAPES:
                portal.is_open(name)
            portal.documents("deals", ({"id": "0"},))  # what a deal needs, however empty, is all the rest there is
        except SourceError as problem:
            return [*portal.lacking.values(), str(problem)]
        return list(portal.lacking.values())

    def pull(self, cursor: str | None) -> Iterator[Event]:
        """What changed since `cursor`, or everything, and what is gone. Raises Refused where the token is no good."""
        look = Look(self._portal(), self.name, cursor, int(self._now().timestamp()))
        self._learnt = Census(frozenset(), complete=False)
        quiet = not look.is_first
        for event in look.events():
            if isinstance(event, Upsert) and not quiet:
                yield from map(Notice, about_visibility([event.document], self.name, self._visibility))
                quiet = True
            yield event
        self._learnt = Census(look.ids or frozenset(), complete=look.ids is not None)

    def census(self) -> Census:
        """The ids of all documents: as the pull before it learnt them, which is once a day, else from a slim list."""
        learnt, self._learnt = self._learnt, None
        if learnt is None:
            look = Look(self._portal(), self.name, None, 0)
            try:
                look.count()
            except SourceError:
                return Census(frozenset(), complete=False)
            learnt = Census(look.ids or frozenset(), complete=look.ids is not None)
        return learnt

    def fetch(self, ids: Sequence[str]) -> Iterator[Event]:
        """These documents as they are now. One that was merged into another is gone."""
        portal, found = self._portal(), dict[str, Event]()
        for name, numbers in self._numbers(ids).items():
            keys = [f"{self.name}:{SHAPES[name].key(number)}" for number in numbers]
            found |= {key: Delete(key, "it is no longer in HubSpot") for key in keys}
            try:
                documents = portal.documents(name, portal.read(name, numbers))
                found |= {document.id: Upsert(document) for document in documents}
            except SourceError as problem:
                found |= {key: Failure(f"Whether {key} still exists cannot be told: {problem}", True) for key in keys}
        for each in ids:
            yield found.get(each) or Delete(each, f"{self.name} has nothing of that kind")

    def rung(self, headers: Mapping[str, str], raw: bytes) -> tuple[str, ...] | None:
        """Ids of documents that HubSpot's webhook says to read again, none for a full look; None for a forged call."""
        return self._bell.rung(headers, raw, self._now(), self.name) if self._bell else None

    def _numbers(self, ids: Sequence[str]) -> dict[str, list[str]]:
        """HubSpot's own ids in these, by type of object; whatever is none of ours is left out."""
        numbers: dict[str, list[str]] = {}
        for each in ids:
            kind, _, native = each.removeprefix(f"{self.name}:").partition(":")
            word, _, number = native.partition("-") if kind == "activity" else (kind, "", native)
            if (name := _NAMES.get(word)) and number.isdecimal() and each == f"{self.name}:{SHAPES[name].key(number)}":
                numbers.setdefault(name, []).append(number)
        return numbers

    def _portal(self) -> Portal:
        return Portal(self._line, self.name, self._visibility or PRIVATE, int(self._now().timestamp() * 1000))
