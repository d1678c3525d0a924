from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from indexer.documents import Person, Section
from indexer.knowledge import Knowledge
from service.connecting import Connected
from service.freshness import Looked
from service.sourcing import standing
from tests.builders import NOW, a_card
from tests.pages import BRUECKNER, Page, a_client, a_receipt, a_web, knowing, many_cards, some_documents
from tests.telling import Told


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


def test_a_question_finds_the_card_and_marks_the_words_that_say_so(browser: TestClient) -> None:
    found = browser.get("/", params={"q": "pilot with night trains"}).text

    assert "Pilot with Brückner Logistik" in found
    assert "<mark>" in found
    assert "https://trello.com/c/pilot" in Page(found).links
    assert "/documents/trello:sales:card:pilot" in Page(found).links


def test_every_hit_says_why_it_is_there(browser: TestClient) -> None:
    assert 'aria-label="Why it is here"' in browser.get("/?q=pilot").text


def test_a_company_that_the_question_names_is_answered_first(browser: TestClient) -> None:
    found = page(browser, "/?q=Who talks to Brückner Logistik?")

    assert "/companies/Br%C3%BCckner%20Logistik" in found.links
    assert found.text.index("Who of us talks to them") < found.text.index("Details")
    assert "Tom Okafor" in found.text


def test_a_name_that_nobody_bears_is_said_so(browser: TestClient) -> None:
    assert "Nobody called “Zorblax GmbH”" in page(browser, "/?q=Who is talking to Zorblax GmbH?").text


def test_filters_in_the_address_narrow_the_hits_and_can_be_taken_away(browser: TestClient) -> None:
    narrowed = browser.get("/?q=Brückner&kind=note").text

    assert "Call with Brückner Logistik" in narrowed
    assert 'Details<span class="hidden"> of Pilot' not in narrowed
    assert 'name="without" value="kind:note"' in narrowed


def test_taking_a_filter_away_leads_to_an_address_without_it(browser: TestClient) -> None:
    answer = browser.get("/?q=rail&kind=note&status=open&without=kind:note", follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, "/?q=rail&status=open")


def test_the_empty_fields_of_the_form_do_not_stay_in_the_address(browser: TestClient) -> None:
    answer = browser.get("/?q=rail&customer=&since=&until=&page=", follow_redirects=False)

    assert answer.headers["location"] == "/?q=rail"


@pytest.mark.parametrize(
    "filters",
    ["source=trello%3Asales", "kind=card&kind=note", "parent=Sales", "lane=In+talks", "customer=Br%C3%BCckner+Logistik",
     "person=Anna+Weber", "status=won", "since=2026-01-01&until=2026-03-02"],
)  # fmt: skip
def test_each_filter_survives_the_way_through_the_address(browser: TestClient, filters: str) -> None:
    answer = browser.get(f"/?q=pilot&{filters}&customer=", follow_redirects=False)

    assert sorted(answer.headers["location"].removeprefix("/?q=pilot&").split("&")) == sorted(filters.split("&"))


def test_prefixes_in_the_question_become_filters_in_the_address(browser: TestClient) -> None:
    answer = browser.get("/", params={"q": 'rail company:"brückner logistik" kind:note'}, follow_redirects=False)
    found = browser.get(answer.headers["location"]).text

    assert answer.headers["location"] == "/?q=rail&kind=note&customer=br%C3%BCckner+logistik"
    assert "Call with Brückner Logistik" in found
    assert 'name="without" value="customer:Brückner Logistik"' in found


def test_a_prefix_that_cannot_be_read_says_how_to_write_it(browser: TestClient) -> None:
    assert "“since:soon” was taken as words: write a day like" in page(browser, "/?q=rail since:soon").text


def test_numbers_beside_the_filters_count_what_was_found(tmp_path: Path) -> None:
    browser = a_client(knowing(tmp_path, [*some_documents(), *many_cards(9)]))
    count = 'name="{}" value="{}" aria-pressed="false"><span>{}</span> <span class="count">{}</span>'

    asked, narrowed = browser.get("/?q=Brückner").text, browser.get("/?customer=Brückner Logistik").text

    assert count.format("kind", "note", "Note", 1) in asked
    assert "Numbers count these results." in asked
    assert count.format("kind", "card", "Card", 1) in narrowed
    assert count.format("customer", "Brückner Logistik", "Brückner Logistik", 2) not in narrowed


