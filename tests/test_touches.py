from datetime import timedelta

from indexer.documents import Customer, Person, Section
from indexer.entities import Entity
from service.web.touches import colleagues, contacts, is_one_of_us, owners_in_conflict, timeline
from tests.builders import NOW, a_card, a_note

BRUECKNER = Entity("Brückner Logistik", "company", (), ("brueckner.example",), (), ())
ANNA = Person("Anna Weber", "owner", "anna@ours.example")
TOM = Person("Tom Okafor", "author", "tom@ours.example")
UTE = Person("Dr. Ute Krämer", "contact", "ute@brueckner.example")


def test_whoever_wrote_last_is_named_first() -> None:
    old = a_note("Call", "…", people=(ANNA,), updated_at=NOW - timedelta(days=30))
    new = a_note("Visit", "…", people=(TOM,), updated_at=NOW)

    assert [c.name for c in colleagues([old, new], BRUECKNER)] == ["Tom Okafor", "Anna Weber"]


def test_a_comment_of_another_says_nothing_about_when_the_owner_was_in_touch() -> None:
    comment = Section("They called.", "comment", author="Tom Okafor", at=NOW)
    card = a_card("Pilot", people=(ANNA,), sections=(comment,))

    known = {c.name: c.last.at for c in colleagues([card], BRUECKNER)}

    assert known == {"Tom Okafor": NOW, "Anna Weber": None}


def test_the_customers_own_people_are_not_ours() -> None:
    theirs = Person("Dr. Ute Krämer", "author", "ute@brueckner.example")

    assert colleagues([a_note("Mail", "…", people=(theirs,))], BRUECKNER) == ()


def test_a_person_does_not_talk_to_themselves() -> None:
    anna = Entity("Anna Weber", "person", (), (), ("anna@ours.example",), ())

    assert colleagues([a_card("Pilot", people=(ANNA,))], anna) == ()


def test_two_owners_of_open_deals_are_named() -> None:
    deals = [a_card("Deal", kind="deal", key=p.name, people=(p,)) for p in (ANNA, Person("Léa Martin", "owner"))]

    assert set(owners_in_conflict(deals)) == {"Anna Weber", "Léa Martin"}
    assert owners_in_conflict(deals[:1]) == ()


def test_the_people_on_the_other_side_are_listed_once() -> None:
    notes = [a_note(f"Call {n}", "…", people=(UTE, TOM)) for n in range(3)]

    assert contacts(notes, BRUECKNER) == (UTE,)


def test_who_owns_and_writes_is_one_of_us_and_who_is_written_to_is_not() -> None:
    card = a_card("Pilot", people=(ANNA, UTE), customers=(Customer("Brückner Logistik"),))

    assert is_one_of_us([card], Entity("Anna Weber", "person", (), (), (), ()))
    assert not is_one_of_us([card], Entity("Dr. Ute Krämer", "person", (), (), (), ()))


def test_a_timeline_runs_from_the_last_touch_back() -> None:
    touched = a_card("Old card", sections=(Section("New comment", at=NOW),), updated_at=NOW - timedelta(days=90))
    changed = a_card("New card", updated_at=NOW - timedelta(days=1))
    undated = a_card("Undated", updated_at=None)

    assert [d.title for d in timeline([undated, changed, touched])] == ["Old card", "New card", "Undated"]
