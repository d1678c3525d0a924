"""Receipts are marked: what is said becomes labels, confirmed and refuted questions, and can be taken back."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from indexer.asking import Signs
from indexer.knowledge import Knowledge
from service.learning import Learning
from service.ledger import Ledger
from service.marking import Marking, Marks, shown, verdict
from service.receipts import Asked, Nearest, Receipt
from tests.builders import NOW
from tests.pages import BASE, a_receipt, a_web, knowing, some_documents

PILOT, CALL, SECRET = "trello:sales:card:pilot", "crm:hubspot:note:call", "trello:sales:card:secret"
QUESTION = "Who talks to Brückner?"
SIGNS = Signs(0.9, -1.0, 0.5, 0.3, True)


def a_marked_receipt(*documents: str, **more: Any) -> Receipt:
    nearest = tuple(Nearest(id_, id_, "", 0.9) for id_ in documents or (PILOT,))
    return a_receipt(**{"asked": (Asked(QUESTION, "who", 0.91, nearest, signs=SIGNS),), **more})


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Marking]:
    knowledge, ledger = knowing(tmp_path, some_documents()), Ledger.in_memory()
    yield Marking(ledger, Learning(knowledge, ledger))
    knowledge.close()


def labels(kept: Marking) -> list[bool]:
    return [told.right for told in kept.ledger.verdicts.all()]


def confirmed(kept: Marking) -> list[str]:
    return [one.document_id for one in kept.ledger.confirmations.standing()]


def test_a_link_that_is_right_is_a_label_and_finds_the_document_from_now_on(kept: Marking) -> None:
    kept.mark(a_marked_receipt(), 0, "right", NOW, PILOT)

    assert (labels(kept), confirmed(kept)) == ([True], [PILOT])
    assert [one.document_id for one in kept.learning.knowledge.confirmed()] == [PILOT]
    assert kept.marks(a_marked_receipt()) == [Marks(right=frozenset({PILOT}))]


def test_a_link_that_is_wrong_is_a_label_and_is_not_taught_again_by_a_draft(kept: Marking) -> None:
    kept.mark(a_marked_receipt(), 0, "wrong", NOW, PILOT)

    assert (labels(kept), confirmed(kept)) == ([False], [])
    assert [one.document_id for one in kept.ledger.confirmations.refuted()] == [PILOT]


def test_one_wrong_link_of_several_says_nothing_of_the_answer(kept: Marking) -> None:
    receipt = a_marked_receipt(PILOT, CALL)
    kept.mark(receipt, 0, "wrong", NOW, PILOT)
    assert labels(kept) == []

    kept.mark(receipt, 0, "wrong", NOW, CALL)
    assert labels(kept) == [False]

    kept.mark(receipt, 0, "right", NOW, CALL)
    assert labels(kept) == [True]


def test_of_several_links_nobody_learns_which_was_right_when_all_are_called_right(kept: Marking) -> None:
    kept.mark(a_marked_receipt(PILOT, CALL), 0, "right", NOW)

    assert (labels(kept), confirmed(kept)) == ([True], [])


def test_no_answer_exists_refutes_every_link(kept: Marking) -> None:
    kept.mark(a_marked_receipt(PILOT, CALL), 0, "none", NOW)

    assert labels(kept) == [False]
    assert {one.document_id for one in kept.ledger.confirmations.refuted()} == {PILOT, CALL}
    assert kept.marks(a_marked_receipt(PILOT, CALL))[0].answer == "none"


def test_another_document_that_answers_makes_the_links_wrong(kept: Marking) -> None:
    kept.mark(a_marked_receipt(PILOT), 0, "right", NOW, CALL)

    assert (labels(kept), confirmed(kept)) == ([False], [CALL])


@pytest.mark.parametrize("said", ["right", "wrong", "none"])
def test_what_is_taken_back_was_never_said(kept: Marking, said: Any) -> None:
    receipt = a_marked_receipt(PILOT, CALL)
    kept.mark(receipt, 0, said, NOW, "" if said == "none" else PILOT)

    kept.undo(receipt, 0, NOW)

    assert (labels(kept), confirmed(kept), kept.ledger.confirmations.refuted()) == ([], [], [])
    assert (kept.learning.knowledge.confirmed(), kept.marks(receipt)) == ([], [Marks()])


def test_what_a_sent_draft_taught_stays_when_a_mark_is_taken_back(kept: Marking) -> None:
    sent = a_marked_receipt(state="sent", similarity=1.0)
    kept.mark(sent, 0, "wrong", NOW, PILOT)

    kept.undo(sent, 0, NOW)

    assert [one.by for one in kept.ledger.confirmations.standing()] == ["sent"]
    assert [one.document_id for one in kept.learning.knowledge.confirmed()] == [PILOT]


def test_marks_are_kept_while_there_is_no_index(tmp_path: Path) -> None:
    knowledge, ledger = knowing(tmp_path, []), Ledger.in_memory()
    kept = Marking(ledger, Learning(knowledge, ledger))

    kept.mark(a_marked_receipt(), 0, "right", NOW, PILOT)

    assert confirmed(kept) == [PILOT]


def test_a_question_for_which_nothing_was_found_gets_no_label(kept: Marking) -> None:
    bare = a_marked_receipt()
    bare = replace(bare, outcome="pass", asked=(replace(bare.asked[0], signs=None),))

    kept.mark(bare, 0, "right", NOW, PILOT)

    assert (labels(kept), confirmed(kept)) == ([], [PILOT])


ids = st.frozensets(st.sampled_from([PILOT, CALL, SECRET]))


@given(ids, ids, ids, st.sampled_from(["", "right", "none"]))
def test_an_answer_is_right_only_if_somebody_said_so(linked: Any, right: Any, wrong: Any, whole: Any) -> None:
    told = verdict(Asked(QUESTION, "who", 0.9, signs=SIGNS), linked, Marks(right, wrong, whole))

    if told is not None and told.right:
        assert whole == "right" or right & linked
    if not (right or wrong or whole):
        assert told is None


def test_a_pass_shows_what_a_draft_would_have_linked() -> None:
    near = (Nearest(PILOT, "", "", 1.0), Nearest(CALL, "", "", 0.85), Nearest(SECRET, "", "", 0.5))
    receipt = a_receipt(outcome="pass", asked=(Asked(QUESTION, "who", 0.2, near),))

    assert shown(receipt, receipt.asked[0]) == (PILOT, CALL)


def post(browser: TestClient, url: str = "/receipts/mark", **form: object) -> int:
    given = {"mailbox": "sales", "identity": "identity-1", "question": 0, **form}
    return browser.post(url, data=given, headers={"Origin": BASE}, follow_redirects=False).status_code


@pytest.fixture
def web(tmp_path: Path) -> Iterator[tuple[TestClient, Ledger]]:
    knowledge: Knowledge = knowing(tmp_path, some_documents())
    yield a_web(knowledge, [a_marked_receipt(PILOT, SECRET)])
    knowledge.close()


def test_a_button_marks_and_leads_back_to_the_question(web: tuple[TestClient, Ledger]) -> None:
    browser, ledger = web
    given = {"mailbox": "sales", "identity": "identity-1", "question": 0, "mark": f"right {PILOT}"}

    answer = browser.post("/receipts/mark", data=given, headers={"Origin": BASE}, follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, "/receipts/identity-1?mailbox=sales#question-0")
    assert 'aria-pressed="true" data-right' in browser.get("/receipts/identity-1?mailbox=sales").text
    assert [(e.what, e.told["said"]) for e in ledger.audit.latest()] == [("mark", "right")]


def test_the_keys_of_the_list_lead_back_to_the_row(web: tuple[TestClient, Ledger]) -> None:
    given = {"mailbox": "sales", "identity": "identity-1", "mark": "right", "back": "/receipts?kind=who", "row": 3}

    answer = web[0].post("/receipts/mark", data=given, headers={"Origin": BASE}, follow_redirects=False)

    assert answer.headers["location"] == "/receipts?kind=who#r-3"


@pytest.mark.parametrize(
    "back", ["//evil.example", "https://evil.example", "/receipts\\@evil", "/receipts?\r\nX: 1", "/"]
)
def test_nobody_is_led_elsewhere(web: tuple[TestClient, Ledger], back: str) -> None:
    given = {"mailbox": "sales", "identity": "identity-1", "question": 0, "mark": "right", "back": back, "row": 1}

    answer = web[0].post("/receipts/mark", data=given, headers={"Origin": BASE}, follow_redirects=False)

    assert answer.headers["location"].startswith("/receipts/identity-1?")


def test_what_one_may_not_see_cannot_be_marked(web: tuple[TestClient, Ledger]) -> None:
    browser, ledger = web

    assert post(browser, mark=f"right {SECRET}") == post(browser, mark="right trello:sales:card:nowhere") == 404
    assert post(browser, mark="right", identity="identity-9") == 404
    assert post(browser, mark="right", question=7) == 404
    assert post(browser, mark="maybe") == 422
    assert ledger.verdicts.all() == []


def test_another_document_is_named_by_its_link(web: tuple[TestClient, Ledger]) -> None:
    browser, ledger = web

    assert post(browser, mark="right", link=f"{BASE}/documents/{CALL}") == 303
    assert post(browser, mark="right", link="https://nowhere.example") == 404
    assert [one.document_id for one in ledger.confirmations.standing()] == [CALL]
