"""Whom a reply would reach, who of them is inside, and what they may see together."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.asking import EVERYBODY, NOBODY, Viewer
from indexer.documents import EVERYONE
from service.mail.letter import Address
from service.replies.audience import ascii_domain, audience_of, is_internal, viewer_of
from service.replies.outcome import Audience, Policy
from tests.builders import a_reading

INTERNAL = frozenset({"firma.example", ".gruppe.example", "anna@gmail.example"})
POLICY = Policy(internal=INTERNAL, own=frozenset({"tom@firma.example", "sales@firma.example"}))
JANA = Address("jana@firma.example", "Jana Köhler")
BEN = Address("ben@firma.example", "Ben")
EVE = Address("eve@evil.example", "Eve")
OWN = Address("Sales@firma.example", "Vertrieb")


def test_a_reply_goes_to_the_sender_alone() -> None:
    audience = audience_of(a_reading(sender=JANA, to=(OWN, BEN), cc=(EVE,)), POLICY)

    assert audience == Audience((JANA,))


def test_a_reply_to_inside_is_followed() -> None:
    assert audience_of(a_reading(sender=JANA, reply_to=(BEN,)), POLICY).to == (BEN,)


def test_a_reply_to_outside_is_not_followed_and_is_named() -> None:
    audience = audience_of(a_reading(sender=JANA, reply_to=(EVE,)), POLICY)

    assert audience == Audience((JANA,), outsiders=(EVE,))


def test_a_reply_to_a_crowd_goes_to_the_sender() -> None:
    assert audience_of(a_reading(sender=JANA, reply_to=(BEN, JANA)), POLICY) == Audience((JANA,))


def test_a_reply_to_the_watched_account_itself_goes_to_the_sender() -> None:
    assert audience_of(a_reading(sender=JANA, reply_to=(OWN,)), POLICY) == Audience((JANA,))


@pytest.mark.parametrize(
    "sender",
    [
        *(None, OWN, Address("", "Jana"), Address("jana"), Address("jana@"), Address('"ja na"@firma.example')),
        *(Address("jana@firma.example@evil.example"), Address("jäna@firma.example"), Address("jana@firma..example")),
        *(Address("jana@-firma.example"), Address("jana@[10.0.0.1]"), Address("x" * 65 + "@firma.example")),
    ],
)
def test_a_sender_who_cannot_be_read_or_is_us_has_no_audience(sender: Address | None) -> None:
    audience = audience_of(a_reading(sender=sender), POLICY)

    assert (audience.to, viewer_of(audience, POLICY)) == ((), NOBODY)


@pytest.mark.parametrize(
    ("email", "inside"),
    [
        ("jana@firma.example", True),
        ("Jana@FIRMA.example", True),
        ("jana@mail.firma.example", False),
        ("jana@notfirma.example", False),
        ("jana@firma.example.evil.example", False),
        ("jana@gruppe.example", True),
        ("jana@it.de.gruppe.example", True),
        ("jana@evilgruppe.example", False),
        ("Anna@gmail.example", True),
        ("eve@gmail.example", False),
        ("jana@firmа.example", False),
    ],
)
def test_who_is_inside(email: str, inside: bool) -> None:
    assert is_internal(Address(email), INTERNAL) is inside


def test_a_domain_is_the_same_in_umlauts_and_as_dns_writes_it() -> None:
    assert is_internal(Address("jana@brückner.example"), {"xn--brckner-o2a.example"})
    assert is_internal(Address("jana@xn--brckner-o2a.example"), {"Brückner.example"})
    assert ascii_domain("brück\u200bner..example") == ""


def test_without_internal_domains_everybody_is_outside() -> None:
    assert not is_internal(JANA, frozenset())
    assert not is_internal(JANA, {"", "."})


def test_colleagues_see_what_everyone_may_see_and_one_outsider_takes_it_away() -> None:
    assert viewer_of(Audience((JANA,), (BEN,)), POLICY) == EVERYBODY
    for audience in (Audience(()), Audience((EVE,)), Audience((JANA,), (EVE,)), Audience((JANA,), outsiders=(EVE,))):
        assert viewer_of(audience, POLICY) == NOBODY
        assert not viewer_of(audience, POLICY).may_see(EVERYONE)


PEOPLE = (None, JANA, BEN, EVE, OWN, Address("root@x.gruppe.example"), Address("eve@firma.example.evil.example"))
SOME = st.lists(st.sampled_from([p for p in PEOPLE if p]), max_size=3).map(tuple)


@given(sender=st.sampled_from(PEOPLE), reply_to=SOME, to=SOME, cc=SOME)
def test_nobody_outside_is_ever_reached_by_something_internal(
    sender: Address | None, reply_to: tuple[Address, ...], to: tuple[Address, ...], cc: tuple[Address, ...]
) -> None:
    audience = audience_of(a_reading(sender=sender, reply_to=reply_to, to=to, cc=cc), POLICY)

    if viewer_of(audience, POLICY).may_see(EVERYONE):
        assert all(is_internal(a, INTERNAL) for a in (*audience.to, *audience.cc, *reply_to, audience.to[0]))
    assert not {a.email.lower() for a in (*audience.to, *audience.cc)} & POLICY.own
    assert EVE not in audience.to or sender == EVE


@pytest.mark.parametrize(("sender", "reply_to"), list(product((JANA, EVE), (JANA, BEN, EVE))))
def test_every_pair_of_sender_and_reply_to(sender: Address, reply_to: Address) -> None:
    audience = audience_of(a_reading(sender=sender, reply_to=(reply_to,)), POLICY)

    assert set(audience.outsiders) == {sender, reply_to} & {EVE}
    assert audience.to == ((sender,) if audience.outsiders else (reply_to,))


BOARD = frozenset({"jana@firma.example", "tom@firma.example", "sales@firma.example"})
TOLD = replace(POLICY, groups={"board": BOARD, "crew": frozenset({"jana@firma.example"})}, require_proof=True)


def test_what_is_for_a_group_is_seen_where_all_readers_belong_to_it() -> None:
    assert viewer_of(Audience((JANA,)), TOLD) == Viewer(frozenset({"board"}))
    assert viewer_of(Audience((Address("Jana@firma.example"),)), TOLD) == Viewer(frozenset({"board"}))
    assert viewer_of(Audience((JANA,), cc=(BEN,)), TOLD) == EVERYBODY
    assert viewer_of(Audience((BEN,)), TOLD) == EVERYBODY


def test_whoever_opens_the_watched_account_is_a_reader_too() -> None:
    shared = replace(TOLD, own=POLICY.own | {"trainee@firma.example"})

    assert viewer_of(Audience((JANA,)), shared) == EVERYBODY


def test_no_group_counts_where_a_sender_may_be_anybody() -> None:
    assert viewer_of(Audience((JANA,)), replace(TOLD, require_proof=False)) == EVERYBODY
