"""Which receipts are meant: a filter, and what of the ledger's rows it lets through. Pure."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Key = tuple[str, str]
"""A receipt's mailbox and identity."""


@dataclass(frozen=True, slots=True)
class ReceiptFilter:
    """What narrows a list of receipts; empty narrows nothing.

    `text` is looked for in subject and sender; `kind` is that of one of the questions. `mailboxes` are those that
    somebody may read, None all: receipts of others do not exist for them. `until` is the first moment that is too late.
    """

    mailbox: str = ""
    outcome: str = ""
    reason: str = ""
    state: str = ""
    sender: str = ""
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None
    kind: str = ""
    mailboxes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many mails ended this way."""

    outcome: str
    reason: str
    state: str
    number: int


def rows_of(query: ReceiptFilter) -> tuple[str, list[Any]]:
    """The condition on rows of `receipts`, and the values of its question marks."""
    equal = {"mailbox": query.mailbox, "outcome": query.outcome, "reason": query.reason, "state": query.state}
    equal["sender"] = query.sender.lower()
    given = {name: value for name, value in equal.items() if value}
    clauses, values = ["TRUE", *(f"{name} = ?" for name in given)], list[Any](given.values())
    for clause, more in (*_texts(query), *_times(query), *_readable(query)):
        clauses.append(clause)
        values += more
    return " AND ".join(clauses), values


def _texts(query: ReceiptFilter) -> list[tuple[str, list[Any]]]:
    told: list[tuple[str, list[Any]]] = []
    if query.text:
        told.append(("(instr(subject, ?) > 0 OR instr(sender, ?) > 0)", [query.text.casefold(), query.text.lower()]))
    if query.kind:
        # As the receipt's JSON has it, and within no text there: quotes in texts are escaped
        told.append(("instr(told, ?) > 0", [json.dumps({"kind": query.kind}, ensure_ascii=False)[1:-1]]))
    return told


def _times(query: ReceiptFilter) -> list[tuple[str, list[Any]]]:
    bounds = (("at >= ?", query.since), ("at < ?", query.until))
    return [(clause, [at.isoformat()]) for clause, at in bounds if at]


def _readable(query: ReceiptFilter) -> list[tuple[str, list[Any]]]:
    if query.mailboxes is None:
        return []
    if not query.mailboxes:
        return [("FALSE", [])]
    return [(f"mailbox IN ({', '.join('?' * len(query.mailboxes))})", sorted(query.mailboxes))]
