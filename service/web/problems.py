"""What went wrong with a request, as a status and sentences with a way out. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from indexer.errors import BusyIndex, DamagedIndex, LedgerError, ModelError, NoIndex, SignpostError
from service.access.oidc import LoginFailed


@dataclass(frozen=True, slots=True)
class Problem:
    """One refusal or failure: the status, what it is called, and what is wrong.

    `next` says what to do where the sentences of `says` do not.
    """

    status: int
    title: str
    says: tuple[str, ...]
    next: str = ""


class Forbidden(SignpostError):
    """Somebody who is known may not do this."""


class LoginNeeded(SignpostError):
    """Nobody knows who this is."""


class NotFound(SignpostError):
    """What was asked for does not exist, or may not be seen: the answer is the same for both."""


_KNOWN: tuple[tuple[type[SignpostError], int, str, str], ...] = (
    (LoginNeeded, 401, "Nobody knows who you are", ""),
    (Forbidden, 403, "You may not do this", ""),
    (LoginFailed, 502, "The login provider does not answer", "Try again in a moment."),
    (NotFound, 404, "Nothing stands here", "Search for it, or go back to the start."),
    (NoIndex, 503, "Nothing is indexed yet", "The sources to read are named in signpost.toml."),
    (BusyIndex, 503, "The index is busy", ""),
    (DamagedIndex, 503, "The index is damaged", ""),
    (ModelError, 503, "The language model cannot be used", ""),
    (LedgerError, 503, "The receipts cannot be read", ""),
)


def of_error(error: SignpostError) -> Problem:
    """The problem behind an error that explains itself."""
    says = tuple(line for line in str(error).splitlines() if line.strip())
    for kind, status, title, remedy in _KNOWN:
        if isinstance(error, kind):
            return Problem(status, title, says, remedy)
    return Problem(500, "This did not work", says)


def of_status(status: int) -> Problem:
    """The problem behind a bare HTTP status."""
    if status == 404:
        return of_error(NotFound("There is no page under this address."))
    if status == 405:
        return Problem(405, "This cannot be done here", ("Pages are only read: use GET.",))
    return Problem(status, "This did not work", ("The request was refused.",), "Go back and try again.")


def of_invalid(errors: Sequence[Any]) -> Problem:
    """The problem of a request whose parameters cannot be read: a sentence for each."""
    says = tuple(dict.fromkeys(_sentence(error) for error in errors))
    return Problem(422, "The search cannot be read", says, "Correct it in the address, or start a new search.")


UNEXPECTED = Problem(
    500,
    "Something broke",
    ("Signpost hit an error that it cannot explain. It is written in the log.",),
    "Go back and try again; if it stays, report it with the log.",
)


def _sentence(error: Any) -> str:
    name = next((str(part) for part in error["loc"] if part not in {"query", "path", "body"}), "request")
    given, limits = error.get("input"), error.get("ctx", {})
    match error["type"]:
        case "string_too_long" if name == "q":
            return (
                f"The question is {len(given):,} characters long; {limits['max_length']:,} is the most. "
                "Shorten it to the sentence that asks."
            )
        case "string_too_long":
            return f"A value of “{name}” is longer than {limits['max_length']:,} characters."
        case "too_long":
            return f"“{name}” has more than {limits['max_length']} values; choose fewer."
        case "literal_error":
            return f"“{name}” cannot be {_quoted(given)}; choose {limits['expected'].replace(chr(39), '')}."
        case kind if kind.startswith("date"):
            return f"“{name}” is {_quoted(given)}, which is no day; write it like 2026-03-02."
        case "greater_than_equal" | "less_than_equal" | "int_parsing":
            return f"“{name}” is {_quoted(given)}, which is out of range or no whole number."
    return f"“{name}”: {error['msg']}."


def _quoted(value: Any) -> str:
    text = str(value)
    return f"“{text[:60]}…”" if len(text) > 60 else f"“{text}”"
