"""The whole application behind the command line: what the settings name, opened when it is needed, closed once."""

import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any, Self

from indexer.asking import EVERYBODY, Answer, AskOptions, Filters, Question
from indexer.embedding.opening import open_embedder
from indexer.errors import SettingsError, SignpostError
from indexer.knowledge import IndexStatus, Knowledge, Report, UpdateOptions
from service.ledger import Ledger
from service.loop import stop_on_signals, watch_all
from service.mailbox.protocol import Mailbox
from service.receipts import Receipt
from service.settings import MailboxSettings, Settings, load
from service.watch import Watcher
from service.wiring import mailbox_of, source_of, watcher_of

CONFIG = Path("signpost.toml")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class State:
    """What `signpost status` tells. `mails` counts how mails ended; `problems` are sentences that need somebody."""

    index: IndexStatus
    mails: tuple[tuple[str, int], ...]
    problems: tuple[str, ...]


class App:
    """Signpost with its settings. Use it as a context, or close it."""

    def __init__(self, settings: Settings) -> None:
        """Open nothing yet."""
        self.settings = settings
        self.mailbox_of: Callable[[MailboxSettings], Mailbox] = mailbox_of

    @classmethod
    def open(cls, config: Path | None, options: Mapping[str, Mapping[str, Any]] | None = None) -> Self:
        """From the settings file, `signpost.toml` here where none is named. Raises SettingsError."""
        if config is not None and not config.is_file():
            raise SettingsError([f"There is no settings file {config}. Write one: signpost init --config {config}"])
        file = config or (CONFIG if CONFIG.is_file() else None)
        return cls(load(file, os.environ, options))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @cached_property
    def knowledge(self) -> Knowledge:
        """The index in the data folder."""
        model = self.settings.model
        return Knowledge.open(self.settings.data / "index", partial(open_embedder, model.name, model.precision))

    @cached_property
    def ledger(self) -> Ledger:
        """The receipts in the data folder."""
        self.settings.data.mkdir(parents=True, exist_ok=True)
        return Ledger.open(self.settings.data / "ledger.db")

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
        sources = [source_of(told) for told in self.settings.sources]
        known = {name: source for source in sources for name in (source.name, source.name.split(":", 1)[1])}
        strange = [name for name in names if name not in known]
        if strange:
            raise SignpostError(f"There is no source {strange[0]}; there are {', '.join(s.name for s in sources)}.")
        if not sources:
            raise SettingsError(["There are no [[sources]] in the settings. Name one; signpost init shows how."])
        return self.knowledge.update([known[name] for name in names] or sources, options)

    def left_over(self) -> tuple[str, ...]:
        """Indexed sources that the settings no longer name. What they told stays findable until it is forgotten."""
        named = {source_of(told).name for told in self.settings.sources}
        return tuple(name for name in self.knowledge.sources() if name not in named)

    def forget(self, names: Sequence[str]) -> int:
        """Drop all that left-over sources told, and say how many documents. Raises SignpostError for any other."""
        strange = [name for name in names if name not in self.left_over()]
        if strange:
            left = ", ".join(self.left_over()) or "none"
            raise SignpostError(f"{strange[0]} is no source that only the index still holds; left over: {left}.")
        return self.knowledge.forget(names)

    def search(self, query: str, filters: Filters, limit: int) -> Answer:
        """What is found for a query, by what everybody may see."""
        return self.knowledge.answer([Question(query)], EVERYBODY, AskOptions(filters, limit))[0]

    def watchers(self) -> list[Watcher]:
        """One for each mailbox of the settings. Raises SettingsError when there is none, NoIndex before a reindex."""
        accounts = self.settings.mailboxes
        if not accounts:
            raise SettingsError(["There are no [[mailboxes]] in the settings. Name one; signpost init shows how."])
        self.knowledge.choices(EVERYBODY)  # without an index there is nothing to answer with: say so at once
        return [
            watcher_of(told, self.settings, self.mailbox_of(told), self.knowledge, self.ledger) for told in accounts
        ]

    def watch_once(self, failed: Callable[[str], None] | None = None) -> list[Receipt]:
        """One pass over every mailbox. A mailbox that fails is told to `failed` and the others go on."""
        receipts: list[Receipt] = []
        for watcher in self.watchers():
            try:
                receipts += watcher.one_pass()
            except SignpostError as problem:
                if failed is None:
                    raise
                failed(f"{watcher.name}: {problem}")
            finally:
                watcher.close()
        return receipts

    def watch(self) -> None:
        """Watch every mailbox until Ctrl-C or SIGTERM."""
        with stop_on_signals() as stop:
            watchers = self.watchers()
            log.info("watching %s", ", ".join(watcher.name for watcher in watchers))
            watch_all(watchers, stop)

    def serve(self, ready: Callable[[str], None], watching: bool = False) -> None:
        """Serve the pages until Ctrl-C or SIGTERM, and watch the mailboxes beside that where asked.

        `ready` is told the address as soon as it is taken.
        """
        with stop_on_signals() as stop, self.serving() as address:
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
        from service.templates import Templates
        from service.web.app import create
        from service.web.options import WebOptions
        from service.web.serving import serving

        options = WebOptions(
            base_url=self.base_url,
            version=_version(),
            templates=Templates(self.settings.replies.templates),
            now=partial(datetime.now, UTC),
            mailboxes=tuple(told.name for told in self.settings.mailboxes),
        )
        pages = create(self.knowledge, self.ledger, options)
        with serving(pages, self.settings.web.host, self.settings.web.port) as address:
            yield address

    def explain(self, message_id: str) -> Receipt:
        """The receipt of a mail. Raises SignpostError when no such mail was seen."""
        receipt = self.ledger.receipt(message_id)
        if receipt is None:
            raise SignpostError(
                f"No mail with the Message-ID {message_id} was seen. It is in the mail's headers; "
                "only mail that came after the first contact with its folder has a receipt."
            )
        return receipt

    def state(self, check: bool = False) -> State:
        """How everything stands; with `check` the sources are read and the mailboxes logged in to."""
        index = self.knowledge.status()
        problems = [] if index.healthy else [index.says]
        problems += [f"{a.mailbox}: {a.trouble}" for a in self.ledger.progress.accounts() if a.trouble]
        return State(index, self._mails(), tuple(problems + (self._checked() if check else [])))

    def close(self) -> None:
        """Let go of index and ledger, as far as they were opened."""
        for name in ("knowledge", "ledger"):
            if name in self.__dict__:
                self.__dict__.pop(name).close()

    def _mails(self) -> tuple[tuple[str, int], ...]:
        return tuple((" – ".join(filter(None, (c.outcome, c.reason))), c.number) for c in self.ledger.counts())

    def _checked(self) -> list[str]:
        found = [problem for told in self.settings.sources for problem in source_of(told).check()]
        for told in self.settings.mailboxes:
            mailbox = self.mailbox_of(told)
            try:
                found += mailbox.check(told.folders)
            except SignpostError as problem:
                found.append(f"{told.name}: {problem}")
            finally:
                mailbox.close()
        with suppress(SignpostError):
            found += self.knowledge.check()
        return found


def _version() -> str:
    try:
        return version("signpost")
    except PackageNotFoundError:
        return "0"
