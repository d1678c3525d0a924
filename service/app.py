"""The whole application behind the command line: what the settings name, opened when it is needed, closed once."""

import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property, partial
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

from indexer.asking import EVERYBODY, Answer, AskOptions, Filters, Question, Sort
from indexer.embedding.opening import open_embedder
from indexer.engines.queued import Queued
from indexer.errors import SettingsError, SignpostError
from indexer.knowledge import IndexStatus, Knowledge, Report, UpdateOptions
from service.entrance import Entrance
from service.givenup import GivenUp
from service.learning import Learning, catch_up
from service.ledger import Ledger
from service.mail.questions import kind_of
from service.mailbox.protocol import Mailbox
from service.pausing import Pause
from service.privacy import keep_private
from service.receipts import Receipt
from service.settings import MailboxSettings, Settings, load
from service.sourcing import NO_SOURCES, Sourcing
from service.watch import Watcher
from service.watching.lease import Lease
from service.watching.loop import stop_on_signals, watch_all
from service.watching.presence import Presence
from service.wiring import Known, mailbox_of, watcher_of

CONFIG = Path("signpost.toml")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class State:
    """What `signpost status` tells. `mails` counts how mails ended; `problems` are sentences that need somebody.

    `watched` tells who watches which mailbox now, `paused` for which nothing is written, `queued` what waits to be
    embedded, where workers may share that.
    """

    index: IndexStatus
    mails: tuple[tuple[str, int], ...]
    problems: tuple[str, ...]
    quarantined: int = 0
    queued: Queued | None = None
    watched: tuple[Lease, ...] = ()
    paused: tuple[Pause, ...] = ()


