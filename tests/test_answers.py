"""What servers say of mails is read to the letter: nothing is guessed, nothing is taken for another mail's."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mailbox.answers import LARGEST, Record, fetched, found, moment, texts

UIDS = st.integers(1, LARGEST)


def test_the_items_of_a_mail_are_read_in_any_order_and_case() -> None:
    line = b'3 (flags (\\Seen $Wichtig) Rfc822.Size 1200 UID 11 INTERNALDATE " 2-Mar-2026 10:00:00 +0100")'

    (told,) = fetched([line], [11]).values()

    assert (told.uid, told.size, told.flags) == (11, 1200, frozenset({"\\Seen", "$Wichtig"}))
    assert told.received == datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_a_text_may_be_a_literal_a_quoted_string_or_nothing() -> None:
    lines: list[Record] = [
        (b"1 (UID 11 BODY[] {5}", b"Gr\xfc\xdfe"),
        b")",
        b'2 (BODY[] "a \\"b\\"" UID 12)',
        b"3 (UID 13 BODY[] NIL)",
    ]

    assert texts(fetched(lines, [11, 12, 13]).values(), b"BODY[]") == {11: b"Gr\xfc\xdfe", 12: b'a "b"'}


def test_a_place_in_the_list_is_never_taken_for_a_uid() -> None:
    assert fetched([(b"11 (BODY[] {3}", b"abc"), b")"], [11]) == {}


def test_what_was_not_asked_for_is_left_out_and_answers_in_pieces_come_together() -> None:
    told = fetched([b"1 (UID 11 RFC822.SIZE 3)", b"9 (UID 99 RFC822.SIZE 7)", b"1 (UID 11 FLAGS ())"], [11])

    assert {uid: (one.size, one.flags) for uid, one in told.items()} == {11: (3, frozenset())}


@pytest.mark.parametrize(
    "line",
    [
        *(
            b"1 (UID 11",
            b"1 UID 11",
            b"eleven (UID 11)",
            b"1 (UID)",
            b'1 (UID 11 FLAGS ("a)',
            b"1 (UID 11))",
            b"(",
            b"",
        ),
        *(b"1 (BODY[ {3}", b"1 (UID 11 X " + b"(" * 100_000 + b")" * 100_000 + b")", b'1 ("' + b'\\"' * 100_000),
    ],
)
def test_what_cannot_be_read_is_said_to_be_so(line: bytes) -> None:
    with pytest.raises(ValueError, match="the server"):
        fetched([line], [11])


@given(st.lists(st.one_of(st.binary(max_size=40), st.tuples(st.binary(max_size=20), st.binary(max_size=20)))))
def test_whatever_comes_is_read_or_refused(records: list[bytes | tuple[bytes, bytes]]) -> None:
    try:
        assert fetched(records, [1]).keys() <= {1}
    except ValueError as error:
        assert "the server" in str(error)  # noqa: PT017 (both ends are right)


@given(st.lists(UIDS), UIDS)
def test_uids_rise_come_once_and_begin_where_they_were_asked_from(uids: list[int], first: int) -> None:
    line = b" ".join(b"%d" % uid for uid in [*uids, *uids])

    assert found([line, b"", b"7 (MODSEQ 917162500)"], first) == sorted({u for u in [*uids, 7] if u >= first})


@pytest.mark.parametrize("line", [b"11 twelve", b"-1", b"4294967296", b"9" * 5000, b"11 (((", b"1:12"])
def test_what_is_no_uid_is_not_made_one(line: bytes) -> None:
    with pytest.raises(ValueError, match="the server calls a mail"):
        found([line])


def test_nought_is_no_mail() -> None:
    assert found([b"0 11"]) == [11]


@given(st.datetimes(datetime(1970, 1, 1), datetime(9999, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_the_time_of_arrival_is_read_in_any_zone(at: datetime, minutes: int) -> None:
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    zone = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"
    said = f'"{at.day:2d}-{months[at.month - 1]}-{at.year:04d} {at:%H:%M:%S} {zone}"'

    assert moment(said.encode()) == at.replace(microsecond=0, tzinfo=UTC) - timedelta(minutes=minutes)


@pytest.mark.parametrize("said", [None, b"NIL", b'"31-Feb-2026 10:00:00 +0000"', b'"01-Jan-0001 00:00:00 +1400"'])
def test_a_time_that_cannot_be_is_none(said: object) -> None:
    assert moment(said) is None