def test_a_second_value_of_a_filter_is_offered_with_what_it_would_add(tmp_path: Path) -> None:
    browser = a_client(knowing(tmp_path, [*some_documents(), *many_cards(9)]))

    listed, asked = browser.get("/?kind=note").text, browser.get("/?q=Brückner&kind=note").text

    assert 'value="card" aria-pressed="false"><span>Card</span> <span class="count">11</span>' in listed
    assert 'value="card" aria-pressed="false"><span>Card</span> </button>' in asked


def test_more_like_a_document_leaves_itself_out_and_says_why(browser: TestClient) -> None:
    offered = page(browser, "/documents/trello:sales:card:pilot").links
    shown = page(browser, "/?like=trello:sales:card:pilot")

    assert "/?like=trello%3Asales%3Acard%3Apilot" in offered
    assert shown.text.index("Like Pilot with Brückner") < shown.text.index("Call with Brückner Logistik")
    assert "like “Pilot with Brückner Logistik”" in shown.text
    assert "Details of Pilot" not in shown.text
    assert "Salary round" not in shown.text


def test_likes_of_what_may_not_be_seen_are_not_to_be_had(browser: TestClient) -> None:
    hidden, none = browser.get("/?like=trello:sales:card:secret"), browser.get("/?like=trello:sales:card:nobody")

    assert (hidden.status_code, hidden.text) == (404, none.text)


def test_likes_are_narrowed_like_any_search_and_a_question_takes_their_place(browser: TestClient) -> None:
    shown = page(browser, "/?like=trello:sales:card:pilot&kind=card").text
    asked = browser.get("/?like=trello:sales:card:pilot&q=rail", follow_redirects=False)

    assert "Call with" not in shown
    assert asked.headers["location"] == "/?q=rail"


def test_hits_come_by_their_date_where_wanted(tmp_path: Path) -> None:
    browser = a_client(knowing(tmp_path, [*many_cards(30), a_card("Depot of old", key="old", status="archived")]))

    newest = page(browser, "/?q=depot cameras&sort=newest").text
    oldest = page(browser, "/?kind=card&sort=oldest").text

    assert newest.index("Depot 2 of") < newest.index("Depot 3 of") < newest.index("Depot 4 of")
    assert oldest.index("Depot 29 of") < oldest.index("Depot 28 of")


def test_archived_documents_are_left_out_or_alone_where_wanted(tmp_path: Path) -> None:
    browser = a_client(knowing(tmp_path, [*many_cards(3), a_card("Depot of old", key="old", status="archived")]))

    without, only = (page(browser, f"/?q=depot&archived={wanted}").text for wanted in ("without", "only"))

    assert ("Depot of old" in page(browser, "/?q=depot").text, "Depot of old" in without) == (True, False)
    assert ("Depot of old" in only, "Depot 1" in only, "Archived: Only these" in only) == (True, False, True)


def test_an_order_that_is_chosen_anew_stands_once_in_the_address(browser: TestClient) -> None:
    answer = browser.get("/?q=rail&sort=oldest&sort=newest&page=1&utm=x", follow_redirects=False)

    assert answer.headers["location"] == "/?q=rail&sort=newest"


def test_a_filter_without_a_question_lists_what_it_lets_through(browser: TestClient) -> None:
    found = page(browser, "/?status=won").text

    assert "1 document" in found
    assert "Timetable software for Nordwind" in found


def test_a_company_typed_in_lower_case_is_understood(browser: TestClient) -> None:
    assert "Pilot with Brückner Logistik" in page(browser, "/?customer=brückner logistik").text


def test_an_unknown_company_gets_the_nearest_known_one(browser: TestClient) -> None:
    found = page(browser, "/?q=rail&customer=Bruckner Logistic")

    assert "Company “Bruckner Logistic” is not in the index. Did you mean Brückner Logistik?" in found.text
    assert "/?q=rail&customer=Br%C3%BCckner+Logistik" in found.links


def test_nothing_found_says_what_to_do_next(browser: TestClient) -> None:
    found = page(browser, "/?q=pilot&status=lost").text

    assert "Nothing found" in found
    assert "Start without filters" in found


