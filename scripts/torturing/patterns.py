"""Accounts that are set up once, as a scene wants them, and copied for every run."""

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from imapclient import IMAPClient

from scripts.torturing.children import in_child, kill_this_process
from scripts.torturing.points import Extent
from scripts.torturing.scenes import Scene
from scripts.torturing.servers import Host
from scripts.torturing.state import State, contents, people_at, state_of
from scripts.torturing.watcher import Clock, a_watcher
from scripts.torturing.wire import Wire
from service.ledger import Ledger
from service.watch import Watcher


@dataclass(slots=True)
class Pattern:
    """An account that is set up to be copied. See `Account` in scenes."""

    host: Host
    user: str
    ledger: Path
    scene: Scene
    clock: Clock = field(default_factory=lambda: Clock(datetime.now(UTC) - timedelta(hours=2)))

    def people(self) -> AbstractContextManager[IMAPClient]:
        """See `Account.people`."""
        return people_at(self.host.port, self.user)

    def furnish(self) -> None:
        """Make the folders that a mail program makes."""
        with self.people() as client:
            for name in ("Drafts", "Sent", *self.scene.more_folders):
                if not client.folder_exists(name):
                    client.create_folder(name)

    def watch(self, minutes: float = 10, dies: str = "") -> None:
        """See `Account.watch`."""
        self.clock.later(minutes)
        ended = in_child(lambda: self._pass(Wire(dies, kill_this_process) if dies else Wire()))
        if ended.trouble or ended.killed != bool(dies):
            raise RuntimeError(f"{self.scene.name} cannot be set up: {ended}")

    def open_ledger(self) -> None:
        """See `Account.open_ledger`."""
        Ledger.open(self.ledger).close()

    def _pass(self, wire: Wire) -> None:
        habits = replace(self.scene.habits, card_is_gone=False)
        watcher = a_watcher(self.host.port, self.user, self.ledger, habits, clock=self.clock, wire=wire)
        watcher.one_pass()
        watcher.close()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A scene whose pattern account is there, what an uninterrupted run of it does, and how it may end."""

    scene: Scene
    user: str
    ledger: Path
    now: datetime
    expected: tuple[State, ...] = ()
    extent: Extent = Extent(0, 0, 0)
    steps: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Case:
    """A fresh copy of a pattern account and of its ledger, to run a scene on."""

    host: Host
    prepared: Prepared
    user: str
    ledger: Path

    def watcher(self, after: float, **more: Any) -> tuple[Watcher, Clock]:
        """The watcher of a new process, so many minutes after all was set up; `port` may lead past a proxy."""
        clock = Clock(self.prepared.now)
        clock.later(after)
        port = more.pop("port", self.host.port)
        return a_watcher(port, self.user, self.ledger, self.prepared.scene.habits, clock=clock, **more), clock

    def people(self) -> AbstractContextManager[IMAPClient]:
        """A mail program of its owner."""
        return people_at(self.host.port, self.user)

    def state(self) -> State:
        """All that is to be seen of it."""
        return state_of(self.host.port, self.user, self.ledger)

    def trace(self) -> object:
        """What changes when anything at all is written."""
        return self.host.trace(self.user), contents(self.ledger)


@contextmanager
def account(host: Host, prepared: Prepared, user: str) -> Iterator[Case]:
    """A fresh copy of a pattern account and of its ledger, gone when the block ends."""
    folder = prepared.ledger.parent / user
    folder.mkdir()
    host.copy(prepared.user, user)
    for path in prepared.ledger.parent.glob(f"{prepared.ledger.name}*"):
        if not path.name.endswith("-shm"):
            shutil.copyfile(path, folder / path.name)
    try:
        yield Case(host, prepared, user, folder / prepared.ledger.name)
    finally:
        shutil.rmtree(folder)
        host.remove(user)
