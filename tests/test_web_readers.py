"""Who may read which receipts: those of their own mailboxes, and no sign of any other."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from indexer.knowledge import Knowledge
from service.access.visitor import HERE, Visitor
from service.ledger import Ledger
from service.templates import Templates
from service.web.access import known_visitor, visitor_of
from service.web.app import create
from service.web.options import WebOptions
from tests.builders import NOW
from tests.pages import BASE, Page, a_receipt, knowing

ANNA, TOM = Visitor("anna@ours.example"), Visitor("tom@ours.example")
OWNERS = {"sales": frozenset({"anna@ours.example"}), "board": frozenset({"tom@ours.example"})}


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Knowledge]:
    known = knowing(tmp_path_factory.mktemp("index"), [])
    yield known
    known.close()


@pytest.fixture
def browser(knowledge: Knowledge) -> TestClient:
    """Two mailboxes: in one a question about a customer, in the other about the board's own matters."""
    ledger = Ledger.in_memory()
    ledger.keep([a_receipt(), a_receipt("2", mailbox="board", subject="Who is to go?", reason="secret reason")])
    for name in OWNERS:
        ledger.progress.looked(name, NOW, f"{name} is in trouble")
    options = WebOptions(BASE, "1", Templates(), lambda: NOW, mailboxes=tuple(OWNERS), owners=OWNERS)
    return TestClient(create(knowledge, ledger, options), base_url=BASE, raise_server_exceptions=False)


def seen(browser: TestClient, by: Visitor, url: str) -> str:
    assert isinstance(browser.app, FastAPI)
    browser.app.dependency_overrides |= {visitor_of: lambda: by, known_visitor: lambda: by}
    return Page(browser.get(url).text).text


def test_a_list_holds_the_receipts_of_ones_own_mailboxes_and_counts_no_others(browser: TestClient) -> None:
    assert "Who is to go?" in seen(browser, HERE, "/receipts")
    for url in (
        "/receipts",
        "/receipts?mailbox=board",
        "/receipts?text=go",
        "/receipts?kind=who",
        "/receipts?outcome=draft",
    ):
        assert "Who is to go?" not in seen(browser, ANNA, url)
    assert "All 1" in " ".join(seen(browser, ANNA, "/receipts").split())
    assert "Who is to go?" in seen(browser, TOM, "/receipts")


def test_whoever_has_no_mailbox_sees_none(browser: TestClient) -> None:
    assert "No mail has been looked at yet" in seen(browser, Visitor("eve@ours.example"), "/receipts")


@pytest.mark.parametrize(
    "url", ["/receipts/identity-2", "/receipts/identity-2?mailbox=board", "/receipts/mail-2@ours.example"]
)
def test_a_receipt_of_somebody_else_is_as_one_that_was_never_written(browser: TestClient, url: str) -> None:
    assert seen(browser, ANNA, url) == seen(browser, ANNA, url.replace("2", "9"))
    assert "Who is to go?" in seen(browser, TOM, url)


def test_paging_from_a_receipt_of_somebody_else_leads_nowhere(browser: TestClient) -> None:
    assert seen(browser, ANNA, "/receipts?before=identity-2&within=board") == seen(
        browser, ANNA, "/receipts?before=identity-9&within=board"
    )


@pytest.mark.parametrize("url", ["/health", "/healthz"])
def test_health_speaks_of_ones_own_mailboxes_alone(browser: TestClient, url: str) -> None:
    assert "board is in trouble" in seen(browser, HERE, url)
    assert "board" not in seen(browser, ANNA, url)
    assert "sales is in trouble" in seen(browser, ANNA, url)
