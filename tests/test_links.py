from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.web import links


@pytest.mark.parametrize(
    "url", ["https://trello.com/c/abc#comment-1", "http://crm.example/7?x=1", "mailto:ute@brueckner.example"]
)
def test_web_and_mail_addresses_are_linked_as_they_are(url: str) -> None:
    assert links.safe(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:msgbox(1)",
        "file:///etc/passwd",
        "//evil.example/x",
        "https:evil",
        "https:///nohost",
        "http://[::1",
        "https://exam\u202eple.com",
        "trello.com/c/abc",
        "",
    ],
)
def test_anything_else_is_never_linked(url: str) -> None:
    assert links.safe(url) == ""


@given(st.text(min_size=1))
def test_a_name_survives_the_way_through_an_address(name: str) -> None:
    assert unquote(links.company(name).removeprefix("/companies/")) == name


def test_a_dot_as_a_name_is_not_taken_for_a_folder() -> None:
    assert links.person("..") == "/people/%2E%2E"


def test_a_link_names_the_site_it_leads_to() -> None:
    assert links.host("https://user@www.trello.com/c/1") == "trello.com"
