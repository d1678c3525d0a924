"""Other names of a company that its record tells: a former name, an alias, a brand."""

import pytest

from indexer.documents import Document
from indexer.entities import Directory, entities_of


def a_record(title: str, *fields: tuple[str, str]) -> Document:
    return Document(f"crm:a:company:{title}", "company", title, "https://crm.example/1", fields=fields)


def found(text: str, *records: Document) -> list[str]:
    return [mention.name for mention in Directory(entities_of(records)).find(text)]


@pytest.mark.parametrize(
    "field",
    ["Former name", "Alias", "aka", "Also known as", "Legal Name", "DBA", "Früherer Name", "ehemals", "Nom commercial"],
)
def test_a_company_is_found_by_another_name_that_its_record_tells(field: str) -> None:
    record = a_record("Nordwind Energy AG", ("Domain", "nordwind.example"), (field, "Vestas Küste"))

    assert found("Who is talking to Vestas Küste?", record) == ["Nordwind Energy AG"]


def test_each_of_several_other_names_counts() -> None:
    record = a_record("Nordwind Energy AG", ("Aliases", "Vestas Küste; Boreas Wind"))

    assert found("Wer betreut Boreas Wind?", record) == ["Nordwind Energy AG"]
    assert found("Wer betreut Vestas Küste?", record) == ["Nordwind Energy AG"]


@pytest.mark.parametrize("field", ["Owner alias", "Industry", "Phone name", "Domain"])
def test_what_tells_something_else_names_nobody(field: str) -> None:
    assert found("Who is talking to Vestas Küste?", a_record("Nordwind Energy AG", (field, "Vestas Küste"))) == []


def test_of_a_name_that_somebody_else_bears_now_the_bearer_is_meant() -> None:
    old = a_record("Nordwind Energy AG", ("Domain", "nordwind.example"), ("Former name", "Boreas"))
    new = a_record("Boreas", ("Domain", "boreas.example"))

    assert found("Who is talking to Boreas?", old, new) == ["Boreas"]


def test_what_several_records_tell_as_another_name_is_none() -> None:
    records = [a_record("Nordwind Energy AG", ("Alias", "n/a")), a_record("Talbot Rail Ltd", ("Alias", "n/a"))]

    assert found("Who is talking to Talbot Rail?", *records) == ["Talbot Rail Ltd"]
    assert len(entities_of(records)) == 2


def test_a_former_name_never_makes_one_company_of_two() -> None:
    old, new = a_record("Nordwind Energy AG", ("Former name", "Boreas")), a_record("Boreas")

    assert found("Who is talking to Boreas?", old, new) == ["Boreas"]
    assert found("Who is talking to Nordwind Energy?", old, new) == ["Nordwind Energy AG"]
