"""Column headers of CRM exports: what is recognised, what is asked about, and what a mapping answers."""

from pathlib import Path

import pytest

from indexer.documents import Customer, Document, Person
from indexer.errors import SourceError, UnknownExport
from indexer.sources.crm_csv import CrmCsv
from indexer.sources.crm_headers import label_of, layout_of


def read(folder: Path, text: str, mapping: dict[str, str] | None = None) -> list[Document]:
    """The documents of one file."""
    (folder / "x.csv").write_text(text, encoding="utf-8")
    return list(CrmCsv(folder, "crm", mapping).load().documents)


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Name,Given Name,Family Name,Notes,E-mail 1 - Value,E-mail 2 - Value,Organization Name,"
         "Organization Title", "Ana Souza,Ana,Souza,met,ana@acme.example,a2@x.example,Acme,CTO"),
        ("First Name;Last Name;Company;Job Title;E-mail Address;E-mail 2 Address;Notes",
         "Ana;Souza;Acme;CTO;ana@acme.example;a2@x.example;met"),
        ("Vorname\tNachname\tFirma\tFunktion\tE-Mail\tE-Mail 2\tNotizen",
         "Ana\tSouza\tAcme\tCTO\tana@acme.example\ta2@x.example\tmet"),
    ],
)  # fmt: skip
def test_address_books_of_google_outlook_and_others_need_no_mapping(tmp_path: Path, header: str, row: str) -> None:
    (ana,) = read(tmp_path, f"{header}\n{row}\n")

    assert ana.people == (Person("Ana Souza", "self", "ana@acme.example"), Person("Ana Souza", "self", "a2@x.example"))
    assert ana.customers == (Customer("Acme"),)
    assert [section.text for section in ana.sections] == ["CTO, Acme", "met"]


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ("ID,ISDELETED,ACCOUNTID,NAME,STAGENAME,AMOUNT", "deal"),
        ("Id,Name,BillingCity,OwnerId", "company"),
        ("Opportunity Name,Stage,Account Name,Opportunity Owner", "deal"),
        ("Id,Title,ParentId,TextPreview", "note"),
        ("Id,CaseNumber,Subject,Description,AccountId", "activity"),
        ("Case Number,Subject,Account Name", "activity"),
        ("Task Title,Task Notes,Due Date", "activity"),
        ("Name,Email", "contact"),
        ("Lead - ID,Lead - Title,Lead - Organization", "deal"),
        ("Deal - Title,Deal - Value,Organization - Name,Person - Name", "deal"),
    ],
)
def test_the_kind_of_a_table_shows_in_its_headers(headers: str, kind: str) -> None:
    layout = layout_of(headers.split(","))

    assert layout is not None
    assert layout.kind == kind


@pytest.mark.parametrize("headers", ["Foo,Bar", "Product,Price", "Date,Amount,Balance", "id", "column 1"])
def test_other_tables_are_not_guessed_at(headers: str) -> None:
    assert layout_of(headers.split(",")) is None


def test_an_unknown_table_asks_one_question_with_a_preview(tmp_path: Path) -> None:
    with pytest.raises(
        UnknownExport, match=r"Which of its columns holds the name or title.*'Betreff', 'Wert'"
    ) as asked:
        read(tmp_path, "Betreff;Wert\nReklamation;12\n")

    assert asked.value.preview == "Betreff | Wert\nReklamation | 12"


def test_a_mapping_answers_it(tmp_path: Path) -> None:
    mapping = {"kind": "note", "title": "Betreff", "body": "Text", "company": "Wer", "date": "Wann", "owner": "Von"}

    (note,) = read(tmp_path, "Betreff;Text;Wer;Wann;Von\nReklamation;teuer;Müller AG;24.02.2023;Ana\n", mapping)

    assert (note.kind, note.title, note.sections[0].text) == ("note", "Reklamation", "teuer")
    assert note.customers == (Customer("Müller AG"),)
    assert note.people == (Person("Ana", "author"),)
    assert str(note.updated_at) == "2023-02-24 00:00:00+00:00"


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ({"title": "Betref"}, "Did you mean 'Betreff'"),
        ({"titel": "Betreff"}, "Did you mean 'title'"),
        ({"kind": "lead", "title": "Betreff"}, "not 'lead'"),
    ],
)
def test_a_wrong_mapping_names_the_nearest_right_one(tmp_path: Path, mapping: dict[str, str], says: str) -> None:
    with pytest.raises(SourceError, match=says):
        read(tmp_path, "Betreff;Wert\nReklamation;12\n", mapping)


@pytest.mark.parametrize(
    "template", ["{id", "https://x/{name}/{id}", "https://x.example/", "ftp://x/{id}", "{id}", "{id.x}"]
)
def test_a_link_template_that_makes_no_link_is_refused(tmp_path: Path, template: str) -> None:
    (tmp_path / "x.csv").write_text("Name,Email\nAna,a@x.example\n")

    assert "Write it like https://crm.example.com/{kind}/{id}" in CrmCsv(tmp_path, "x", None, template).check()[0]


@pytest.mark.parametrize(
    ("header", "label"),
    [("BILLINGCITY", "Billing City"), ("BillingCity", "Billing City"), ("Next_Step__c", "Next Step"), ("VAT", "VAT"),
     ("Deal - Value", "Value"), ("Country/Region", "Country/Region")],
)  # fmt: skip
def test_headers_are_shown_as_a_reader_would_write_them(header: str, label: str) -> None:
    assert label_of(header, "deal") == label
