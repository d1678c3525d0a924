"""The pages in a real browser: on a phone, in the dark, by keyboard, without JavaScript."""

from collections.abc import Iterator
from itertools import pairwise

import pytest

from service.ledger import Ledger
from service.templates import Templates
from service.web.app import create
from service.web.options import WebOptions
from service.web.serving import serving
from tests.builders import NOW
from tests.chromium import BINARY, Chromium
from tests.pages import PAGES, a_nasty_document, a_receipt, differing_contacts, knowing, many_cards, some_documents

pytestmark = [pytest.mark.server, pytest.mark.skipif(BINARY is None, reason="Chromium is not installed")]

FAINT = """(() => {
  const rgb = (c) => c.match(/[\\d.]+/g).map(Number);
  const light = (c) => [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => {
    const v = c[i] / 255;
    return sum + weight * (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  }, 0);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] === 1) return c;
    }
    return rgb(getComputedStyle(document.body).backgroundColor);
  };
  const faint = [];
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.checkVisibility()) continue;
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(behind(e))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) faint.push(`${e.tagName}.${e.className} ${contrast.toFixed(2)}: ${e.textContent.trim()}`);
  }
  return faint;
})()"""
NAMELESS = """[...document.querySelectorAll("a, button, input:not([type=hidden])")].filter(
  (e) => !(e.textContent.trim() || e.labels?.length || e.getAttribute("aria-label"))).map((e) => e.outerHTML)"""
LEVELS = "[...document.querySelectorAll('h1, h2, h3')].map((h) => Number(h.tagName[1]))"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    documents = [*some_documents(), *many_cards(25), *differing_contacts()]
    documents.append(a_nasty_document("<img src=x onerror=\"document.title='run'\">"))
    ledger = Ledger.in_memory()
    ledger.keep([a_receipt(), a_receipt("2", outcome="pass", reason="automatic", state="")])
    knowledge = knowing(tmp_path_factory.mktemp("index"), documents)
    options = WebOptions("http://127.0.0.1:8080", "1.2.3", Templates(), lambda: NOW)
    with serving(create(knowledge, ledger, options), "127.0.0.1", 0) as url:
        yield url
    knowledge.close()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with Chromium(tmp_path_factory.mktemp("profile")) as chromium:
        yield chromium


@pytest.mark.parametrize("url", PAGES)
def test_no_page_is_wider_than_a_phone(browser: Chromium, site: str, url: str) -> None:
    browser.look(site + url, width=320)

    assert browser.value("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("url", PAGES)
def test_every_word_stands_out_from_what_is_behind_it(browser: Chromium, site: str, url: str, dark: bool) -> None:
    browser.look(site + url, dark=dark)

    assert browser.value(FAINT) == []


@pytest.mark.parametrize("url", PAGES)
def test_everything_that_can_be_used_has_a_name_and_headings_skip_no_level(
    browser: Chromium, site: str, url: str
) -> None:
    browser.look(site + url)
    levels = browser.value(LEVELS)

    assert browser.value(NAMELESS) == []
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))


@pytest.mark.parametrize("url", PAGES)
def test_the_browser_has_nothing_to_complain_of(browser: Chromium, site: str, url: str) -> None:
    browser.look(site + url)

    assert [c for c in browser.complaints if "status of 4" not in c] == []


def test_hostile_content_does_not_run(browser: Chromium, site: str) -> None:
    for url in ("/?q=img onerror", "/documents/trello:sales:card:nasty"):
        browser.look(site + url)

        assert browser.value("document.title") != "run"
        assert browser.value("document.querySelectorAll('img[src=x]').length") == 0


def test_a_slash_leads_to_the_search_box_and_enter_asks(browser: Chromium, site: str) -> None:
    browser.look(f"{site}/health")

    for key in ("/", *"rail", "Enter"):
        browser.press(key)

    assert browser.arrive() == f"{site}/?q=rail"


def test_the_first_tab_offers_to_skip_to_the_content_visibly(browser: Chromium, site: str) -> None:
    browser.look(f"{site}/receipts")
    browser.press("Tab")

    assert browser.value("document.activeElement.className") == "skip"
    assert browser.value("document.activeElement.getBoundingClientRect().top") >= 0


def test_a_filter_is_chosen_and_taken_away_without_javascript(browser: Chromium, site: str) -> None:
    browser.look(f"{site}/?q=call", scripts=False)

    browser.click(".filters button[value=note]")
    chosen = browser.arrive()
    browser.click(".chips button")
    without = browser.arrive()

    assert (chosen, without) == (f"{site}/?q=call&kind=note", f"{site}/?q=call")


def test_the_next_page_is_reached_without_javascript(browser: Chromium, site: str) -> None:
    browser.look(f"{site}/?kind=card", scripts=False)

    browser.click(".pages button")

    assert browser.arrive() == f"{site}/?kind=card&page=2"


def test_on_a_phone_the_filters_open_on_demand(browser: Chromium, site: str) -> None:
    browser.look(f"{site}/?q=pilot", width=390)
    visible = "document.getElementById('filters').checkVisibility()"
    before = browser.value(visible)
    browser.click(".to-filters")

    assert (before, browser.value(visible)) == (False, True)
