"""Recipients are read tolerantly; the sender only where there is one reading."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mail.addresses import addresses, sender
from service.mail.headers import Field
from service.mail.letter import Address


def from_(*values: str) -> tuple[Address | None, str]:
    return sender([Field("from", value) for value in values])


@pytest.mark.parametrize(
    ("raw", "address"),
    [
        ("Anna Weber <anna@corp.example>", Address("anna@corp.example", "Anna Weber")),
        ("anna@corp.example", Address("anna@corp.example")),
        ("anna@corp.example (Anna Weber)", Address("anna@corp.example", "Anna Weber")),
        ('"Weber, Anna" <Anna.Weber@Corp.Example>', Address("Anna.Weber@corp.example", "Weber, Anna")),
        ("=?utf-8?q?J=C3=B6rg?= <joerg@corp.example>", Address("joerg@corp.example", "Jörg")),
        ("'anna@corp.example' <anna@corp.example>", Address("anna@corp.example", "anna@corp.example")),
        ("jörg@brückner.example", Address("jörg@brückner.example")),
    ],
)
def test_a_plain_sender_is_read(raw: str, address: Address) -> None:
    assert from_(raw) == (address, "")


def test_a_name_of_any_length_is_read_in_one_go() -> None:
    address, problem = from_(f"Anna {'b1---' * 100_000} <anna@corp.example>")

    assert address is not None
    assert problem == ""


@pytest.mark.parametrize(
    "raw",
    [
        "alice@corp.example <bob@evil.example>",
        '"alice@corp.example" <bob@evil.example>',
        "=?utf-8?q?alice=40corp=2Eexample?= <bob@evil.example>",
        "alice＠corp.example <bob@evil.example>",
        "bob@evil.example (alice@corp.example)",
        "alice@corp.example, bob@evil.example",
        "Team: alice@corp.example, bob@evil.example;",
        "<alice@corp.example> <bob@evil.example>",
        "<alice@corp.example>bob",
        "alice@corp.example@evil.example",
        "<@corp.example:bob@evil.example>",
        "Alice alice@corp.example",
        "Alice <alice@corp.example",
        "Alice <alice>",
        "undisclosed-recipients:;",
        "=?utf-8?q?Alice=00?= <bob@evil.example>",
        "=?utf-8?q?Alice=0D=0ABcc:_eve=40x?= <bob@evil.example>",
        "Ali\u202ece <bob@evil.example>",
        "=?x?q?a,<alice@corp.example>?= <bob@evil.example>",
        "alice@corp..example",
        "alice @corp.example",
        "alice@[127.0.0.1]",
        "",
    ],
)
def test_what_two_programs_could_read_differently_is_nobody(raw: str) -> None:
    address, why = from_(raw)

    assert address is None
    assert why


def test_two_from_headers_are_nobody_and_none_is_nobody() -> None:
    assert from_("a@corp.example", "b@corp.example") == (None, "several From headers")
    assert from_() == (None, "no From header")


def test_groups_are_opened_and_empty_entries_left_out() -> None:
    raw = 'Team: Ada <ada@x.example>, "B, C" <b@y.example>; , undisclosed:;, d@z.example'

    assert [a.email for a in addresses(raw)] == ["ada@x.example", "b@y.example", "d@z.example"]


def test_a_name_is_decoded_after_the_commas_were_found() -> None:
    (address,) = addresses("=?utf-8?q?Weber=2C_Anna_=3Ceve=40evil=2Eexample=3E?= <anna@corp.example>")

    assert address == Address("anna@corp.example", "Weber, Anna <eve@evil.example>")


@given(st.text(max_size=200))
def test_any_text_can_be_read_as_addresses_and_as_a_sender(raw: str) -> None:
    address, why = from_(raw)

    assert (address is None) == bool(why)
    assert all("@" not in a.domain for a in addresses(raw))


@given(st.text(alphabet='abc@<>"(),;: \\=?', max_size=30))
def test_a_sender_never_has_but_one_at(raw: str) -> None:
    address, _ = from_(raw)

    assert address is None or address.email.count("@") == 1
