"""Salesforce read live, from an org on this machine that is checked by a client we did not write."""

import csv
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from indexer.documents import EVERYONE, PRIVATE, Document
from indexer.errors import Refused
from indexer.knowledge import Knowledge
from indexer.sources.basic import basic
from indexer.sources.crm_csv import CrmCsv
from indexer.sources.http import Line
from indexer.sources.protocol import Delete, Failure, Notice
from indexer.sources.salesforce import Salesforce, place
from indexer.sources.salesforce_login import Login
from indexer.sources.salesforce_shapes import note_text
from tests.contracts_source import SourceContract, upserts
from tests.fakes import HashingEmbedder
from tests.live_index import Index, failures, politeness, titled
from tests.recorded import Answered
from tests.salesforce_service import COMMON, OBJECTS, TOKEN, Org, Refusal, a_small_org, long_id, written

DAY = timedelta(days=1, minutes=1)
BUSY = Answered(503, b"Server Unavailable")


@contextmanager
def a_salesforce(org: Org, visibility: str | None = EVERYONE, login: bool = False) -> Iterator[Salesforce]:
    """The org as a source, by a fixed token or by a login."""
    with org.serving() as origin:
        there = place("salesforce:firma", origin, public=False)
        door = Line(there, lambda: basic("3MVG9app", "app-secret"), politeness())
        by = Login(door)
        line = Line(there, by.headers if login else lambda: {"Authorization": f"Bearer {TOKEN}"}, politeness())
        try:
            yield Salesforce(line, "firma", visibility, lambda: org.now, by.renew if login else None)
        finally:
            line.close()
            door.close()


def number(org: Org, **told: Any) -> str:
    """The id of the record of which this is true."""
    return next(key for key, each in org.records.items() if told.items() <= each.items())


class TestContract(SourceContract):
    @pytest.fixture
    def source(self) -> Iterator[Salesforce]:
        with a_salesforce(a_small_org()) as source:
            yield source


@pytest.fixture
def org() -> Org:
    return a_small_org()


def test_a_note_knows_its_writer_its_deal_and_the_customer_of_that_deal(org: Org) -> None:
    with a_salesforce(org) as source:
        note = titled(list(source.pull(None)), "Telefonat")

    assert note.kind == "note"
    assert [(p.name, p.role, p.email) for p in note.people] == [("Miriam Özdemir", "author", "miriam@firma.example")]
    assert note.parent == "Pilot Nachtzug"
    assert [(c.name, c.domains) for c in note.customers] == [("Alpenbahn AG", ("alpenbahn.example",))]
    assert note.url.endswith(f"/lightning/r/Note/{note.id.rpartition(':')[2]}/view")


def test_the_text_of_a_new_note_is_read_whole_and_its_blocks_stay_apart(org: Org) -> None:
    with a_salesforce(org) as source:
        note = titled(list(source.pull(None)), "Besuch in Wien")

    assert note.sections[0].text == "Rampe zu schmal\n\nNeue Rampe im Juni & Juli"
    assert note.parent == "Pilot Nachtzug"


def test_a_private_note_and_one_on_no_record_are_private(org: Org) -> None:
    with a_salesforce(org) as source:
        events = list(source.pull(None))

    assert titled(events, "Nur für mich").visibility == PRIVATE
    assert titled(events, "Einkaufsliste").visibility == PRIVATE
    assert titled(events, "Telefonat").visibility == EVERYONE


def test_without_a_stated_visibility_all_is_private_and_that_is_said(org: Org) -> None:
    with a_salesforce(org, visibility=None) as source:
        events = list(source.pull(None))

    assert {document.visibility for document in upserts(events)} == {PRIVATE}
    assert any("private" in event.text for event in events if isinstance(event, Notice))


def test_deals_are_won_lost_or_open_as_salesforce_itself_says(org: Org) -> None:
    with a_salesforce(org) as source:
        events = list(source.pull(None))

    deals = {d.title: (d.lane, d.status) for d in upserts(events) if d.kind == "deal"}
    assert deals == {
        "Pilot Nachtzug": ("Verhandlung", "open"),
        "Rahmenvertrag": ("Closed Won", "won"),
        "Altlast": ("Ende", "lost"),
    }


