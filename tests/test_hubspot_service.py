"""The portal on loopback is judged by HubSpot's own SDK and by real answers of HubSpot."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.hubspot_service import TOKEN, HubSpotService

RECORDED = Path(__file__).parents[2] / "shared" / "data" / "sources" / "crm" / "hubspot_dlt" / "mock_responses.json"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def service() -> HubSpotService:
    portal = HubSpotService()
    owner = portal.hire("Anna", "Müller", "anna.mueller@signpost.example")
    company = portal.create("companies", name="Brückner Logistik", domain="brueckner.example")
    contact = portal.create("contacts", ("companies", company), firstname="Jörg", lastname="Brückner")
    portal.create("deals", ("companies", company), dealname="Rahmenvertrag", pipeline="default", dealstage="closedwon")
    for words in ("Zwölf Sitze", "Liefert nach Graz", "Rückruf im März"):
        beside = (("contacts", contact), ("companies", company))
        portal.create("notes", *beside, hs_note_body=f"<p>{words}</p>", hubspot_owner_id=owner)
    return portal


@pytest.fixture
def sdk(service: HubSpotService) -> Iterator[Any]:
    """HubSpot's own client, checking on its side what it is answered."""
    hubspot = pytest.importorskip("hubspot")
    with service.served() as origin:
        yield hubspot.Client.create(access_token=TOKEN, host=origin, client_side_validation=True)


@pytest.fixture
def web(service: HubSpotService) -> Iterator[httpx2.Client]:
    with service.served() as origin, httpx2.Client(base_url=origin, headers=HEADERS) as client:
        yield client


def test_hubspots_own_client_reads_all_pages(service: HubSpotService, sdk: Any) -> None:
    first = sdk.crm.objects.notes.basic_api.get_page(limit=2, properties=["hs_note_body"], associations=["contacts"])
    rest = sdk.crm.objects.notes.basic_api.get_page(limit=2, after=first.paging.next.after)

    assert [note.properties["hs_note_body"] for note in first.results] == [
        "<p>Zwölf Sitze</p>",
        "<p>Liefert nach Graz</p>",
    ]
    assert first.results[0].associations["contacts"].results[0].id in service.things["contacts"]
    assert len(rest.results) == 1
    assert rest.paging is None


def test_hubspots_own_client_searches_reads_batches_and_links(service: HubSpotService, sdk: Any) -> None:
    ids = list(service.things["notes"])
    search = {"filterGroups": [], "sorts": [], "properties": ["hs_note_body"], "limit": 200, "after": "0"}
    batch = {"inputs": [{"id": number} for number in ids], "properties": ["hs_note_body"], "propertiesWithHistory": []}

    found = sdk.crm.objects.notes.search_api.do_search(public_object_search_request=search)
    read = sdk.crm.objects.notes.batch_api.read(batch_read_input_simple_public_object_id=batch)
    linked = sdk.crm.associations.v4.batch_api.get_page("notes", "companies", {"inputs": [{"id": ids[0]}]})

    assert found.total == 3
    assert {note.id for note in read.results} == set(ids)
    assert linked.results[0].to[0].to_object_id in service.things["companies"]


def test_hubspots_own_client_reads_owners_pipelines_and_properties(sdk: Any) -> None:
    (owner,) = sdk.crm.owners.owners_api.get_page().results
    (pipeline,) = sdk.crm.pipelines.pipelines_api.get_all("deals").results
    (first, *_) = sdk.crm.properties.core_api.get_all("contacts").results

    assert (owner.first_name, owner.email) == ("Anna", "anna.mueller@signpost.example")
    assert {stage.id: stage.metadata["isClosed"] for stage in pipeline.stages}["closedwon"] == "true"
    assert first.hubspot_defined


def test_hubspots_own_client_would_see_a_false_answer(service: HubSpotService, sdk: Any) -> None:
    service.mischief = lambda asked, number: "bare"

    with pytest.raises(ValueError, match="created_at"):
        sdk.crm.objects.notes.basic_api.get_page(limit=2)


@pytest.mark.parametrize("name", ["contacts", "companies", "deals"])
def test_real_objects_look_the_same(name: str, web: httpx2.Client) -> None:
    if not RECORDED.exists():
        pytest.skip("the recorded answers of HubSpot are not here")
    real = json.loads(RECORDED.read_text(encoding="utf-8"))[f"mock_{name}_data"]["results"][0]

    told = web.get(f"/crm/v3/objects/{name}", params={"limit": "1"}).json()["results"][0]

    assert {key: type(value) for key, value in told.items()} == {key: type(value) for key, value in real.items()}
    assert set(told["properties"]) <= set(real["properties"])
    assert len(told["createdAt"]) == len(real["createdAt"])


def test_more_than_a_page_allows_is_refused(web: httpx2.Client) -> None:
    search = "/crm/objects/2026-03/notes/search"

    assert web.get("/crm/objects/2026-03/notes", params={"limit": "101"}).status_code == 400
    assert web.post(search, json={"limit": 201}).status_code == 400
    assert web.post(search, json={"limit": 200, "after": "9801"}).status_code == 400
    assert web.post(search, json={"limit": 200, "after": "9800"}).status_code == 200


def test_five_searches_in_a_second_are_too_many(service: HubSpotService, web: httpx2.Client) -> None:
    replies = [web.post("/crm/objects/2026-03/notes/search", json={"limit": 1}) for _ in range(5)]

    assert [reply.status_code for reply in replies] == [200] * 4 + [429]
    assert replies[4].json()["policyName"] == "SECONDLY"
    assert not [name for name in replies[0].headers if "ratelimit" in name]


def test_the_limit_is_told_with_every_reply(service: HubSpotService, web: httpx2.Client) -> None:
    service.ten_secondly = 2
    replies = [web.get("/crm/objects/2026-03/notes", params={"limit": "1"}) for _ in range(3)]

    assert [reply.headers.get("x-hubspot-ratelimit-remaining") for reply in replies] == ["1", "0", None]
    assert replies[2].json()["policyName"] == "TEN_SECONDLY_ROLLING"


def test_searches_learn_of_changes_late(service: HubSpotService, web: httpx2.Client) -> None:
    service.lag = 20
    number = service.create("notes", hs_note_body="spät")
    search = "/crm/objects/2026-03/notes/search"

    early = web.post(search, json={"limit": 200}).json()["total"]
    service.clock.pass_by(20)

    assert (early, web.post(search, json={"limit": 200}).json()["total"]) == (3, 4)
    assert number in service.things["notes"]


def test_a_missing_scope_is_named(service: HubSpotService, web: httpx2.Client) -> None:
    service.scopes.discard("crm.objects.deals.read")

    reply = web.get("/crm/objects/2026-03/notes", params={"associations": "contacts,deals"})

    assert reply.status_code == 403
    assert reply.json()["errors"][0]["context"] == {"requiredGranularScopes": ["crm.objects.deals.read"]}


def test_the_dead_are_listed_apart_and_the_purged_nowhere(service: HubSpotService, web: httpx2.Client) -> None:
    archived, purged, left = service.things["notes"]
    service.archive("notes", archived)
    service.purge("notes", purged)

    here, gone = (web.get("/crm/objects/2026-03/notes", params={"archived": told}) for told in ("false", "true"))

    assert [each["id"] for each in here.json()["results"]] == [left]
    assert [each["id"] for each in gone.json()["results"]] == [archived]
    assert gone.json()["results"][0]["archivedAt"]
