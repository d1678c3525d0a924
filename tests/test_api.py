from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from indexer.documents import Customer
from indexer.knowledge import Knowledge
from service.access.visitor import Visitor
from service.web.access import visitor_of
from tests.builders import a_card
from tests.pages import BASE, Page, a_client, knowing, many_cards, some_documents

SEARCH = "/api/v1/search"


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Knowledge]:
    known = knowing(tmp_path_factory.mktemp("index"), some_documents())
    yield known
    known.close()


@pytest.fixture(scope="module")
def program(knowledge: Knowledge) -> TestClient:
    return a_client(knowledge)


def test_the_api_gives_the_hits_of_the_search_page(program: TestClient) -> None:
    told = program.get(SEARCH, params={"q": "pilot in rail"}).json()
    shown = Page(program.get("/", params={"q": "pilot in rail"}).text).links

    assert [hit["document"]["page"] for hit in told["hits"]] == [
        f"{BASE}{link}" for link in dict.fromkeys(shown) if link.startswith("/documents/")
    ]


def test_a_hit_says_what_where_who_and_why(program: TestClient) -> None:
    hit = program.get(SEARCH, params={"q": "pilot with Brückner Logistik", "kind": "card"}).json()["hits"][0]

    assert hit["document"]["url"] == "https://trello.com/c/pilot"
    assert (hit["document"]["parent"], hit["document"]["owner"]) == ("Sales", "Anna Weber")
    assert hit["why"]
    assert all(0 <= start < end <= len(hit["passage"]) for start, end in hit["highlights"])


def test_hits_may_come_by_date_and_without_what_is_archived(tmp_path: Path) -> None:
    old = a_card("Depot of old", key="old", status="archived")
    program = a_client(knowing(tmp_path, [*many_cards(5), old]))

    told = program.get(SEARCH, params={"q": "depot", "sort": "oldest", "archived": "without"}).json()

    assert [hit["document"]["title"][:7] for hit in told["hits"]] == [f"Depot {n}" for n in (4, 3, 2, 1, 0)]
    assert program.get(SEARCH, params={"q": "depot", "archived": "only"}).json()["total"] == 1


def test_what_resembles_a_document_is_a_search_too(program: TestClient) -> None:
    told = program.get(SEARCH, params={"like": "trello:sales:card:pilot"}).json()

    assert told["hits"][0]["document"]["title"] == "Call with Brückner Logistik"
    assert program.get(SEARCH, params={"like": "trello:sales:card:secret"}).status_code == 404


def test_prefixes_in_the_question_are_filters(program: TestClient) -> None:
    told = program.get(SEARCH, params={"q": "Brückner kind:note"}).json()

    assert {hit["document"]["kind"] for hit in told["hits"]} == {"note"}


def test_a_company_that_is_named_leads_to_its_page(program: TestClient) -> None:
    mention = program.get(SEARCH, params={"q": "Who talks to Brückner Logistik?"}).json()["mentions"][0]

    assert (mention["name"], mention["kind"]) == ("Brückner Logistik", "company")
    assert program.get(mention["page"]).status_code == 200


def test_who_is_in_touch_is_told_with_when_how_and_where(program: TestClient) -> None:
    told = program.get(SEARCH, params={"q": "Who talks to Brückner Logistik?"}).json()["people"]

    tom = next(one for one in told["team"] if one["name"] == "Tom Okafor")
    assert (told["name"], tom["channel"], tom["document"]["title"]) == (
        ("Brückner Logistik", "call", "Call with Brückner Logistik")
    )
    assert program.get(SEARCH, params={"q": "timetables"}).json()["people"] is None


def test_an_unknown_name_comes_with_known_ones_near_it(program: TestClient) -> None:
    told = program.get(SEARCH, params={"q": "Who talks to Brugner Logistik?"}).json()

    assert (told["unknown"], told["people"]) == (["Brugner Logistik"], None)
    assert [(near["name"], near["letters"]) for near in told["nearest"]] == [("Brückner Logistik", 2)]