def test_an_account_is_its_own_customer_with_its_people_and_own_fields(org: Org) -> None:
    with a_salesforce(org) as source:
        account = titled(list(source.pull(None)), "Brückner Logistik GmbH")

    assert account.customers[0].domains == ("brueckner.example",)
    assert ("Branche", "Spedition") in account.fields
    assert {(p.name, p.role) for p in account.people} == {("Miriam Özdemir", "owner"), ("Jörg Brückner", "contact")}


def test_a_changed_note_is_told_alone_and_an_idle_pull_asks_once_for_each_object(org: Org) -> None:
    with a_salesforce(org) as source:
        index = Index()
        index.update(source)
        org.change(number(org, Title="Telefonat"), Body="Doch fünf Züge")
        changed = index.update(source)
        before = len(org.asked)
        idle = index.update(source)

    assert [d.sections[0].text for d in upserts(changed)] == ["Doch fünf Züge"]
    assert upserts(idle) == []
    assert len(org.asked) - before == 7


def test_the_text_of_a_note_is_asked_for_only_when_the_note_changed(org: Org) -> None:
    with a_salesforce(org) as source:
        index = Index()
        index.update(source)
        org.now += DAY
        before = len(org.asked)
        index.update(source)

    assert not [asked for asked in org.asked[before:] if asked.path.endswith("/Content")]
    assert any("Rampe" in d.title or "Wien" in d.title for d in index.documents.values())


def test_a_change_that_became_visible_late_is_still_told(org: Org) -> None:
    with a_salesforce(org) as source:
        index = Index()
        index.update(source)
        late = org.add("Task", Subject="Lange Buchung")
        org.records[late]["SystemModstamp"] -= timedelta(minutes=4)
        events = index.update(source)

    assert [d.title for d in upserts(events)] == ["Lange Buchung"]


def test_many_records_of_one_moment_are_read_again_no_more_once_it_is_past(org: Org) -> None:
    org.batch, org.step = 2000, timedelta(0)
    for day in range(900):
        org.add("Task", Subject=f"Import {day}")
    with a_salesforce(org) as source:
        index = Index()
        index.update(source)
        org.now += timedelta(minutes=10)
        index.update(source)
        events = index.update(source)

    assert upserts(events) == []
    assert "Import" not in (index.cursor or "")
    assert len(index.cursor or "") < 2000


@pytest.mark.parametrize("purged", [False, True])
def test_what_was_deleted_is_gone_with_the_next_pull_or_the_next_hour(org: Org, purged: bool) -> None:
    with a_salesforce(org) as source:
        index = Index()
        index.update(source)
        gone = number(org, Subject="Nachfassen")
        org.delete(gone, purged)
        org.now += timedelta(hours=1) if purged else timedelta(0)
        events = index.update(source)

    assert [e.document_id for e in events if isinstance(e, Delete)] == [f"salesforce:firma:activity:{gone}"]
    assert failures(events) == []


def test_a_hole_in_the_list_of_deletions_is_mended_by_counting(org: Org) -> None:
    with a_salesforce(org) as source:
        index = Index()
        index.update(source)
        org.delete(number(org, Title="Telefonat"), purged=True)
        org.now += timedelta(hours=2)
        org.log_begins = org.now
        index.update(source)

    assert "Telefonat" not in {d.title for d in index.documents.values()}
    assert len(index.documents) == 13


def test_a_record_that_came_back_out_of_the_bin_is_not_buried(org: Org) -> None:
    with a_salesforce(org) as source:
        index = Index()
        index.update(source)
        back = number(org, Title="Telefonat")
        org.delete(back)
        org.change(back, IsDeleted=False)
        org.now += timedelta(hours=2)
        index.update(source)

    assert f"salesforce:firma:note:{back}" in index.documents