class App:
    """Signpost with its settings. Use it as a context, or close it."""

    def __init__(self, settings: Settings) -> None:
        """Open nothing yet."""
        self.settings = settings
        self.mailbox_of: Callable[[MailboxSettings], Mailbox] = partial(mailbox_of, data=settings.data)

    @classmethod
    def open(cls, config: Path | None, options: Mapping[str, Mapping[str, Any]] | None = None) -> Self:
        """From the settings file, or the `signpost.toml` in that folder, or in this one. Raises SettingsError."""
        file = config / CONFIG if config and config.is_dir() else config
        if file is not None and not file.is_file():
            raise SettingsError([f"There is no settings file {file}. Write one: signpost init --config {file}"])
        return cls(load(file or (CONFIG if CONFIG.is_file() else None), os.environ, options))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @cached_property
    def knowledge(self) -> Knowledge:
        """The index in the data folder, or in the database that the settings name."""
        keep_private(self.settings.data)
        model = self.settings.model
        embedder = partial(open_embedder, model.name, model.precision)
        place = self.settings.data / "index"
        return Knowledge.open(place, embedder, lambda: self.ledger.forgotten.all(), self.settings.searched_at)

    @cached_property
    def ledger(self) -> Ledger:
        """The receipts in the data folder, or in the database that the settings name."""
        keep_private(self.settings.data)
        return Ledger.open(self.settings.ledger_file, self.settings.ledger_at)

    @cached_property
    def learning(self) -> Learning:
        """What teaches the index."""
        return Learning(self.knowledge, self.ledger)

    @cached_property
    def sourcing(self) -> Sourcing:
        """The sources of the settings. Raises SettingsError where one has no token."""
        return Sourcing(self.settings, self.knowledge, self.ledger.freshness)

    @property
    def base_url(self) -> str:
        """Where the pages are reached."""
        return self.settings.web.url

    def reindex(
        self,
        names: Sequence[str] = (),
        options: UpdateOptions = UpdateOptions(),
    ) -> Report:
        """Bring the index up to the sources of these names, or to all. Raises SignpostError for an unknown name."""
        report = self.sourcing.look(names, options)
        if not options.dry_run:
            catch_up(lambda: self.learning)
        return report

    def forget(self, names: Sequence[str]) -> int:
        """Drop all that left-over sources told, and say how many documents. Raises SignpostError for any other."""
        left_over = self.sourcing.left_over()
        strange = [name for name in names if name not in left_over]
        if strange:
            left = ", ".join(left_over) or "none"
            raise SignpostError(f"{strange[0]} is no source that only the index still holds; left over: {left}.")
        self.ledger.freshness.forget(names)
        return self.learning.forget(names)

    def keep_up(self) -> None:
        """Look at every source when its time comes, until Ctrl-C or SIGTERM."""
        self.sourcing.named(())
        with stop_on_signals() as stop:
            self.sourcing.syncing.run(stop)

    def search(self, query: str, filters: Filters, limit: int, sort: Sort = "best") -> Answer:
        """What is found for a query, by what everybody may see."""
        options = AskOptions(filters, limit, sort=sort)
        return self.knowledge.answer([Question(query, kind_of(query))], EVERYBODY, options)[0]

    def strange(self, filters: Filters) -> list[str]:
        """A sentence for each value of the filters that no document has."""
        there = self.knowledge.choices(EVERYBODY)
        asked = ((name, value) for name in there for value in getattr(filters, name))
        known = {name: [value for value, _ in values] for name, values in there.items()}
        return [_not_there(name, value, known[name]) for name, value in asked if value not in known[name]]

    def watchers(self) -> list[Watcher]:
        """One for each mailbox of the settings. Raises SettingsError when there is none, NoIndex before a reindex."""
        accounts = self.settings.mailboxes
        if not accounts:
            raise SettingsError([NO_MAILBOXES])
        self.knowledge.choices(EVERYBODY)  # without an index there is nothing to answer with: say so at once
        catch_up(lambda: self.learning)
        known = Known(self.knowledge, self.ledger, self.sourcing.rechecking.still_there)
        return [watcher_of(told, self.settings, self.mailbox_of(told), known) for told in accounts]

    def unmet(self) -> list[str]:
        """The watched folders that the watcher never looked into: the next pass is its first contact with them."""
        watched = self.ledger.progress.watched
        every = ((told.name, folder) for told in self.settings.mailboxes for folder in told.folders)
        return [f"{name} {folder}" for name, folder in every if watched(name, folder) is None]

    def watch_once(self, failed: Callable[[str], None] | None = None) -> list[Receipt]:
        """One pass over every mailbox. What stands in the way of one is told to `failed`, and the others go on."""
        receipts: list[Receipt] = []
        for watcher in self.watchers():
            try:
                receipts += watcher.one_pass()
                trouble = self._trouble(watcher)
            except SignpostError as problem:
                if failed is None:
                    raise
                trouble = str(problem)
            finally:
                watcher.close()
            if trouble and failed:
                failed(f"{watcher.name}: {trouble}")
        return receipts

    def _trouble(self, watcher: Watcher) -> str:
        """What a pass that went through could not do."""
        if not watcher.is_in_charge:
            return "Another Signpost watches this mailbox already, so this one left it alone."
        return next((a.trouble for a in self.ledger.progress.accounts() if a.mailbox == watcher.name), "")

    def watch(self) -> None:
        """Watch every mailbox until Ctrl-C or SIGTERM."""
        watchers = self.watchers()
        with stop_on_signals() as stop, self._in_step(stop):
            log.info("watching %s", ", ".join(watcher.name for watcher in watchers))
            watch_all(watchers, stop)

    @contextmanager
    def _in_step(self, stop: Event) -> Iterator[None]:
        """Keep the index up with its sources while the block runs, and no longer than until `stop` is set."""
        beside = Thread(target=self.sourcing.syncing.run, args=(stop,), name="sync")
        beside.start()
        try:
            yield
        finally:
            stop.set()
            beside.join()

    def serve(self, ready: Callable[[str], None], watching: bool = False) -> None:
        """Serve the pages until Ctrl-C or SIGTERM, and watch the mailboxes beside that where asked.

        `ready` is told the address as soon as it is taken.
        """
        self.sourcing.syncing.listens = True
        with stop_on_signals() as stop, self.serving() as address, self._in_step(stop):
            beside = Thread(target=watch_all, args=(self.watchers(), stop), name="watch") if watching else None
            if beside:
                beside.start()
            ready(address)
            stop.wait()
            if beside:
                beside.join()

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve the pages while the block runs, and tell it their address. Raises SignpostError where it is taken."""
        from service.web.publishing import pages_of
        from service.web.serving import serving

        catch_up(lambda: self.learning)
        pages = pages_of(self.settings, self.knowledge, self.ledger, self.sourcing)
        with serving(pages, self.settings.web.host, self.settings.web.port) as address:
            yield address

    def latest(self, number: int = 10) -> list[Receipt]:
        """The receipts of the mails that were decided on last, the newest first."""
        return self.ledger.receipts(limit=number)

    def explain(self, message_id: str) -> Receipt:
        """The receipt of a mail. Raises SignpostError when no such mail was seen."""
        receipt = self.ledger.receipt(message_id)
        if receipt is None:
            raise SignpostError(
                f"No mail with the Message-ID {message_id} was seen; `signpost explain` lists the last ones. "
                "Only mail that came after the first contact with its folder has a receipt."
            )
        return receipt

    @property
    def entrance(self) -> Entrance:
        """Where mailboxes are logged in to."""
        return Entrance(self.settings, self.mailbox_of)

    @property
    def quarantine(self) -> GivenUp:
        """The mails that were given up."""
        return GivenUp(self.ledger, self.settings.mailboxes)

    def state(self, check: bool = False) -> State:
        """How everything stands; with `check` the sources are read and the mailboxes logged in to."""
        index = self.knowledge.status()
        problems = [] if index.healthy else [index.says]
        problems += [f"{a.mailbox}: {a.trouble}" for a in self.ledger.progress.accounts() if a.trouble]
        problems += self.sourcing.troubles()
        problems += self._checked() if check else []
        queued = queue.counted() if index.updated_at and (queue := self.knowledge.queue()) else None
        problems += [queued.problem] if queued and queued.problem else []
        leases = (self.ledger.leases.of(told.name, Presence()) for told in self.settings.mailboxes)
        told = tuple(dict.fromkeys(problems))
        who = tuple(filter(None, leases)), tuple(self.ledger.pauses.every())
        return State(index, self._mails(), told, self.quarantine.number, queued, *who)

    def close(self) -> None:
        """Let go of index and ledger, as far as they were opened."""
        self.__dict__.pop("learning", None)
        for name in ("sourcing", "knowledge", "ledger"):
            if name in self.__dict__:
                self.__dict__.pop(name).close()

    def _mails(self) -> tuple[tuple[str, int], ...]:
        counts = self.ledger.counts()
        return tuple((f"{c.outcome} – {c.reason}" + (f" ({c.state})" if c.state else ""), c.number) for c in counts)

    def _checked(self) -> list[str]:
        found = [] if self.settings.sources else [NO_SOURCES]
        found += self.sourcing.check()
        found += [
            f"{told.name}: {problem}" for told in self.settings.mailboxes for problem in self.entrance.refused(told)
        ]
        with suppress(SignpostError):
            found += self.knowledge.check()
        return found


NO_MAILBOXES = "There are no [[mailboxes]] in the settings. Name one in signpost.toml; `signpost init` shows how."


def _not_there(name: str, value: str, known: Sequence[str]) -> str:
    near = get_close_matches(value, known, n=1) or [k for k in known if k.casefold() == value.casefold()]
    hint = f"did you mean “{near[0]}”?" if near else f"there are {', '.join(known[:8])}{', …' if known[8:] else '.'}"
    return f"No document has the {name} “{value}”; {hint}"
