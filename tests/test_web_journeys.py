"""What people come for, by keyboard alone and without JavaScript: search, filter, open, mark, save, log in and out."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.chromium import BINARY, Chromium
from tests.pages import OF_PEOPLE, PAGES
from tests.web_sites import ANNA, LOCAL, PASSWORD, a_site

pytestmark = [pytest.mark.server, pytest.mark.skipif(BINARY is None, reason="Chromium is not installed")]
# Of a date the browser marks the part that has the focus itself
HIDDEN = """(() => {
  const at = document.activeElement, box = at.getBoundingClientRect(), style = getComputedStyle(at);
  if (at === document.body) return "";
  const inside = box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight;
  const top = document.elementFromPoint(Math.min(Math.max((box.left + box.right) / 2, 0), innerWidth - 1),
    Math.min(Math.max((box.top + box.bottom) / 2, 0), innerHeight - 1));
  const seen = inside && (!top || at.contains(top) || top.contains(at) || at.labels?.[0]?.contains(top));
  const drawn = style.outlineStyle !== "none" || style.boxShadow !== "none";
  const ring = drawn || at.matches("main, body, input[type=date]");
  return seen && ring ? "" : `${seen ? "no ring" : "hidden"}: ${at.outerHTML.slice(0, 160)}`;
})()"""
FOCUSED = "document.activeElement.textContent.trim() || document.activeElement.name"


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A site that nobody logs in to, and one where people do."""
    with ExitStack() as stack:
        made = {"many": {}, "people": {"rules": LOCAL}}
        yield {n: stack.enter_context(a_site(tmp_path_factory.mktemp(n), "many", **more)) for n, more in made.items()}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with Chromium(tmp_path_factory.mktemp("profile")) as chromium:
        yield chromium


def test_by_keyboard_from_a_question_to_the_company(browser: Chromium, sites: dict[str, str]) -> None:
    browser.look(f"{sites['many']}/health")
    browser.press("/")
    browser.write("Brückner")
    browser.press("Enter")
    assert browser.arrive().endswith("/?q=Br%C3%BCckner")

    browser.tab_to(".filters button[value=note]")
    browser.press("Enter")
    assert browser.arrive().endswith("&kind=note")

    browser.tab_to(".results a[href^='/documents/']")
    browser.press("Enter")
    assert "/documents/" in browser.arrive()

    browser.tab_to("main a[href^='/companies/']")
    browser.press("Enter")
    assert "/companies/" in browser.arrive()
    assert "Brückner" in browser.value("document.querySelector('h1').textContent")


def test_by_keyboard_through_the_results(browser: Chromium, sites: dict[str, str]) -> None:
    browser.look(f"{sites['many']}/?q=pilot")
    browser.press("j")
    first = browser.value(FOCUSED)
    browser.press("j")
    second = browser.value(FOCUSED)
    browser.press("k")

    assert browser.value(FOCUSED) == first != second


def test_by_keyboard_a_receipt_is_marked_and_unmarked(browser: Chromium, sites: dict[str, str]) -> None:
    browser.look(f"{sites['many']}/receipts/identity-2?mailbox=sales")
    pressed = "document.querySelectorAll('.marking [aria-pressed=true]').length"

    browser.tab_to("button[data-right]")
    browser.press("Enter")
    browser.arrive()
    marked = browser.value(pressed)
    browser.tab_to("button[data-right]")
    browser.press("Enter")
    browser.arrive()

    assert (marked, browser.value(pressed)) == (1, 0)


def test_without_javascript_from_a_question_to_the_company(browser: Chromium, sites: dict[str, str]) -> None:
    browser.look(sites["many"], scripts=False)
    browser.click("#q")
    browser.write("Brückner")
    browser.press("Enter")
    assert browser.arrive().endswith("/?q=Br%C3%BCckner")

    for selector, led in (
        (".filters button[value=note]", "kind=note"),
        (".results a[href^='/documents/']", "/documents/"),
        ("main a[href^='/companies/']", "/companies/"),
    ):
        browser.click(selector)
        assert led in browser.arrive()


def test_without_javascript_a_receipt_is_marked(browser: Chromium, sites: dict[str, str]) -> None:
    browser.look(f"{sites['many']}/receipts", scripts=False)
    browser.click("main a[href*='identity-3']")
    browser.arrive()
    browser.click("button[data-wrong]")
    browser.arrive()

    assert browser.value("document.querySelector('[data-wrong]').getAttribute('aria-pressed')") == "true"


def test_without_javascript_a_search_is_saved_found_again_and_deleted(browser: Chromium, sites: dict[str, str]) -> None:
    browser.look(f"{sites['many']}/?q=depot&kind=card", scripts=False)
    browser.click("details.save summary")
    browser.click("#save-name")
    browser.value("document.getElementById('save-name').value = ''")
    browser.write("Depots")
    browser.click("details.save button")
    assert browser.arrive().endswith("/searches")

    browser.click(".saved a.title")
    assert browser.arrive().endswith("/?q=depot&kind=card")

    browser.look(f"{sites['many']}/searches", scripts=False)
    browser.click("form[action$='/delete'] button")
    browser.arrive()
    assert browser.value("document.querySelectorAll('.saved li').length") == 0


@pytest.mark.parametrize("scripts", [True, False], ids=["by keyboard", "without JavaScript"])
def test_somebody_logs_in_where_they_wanted_to_and_out(browser: Chromium, sites: dict[str, str], scripts: bool) -> None:
    site = sites["people"]
    browser.look(f"{site}/?q=pilot", scripts=scripts)
    assert browser.value("location.pathname") == "/login"

    for field, told in (("email", ANNA), ("password", PASSWORD)):
        browser.tab_to(f"[name={field}]")
        browser.write(told)
    browser.press("Enter")
    assert browser.arrive() == f"{site}/?q=pilot"

    browser.tab_to("nav a[href='/account']")
    browser.press("Enter")
    assert browser.arrive() == f"{site}/account"

    browser.tab_to("form[action='/logout'] button")
    browser.press("Enter")
    assert browser.arrive() == f"{site}/login"
    browser.look(f"{site}/receipts", scripts=scripts)
    assert browser.value("location.pathname") == "/login"


@pytest.mark.parametrize("page", PAGES)
def test_the_focus_is_always_seen(browser: Chromium, sites: dict[str, str], page: str) -> None:
    browser.look(sites["many"] + page)
    odd = []
    for _ in range(60):
        browser.press("Tab")
        odd.append(browser.value(HIDDEN))

    assert [says for says in odd if says] == []


@pytest.mark.parametrize("page", [*PAGES, *OF_PEOPLE[:1]])
def test_letters_of_twice_the_size_fit_on_every_page(browser: Chromium, sites: dict[str, str], page: str) -> None:
    site = sites["people" if page in OF_PEOPLE else "many"]
    browser.look(site + page, width=1280)
    browser.value("document.documentElement.style.fontSize = '200%'")

    assert browser.value("document.documentElement.scrollWidth") <= 1280
