"""Whole sites for the browser: with nothing on them, with one thing, with many, and with people who log in."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from indexer.documents import Document
from service.access.passwords import hashed
from service.access.rules import Rules
from service.ledger import Ledger
from service.receipts import Asked, Receipt
from service.templates import Templates
from service.web.app import create
from service.web.options import WebOptions
from service.web.serving import serving
from tests.builders import NOW
from tests.pages import a_nasty_document, a_receipt, differing_contacts, knowing, many_cards, some_documents

ANNA, PASSWORD = "anna@ours.example", "vier blaue Kräne am Hafen"
LOCAL = Rules("local", admins=frozenset({ANNA}), lasts=timedelta(days=3))
STATES = ("empty", "one", "many")
OWNERS = {"sales": frozenset({ANNA})}


def shelf(state: str) -> list[Document]:
    """What the site knows of in this state."""
    many = [*some_documents(), *many_cards(25), *differing_contacts(), a_nasty_document("<b onclick=x>&amp;</b> " * 9)]
    return {"empty": [], "one": some_documents()[:1], "many": many}[state]


def mail(state: str) -> list[Receipt]:
    """Which mails were decided on in this state."""
    unsure = Asked("Is anyone on a project with night trains?", "similar work", 0.2, ())
    passes = [
        a_receipt(
            f"p{n}", outcome="pass", reason=reason, state="", asked=(unsure,), at=NOW - timedelta(days=9 * n),
            received=NOW - timedelta(days=9 * n), says="Not sure enough.", would_change="A card that says so.",
        )
        for n, reason in enumerate(("automatic", "not sure enough", "nothing found", "outside sender") * 6)
    ]  # fmt: skip
    drafts = [a_receipt(str(n), at=NOW - timedelta(days=8 * n)) for n in range(1, 4)]
    return {"empty": [], "one": [a_receipt("1")], "many": [*drafts, *passes]}[state]


@contextmanager
def a_site(folder: Path, state: str, **options: Any) -> Iterator[str]:
    """The address of a site in this state, as long as it stands."""
    ledger, knowledge = Ledger.in_memory(), knowing(folder, shelf(state))
    ledger.keep(mail(state))
    ledger.people.put(ANNA, "Anna Weber", hashed(PASSWORD), NOW)
    facts: dict[str, Any] = {"mailboxes": ("sales",), "owners": OWNERS} | options
    pages = create(knowledge, ledger, WebOptions("http://127.0.0.1:8080", "1.2.3", Templates(), lambda: NOW, **facts))
    with serving(pages, "127.0.0.1", 0) as url:
        yield url
    knowledge.close()
