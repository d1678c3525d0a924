"""The portal of a small sales team, and a shelf that keeps at once whatever a source tells."""

from dataclasses import dataclass, field

from indexer.documents import Document
from indexer.sources.protocol import Checkpoint, Delete, Failure, Source, Upsert
from tests.hubspot_service import HubSpotService

NOTE = (
    '<div style="" dir="auto" data-top-level="true"><p style="margin:0;">Kunde will <strong>12 Sitze</strong></p>'
    '<p style="margin:0;">Owner: Ana</p><ul><li>Demo</li><li>Preis</li></ul>'
    "<table><tr><td>ref</td><td>ACME</td></tr></table>erledigt&nbsp;&eacute;<br>Gr&uuml;&szlig;e</div>"
)
SECRET = "c6a7-client-geheim"
CALLBACK = "https://signpost.example/hooks/hubspot/vertrieb"


class SalesPortal(HubSpotService):
    """One company, its contact, a deal, a note and a call, all three days old."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.anna = self.hire("Anna", "Müller", "anna.mueller@signpost.example")
        self.company = self.create(
            "companies", name="Brückner Logistik GmbH", domain="brueckner.example", hubspot_owner_id=self.anna
        )
        of_company = ("companies", self.company)
        self.contact = self.create(
            *("contacts", of_company),
            **{"firstname": "Jörg", "lastname": "Brückner", "email": "joerg@brueckner.example", "jobtitle": "Einkauf"},
        )
        of_contact = ("contacts", self.contact)
        deal = {"dealname": "Rahmenvertrag 2026", "pipeline": "default", "dealstage": "qualifiedtobuy"}
        self.deal = self.create("deals", of_company, of_contact, **deal, hubspot_owner_id=self.anna)
        self.note = self.create("notes", of_contact, hs_note_body=NOTE, hubspot_owner_id=self.anna)
        self.call = self.create(
            *("calls", ("deals", self.deal)),
            **{"hs_call_title": "Rückruf", "hs_call_body": "<p>Preis genannt</p>", "hs_call_status": "COMPLETED"},
        )
        self.clock.pass_by(86_400 * 3)


@dataclass
class HastyShelf:
    """An index that keeps every document and every cursor the moment it is told, as no batch would protect it."""

    documents: dict[str, Document] = field(default_factory=dict)
    cursor: str | None = None
    failures: list[str] = field(default_factory=list)

    def update(self, source: Source, killed_after: int | None = None) -> bool:
        """Pull and count as an update does; whether it came to its end."""
        buried: set[str] = set()
        seen: set[str] = set()
        last = self.cursor
        for number, event in enumerate(source.pull(self.cursor)):
            if number == killed_after:
                return False
            match event:
                case Upsert(document):
                    self.documents[document.id] = document
                    seen.add(document.id)
                    buried.discard(document.id)
                case Delete(document_id):
                    buried.add(document_id)
                    seen.discard(document_id)
                case Failure(what):
                    self.failures.append(what)
                case Checkpoint(cursor):
                    last = cursor
                    self.cursor = self.cursor if buried else cursor
        census = source.census()
        gone = set(self.documents) - census.ids - seen if census.complete else set()
        for key in gone | buried:
            self.documents.pop(key, None)
        self.cursor = last
        return True
