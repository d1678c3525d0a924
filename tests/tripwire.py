"""A mailbox and a ledger that break at the n-th thing they are asked to do, before or after doing it."""

import email
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Literal

from service.ledger import Ledger
from service.ledgers.fenced import Fenced
from service.ledgers.sqlite import SqliteFile
from service.mailbox.protocol import (
    Arrival,
    Batch,
    Cursor,
    Letter,
    Look,
    Mailbox,
    Mark,
    Place,
    Related,
    Removal,
    Reply,
    Saved,
    Sought,
)
from service.schema import File


class Killed(BaseException):
    """The process ends here. Nothing in the product catches it, as nothing can catch SIGKILL."""


class Tripwire:
    """Counts every port call twice, before and after; breaks at one of these counts, or at the first step of a name.

    `steps` collects the names of what was passed, so that a test can see that it went everywhere.
    """

    def __init__(self, at: int | str = 0, breaks: type[BaseException] = Killed) -> None:
        self.at = at
        self.breaks = breaks
        self.count = 0
        self.steps: list[str] = []

    def arm(self, at: int | str, breaks: type[BaseException] = Killed) -> None:
        """Break there from now on; 0 is nowhere."""
        self.at, self.breaks, self.count = at, breaks, 0

    def __call__(self, step: str) -> None:
        self.count += 1
        self.steps.append(step)
        if self.at in (self.count, step):
            self.at = 0
            raise self.breaks(f"broke {step}")

    @contextmanager
    def around(self, step: str) -> Iterator[None]:
        """Before and after a step."""
        self(f"before {step}")
        yield
        self(f"after {step}")


class TrippingMailbox:
    """Passes everything on to a real one, past the wire.

    `appended` counts the letters that arrived by Message-ID; `answers` are the mails they answer.
    """

    def __init__(self, inner: Mailbox, wire: Tripwire) -> None:
        self.inner = inner
        self.wire = wire
        self.name = inner.name
        self.appended: Counter[str] = Counter()
        self.answers: set[str] = set()

    def check(self, folders: Sequence[str]) -> list[str]:
        return self.inner.check(folders)

    def start(self, folder: str, since: date | None = None) -> Cursor:
        with self.wire.around("start"):
            return self.inner.start(folder, since)

    def take(self, folder: str, after: Cursor, limit: int) -> Batch:
        with self.wire.around("take"):
            return self.inner.take(folder, after, limit)

    def fetch(self, places: Sequence[Place]) -> list[Arrival]:
        with self.wire.around("fetch"):
            return self.inner.fetch(places)

    def answered(self, mails: Sequence[Sought]) -> list[Reply | None]:
        with self.wire.around("answered"):
            return self.inner.answered(mails)

    def drafts_mark(self) -> Mark:
        with self.wire.around("mark"):
            return self.inner.drafts_mark()

    def save_drafts(self, letters: Sequence[Letter]) -> list[Saved]:
        """One letter after the other, as a server takes them: it can break between any two."""
        saved = []
        for letter in letters:
            with self.wire.around("append"):
                saved += self.inner.save_drafts([letter])
                if not saved[-1].refused:
                    self.appended[letter.message_id] += 1
                    self.answers.add(email.message_from_bytes(letter.raw)["In-Reply-To"])
        return saved

    def find_drafts(self, message_ids: Sequence[str], since: Mark) -> Look:
        with self.wire.around("look"):
            return self.inner.find_drafts(message_ids, since)

    def related(
        self, where: Literal["drafts", "sent"], message_ids: Collection[str], since: date | None = None
    ) -> list[Related]:
        with self.wire.around(f"related {where}"):
            return self.inner.related(where, message_ids, since)

    def withdraw(self, places: Sequence[Place]) -> Removal:
        """One after the other, as `save_drafts` does."""
        removed: frozenset[Place] = frozenset()
        unable: frozenset[Place] = frozenset()
        for place in places:
            with self.wire.around("withdraw"):
                done = self.inner.withdraw([place])
                removed, unable = removed | done.removed, unable | done.unable
        return Removal(removed, unable)

    def wait(self, folder: str, after: Cursor, seconds: float, pulse: Callable[[], bool]) -> bool:
        return self.inner.wait(folder, after, seconds, pulse)

    def is_there(self) -> bool:
        return self.inner.is_there()

    def close(self) -> None:
        self.inner.close()


class TrippingFile(SqliteFile):
    """Breaks before a transaction, in it just before it is committed, or right after."""

    def __init__(self, path: Path | None, wire: Tripwire) -> None:
        self.wire = Tripwire()
        super().__init__(path)
        self.wire = wire

    @contextmanager
    def writing(self) -> Iterator[None]:
        if self._depth:
            yield
            return
        self.wire("before transaction")
        with super().writing():
            yield
            self.wire("before commit")
        self.wire("after commit")


class TrippingRows(Fenced):
    """The same for rows that lie anywhere."""

    def __init__(self, file: File, wire: Tripwire) -> None:
        super().__init__(file, lambda: None)
        self.wire = wire

    @contextmanager
    def writing(self) -> Iterator[None]:
        if self._depth:
            with super().writing():
                yield
            return
        self.wire("before transaction")
        with super().writing():
            yield
            self.wire("before commit")
        self.wire("after commit")


def tripping_ledger(path: Path | None, wire: Tripwire) -> Ledger:
    """A ledger on this file, past the wire."""
    return Ledger(TrippingFile(path, wire))
