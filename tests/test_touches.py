from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import Customer, Document, Person, Section
from indexer.entities import Entity
from indexer.touches import channel_of, colleagues, contacts, is_one_of_us, people, timeline
from tests.builders import NOW, a_card, a_note

BRUECKNER = Entity("Brückner Logistik", "company", (), ("brueckner.example",), (), ())
ANNA = Person("Anna Weber", "owner", "anna@ours.example")
TOM = Person("Tom Okafor", "author", "tom@ours.example")
UTE = Person("Dr. Ute Krämer", "contact", "ute@brueckner.example")


def test_whoever_wrote_last_is_named_first() -> None:
    old = a_note("Call", "…", people=(ANNA,), updated_at=NOW - timedelta(days=30))
    new = a_note("Visit", "…", people=(TOM,), updated_at=NOW)

    assert [c.name for c in colleagues([old, new], BRUECKNER, NOW)] == ["Tom Okafor", "Anna Weber"]


def test_a_comment_of_another_says_nothing_about_when_the_owner_was_in_touch() -> None:
    comment = Section("They called.", "comment", author="Tom Okafor", at=NOW)
    card = a_card("Pilot", people=(ANNA,), sections=(comment,))

    known = {c.name: c.last.at for c in colleagues([card], BRUECKNER, NOW)}

    assert known == {"Tom Okafor": NOW, "Anna Weber": None}


def test_the_customers_own_people_are_not_ours() -> None:
    theirs = Person("Dr. Ute Krämer", "author", "ute@brueckner.example")

    assert colleagues([a_note("Mail", "…", people=(theirs,))], BRUECKNER, NOW) == ()


def test_a_person_does_not_talk_to_themselves() -> None:
    anna = Entity("Anna Weber", "person", (), (), ("anna@ours.example",), ())

    assert colleagues([a_card("Pilot", people=(ANNA,))], anna, NOW) == ()


def test_two_owners_of_open_deals_are_named() -> None:
    deals = [a_card("Deal", kind="deal", key=p.name, people=(p,)) for p in (ANNA, Person("Léa Martin", "owner"))]

    assert set(people(deals, BRUECKNER, NOW).owners) == {"Anna Weber", "Léa Martin"}
    assert people(deals[:1], BRUECKNER, NOW).owners == ()


def test_the_people_on_the_other_side_are_listed_once() -> None:
    notes = [a_note(f"Call {n}", "…", people=(UTE, TOM)) for n in range(3)]

    assert [c.person for c in contacts(notes, BRUECKNER)] == [UTE]


def test_who_owns_and_writes_is_one_of_us_and_who_is_written_to_is_not() -> None:
    card = a_card("Pilot", people=(ANNA, UTE), customers=(Customer("Brückner Logistik"),))

    assert is_one_of_us([card], Entity("Anna Weber", "person", (), (), (), ()))
    assert not is_one_of_us([card], Entity("Dr. Ute Krämer", "person", (), (), (), ()))


def test_a_timeline_runs_from_the_last_touch_back() -> None:
    touched = a_card("Old card", sections=(Section("New comment", at=NOW),), updated_at=NOW - timedelta(days=90))
    changed = a_card("New card", updated_at=NOW - timedelta(days=1))
    undated = a_card("Undated", updated_at=None)

    assert [d.title for d in timeline([undated, changed, touched])] == ["Old card", "New card", "Undated"]


def deal(*owners: Person, **more: Any) -> Document:
    return a_card("Deal", kind="deal", people=owners, **more)


def ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def team(*documents: Document) -> list[str]:
    return [c.name for c in colleagues(documents, BRUECKNER, NOW)]


def comments(author: str, *days: int) -> Document:
    said = tuple(Section("They called.", "comment", author=author, at=ago(d)) for d in days)
    return a_card(f"Card of {author}", sections=said)


