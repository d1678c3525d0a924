import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.request import urlopen

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from indexer.documents import Customer, Person, Section
from indexer.errors import SettingsError, SignpostError
from indexer.knowledge import Knowledge
from service.ledger import Ledger
from service.templates import Templates
from service.web.app import create
from service.web.options import WebOptions
from service.web.security import POLICY
from service.web.serving import serving
from tests.builders import NOW, a_card
from tests.pages import BASE, Page, a_client, a_nasty_document, a_receipt, knowing, some_documents

EVERY_PAGE = [
    "/",
    "/?q=pilot",
    "/?kind=card",
    "/documents/trello:sales:card:pilot",
    "/companies/Brückner Logistik",
    "/people/Anna Weber",
    "/receipts",
    "/receipts/identity-1?mailbox=sales",
    "/health",
    "/api",
    "/nowhere",
    "/?kind=nonsense",
]
NASTY = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</title></textarea></script><script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)//",
    "<a href=javascript:alert(1)>x</a>",
    "\u202e\u0000<iframe srcdoc=x>",
]


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


@pytest.mark.parametrize("url", ["/", "/?q=Salary round of Hohenzollern", "/?kind=card", "/?person=Anna+Weber",
                                 "/people/Anna Weber", "/companies/Hohenzollern",
                                 "/api/v1/search?q=Hohenzollern+salary"])  # fmt: skip
def test_a_private_document_is_shown_nowhere(browser: TestClient, url: str) -> None:
    shown = Page(browser.get(url).text).text.replace("Salary round of Hohenzollern", "", url.count("Salary"))

    assert "Secret figures" not in shown
    assert "Salary round" not in shown.partition("main")[2]


def test_the_page_of_a_private_document_does_not_exist(browser: TestClient) -> None:
    private = browser.get("/documents/trello:sales:card:secret")

    assert private.status_code == 404
    assert private.text == browser.get("/documents/trello:sales:card:nosuch").text


def test_a_receipt_hides_documents_that_became_private(tmp_path: Path) -> None:
    hidden = [replace(d, visibility="private") for d in some_documents()]
    browser = a_client(knowing(tmp_path, hidden), [a_receipt()])

    for url in ("/receipts", "/receipts/identity-1"):
        assert "Pilot with" not in browser.get(url).text


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    known = knowing(tmp_path_factory.mktemp("hostile"), [a_nasty_document(p, str(n)) for n, p in enumerate(NASTY)])
    mails = [a_receipt(str(n), subject=p, sender=p, says=p, would_change=p, reason=p) for n, p in enumerate(NASTY)]
    yield a_client(known, mails)
    known.close()


@pytest.mark.parametrize("payload", NASTY)
def test_hostile_words_are_shown_as_text_and_never_run(hostile: TestClient, payload: str) -> None:
    number = NASTY.index(payload)

    for url in (f"/documents/trello:sales:card:{number}", f"/receipts/identity-{number}"):
        shown = Page(hostile.get(url).text)
        assert shown.alarms == []
        assert payload.split("<")[-1].strip("\u202e\0") in shown.text


@pytest.mark.parametrize("payload", NASTY)
def test_hostile_requests_are_answered_as_text(hostile: TestClient, payload: str) -> None:
    for url in ("/", "/receipts", "/health"):
        asked = {"q": payload, "person": payload, "text": payload, "reason": payload}
        assert Page(hostile.get(url, params=asked).text).alarms == []


def test_lists_of_hostile_things_and_all_they_lead_to_are_harmless(hostile: TestClient) -> None:
    lists = [Page(hostile.get(url).text) for url in ("/?kind=card", "/receipts")]
    pages = {link for shown in lists for link in shown.links if link.startswith("/") and "static" not in link}

    assert {link: alarms for link in pages if (alarms := Page(hostile.get(link).text).alarms)} == {}


def test_a_document_whose_address_is_a_script_leads_to_its_page_instead(tmp_path: Path) -> None:
    card = a_card("Odd card", key="odd", url="javascript:alert(1)")
    shown = Page(a_client(knowing(tmp_path, [card])).get("/?q=odd").text)

    assert not any(link.startswith("javascript") for link in shown.links)
    assert "/documents/trello:sales:card:odd" in shown.links


@pytest.mark.parametrize("url", [*EVERY_PAGE, "/healthz", "/static/site.css", "/api/v1/search?q=x"])
def test_every_answer_keeps_the_browser_careful(browser: TestClient, url: str) -> None:
    headers = browser.get(url).headers

    assert headers["content-security-policy"] == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "", "[::1", "[::1]evil"]
)
def test_a_foreign_host_name_is_refused(browser: TestClient, host: str) -> None:
    assert browser.get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.1", "[::1]:8080", "signpost.ours.example"])
def test_its_own_names_are_answered(knowledge: Knowledge, host: str) -> None:
    browser = a_client(knowledge, base_url="https://signpost.ours.example")

    assert browser.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("url", EVERY_PAGE)
