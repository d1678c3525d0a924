"""CSV exports of CRM products: recognised without configuration and joined with each other."""

import re
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import Customer, Document, Person
from indexer.errors import SourceError, UnknownExport, UnreadableFile
from indexer.sources.contents import Contents
from indexer.sources.crm_csv import CrmCsv
from indexer.sources.protocol import Failure, Source
from service.settings import SourceSettings
from tests.contracts_source import SourceContract, upserts

REAL = Path(__file__).parents[2] / "shared" / "data" / "sources" / "crm" / "salesforce_dataloader"

HUBSPOT = {
    "contacts.csv": '"Record ID","First Name","Last Name","Email","Job Title","Contact owner",'
    '"Associated Company IDs"\n'
    '"1","Maria","Núñez","maria@bike.example","Head of Procurement","Ana Souza","70"\n',
    "companies.csv": '"Record ID","Company name","Company Domain Name","Company owner","Industry"\n'
    '"70","Bike, Inc.","bike.example","Ana Souza","Rail"\n',
    "deals.csv": '"Record ID","Deal Name","Deal Stage","Deal owner","Associated Contact IDs","Associated Company IDs"\n'
    '"7","Pilot","Closed Won (Sales)","Ana Souza","1","70"\n',
    "notes.csv": '"Record ID","Activity date","Note body","Activity assigned to","Associated Deal IDs"\n'
    '"9","2023-02-25 10:00","<p>They need 12 seats</p><p>by May</p>","Ana Souza","7"\n',
}
SALESFORCE = {
    "Contact.csv": "Id,AccountId,LastName,FirstName,Title,Email,OwnerId\n"
    "003550000012345AAA,001550000012345AAA,Gonzalez,Rose,SVP,rose@edge.example,005550000098765AAA\n",
    "account.csv": "ID,NAME,WEBSITE,OWNERID\n001550000012345,Edge AG,http://www.edge.example,005550000098765AAA\n",
    "Note.csv": "Id,ParentId,Title,Body,IsPrivate,OwnerId,LastModifiedDate\n"
    "002550000012345AAA,001550000012345AAA,Reference,They like rail,0,005550000098765AAA,2020-01-01T00:00:00.000Z\n"
    "002550000012346AAA,003550000012345AAA,Secret,Keep it,1,005550000098765AAA,2020-01-01T00:00:00Z\n",
    "User.csv": "Id,Username,LastName,FirstName,Email,ProfileId\n"
    "005550000098765AAA,ana,Souza,Ana,ana@we.example,00e1\n",
    "Task.csv": "Id,WhoId,WhatId,Subject,ActivityDate,Status,OwnerId\n"
    "00T550000012345AAA,003550000012345AAA,001550000012345AAA,Call,2020-01-01,Completed,005550000098765AAA\n",
}
PIPEDRIVE = {
    "people.csv": "Person - ID,Person - Name,Person - Email - Work,Person - Organization,Person - Owner\n"
    "5,Bo Li,bo@brueckner.example,Brückner GmbH,Jens Holm\n",
    "organizations.csv": "Organization - ID,Organization - Name,Organization - Owner,Organization - Address\n"
    "7,Brückner GmbH,Jens Holm,Berlin\n",
    "deals.csv": "Deal - ID,Deal - Title,Deal - Organization,Deal - Contact person,Deal - Status,Deal - Stage,"
    "Deal - Owner\n"
    "3,Pilot,Brückner,Bo Li,Lost,Negotiation,Jens Holm\n",
    "notes.csv": "Note - ID,Note - Content,Note - User,Deal - Title,Note - Add time\n"
    "1,<b>Hello</b><br/>world,Jens Holm,Pilot,2023-02-22 15:40:07\n",
    "activities.csv": "Activity - ID,Activity - Subject,Activity - Due date,Activity - Done,"
    "Activity - Assigned to user,Person - Name\n8,Call Bo,2023-01-02,Done,Jens Holm,Bo Li\n",
}


