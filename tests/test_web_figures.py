"""The page of figures: for each reader those of their own mailboxes, with drawings, tables and CSV."""

import csv
import gzip
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from indexer.knowledge import Knowledge
from service.access.visitor import Visitor
from service.analytics import Topic, figures
from service.receipts import Asked, Nearest, Receipt
from service.web import plots
from service.web.access import visitor_of
from service.web.plots import Look
from service.web.tables import Table, as_csv
from tests.builders import NOW
from tests.pages import Page, a_client, a_receipt, a_web, knowing, some_documents

OWNERS = {"sales": frozenset({"anna@ours.example"}), "board": frozenset({"tom@ours.example"})}
DRAWN = ("weeks", "drafts", "topics")


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Knowledge]:
    known = knowing(tmp_path_factory.mktemp("index"), some_documents())
    yield known
    known.close()


def asked(key: str, text: str, days: int = 1, **more: object) -> Receipt:
    """A mail that was not answered."""
    at = NOW - timedelta(days=days)
    facts = {"outcome": "pass", "reason": "nothing found", "state": "", "received": at, "at": at, "sender": f"{key}@x"}
    return a_receipt(key, **{**facts, "asked": (Asked(text, "other", 0.1),), **more})


def text(browser: TestClient, url: str = "/figures") -> str:
    return " ".join(Page(browser.get(url).text).text.split())


def rows(browser: TestClient, url: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(browser.get(url).content.decode("utf-8-sig"))))


def test_the_page_counts_and_names_what_nobody_wrote_down(knowledge: Knowledge) -> None:
    told = [a_receipt("1", state="sent", similarity=0.9)]
    told += [asked(str(n), "Where is the price list?", n) for n in (2, 3, 4)]

    shown = text(a_client(knowledge, told))

    assert "Mails 4 Questions 4 Drafts 1 Sent as they were 1" in shown
    assert "Where is the price list? asked 3 times by 3 people" in shown
    assert "Of 1 draft that somebody decided on, 1 (100%) were used." in shown
    assert "It cannot be told yet. There are" in shown


def test_without_any_mail_the_page_says_what_to_do(knowledge: Knowledge) -> None:
    assert "signpost backtest" in text(a_client(knowledge))
    assert "See the last half year of all mailboxes" in text(
        a_client(knowledge, [a_receipt()]), "/figures?until=2020-01-01"
    )


def test_everybody_sees_the_figures_of_their_own_mailboxes(knowledge: Knowledge) -> None:
    told = [a_receipt("1"), *(asked(str(n), "Who is to go?", n, mailbox="board", reason="secret") for n in (2, 3))]
    browser, _ = a_web(knowledge, told, owners=OWNERS)
    assert isinstance(browser.app, FastAPI)
    everything = text(browser) + str([rows(browser, f"/figures/{name}.csv") for name in ("gaps", "reasons", "weeks")])
    browser.app.dependency_overrides[visitor_of] = lambda: Visitor("anna@ours.example")
    hers = text(browser) + str([rows(browser, f"/figures/{name}.csv") for name in ("gaps", "reasons", "weeks")])

    assert "Who is to go?" in everything
    assert "secret" in everything
    assert "Mails 1 " in hers
    assert not {word for word in ("go?", "secret", "board") if word in hers}
    assert text(browser, "/figures?mailbox=board") == text(browser, "/figures?mailbox=nowhere").replace(
        "nowhere", "board"
    )


def test_figures_follow_the_receipts(knowledge: Knowledge) -> None:
    browser, ledger = a_web(knowledge, [a_receipt()])
    assert "Unused 0" in text(browser)

    ledger.tell("sales", {"identity-1": {"state": "deleted"}})

    assert "Unused 1" in text(browser)


def test_days_narrow_the_figures(knowledge: Knowledge) -> None:
    browser = a_client(knowledge, [asked("1", "?", 40), asked("2", "?", 3)])
    since = (NOW - timedelta(days=3)).date()

    assert "Mails 2 " in text(browser)
    assert "Mails 1 " in text(browser, f"/figures?since={since}")
    assert "Mails 1 " in text(browser, f"/figures?until={since - timedelta(days=1)}")
    assert browser.get("/figures?since=yesterday").status_code == 422
    assert browser.get("/figures?since=0001-01-01&until=9999-12-31").status_code == 200


