"""Where the ledger is → its rows; one that was moved away is not taken up again by mistake."""

from pathlib import Path

from indexer.errors import LedgerError
from service.ledgers.sentences import VARIABLE
from service.ledgers.sqlite import SqliteFile
from service.schema import File

MOVED = "moved to"
"""The name, among the secrets, under which a ledger that was moved tells where to."""


def at(path: Path, url: str = "") -> File:
    """The rows of the ledger in this file, or where there is a URL in that database; made where there are none."""
    if not url:
        return SqliteFile(path)
    try:
        from service.ledgers.postgres import PostgresFile
    except ModuleNotFoundError as missing:
        if missing.name != "psycopg":
            raise
        raise LedgerError(f"{VARIABLE} wants one more part: pip install 'signpost[postgres]'") from None
    return PostgresFile(url)


def opened(path: Path, url: str = "") -> File:
    """The same. Raises LedgerError where it was moved to another place: two ledgers would write two drafts."""
    file = at(path, url)
    if place := moved_to(file):
        file.close()
        raise LedgerError(
            f"{file.name} was moved to {place[0].lower()}{place[1:]} and is not used any more. "
            f"Let {VARIABLE} name that database, or unset it where that is a file. What is left here may be deleted."
        )
    return file


def moved_to(file: File) -> str:
    """Where a ledger was moved to; empty where it was not."""
    found = file.rows("SELECT value FROM secrets WHERE name = ?", (MOVED,))
    return bytes(found[0][0]).decode() if found else ""