def test_nothing_indexed_names_the_command(tmp_path: Path) -> None:
    browser = a_client(knowing(tmp_path, []))

    assert "signpost reindex" in browser.get("/?q=anything").text
    assert "signpost reindex" in browser.get("/").text


def test_many_hits_come_in_pages(tmp_path: Path) -> None:
    browser = a_client(knowing(tmp_path, many_cards(23)))

    first, last = page(browser, "/?kind=card"), page(browser, "/?kind=card&page=3")

    assert "Page 1 of 3" in first.text
    assert "Page 3 of 3" in last.text
    assert last.text.count("Details") == 3
    assert "past the last result" in page(browser, "/?kind=card&page=4").text


def test_a_question_that_is_too_long_is_refused_with_a_sentence(browser: TestClient) -> None:
    answer = browser.get("/", params={"q": "x" * 2001})

    assert answer.status_code == 422
    assert "The question is 2,001 characters long; 2,000 is the most." in answer.text


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("kind=trolley", "“kind” cannot be “trolley”; choose card, note"),
        ("since=2026-13-01", "“since” is “2026-13-01”, which is no day; write it like 2026-03-02."),
        ("page=0", "“page” is “0”, which is out of range"),
        ("page=1e9", "which is out of range or no whole number"),
        ("&".join(["person=A"] * 30), "“person” has more than 20 values"),
        ("person=" + "A" * 500, "longer than 200 characters"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(browser: TestClient, query: str, says: str) -> None:
    answer = browser.get(f"/?{query}")

    assert answer.status_code == 422
    assert says in Page(answer.text).text


def test_a_search_link_of_a_draft_leads_to_the_search_page(browser: TestClient) -> None:
    assert browser.get("/search?q=rail", follow_redirects=False).headers["location"] == "/?q=rail"


def test_a_document_is_shown_whole(browser: TestClient) -> None:
    shown = page(browser, "/documents/trello:sales:card:pilot")

    for word in (
        "Night trains",
        "Ute wants a reference visit",
        "Anna Weber",
        "120,000 EUR",
        "rail",
        "Open on trello.com",
    ):
        assert word in shown.text
    assert "https://docs.example.com/plan" in shown.links
    assert "mailto:anna%40ours.example" in shown.links


def test_a_long_document_comes_in_pages_and_loses_nothing(tmp_path: Path) -> None:
    talk = tuple(Section(f"Comment {n}: " + "<&ü> " * 300, "comment") for n in range(60))
    browser = a_client(knowing(tmp_path, [a_card("Long talk", key="long", sections=talk)]))

    url, seen = "/documents/trello:sales:card:long", ""
    while url:
        answer = browser.get(url)
        assert len(answer.content) <= 50_000
        seen += Page(answer.text).text
        url = next((link for link in Page(answer.text).links if "?from=" in link), "")

    assert all(f"Comment {n}:" in seen for n in range(60))


def test_a_company_shows_who_of_us_talks_to_it_and_its_timeline(browser: TestClient) -> None:
    shown = page(browser, "/companies/Brückner Logistik").text

    assert shown.index("Tom Okafor") < shown.index("Timeline")
    assert shown.index("Pilot with Brückner Logistik") < shown.rindex("Call with Brückner Logistik")
    assert "Dr. Ute Krämer" in shown


def test_one_of_us_shows_whom_they_look_after(browser: TestClient) -> None:
    shown = page(browser, "/people/Anna Weber").text

    assert "one of us" in shown
    assert "Brückner Logistik" in shown


def test_a_customer_shows_who_of_us_knows_them(browser: TestClient) -> None:
    assert "Who of us talks to Dr. Ute Krämer" in page(browser, "/people/Dr. Ute Krämer").text


@pytest.mark.parametrize(
    "url", ["/companies/Zorblax", "/people/Nobody", "/documents/none", "/receipts/none", "/static/x"]
)
def test_what_does_not_exist_is_a_page_that_says_so(browser: TestClient, url: str) -> None:
    answer = browser.get(url)

    assert answer.status_code == 404
    assert "Nothing stands here" in answer.text


def test_who_is_in_touch_stands_above_the_results(browser: TestClient) -> None:
    shown = page(browser, "/?q=Who talks to Brückner Logistik?").text

    assert shown.index("Who of us talks to them") < shown.index("Timetable software for Nordwind")
    assert "call · " in shown


def test_a_name_that_nobody_bears_is_shown_with_the_nearest(browser: TestClient) -> None:
    shown = page(browser, "/?q=Who talks to Brugner Logistik?")

    assert "Nobody called “Brugner Logistik” is in the index. Did you mean Brückner Logistik?" in shown.text
    assert "/?q=Who+talks+to+Br%C3%BCckner+Logistik%3F" in shown.links


def test_two_owners_are_said_openly(tmp_path: Path) -> None:
    deals = [
        a_card(f"Deal {n}", key=f"d{n}", kind="deal", customers=(BRUECKNER,), people=(Person(name, "owner"),))
        for n, name in enumerate(("Anna Weber", "Léa Martin"))
    ]
    shown = page(a_client(knowing(tmp_path, deals)), "/companies/Brückner Logistik").text

    assert "2 people own open records here" in shown


def test_a_person_in_two_roles_is_named_once_and_a_checklist_has_boxes(tmp_path: Path) -> None:
    twice = (Person("Anna Weber", "assignee"), Person("Anna Weber", "author", "anna@ours.example"))
    todo = Section("Next steps\n[x] NDA signed\n[ ] Offer", "checklist")
    browser = a_client(knowing(tmp_path, [a_card("Pilot", key="p", people=twice, sections=(todo,))]))

    shown = page(browser, "/documents/trello:sales:card:p").text

    assert "Assigned, Author" in shown
    assert "☑ NDA signed\n☐ Offer" in shown


def test_the_health_page_tells_how_each_source_stands(knowledge: Knowledge) -> None:
    told = standing(Connected(Told("trello:sales"), 60), Looked("trello:sales", NOW, NOW), 2, NOW)
    never = standing(Connected(Told("carddav:people"), 60), None, 0, NOW)

    text = "".join(page(a_client(knowledge, sources=lambda: [told, never]), "/health").text.split())

    assert "Trello·salesfinejustnow" in text
    assert "CardDAV·peopleneverreadnotyet0" in text
    assert "notinthesettingsnomore" in text


def test_a_ring_for_a_source_that_nobody_reads_is_not_found(browser: TestClient) -> None:
    assert browser.post("/hooks/trello/sales", content=b"{}").status_code == 404
    assert browser.get("/hooks/trello/sales").status_code == 404


def test_a_result_says_when_its_source_was_read(knowledge: Knowledge) -> None:
    browser, ledger = a_web(knowledge)
    ledger.freshness.keep([Looked("trello:sales", NOW - timedelta(minutes=2), NOW - timedelta(minutes=2))])

    shown = page(browser, "/?q=pilot&kind=card").text

    assert "Trello · sales, read 2 minutes ago" in shown
    assert "read 2 minutes ago" in page(browser, "/documents/trello:sales:card:pilot").text


def test_a_document_leads_to_those_that_its_text_links_and_to_others_about_its_company(tmp_path: Path) -> None:
    text = "As in https://trello.com/c/nord/7-timetable-software, and https://trello.com/c/secret."
    more = a_card("Offer for Brückner", text, key="offer", customers=(BRUECKNER,), updated_at=NOW - timedelta(days=2))
    browser = a_client(knowing(tmp_path, [*some_documents(), more]))

    shown = page(browser, "/documents/trello:sales:card:offer")

    led = shown.text[shown.text.index("Linked in the text") : shown.text.index("Also about Brückner Logistik")]
    beside = shown.text[shown.text.index("Also about Brückner Logistik") :]
    assert ("Timetable software for Nordwind" in led, "Salary" in shown.text) == (True, False)
    assert "Call with Brückner Logistik" in beside
    assert "Offer for Brückner" not in beside
    assert "/?customer=Br%C3%BCckner+Logistik" in shown.links


def test_a_document_without_a_company_stands_beside_others_of_its_board(browser: TestClient) -> None:
    assert "On Projects" not in page(browser, "/documents/trello:sales:card:nord").text


def test_the_timeline_tells_by_which_channel_and_who(browser: TestClient) -> None:
    shown = page(browser, "/companies/Brückner Logistik").text

    assert "call" in shown[shown.index("Timeline") :]
    assert "Tom Okafor" in shown[shown.index("Timeline") :]
