"""What a PostgreSQL server complains of when it keeps the ledger → a sentence with a way out. Pure."""

from indexer.engines.postgres.sentences import cause, is_busy, is_gone
from indexer.errors import LedgerError

VARIABLE = "SIGNPOST_LEDGER_URL"
WAY_OUT = "restore a backup: without the ledger, mail from before is not answered."
_SENTENCES = {
    "28": f"refuses the user or password of the ledger's URL. Check {VARIABLE}.",
    "3D000": f"does not exist on its server. Create it, or correct {VARIABLE}.",
    "25006": f"only reads: it is a standby. Name the primary in {VARIABLE}, or both hosts and "
    "target_session_attrs=read-write.",
    "25P03": "took its turn back from a process that stood still in the middle. Nothing of this step was kept.",
    "42501": "does not let this user keep the ledger. Let the user own the database.",
    "53100": "has no room left on its disk. Nothing of this step was kept.",
    "53300": "takes no more connections. Raise max_connections, or run fewer processes.",
    "0A000": "lacks something that the ledger needs. It must be PostgreSQL 16 or newer.",
    "22P05": "cannot keep every character. Create it with ENCODING 'UTF8'.",
}
_DAMAGED = ("XX001", "XX002", "58030")


def problem(state: str | None, told: str, where: str) -> LedgerError:
    """The error for an SQLSTATE and what was told with it, about the database `where`; without a state it was lost."""
    state, first = cause(state, told)
    known = next((said for begin, said in _SENTENCES.items() if state.startswith(begin)), None)
    if known:
        return LedgerError(f"{where} {known}")
    if is_gone(state):
        # Whether a step that was being ended was kept is then unknown: every step of the ledger may be done again
        return LedgerError(f"{where} cannot be reached ({first}), so the ledger cannot be used. Nothing is lost.")
    if is_busy(state):
        return LedgerError(f"{where} is busy: another process writes to the ledger. Try again in a moment.")
    if state in _DAMAGED:
        return LedgerError(f"{where} is damaged ({first}); {WAY_OUT}")
    return LedgerError(f"{where} refused a statement of the ledger ({state}: {first}).")
