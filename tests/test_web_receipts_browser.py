"""Receipts and figures in a real browser: marked by keyboard and without scripts, drawn for light and dark."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from indexer.asking import Signs
from service.ledger import Ledger
from service.receipts import Asked, Nearest
from service.templates import Templates
from service.web.app import create
from service.web.options import WebOptions
from service.web.serving import serving
from tests.builders import NOW
from tests.chromium import BINARY, Chromium
from tests.pages import BASE, a_receipt, knowing, some_documents

pytestmark = [pytest.mark.server, pytest.mark.skipif(BINARY is None, reason="Chromium is not installed")]

PILOT = "trello:sales:card:pilot"
SIGNS = Signs(0.9, -1.0, 0.5, 0.3, True)
PRESSED = "[...document.querySelectorAll('[aria-pressed=true]')].map((b) => b.value)"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with Chromium(tmp_path_factory.mktemp("profile")) as chromium:
        yield chromium


@pytest.fixture
def ledger() -> Ledger:
    """Three mails with a draft each, about the same card; and four that were not answered."""
    kept = Ledger.in_memory()
    near = (Nearest(PILOT, "Pilot with Brückner Logistik", "https://trello.com/c/pilot", 0.9),)
    kept.keep(
        [
            a_receipt(str(n), asked=(Asked(f"Who talks to Brückner about {n}?", "who", 0.91, near, signs=SIGNS),))
            for n in "abc"
        ]
    )
    for n in range(4):
        at = NOW - timedelta(weeks=n)
        asked = (Asked("Where is the price list?", "other", 0.1),)
        kept.keep([a_receipt(f"old{n}", outcome="pass", state="", at=at, received=at, asked=asked)])
    return kept


@pytest.fixture
def site(ledger: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    knowledge = knowing(tmp_path_factory.mktemp("index"), some_documents())
    options = WebOptions(BASE, "1.2.3", Templates(), lambda: NOW)
    with serving(create(knowledge, ledger, options), "127.0.0.1", 0) as url:
        yield url
    knowledge.close()


def said(ledger: Ledger) -> list[bool]:
    return [verdict.right for verdict in ledger.verdicts.all()]


def test_keys_mark_one_mail_after_the_other_in_the_list(browser: Chromium, site: str, ledger: Ledger) -> None:
    browser.look(f"{site}/receipts?outcome=draft")

    for key, marks in (("y", [True]), ("n", [True, False]), ("n", [True])):
        browser.press("j") if len(marks) == 2 or not said(ledger) else None
        browser.press(key)
        browser.arrive()

        assert sorted(said(ledger), reverse=True) == marks
    assert browser.value("document.activeElement.id") == "r-2"


def test_keys_that_are_typed_into_a_field_mark_nothing(browser: Chromium, site: str, ledger: Ledger) -> None:
    browser.look(f"{site}/receipts/identity-a")

    browser.value("document.getElementById('q').focus()")
    browser.press("y")

    assert (browser.value("document.getElementById('q').value"), said(ledger)) == ("y", [])


def test_a_link_is_marked_and_unmarked_without_javascript(browser: Chromium, site: str, ledger: Ledger) -> None:
    browser.look(f"{site}/receipts/identity-a?mailbox=sales", scripts=False)

    browser.click("button[data-wrong]")
    where = browser.arrive()
    assert (where, said(ledger)) == (f"{site}/receipts/identity-a?mailbox=sales#question-0", [False])
    assert browser.value(PRESSED) == [f"undo {PILOT}"]

    browser.click("button[data-wrong]")
    browser.arrive()
    assert (browser.value(PRESSED), said(ledger)) == ([], [])


@pytest.mark.parametrize(("dark", "width"), [(False, 1280), (True, 1280), (False, 390), (True, 390)])
def test_every_drawing_is_drawn_without_a_complaint(browser: Chromium, site: str, dark: bool, width: int) -> None:
    browser.look(f"{site}/figures", width=width, dark=dark)

    drawn = browser.value(
        "Promise.all([...document.querySelectorAll('.plot')].map((i) => { i.loading = 'eager'; return i.decode().then("
        "() => i.currentSrc) }))"
    )

    assert len(drawn) == 3
    assert all(("dark=1" in url, "narrow=1" in url) == (dark, width == 390) for url in drawn)
    assert [told for told in browser.complaints if "REFUSED" not in told] == []


def test_a_drawing_that_is_opened_alone_has_its_colours_too(browser: Chromium, site: str) -> None:
    browser.look(f"{site}/figures/weeks.svg")

    colour = "getComputedStyle(document.querySelector('#axes_1 path[style*=\"stroke: #0f6b50\"]')).stroke"
    assert browser.value(colour) == "rgb(15, 107, 80)"
    assert [told for told in browser.complaints if "REFUSED" not in told] == []
