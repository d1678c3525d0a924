"""Subjects of replies: whatever marks have piled up, one `Re:` is left and the thread is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.replies.subject import base, reply


@pytest.mark.parametrize(
    ("subject", "answered"),
    [
        ("Brückner", "Re: Brückner"),
        ("AW: Re: SV:  Brückner", "Re: Brückner"),
        ("WG: TR: Fwd: Antw: Brückner", "Re: Brückner"),
        ("Re[3]: RE(2): re^4: Brückner", "Re: Brückner"),
        ("RÉP : Brückner", "Re: Brückner"),
        ("回复：关于合同", "Re: 关于合同"),
        ("[sales] Brückner", "Re: [sales] Brückner"),
        ("Re: [sales] AW: Brückner", "Re: [sales] Brückner"),
        ("[sales] Re: [sales] Brückner", "Re: [sales] Brückner"),
        ("[EXTERN] WG: [sales] Brückner", "Re: [EXTERN] [sales] Brückner"),
        ("[Fwd: Brückner]", "Re: Brückner"),
        ("Brückner (fwd)", "Re: Brückner"),
        ("Reise nach Bremen: wer fährt?", "Re: Reise nach Bremen: wer fährt?"),
        ("[ohne] Betreff", "Re: [ohne] Betreff"),
        ("Re:", "Re:"),
        ("", "Re:"),
        ("Offer\r\nBcc: eve@evil.example", "Re: Offer Bcc: eve@evil.example"),
        ("=?utf-8?q?=0ABcc=3A?=", "Re: = ?utf-8?q?=0ABcc=3A?="),
    ],
)
def test_a_reply_is_called_after_what_it_answers(subject: str, answered: str) -> None:
    assert reply(subject) == answered


@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from(["Re: ", "[x] ", "AW:", "(fwd)", "[Fwd: ", "]", "Hi"])).map("".join)
)
def test_replying_to_a_reply_changes_nothing_more(subject: str) -> None:
    assert reply(reply(subject)) == reply(subject)
    assert base(reply(subject)) == base(reply(reply(subject)))


def test_a_subject_of_any_length_comes_to_an_end() -> None:
    assert reply("Re: " * 400) == "Re:"
    assert len(reply("x " * 100_000)) < 410
