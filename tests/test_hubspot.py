"""A live HubSpot portal becomes documents, stays the same as the portal, and loses nothing that is still there."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.documents import EVERYONE, PRIVATE, Customer, Document, Person
from indexer.sources.crm_csv import CrmCsv
from indexer.sources.http import Line
from indexer.sources.hubspot import HubSpot
from indexer.sources.hubspot_bell import Bell
from indexer.sources.protocol import Notice
from tests.contracts_source import SourceContract, upserts
from tests.hubspot_portal import a_custom_property
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


class TestContract(SourceContract):
    @pytest.fixture
    def source(self, hubspot: HubSpot) -> HubSpot:
        return hubspot


def told(hubspot: HubSpot, kind: str) -> Document:
    """The only document of a kind."""
    (document,) = [d for d in upserts(list(hubspot.pull(None))) if d.kind == kind]
    return document


def test_a_note_is_text_without_glued_words_and_links_its_company(hubspot: HubSpot, portal: SalesPortal) -> None:
    note = told(hubspot, "note")

    lines = [line for line in note.sections[0].text.split("\n") if line]
    assert lines == ["Kunde will 12 Sitze", "Owner: Ana", "- Demo", "- Preis", "ref ACME", "erledigt é", "Grüße"]
    assert note.title == "Kunde will 12 Sitze"
    assert note.url == f"https://app-eu1.hubspot.com/contacts/147512/record/0-2/{portal.company}"
    assert note.people == (
        Person("Anna Müller", "author", "anna.mueller@signpost.example"),
        Person("Jörg Brückner", "contact", "joerg@brueckner.example"),
    )


def test_a_note_on_a_contact_alone_is_about_the_contacts_company(hubspot: HubSpot, portal: SalesPortal) -> None:
    note = told(hubspot, "note")

    assert note.customers == (Customer("Brückner Logistik GmbH", portal.company, ("brueckner.example",)),)
    assert note.parent == "Brückner Logistik GmbH"


def test_an_activity_links_its_deal_and_tells_its_state(hubspot: HubSpot, portal: SalesPortal) -> None:
    call = told(hubspot, "activity")

    assert call.id == f"hubspot:vertrieb:activity:call-{portal.call}"
    assert call.url.endswith(f"/record/0-3/{portal.deal}")
    assert (call.title, call.status, call.parent) == ("Rückruf", "done", "Rahmenvertrag 2026")
    assert call.fields == (("Type", "Call"), ("Status", "Completed"))


@pytest.mark.parametrize(
    ("stage", "lane", "status"),
    [("qualifiedtobuy", "Qualifiziert", "open"), ("closedwon", "Gewonnen", "won"), ("closedlost", "Verloren", "lost")],
)
def test_a_deal_is_as_its_pipeline_says(
    hubspot: HubSpot, portal: SalesPortal, stage: str, lane: str, status: str
) -> None:
    portal.change("deals", portal.deal, dealstage=stage)

    deal = told(hubspot, "deal")

    assert (deal.lane, deal.status) == (lane, status)


def test_a_pipeline_in_any_language_says_what_is_won(hubspot: HubSpot, portal: SalesPortal) -> None:
    portal.stages = [("s1", "Unterschrieben", "true", "1.0"), ("s2", "Abgesagt", "true", "0.0")]
    other = portal.create("deals", dealname="Zweiter", pipeline="default", dealstage="s2")
    portal.change("deals", portal.deal, dealstage="s1")

    deals = {d.id.rpartition(":")[2]: d.status for d in upserts(list(hubspot.pull(None))) if d.kind == "deal"}

    assert deals == {portal.deal: "won", other: "lost"}


def test_who_left_is_still_named(hubspot: HubSpot, portal: SalesPortal) -> None:
    gone = portal.hire("Özlem", "Çelik", "oezlem@signpost.example", archived=True)
    portal.change("notes", portal.note, hubspot_owner_id=gone)

    assert told(hubspot, "note").owner == Person("Özlem Çelik", "author", "oezlem@signpost.example")


def test_fields_that_the_portals_people_made_are_told(hubspot: HubSpot, portal: SalesPortal) -> None:
    portal.custom["deals"] = [
        a_custom_property("zertifikat", "Zertifikat"),
        a_custom_property("gehalt", "Gehalt", dataSensitivity="highly_sensitive"),
        a_custom_property("zweit", "2. standort"),
    ]
    portal.change("deals", portal.deal, zertifikat="ISO 27001", gehalt="90000", amount="5000", zweit="Graz")

    assert dict(told(hubspot, "deal").fields) == {"Zertifikat": "ISO 27001", "Amount": "5000", "2. standort": "Graz"}


def test_a_field_of_peoples_own_making_is_told_and_plays_no_role(hubspot: HubSpot, portal: SalesPortal) -> None:
    portal.custom["deals"] = [a_custom_property("weg", "Deleted"), a_custom_property("nr", "Deal ID")]
    portal.change("deals", portal.deal, weg="true", nr="77")

    deal = told(hubspot, "deal")

    assert deal.id == f"hubspot:vertrieb:deal:{portal.deal}"
    assert dict(deal.fields) == {"Deleted": "true", "Deal ID": "77"}


def test_a_document_does_not_hang_on_what_comes_in_the_same_page(hubspot: HubSpot, portal: SalesPortal) -> None:
    sender = {"hs_email_from_email": "joerg@brueckner.example", "hs_email_direction": "INCOMING_EMAIL"}
    portal.create("emails", ("contacts", portal.contact), hs_email_subject="Angebot", **sender)
    portal.create("emails", hs_email_subject="Rückfrage", **sender)

    told = upserts(list(hubspot.pull(None)))

    assert [d for each in told for d in upserts(list(hubspot.fetch([each.id])))] == told


def test_emails_are_told_without_a_word_of_their_bodies(hubspot: HubSpot, portal: SalesPortal) -> None:
    portal.archive("calls", portal.call)
    head = {"hs_email_subject": "Angebot", "hs_email_direction": "INCOMING_EMAIL", "hs_email_status": "SENT"}
    sender = {
        "hs_email_from_firstname": "Lena",
        "hs_email_from_lastname": "Groß",
        "hs_email_from_email": "lg@x.example",
    }
    portal.create("emails", **head, **sender, hs_email_text="Geheimes Wort", hs_email_html="<p>Geheimes Wort</p>")

    email = told(hubspot, "activity")

    assert email.people == (
        Person("Lena Groß", "author", "lg@x.example"),
        Person("Lena Groß", "contact", "lg@x.example"),
    )
    assert dict(email.fields)["Direction"] == "Incoming email"
    assert "Geheimes" not in repr(email)
    assert not any("hs_email_text" in repr(asked) or "hs_email_html" in repr(asked) for asked in portal.asked)


def test_nothing_is_shown_to_everyone_unless_that_is_stated(portal: SalesPortal, line: Line) -> None:
    events = list(HubSpot(line, "vertrieb", now=portal.clock.today).pull(None))

    assert {document.visibility for document in upserts(events)} == {PRIVATE}
    assert any(isinstance(event, Notice) and "visibility" in event.text for event in events)


def test_what_is_shared_with_some_only_is_private_and_so_is_what_is_said_of_it(
    hubspot: HubSpot, portal: SalesPortal
) -> None:
    portal.change("companies", portal.company, hs_shared_team_ids="4711")

    shown = {d.kind: d.visibility for d in upserts(list(hubspot.pull(None)))}

    assert shown["company"] == shown["note"] == shown["deal"] == PRIVATE


def test_an_export_of_the_same_portal_makes_like_documents(
    hubspot: HubSpot, portal: SalesPortal, tmp_path: Path
) -> None:
    head, row = (
        "Record ID,First Name,Last Name,Email,Job Title",
        f"{portal.contact},Jörg,Brückner,joerg@brueckner.example,Einkauf",
    )
    (tmp_path / "contacts.csv").write_text(f"{head},Associated Company IDs\n{row},{portal.company}\n")
    company = f"{portal.company},Brückner Logistik GmbH,brueckner.example,Anna Müller"
    (tmp_path / "companies.csv").write_text(f"Record ID,Company name,Company Domain Name,Company owner\n{company}\n")
    link = "https://app-eu1.hubspot.com/contacts/147512/record/{type}/{id}"
    exported = {d.kind: d for d in upserts(list(CrmCsv(tmp_path, "vertrieb", None, link, EVERYONE).pull(None)))}

    live = told(hubspot, "contact")

    assert replace(live, id="", created_at=None, updated_at=None) == replace(exported["contact"], id="")
    assert told(hubspot, "company").customers == exported["company"].customers
