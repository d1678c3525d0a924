"""A hook at every step of a watcher: each verb of the mailbox and of its line, and each transaction of the ledger."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from service.ledgers.sqlite import SqliteFile
from service.mailbox.account import ImapAccount
from service.mailbox.imap import ImapLine
from service.mailbox.line import Line
from service.mailbox.protocol import Letter, Mailbox, Saved
from service.mailbox.remote import RemoteMailbox


class Wire:
    """Counts every step twice, before and after, and does something at one of these counts, or at a name."""

    def __init__(self, at: int | str = 0, act: Callable[[], None] = lambda: None) -> None:
        """Act at this step; 0 is none."""
        self.at = at
        self.act = act
        self.steps: list[str] = []

    def __call__(self, step: str) -> None:
        """Pass a step."""
        self.steps.append(step)
        if self.at in (len(self.steps), step):
            self.at = 0
            self.act()

    @contextmanager
    def around(self, step: str) -> Iterator[None]:
        """Before and after a step."""
        self(f"before {step}")
        yield
        self(f"after {step}")


class _Wired:
    """Anything whose calls go past the wire."""

    def __init__(self, inner: object, wire: Wire, what: str) -> None:
        self._inner = inner
        self._wire = wire
        self._what = what

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        return self._passing(name, found) if callable(found) else found

    def _passing(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def passing(*values: Any, **named: Any) -> Any:
            with self._wire.around(f"{self._what}.{name}"):
                return call(*values, **named)

        return passing


class _WiredMailbox(_Wired):
    """Letters are saved one by one, as a server takes them: a watcher can end between any two."""

    def save_drafts(self, letters: Sequence[Letter]) -> list[Saved]:
        save = self._passing("save_drafts", self._inner.save_drafts)  # type: ignore[attr-defined]
        return [saved for letter in letters for saved in save([letter])]


def wired_mailbox(account: ImapAccount, wire: Wire) -> Mailbox:
    """The production mailbox over IMAP, past the wire; so is every line it opens."""

    def connect() -> Line:
        with wire.around("connect"):
            line = ImapLine(account)
        return cast(Line, _Wired(line, wire, "line"))

    inner = RemoteMailbox(account.name, connect, account.drafts, account.max_size)
    return cast(Mailbox, _WiredMailbox(inner, wire, "mailbox"))


class WiredFile(SqliteFile):
    """The ledger's file, past the wire: before a transaction, in it just before it is committed, and after."""

    def __init__(self, path: Path, wire: Wire) -> None:
        """Open it; that goes past the wire, too."""
        self.wire = wire
        with wire.around("opening"):
            super().__init__(path)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """See `SqliteFile.writing`."""
        if self._depth:
            yield
            return
        self.wire("before transaction")
        with super().writing():
            yield
            self.wire("before commit")
        self.wire("after commit")
