"""Pipedrive read live, from a company on this machine."""

import base64
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from indexer.documents import EVERYONE, PRIVATE
from indexer.errors import Refused
from indexer.knowledge import Knowledge
from indexer.sources.http import Line
from indexer.sources.loose import record, records
from indexer.sources.pipedrive import Pipedrive, place
from indexer.sources.pipedrive_bell import Bell
from indexer.sources.pipedrive_shapes import SHAPES, Words, entry_of, is_gone
from indexer.sources.protocol import Delete, Failure
from tests.contracts_source import SourceContract, upserts
from tests.fakes import HashingEmbedder
from tests.live_index import Index, failures, politeness, titled
from tests.pipedrive_service import GROUPS, TOKEN, Company, a_small_company
from tests.recorded import Answered

FIXTURE = Path(__file__).parents[2] / "shared" / "data" / "sources" / "crm" / "pipedrive_dlt"
DAY = timedelta(days=1, minutes=1)
BUSY = Answered(503, b'{"success":false,"error":"Service Unavailable"}')
BELL = Bell("signpost", "horn-und-glocke")


@contextmanager
def a_pipedrive(company: Company, visibility: str | None = None) -> Iterator[Pipedrive]:
    """The company as a source."""
    with company.serving() as origin:
        there = place("pipedrive:firma", origin, public=False)
        line = Line(there, lambda: {"x-api-token": TOKEN}, politeness())
        try:
            yield Pipedrive(line, "firma", visibility, lambda: company.now, BELL)
        finally:
            line.close()


class TestContract(SourceContract):
    @pytest.fixture
    def source(self) -> Iterator[Pipedrive]:
        with a_pipedrive(a_small_company()) as source:
            yield source


@pytest.fixture
def company() -> Company:
    return a_small_company()


def test_a_note_knows_its_writer_its_deal_and_the_customer(company: Company) -> None:
    with a_pipedrive(company) as source:
        note = titled(list(source.pull(None)), "Will vier Züge")

    assert note.sections[0].text == "Will vier Züge\n\nAngebot bis Mai & Juni"
    assert note.parent == "Pilot Nachtzug"
    assert note.url == "https://firma.pipedrive.com/deal/5"
    assert [(p.name, p.role) for p in note.people] == [("Miriam Özdemir", "author"), ("Anna Rossi", "contact")]
    assert [(c.name, c.domains) for c in note.customers] == [("Alpenbahn AG", ("alpenbahn.example",))]


def test_deals_are_open_won_lost_or_in_the_archive(company: Company) -> None:
    with a_pipedrive(company) as source:
        events = list(source.pull(None))

    deals = {d.title: (d.lane, d.status) for d in upserts(events) if d.kind == "deal"}
    assert deals == {
        "Pilot Nachtzug": ("Verhandlung", "open"),
        "Rahmenvertrag": ("Angebot", "won"),
        "Altlast": ("Verhandlung", "lost"),
        "Archivfund": ("Verhandlung", "archived"),
        "Übernahme": ("Verhandlung", "open"),
    }


def test_people_and_organizations_come_with_addresses_labels_and_own_fields(company: Company) -> None:
    with a_pipedrive(company) as source:
        events = list(source.pull(None))

    assert titled(events, "Anna Rossi").people[0].email == "rossi@alpenbahn.example"
    assert titled(events, "Alpenbahn AG").labels == ("Schlüsselkunde",)
    assert ("Branche", "Spedition") in titled(events, "Brückner Logistik GmbH").fields
    assert ("Value", "50000") in titled(events, "Pilot Nachtzug").fields
    assert not [d for d in upserts(events) if "Title" in dict(d.fields)]


def test_an_activity_is_done_or_open_and_says_what_was_noted(company: Company) -> None:
    with a_pipedrive(company) as source:
        events = list(source.pull(None))

    call, visit = titled(events, "Nachfassen"), titled(events, "Werksbesuch")
    assert (call.status, call.sections[0].text, ("Type", "Call") in call.fields) == ("done", "Wegen der Rampe", True)
    assert visit.status == "open"


def test_what_only_some_may_see_is_private_and_so_are_its_notes(company: Company) -> None:
    with a_pipedrive(company) as source:
        told = {d.title: d.visibility for d in upserts(list(source.pull(None)))}

    assert told["Übernahme"] == told["Preis 4 Mio"] == told["Ohne Ort"] == PRIVATE
    assert told["Pilot Nachtzug"] == told["Will vier Züge"] == told["Rampe zu schmal"] == EVERYONE


