"""Whatever goes wrong on the way to HubSpot, nothing that is there gets lost, and in the end all is as it is there."""

import base64
import hmac
import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from indexer.documents import EVERYONE
from indexer.errors import Refused
from indexer.sources.http import Line
from indexer.sources.hubspot import HubSpot
from indexer.sources.hubspot_bell import Bell
from indexer.sources.protocol import Delete, Failure, Upsert
from tests.contracts_source import upserts
from tests.hubspot_sales import CALLBACK, SECRET, HastyShelf, SalesPortal
from tests.hubspot_service import TOKEN
from tests.recorded import Asked


@pytest.fixture
def portal() -> SalesPortal:
    return SalesPortal()


@pytest.fixture
def line(portal: SalesPortal) -> Iterator[Line]:
    with portal.line(tries=3) as line:
        yield line


@pytest.fixture
def hubspot(portal: SalesPortal, line: Line) -> HubSpot:
    return HubSpot(line, "vertrieb", EVERYONE, portal.clock.today, Bell(SECRET, CALLBACK))


# Rights.


def test_each_missing_scope_is_a_sentence_with_a_remedy(hubspot: HubSpot, portal: SalesPortal) -> None:
    portal.scopes -= {"sales-email-read", "crm.objects.owners.read"}

    told = hubspot.check()

    assert [scope for scope in ("sales-email-read", "crm.objects.owners.read") for each in told if scope in each]
    assert len(told) == 2
    assert all(each.startswith("HubSpot (hubspot:vertrieb)") and "Add it to the app" in each for each in told)


def test_what_is_refused_for_another_reason_is_told_in_hubspots_own_words(
    hubspot: HubSpot, portal: SalesPortal
) -> None:
    portal.mischief = lambda asked, number: 403 if "/owners/" in asked.path else None

    (told,) = hubspot.check()

    assert "internal error" in told
    assert "lacks the scope" not in told


def test_without_one_scope_the_rest_goes_on(hubspot: HubSpot, portal: SalesPortal) -> None:
    portal.scopes -= {"crm.objects.deals.read"}

    events = list(hubspot.pull(None))

    assert {d.kind for d in upserts(events)} == {"contact", "company", "note", "activity"}
    assert [e.what for e in events if isinstance(e, Failure) and "crm.objects.deals.read" in e.what]


def test_a_scope_that_was_lost_deletes_nothing(hubspot: HubSpot, portal: SalesPortal) -> None:
    shelf = HastyShelf()
    shelf.update(hubspot)
    portal.scopes -= {"crm.objects.deals.read"}
    portal.clock.pass_by(86_400)

    shelf.update(hubspot)

    assert len(shelf.documents) == 5
    assert any("crm.objects.deals.read" in failure for failure in shelf.failures)


def test_a_scope_that_was_never_there_does_not_keep_the_rest_from_being_counted(
    hubspot: HubSpot, portal: SalesPortal
) -> None:
    portal.scopes -= {"sales-email-read"}
    shelf = HastyShelf()
    shelf.update(hubspot)
    portal.purge("notes", portal.note)
    portal.clock.pass_by(86_400)

    shelf.update(hubspot)

    assert len(shelf.documents) == 4


def test_a_scope_granted_later_is_used_at_once(hubspot: HubSpot, portal: SalesPortal) -> None:
    email = portal.create("emails", hs_email_subject="Angebot")
    portal.scopes -= {"sales-email-read"}
    shelf = HastyShelf()
    shelf.update(hubspot)
    portal.scopes |= {"sales-email-read"}
    portal.clock.pass_by(60)

    shelf.update(hubspot)

    assert f"hubspot:vertrieb:activity:email-{email}" in shelf.documents


def test_a_bad_token_is_one_sentence_without_the_token(hubspot: HubSpot, portal: SalesPortal) -> None:
    portal.token = "another"

    (told,) = hubspot.check()

    assert told.startswith("HubSpot (hubspot:vertrieb) refused")
    assert "Make a new token" in told
    assert TOKEN not in told
    with pytest.raises(Refused):
        list(hubspot.pull(None))
    assert not hubspot.census().complete


# What is there and what is not.


def test_what_is_gone_or_merged_away_is_fetched_as_deleted(hubspot: HubSpot, portal: SalesPortal) -> None:
    twin = portal.create("contacts", firstname="Joerg", lastname="Brueckner")
    portal.merge("contacts", portal.contact, twin)
    portal.archive("notes", portal.note)
    ids = [f"hubspot:vertrieb:{each}" for each in (f"contact:{twin}", f"note:{portal.note}", f"deal:{portal.deal}")]

    gone, dead, alive = hubspot.fetch(ids)

    assert isinstance(gone, Delete)
    assert isinstance(dead, Delete)
    assert isinstance(alive, Upsert)
    assert [event.document_id for event in (gone, dead)] == ids[:2]


def test_what_cannot_be_asked_is_not_fetched_as_deleted(hubspot: HubSpot, portal: SalesPortal) -> None:
    portal.mischief = lambda asked, number: 503

    (event,) = hubspot.fetch([f"hubspot:vertrieb:note:{portal.note}"])

    assert isinstance(event, Failure)
    assert event.retryable


def test_lists_that_are_cut_short_are_completed(hubspot: HubSpot, portal: SalesPortal) -> None:
    others = [portal.create("companies", name=f"Werk {number}") for number in range(7)]
    for company in others:
        portal.link(("deals", portal.deal), ("companies", company))
    whole = {d.id: d for d in upserts(list(hubspot.pull(None)))}

    portal.inline = 2

    assert {d.id: d for d in upserts(list(hubspot.pull(None)))} == whole
    assert len(whole[f"hubspot:vertrieb:deal:{portal.deal}"].customers) == 8


