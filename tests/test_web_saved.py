from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from indexer.knowledge import Knowledge
from service.access.visitor import Visitor
from service.ledger import Ledger
from service.searches import MOST
from service.web.access import visitor_of
from service.web.saved import wanted_by, written
from service.web.wanted import WantedPage
from tests.builders import NOW, a_card
from tests.pages import BASE, Page, a_client, knowing, many_cards, some_documents

ATOM = "{http://www.w3.org/2005/Atom}"
HOME = {"Origin": BASE}
QUERY = "q=rail&kind=note"


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Knowledge]:
    secret = a_card("Rail bid of the board", "Margin.", key="board", visibility="group:board")
    known = knowing(tmp_path_factory.mktemp("index"), [*some_documents(), secret])
    yield known
    known.close()


@pytest.fixture
def browser(knowledge: Knowledge) -> TestClient:
    return a_client(knowledge)


def save(browser: TestClient, query: str = QUERY, name: str = "References in rail") -> str:
    """Save a search, and tell its number."""
    browser.post("/searches", data={"query": query, "name": name}, headers=HOME)
    held = browser.app.state.site.ledger.searches  # type: ignore[attr-defined]
    return str(next(one.id for one in held.of("") if one.name == name))


def feed_of(browser: TestClient, search: str) -> str:
    """Make a feed of it, and tell where it is."""
    shown = browser.post(f"/searches/{search}/feed", headers=HOME)
    assert shown.headers["cache-control"] == "no-store"
    return shown.text.split(f"{BASE}/feeds/")[1].split("<")[0]


def titles(answer: str) -> list[str]:
    return [str(title.text) for title in ElementTree.fromstring(answer).iterfind(f"{ATOM}entry/{ATOM}title")]


def test_a_saved_search_waits_on_the_start_page(browser: TestClient) -> None:
    save(browser)
    shown = Page(browser.get("/").text)

    assert "References in rail" in shown.text
    assert f"/?{QUERY}" in shown.links


def test_the_search_page_offers_to_save_just_this_search(browser: TestClient) -> None:
    shown = browser.get("/?q=rail&kind=note&sort=newest").text

    assert 'name="query" value="q=rail&amp;kind=note&amp;sort=newest"' in shown
    assert 'name="name" value="rail · Note"' in shown


def test_a_search_that_is_deleted_is_gone_with_its_feed(browser: TestClient) -> None:
    search = save(browser)
    secret = feed_of(browser, search)

    browser.post(f"/searches/{search}/delete", headers=HOME)

    assert "You have saved none yet" in browser.get("/searches").text
    assert browser.get(f"/feeds/{secret}").status_code == 404


def test_saving_the_same_search_again_renames_it(browser: TestClient) -> None:
    save(browser)
    save(browser, "kind=note&q=rail", "Rail, again")

    shown = browser.get("/searches").text
    assert ("Rail, again" in shown, "References in rail" in shown) == (True, False)


@pytest.mark.parametrize(
    "query", ["", "kind=trolley", "page=3", "q=" + "x" * 3000, "&".join("a=1" for _ in range(300))]
)
def test_what_is_no_search_is_not_saved(browser: TestClient, query: str) -> None:
    answer = browser.post("/searches", data={"query": query, "name": "x"}, headers=HOME)

    assert answer.status_code in (404, 422)
    assert browser.app.state.site.ledger.searches.of("") == []  # type: ignore[attr-defined]


def test_a_feed_tells_what_is_found_newest_first(tmp_path: Path) -> None:
    browser = a_client(knowing(tmp_path, many_cards(5)))
    secret = feed_of(browser, save(browser, "q=depot", "Depots"))

    answer = browser.get(f"/feeds/{secret}")
    feed = ElementTree.fromstring(answer.text)

    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert titles(answer.text) == [f"Depot {n} of the line" for n in range(5)]
    assert feed.findtext(f"{ATOM}updated") == "2026-03-02T09:00:00+00:00"
    assert len({one.text for one in feed.iter(f"{ATOM}id")}) == 6


def test_a_new_address_of_a_feed_ends_the_old_one(browser: TestClient) -> None:
    search = save(browser)
    old, new = feed_of(browser, search), feed_of(browser, search)

    assert [browser.get(f"/feeds/{secret}").status_code for secret in (old, new)] == [404, 200]
    browser.post(f"/searches/{search}/unfeed", headers=HOME)
    assert browser.get(f"/feeds/{new}").status_code == 404
    assert browser.get("/feeds/").status_code == 404


def test_a_feed_holds_only_what_its_owner_may_see(browser: TestClient) -> None:
    secret = feed_of(browser, save(browser, "q=rail", "Rail"))

    assert "Rail bid of the board" not in browser.get(f"/feeds/{secret}").text


def test_nobody_reaches_the_searches_of_others(knowledge: Knowledge) -> None:
    browser = a_client(knowledge)
    search = save(browser)
    other = Visitor("eve@ours.example")
    browser.app.dependency_overrides[visitor_of] = lambda: other  # type: ignore[attr-defined]

    answers = [browser.post(f"/searches/{search}/{what}", headers=HOME).status_code for what in ("delete", "feed")]

    assert answers == [404, 404]
    assert "References in rail" not in browser.get("/").text + browser.get("/searches").text


def test_hostile_words_keep_the_feed_well_formed(tmp_path: Path) -> None:
    nasty = a_card("]]> <b>&\x00\x1f￾ title", "body \x0b <script>", key="n")
    browser = a_client(knowing(tmp_path, [nasty]))

    assert len(titles(browser.get(f"/feeds/{feed_of(browser, save(browser, 'kind=card', 'Nasty'))}").text)) == 1


def test_the_ledger_keeps_no_more_than_a_hash_of_a_feed_and_not_too_many_searches() -> None:
    searches = Ledger.in_memory().searches
    for n in range(MOST + 3):
        searches.keep("ana@ours.example", f"Search {n}", f"q={n}", NOW)
    secret = searches.share("ana@ours.example", searches.of("ana@ours.example")[0].id)

    found = searches.fed_by(secret)
    assert found
    assert secret not in repr(found)
    assert len(searches.of("ana@ours.example")) == MOST
    assert (searches.fed_by(""), searches.fed_by("guess")) == (None, None)


@given(st.text(max_size=20), st.lists(st.text(min_size=1, max_size=8).map(str.strip).filter(bool), max_size=3))
def test_a_search_comes_back_from_the_address_as_it_went_in(question: str, people: list[str]) -> None:
    asked = WantedPage(q=question, person=people, sort="oldest").plain

    again = wanted_by(written(asked))

    assert again is not None
    assert written(again) == written(asked)