def test_a_new_name_of_an_account_reaches_its_notes_within_a_day(org: Org) -> None:
    with a_salesforce(org) as source:
        index = Index()
        index.update(source)
        org.change(number(org, Name="Alpenbahn AG"), Name="Alpenbahn SE")
        org.now += DAY
        index.update(source)

    assert {c.name for d in index.documents.values() if d.title == "Telefonat" for c in d.customers} == {"Alpenbahn SE"}


def test_a_query_that_salesforce_forgot_goes_on_where_it_was(org: Org) -> None:
    forgotten = Answered(400, b'[{"errorCode": "INVALID_QUERY_LOCATOR", "message": "invalid query locator"}]')
    for day in range(9):
        org.add("Task", Subject=f"Anruf {day}")
    with a_salesforce(org) as source:
        calm = list(source.pull(None))
        at = next(i for i, a in enumerate(org.asked) if "/query/" in a.path)
        org.moods = [*[None] * at, forgotten]
        events = list(source.pull(None))

    assert {d.id: d for d in upserts(events)} == {d.id: d for d in upserts(calm)}
    assert failures(events) == []


def test_a_page_that_was_left_out_is_noticed_and_asked_for_again(org: Org) -> None:
    for day in range(9):
        org.add("Task", Subject=f"Anruf {day}")
    with a_salesforce(org) as source:
        calm, index = {d.id: d for d in upserts(list(source.pull(None)))}, Index()
        at = next(i for i, a in enumerate(org.asked) if "/query/" in a.path)
        org.moods = [*[None] * at, "skip"]
        events = index.update(source)
        assert "counted 11 records" in failures(events)[0]
        index.update(source)

    assert index.documents == calm


def test_an_object_out_of_sight_is_named_and_the_others_go_on(org: Org) -> None:
    org.hidden = {"ContentNote"}
    with a_salesforce(org) as source:
        (sentence,) = source.check()
        events = list(source.pull(None))

    assert sentence.startswith("Salesforce (salesforce:firma) keeps back ContentNote records")
    assert "permission set" in sentence
    assert len(upserts(events)) == 12
    assert failures(events) == [sentence]


@pytest.mark.parametrize("hidden", ["Contact", "Contact.Email", "Account.OwnerId", "Opportunity"])
def test_accounts_are_read_whatever_else_is_out_of_sight(org: Org, hidden: str) -> None:
    org.hidden = {hidden}
    with a_salesforce(org) as source:
        told = {d.title for d in upserts(list(source.pull(None)))}

    assert {"Brückner Logistik GmbH", "Alpenbahn AG", "Telefonat", "Nachfassen"} <= told


def test_a_field_out_of_sight_is_named_and_the_rest_of_the_record_is_read(org: Org) -> None:
    org.hidden = {"Task.Description"}
    with a_salesforce(org) as source:
        (sentence,) = source.check()
        task = titled(list(source.pull(None)), "Nachfassen")

    assert "Description of Task" in sentence
    assert task.sections == ()


def test_a_field_that_goes_away_between_two_pulls_stops_nothing(org: Org) -> None:
    with a_salesforce(org) as source:
        index = Index()
        index.update(source)
        org.hidden = {"Note.Body", "Account.Branche__c"}
        org.change(number(org, Title="Telefonat"), Title="Rückruf")
        events = index.update(source)

    assert [d.title for d in upserts(events)] == ["Rückruf"]
    assert len(failures(events)) == 1
    assert "Body of Note" in failures(events)[0]


@pytest.mark.parametrize("hidden", ["Contact.Email", "Account.Branche__c", "Opportunity.Amount"])
def test_a_record_is_fetched_although_a_field_went_away_since(org: Org, hidden: str) -> None:
    with a_salesforce(org) as source:
        list(source.pull(None))
        org.hidden = {hidden}
        org.change(number(org, Title="Telefonat"), Title="Rückruf")
        (note,) = upserts(list(source.fetch([f"salesforce:firma:note:{number(org, Title='Rückruf')}"])))

    assert note.title == "Rückruf"
    assert note.customers[0].name == "Alpenbahn AG"