def test_a_stated_visibility_opens_what_nobody_restricted_and_nothing_else(company: Company) -> None:
    with a_pipedrive(company, visibility=EVERYONE) as source:
        told = {d.title: d.visibility for d in upserts(list(source.pull(None)))}

    assert told["Ohne Ort"] == EVERYONE
    assert told["Übernahme"] == told["Preis 4 Mio"] == PRIVATE


def test_where_there_are_visibility_groups_only_the_whole_company_is_everyone(company: Company) -> None:
    company.choices = GROUPS
    company.change("organization", 1, visible_to=7)
    with a_pipedrive(company) as source:
        told = {d.title: d.visibility for d in upserts(list(source.pull(None)))}

    assert told["Alpenbahn AG"] == EVERYONE
    assert told["Brückner Logistik GmbH"] == told["Pilot Nachtzug"] == PRIVATE


def test_a_record_that_does_not_say_who_may_see_it_is_private(company: Company) -> None:
    del company.records["organization", 1]["visible_to"]
    with a_pipedrive(company) as source:
        told = {d.title: d.visibility for d in upserts(list(source.pull(None)))}

    assert told["Alpenbahn AG"] == told["Pilot Nachtzug"] == told["Will vier Züge"] == PRIVATE


def test_an_idle_pull_is_one_question(company: Company) -> None:
    with a_pipedrive(company) as source:
        index = Index()
        for _ in range(2):
            company.now += timedelta(minutes=20)
            index.update(source)
        company.now += timedelta(minutes=1)
        before = len(company.asked)
        events = index.update(source)

    assert upserts(events) == []
    assert [asked.path for asked in company.asked[before:]] == ["/v1/recents"]


@pytest.mark.parametrize("recents", [True, False])
def test_a_change_is_told_with_the_next_pull(company: Company, recents: bool) -> None:
    company.tells_recents = recents
    with a_pipedrive(company) as source:
        index = Index()
        index.update(source)
        company.now += timedelta(minutes=20)
        company.change("note", 10, content="<p>Doch fünf Züge</p>")
        company.change("deal", 5, stage_id=2)
        events = index.update(source)

    assert [(d.title, d.lane) for d in upserts(events)] == [("Pilot Nachtzug", "Angebot"), ("Doch fünf Züge", "")]


def test_a_change_that_the_list_of_recent_ones_conceals_is_told_with_the_next_hour(company: Company) -> None:
    company.conceals = True
    with a_pipedrive(company) as source:
        index = Index()
        index.update(source)
        company.change("note", 10, content="<p>Doch fünf Züge</p>")
        soon = index.update(source)
        company.now += timedelta(hours=1)
        later = index.update(source)

    assert upserts(soon) == []
    assert [d.title for d in upserts(later)] == ["Doch fünf Züge"]


@pytest.mark.parametrize("purged", [False, True])
@pytest.mark.parametrize("kind", ["note", "person", "deal", "activity"])
def test_what_was_deleted_is_gone_with_the_next_pull(company: Company, kind: str, purged: bool) -> None:
    with a_pipedrive(company) as source:
        index = Index()
        index.update(source)
        number = next(n for of, n in company.records if of == kind)
        company.delete(kind, number, purged)
        events = index.update(source)

    gone = f"pipedrive:firma:{SHAPES[f'{kind}s'.replace('ys', 'ies')].kind}:{number}"
    assert {event.document_id for event in events if isinstance(event, Delete)} == {gone}
    assert gone not in index.documents
    assert len(index.documents) == 14


def test_without_a_list_of_what_is_recent_a_purged_person_is_gone_within_a_day(company: Company) -> None:
    company.tells_recents = False
    with a_pipedrive(company) as source:
        index = Index()
        index.update(source)
        company.delete("person", 4, purged=True)
        company.now += DAY
        index.update(source)

    assert "pipedrive:firma:contact:4" not in index.documents


def test_a_new_name_of_an_organization_reaches_its_notes_within_a_day(company: Company) -> None:
    with a_pipedrive(company) as source:
        index = Index()
        index.update(source)
        company.change("organization", 1, name="Alpenbahn SE")
        company.now += DAY
        index.update(source)

    assert [c.name for c in index.documents["pipedrive:firma:note:10"].customers] == ["Alpenbahn SE"]