def test_every_page_is_small_and_asks_nobody_else_for_anything(browser: TestClient, url: str) -> None:
    shown = browser.get(url)

    assert len(shown.content) <= 50_000
    assert Page(shown.text).alarms == []


def test_a_page_with_everything_on_it_stays_small(tmp_path: Path) -> None:
    cards = [
        a_card(f"Pilot {n} " + "ü" * 150, "Pilot " * 60, key=str(n), lane=f"List {n}", parent=f"Board {n}" * 5,
               people=(Person(f"Person {n} von und zu Hohenstein", "owner"),),
               customers=(Customer(f"Company {n} GmbH & Co. KG"),))
        for n in range(150)
    ]  # fmt: skip
    browser = a_client(knowing(tmp_path, cards))

    assert len(browser.get("/", params={"q": "Pilot " + "ü" * 1990}).content) <= 50_000


def test_what_cannot_be_explained_is_a_page_too_and_no_traceback(knowledge: Knowledge) -> None:
    def broken() -> list[str]:
        raise ZeroDivisionError("secret detail")

    answer = a_client(knowledge, health=broken).get("/health")

    assert answer.status_code == 500
    assert "Something broke" in answer.text
    assert "secret detail" not in answer.text
    assert answer.headers["content-security-policy"] == POLICY


def test_a_broken_template_of_ones_own_is_named(knowledge: Knowledge, tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "health.html").write_text("{{ nothing_of_that_name }}")

    answer = a_client(knowledge, templates=Templates(tmp_path)).get("/health")

    assert answer.status_code == 500
    assert "health.html" in answer.text


def test_a_style_of_ones_own_replaces_ours(knowledge: Knowledge, tmp_path: Path) -> None:
    (tmp_path / "web" / "static").mkdir(parents=True)
    (tmp_path / "web" / "static" / "site.css").write_text("body { color: teal }")

    assert a_client(knowledge, templates=Templates(tmp_path)).get("/static/site.css").text == "body { color: teal }"


def test_the_head_of_a_page_can_be_asked_for(browser: TestClient) -> None:
    assert browser.head("/").status_code == 200


def test_pages_are_only_read(browser: TestClient) -> None:
    assert browser.post("/").status_code == 405


def test_pages_are_served_on_this_machine_only(knowledge: Knowledge) -> None:
    with (
        pytest.raises(SettingsError, match="Nobody has to log in"),
        serving(an_application(knowledge), "0.0.0.0", 0),
    ):
        pass


def test_a_taken_port_is_a_sentence(knowledge: Knowledge) -> None:
    with serving(an_application(knowledge), "127.0.0.1", 0) as url:
        port = int(url.rpartition(":")[2])

        told = f"Cannot listen on 127.0.0.1:{port} .*signpost serve --port"
        with pytest.raises(SignpostError, match=told), serving(an_application(knowledge), "127.0.0.1", port):
            pass


def test_a_served_page_does_not_say_what_serves_it(knowledge: Knowledge) -> None:
    with serving(an_application(knowledge), "127.0.0.1", 0) as url, urlopen(f"{url}/healthz") as answer:
        assert (answer.status, answer.headers["server"]) == (200, None)


def an_application(knowledge: Knowledge) -> FastAPI:
    return create(knowledge, Ledger.in_memory(), WebOptions(BASE, "1", Templates(), lambda: NOW))


def test_a_document_with_far_too_much_on_it_stays_small(tmp_path: Path) -> None:
    much = "<&ü> " * 80
    card = a_card(
        much,
        key="much",
        parent=much,
        labels=(much,) * 40,
        fields=tuple((f"{n}{much}", f"https://x.example/{n} {much}") for n in range(60)),
        people=tuple(Person(f"{n} {much}", "contact", f"{n}@{'a' * 400}.example") for n in range(60)),
        customers=tuple(Customer(f"{n} {much}") for n in range(50)),
        sections=(
            Section("https://trello.com/c/x " * 1_500, "comment", "https://x.example/" + "y" * 5_000, much, NOW),
        ),
    )
    mail = a_receipt(subject=much, sender=much, says=much, would_change=much, reason=much, message_id=much)
    browser = a_client(knowing(tmp_path, [card]), [mail] * 30)

    for url in ("/", "/?kind=card", "/documents/trello:sales:card:much", "/receipts", "/receipts/identity-1"):
        assert len(browser.get(url).content) <= 50_000, url


def test_styles_and_scripts_come_small_to_whoever_takes_them_so_and_pages_never_do(browser: TestClient) -> None:
    (style,) = re.findall(r'href="(/static/site.css[^"]*)"', browser.get("/").text)
    plain = browser.get(style, headers={"Accept-Encoding": "identity"})
    small = browser.get(style, headers={"Accept-Encoding": "gzip"})

    assert small.headers["content-encoding"] == "gzip"
    assert int(small.headers["content-length"]) * 2 < int(plain.headers["content-length"])
    assert small.text == plain.text
    assert "content-encoding" not in browser.get("/", headers={"Accept-Encoding": "gzip"}).headers
