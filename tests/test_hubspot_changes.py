"""Changes in a HubSpot portal reach us with the next pull, by few calls, and deletions surely."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from indexer.documents import EVERYONE, PRIVATE
from indexer.sources.http import Line
from indexer.sources.hubspot import HubSpot
from indexer.sources.hubspot_bell import Bell
from indexer.sources.protocol import Checkpoint, Delete, Event, Failure
from tests.contracts_source import upserts
from tests.hubspot_sales import CALLBACK, SECRET, SalesPortal


@pytest.fixture
def portal() -> SalesPortal:
    return SalesPortal()


@pytest.fixture
def line(portal: SalesPortal) -> Iterator[Line]:
    with portal.line() as line:
        yield line


@pytest.fixture
def hubspot(portal: SalesPortal, line: Line) -> HubSpot:
    return HubSpot(line, "vertrieb", EVERYONE, portal.clock.today, Bell(SECRET, CALLBACK))


def cursor_of(events: list[Event]) -> str:
    """The last checkpoint of a pull."""
    (*_, last) = events
    assert isinstance(last, Checkpoint)
    return last.cursor


def deletes(events: list[Event]) -> list[str]:
    return [event.document_id for event in events if isinstance(event, Delete)]


def failures(events: list[Event]) -> list[str]:
    return [event.what for event in events if isinstance(event, Failure)]


def test_a_change_is_told_by_the_next_pull_and_nothing_else(hubspot: HubSpot, portal: SalesPortal, line: Line) -> None:
    cursor = cursor_of(list(hubspot.pull(None)))
    portal.clock.pass_by(600)
    portal.change("notes", portal.note, hs_note_body="<p>Neu: 15 Sitze</p>")
    portal.clock.pass_by(30)

    (document,) = upserts(list(hubspot.pull(cursor)))

    assert document.title == "Neu: 15 Sitze"
    assert document.people[1].name == "Jörg Brückner"


def test_a_quiet_poll_asks_once_a_type(hubspot: HubSpot, portal: SalesPortal, line: Line) -> None:
    cursor = cursor_of(list(hubspot.pull(None)))
    portal.clock.pass_by(30)
    before = line.calls

    events = list(hubspot.pull(cursor))

    assert line.calls - before == 8
    assert upserts(events) == []
    assert not hubspot.census().complete


def test_a_cursor_of_an_older_program_leads_to_one_look_at_everything(hubspot: HubSpot, portal: SalesPortal) -> None:
    due = int(portal.clock.now) + 3600
    older = (
        f'{{"due":{due},"rest":0,"owed":false,"since":{{"notes":1}},"swept":{{"notes":1}},"after":{{}},"told":{{}}}}'
    )

    events = list(hubspot.pull(older))

    assert len(upserts(events)) == 5
    assert upserts(list(hubspot.pull(cursor_of(events)))) == []


def test_what_searches_find_late_is_told_all_the_same(hubspot: HubSpot, portal: SalesPortal) -> None:
    portal.lag = 40
    cursor = cursor_of(list(hubspot.pull(None)))
    portal.change("notes", portal.note, hs_note_body="spät gefunden")
    portal.clock.pass_by(30)
    events = list(hubspot.pull(cursor))
    portal.clock.pass_by(30)

    assert upserts(events) == []
    assert [d.title for d in upserts(list(hubspot.pull(cursor_of(events))))] == ["spät gefunden"]


def test_a_link_made_after_the_note_was_told_is_told_too(hubspot: HubSpot, portal: SalesPortal) -> None:
    cursor = cursor_of(list(hubspot.pull(None)))
    note = portal.create("notes", hs_note_body="Ohne Kunde")
    portal.clock.pass_by(5)
    events = list(hubspot.pull(cursor))
    portal.link(("notes", note), ("companies", portal.company))
    portal.clock.pass_by(60)

    (document,) = upserts(list(hubspot.pull(cursor_of(events))))

    assert upserts(events)[0].customers == ()
    assert document.parent == "Brückner Logistik GmbH"


def test_what_stands_beside_a_record_becomes_private_with_it_at_once(hubspot: HubSpot, portal: SalesPortal) -> None:
    portal.scopes -= {"sales-email-read"}
    cursor = cursor_of(list(hubspot.pull(None)))
    portal.clock.pass_by(600)
    portal.change("companies", portal.company, hs_shared_user_ids="77")
    portal.clock.pass_by(30)

    events = list(hubspot.pull(cursor))

    assert {d.kind for d in upserts(events)} == {"company", "contact", "deal", "note", "activity"}
    assert {d.visibility for d in upserts(events)} == {PRIVATE}
    portal.clock.pass_by(30)
    assert upserts(list(hubspot.pull(cursor_of(events)))) == []


def test_a_link_that_changed_alone_is_found_within_a_day(hubspot: HubSpot, portal: SalesPortal) -> None:
    cursor = cursor_of(list(hubspot.pull(None)))
    portal.unlink(("notes", portal.note), ("contacts", portal.contact))
    portal.clock.pass_by(86_400)

    notes = [d for d in upserts(list(hubspot.pull(cursor))) if d.kind == "note"]

    assert [note.customers for note in notes] == [()]


def test_what_is_deleted_is_told_by_the_next_sweep(hubspot: HubSpot, portal: SalesPortal) -> None:
    events = list(hubspot.pull(None))
    portal.clock.pass_by(60)
    portal.archive("notes", portal.note)
    portal.clock.pass_by(1)

    after = list(hubspot.pull(cursor_of(events)))

    assert deletes(after) == [f"hubspot:vertrieb:note:{portal.note}"]
    portal.restore("notes", portal.note)
    portal.clock.pass_by(60)
    assert [d.kind for d in upserts(list(hubspot.pull(cursor_of(after))))] == ["note"]


def test_what_was_purged_is_missing_in_the_daily_census(hubspot: HubSpot, portal: SalesPortal) -> None:
    events = list(hubspot.pull(None))
    purged = f"hubspot:vertrieb:note:{portal.note}"
    assert purged in hubspot.census().ids
    portal.purge("notes", portal.note)
    portal.clock.pass_by(86_400)

    list(hubspot.pull(cursor_of(events)))
    census = hubspot.census()

    assert census.complete
    assert purged not in census.ids
    assert len(census.ids) == 4


def test_the_census_after_a_look_through_everything_asks_nothing_more(hubspot: HubSpot, line: Line) -> None:
    list(hubspot.pull(None))
    before = line.calls

    assert hubspot.census().complete
    assert line.calls == before


def test_a_look_that_was_broken_off_goes_on_where_it_stopped(hubspot: HubSpot, portal: SalesPortal) -> None:
    for number in range(250):
        portal.create("contacts", firstname="Kontakt", lastname=str(number))
    events = hubspot.pull(None)
    broken = next(event.cursor for event in events if isinstance(event, Checkpoint))

    rest = list(hubspot.pull(broken))

    contacts = [d for d in upserts(rest) if d.kind == "contact"]
    assert len(contacts) == 151
    assert hubspot.census().complete


def test_more_changes_than_a_search_may_give_are_all_told(hubspot: HubSpot, portal: SalesPortal) -> None:
    cursor = cursor_of(list(hubspot.pull(None)))
    portal.clock.pass_by(600)
    portal.wall = 300
    for number in range(500):
        portal.create("tasks", hs_task_subject=f"Aufgabe {number}")
        portal.clock.pass_by(0.02)

    events = list(hubspot.pull(cursor))

    assert len({d.id for d in upserts(events)}) == 500
    assert not failures(events)


@pytest.mark.parametrize("days", [-400, 400])
def test_our_clock_may_be_wrong(portal: SalesPortal, line: Line, days: int) -> None:
    wrong = HubSpot(line, "vertrieb", EVERYONE, lambda: portal.clock.today() + timedelta(days=days))
    cursor = cursor_of(list(wrong.pull(None)))
    portal.clock.pass_by(60)
    portal.change("notes", portal.note, hs_note_body="Trotzdem")
    portal.archive("calls", portal.call)

    events = list(wrong.pull(cursor))

    assert [d.title for d in upserts(events)] == ["Trotzdem"]
    assert len(deletes(events)) == 1
    right = HubSpot(line, "vertrieb", EVERYONE, portal.clock.today)
    assert len(upserts(list(right.pull(cursor_of(events))))) == 4
