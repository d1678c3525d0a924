"""Programs read receipts and figures, and say what was right, as far as their token and its owner may."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from service.access.visitor import Scope, Visitor
from service.ledger import Ledger
from service.receipts import Asked, Nearest
from service.web.access import visitor_of
from tests.builders import NOW
from tests.pages import BASE, a_receipt, a_web, knowing, some_documents

PILOT, SECRET = "trello:sales:card:pilot", "trello:sales:card:secret"
API = "/api/v1"
OWNERS = {"sales": frozenset({"anna@ours.example"}), "board": frozenset({"tom@ours.example"})}


@pytest.fixture
def web(tmp_path: Path) -> Iterator[tuple[TestClient, Ledger]]:
    near = tuple(Nearest(id_, title, "javascript:1", 0.9) for id_, title in ((PILOT, "Pilot"), (SECRET, "Salaries")))
    mine = a_receipt("1", asked=(Asked("Who talks?", "who", 0.91, near),), says="Sure of: Pilot; Salaries")
    knowledge = knowing(tmp_path, some_documents())
    yield a_web(knowledge, [mine, a_receipt("2", mailbox="board"), a_receipt("3")], owners=OWNERS)
    knowledge.close()


def anna(browser: TestClient, *scopes: Scope) -> TestClient:
    """The same pages for a program of Anna's."""
    assert isinstance(browser.app, FastAPI)
    told: frozenset[Scope] = frozenset(scopes)
    browser.app.dependency_overrides[visitor_of] = lambda: Visitor("anna@ours.example", scopes=told)
    return browser


def test_receipts_come_page_by_page_and_each_once(web: tuple[TestClient, Ledger]) -> None:
    browser, seen = web[0], list[str]()
    url = f"{API}/receipts?limit=2&kind=who"
    while url:
        told = browser.get(url).json()
        seen += [receipt["id"] for receipt in told["receipts"]]
        url = (told["next"] or "").removeprefix(BASE)

    assert seen == ["identity-3", "identity-2", "identity-1"]


def test_a_receipt_tells_what_may_be_seen_and_how_much_may_not(web: tuple[TestClient, Ledger]) -> None:
    told = web[0].get(f"{API}/receipts/mail-1@ours.example").json()
    (asked,) = told["questions"]

    assert [(c["document"], c["url"], c["mark"]) for c in asked["candidates"]] == [(PILOT, None, "")]
    assert (asked["needed"], asked["hidden"]) == (0.5, 1)
    assert "Salaries" not in str(told)
    assert told["page"] == f"{BASE}/receipts/identity-1?mailbox=sales"


def test_whose_mailbox_it_is_not_gets_the_answer_of_a_receipt_that_does_not_exist(
    web: tuple[TestClient, Ledger],
) -> None:
    browser = anna(web[0], "receipts", "feedback")
    there, nowhere = (browser.get(f"{API}/receipts/identity-{n}") for n in (2, 9))

    assert (there.status_code, there.headers["content-type"]) == (404, "application/problem+json")
    assert there.text.replace("identity-2", "") == nowhere.text.replace("identity-9", "")
    assert [r["id"] for r in browser.get(f"{API}/receipts").json()["receipts"]] == ["identity-3", "identity-1"]
    assert browser.get(f"{API}/figures").json()["mails"] == 2
    assert browser.post(f"{API}/feedback", json={"receipt": "identity-2", "said": "right"}).status_code == 404


@pytest.mark.parametrize(
    ("scope", "allowed"), [("search", ""), ("receipts", "receipts figures one"), ("feedback", "feedback")]
)
def test_a_token_does_what_it_was_made_for(web: tuple[TestClient, Ledger], scope: Scope, allowed: str) -> None:
    browser = anna(web[0], scope)
    told = {
        "receipts": browser.get(f"{API}/receipts"),
        "one": browser.get(f"{API}/receipts/identity-1"),
        "figures": browser.get(f"{API}/figures"),
        "feedback": browser.post(f"{API}/feedback", json={"receipt": "identity-1", "said": "undo"}),
    }

    assert {name for name, answer in told.items() if answer.status_code == 200} == {*allowed.split()}
    assert {answer.status_code for answer in told.values()} <= {200, 403}


@pytest.mark.parametrize("question", [0, "Who talks?"])
def test_feedback_is_kept_and_shown(web: tuple[TestClient, Ledger], question: Any) -> None:
    browser, ledger = web
    given = {"receipt": "identity-1", "mailbox": "sales", "question": question, "said": "right", "document": PILOT}

    told = browser.post(f"{API}/feedback", json=given).json()

    assert told["questions"][0]["candidates"][0]["mark"] == "right"
    assert [one.document_id for one in ledger.confirmations.standing()] == [PILOT]
    assert [(e.what, e.told["document"]) for e in ledger.audit.latest()] == [("mark", PILOT)]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"said": "right"}, 422),
        ({"receipt": "identity-1", "said": "perhaps"}, 422),
        ({"receipt": "identity-1", "said": "right", "admin": True}, 422),
        ({"receipt": "identity-1", "said": "right", "question": 5}, 404),
        ({"receipt": "identity-1", "said": "right", "question": "Who else?"}, 404),
        ({"receipt": "identity-1", "said": "right", "document": SECRET}, 404),
        ({"receipt": "identity-1", "said": "right", "question": -1}, 404),
    ],
)
def test_feedback_that_cannot_be_is_a_problem(web: tuple[TestClient, Ledger], given: Any, status: int) -> None:
    browser, ledger = web

    answer = browser.post(f"{API}/feedback", json=given)

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert (ledger.confirmations.standing(), ledger.audit.latest()) == ([], [])


def test_figures_are_those_of_the_page(web: tuple[TestClient, Ledger]) -> None:
    told = web[0].get(f"{API}/figures").json()

    assert (told["mails"], told["drafts"]["made"], told["drafts"]["waiting"]) == (3, 3, 3)
    assert told["traffic"]["change"] is None
    assert web[0].get(f"{API}/figures?until={(NOW - timedelta(days=1)).date()}").json()["mails"] == 0


def test_the_reference_tells_of_receipts_and_feedback(web: tuple[TestClient, Ledger]) -> None:
    answer = web[0].get("/api")

    assert f"{API}/feedback" in answer.text
    assert len(answer.content) <= 50_000