def test_an_object_that_goes_out_of_sight_deletes_nothing(org: Org) -> None:
    with a_salesforce(org) as source:
        index = Index()
        index.update(source)
        org.hidden = {"Note"}
        org.now += DAY
        index.update(source)
        assert not source.census().complete

    assert len(index.documents) == 14


def test_a_used_up_day_is_told_in_one_sentence_and_goes_on_later(org: Org) -> None:
    used_up = Refusal(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.").answered
    with a_salesforce(org) as source:
        index = Index()
        org.moods = [*[None] * 12, used_up]
        events = index.update(source)
        index.update(source)

    assert len(failures(events)) == 1
    assert "as many calls in 24 hours" in failures(events)[0]
    assert len(index.documents) == 14


def test_a_fifth_of_the_calls_of_a_day_is_left_to_others(org: Org) -> None:
    org.left = 15_000
    with a_salesforce(org) as source:
        (sentence,) = failures(list(source.pull(None)))

    assert "its limits let nobody call" in sentence
    assert len(org.asked) == 1


def test_a_login_gets_a_token_and_another_when_that_is_refused(org: Org) -> None:
    with a_salesforce(org, login=True) as source:
        first = list(source.pull(None))
        org.tokens = {"expired"}
        second = list(source.pull(None))

    assert len(upserts(first)) == 14
    assert upserts(second) == upserts(first)
    assert sum(asked.path == "/services/oauth2/token" for asked in org.asked) == 2


def test_no_secret_is_in_an_address_an_error_or_a_document(org: Org) -> None:
    org.tokens = set()
    with a_salesforce(org) as source, pytest.raises(Refused) as refused:
        list(source.pull(None))

    assert TOKEN not in str(refused.value)
    assert "Salesforce (salesforce:firma) refused" in str(refused.value)
    assert not [asked for asked in org.asked if TOKEN in repr((asked.path, asked.query))]


def test_a_login_with_a_wrong_secret_is_refused_with_a_way_out() -> None:
    wrong = Answered(400, b'{"error":"invalid_client","error_description":"invalid client credentials"}')
    org = Org(moods=[wrong])
    with a_salesforce(org, login=True) as source:
        (sentence,) = source.check()

    assert "gives the app no token" in sentence
    assert "app-secret" not in sentence


@pytest.mark.parametrize(
    "wrong", ["note:0025g0000000999AAA", "note:0025' OR Id != '", "deal:0025g0000000009AAA", "note:"]
)
def test_ids_that_nobody_bears_are_fetched_as_deleted(org: Org, wrong: str) -> None:
    with a_salesforce(org) as source:
        (event,) = source.fetch([f"salesforce:firma:{wrong}"])

    assert isinstance(event, Delete)


def test_a_fetch_that_fails_buries_nothing(org: Org) -> None:
    with a_salesforce(org) as source:
        org.moods = [BUSY] * 50
        (event,) = source.fetch([f"salesforce:firma:note:{number(org, Title='Telefonat')}"])

    assert isinstance(event, Failure)
    assert event.retryable


def test_a_note_reads_the_same_whether_it_comes_in_base64_or_plain() -> None:
    assert note_text(b"PHA+UmFtcGUgenUgc2NobWFsPC9wPg==", "Rampe zu schmal") == "<p>Rampe zu schmal</p>"
    assert note_text("<p>Rampe für Züge</p>".encode(), "Rampe für Züge") == "<p>Rampe für Züge</p>"
    assert note_text(b"Test", "Test") == "Test"


def test_an_unknown_world_of_fields_raises_nothing() -> None:
    org = a_small_org()
    for each in org.records.values():
        each |= {
            name: None
            for name in each
            if name not in ("Id", "kind", "IsDeleted") and not name.endswith(("Date", "stamp"))
        }
    with a_salesforce(org) as source:
        documents = upserts(list(source.pull(None)))

    assert len(documents) == 14
    assert all(document.title for document in documents)


def exported(org: Org, folder: Path) -> Path:
    """The org as the Data Loader writes it: a file for each object, a column for each field, yes and no as words."""
    for kind in ("User", "Account", "Contact", "Opportunity", "Note", "Task", "Event"):
        rows = [each for each in org.records.values() if each["kind"] == kind]
        names = [*COMMON, *OBJECTS[kind][1].split(), *(["Username", "ProfileId"] if kind == "User" else [])]
        with (folder / f"{kind}.csv").open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            table.writerow(names)
            table.writerows([_as_exported(row.get(name)) for name in names] for row in rows)
    return folder


def _as_exported(value: Any) -> str:
    if isinstance(value, datetime):
        return written(value)
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def likeness(document: Document) -> tuple[object, ...]:
    """What of a document has to be the same however it was read: all but source, link and fields."""
    people = {(p.name, p.role, p.email) for p in document.people}
    sections = tuple(section.text for section in document.sections)
    customers = {(c.name, c.id, c.domains) for c in document.customers}
    times = (document.created_at, document.updated_at)
    whole = (document.kind, document.title, document.parent, document.lane, document.status, document.visibility)
    return (*whole, sections, frozenset(people), frozenset(customers), times)


def test_a_record_reads_the_same_live_and_from_an_export(org: Org, tmp_path: Path) -> None:
    export = CrmCsv(exported(org, tmp_path), "firma", visibility=EVERYONE)
    with a_salesforce(org) as source:
        live = {d.id.rpartition(":")[2]: d for d in upserts(list(source.pull(None)))}
    read = {d.id.rpartition(":")[2]: d for d in upserts(list(export.pull(None)))}

    assert len(read) == 12
    assert {key: likeness(live[key]) for key in read} == {key: likeness(each) for key, each in read.items()}


def test_an_index_follows_what_people_change_and_delete(org: Org, tmp_path: Path) -> None:
    knowledge = Knowledge(tmp_path, HashingEmbedder)
    with a_salesforce(org) as source:
        first = knowledge.update([source]).sources[0]
        org.delete(number(org, Subject="Nachfassen"))
        org.change(number(org, Title="Telefonat"), Body="Doch fünf Züge")
        second = knowledge.update([source]).sources[0]
        third = knowledge.update([source]).sources[0]
    knowledge.close()

    assert (first.added, first.failures) == (14, ())
    assert (second.changed, second.deleted, second.failures) == (1, 1, ())
    assert (third.added, third.changed, third.deleted) == (0, 0, 0)


def stir(org: Org, chance: random.Random) -> None:
    """Some people at work."""
    notes = [key for key, each in org.records.items() if each["kind"] in ("Note", "Task", "Opportunity", "Contact")]
    for _ in range(chance.randrange(4)):
        match chance.randrange(5):
            case 0:
                org.add("Note", Title=f"Notiz {len(org.records)}", Body="Züge", ParentId=chance.choice(notes))
            case 1 if len(notes) > 8:
                org.delete(chance.choice(notes), purged=chance.random() < 0.5)
                notes = [key for key in notes if key in org.records]
            case _:
                org.change(chance.choice(notes), Description=f"Stand {chance.random():.3f}")


def disturb(org: Org, chance: random.Random) -> None:
    """Some trouble in the next calls."""
    refused = Answered(401, b'[{"errorCode": "INVALID_SESSION_ID", "message": "Session expired or invalid"}]')
    broken = Answered(200, b'{"records": [')
    weather: list[Answered | str | None] = [None, None, None, None, "again", "skip", refused, broken, BUSY]
    org.moods = [chance.choice(weather) for _ in range(40)]
    org.moods[5:5] = [BUSY] * chance.choice([0, 0, 3, 8])
    org.now += chance.choice([timedelta(0), timedelta(minutes=20), timedelta(hours=2), DAY])


@pytest.mark.parametrize("seed", range(8))
def test_whatever_goes_wrong_the_end_is_as_if_nothing_had(seed: int) -> None:
    chance, org, index = random.Random(seed), a_small_org(), Index()
    with a_salesforce(org) as source:
        for _ in range(6):
            stir(org, chance)
            disturb(org, chance)
            there = {key.rpartition(":")[2] for key in index.documents}
            index.update(source, chance.choice([chance.randrange(40), 10**9]))
            living = {key for key in there if key in org.records and not org.records[key]["IsDeleted"]}
            assert living <= {key.rpartition(":")[2] for key in index.documents}
        org.moods, org.now = [], org.now + DAY
        index.update(source)
        calm = {document.id: document for document in upserts(list(source.pull(None)))}

    assert index.documents == calm


def test_killed_after_any_event_and_run_again_the_end_is_the_same(org: Org) -> None:
    with a_salesforce(org) as source:
        events = list(source.pull(None))
        calm = {document.id: document for document in upserts(events)}
        for killed in range(len(events)):
            index = Index()
            index.update(source, killed)
            index.update(source)
            assert index.documents == calm


@contextmanager
def the_independent_client(origin: str) -> Iterator[Any]:
    simple = pytest.importorskip("simple_salesforce")
    client = simple.Salesforce(instance="firma.my.salesforce.com", session_id=TOKEN)
    client.base_url = client.base_url.replace("https://firma.my.salesforce.com", origin)
    with client.session:
        yield client


def on(client: Any, kind: str, origin: str) -> Any:
    """Calls to one object, over plain HTTP as well."""
    there = getattr(client, kind)
    there.base_url = there.base_url.replace("https://firma.my.salesforce.com", origin)
    return there


def test_an_independent_client_reads_the_same_records_from_the_org(org: Org) -> None:
    with org.serving() as origin, the_independent_client(origin) as client:
        rows = client.query_all("SELECT Id, Title, CreatedBy.Name FROM Note ORDER BY SystemModstamp, Id")
        told = on(client, "Note", origin).describe()
        content = on(client, "ContentNote", origin).get_base64(number(org, Title="Besuch in Wien"), "Content")

    assert [row["Title"] for row in rows["records"]] == ["Telefonat", "Nur für mich"]
    assert rows["records"][0]["CreatedBy"]["Name"] == "Miriam Özdemir"
    assert {"Title", "Body", "SystemModstamp"} <= {each["name"] for each in told["fields"]}
    assert content.decode().startswith("<p>Rampe")


def test_an_independent_client_pages_and_sees_deletions_as_we_do(org: Org) -> None:
    gone = number(org, Subject="Nachfassen")
    org.delete(gone)
    with a_salesforce(org) as source, org.serving() as origin, the_independent_client(origin) as client:
        rows = client.query_all("SELECT Id FROM Account", include_deleted=True)["records"]
        tasks = client.query("SELECT Id, IsDeleted FROM Task ORDER BY Id", include_deleted=True)["records"]
        log = on(client, "Task", origin).deleted(org.now - timedelta(days=1), org.now)
        census = source.census()

    assert [each["id"] for each in log["deletedRecords"]] == [gone]
    assert {each["Id"] for each in tasks if each["IsDeleted"]} == {gone}
    assert {f"salesforce:firma:company:{each['Id']}" for each in rows} <= census.ids


def test_what_an_independent_client_changes_is_told(org: Org) -> None:
    with a_salesforce(org) as source, org.serving() as origin, the_independent_client(origin) as client:
        index = Index()
        index.update(source)
        on(client, "Note", origin).update(number(org, Title="Telefonat"), {"Title": "Rückruf"})
        events = index.update(source)

    assert [d.title for d in upserts(events)] == ["Rückruf"]


def test_an_independent_client_is_told_of_errors_as_salesforce_tells_them(org: Org) -> None:
    simple = pytest.importorskip("simple_salesforce")
    with org.serving() as origin, the_independent_client(origin) as client:
        with pytest.raises(simple.SalesforceMalformedRequest, match="INVALID_FIELD"):
            client.query("SELECT Nothing FROM Account")
        with pytest.raises(simple.SalesforceMalformedRequest, match="INVALID_TYPE"):
            client.query("SELECT Id FROM Nothing")
        org.tokens = set()
        with pytest.raises(simple.SalesforceExpiredSession):
            client.query("SELECT Id FROM Account")


def test_ids_are_made_as_salesforce_makes_them() -> None:
    assert long_id("001", 0).startswith("001")
    assert len(long_id("00T", 12345)) == 18
