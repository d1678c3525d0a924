"""The shelf of words, and of who may see which passage: a generation for every settled state, grown from the last."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from indexer.engines import generations, reading, replay
from indexer.engines.generations import Facts, Generation
from indexer.engines.living import Living
from indexer.errors import IndexProblem
from indexer.shelved import FORMAT as SHELVES
from indexer.shelved import Changes, Shelved, built, grown, opened
from indexer.store import Store

FORMAT = f"{SHELVES}-living"
BEHIND = 20_000
"""Passages after which words are published though more are to come: whoever opens after a crash reads no more anew."""


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """Words of all passages up to `last`, and the generation they lie in, None if only in memory."""

    words: Shelved
    last: int
    generation: Generation | None = None


class TermShelf:
    """The generations of words of one store."""

    def __init__(self, store: Store, folder: Path) -> None:
        """Keep generations in `folder`."""
        self._store, self._folder, self._behind = store, folder, 0
        self._identity = reading.meta(store).identity
        self._known: Living | None = None

    def living(self, had: Terms) -> Living:
        """Which passages there are now: from what was known, or from the newest generation where that knows more."""
        known, published = self._known or Living(), had.generation
        if published and known.sequence < published.facts.sequence:
            known = Living.read(published.folder)
        self._known = known = known.now(self._store)
        return known

    def current(self, had: Terms | None) -> Terms:
        """The newest intact generation; what was `had` if there is none newer; else nothing, which lags behind."""
        newest = next(iter(generations.folders(self._folder)), None)
        if had and had.generation and had.generation.folder == newest:
            return had
        found = self._intact()
        if found and (had is None or found.facts.last >= had.last):
            return Terms(opened(found.folder), found.facts.last, found)
        return had or Terms(Shelved({}), 0)

    def unpublished(self, had: Terms) -> Terms:
        """What is on the shelf, however old; else all words in memory, for who may write no generation."""
        last = replay.last_passage(self._store)
        if had.generation or had.last == last:
            return had
        return Terms(built(replay.entries_after(self._store, 0)), last)

    def lags(self, had: Terms) -> bool:
        """Whether there is no intact generation, or the store has passages that it does not know."""
        return had.generation is None or replay.last_passage(self._store) > had.last

    def publish(self, living: Living) -> Terms:
        """Write a generation that holds exactly the living passages, unless the newest one does."""
        found = self._intact()
        if found and found.facts.sequence == living.sequence:
            return Terms(opened(found.folder), found.facts.last, found)
        made = self._grown(found, living) if found else None
        return made if made and len(made.words) == len(living.all()) else self._anew(living)

    def keep_up(self, written: int) -> None:
        """So many passages more are in: after many, write a generation. Only while nothing else is written."""
        self._behind += written
        if self._behind >= BEHIND:
            self._behind = 0
            with suppress(IndexProblem):  # what was written is in; a folder that takes nothing is told when all settles
                self.publish(self.living(self.current(None)))

    def replayed(self) -> int:
        """The sequence up to which graves have been replayed into every generation kept."""
        kept = [checked for folder in generations.folders(self._folder) if (checked := generations.checked(folder))]
        return min((generation.facts.sequence for generation in kept), default=0)

    def _grown(self, base: Generation, living: Living) -> Terms:
        gone = replay.graves_after(self._store, base.facts.sequence)

        def fill(folder: Path) -> None:
            new = replay.entries_after(self._store, base.facts.last)
            grown(base.folder, folder, Changes(new, gone, partial(replay.entries_of, self._store)))

        return self._published(living, fill)

    def _anew(self, living: Living) -> Terms:
        def fill(folder: Path) -> None:
            built(replay.entries_after(self._store, 0), folder)

        return self._published(living, fill)

    def _published(self, living: Living, fill: Callable[[Path], None]) -> Terms:
        def filled(folder: Path) -> None:
            fill(folder)
            living.save(folder)

        ids = living.all().ids
        last = int(ids[-1]) if len(ids) else 0
        facts = Facts(self._identity, living.sequence, FORMAT, count=len(ids), last=last)
        generation = generations.publish(self._folder, facts, filled)
        return Terms(opened(generation.folder), last, generation)

    def _intact(self) -> Generation | None:
        def fits(facts: Facts) -> bool:
            return (facts.identity, facts.format) == (self._identity, FORMAT)

        return generations.current(self._folder, fits)
