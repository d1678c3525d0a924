from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from indexer.knowledge import Knowledge
from service.ledger import Ledger
from service.receipts import Asked
from service.templates import Templates
from service.web.app import create
from service.web.options import WebOptions
from tests.builders import NOW
from tests.pages import BASE, Page, a_client, a_receipt, knowing, some_documents


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Knowledge]:
    known = knowing(tmp_path_factory.mktemp("index"), some_documents())
    yield known
    known.close()


@pytest.fixture(scope="module")
def browser(knowledge: Knowledge) -> TestClient:
    return a_client(knowledge, [a_receipt()])


def page(browser: TestClient, url: str) -> Page:
    return Page(browser.get(url).text)


def test_every_mail_is_listed_with_what_became_of_it(knowledge: Knowledge) -> None:
    passed = a_receipt("2", outcome="pass", reason="automatic", says="A newsletter: it carries List-Id.", state="")
    shown = page(a_client(knowledge, [a_receipt(), passed]), "/receipts").text

    assert shown.index("A newsletter") < shown.index("Sure enough")
    assert "Automatic 1" in " ".join(shown.split())


def test_receipts_can_be_narrowed_by_outcome_reason_and_words(knowledge: Knowledge) -> None:
    passed = a_receipt("2", outcome="pass", reason="automatic", subject="Newsletter", asked=())
    browser = a_client(knowledge, [a_receipt(), passed])

    assert "Newsletter" not in page(browser, "/receipts?outcome=draft").text
    assert "Who talks" not in page(browser, "/receipts?outcome=pass&reason=automatic").text
    assert "Who talks" not in page(browser, "/receipts?text=newsl").text


def test_receipts_come_in_pages_newest_first(knowledge: Knowledge) -> None:
    browser = a_client(knowledge, [a_receipt(str(n), subject=f"Mail {n:02}") for n in range(30)])
    first = page(browser, "/receipts")
    older = page(browser, next(link for link in first.links if "before=" in link))

    assert "Mail 29" in first.text
    assert "Mail 05" in first.text
    assert "Mail 04" in older.text
    assert not any("before=" in link for link in older.links)


def test_a_receipt_shows_the_question_the_threshold_and_what_would_have_changed_it(knowledge: Knowledge) -> None:
    unsure = a_receipt(
        outcome="pass", reason="not sure enough", would_change="A card that names the customer.", threshold=0.97
    )
    shown = page(a_client(knowledge, [unsure]), "/receipts/identity-1?mailbox=sales")

    assert "91 % sure of an answer, 97 % needed" in shown.text
    assert "A card that names the customer." in shown.text
    assert "/documents/trello:sales:card:pilot" in shown.links
    assert "/?q=Who+talks+to+Br%C3%BCckner%3F" in shown.links


def test_a_receipt_is_found_by_the_message_id_of_its_mail(browser: TestClient) -> None:
    assert browser.get("/receipts/<mail-1@ours.example>").status_code == 200


def test_no_receipts_yet_says_what_to_run(knowledge: Knowledge) -> None:
    assert "signpost watch" in page(a_client(knowledge), "/receipts").text


def test_health_shows_the_index_and_is_well(browser: TestClient) -> None:
    told = browser.get("/healthz")

    assert told.status_code == 200
    assert "All is well" in page(browser, "/health").text


def test_health_tells_what_is_promised_of_drafts(knowledge: Knowledge) -> None:
    browser = a_client(knowledge, promises=lambda: [("who", "93 % sure is enough; 1 of 120 such answers wrong")])

    assert "93 % sure is enough; 1 of 120 such answers wrong" in page(browser, "/health").text
    assert "What a draft needs" not in page(a_client(knowledge), "/health").text


def test_totals_leave_out_what_the_reader_may_not_see(browser: TestClient) -> None:
    told = browser.get("/healthz").json()["index"]

    assert (told["documents"], told["by_source"]) == (3, {"crm:hubspot": 1, "trello:sales": 2})
    for url in ("/", "/health", "/receipts"):
        assert "3 documents, updated" in page(browser, url).text


def test_trouble_turns_health_to_503_and_is_said(knowledge: Knowledge) -> None:
    browser = a_client(knowledge, health=lambda: ["The disk is full."])

    assert browser.get("/healthz").status_code == 503
    assert "The disk is full." in page(browser, "/health").text


def test_a_mailbox_that_nobody_looks_into_is_a_trouble(knowledge: Knowledge) -> None:
    ledger = Ledger.in_memory()
    ledger.progress.looked("sales", NOW - timedelta(hours=2))
    options = WebOptions(BASE, "1", Templates(), lambda: NOW, mailboxes=("sales", "support"))

    told = TestClient(create(knowledge, ledger, options), base_url=BASE).get("/healthz").json()

    assert told["troubles"] == [
        "sales was last looked into 2 hours ago. Is `signpost watch` running?",
        "support was never looked into. Run `signpost watch`.",
    ]


def test_nothing_indexed_is_a_trouble(tmp_path: Path) -> None:
    assert a_client(knowing(tmp_path, [])).get("/healthz").status_code == 503


def test_receipts_can_be_narrowed_by_what_was_asked_and_by_what_became_of_the_draft(knowledge: Knowledge) -> None:
    asked = (Asked("Do we have references in rail?", "reference", 0.4),)
    sent = a_receipt("2", subject="References", asked=asked, state="sent", mailbox="board")
    browser = a_client(knowledge, [a_receipt(), sent])

    for url in ("kind=reference", "outcome=draft&state=sent", "mailbox=board", "kind=reference&mailbox=board&text=ref"):
        shown = page(browser, f"/receipts?{url}").text
        assert "References" in shown
        assert "Who talks" not in shown
    assert "Sent 1" in " ".join(page(browser, "/receipts?outcome=draft").text.split())


def test_going_on_keeps_what_the_list_was_narrowed_by(knowledge: Knowledge) -> None:
    browser = a_client(knowledge, [a_receipt(str(n)) for n in range(30)])
    (older,) = {link for link in page(browser, "/receipts?kind=who&outcome=draft").links if "before=" in link}

    assert "kind=who" in older
    assert len([link for link in page(browser, older).links if link.startswith("/receipts/i")]) == 5


def test_a_mail_that_lies_in_two_mailboxes_is_listed_once_for_each(knowledge: Knowledge) -> None:
    both = [a_receipt(str(n), mailbox=box) for n in range(13) for box in ("sales", "board")]
    browser = a_client(knowledge, both)
    first = page(browser, "/receipts")
    rest = page(browser, next(link for link in first.links if "before=" in link))

    listed = [link for link in (*first.links, *rest.links) if link.startswith("/receipts/i")]
    assert len(listed) == len(set(listed)) == 26


def test_nothing_invisible_turns_a_subject_around(knowledge: Knowledge) -> None:
    shown = page(
        a_client(knowledge, [a_receipt(subject="Invoice\u202egpj.exe\u200b", sender="a\u2066@x.example")]), "/receipts"
    )

    assert not set("\u202e\u200b\u2066") & set(shown.text)
    assert "Invoicegpj.exe" in shown.text
