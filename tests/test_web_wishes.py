"""People pause mailboxes and take drafts back on the page; the watcher carries it out."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from indexer.knowledge import Knowledge
from service.access.visitor import Visitor
from service.ledger import Ledger
from service.web.access import visitor_of
from tests.builders import NOW
from tests.pages import BASE, Page, a_receipt, a_web, knowing

OWNERS = {"sales": frozenset({"anna@ours.example"}), "board": frozenset({"tom@ours.example"})}


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Knowledge]:
    known = knowing(tmp_path_factory.mktemp("index"), [])
    yield known
    known.close()


@pytest.fixture
def web(knowledge: Knowledge) -> tuple[TestClient, Ledger]:
    """Anna's pages."""
    receipts = [a_receipt(), a_receipt("2", mailbox="board"), a_receipt("3", state="edited")]
    browser, ledger = a_web(knowledge, receipts, owners=OWNERS)
    for name in OWNERS:
        ledger.progress.looked(name, NOW)
    assert isinstance(browser.app, FastAPI)
    browser.app.dependency_overrides[visitor_of] = lambda: Visitor("anna@ours.example")
    return browser, ledger


def post(browser: TestClient, url: str, **form: str) -> tuple[int, str]:
    answer = browser.post(url, data=form, headers={"Origin": BASE}, follow_redirects=False)
    return answer.status_code, answer.headers.get("location", "")


def text(browser: TestClient, url: str) -> str:
    return " ".join(Page(browser.get(url).text).text.split())


def test_a_mailbox_is_paused_and_resumed_and_every_page_tells(web: tuple[TestClient, Ledger]) -> None:
    browser, ledger = web

    assert post(browser, "/mailboxes/pause", mailbox="sales") == (303, "/health")
    assert "Paused by anna@ours.example, just now" in text(browser, "/health")
    assert "sales: no drafts are written." in text(browser, "/receipts")

    assert post(browser, "/mailboxes/resume", mailbox="sales", back="/receipts") == (303, "/receipts")
    assert ledger.pauses.every() == []
    assert [e.what for e in ledger.audit.latest()] == ["resume", "pause"]


def test_the_mailbox_of_somebody_else_is_as_one_that_is_not_there(web: tuple[TestClient, Ledger]) -> None:
    browser, ledger = web
    others = browser.post("/mailboxes/pause", data={"mailbox": "board"})

    assert others.status_code == 404
    assert others.text == browser.post("/mailboxes/pause", data={"mailbox": "nowhere"}).text
    ledger.pauses.pause("board", "tom@ours.example", NOW)
    assert "tom@ours.example" not in text(browser, "/health") + text(browser, "/receipts")


def test_looking_changes_nothing(web: tuple[TestClient, Ledger]) -> None:
    assert web[0].get("/mailboxes/pause?mailbox=sales").status_code in (404, 405)
    assert web[1].pauses.every() == []


def test_a_draft_that_waits_can_be_taken_back(web: tuple[TestClient, Ledger]) -> None:
    browser, ledger = web

    where = post(browser, "/receipts/takeback", mailbox="sales", identity="identity-1")

    assert where == (303, "/receipts/identity-1?mailbox=sales#draft")
    assert "anna@ours.example wanted this draft taken back" in text(browser, "/receipts/identity-1?mailbox=sales")
    assert [wish.who for wish in ledger.takebacks.of("sales").values()] == ["anna@ours.example"]


def test_what_a_person_edited_is_not_even_asked_for(web: tuple[TestClient, Ledger]) -> None:
    browser, ledger = web

    post(browser, "/receipts/takeback", mailbox="sales", identity="identity-3")

    assert ledger.takebacks.of("sales") == {}
    assert "Take the draft back" not in text(browser, "/receipts/identity-3?mailbox=sales")


def test_nobody_takes_back_the_drafts_of_somebody_else(web: tuple[TestClient, Ledger]) -> None:
    assert post(web[0], "/receipts/takeback", mailbox="board", identity="identity-2")[0] == 404
    assert web[1].takebacks.of("board") == {}