def test_the_owner_of_an_open_deal_comes_before_who_wrote_one_old_comment() -> None:
    assert team(comments("Tom Okafor", 400), deal(ANNA, updated_at=ago(20))) == ["Anna Weber", "Tom Okafor"]


def test_many_recent_touches_weigh_more_than_an_ownership_that_nobody_looks_after() -> None:
    busy = comments("Tom Okafor", 1, 2, 3, 5, 8, 9, 12)

    assert team(deal(ANNA, updated_at=ago(1500)), busy) == ["Tom Okafor", "Anna Weber"]


@pytest.mark.parametrize("status", ["archived", "lost"])
def test_what_is_closed_counts_little(status: str) -> None:
    assert team(deal(ANNA, status=status), comments("Tom Okafor", 10, 30)) == ["Tom Okafor", "Anna Weber"]


def test_one_of_us_is_one_however_the_name_is_written() -> None:
    crm = a_note("Call", "…", key="1", people=(Person("Weber, Anna", "author", "anna@ours.example"),))

    assert team(crm, a_card("Pilot", people=(ANNA,)), comments("Anna Weber", 3)) == ["Anna Weber"]


@pytest.mark.parametrize(
    ("document", "channel"),
    [
        (a_note("Call with Mr Aydın", "…"), "call"),
        (a_note("Telefonat mit Brückner", "…"), "call"),
        (a_note("Summary", "…", fields=(("Type", "Meeting"),)), "meeting"),
        (a_note("E-Mail: offer", "…", kind="activity"), "mail"),
        (a_note("Callisto project", "…"), "note"),
        (a_note("Send the offer", "…", kind="activity"), "task"),
        (a_card("Pilot"), "card"),
        (deal(ANNA), ""),
    ],
)
def test_the_channel_is_told_by_the_record(document: Document, channel: str) -> None:
    assert channel_of(document) == channel


def test_what_is_planned_is_no_last_touch() -> None:
    planned = a_note("Visit", "…", key="v", people=(TOM,), updated_at=NOW + timedelta(days=9))
    called = a_note("Call", "…", key="c", people=(TOM,), updated_at=ago(4))

    assert [c.last.at for c in colleagues([planned, called], BRUECKNER, NOW)] == [ago(4)]


PERSON = st.builds(
    Person,
    st.sampled_from(["Anna Weber", "anna weber", "Tom", "Léa Martin", ""]),
    st.sampled_from(["owner", "assignee", "author", "contact", "self"]),
    st.sampled_from([None, "anna@ours.example", "ute@brueckner.example"]),
)
WHEN = st.none() | st.integers(-400, 4000).map(ago)
SECTION = st.builds(Section, st.just("…"), st.just("comment"), author=st.none() | st.just("Tom"), at=WHEN)
DOCUMENT = st.builds(
    lambda key, kind, status, people, sections, at: a_card(
        "Pilot", key=key, kind=kind, status=status, people=tuple(people), sections=tuple(sections), updated_at=at
    ),
    st.text("abc", min_size=1, max_size=3),
    st.sampled_from(["card", "note", "deal", "company", "activity", "contact"]),
    st.sampled_from(["open", "archived", "won", "lost"]),
    st.lists(PERSON, max_size=4),
    st.lists(SECTION, max_size=3),
    WHEN,
)


@given(st.lists(DOCUMENT, max_size=6))
def test_each_of_us_is_named_once_and_never_one_of_them(documents: list[Document]) -> None:
    found = people(documents, BRUECKNER, NOW)

    names = [c.name.casefold() for c in found.team]
    told = {
        n.casefold()
        for d in documents
        for n in [*(p.name for p in d.people), *(s.author for s in d.sections if s.author)]
    }
    assert set(names) <= told
    assert all(c.email != "ute@brueckner.example" for c in found.team)
    assert all(t.document in documents for c in found.team for t in (*c.touches, c.last))
    assert set(found.owners) <= {c.name for c in found.team}
    assert len(found.owners) != 1
