"""Who gets in: passwords, sessions, tokens, proxies. In doubt nobody does."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from indexer.knowledge import Knowledge
from service.access.passwords import hashed, matches, weakness
from service.access.rules import Rules
from service.access.sessions import IDLE, Login
from service.access.visitor import SCOPES, Visitor
from service.ledger import Ledger
from service.templates import Templates
from service.web.app import create
from service.web.gate import Gate
from service.web.limits import Buckets
from service.web.login import local_path
from service.web.options import WebOptions
from tests.builders import NOW, a_card
from tests.pages import a_receipt, knowing, some_documents

PASSWORD = "vier blaue Kräne am Hafen"
BASE = "https://signpost.ours.example"
LOCAL = Rules("local", groups={"board": frozenset({"anna@ours.example"})}, admins=frozenset({"tom@ours.example"}))
PROXY = Rules("proxy", domains=("ours.example",), proxies=(ip_network("10.0.0.0/30"),), header="X-Forwarded-Email")
OWNERS = {"Sales": frozenset({"anna@ours.example"}), "Other": frozenset({"jo@ours.example"})}


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    memo = a_card("Merger of Hohenzollern", "For the board alone.", key="memo", visibility="group:board")
    return knowing(tmp_path_factory.mktemp("access"), [*some_documents(), memo])


@pytest.fixture
def ledger(ledger: Ledger) -> Ledger:
    made = ledger
    for name in ("Anna", "Tom", "Jo"):
        made.people.put(f"{name.lower()}@ours.example", name, KEPT, NOW)
    return made


KEPT = hashed(PASSWORD)


Clock = Callable[[], datetime]


def pages(knowledge: Knowledge, ledger: Ledger, rules: Rules = LOCAL, now: Clock = lambda: NOW) -> FastAPI:
    options = WebOptions(BASE, "1.2.3", Templates(), now, rules=rules, owners=OWNERS)
    return create(knowledge, ledger, options)


def browser(application: FastAPI, client: str = "192.0.2.7") -> TestClient:
    return TestClient(application, base_url=BASE, follow_redirects=False, client=(client, 1234))


def logged_in(application: FastAPI, email: str = "anna@ours.example") -> TestClient:
    there = browser(application)
    answer = there.post("/login", data={"email": email, "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    return there


@pytest.mark.parametrize(
    "path",
    ["/", "/?q=pilot", "/documents/trello:sales:card:pilot", "/companies/Brückner Logistik", "/people/Anna Weber",
     "/receipts", "/receipts/identity-1", "/health", "/api", "/account", "/audit"],
)  # fmt: skip
def test_every_page_leads_strangers_to_the_login_and_back(knowledge: Knowledge, ledger: Ledger, path: str) -> None:
    answer = browser(pages(knowledge, ledger)).get(path)

    assert (answer.status_code, answer.headers["location"].partition("?to=")[0]) == (303, "/login")
    assert "Brückner" not in answer.text


def test_no_route_is_open_but_those_that_have_to_be(knowledge: Knowledge, ledger: Ledger) -> None:
    application = pages(knowledge, ledger)
    included = [getattr(one, "original_router", None) for one in application.routes]
    routes = [r for router in included if router for r in router.routes if isinstance(r, Route)]
    filled = {re.sub(r"{[^}]*}", "x", r.path) for r in routes if "GET" in (r.methods or ())}

    open_ = {path for path in filled if browser(application).get(path).status_code == 200}

    assert len(filled) > 12
    assert open_ <= {"/login", "/healthz", "/api/v1/openapi.json", "/favicon.ico"}


def test_a_stranger_learns_from_the_health_only_whether_all_is_well(knowledge: Knowledge, ledger: Ledger) -> None:
    assert browser(pages(knowledge, ledger)).get("/healthz").json() == {"status": "ok"}


def test_the_right_password_opens_the_page_that_was_asked_for(knowledge: Knowledge, ledger: Ledger) -> None:
    there = browser(pages(knowledge, ledger))
    form = {"email": " Anna@ours.example", "password": PASSWORD, "to": "/companies/Brückner Logistik"}

    answer = there.post("/login", data=form)

    assert answer.headers["location"] == "/companies/Br%C3%BCckner%20Logistik"
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-signpost=")
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert "Merger of Hohenzollern" in there.get("/?q=Hohenzollern").text


@pytest.mark.parametrize(("email", "password"), [("anna@ours.example", "wrong"), ("nobody@ours.example", PASSWORD)])
def test_a_wrong_password_and_an_unknown_person_are_refused_alike(
    knowledge: Knowledge, ledger: Ledger, email: str, password: str
) -> None:
    answer = browser(pages(knowledge, ledger)).post("/login", data={"email": email, "password": password})

    assert answer.status_code == 403
    assert "This address and this password do not belong together." in answer.text
    assert ledger.audit.latest(1)[0].what == "login refused"


def test_many_wrong_passwords_have_to_wait(knowledge: Knowledge, ledger: Ledger) -> None:
    there = browser(pages(knowledge, ledger))
    tries = [there.post("/login", data={"email": "anna@ours.example", "password": "x"}) for _ in range(9)]

    assert [t.status_code for t in tries] == [403] * 8 + [429]
    assert int(tries[-1].headers["retry-after"]) > 60
    assert there.post("/login", data={"email": "tom@ours.example", "password": PASSWORD}).status_code == 303


def test_each_sees_what_is_for_their_groups_and_in_their_mailbox(knowledge: Knowledge, ledger: Ledger) -> None:
    ledger.keep([replace(a_receipt(), mailbox="Sales")])
    application = pages(knowledge, ledger)
    anna, jo, tom = (logged_in(application, f"{name}@ours.example") for name in ("anna", "jo", "tom"))
    subject = a_receipt().subject

    memo = "/documents/trello:sales:card:memo"
    assert [who.get(memo).status_code for who in (anna, jo, tom)] == [200, 404, 404]
    assert [subject in who.get("/receipts").text for who in (anna, jo, tom)] == [True, False, True]
    assert [who.get("/audit").status_code for who in (anna, jo, tom)] == [403, 403, 200]


def test_whoever_logs_out_is_out_and_a_kept_cookie_opens_nothing(knowledge: Knowledge, ledger: Ledger) -> None:
    there = logged_in(pages(knowledge, ledger))
    cookie = there.cookies["__Host-signpost"]

    assert there.post("/logout").headers["location"] == "/login"
    there.cookies.set("__Host-signpost", cookie)
    assert there.get("/health").status_code == 303


def test_a_login_begins_a_new_session_whatever_cookie_was_planted(knowledge: Knowledge, ledger: Ledger) -> None:
    there = browser(pages(knowledge, ledger))
    there.cookies.set("__Host-signpost", "planted")

    there.post("/login", data={"email": "anna@ours.example", "password": PASSWORD})

    assert ledger.sessions.of("planted", NOW) is None


def test_sessions_end_when_they_are_not_used_and_after_half_a_day(knowledge: Knowledge, ledger: Ledger) -> None:
    time = [NOW]
    there = logged_in(pages(knowledge, ledger, now=lambda: time[0]))

    for _ in range(5):
        time[0] += timedelta(hours=2)
        assert there.get("/health").status_code == 200
    time[0] += timedelta(hours=2)
    assert there.get("/health").status_code == 303
    again = logged_in(pages(knowledge, ledger, now=lambda: time[0]))
    time[0] += IDLE + timedelta(minutes=1)
    assert again.get("/health").status_code == 303


def test_whoever_is_removed_is_out_at_once_with_their_tokens(knowledge: Knowledge, ledger: Ledger) -> None:
    there = logged_in(pages(knowledge, ledger))
    token = ledger.tokens.make("anna@ours.example", "script", ["search"], NOW, timedelta(days=1))

    assert ledger.people.remove("anna@ours.example")

    assert there.get("/health").status_code == 303
    assert program(knowledge, ledger, token).get("/api/v1/search?q=pilot").status_code == 401


def test_another_password_ends_all_sessions_and_a_weak_one_is_refused(knowledge: Knowledge, ledger: Ledger) -> None:
    there = logged_in(pages(knowledge, ledger))

    assert "not good enough" in there.post("/account/password", data={"old": PASSWORD, "new": "password1234"}).text
    assert "nothing was changed" in there.post("/account/password", data={"old": "x", "new": "a b c"}).text
    new = "sieben alte Pferde im Regen"
    assert there.post("/account/password", data={"old": PASSWORD, "new": new}).status_code == 303
    assert there.get("/health").status_code == 303
    assert matches(ledger.people.kept("anna@ours.example")[1], new)


def program(knowledge: Knowledge, ledger: Ledger, token: str, rules: Rules = LOCAL) -> TestClient:
    there = browser(pages(knowledge, ledger, rules))
    there.headers["Authorization"] = f"Bearer {token}"
    return there


def test_a_token_sees_what_its_owner_sees_and_does_what_it_was_made_for(knowledge: Knowledge, ledger: Ledger) -> None:
    mine = program(knowledge, ledger, ledger.tokens.make("anna@ours.example", "a", ["search"], NOW, timedelta(days=1)))
    his = program(knowledge, ledger, ledger.tokens.make("jo@ours.example", "b", SCOPES, NOW, timedelta(days=1)))

    found = [[h["document"]["id"] for h in p.get("/api/v1/search?q=Hohenzollern").json()["hits"]] for p in (mine, his)]

    assert "trello:sales:card:memo" in found[0]
    assert "trello:sales:card:memo" not in found[1]
    assert mine.get("/health").status_code == 403
    assert ledger.tokens.all()[0].used_at == NOW


@pytest.mark.parametrize("token", ["", "sgn_wrong", "Basic", "sgn_" + "x" * 5000])
def test_a_wrong_token_is_a_problem_with_a_sentence(knowledge: Knowledge, ledger: Ledger, token: str) -> None:
    answer = program(knowledge, ledger, token).get("/api/v1/search?q=pilot")

    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_token_ends_with_its_time_and_when_it_is_revoked(ledger: Ledger) -> None:
    token = ledger.tokens.make("anna@ours.example", "a", ["search"], NOW, timedelta(days=1))
    other = ledger.tokens.make("anna@ours.example", "b", ["search"], NOW, timedelta(days=9))
    (found,) = [t for t in ledger.tokens.all() if t.label == "b"]

    assert ledger.tokens.of(token, NOW + timedelta(days=1)) is None
    assert ledger.tokens.of(other, NOW)
    assert ledger.tokens.revoke(found.id)
    assert ledger.tokens.of(other, NOW) is None


def test_tokens_are_made_and_revoked_on_the_account_page_by_their_owner(knowledge: Knowledge, ledger: Ledger) -> None:
    application = pages(knowledge, ledger)
    anna, jo = logged_in(application), logged_in(application, "jo@ours.example")
    made = anna.post("/account/tokens", data={"label": "Report", "scope": ["search", "receipts"], "days": "7"})
    (token,) = ledger.tokens.all()

    assert made.status_code == 200
    assert "sgn_" in made.text
    assert "sgn_" not in anna.get("/account").text
    assert (set(token.scopes), token.until) == ({"search", "receipts"}, NOW + timedelta(days=7))
    assert jo.post(f"/account/tokens/{token.id}/revoke").status_code == 404
    assert anna.post(f"/account/tokens/{token.id}/revoke").status_code == 303
    assert ledger.tokens.all() == []


@pytest.mark.parametrize(
    ("client", "headers", "status"),
    [
        ("10.0.0.1", [("X-Forwarded-Email", "Anna@ours.example")], 200),
        ("::ffff:10.0.0.1", [("X-Forwarded-Email", "anna@ours.example")], 200),
        ("10.0.0.9", [("X-Forwarded-Email", "anna@ours.example")], 401),
        ("testclient", [("X-Forwarded-Email", "anna@ours.example")], 401),
        ("10.0.0.1", [], 401),
        ("10.0.0.1", [("X-Forwarded-Email", "")], 401),
        ("10.0.0.1", [("X-Forwarded-Email", "eve@evil.example"), ("X-Forwarded-Email", "anna@ours.example")], 401),
        ("10.0.0.1", [("X-Forwarded-Email", "eve@evil.example")], 403),
        ("10.0.0.1", [("X-Forwarded-Email", "anna@ours.example.evil.example")], 403),
        ("10.0.0.1", [("X-Forwarded-Email", "anna@ours.example, eve@evil.example")], 403),
        ("10.0.0.1", [("X-Forwarded-Email", "anna@оurs.example")], 403),
    ],
)
def test_a_header_counts_from_a_listed_proxy_alone(
    knowledge: Knowledge, ledger: Ledger, client: str, headers: list[tuple[str, str]], status: int
) -> None:
    told = [(name.encode(), value.encode()) for name, value in headers]

    answer = browser(pages(knowledge, ledger, PROXY), client).get("/?q=pilot", headers=told)

    assert answer.status_code == status
    assert ("Brückner" in answer.text) == (status == 200)


def test_where_nobody_logs_in_a_passed_on_request_is_refused(knowledge: Knowledge, ledger: Ledger) -> None:
    there = browser(pages(knowledge, ledger, Rules()))

    assert there.get("/?q=pilot").status_code == 200
    assert there.get("/?q=pilot", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": BASE}, 403),
        ({"Origin": BASE}, 303),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "https://signpost.ours.example.evil.example"}, 403),
    ],
)
def test_what_another_site_has_a_browser_send_is_refused(
    knowledge: Knowledge, ledger: Ledger, headers: dict[str, str], status: int
) -> None:
    there = logged_in(pages(knowledge, ledger))

    assert there.post("/logout", headers=headers).status_code == status
    assert (there.get("/health").status_code == 200) == (status == 403)


def test_no_state_changes_by_reading(knowledge: Knowledge, ledger: Ledger) -> None:
    there = logged_in(pages(knowledge, ledger))

    assert {there.get(p).status_code for p in ("/logout", "/account/tokens", "/account/sessions/end")} == {405}


def test_what_is_too_long_is_refused_before_anybody_reads_it(knowledge: Knowledge, ledger: Ledger) -> None:
    there = browser(pages(knowledge, ledger))

    assert there.get("/?q=" + "x" * 17_000).status_code == 414
    assert there.post("/login", content=b"x" * 1_000_001).status_code == 413
    assert there.post("/login", content=(b"x" * 9_999 for _ in range(200))).status_code >= 400


def test_too_many_requests_have_to_wait_and_others_go_on() -> None:
    gate = Gate(PlainTextResponse("well"), BASE, limited=True, clock=lambda: 7.0)
    answers = [TestClient(gate, client=("192.0.2.7", 1)).get("/") for _ in range(121)]

    assert {a.status_code for a in answers[:120]} == {200}
    assert (answers[120].status_code, answers[120].headers["retry-after"]) == (429, "1")
    assert TestClient(gate, client=("192.0.2.8", 1)).get("/").status_code == 200


@given(st.lists(st.floats(0, 100), max_size=60), st.floats(0.1, 10), st.integers(1, 20))
def test_a_bucket_never_gives_more_than_its_rate(times: list[float], rate: float, burst: int) -> None:
    bucket = Buckets(rate, burst)

    given_ = sum(bucket.take("me", now) == 0 for now in sorted(times))

    span = max(times, default=0) - min(times, default=0)
    assert given_ <= burst + rate * span + 1e-6


@pytest.mark.parametrize(
    "to",
    ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:x", "\\\\evil", "/a\nb", "", "/\t/x"],
)
def test_a_login_leads_to_no_other_site(to: str) -> None:
    assert local_path(to) == "/"


@given(st.text(max_size=30))
def test_only_the_password_itself_matches(guess: str) -> None:
    assert matches(LIGHT, guess) == (guess == "the one")


LIGHT = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$l4eAb7trLcirAsx5yu1HFw"


def test_a_password_that_is_easily_guessed_is_told_why() -> None:
    assert weakness("kurz").startswith("It has to have at least 12")
    assert weakness("passwordpassword")
    assert weakness("brueckner.example", ("brueckner.example",))
    assert weakness(PASSWORD) == ""


def test_groups_of_a_login_and_of_the_settings_both_count() -> None:
    visitor = LOCAL.visitor("anna@ours.example", told=["sales"])

    assert visitor == Visitor("anna@ours.example", "anna@ours.example", frozenset({"board", "sales"}))
    assert visitor.mailboxes(OWNERS) == frozenset({"Sales"})


def test_what_was_begun_in_another_way_of_logging_in_does_not_count(knowledge: Knowledge, ledger: Ledger) -> None:
    there = browser(pages(knowledge, ledger))
    begun = ledger.sessions.begin(Login("anna@ours.example", "", "oidc"), NOW, timedelta(1))
    there.cookies.set("__Host-signpost", begun)

    assert there.get("/health").status_code == 303


def test_of_cookies_tokens_and_passwords_only_hashes_are_kept(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path / "ledger.db")
    secrets = [
        ledger.sessions.begin(Login("anna@ours.example", "", "local"), NOW, timedelta(1)),
        ledger.tokens.make("anna@ours.example", "a", ["search"], NOW, timedelta(1)),
        PASSWORD,
    ]
    ledger.people.put("anna@ours.example", "", KEPT, NOW)
    ledger.close()

    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert [secret for secret in secrets if secret.encode() in kept] == []