def test_hits_come_in_portions_that_lead_to_the_next(tmp_path: Path) -> None:
    program = a_client(knowing(tmp_path, many_cards(25)))

    seen, url = [], f"{SEARCH}?kind=card&limit=10"
    while url:
        told = program.get(url).json()
        seen += [hit["document"]["id"] for hit in told["hits"]]
        url = told["next"]

    assert len(seen) == len(set(seen)) == told["total"] == 25


def test_an_address_that_is_a_script_is_not_handed_on(tmp_path: Path) -> None:
    program = a_client(knowing(tmp_path, [a_card("Odd card", url="javascript:alert(1)")]))

    hit = program.get(SEARCH, params={"q": "odd"}).json()["hits"][0]

    assert (hit["document"]["url"], hit["anchor"]) == (None, None)


@pytest.mark.parametrize("query", ["kind=trolley", "limit=51", "limit=0", "offset=-1", "since=yesterday", "limit=many"])
def test_what_cannot_be_read_is_a_problem_with_a_sentence(program: TestClient, query: str) -> None:
    answer = program.get(f"{SEARCH}?{query}")

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 422
    assert query.partition("=")[0] in answer.json()["detail"]


def test_nothing_indexed_is_a_problem_that_names_the_command(tmp_path: Path) -> None:
    answer = a_client(knowing(tmp_path, [])).get(SEARCH, params={"q": "rail"})

    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert "signpost reindex" in answer.json()["detail"]


def test_an_unknown_address_of_the_api_is_a_problem_too(program: TestClient) -> None:
    answer = program.get("/api/v1/nothing")

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_what_may_not_be_seen_is_not_counted_either(program: TestClient) -> None:
    told = program.get(SEARCH, params={"kind": "card", "limit": 50}).json()

    assert told["total"] == len(told["hits"]) == 2


def test_the_schema_describes_every_answer_the_api_gives(program: TestClient) -> None:
    schema = program.get("/api/v1/openapi.json").json()
    search = schema["paths"][SEARCH]["get"]

    assert schema["openapi"].startswith("3.1")
    paths = ("answer", "documents/{document_id}", "entities", "entities/{kind}/{name}", "suggest")
    assert {SEARCH, *(f"/api/v1/{path}" for path in paths)} <= set(schema["paths"])
    assert {"200", "401", "403", "404", "422", "503"} <= set(search["responses"])
    assert {p["name"] for p in search["parameters"]} >= {"q", "source", "kind", "customer", "since", "limit", "offset"}


def test_every_reference_in_the_schema_leads_somewhere(program: TestClient) -> None:
    schema = program.get("/api/v1/openapi.json").json()

    referred = {value.rpartition("/")[2] for value in values_of(schema, "$ref")}

    assert referred <= set(schema["components"]["schemas"])


def values_of(shape: object, name: str) -> Iterator[str]:
    """Every value under this key, however deep."""
    if isinstance(shape, dict):
        for key, value in shape.items():
            yield from [value] if key == name and isinstance(value, str) else values_of(value, name)
    elif isinstance(shape, list):
        for item in shape:
            yield from values_of(item, name)


def test_people_can_read_the_schema_as_a_page(program: TestClient) -> None:
    shown = Page(program.get("/api").text).text

    assert all(word in shown for word in (SEARCH, "customer", "Changed on this day or later", "AnswerRecord", "curl"))


def test_several_questions_are_answered_at_once_and_judged(knowledge: Knowledge) -> None:
    program = a_client(knowledge, judged=lambda answer: replace(answer, probability=0.5, needed=0.75))
    asked = {
        "questions": [
            {"text": "And who talks to them?", "windows": ["Brückner Logistik called. And who talks to them?"]},
            {"text": "timetable software", "kind": "reference"},
        ],
        "narrowed": {"kind": ["card", "note"]},
        "limit": 1,
    }

    first, second = program.post("/api/v1/answer", json=asked, headers={"Origin": BASE}).json()["answers"]

    assert (first["mentions"][0]["name"], first["people"]["name"]) == ("Brückner Logistik", "Brückner Logistik")
    assert (first["kind"], first["probability"], first["needed"]) == ("who", 0.5, 0.75)
    assert [hit["document"]["title"] for hit in second["hits"]] == ["Timetable software for Nordwind"]