def a_source(folder: Path, files: dict[str, str], mapping: dict[str, str] | None = None) -> CrmCsv:
    """The source of these files, its links made by a template."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return CrmCsv(folder, "crm", mapping, "https://crm.example.com/{kind}/{id}", "everyone")


def read(folder: Path, files: dict[str, str], mapping: dict[str, str] | None = None) -> dict[str, Document]:
    """Documents under `kind native_id`."""
    documents = a_source(folder, files, mapping).load().documents
    return {" ".join(document.id.split(":", 3)[2:]): document for document in documents}


class TestHubSpot(SourceContract):
    @pytest.fixture
    def source(self, tmp_path: Path) -> Source:
        return a_source(tmp_path, HUBSPOT)


class TestSalesforce(SourceContract):
    @pytest.fixture
    def source(self, tmp_path: Path) -> Source:
        return a_source(tmp_path, SALESFORCE)


class TestPipedrive(SourceContract):
    @pytest.fixture
    def source(self, tmp_path: Path) -> Source:
        return a_source(tmp_path, PIPEDRIVE)


class TestRealSalesforce(SourceContract):
    @pytest.fixture
    def source(self) -> Source:
        return CrmCsv(real(), "real", None, None, "everyone")


def real() -> Path:
    """The folder of the real export, or a skipped test."""
    if not REAL.exists():
        pytest.skip("the real CRM export is not here")
    return REAL


def test_a_real_export_is_read_whole_and_joined_whole() -> None:
    documents = CrmCsv(real(), "real").load().documents
    deals = [d for d in documents if d.kind == "deal"]
    companies = {d.customers[0].id: d.title for d in documents if d.kind == "company"}

    assert (len(companies), len(deals)) == (423, 38)
    assert all(d.customers[0].name == companies[d.customers[0].id] == d.parent for d in deals)
    assert sum(d.status == "won" for d in deals) == 8


def test_real_facts_come_through() -> None:
    files = [real() / "opportunityData.csv", real() / "accountData.csv"]
    documents = CrmCsv(files, "x").load().documents

    deal = next(d for d in documents if d.id == "crm:x:deal:006x0000001YtCrAAK")
    firm = next(d for d in documents if d.title == "salesforce.com")
    assert deal.title == "George Foundation - 5000 Widgets"
    assert deal.sections[0].text.startswith("Initial deal for 5000 widgets.")
    assert (deal.lane, deal.status) == ("Closed Won", "won")
    assert str(deal.created_at) == "2006-06-15 20:47:07+00:00"
    assert dict(firm.fields)["Billing City"] == "San Francisco"
    assert firm.customers[0].domains == ("salesforce.com",)
    assert "N.YuELnZvcvK2ZqdmXh" not in repr(documents)


def test_a_hubspot_note_knows_deal_company_contact_and_author(tmp_path: Path) -> None:
    note = read(tmp_path, HUBSPOT)["note 9"]

    assert note.title == "They need 12 seats"
    assert note.sections[0].text == "They need 12 seats\n\nby May"
    assert note.people == (Person("Ana Souza", "author"), Person("Maria Núñez", "contact", "maria@bike.example"))
    assert note.customers == (Customer("Bike, Inc.", "70", ("bike.example",)),)
    assert (note.parent, note.url) == ("Pilot", "https://crm.example.com/deal/7")
    assert str(note.updated_at) == "2023-02-25 10:00:00+00:00"


def test_a_hubspot_company_knows_its_contacts_and_a_deal_its_outcome(tmp_path: Path) -> None:
    told = read(tmp_path, HUBSPOT)

    assert Person("Maria Núñez", "contact", "maria@bike.example") in told["company 70"].people
    assert told["company 70"].owner == Person("Ana Souza", "owner")
    assert (told["deal 7"].status, told["deal 7"].lane) == ("won", "Closed Won (Sales)")
    assert told["contact 1"].sections[0].text == "Head of Procurement, Bike, Inc."


def test_salesforce_ids_of_15_and_18_characters_and_users_are_joined(tmp_path: Path) -> None:
    told = read(tmp_path, SALESFORCE)
    edge = (Customer("Edge AG", "001550000012345", ("edge.example",)),)

    assert told["contact 003550000012345AAA"].customers == edge
    assert told["note 002550000012345AAA"].customers == edge
    assert told["note 002550000012346AAA"].customers == edge
    assert told["note 002550000012345AAA"].owner == Person("Ana Souza", "author", "ana@we.example")
    assert told["activity 00T550000012345AAA"].status == "done"
    assert not [key for key in told if key.startswith("user")]


def test_a_note_marked_private_stays_private(tmp_path: Path) -> None:
    told = read(tmp_path, SALESFORCE)

    assert told["note 002550000012346AAA"].visibility == "private"
    assert told["note 002550000012345AAA"].visibility == "everyone"


def test_pipedrive_records_are_joined_by_name_even_without_the_legal_form(tmp_path: Path) -> None:
    told = read(tmp_path, PIPEDRIVE)

    assert told["deal 3"].customers == told["note 1"].customers == (Customer("Brückner GmbH", "7"),)
    assert told["activity 8"].customers == (Customer("Brückner GmbH", "7"),)
    assert (told["deal 3"].status, told["activity 8"].status) == ("lost", "done")
    assert told["note 1"].sections[0].text == "Hello\nworld"
    assert dict(told["company 7"].fields) == {"Address": "Berlin"}


def test_links_are_made_in_the_words_of_the_product(tmp_path: Path) -> None:
    a_source(tmp_path, HUBSPOT)
    hubspot = CrmCsv(tmp_path, "crm", None, "https://app.hubspot.com/contacts/42/record/{type}/{id}")

    assert {d.url.split("/record/")[1] for d in hubspot.load().documents} == {"0-1/1", "0-2/70", "0-3/7"}


def test_a_record_without_a_page_has_no_link(tmp_path: Path) -> None:
    told = read(tmp_path, {"notes.csv": "Note body\nCall Ana\n", "contacts.csv": "Name,Email\nAna,a@x.example\n"})

    assert {document.url for document in told.values()} == {""}


def test_ids_made_from_a_row_stay_when_other_columns_change(tmp_path: Path) -> None:
    before = read(tmp_path, {"c.csv": "Name,Email,Phone\nAna,a@x.example,1\n"})
    after = read(tmp_path, {"c.csv": "Phone,Email,Name\n2,A@x.example,Ana Souza\n"})

    assert list(before) == list(after)


def test_of_rows_with_one_id_the_last_counts_and_both_are_named(tmp_path: Path) -> None:
    contents = load(tmp_path, "Record ID,First Name,Last Name\n1,Ana,Souza\n1,Ana,Souza-Li\n")

    assert [document.title for document in contents.documents] == ["Ana Souza-Li"]
    assert "x.csv, row 2 and x.csv, row 3" in contents.notices[0]


def load(folder: Path, text: str) -> Contents:
    """What one file tells."""
    return a_source(folder, {"x.csv": text}).load()


def test_deleted_rows_are_left_out_and_empty_ones_are_reported(tmp_path: Path) -> None:
    contents = load(tmp_path, "Id,Name,BillingCity,IsDeleted\n1,Acme,Berlin,true\n2,,Bonn,false\n3,Edge,Ulm,false\n")

    assert [document.title for document in contents.documents] == ["Edge"]
    assert contents.notices == ("x.csv, row 3 has no name or text and was left out.",)


def test_owner_ids_that_no_file_explains_are_reported_once(tmp_path: Path) -> None:
    contents = load(tmp_path, "Id,Name,BillingCity,OwnerId\n1,A,B,005550000098765AAA\n2,C,D,005550000098765AAA\n")

    assert "Each of 2 rows (the first is x.csv, row 2) names its owner by an id" in contents.notices[0]
    assert contents.documents[0].people == ()


def test_an_id_that_a_spreadsheet_rounded_is_not_trusted(tmp_path: Path) -> None:
    contents = load(tmp_path, "Record ID,Company name\n7.08646E+09,Acme\n7.08646E+09,Edge\n")

    assert [document.title for document in contents.documents] == ["Acme", "Edge"]
    assert "a spreadsheet has rounded" in contents.notices[0]


def test_a_broken_row_is_a_failure_that_deletes_nothing(tmp_path: Path) -> None:
    source = a_source(tmp_path, {"x.csv": "Name,Email\nAna,a@x.example\nBo,b@x.example,what\n"})

    events = list(source.pull(None))

    assert [document.title for document in upserts(events)] == ["Ana"]
    assert any("x.csv, row 3, column 3" in e.what for e in events if isinstance(e, Failure))
    assert not source.census().complete


def test_an_unknown_file_among_known_ones_stops_nobody(tmp_path: Path) -> None:
    source = a_source(tmp_path, {**HUBSPOT, "zoo.csv": "Animal,Legs\nDog,4\n"})

    assert len(upserts(list(source.pull(None)))) == 4
    assert source.check() == [e.what for e in source.pull(None) if isinstance(e, Failure)]
    assert source.check()[0].endswith("It begins:\nAnimal | Legs\nDog | 4")
    assert not source.census().complete


def test_the_advice_on_an_unknown_file_works_when_it_is_followed(tmp_path: Path) -> None:
    files = {"wissen.csv": 'Frage "kurz",Antwort\nWer kennt Brückner?,Jana\n'}
    advice = re.search(r"columns = \{.*\}", a_source(tmp_path, files).check()[0])
    assert advice

    settings = tomllib.loads(f'kind = "crm-csv"\npath = "wissen.csv"\n{advice[0]}\n')

    columns = SourceSettings(**settings).columns
    assert [d.title for d in a_source(tmp_path, files, columns).load().documents] == ["Wer kennt Brückner?"]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04rest", b'Name,Email\n"Ana,a@x.example', b"\n\n"])
def test_a_file_that_is_no_table_is_refused_with_a_sentence(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.csv").write_bytes(data)

    with pytest.raises((UnreadableFile, UnknownExport), match=r"x\.csv"):
        CrmCsv(tmp_path / "x.csv", "x").load()


HEADER = st.sampled_from(
    ["Record ID", "Name", "First Name", "Last Name", "Email", "Company name", "Associated Company IDs", "Deal Name",
     "Deal Stage", "Note body", "Contact owner", "OwnerId", "WhatId", "Subject", "Deal - Title", "Person - Name"]
)  # fmt: skip
CELL = st.text(alphabet=st.sampled_from('ab1;,"\n@. <>()ü\x00'), max_size=8)


@given(st.lists(HEADER, min_size=1, max_size=5), st.lists(st.lists(CELL, max_size=6), max_size=5))
def test_no_table_makes_the_reader_fail_without_a_sentence(headers: list[str], rows: list[list[str]]) -> None:
    lines = [",".join(f'"{cell}"' for cell in row) for row in [headers, *rows]]
    try:
        documents = documents_of("\n".join(lines))
    except SourceError:
        return
    assert all(document.content_hash and document.title for document in documents)


def documents_of(text: str) -> tuple[Document, ...]:
    """What a file of this text tells, without a folder that outlives the example."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "any.csv").write_text(text, encoding="utf-8", newline="")
        return CrmCsv(Path(folder), "any").load().documents
