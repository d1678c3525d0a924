from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import Customer
from indexer.entities import Entity
from indexer.knowledge import Knowledge
from service.access.visitor import Visitor
from service.web.access import visitor_of
from service.web.completing import completions
from service.web.names import Names, of_boards, of_entities, plain
from tests.builders import a_card
from tests.pages import Page, a_client, knowing, some_documents

COMPANIES = ("Brückner Logistik", "Brugge Foods", "Nordwind AG", "Alte Brücke")
NAMES = Names(
    of_entities(
        [
            *(Entity(name, "company", document_ids=("d",) * (9 - n)) for n, name in enumerate(COMPANIES)),
            Entity("Ute Brückmann", "person", ("U. Brückmann",), document_ids=("p",)),
        ]
    ),
    of_boards([("Bridges", 4), ("Sales of 2026", 2)]),
)
texts = st.text('abrückneüo .:"', max_size=14)


def values(text: str) -> list[str]:
    return [one.value for one in completions(NAMES, text, iter)]


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Knowledge]:
    secret = a_card(
        "Deal", key="board", visibility="group:board", customers=(Customer("Hidden Holding"),), parent="Board"
    )
    known = knowing(tmp_path_factory.mktemp("index"), [*some_documents(), secret])
    yield known
    known.close()


@pytest.fixture(scope="module")
def browser(knowledge: Knowledge) -> TestClient:
    return a_client(knowledge)


def test_the_end_of_a_question_is_completed_by_names_that_begin_so() -> None:
    assert values("Who talks to Brück") == [
        "Who talks to Brückner Logistik", "Who talks to Alte Brücke", "Who talks to Ute Brückmann"
    ]  # fmt: skip


def test_several_words_of_a_name_are_completed_together() -> None:
    assert values("who knows alte br") == ["who knows Alte Brücke"]


@pytest.mark.parametrize("written", ["brueckner", "bruckner", "BRÜCKNER", "Logist"])
def test_a_name_is_found_however_its_umlauts_are_written(written: str) -> None:
    assert values(written)[0] == "Brückner Logistik"


def test_a_prefix_is_completed_by_names_of_its_kind_in_quotation_marks() -> None:
    assert values("rail company:br") == [
        'rail company:"Brückner Logistik"',
        'rail company:"Brugge Foods"',
        'rail company:"Alte Brücke"',
    ]
    assert values('board:"Sal') == ['board:"Sales of 2026"']


def test_a_board_becomes_the_filter_that_it_is() -> None:
    assert values("delays on Bridg") == ["delays on board:Bridges"]


@pytest.mark.parametrize("text", ["", " ", "b", "who is no", "x" * 300, "company:", "Zorblax"])
def test_where_nothing_is_begun_nothing_is_told(text: str) -> None:
    assert values(text) == []


@given(texts)
def test_what_is_told_begins_as_it_was_written_and_keeps_the_words_before(text: str) -> None:
    for one in completions(NAMES, text, iter):
        assert one.value.startswith(text[: one.value.find(one.name[:1])][:1]) or one.name in one.value
        assert one.name in one.value


@given(texts)
def test_looking_up_finds_what_walking_over_all_names_finds(text: str) -> None:
    key = plain(text)
    spelled = {c: [plain(c)] for c in COMPANIES} | {"Ute Brückmann": [plain("Ute Brückmann"), plain("U. Brückmann")]}
    starts = {
        name
        for name, all_ in spelled.items()
        for told in all_
        for at in range(len(told))
        if told[at].isalnum() and (not at or not told[at - 1].isalnum()) and key and told[at:].startswith(key)
    }

    assert {one.name for one in NAMES.starting(text, ("company", "person"))} == starts


def test_the_search_box_is_told_names_their_kind_and_the_whole_question(browser: TestClient) -> None:
    told = browser.get("/suggest", params={"q": "who talks to brü"}).json()

    name, asked = "Brückner Logistik", "who talks to Brückner Logistik"
    assert told == [{"name": name, "kind": "company", "says": "company, 2 documents", "value": asked}]


@pytest.mark.parametrize("begun", ["Hidden", "company:Hid", "board:Boa", "Boa"])
def test_what_somebody_may_not_see_is_never_suggested(knowledge: Knowledge, begun: str) -> None:
    insider = a_client(knowledge)
    insider.app.dependency_overrides[visitor_of] = lambda: Visitor("ana@ours.example", groups=frozenset({"board"}))  # type: ignore[attr-defined]

    assert a_client(knowledge).get("/suggest", params={"q": begun}).json() == []
    assert len(insider.get("/suggest", params={"q": begun}).json()) == 1


def test_where_nothing_is_indexed_nothing_is_suggested(tmp_path: Path) -> None:
    assert a_client(knowing(tmp_path, [])).get("/suggest?q=bru").json() == []


def test_a_filter_that_is_the_beginning_of_a_name_leads_to_the_whole(browser: TestClient) -> None:
    shown = Page(browser.get("/?q=rail&customer=Brückner").text)

    assert "Company “Brückner” is not in the index. Did you mean Brückner Logistik?" in shown.text
    assert "/?q=rail&customer=Br%C3%BCckner+Logistik" in shown.links


def test_another_name_of_a_company_is_told(tmp_path: Path) -> None:
    known = a_card("GreenCycle", key="gc", kind="company", fields=(("Former name", "Altpapier Union"),),
                   customers=(Customer("GreenCycle"),))  # fmt: skip

    assert (
        "also known as Altpapier Union"
        in Page(a_client(knowing(tmp_path, [known])).get("/?q=Who knows GreenCycle?").text).text
    )