@pytest.mark.parametrize("name", DRAWN)
def test_each_drawing_is_svg_that_runs_nothing(knowledge: Knowledge, name: str) -> None:
    hostile = "Who talks to <script>alert(1)</script> $\\frac{1}{0}$ Fabrikam?"
    browser = a_client(knowledge, [a_receipt(), *(asked(str(n), hostile, n) for n in (2, 3))])

    answer = browser.get(f"/figures/{name}.svg?dark=1")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert "script" not in answer.headers["content-security-policy"]
    tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(answer.text).iter()}
    assert not tags & {"script", "image", "a", "foreignObject"}
    assert len(gzip.compress(answer.content)) < 8_000
    assert browser.get(f"/figures/{name}.svg?dark=1").content == answer.content


def test_there_are_no_other_drawings_and_tables(knowledge: Knowledge) -> None:
    browser = a_client(knowledge)

    assert browser.get("/figures/nothing.svg").status_code == browser.get("/figures/nothing.csv").status_code == 404


def test_labels_of_drawings_are_text_and_no_formulas() -> None:
    topic = Topic("$x^2$ & <b>\u202eevil\n</b>", (1, 2), date(2026, 3, 3), None)

    drawn = plots.of_topics([topic], [date(2026, 3, 2), date(2026, 3, 9)], Look())

    assert "$x^2$ &amp; &lt;b&gt;evil &lt;/b&gt;" in drawn


def test_nothing_at_all_can_be_drawn() -> None:
    for dark in (False, True):
        assert plots.of_weeks(figures([]).weeks, Look(dark)).endswith("</svg>\n")
        assert plots.of_topics([], [], Look(dark, True)).endswith("</svg>\n")


def test_each_table_is_there_as_csv(knowledge: Knowledge) -> None:
    browser = a_client(knowledge, [a_receipt(state="sent", similarity=1.0), asked("2", "?", 8)])

    assert rows(browser, "/figures/weeks.csv")[1:] == [
        ["2026-02-16", "1", "1", "0"],
        ["2026-02-23", "0", "0", "0"],
        ["2026-03-02", "1", "1", "1"],
    ]
    assert rows(browser, "/figures/drafts.csv")[-1] == ["2026-03-02", "1", "1", "0", "0", "0", "0", "0"]
    assert rows(browser, "/figures/reasons.csv")[1:] == [["pass", "nothing found", "1"]]
    assert rows(browser, "/figures/topics.csv")[1][:4] == ["Brückner Logistik", "1", "2026-03-02", "2026-03-02"]
    assert browser.get("/figures/gaps.csv").headers["content-disposition"] == 'attachment; filename="signpost-gaps.csv"'


@given(st.lists(st.tuples(st.text(st.characters(exclude_categories=["Cs"]))), max_size=5))
def test_no_cell_is_a_formula_and_none_is_lost(cells: list[tuple[str]]) -> None:
    told = as_csv(Table(("Question",), tuple(cells))).removeprefix("\ufeff")
    found = [row[0] if row else "" for row in csv.reader(io.StringIO(told, newline=""))][1:]

    assert [cell[:1] for cell in found if cell[:1] in tuple("=+-@\t\r")] == []
    assert [cell.removeprefix("'") for cell in found] == [cell.removeprefix("'") for (cell,) in cells]


@pytest.mark.parametrize("url", ["/figures", "/receipts", "/receipts/nasty", "/receipts?outcome=draft"])
@pytest.mark.parametrize(
    "words", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}", "' javascript:alert(1)//"]
)
def test_what_strangers_wrote_stays_text(knowledge: Knowledge, url: str, words: str) -> None:
    nearest = (Nearest(words, words, words, 0.9, (words,)), Nearest("trello:sales:card:pilot", words, words, 0.9))
    facts = {"subject": words, "sender": words, "reason": words, "says": words, "state_says": words, "mailbox": words}
    told = [a_receipt(key, **facts, asked=(Asked(words, words, 0.9, nearest),)) for key in ("nasty", "2")]
    told += [asked(str(n), words, n, **facts) for n in (3, 4)]

    shown = Page(a_client(knowledge, [replace(told[0], identity="nasty"), *told[1:]]).get(url).text)

    assert shown.alarms == []
    assert "49" not in shown.text
