"""The index is kept up with its sources: each is looked at every so often, and at once when its service rings.

A thread for each source, so that one that is slow or silent keeps no other waiting; two processes may do this beside
each other, for whoever finds the index being written waits for the next turn.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from indexer.errors import BusyIndex, SignpostError
from indexer.knowledge import Knowledge, Report, SourceReport, UpdateOptions
from service.connecting import Connected
from service.freshness import Freshness, Looked, looked, next_look
from service.watching.attempt import Failed, attempt

SOON = 5.0
"""Seconds until another try after the index was busy, or something failed that nobody foresaw."""
NAP = 1.0
AGAIN = timedelta(hours=12)
MOST_RUNG = 500
"""More documents than a webhook rang for are not read one by one: the next look at the whole finds them."""
ALL_OF_IT: frozenset[str] = frozenset()
log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


class Syncing:
    """Looks at sources, and remembers in the ledger how each look went."""

    def __init__(
        self,
        knowledge: Knowledge,
        freshness: Freshness,
        sources: Sequence[Connected],
        now: Callable[[], datetime] = _now,
    ) -> None:
        """Look at nothing yet."""
        self._knowledge, self._freshness, self._now = knowledge, freshness, now
        self._sources = {source.name: source for source in sources}
        self._rung: dict[str, frozenset[str]] = {}
        self._subscribed: dict[str, datetime] = {}
        self.listens = False
        """Whether somebody hears the webhooks, so that services may be asked to ring."""
        self._lock = threading.Lock()

    @property
    def sources(self) -> tuple[Connected, ...]:
        """What is looked at."""
        return tuple(self._sources.values())

    def look(self, sources: Sequence[Connected], options: UpdateOptions | None = None) -> Report:
        """Look at these now, all side by side. Raises BusyIndex, DamagedIndex or ModelError."""
        before = {source.name: source.line.calls for source in sources if source.line}
        report = self._knowledge.update([source.source for source in sources], options or UpdateOptions())
        if not (options and options.dry_run):
            self._remember(report.sources, before)
        return report

    def ring(self, name: str, ids: Sequence[str]) -> None:
        """Something changed at a source: these documents are read again at once, or all of it where none are named."""
        with self._lock:
            before = self._rung.get(name)
            told = frozenset(ids).union(before or ()) if ids and before != ALL_OF_IT else ALL_OF_IT
            self._rung[name] = told if len(told) <= MOST_RUNG else ALL_OF_IT

    def run(self, stop: threading.Event) -> None:
        """Look at every source when its time comes, until `stop` is set."""
        threads = [
            threading.Thread(target=self._keep_up, args=(source, stop), name=f"sync {source.name}")
            for source in self.sources
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _keep_up(self, source: Connected, stop: threading.Event) -> None:
        while not stop.is_set():
            outcome = attempt("syncing", partial(self._turn, source, stop), through=(SignpostError,))
            if isinstance(outcome, Failed):
                log.error("%s: an error that nobody foresaw: %s", source.name, outcome.says)
                stop.wait(SOON)

    def _turn(self, source: Connected, stop: threading.Event) -> None:
        """Do what is due for a source, or wait a moment."""
        options = UpdateOptions(halted=stop.is_set)
        ids = self._asked(source.name)
        try:
            if ids is not None:
                self._answer(source, ids, options, stop)
            elif next_look(self._freshness.all().get(source.name), source.every, self._now()) <= self._now():
                self._tell(self.look([source], options))
            elif source.subscribe and self._is_silent(source.name):
                self._subscribe(source.name, source.subscribe)
            else:
                stop.wait(NAP)
        except BusyIndex:
            if ids is not None:
                self.ring(source.name, tuple(ids))
            stop.wait(SOON)
        except SignpostError as error:
            log.error("%s: %s", source.name, error)
            self._remember([SourceReport(source.name, failures=(str(error),))], {})

    def _is_silent(self, name: str) -> bool:
        """Whether it is time to ask a service to ring: services give up whom they did not reach."""
        before = self._subscribed.get(name)
        return self.listens and (before is None or self._now() - before > AGAIN)

    def _subscribe(self, name: str, subscribe: Callable[[], list[str]]) -> None:
        self._subscribed[name] = self._now()
        for problem in subscribe():
            log.warning("%s: %s", name, problem)

    def _asked(self, name: str) -> frozenset[str] | None:
        """What a source rang for, which is forgotten with this; None where it did not ring."""
        with self._lock:
            return self._rung.pop(name, None)

    def _answer(self, source: Connected, ids: frozenset[str], options: UpdateOptions, stop: threading.Event) -> None:
        """Do what was rung for. What failed is tried again: a ring tells of changes that no date may tell of."""
        if ids == ALL_OF_IT:
            self._tell(self.look([source], options))
            return
        report = self._knowledge.reread({source.source: sorted(ids)}, options)
        self._tell(report)
        if report.sources[0].failures:
            self.ring(source.name, tuple(ids))
            stop.wait(SOON)

    def _remember(self, reports: Sequence[SourceReport], calls: dict[str, int]) -> None:
        known = self._freshness.all()
        self._freshness.keep([self._with_calls(looked(known.get(r.source), r, self._now()), calls) for r in reports])

    def _with_calls(self, state: Looked, before: dict[str, int]) -> Looked:
        line = self._sources[state.source].line if state.source in self._sources else None
        if line is None or state.source not in before:
            return state
        return replace(state, calls=line.calls - before[state.source], remaining=line.remaining)

    @staticmethod
    def _tell(report: Report) -> None:
        for one in report.sources:
            if one.added or one.changed or one.deleted:
                log.info("%s: %d added, %d changed, %d deleted", one.source, one.added, one.changed, one.deleted)
            for failure in one.failures:
                log.warning("%s: %s", one.source, failure)
