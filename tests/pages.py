"""Pages over a small real index for tests: a shelf of documents, a client, and an auditor of what the pages send."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from fastapi.testclient import TestClient

from indexer.documents import Customer, Document, Person, Section
from indexer.knowledge import Knowledge
from service.ledger import Ledger
from service.receipts import Asked, Nearest, Receipt
from service.templates import Templates
from service.web.app import create
from service.web.options import WebOptions
from tests.builders import NOW, a_card, a_note
from tests.known import Shelf, knowing

__all__ = ["Shelf", "knowing"]
PAGES = [
    "/",
    "/?q=Who talks to Brückner Logistik?",
    "/?kind=card&page=2",
    "/?q=rail&customer=Bruckner&kind=note",
    "/?q=pilot#filters",
    "/?q=pilot&sort=newest&archived=without",
    "/?like=trello:sales:card:pilot",
    "/documents/trello:sales:card:pilot",
    "/companies/Brückner Logistik",
    "/people/Anna Weber",
    "/people/Ute Krämer-Okonkwo",
    "/receipts",
    "/receipts/identity-1",
    "/health",
    "/api",
    "/figures",
    "/searches",
    "/help",
    "/nowhere",
    "/?kind=nonsense",
]
"""Every page as people meet it, and what it says where there is nothing or something is wrong."""
OF_PEOPLE = ["/login", "/account", "/audit"]
"""Pages that are there where people log in."""
BASE = "http://127.0.0.1:8080"
ANNA = Person("Anna Weber", "assignee", "anna@ours.example")
TOM = Person("Tom Okafor", "author", "tom@ours.example")
UTE = Person("Dr. Ute Krämer", "contact", "ute@brueckner.example")
BRUECKNER = Customer("Brückner Logistik", "7", ("brueckner.example",))


def some_documents() -> list[Document]:
    """A pilot, a call, a company's deal and a card nobody may see."""
    comment = Section("Ute wants a reference visit in May.", "comment", "https://trello.com/c/pilot#c1", "Tom Okafor")
    pilot = a_card(
        "Pilot with Brückner Logistik",
        "Night trains, three depots. Plan: https://docs.example.com/plan.",
        key="pilot",
        people=(ANNA, UTE),
        customers=(BRUECKNER,),
        labels=("rail",),
        fields=(("Value", "120,000 EUR"),),
    )
    call = a_note(
        "Call with Brückner Logistik",
        "They asked for references in rail.",
        key="call",
        people=(TOM, UTE),
        customers=(BRUECKNER,),
        updated_at=NOW - timedelta(days=12),
    )
    return [
        replace(pilot, sections=(*pilot.sections, comment)),
        call,
        a_card("Timetable software for Nordwind", "Tender ends in June.", key="nord", status="won", parent="Projects"),
        a_card("Salary round of Hohenzollern", "Secret figures.", key="secret", visibility="private", people=(ANNA,)),
    ]


def many_cards(number: int) -> list[Document]:
    """Cards about depots, each a day older than the one before."""
    return [
        a_card(f"Depot {n} of the line", f"Depot {n} gets cameras.", updated_at=NOW - timedelta(days=n))
        for n in range(number)
    ]


def a_nasty_document(payload: str, key: str = "nasty") -> Document:
    """A card that says the same hostile words in every field."""
    return a_card(
        payload,
        payload,
        key=key,
        url=payload,
        parent=payload,
        lane=payload,
        labels=(payload,),
        fields=((payload, payload),),
        people=(Person(payload, "owner", payload),),
        customers=(Customer(payload),),
        sections=(Section(payload, "comment", payload, payload, NOW),),
    )


def differing_contacts() -> list[Document]:
    """Two records of one person, which tell different posts, and one of a namesake."""
    ute, work = "Ute Krämer-Okonkwo", "ute.kraemer-okonkwo@procurement.brueckner-logistik-holding.example"
    told = [
        ("hubspot:main", ute, work, "Head of Procurement for Northern Europe and the Baltic States"),
        ("vcard:phone", f"Dr. {ute}", work, "Einkaufsleiterin"),
        ("hubspot:old", ute, "ute@talbot.example", "Buyer"),
    ]
    return [
        a_note(
            name,
            "",
            id=f"{source}:contact:1",
            kind="contact",
            people=(Person(name, "self", address), Person(name, "self", f"info@{address.partition('@')[2]}")),
            fields=(("Job title", post), ("Phone", "+49 40 5550100")),
            updated_at=NOW - timedelta(days=days * 40),
        )
        for days, (source, name, address, post) in enumerate(told)
    ]


def a_receipt(key: str = "1", **more: Any) -> Receipt:
    """A mail that was answered with a draft which links to the pilot."""
    near = Nearest("trello:sales:card:pilot", "Pilot with Brückner Logistik", "https://trello.com/c/pilot", 0.9)
    facts: dict[str, Any] = {
        "identity": f"identity-{key}",
        "mailbox": "sales",
        "folder": "INBOX",
        "uid": 7,
        "message_id": f"<mail-{key}@ours.example>",
        "subject": "Who talks to Brückner?",
        "sender": "lea@ours.example",
        "received": NOW,
        "at": NOW,
        "outcome": "draft",
        "reason": "answer found",
        "says": "Sure enough (0.91) of: Pilot with Brückner Logistik",
        "threshold": 0.5,
        "asked": (Asked("Who talks to Brückner?", "who", 0.91, (near,)),),
        "state": "written",
    }
    return Receipt(**{**facts, **more})


def a_client(knowledge: Knowledge, receipts: Sequence[Receipt] = (), **options: Any) -> TestClient:
    """A browser without cookies, JavaScript or patience for tracebacks."""
    return a_web(knowledge, receipts, **options)[0]


def a_web(knowledge: Knowledge, receipts: Sequence[Receipt] = (), **options: Any) -> tuple[TestClient, Ledger]:
    """Such a browser, and the ledger behind the pages."""
    ledger = Ledger.in_memory()
    ledger.keep(receipts)
    facts: dict[str, Any] = {"base_url": BASE, "version": "1.2.3", "templates": Templates(), "now": lambda: NOW}
    app = create(knowledge, ledger, WebOptions(**{**facts, **options}))
    return TestClient(app, base_url=BASE, raise_server_exceptions=False), ledger


class Page(HTMLParser):
    """What a page says and what it could do: text, links, and anything that would run or load."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.links: list[str] = []
        self.alarms: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"href", "src", "action"}:
                self.links.append(value or "")
                self.alarms += () if self._is_harmless(value or "") else (f"{tag} {name}={value}",)
            if name.startswith("on") or name in {"style", "srcdoc", "formaction"}:
                self.alarms.append(f"{tag} {name}={value}")
        if tag in {"iframe", "object", "embed", "style", "svg", "math", "base"}:
            self.alarms.append(tag)
        if tag == "script" and not (dict(attrs).get("src") or "").startswith("/static/"):
            self.alarms.append(f"script {attrs}")

    def handle_data(self, data: str) -> None:
        self.text += data

    def _is_harmless(self, url: str) -> bool:
        stays = url.startswith(("/", "#")) and not url.startswith("//")
        return stays or urlsplit(url).scheme in {"http", "https", "mailto"}