def test_a_deal_that_moves_into_the_archive_stays_and_is_archived(company: Company) -> None:
    with a_pipedrive(company) as source:
        index = Index()
        index.update(source)
        company.change("deal", 5, is_archived=True)
        company.now += DAY
        index.update(source)

    assert index.documents["pipedrive:firma:deal:5"].status == "archived"
    assert index.documents["pipedrive:firma:note:10"].parent == "Pilot Nachtzug"


def test_a_company_without_an_archive_is_read_all_the_same(company: Company) -> None:
    company.archive = False
    with a_pipedrive(company) as source:
        assert source.check() == []
        events = list(source.pull(None))
        assert source.census().complete

    assert len(upserts(events)) == 14


def test_notes_that_move_up_while_they_are_read_are_not_missed(company: Company) -> None:
    for day in range(9):
        company.add("note", content=f"Anruf {day}", org_id=1)
    with a_pipedrive(company) as source:
        events = []
        for event in source.pull(None):
            events.append(event)
            if "note" in str(event) and ("note", 24) in company.records:
                for number in (24, 23, 22):
                    company.delete("note", number, purged=True)

    assert {f"Anruf {day}" for day in range(6)} <= {d.title for d in upserts(events)}


def test_a_null_among_the_rows_is_passed_over(company: Company) -> None:
    company.moods = ["null"] * 40
    with a_pipedrive(company) as source:
        events = list(source.pull(None))

    assert len(upserts(events)) == 15
    assert failures(events) == []


def test_the_recorded_answer_with_a_null_is_read() -> None:
    path = FIXTURE / "recents_response_with_null.json"
    if not path.exists():
        pytest.skip("the recorded answer of Pipedrive is not here")
    rows = records(json.loads(path.read_text())["data"])
    people = [record(row["data"]) for row in rows if row["data"]]

    assert [row["id"] for row in rows if row["data"] is None] == [4]
    assert [entry_of(SHAPES["persons"], each, Words()).title for each in people] == ["some name 525", "some deal user"]
    assert not any(map(is_gone, people))
    assert "pipedrivemail" not in repr([entry_of(SHAPES["persons"], each, Words()) for each in people])


def test_a_missing_scope_is_named_and_the_rest_goes_on(company: Company) -> None:
    company.scopes -= {"activities:read"}
    with a_pipedrive(company) as source:
        (sentence,) = source.check()
        events = list(source.pull(None))

    assert sentence.startswith("Pipedrive (pipedrive:firma) keeps back its activities")
    assert "activities:read" in sentence
    assert failures(events) == [sentence]
    assert len(upserts(events)) == 13


def test_a_scope_that_goes_away_deletes_nothing(company: Company) -> None:
    with a_pipedrive(company) as source:
        index = Index()
        index.update(source)
        company.scopes -= {"contacts:read"}
        company.now += DAY
        index.update(source)
        assert not source.census().complete

    assert len(index.documents) == 15


def test_the_token_is_in_no_address_error_or_document(company: Company) -> None:
    with a_pipedrive(company) as source:
        told = repr(list(source.pull(None)))
    refused = Answered(401, json.dumps({"success": False, "error": f"unauthorized {TOKEN}"}).encode())
    company.moods = [refused] * 9
    with a_pipedrive(company) as source, pytest.raises(Refused) as error:
        list(source.pull(None))

    assert TOKEN not in told + str(error.value)
    assert "Make a new token" in str(error.value)
    assert not [asked for asked in company.asked if TOKEN in repr((asked.path, asked.query))]


def test_a_fetch_that_fails_buries_nothing(company: Company) -> None:
    company.moods = [BUSY] * 50
    with a_pipedrive(company) as source:
        (event,) = source.fetch(["pipedrive:firma:note:10"])

    assert isinstance(event, Failure)
    assert event.retryable


def test_a_fetched_note_is_private_as_soon_as_its_deal_is(company: Company) -> None:
    with a_pipedrive(company) as source:
        list(source.pull(None))
        company.change("deal", 5, visible_to=1)
        (note,) = upserts(list(source.fetch(["pipedrive:firma:note:10"])))

    assert note.visibility == PRIVATE


def a_call(entity: str = "deal", user: str = "signpost", password: str = "horn-und-glocke", **meta: Any) -> Any:
    """Headers and body of a webhook call."""
    said = base64.b64encode(f"{user}:{password}".encode()).decode()
    told = {"action": "change", "entity": entity, "entity_id": "5", "version": "2.0", "id": "0190-uuid"} | meta
    return {"Authorization": f"Basic {said}"}, json.dumps({"meta": told, "data": {"title": "Böse"}}).encode()