@pytest.mark.parametrize(
    "asked",
    [{}, {"questions": []}, {"questions": [{"text": ""}]}, {"questions": [{"text": "x"}] * 21}, {"questions": "x"},
     {"questions": [{"text": "x", "colour": 1}]}, [],
     {"questions": [{"text": "x"}], "narrowed": {"kind": ["trolley"]}}],
)  # fmt: skip
def test_questions_that_cannot_be_read_are_a_problem(program: TestClient, asked: Any) -> None:
    answer = program.post("/api/v1/answer", json=asked, headers={"Origin": BASE})

    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def test_a_document_comes_whole_and_what_may_not_be_seen_does_not(program: TestClient) -> None:
    told = program.get("/api/v1/documents/trello:sales:card:pilot").json()
    hidden, none = (program.get(f"/api/v1/documents/trello:sales:card:{key}") for key in ("secret", "none"))

    assert [section["kind"] for section in told["sections"]] == ["body", "comment"]
    assert (told["fields"], told["people"][0]["name"]) == ({"Value": "120,000 EUR"}, "Anna Weber")
    assert (hidden.status_code, hidden.json()["detail"]) == (404, none.json()["detail"])


def test_all_companies_come_page_by_page(tmp_path: Path) -> None:
    names = sorted(f"{name} {n}" for n in range(7) for name in ("Ärzte", "Zug", "brück"))
    cards = [a_card(name, key=f"c{n}", customers=(Customer(name),)) for n, name in enumerate(names)]
    program = a_client(knowing(tmp_path, cards))

    seen, url = list[str](), "/api/v1/entities?kind=company&limit=4"
    while url:
        told = program.get(url).json()
        seen += [one["name"] for one in told["entities"]]
        url = told["next"]

    assert sorted(seen) == names
    assert seen == sorted(seen, key=lambda name: name.lower().replace("ä", "a").replace("ü", "u"))
    assert len(program.get("/api/v1/entities?prefix=BRU").json()["entities"]) == 7


def test_a_company_comes_with_who_is_in_touch_also_by_another_name(program: TestClient) -> None:
    told = program.get("/api/v1/entities/company/brückner").json()

    assert (told["name"], told["total"]) == ("Brückner Logistik", 2)
    assert {one["name"] for one in told["people"]["team"]} == {"Tom Okafor", "Anna Weber"}
    assert "Dr. Ute Krämer" in told["contacts"]
    assert program.get("/api/v1/entities/company/Zorblax").status_code == 404


def test_names_are_suggested_by_their_beginning(program: TestClient) -> None:
    told = program.get("/api/v1/suggest?q=log&kind=company").json()

    assert [(one["name"], one["documents"]) for one in told] == [("Brückner Logistik", 2)]
    assert program.get("/api/v1/suggest?q=Hohen").json() == []


def test_a_token_for_something_else_opens_no_search(program: TestClient) -> None:
    app: Any = program.app
    app.dependency_overrides[visitor_of] = lambda: Visitor("bot@ours.example", scopes=frozenset({"receipts"}))
    told = [
        program.get(f"/api/v1/{path}").status_code for path in ("search?q=x", "suggest?q=x", "entities", "documents/x")
    ]
    app.dependency_overrides.clear()

    assert told == [403] * 4


def test_every_operation_is_on_the_page_of_the_api_with_an_example(program: TestClient) -> None:
    schema = program.get("/api/v1/openapi.json").json()
    shown = Page(program.get("/api").text).text

    for path, methods in schema["paths"].items():
        assert path in shown
        for method in methods.values():
            assert method.get("x-example", "ROOT").count("ROOT") == 1
            assert "422" in method["responses"]
