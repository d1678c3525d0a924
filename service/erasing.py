"""One person, out of everything that Signpost keeps: index, ledger, logins. What comes of them later is struck out."""

import json
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from indexer.entities import Entity
from indexer.errors import NoIndex, SignpostError
from indexer.knowledge import Knowledge
from service.ledger import Ledger
from service.mail.letter import Address
from service.replies.audience import is_plain
from service.settings import Settings

STEP = 8_000_000


@dataclass(frozen=True, slots=True)
class Erased:
    """What was done: under which names and addresses, in how many documents and rows; `left` are files that still
    hold one of them.
    """

    names: tuple[str, ...]
    addresses: tuple[str, ...]
    documents: int
    rows: int
    left: tuple[Path, ...]


class Erasing:
    """Forgets people. Sources and mailboxes are not ours: what stands there has to be removed there."""

    def __init__(self, settings: Settings, knowledge: Knowledge, ledger: Ledger) -> None:
        """Do nothing yet."""
        self._settings, self._knowledge, self._ledger = settings, knowledge, ledger

    def who(self, told: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The names and addresses of the person with this address or name, as the index knows them.

        Raises SignpostError where several bear the name, and for an address that a watched mailbox has.
        """
        found = self._people(told)
        if len(found) > 1:
            known = ", ".join(", ".join(e.emails) or e.name for e in found[:8])
            raise SignpostError(f"{len(found)} people are called {told}. Name one by address: {known}.")
        given = ({told.strip().lower()}, set[str]()) if "@" in told else (set[str](), {told.strip()})
        addresses = given[0] | {email.lower() for e in found for email in e.emails}
        names = given[1] | {_bare(name) for e in found for name in (e.name, *e.aliases)}
        own = {a.email.lower() for mailbox in self._settings.mailboxes for a in mailbox.own} & addresses
        if own:
            raise SignpostError(f"{min(own)} belongs to a watched mailbox. Remove it from the settings first.")
        return tuple(sorted(filter(_is_name, names))), tuple(sorted(addresses))

    def erase(self, names: Collection[str], addresses: Collection[str], now: datetime) -> Erased:
        """Forget these, now and for whatever comes later. Safe to run again. Raises BusyIndex or LedgerError."""
        who = self._ledger.forgotten.add(addresses, names, now)
        try:
            documents = self._knowledge.erase(who)
        except NoIndex:
            documents = 0
        rows = self._ledger.forgotten.strike(who, addresses)
        self._ledger.forgotten.shrink()
        left = tuple(_holding(self._settings.data, [*names, *addresses]))
        return Erased(tuple(names), tuple(addresses), documents, rows, left)

    def _people(self, told: str) -> list[Entity]:
        """Whoever has this address or bears this name, whoever may see them."""
        try:
            people = [e for e in self._knowledge.every_entity() if e.kind == "person"]
        except NoIndex:
            return []
        folded = told.strip().casefold()
        by_address = [e for e in people if folded in (email.lower() for email in e.emails)]
        return by_address or [e for e in people if folded in {_bare(n).casefold() for n in (e.name, *e.aliases)}]


def _bare(name: str) -> str:
    """`Anna Weber (anna@ours.example)` → `Anna Weber`"""
    return name.partition(" (")[0].strip()


def _is_name(told: str) -> bool:
    return len(told.split()) > 1 and not is_plain(Address(told))


def _holding(folder: Path, told: Collection[str]) -> Iterator[Path]:
    """The files in which one of these still stands, however it is capitalised or composed."""
    forms = {form for text in told for form in _forms(text)}
    yield from (file for file in sorted(folder.rglob("*")) if file.is_file() and _holds(file, forms))


def _forms(text: str) -> Iterator[bytes]:
    for written in (text, text.lower(), text.upper(), text.title()):
        for composed in ("NFC", "NFD"):
            told = unicodedata.normalize(composed, written)
            yield from (
                told.encode().lower(),
                json.dumps(told)[1:-1].encode().lower(),
                told.encode("utf-16-le").lower(),
            )


def _holds(file: Path, forms: Collection[bytes]) -> bool:
    longest, tail = max(map(len, forms), default=0), b""
    with file.open("rb") as opened:
        while part := opened.read(STEP):
            here = tail + part.lower()
            if any(form in here for form in forms):
                return True
            tail = here[-longest:]
    return False