def test_a_webhook_names_what_to_read_again_and_is_no_data(company: Company) -> None:
    with a_pipedrive(company) as source:
        assert source.rung(*a_call()) == ("pipedrive:firma:deal:5",)
        assert source.rung(*a_call("note", entity_id=10)) == ("pipedrive:firma:note:10",)
        assert source.rung(*a_call("organization")) == ("pipedrive:firma:company:5",)
        assert source.rung(*a_call("stage")) == ()
        assert source.rung(a_call()[0], b"not json") == ()


def test_a_forged_webhook_is_rejected(company: Company) -> None:
    with a_pipedrive(company) as source:
        assert source.rung(*a_call(password="geraten")) is None
        assert source.rung({}, a_call()[1]) is None
        assert source.rung({"authorization": "Basic %%%"}, a_call()[1]) is None
    assert Bell("", "").rung({"authorization": "Basic Og=="}, b"{}", "pipedrive:firma") is None


def test_an_index_follows_what_people_change_and_delete(company: Company, tmp_path: Path) -> None:
    knowledge = Knowledge(tmp_path, HashingEmbedder)
    with a_pipedrive(company) as source:
        first = knowledge.update([source]).sources[0]
        company.delete("activity", 14)
        company.change("note", 10, content="<p>Doch fünf Züge</p>")
        second = knowledge.update([source]).sources[0]
        third = knowledge.update([source]).sources[0]
    knowledge.close()

    assert (first.added, first.failures) == (15, ())
    assert (second.changed, second.deleted, second.failures) == (1, 1, ())
    assert (third.added, third.changed, third.deleted) == (0, 0, 0)


def stir(company: Company, chance: random.Random) -> None:
    """Some people at work."""
    for _ in range(chance.randrange(4)):
        living = [key for key, each in company.records.items() if not each["is_deleted"]]
        kind, number = chance.choice(living)
        match chance.randrange(5):
            case 0:
                company.add("note", content=f"Notiz {number}", deal_id=5, org_id=1)
            case 1 if len(living) > 8:
                company.delete(kind, number, purged=chance.random() < 0.5)
            case 2 if kind == "deal":
                company.change(kind, number, is_archived=not company.records[kind, number]["is_archived"])
            case _:
                title = {"note": "content", "deal": "title", "activity": "subject"}.get(kind, "name")
                company.change(kind, number, **{title: f"Stand {chance.random():.3f}"})


def disturb(company: Company, chance: random.Random) -> None:
    """Some trouble in the next calls."""
    refused = Answered(401, b'{"success":false,"error":"unauthorized access"}')
    broken = Answered(200, b'{"success":true,"data":[')
    weather: list[Answered | str | None] = [*[None] * 8, "again", "skip", "null", refused, broken, BUSY]
    company.moods = [chance.choice(weather) for _ in range(40)]
    company.moods[5:5] = [BUSY] * chance.choice([0, 0, 3, 8])
    company.tells_recents = chance.random() < 0.7
    company.now += chance.choice([timedelta(0), timedelta(minutes=20), timedelta(hours=2), DAY])


@pytest.mark.parametrize("seed", range(8))
def test_whatever_goes_wrong_the_end_is_as_if_nothing_had(seed: int) -> None:
    chance, company, index = random.Random(seed), a_small_company(), Index()
    with a_pipedrive(company) as source:
        for _ in range(6):
            stir(company, chance)
            disturb(company, chance)
            there = {tuple(key.rsplit(":", 2)[1:]) for key in index.documents}
            index.update(source, chance.choice([chance.randrange(40), 10**9]))
            words = {shape.word: shape.kind for shape in SHAPES.values()}
            living = {(words[kind], str(n)) for (kind, n), each in company.records.items() if not each["is_deleted"]}
            assert there & living <= {tuple(key.rsplit(":", 2)[1:]) for key in index.documents}
        company.moods, company.now = [], company.now + DAY
        index.update(source)
        calm = {document.id: document for document in upserts(list(source.pull(None)))}

    assert index.documents == calm


def test_killed_after_any_event_and_run_again_the_end_is_the_same(company: Company) -> None:
    with a_pipedrive(company) as source:
        events = list(source.pull(None))
        calm = {document.id: document for document in upserts(events)}
        for killed in range(len(events)):
            index = Index()
            index.update(source, killed)
            index.update(source)
            assert index.documents == calm
