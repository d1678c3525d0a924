"""The keyboard and the suggestions of the search box, in a real browser."""

import time
from collections.abc import Iterator

import pytest

from service.ledger import Ledger
from service.templates import Templates
from service.web.app import create
from service.web.options import WebOptions
from service.web.serving import serving
from tests.builders import NOW
from tests.chromium import BINARY, Chromium
from tests.pages import knowing, many_cards, some_documents

pytestmark = [pytest.mark.server, pytest.mark.skipif(BINARY is None, reason="Chromium is not installed")]
FOCUSED = "document.activeElement.textContent"
OPEN = "document.getElementById('q').getAttribute('aria-expanded')"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    knowledge = knowing(tmp_path_factory.mktemp("index"), [*some_documents(), *many_cards(12)])
    options = WebOptions("http://127.0.0.1:8080", "1.2.3", Templates(), lambda: NOW)
    with serving(create(knowledge, Ledger.in_memory(), options), "127.0.0.1", 0) as url:
        yield url
    knowledge.close()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with Chromium(tmp_path_factory.mktemp("profile")) as chromium:
        yield chromium


def write(browser: Chromium, text: str) -> None:
    """Write into the box that has the focus, and wait for what is suggested."""
    for key in text:
        browser.press(key)
    deadline = time.monotonic() + 10
    while browser.value(OPEN) != "true" and time.monotonic() < deadline:
        time.sleep(0.05)


def test_a_name_is_completed_by_arrow_and_enter_and_then_asked(browser: Chromium, site: str) -> None:
    browser.look(f"{site}/")
    write(browser, "who knows brü")

    browser.press("ArrowDown")
    chosen = browser.value("document.getElementById('q').getAttribute('aria-activedescendant')")
    browser.press("Enter")
    written = browser.value("document.getElementById('q').value")
    browser.press("Enter")

    assert (chosen, written) == ("name-0", "who knows Brückner Logistik")
    assert "q=who+knows+Br" in browser.arrive()


def test_escape_closes_the_names_and_keeps_what_was_written(browser: Chromium, site: str) -> None:
    browser.look(f"{site}/health")
    browser.press("/")
    write(browser, "brü")

    browser.press("Escape")

    assert browser.value(OPEN) == "false"
    assert browser.value("document.getElementById('q').value") == "brü"
    assert browser.complaints == []


def test_many_letters_in_a_row_are_one_request(browser: Chromium, site: str) -> None:
    browser.look(f"{site}/health")
    browser.press("/")
    write(browser, "nordwind")

    asked = "performance.getEntriesByType('resource').filter((e) => e.name.includes('/suggest')).length"
    assert browser.value(asked) <= 2


def test_a_name_is_chosen_by_a_click(browser: Chromium, site: str) -> None:
    browser.look(f"{site}/health")
    browser.press("/")
    write(browser, "brü")

    browser.click("#names li")

    assert browser.value("document.getElementById('q').value") == "Brückner Logistik"


def test_j_and_k_lead_through_the_results_and_arrows_go_on(browser: Chromium, site: str) -> None:
    browser.look(f"{site}/?q=depot cameras")
    titles = browser.value("[...document.querySelectorAll('.result h2 a')].map((a) => a.textContent)")

    seen = []
    for key in ("j", "j", "k", "ArrowDown", "ArrowDown"):
        browser.press(key)
        seen.append(browser.value(FOCUSED))

    assert seen == [titles[n] for n in (0, 1, 0, 1, 2)]


def test_a_question_mark_shows_the_keys_and_escape_hides_them(browser: Chromium, site: str) -> None:
    browser.look(f"{site}/?q=pilot")
    browser.press("?")
    shown = browser.value("document.getElementById('keys').open")
    browser.click("#keys button")

    assert (shown, browser.value("document.getElementById('keys').open")) == (True, False)


def test_without_javascript_the_keys_are_a_page(browser: Chromium, site: str) -> None:
    browser.look(f"{site}/?q=pilot", scripts=False)
    browser.click("a[data-keys]")

    assert browser.arrive() == f"{site}/help"


def test_what_runs_in_the_browser_is_small(browser: Chromium, site: str) -> None:
    browser.look(f"{site}/")

    size = "performance.getEntriesByType('resource').find((e) => e.name.includes('site.js')).decodedBodySize"
    assert browser.value(size) <= 10_000
