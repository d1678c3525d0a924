"""A folder into which others drop files, whole and half, right and wrong."""

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import Customer, Document, Person, Section
from indexer.errors import UnreadableFile
from indexer.sources.drop import ABANDONED, LATE, DropFolder
from indexer.sources.drop_lines import FIELDS, Wrong, document_of, documents_in
from indexer.sources.protocol import Failure, Notice, Source
from tests.contracts_source import SourceContract, upserts
from tests.shelf import Shelf

DOCS = (Path(__file__).parents[1] / "docs" / "drop-folder.md").read_text(encoding="utf-8")
NOW = 1_772_442_000.0


def put(folder: Path, name: str, text: str, age: float = 100.0) -> Path:
    """Write a file that was changed so many seconds ago."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    os.utime(path, (NOW - age, NOW - age))
    return path


def lines(*told: dict[str, Any]) -> str:
    """One object a line."""
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in told)


def a_drop(folder: Path, **more: Any) -> DropFolder:
    """The folder, as it is read by somebody with a clock that stands still."""
    facts: dict[str, Any] = {"visibility": "everyone", "now": lambda: NOW, "sleep": lambda _: None}
    return DropFolder(folder, "team", **facts | more)


def told(line: dict[str, Any]) -> Document:
    """The document of a line."""
    return document_of(json.dumps(line), "drop:team", "private")


class TestDropFolder(SourceContract):
    @pytest.fixture
    def source(self, tmp_path: Path) -> Source:
        put(tmp_path, "notes.jsonl", lines({"id": 1, "title": "Pilot"}, {"id": "n 2", "text": "Ruft an.\nMorgen"}))
        put(tmp_path, "companies.csv", "Record ID,Company name,Company owner\n7,Brückner Logistik,Ana Souza\n")
        put(tmp_path, "team.vcf", "BEGIN:VCARD\nFN:Bo Li\nEMAIL:bo@firma.example\nEND:VCARD\n")
        return a_drop(tmp_path)


def test_files_of_all_three_kinds_make_one_source(tmp_path: Path) -> None:
    put(tmp_path, "notes.jsonl", lines({"id": 1, "title": "Pilot"}))
    put(tmp_path, "companies.csv", "Record ID,Company name\n7,Brückner Logistik\n")
    put(tmp_path, "team.vcf", "BEGIN:VCARD\nUID:b\nFN:Bo Li\nEND:VCARD\n")

    ids = sorted(document.id for document in upserts(list(a_drop(tmp_path).pull(None))))

    assert ids == ["drop:team:company:7", "drop:team:contact:b", "drop:team:note:1"]


def test_a_line_may_say_everything_a_document_holds() -> None:
    found = told(
        {
            "id": 17, "kind": "deal", "title": "Pilot ", "url": "https://crm.example/17", "text": "<p>a</p><p>b</p>",
            "sections": ["c", {"text": "d", "kind": "comment", "author": "Jo", "at": "2026-03-02", "url": "http://x.y/#1"}],
            "people": ["Bo", {"name": "Ana", "role": "owner", "email": "Ana@Firma.example"}],
            "customers": ["Acme", {"name": "Weiß", "id": 9, "domains": ["https://www.weiss.example/"]}],
            "parent": "Sales", "lane": "Won", "status": "won", "labels": ["VIP", "VIP"], "_note": "for others",
            "fields": {"Amount": 4.5, "Signed": True, "Empty": ""}, "created": "2026-03-01T10:00:00+01:00",
            "visibility": "group:sales",
        }
    )  # fmt: skip

    assert found == Document(
        id="drop:team:deal:17", kind="deal", title="Pilot", url="https://crm.example/17",
        sections=(Section("a\n\nb"), Section("c"),
                  Section("d", "comment", "http://x.y/#1", "Jo", datetime(2026, 3, 2, tzinfo=UTC))),
        people=(Person("Bo", "contact"), Person("Ana", "owner", "ana@firma.example")),
        customers=(Customer("Acme"), Customer("Weiß", "9", ("weiss.example",))),
        parent="Sales", lane="Won", status="won", labels=("VIP",), fields=(("Amount", "4.5"), ("Signed", "yes")),
        created_at=datetime(2026, 3, 1, 9, tzinfo=UTC), updated_at=datetime(2026, 3, 1, 9, tzinfo=UTC),
        visibility="group:sales",
    )  # fmt: skip


def test_the_example_and_the_fields_in_the_documentation_are_right() -> None:
    (example,) = re.findall(r"```json\n(.*?)\n```", DOCS, re.DOTALL)
    documented = [name for row in re.findall(r"^\| (`.*?`) \|", DOCS, re.M) for name in re.findall(r"`(\w+)`", row)]

    found = document_of(example, "drop:team", "private")

    assert (found.title, found.visibility, found.people[0].role) == ("Pilot with Brückner", "everyone", "owner")
    assert sorted(documented) == sorted(FIELDS)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('{"id": 1, "title": "x"', "it is no JSON at column 23"),
        ("[1]", "it is no object"),
        ('{"title": "x"}', 'it has no "id"'),
        ('{"id": 1}', 'it has neither "title" nor "text"'),
        ('{"id": 1, "title": 5}', '"title" is 5; it has to be a text'),
        ('{"id": 1, "title": "x", "visiblity": "private"}', '"visiblity" is unknown (did you mean "visibility"?)'),
        ('{"id": 1, "title": "x", "zzz": 1}', '"zzz" is unknown (a line may have id, kind,'),
        ('{"id": 1, "title": "x", "kind": "ticket"}', '"kind" is "ticket"; it may be card, note,'),
        ('{"id": 1, "title": "x", "status": null}', '"status" is null; it may be open,'),
        ('{"id": 1, "title": "x", "url": "javascript:alert(1)"}', "it has to begin with https://"),
        ('{"id": 1, "title": "x", "updated": "soon"}', '"updated" is "soon"; write a time such as'),
        ('{"id": 1, "title": "x", "visibility": "public"}', '"visibility" is "public"; it may be everyone,'),
        ('{"id": 1, "title": "x", "labels": "VIP"}', '"labels" is "VIP"; it has to be a list'),
        ('{"id": 1, "title": "x", "labels": [1]}', '"labels" holds 1'),
        ('{"id": 1, "title": "x", "people": [{"role": "owner"}]}', 'an object with "name"'),
        ('{"id": 1, "title": "x", "people": [{"name": "A", "email": "a"}]}', "which is no mail address"),
        ('{"id": 1, "title": "x", "sections": [{"text": "a", "auhtor": "b"}]}', 'did you mean "author"?'),
        ('{"id": 1, "title": "x", "fields": {"a": {}}}', '"fields" holds {}'),
        ('{"id": 1, "title": "x", "fields": []}', '"fields" is []'),
    ],
)
def test_a_wrong_line_is_told_in_one_clear_sentence(line: str, sentence: str) -> None:
    with pytest.raises(Wrong, match=re.escape(sentence)):
        document_of(line, "drop:team", "private")


def test_a_wrong_line_is_left_out_and_nothing_is_forgotten_because_of_it(tmp_path: Path) -> None:
    good, other = {"id": 1, "title": "Pilot"}, {"id": 2, "title": "Angebot"}
    put(tmp_path, "notes.jsonl", lines(good, other))
    shelf, source = Shelf(), a_drop(tmp_path)
    shelf.update(source)

    put(tmp_path, "notes.jsonl", lines(good, other | {"kind": "x"}, {"id": 3, "title": "Neu"}))
    (sentence,) = shelf.update(source)

    assert sentence.startswith('notes.jsonl, line 2: "kind" is "x"; it may be card')
    assert sentence.endswith("The line was left out.")
    assert shelf.titles == ["Angebot", "Neu", "Pilot"]

    put(tmp_path, "notes.jsonl", lines(good))
    assert shelf.update(source) == ()
    assert shelf.titles == ["Pilot"]


@pytest.mark.parametrize(
    ("name", "text", "age"),
    [
        ("notes.jsonl", '{"id": 1, "title": "Pilot"}\n{"id": 2, "ti', 5),
        ("notes.jsonl", '{"id": 1, "title": "Pilot"}', 5),
        ("notes.jsonl", "", 5),
        ("notes.jsonl.part", "", 100),
        (".notes.jsonl.X7a", "", 100),
        ("notes.jsonl~", "", 100),
    ],
)
def test_what_is_half_written_is_left_for_the_next_look(tmp_path: Path, name: str, text: str, age: float) -> None:
    whole = lines({"id": 1, "title": "Pilot"}, {"id": 2, "title": "Angebot"})
    put(tmp_path, "notes.jsonl", whole)
    put(tmp_path, "more.jsonl", lines({"id": 3, "title": "Neu"}))
    shelf, source = Shelf(), a_drop(tmp_path)
    shelf.update(source)

    put(tmp_path, "notes.jsonl", lines({"id": 1, "title": "Pilot"}))
    half = put(tmp_path, name, text, age)
    assert shelf.update(source) == ()
    assert shelf.titles == ["Angebot", "Neu", "Pilot"]
    assert any("left for the next look" in e.text for e in source.pull(None) if isinstance(e, Notice))

    half.unlink()
    put(tmp_path, "notes.jsonl", lines({"id": 2, "title": "Angebot"}))
    shelf.update(source)
    assert shelf.titles == ["Angebot", "Neu"]


def test_a_file_that_grows_while_it_is_watched_has_to_wait(tmp_path: Path) -> None:
    path = put(tmp_path, "notes.jsonl", lines({"id": 1, "title": "Pilot"}), age=1)
    put(tmp_path, "more.jsonl", lines({"id": 3, "title": "Neu"}))

    def grow(_: float) -> None:
        put(tmp_path, "notes.jsonl", path.read_text() + lines({"id": 2, "title": "Angebot"}), age=1)

    events = list(a_drop(tmp_path, sleep=grow).pull(None))

    assert [document.title for document in upserts(events)] == ["Neu"]
    assert [e.text for e in events if isinstance(e, Notice)] == [
        "notes.jsonl is still being written; it was left for the next look, and nothing is deleted until then."
    ]
    assert not a_drop(tmp_path, sleep=grow).census().complete


def test_a_file_just_written_is_read_once_it_rests(tmp_path: Path) -> None:
    put(tmp_path, "notes.jsonl", lines({"id": 1, "title": "Pilot"}), age=0)
    slept = list[float]()

    assert len(upserts(list(a_drop(tmp_path, sleep=slept.append).pull(None)))) == 1
    assert slept == [2.0]


def test_a_file_without_a_newline_at_its_end_is_read_after_a_minute(tmp_path: Path) -> None:
    put(tmp_path, "notes.jsonl", '{"id": 1, "title": "Pilot"}', age=LATE + 1)

    assert a_drop(tmp_path).census().ids == {"drop:team:note:1"}


def test_a_copy_that_nobody_finished_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    put(tmp_path, "notes.jsonl", lines({"id": 1, "title": "Pilot"}))
    put(tmp_path, "notes.jsonl.part", "", age=ABANDONED + 1)

    assert a_drop(tmp_path).census().complete


def test_files_of_other_kinds_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    put(tmp_path, "notes.jsonl", lines({"id": 1, "title": "Pilot"}))
    put(tmp_path, "angebot.xlsx", "PK")
    put(tmp_path, ".hidden", "")

    events = list(a_drop(tmp_path).pull(None))

    assert len(upserts(events)) == 1
    assert [e.text for e in events if isinstance(e, Notice)] == [
        "angebot.xlsx in the drop folder cannot be read; it takes .jsonl, .ndjson, .csv, .tsv, .vcf, .vcard files."
    ]


def test_one_unreadable_file_does_not_take_the_others_along(tmp_path: Path) -> None:
    put(tmp_path, "notes.jsonl", json.dumps([{"id": 1}]) + "\n")
    put(tmp_path, "what.csv", "Farbe,Form\nrot,rund\n")
    put(tmp_path, "team.vcf", "BEGIN:VCARD\nFN:Bo Li\nEND:VCARD\n")

    events = list(a_drop(tmp_path).pull(None))

    assert [document.title for document in upserts(events)] == ["Bo Li"]
    failures = [event.what for event in events if isinstance(event, Failure)]
    assert "notes.jsonl is one list. Write one object a line" in failures[0]
    assert "what.csv is a table, but of no product that is known" in failures[1]


def test_a_missing_and_an_empty_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="There is no folder"):
        list(a_drop(tmp_path / "gone").pull(None))
    with pytest.raises(UnreadableFile, match="Put the export there"):
        list(a_drop(tmp_path).pull(None))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inside: (
        st.lists(inside, max_size=3) | st.dictionaries(st.sampled_from([*FIELDS, "name"]), inside, max_size=4)
    ),
    max_leaves=8,
)


def any_lines() -> Iterator[st.SearchStrategy[str]]:
    yield st.text()
    yield JSON.map(json.dumps)
    yield st.fixed_dictionaries({"id": st.text(), "title": st.text()}, optional=dict.fromkeys(FIELDS[4:], JSON)).map(
        json.dumps
    )


@given(st.one_of(*any_lines()).filter(lambda line: not line.lstrip().startswith("[")))
def test_any_line_is_a_document_or_a_sentence(line: str) -> None:
    placed, wrong = documents_in(line.replace("\n", " "), "any.jsonl", "drop:team", "private")

    assert len(placed) + len(wrong) <= 1
    assert all("\n" not in sentence for sentence in wrong)
    assert all(each.document.content_hash and each.document.title for each in placed)
