"""Logging in at a provider of OpenID Connect: whom it vouches for gets in, and nothing that is not in order does."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from joserfc.jwk import OctKey, RSAKey

from indexer.knowledge import Knowledge
from service.access.oidc import OpenIdConnect, Provider
from service.access.rules import Rules
from service.ledger import Ledger
from service.templates import Templates
from service.web.app import create
from service.web.options import WebOptions
from tests.builders import NOW, a_card
from tests.login_provider import CLIENT, SECRET, LoginProvider, login_provider
from tests.pages import knowing, some_documents

BASE = "https://signpost.ours.example"
BACK = f"{BASE}/login/back"


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    memo = a_card("Merger of Hohenzollern", "For the board alone.", key="memo", visibility="group:board")
    return knowing(tmp_path_factory.mktemp("oidc"), [*some_documents(), memo])


@pytest.fixture
def provider() -> Iterator[LoginProvider]:
    with login_provider() as running:
        yield running


@pytest.fixture
def browser(knowledge: Knowledge, provider: LoginProvider) -> TestClient:
    known = OpenIdConnect(Provider(provider.issuer, CLIENT, BACK, SECRET))
    rules = Rules("oidc", domains=("ours.example",))
    options = WebOptions(BASE, "1.2.3", Templates(), lambda: NOW, rules=rules, provider=known)
    return TestClient(create(knowledge, Ledger.in_memory(), options), base_url=BASE, follow_redirects=False)


def at_provider(browser: TestClient, to: str = "/") -> str:
    """Where the provider would ask for the login."""
    return str(browser.get("/login/start", params={"to": to}).headers["location"])


def test_whom_the_provider_vouches_for_gets_in_with_their_groups(browser: TestClient, provider: LoginProvider) -> None:
    assert browser.get("/?q=pilot").headers["location"] == "/login?to=%2F%3Fq%3Dpilot"
    asked = at_provider(browser, "/?q=pilot")
    back = browser.get(provider.come_back(asked))

    assert (back.status_code, back.headers["location"]) == (303, "/?q=pilot")
    assert browser.get("/documents/trello:sales:card:memo").status_code == 200
    told = parse_qs(urlsplit(asked).query)
    assert (told["code_challenge_method"], told["response_type"], told["redirect_uri"]) == (["S256"], ["code"], [BACK])
    assert "openid" in told["scope"][0].split()


OTHER_KEY = RSAKey.generate_key(2048, {"kid": "one"})
CLIENT_KEY = OctKey.import_key(SECRET.encode(), {"kid": "one"})


@pytest.mark.parametrize(
    ("lie", "says"),
    [
        ({"claims": {"nonce": "another"}}, "not in order"),
        ({"claims": {"nonce": None}}, "not in order"),
        ({"claims": {"aud": "somebody-else"}}, "not in order"),
        ({"claims": {"aud": [CLIENT, "another"], "azp": "another"}}, "not in order"),
        ({"claims": {"iss": "https://evil.example"}}, "not in order"),
        ({"claims": {"exp": int(time.time()) - 3600}}, "not in order"),
        ({"claims": {"exp": None}}, "not in order"),
        ({"claims": {"email": None}}, "tells no mail address"),
        ({"claims": {"email_verified": False}}, "did not verify"),
        ({"claims": {"email_verified": "false"}}, "did not verify"),
        ({"email": "eve@evil.example"}, "is not one of the addresses"),
        ({"email": "anna@ours.example.evil.example"}, "is not one of the addresses"),
        ({"email": "anna@оurs.example"}, "is not one of the addresses"),
        ({"signs_with": OTHER_KEY}, "not in order"),
        ({"signs_with": CLIENT_KEY, "header": {"alg": "HS256"}}, "not in order"),
    ],
)
def test_what_is_not_in_order_lets_nobody_in(
    browser: TestClient, provider: LoginProvider, lie: dict[str, Any], says: str
) -> None:
    for name, value in lie.items():
        setattr(provider, name, value)

    back = browser.get(provider.come_back(at_provider(browser)))

    assert (back.status_code, says in back.text) == (403, True), back.text
    assert browser.get("/health").status_code == 303


def test_a_login_counts_once_and_in_the_browser_that_began_it(browser: TestClient, provider: LoginProvider) -> None:
    back = provider.come_back(at_provider(browser))
    other = TestClient(browser.app, base_url=BASE, follow_redirects=False)

    assert other.get(back).status_code == 403
    assert browser.get(back).status_code == 303
    assert browser.get(back).status_code == 403


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("state=", "state=x", "not begun in this browser"),
        ("iss=", "iss=x", "another login provider"),
        ("iss=", "error=access_denied&iss=", "refused: access_denied"),
    ],
)
def test_another_state_another_issuer_and_a_refusal_are_told(
    browser: TestClient, provider: LoginProvider, right: str, wrong: str, says: str
) -> None:
    back = browser.get(provider.come_back(at_provider(browser)).replace(right, wrong))

    assert (back.status_code, says in back.text) == (403, True)


def test_keys_that_were_exchanged_are_asked_for_anew(browser: TestClient, provider: LoginProvider) -> None:
    assert browser.get(provider.come_back(at_provider(browser))).status_code == 303
    provider.key = RSAKey.generate_key(2048, {"kid": "two"})
    provider.header = {"kid": "two"}

    assert browser.get(provider.come_back(at_provider(browser))).status_code == 303


def test_a_provider_that_does_not_answer_is_a_sentence(knowledge: Knowledge) -> None:
    known = OpenIdConnect(Provider("http://127.0.0.1:9", CLIENT, BACK, SECRET))
    options = WebOptions(BASE, "1", Templates(), lambda: NOW, rules=Rules("oidc"), provider=known)
    there = TestClient(create(knowledge, Ledger.in_memory(), options), base_url=BASE, follow_redirects=False)

    answer = there.get("/login/start")

    assert (answer.status_code, "cannot be asked" in answer.text) == (502, True)
