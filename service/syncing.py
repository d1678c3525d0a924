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

from indexer.errors import BusyIndex, LedgerError, SignpostError, SourceError
from indexer.knowledge import Knowledge, Report, SourceReport, UpdateOptions
from service.connecting import Connected
from service.freshness import Freshness, Looked, looked, next_look
from service.watching.attempt import Failed, attempt

SOON = 5.0
"""Seconds until another try after the index or the ledger was busy."""
NAP = 1.0
AGAIN = timedelta(hours=12)
MOST_RUNG = 500
"""More documents than a webhook rang for are not read one by one: the next look at the whole finds them."""
ALL_OF_IT: frozenset[str] = frozenset()
WRITE = UpdateOptions()
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
        self._owed: dict[str, frozenset[str]] = {}
        self._subscribed: dict[str, datetime] = {}
        self.listens = False
        """Whether somebody hears the webhooks, so that services may be asked to ring."""
        self._lock = threading.Lock()

    @property
    def sources(self) -> tuple[Connected, ...]:
        """What is looked at."""
        return tuple(self._sources.values())

    def look(self, sources: Sequence[Connected], options: UpdateOptions = WRITE) -> Report:
        """Look at these now, all side by side. Raises BusyIndex, DamagedIndex or ModelError.

        A look that was broken off is not remembered: the next one is made at once.
        """
        before = {source.name: source.line.calls for source in sources if source.line}
        options = replace(options, abandoned=self.hang_up)
        report = self._knowledge.update([source.source for source in sources], options)
        if not (options.dry_run or options.halted()):
            self._remember(report.sources, before)
        return report

    def ring(self, name: str, ids: Sequence[str]) -> None:
        """Something changed at a source: these documents are read again at once, or all of it where none are named."""
        with self._lock:
            before = self._rung.get(name)
            told = frozenset(ids).union(before or ()) if ids and before != ALL_OF_IT else ALL_OF_IT
            self._rung[name] = told if len(told) <= MOST_RUNG else ALL_OF_IT

    def run(self, stop: threading.Event) -> None:
        """Look at every source when its time comes, until `stop` is set; then hang up on all services."""
        threads = [
            threading.Thread(target=self._keep_up, args=(source, stop), name=f"sync {source.name}")
            for source in self.sources
        ]
        for thread in threads:
            thread.start()
        if threads:
            stop.wait()
        self.hang_up()
        for thread in threads:
            thread.join()

    def hang_up(self) -> None:
        """End all calls to services at once, and make no more."""
        for source in self.sources:
            source.close()

    def _keep_up(self, source: Connected, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                outcome = attempt("syncing", partial(self._turn, source, stop), through=(SignpostError,))
                if isinstance(outcome, Failed):
                    self._failed(source.name, f"An error that nobody foresaw; the log has it in full. {outcome.says}")
            except BusyIndex:
                self._again(source.name)
                stop.wait(SOON)
            except LedgerError as error:
                log.error("%s: %s", source.name, error)
                stop.wait(SOON)

    def _turn(self, source: Connected, stop: threading.Event) -> None:
        """Do what is due for a source, or wait a moment. Raises BusyIndex or LedgerError."""
        options, now = UpdateOptions(halted=stop.is_set), self._now()
        last = self._freshness.all().get(source.name)
        ids = self._asked(source.name) if last else None
        try:
            if ids:
                self._answer(source, ids, options)
            elif ids == ALL_OF_IT or next_look(last, source.every, now) <= now:
                self._tell(self.look([source], options))
                self._again(source.name)
            elif source.subscribe and self._is_silent(source.name):
                self._subscribe(source.name, source.subscribe)
            else:
                stop.wait(NAP)
        except (BusyIndex, LedgerError):
            raise
        except SignpostError as error:
            self._failed(source.name, str(error))

    def _failed(self, name: str, why: str) -> None:
        log.error("%s: %s", name, why)
        self._remember([SourceReport(name, failures=(why,))], {})

    def _is_silent(self, name: str) -> bool:
        """Whether it is time to ask a service to ring: services give up whom they did not reach."""
        before = self._subscribed.get(name)
        return self.listens and (before is None or self._now() - before > AGAIN)

    def _subscribe(self, name: str, subscribe: Callable[[], list[str]]) -> None:
        self._subscribed[name] = self._now()
        try:
            problems = subscribe()
        except SourceError as error:
            problems = [str(error)]
        for problem in problems:
            log.warning("%s: %s", name, problem)

    def _asked(self, name: str) -> frozenset[str] | None:
        """What a source rang for, which is forgotten with this; None where it did not ring."""
        with self._lock:
            return self._rung.pop(name, None)

    def _answer(self, source: Connected, ids: frozenset[str], options: UpdateOptions) -> None:
        """Read again what was rung for. What fails is owed: a ring tells of changes that no date may tell of."""
        before = self._owed.get(source.name, frozenset())
        self._owed[source.name] = before | ids
        report = self._knowledge.reread({source.source: sorted(ids)}, options)
        self._tell(report)
        if not any(one.failures for one in report.sources):
            self._owed[source.name] = before

    def _again(self, name: str) -> None:
        """Ring for what is owed, which is tried once after each look: not more often than the source is looked at."""
        if owed := self._owed.pop(name, None):
            self.ring(name, tuple(owed))

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
