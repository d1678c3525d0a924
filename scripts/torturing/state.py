"""All that an account and a ledger hold, read from outside, and what two such states differ in."""

import email
import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imapclient import IMAPClient

from scripts.torturing.servers import PASSWORD

UNSTEADY = ("accounts",)
"""Tables that every pass writes: when it looked, and until when it holds the lease."""
QUERIES = {
    "receipts": "SELECT message_id, outcome, reason, state, draft_message_id FROM receipts",
    "drafts": "SELECT message_id, state, raw IS NULL FROM drafts",
    "threads": "SELECT mailbox, message_id, draft_message_id FROM threads",
    "places": "SELECT folder, validity, uid, identity FROM places",
    "folders": "SELECT folder, validity, uid FROM folders",
    "tries": "SELECT folder, uid, tries FROM tries",
}


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder as it lies on the server: (UID, hash of the bytes, flags) of each mail."""

    validity: int
    uidnext: int
    mails: tuple[tuple[int, str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class State:
    """An account and its ledger. `drafts` are (Message-ID, hash without the date, flags); Drafts is in no folder."""

    folders: dict[str, Folder]
    drafts: Counter[tuple[object, ...]]
    ledger: dict[str, Counter[tuple[object, ...]]]


@contextmanager
def people_at(port: int, user: str) -> Iterator[IMAPClient]:
    """A mail program of the account's owner, logged in."""
    client = IMAPClient("127.0.0.1", port, ssl=False, timeout=20)
    client.normalise_times = False
    try:
        client.login(user, PASSWORD)
        yield client
    finally:
        client.logout()


def state_of(port: int, user: str, ledger: Path) -> State:
    """Everything that is to be seen of an account and its ledger; looking changes nothing."""
    with people_at(port, user) as client:
        folders = _folders(client)
        drafts = _drafts(client) if "Drafts" in folders else Counter()
    with closing(sqlite3.connect(ledger, timeout=20)) as file:
        rows = {name: Counter(file.execute(query).fetchall()) for name, query in QUERIES.items()}
    return State({n: f for n, f in folders.items() if n != "Drafts"}, drafts, rows)


def folders_of(port: int, user: str) -> dict[str, Folder]:
    """Every folder of an account."""
    with people_at(port, user) as client:
        return _folders(client)


def contents(ledger: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the ledger but those that say when somebody looked."""
    with closing(sqlite3.connect(ledger, timeout=20)) as file:
        tables = [str(name) for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: file.execute(f"SELECT * FROM {name}").fetchall() for name in tables if name not in UNSTEADY}


def differences(found: State, expected: Sequence[State]) -> dict[str, str]:
    """What is wrong with a state, by kind (lost, doubled, INBOX, other), as a few words each; empty when nothing is.

    It has to be one of the expected; where it is none of them, what it differs in from the first is told.
    """
    told = [_differences(found, one) for one in expected]
    return {} if {} in told else told[0]


def _differences(found: State, expected: State) -> dict[str, str]:
    wrong = {"lost": _lost(found, expected), "doubled": _doubled(found, expected)}
    wrong["INBOX"] = [name for name, folder in expected.folders.items() if found.folders.get(name) != folder]
    if not any(wrong.values()):
        wrong["other"] = [
            f"{name}: {_words(found.ledger[name], rows)}"
            for name, rows in (expected.ledger | {"lying": expected.drafts}).items()
            if (found.ledger | {"lying": found.drafts})[name] != rows
        ]
    return {kind: ", ".join(map(str, items)) for kind, items in wrong.items() if items}


def _lost(found: State, expected: State) -> list[object]:
    drafts = {one[0] for one in expected.drafts} - {one[0] for one in found.drafts}
    told = {row[0] for row in expected.ledger["receipts"]} - {row[0] for row in found.ledger["receipts"]}
    return sorted(drafts | told, key=str)


def _doubled(found: State, expected: State) -> list[object]:
    most, there = Counter[object](), Counter[object]()
    for counter, state in ((most, expected), (there, found)):
        for (message_id, *_), number in state.drafts.items():
            counter[message_id] += number
    return sorted(there - most, key=str)


def _words(found: Counter[tuple[object, ...]], expected: Counter[tuple[object, ...]]) -> str:
    return f"has {sorted(found - expected, key=repr)}, not {sorted(expected - found, key=repr)}"


def _folders(client: IMAPClient) -> dict[str, Folder]:
    return {name: _folder(client, name) for _, _, name in client.list_folders()}


def _folder(client: IMAPClient, name: str) -> Folder:
    said = client.select_folder(name, readonly=True)
    found = _everything(client) if said[b"EXISTS"] else {}
    mails = tuple(sorted((uid, _digest(facts[b"BODY[]"]), _flags(facts)) for uid, facts in found.items()))
    return Folder(said[b"UIDVALIDITY"], said[b"UIDNEXT"], mails)


def _drafts(client: IMAPClient) -> Counter[tuple[object, ...]]:
    said = client.select_folder("Drafts", readonly=True)
    found = _everything(client) if said[b"EXISTS"] else {}
    return Counter(
        (_message_id(facts[b"BODY[]"]), _digest(_undated(facts[b"BODY[]"])), _flags(facts)) for facts in found.values()
    )


def _everything(client: IMAPClient) -> dict[int, dict[bytes, Any]]:
    found: dict[int, dict[bytes, Any]] = client.fetch(client.search("ALL"), ["FLAGS", "BODY.PEEK[]"])
    return found


def _flags(facts: dict[bytes, object]) -> tuple[str, ...]:
    flags = facts[b"FLAGS"]
    assert isinstance(flags, tuple)
    return tuple(sorted(flag.decode() for flag in flags if flag != b"\\Recent"))


def _undated(raw: bytes) -> bytes:
    """Without the time at which it was written, which an interruption may change."""
    head, gap, body = raw.partition(b"\r\n\r\n")
    return b"\r\n".join(line for line in head.split(b"\r\n") if not line.lower().startswith(b"date:")) + gap + body


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()[:16]


def _message_id(raw: bytes) -> str:
    return str(email.message_from_bytes(raw)["Message-ID"]).strip()
