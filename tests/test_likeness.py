"""A mail is known again on any server, and a changed one never passes for it."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.drafts.likeness import fingerprint, is_same, shingles, similarity
from tests.watching import a_mail

KEY = b"k" * 32
DRAFT = a_mail("Siehe Karte „Groß & Söhne“:\r\nhttps://trello.com/c/x", In_Reply_To="<a@x>\r\n <b@x>")
ON_SERVERS = [
    DRAFT.replace(b"\r\n", b"\n"),
    DRAFT + b"\r\n\r\n",
    b"Received: from a by b;\r\n\tMon, 2 Mar 2026\r\nX-Spam-Score: 0\r\n" + DRAFT,
    DRAFT.replace(b"<a@x>\r\n <b@x>", b"<a@x> <b@x>").replace(b"Subject:", b"SUBJECT: "),
    b"\r\n".join(sorted(DRAFT.split(b"\r\n\r\n")[0].replace(b"\r\n ", b" ").split(b"\r\n")))
    + b"\r\n\r\n"
    + DRAFT.split(b"\r\n\r\n")[1],
]
BY_PEOPLE = [
    DRAFT.replace(b"Karte", b"Liste"),
    DRAFT.replace(b"Subject: a", b"Subject: A"),
    b"Bcc: boss@brueckner.example\r\n" + DRAFT,
    b"X-Mozilla-Draft-Info: internal/draft\r\n" + DRAFT,
    DRAFT.replace(b"Siehe", b" Siehe"),
    b"",
]


@pytest.mark.parametrize("raw", ON_SERVERS)
def test_what_a_server_does_to_a_mail_does_not_change_it(raw: bytes) -> None:
    assert is_same(raw, fingerprint(DRAFT))


@pytest.mark.parametrize("raw", BY_PEOPLE)
def test_what_a_person_does_to_a_mail_changes_it(raw: bytes) -> None:
    assert not is_same(raw, fingerprint(DRAFT))


def test_the_hash_an_older_ledger_kept_still_counts() -> None:
    assert is_same(DRAFT, hashlib.sha256(DRAFT).hexdigest())


@given(at=st.integers(0, 10_000), byte=st.sampled_from(b"aZ0 .>"))
def test_a_letter_that_is_put_anywhere_into_the_body_is_noticed(at: int, byte: int) -> None:
    start = DRAFT.index(b"\r\n\r\n") + 4
    at = start + at % (len(DRAFT) - start)

    assert not is_same(DRAFT[:at] + bytes([byte]) + DRAFT[at:], fingerprint(DRAFT))


@given(st.text(max_size=200), st.text(max_size=200))
def test_similarity_is_even_handed_and_whole_for_the_same(one: str, other: str) -> None:
    a, b = shingles(one, KEY), shingles(other, KEY)

    assert similarity(a, a) == 1.0
    assert 0.0 <= similarity(a, b) == similarity(b, a) <= 1.0


def test_a_word_more_keeps_most_and_another_answer_nothing() -> None:
    draft = shingles("Bernd Zellner spricht mit Brückner Logistik, siehe die Karte im Board Vertrieb.", KEY)
    more = shingles("Hi! Bernd Zellner spricht mit Brückner Logistik, siehe die Karte im Board Vertrieb.", KEY)

    assert 0.9 < similarity(draft, more) < 1.0
    assert similarity(draft, shingles("Ruf mich bitte morgen früh dazu an.", KEY)) == 0.0
    assert b"Bernd" not in draft
