"""What axe-core finds on every page, in light and dark, on phones and desktops, with nothing, one thing and many."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import BINARY, Chromium
from tests.pages import OF_PEOPLE, PAGES
from tests.web_sites import ANNA, LOCAL, PASSWORD, STATES, a_site

AXE = Path(__file__).parents[1] / ".venv/axe/axe.min.js"
pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(BINARY is None, reason="Chromium is not installed"),
    pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there (CI=true scripts/servers fetches it with npm)"),
]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (320, 390, 1280)
RUN = f"""axe.run(document, {{runOnly: {json.dumps(TAGS)}, resultTypes: ["violations"]}}).then((found) =>
  found.violations.flatMap((v) => v.nodes.map((n) => `${{v.id}}: ${{n.target}} ${{n.html.slice(0, 200)}}`)))"""


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A site in each state, and one where people log in."""
    with ExitStack() as stack:
        made = {state: stack.enter_context(a_site(tmp_path_factory.mktemp(state), state)) for state in STATES}
        people = stack.enter_context(a_site(tmp_path_factory.mktemp("people"), "many", rules=LOCAL))
        yield made | {"people": people}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory, sites: dict[str, str]) -> Iterator[Chromium]:
    """A browser in which Anna is logged in where one may."""
    with Chromium(tmp_path_factory.mktemp("profile")) as chromium:
        chromium.look(f"{sites['people']}/login")
        chromium.value(f"document.querySelector('[name=email]').value = {json.dumps(ANNA)}")
        chromium.value(f"document.querySelector('[name=password]').value = {json.dumps(PASSWORD)}")
        chromium.click("main button")
        chromium.arrive()
        yield chromium


def violations(browser: Chromium, url: str) -> dict[str, Any]:
    """What axe-core has to say of a page, for each width and colour scheme in which it says something."""
    browser.look(url)
    browser.value(f"{AXE.read_text(encoding='utf-8')}; null")
    found = {}
    for width in WIDTHS:
        for dark in (False, True):
            browser.show(width, dark)
            found[f"{width} {'dark' if dark else 'light'}"] = browser.value(RUN)
    return {where: says for where, says in found.items() if says}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("page", PAGES)
def test_axe_finds_nothing_on_any_page(browser: Chromium, sites: dict[str, str], page: str, state: str) -> None:
    assert violations(browser, sites[state] + page) == {}


@pytest.mark.parametrize("page", OF_PEOPLE)
def test_axe_finds_nothing_where_people_log_in(browser: Chromium, sites: dict[str, str], page: str) -> None:
    assert violations(browser, sites["people"] + page) == {}
    assert browser.value("location.pathname") == page


def test_axe_would_find_something(browser: Chromium, sites: dict[str, str]) -> None:
    browser.look(sites["one"])
    browser.value(
        f"{AXE.read_text(encoding='utf-8')}; document.querySelector('#q').insertAdjacentHTML('afterend', '<img src=x>')"
    )

    assert any(found.startswith("image-alt") for found in browser.value(RUN))