def test_unknown_and_absent_fields_are_no_trouble(hubspot: HubSpot, portal: SalesPortal) -> None:
    nothing = portal.create("notes")
    portal.create("contacts", neu="Wert", hubspot_owner_id="999", hs_additional_emails="kaputt;a@b.example")
    portal.create("deals", dealname="Ohne Phase", pipeline="gone", dealstage="decisionmakerboughtin")

    told = {d.id.split(":", 2)[2]: d for d in upserts(list(hubspot.pull(None)))}

    assert told[f"note:{nothing}"].title == "Note"
    assert "a@b.example" in [d.title for d in told.values()]
    assert [d.status for d in told.values() if d.title == "Ohne Phase"] == ["open"]


def test_half_an_answer_is_a_failure_and_the_next_types_go_on(hubspot: HubSpot, portal: SalesPortal) -> None:
    portal.mischief = lambda asked, number: "cut" if asked.path.endswith("/notes") else None

    events = list(hubspot.pull(None))

    assert {d.kind for d in upserts(events)} == {"contact", "company", "deal", "activity"}
    assert [e.retryable for e in events if isinstance(e, Failure)] == [True]
    assert not hubspot.census().complete


def test_ten_thousand_changes_in_one_second_are_listed_instead(hubspot: HubSpot, portal: SalesPortal) -> None:
    shelf = HastyShelf()
    shelf.update(hubspot)
    portal.wall = 300
    portal.clock.pass_by(600)
    for number in range(500):
        portal.create("tasks", hs_task_subject=f"Aufgabe {number}")

    shelf.update(hubspot)

    assert len(shelf.documents) == 505
    assert shelf.failures == []


# Lists that lie.


@pytest.mark.parametrize("trouble", ["skip", "repeat"])
def test_a_page_that_is_skipped_or_repeated_deletes_nothing(
    hubspot: HubSpot, portal: SalesPortal, trouble: str
) -> None:
    for number in range(12):
        portal.create("contacts", firstname="Kontakt", lastname=str(number))
    portal.page = 3
    shelf = HastyShelf()
    shelf.update(hubspot)
    whole = dict(shelf.documents)
    portal.clock.pass_by(86_400)
    portal.mischief = _on_second_page("contacts", trouble)

    shelf.update(hubspot)

    assert shelf.documents == whole
    assert len(shelf.failures) == 1


def _on_second_page(name: str, trouble: str) -> Callable[[Asked, int], str | None]:
    def mischief(asked: Asked, number: int) -> str | None:
        listed = asked.path.endswith(f"/{name}") and asked.method == "GET"
        return trouble if listed and any(name == "after" for name, _ in asked.query) else None

    return mischief


# Webhooks.


def _signed(raw: bytes, at: int, secret: str = SECRET) -> dict[str, str]:
    signature = hmac.digest(secret.encode(), f"POST{CALLBACK}".encode() + raw + str(at).encode(), "sha256")
    return {"X-HubSpot-Signature-v3": base64.b64encode(signature).decode(), "X-HubSpot-Request-Timestamp": str(at)}


def test_a_webhook_names_what_to_read_again(hubspot: HubSpot, portal: SalesPortal) -> None:
    events = [
        {"subscriptionType": "object.propertyChange", "objectTypeId": "0-46", "objectId": 12},
        {"subscriptionType": "contact.privacyDeletion", "objectId": 7},
        {"subscriptionType": "object.associationChange"}
        | {"fromObjectTypeId": "0-48", "fromObjectId": 3, "toObjectTypeId": "0-2", "toObjectId": 4},
        {"subscriptionType": "company.merge", "primaryObjectId": 5, "mergedObjectIds": [6]},
        {"subscriptionType": "ticket.creation", "objectId": 8},
    ]
    raw = json.dumps(events).encode()

    rung = hubspot.rung(_signed(raw, int(portal.clock.now * 1000)), raw)

    assert rung is not None
    keys = [each.removeprefix("hubspot:vertrieb:") for each in rung]
    assert keys == ["note:12", "contact:7", "activity:call-3", "company:4", "company:5", "company:6"]


def test_a_forged_old_or_unsigned_webhook_is_none(hubspot: HubSpot, portal: SalesPortal, line: Line) -> None:
    raw, now = b'[{"subscriptionType": "contact.creation", "objectId": 7}]', int(portal.clock.now * 1000)
    old = now - int(timedelta(minutes=6).total_seconds() * 1000)

    assert hubspot.rung(_signed(raw, now, "guessed"), raw) is None
    assert hubspot.rung(_signed(raw, now), raw + b" ") is None
    assert hubspot.rung(_signed(raw, old), raw) is None
    assert hubspot.rung({}, raw) is None
    assert HubSpot(line, "vertrieb").rung(_signed(raw, now), raw) is None
    assert hubspot.rung(_signed(b"{", now), b"{") == ()


# Secrets.


def test_no_secret_is_in_documents_addresses_or_names(hubspot: HubSpot, portal: SalesPortal, line: Line) -> None:
    events = list(hubspot.pull(None))

    asked = [(each.path, each.query, each.body) for each in portal.asked]
    assert TOKEN not in repr((events, asked, hubspot, line))
    assert SECRET not in repr(Bell(SECRET, CALLBACK))
