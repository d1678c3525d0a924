"""The decisions of the draft protocol: a doubt never becomes a second draft, and a person always comes first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.drafts.drafting import (
    Append,
    Caps,
    Done,
    GiveUp,
    Intent,
    Settle,
    Tally,
    in_thread,
    is_old,
    message_id_for,
    next_step,
    over_cap,
    sought,
    writer,
)
from service.mail.letter import Address, Mail
from service.mailbox.protocol import Look, Mark, Place, Reply, Sought
from service.mailbox.replies import envelope, match
from service.replies.outcome import Reason

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SETTLE = timedelta(seconds=10)
PLACE = Place("INBOX", 7, 11)
LATER = NOW + timedelta(minutes=1)
INTENT = Intent("box@x", "id", "<d@x>", b"", "a@x", Sought(PLACE), Mark("Drafts", 9, 4), NOW, NOW)


def step(look: Look, reply: Reply | None = None, now: datetime = LATER) -> object:
    return next_step(INTENT, look, reply, now, SETTLE)


def test_a_draft_that_is_there_is_done() -> None:
    assert step(Look({"<d@x>": 17}), Reply("drafts", "d@x")) == Done(17)


def test_a_draft_that_was_sent_or_thrown_away_is_done() -> None:
    assert step(Look({}, frozenset({"<d@x>"}))) == Done(0)


@pytest.mark.parametrize("where", ["drafts", "sent"])
def test_a_draft_that_shows_only_while_replies_are_looked_for_is_done(where: str) -> None:
    assert step(Look({}), Reply(where, "d@x")) == Done(0)  # type: ignore[arg-type]


def test_a_draft_that_never_arrived_is_written() -> None:
    assert step(Look({})) == Append()


@pytest.mark.parametrize("seconds", [0, 9, -9])
def test_a_draft_handed_over_a_moment_ago_is_given_time_to_show(seconds: int) -> None:
    assert step(Look({}), now=NOW + timedelta(seconds=seconds)) == Settle()


def test_a_draft_that_a_person_may_have_removed_is_not_made_again() -> None:
    given_up = step(Look({}, doubtful=True))

    assert isinstance(given_up, GiveUp)
    assert given_up.why.reason == Reason.REMOVED


@pytest.mark.parametrize("where", ["flag", "sent", "drafts"])
def test_a_person_who_answered_meanwhile_was_first(where: str) -> None:
    given_up = step(Look({}), Reply(where))  # type: ignore[arg-type]

    assert isinstance(given_up, GiveUp)
    assert given_up.why.reason == Reason.ANSWERED


@given(st.booleans(), st.booleans(), st.booleans(), st.sampled_from([None, Reply("sent")]), st.integers(-30, 90))
def test_only_a_draft_that_is_surely_nowhere_is_written(
    found: bool, elsewhere: bool, doubtful: bool, reply: Reply | None, seconds: int
) -> None:
    look = Look({"<d@x>": 1} if found else {}, frozenset({"<d@x>"} if elsewhere else ()), doubtful)

    decided = step(look, reply, NOW + timedelta(seconds=seconds))

    if isinstance(decided, Append):
        assert (found, elsewhere, doubtful, reply) == (False, False, False, None)
        assert abs(seconds) >= 10


def test_a_thread_with_a_draft_of_ours_gets_no_second() -> None:
    ours = {"<d@x>"}

    assert in_thread(None, ours, []) is None
    for held in (in_thread(Reply("drafts", "d@x"), ours, []), in_thread(None, ours, ["<d@x>"])):
        assert held is not None
        assert held.reason == Reason.THREAD


def test_a_thread_in_which_a_person_writes_gets_none() -> None:
    held = in_thread(Reply("drafts", "mine@x"), {"<d@x>"}, [])

    assert held is not None
    assert held.reason == Reason.ANSWERED


def test_the_daily_limits_hold_for_the_mailbox_and_for_each_sender() -> None:
    tally = Tally(total=4, by_sender={"anna@x": 2})

    assert over_cap("Anna@x", tally, Caps(mailbox=5, sender=3)) is None
    for caps in (Caps(mailbox=4, sender=9), Caps(mailbox=9, sender=2)):
        held = over_cap("Anna@x", tally, caps)
        assert held is not None
        assert held.reason == Reason.CAP


def test_a_message_id_is_always_the_same_and_not_to_be_guessed() -> None:
    def made(key: bytes = b"key", mailbox: str = "a@x", identity: str = "id", domain: str = "x.example") -> str:
        return message_id_for(key, mailbox, identity, domain)

    assert made() == made()
    assert len({made(), made(b"other"), made(mailbox="b@x"), made(identity="id2")}) == 4
    assert (made()[:10], made()[-11:]) == ("<signpost.", "@x.example>")
    assert made(domain="müller.example").isascii()


def test_the_reply_comes_from_the_address_that_was_written_to() -> None:
    own = (Address("sales@x"), Address("info@x"))
    mail = Mail("id", to=(Address("other@x"),), cc=(Address("INFO@x"),))

    assert writer(mail, own) == Address("info@x")
    assert writer(Mail("id"), own) == Address("sales@x")


def test_a_mail_is_old_when_any_of_its_times_is() -> None:
    assert is_old([LATER, NOW - SETTLE], NOW)
    assert not is_old([LATER, None], NOW)
    assert not is_old([None, None], NOW)


def test_a_mail_of_the_second_in_which_the_watching_began_is_old() -> None:
    assert is_old([NOW.replace(microsecond=0)], NOW.replace(microsecond=700_000))


def test_what_is_sought_is_the_mail_and_its_thread() -> None:
    mail = Mail("id", message_id="<a@x>", in_reply_to="<b@x>", references=("<c@x>", "<b@x>"))

    assert sought(mail, PLACE, NOW) == Sought(PLACE, "a@x", frozenset({"b@x", "c@x"}), NOW)


def test_thread_fields_are_read_however_they_are_written() -> None:
    head = b"message-ID:\r\n <a@x>\r\nIn-Reply-To: your mail <b@x> of Monday\r\nREFERENCES: <c@x>\r\n\t<\xe4@x>\r\n\r\n"

    read = envelope(5, head + b"References: <body@x>\r\n", NOW)

    assert (read.uid, read.message_id, read.received) == (5, "a@x", NOW)
    assert read.names == {"b@x", "c@x", "\ufffd@x"}


def test_only_a_newer_mail_of_ours_in_the_thread_counts_as_an_answer() -> None:
    mail = Sought(PLACE, "q@x", frozenset({"root@x"}), NOW)
    ours = envelope(1, b"Message-ID: <o@x>\r\nIn-Reply-To: <root@x>\r\n", NOW - SETTLE)

    assert match(mail, frozenset(), [ours], []) is None
    assert match(mail, frozenset(), [replace(ours, received=LATER)], []) == Reply("sent", "o@x")
    assert match(replace(mail, message_id="", thread=frozenset()), frozenset(), [ours], [ours]) is None


@given(st.binary(max_size=300))
def test_no_header_bytes_break_the_reading(head: bytes) -> None:
    envelope(1, head)
