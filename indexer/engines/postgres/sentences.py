"""What a PostgreSQL server complains of → a sentence with a way out. Pure."""

import re

from indexer.errors import BusyIndex, DamagedIndex, IndexProblem

LOST = "Nothing of this step was kept; try again once the server is back."
_SENTENCES = {
    "28": "refuses the user or password of the index URL. Check SIGNPOST_INDEX_URL.",
    "3D000": "does not exist on its server. Create it, or correct SIGNPOST_INDEX_URL.",
    "25006": "only reads: it is a standby. Name the primary in SIGNPOST_INDEX_URL, or both hosts and "
    "target_session_attrs=read-write.",
    "42501": "does not let this user do what the index needs. Let the user own the database; and where it lacks "
    "pgvector, let an administrator run CREATE EXTENSION vector in it once.",
    "53100": "has no room left on its disk. Nothing of this step was kept.",
    "53300": "takes no more connections. Raise max_connections, or run fewer processes.",
    "0A000": "lacks something that the index needs. It must be PostgreSQL 16 or newer with pgvector 0.8 or newer.",
    "58P01": "lacks pgvector. Install it on the server (Debian: postgresql-16-pgvector).",
    "22P05": "cannot keep every character. Create it with ENCODING 'UTF8'.",
}
_CONNECTING = {
    "password authentication failed|no pg_hba.conf entry|no password supplied": "28P01",
    "database .* does not exist": "3D000",
    "too many clients|remaining connection slots": "53300",
}
_GONE = ("08", "57P")
_BUSY = ("40", "55P03")
_DAMAGED = ("XX001", "XX002", "58030")


def cause(state: str | None, told: str) -> tuple[str, str]:
    """The SQLSTATE, empty where nobody knows it, and the first line of what was told with it."""
    first = told.strip().split("\n")[0].rpartition("FATAL:")[2].strip()
    if state is None:
        # While a connection is made libpq tells the text alone
        state = next((known for text, known in _CONNECTING.items() if re.search(text, first)), "")
    return state, first


def is_gone(state: str) -> bool:
    """Whether there is nobody to talk to any more."""
    return not state or state.startswith(_GONE)


def is_busy(state: str) -> bool:
    """Whether somebody else was in the way."""
    return state.startswith(_BUSY)


def problem(state: str | None, told: str, where: str) -> IndexProblem:
    """The error for an SQLSTATE and what was told with it, about the database `where`; without a state it was lost."""
    state, first = cause(state, told)
    if is_gone(state):
        return IndexProblem(f"{where} cannot be reached ({first}). {LOST}")
    if is_busy(state):
        return BusyIndex(f"Another process is writing to {where}. Try again in a moment.")
    if state in _DAMAGED:
        return DamagedIndex(
            f"{where} is damaged ({first}). Restore it, or drop its schema signpost and run `signpost reindex`; "
            "everything in it can be made again; questions that were confirmed come back from the ledger."
        )
    known = next((said for begin, said in _SENTENCES.items() if state.startswith(begin)), None)
    return IndexProblem(f"{where} {known}" if known else f"{where} refused a statement ({state}: {first}).")
