"""Forgetting a person: not a byte of them stays, nobody else is lost, and they do not come back."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.asking import EVERYBODY, Question, Viewer
from indexer.confirming import Confirmation
from indexer.documents import Document, Person, Section
from indexer.errors import SignpostError
from indexer.forgetting import FORGOTTEN, Forgotten, hash_of, ways_to_write
from indexer.knowledge import Knowledge
from service.access.sessions import Login
from service.erasing import Erasing
from service.ledger import Ledger
from service.settings import Settings, load
from tests.builders import NOW, a_card
from tests.fakes import HashingEmbedder
from tests.pages import BRUECKNER, Shelf, a_receipt

UTE = Person("Ute Krämer-Okonkwo", "contact", "ute@brueckner.example")
TOM = Person("Tom Okafor", "author", "tom@ours.example")
NAMES, ADDRESSES = ("Ute Krämer-Okonkwo",), ("ute@brueckner.example",)
KEY = b"k"


def those(*names: str, addresses: tuple[str, ...] = ()) -> Forgotten:
    ways = {way for name in names for way in ways_to_write(name)} | {(a,) for a in addresses}
    return Forgotten(KEY, frozenset(hash_of(KEY, way) for way in ways), max(map(len, ways)))


WHO = those(*NAMES, addresses=ADDRESSES)


def world() -> list[Document]:
    wish = "UTE KRÄMER-OKONKWO wants a visit, mail her: Ute@Brueckner.example."
    comment = Section(wish, "comment", None, "Tom Okafor")
    pilot = a_card("Pilot with Brückner", "Kick-off.", key="pilot", customers=(BRUECKNER,), people=(TOM, UTE))
    record = a_contact(replace(UTE, role="self"), "trello:sales:contact:9")
    hers = a_card("Call with Krämer-Okonkwo, Ute", "Asked for references.", key="call", people=(UTE,))
    private = a_card("Salary", "Ute Krämer-Okonkwo asked.", key="salary", visibility="private")
    crane = a_card("Crane", "Spare parts.", key="crane")
    return [replace(pilot, sections=(*pilot.sections, comment)), record, hers, private, crane]


def a_contact(person: Person, key: str) -> Document:
    return replace(a_card(person.name, people=(person,)), id=key, kind="contact")


@pytest.mark.parametrize(
    ("told", "struck"),
    [
        ("Ute Krämer-Okonkwo rang.", f"{FORGOTTEN} rang."),
        ("ask ute krämer-okonkwo", f"ask {FORGOTTEN}"),
        ("Krämer-Okonkwo, Ute", FORGOTTEN),
        ("from Ute\n Krämer-Okonkwo", f"from {FORGOTTEN}"),
        ("<UTE@brueckner.example>; x@y.example", f"<{FORGOTTEN}>; x@y.example"),
        ("Ute rang. Krämer came.", "Ute rang. Krämer came."),
        ("Ute. A long sentence between. Krämer-Okonkwo", "Ute. A long sentence between. Krämer-Okonkwo"),
        ("xute@brueckner.example", "xute@brueckner.example"),
    ],
)
def test_a_person_is_taken_out_of_a_text_and_nobody_else(told: str, struck: str) -> None:
    assert WHO.text(told) == struck


@given(st.text(max_size=60), st.text(max_size=60))
def test_wherever_somebody_is_named_between_spaces_nothing_else_changes(before: str, after: str) -> None:
    told = f"{before} | Ute Krämer-Okonkwo | {after}"

    struck = WHO.text(told)

    assert struck == f"{WHO.text(before)} | {FORGOTTEN} | {WHO.text(after)}"
    assert WHO.text(struck) == struck


@given(st.text(max_size=80))
def test_nobody_forgotten_changes_nothing(told: str) -> None:
    assert Forgotten().text(told) == told


def test_a_record_of_them_is_gone_and_other_documents_keep_the_rest() -> None:
    pilot, record, *_ = world()
    struck = WHO.document(pilot)

    assert WHO.document(record) is None
    assert struck
    assert [p.name for p in struck.people] == ["Tom Okafor"]
    assert struck.sections[-1].text == f"{FORGOTTEN} wants a visit, mail her: {FORGOTTEN}."


@pytest.fixture
def home(tmp_path: Path) -> Iterator[tuple[Settings, Knowledge, Ledger]]:
    settings = replace_data(tmp_path)
    ledger = Ledger.open(settings.data / "ledger.db")
    knowledge = Knowledge.open(settings.data / "index", HashingEmbedder, ledger.forgotten.all)
    knowledge.update([Shelf(world(), "trello:sales")])
    knowledge.confirm([Confirmation("Who knows Ute Krämer-Okonkwo?", "trello:sales:card:pilot", NOW, "marked")])
    ledger.keep([replace(a_receipt(), sender="ute@brueckner.example", subject="Von Ute Krämer-Okonkwo")])
    ledger.confirmations.keep([Confirmation("Who knows Ute Krämer-Okonkwo?", "trello:sales:card:pilot", NOW, "marked")])
    ledger.people.put("ute@brueckner.example", "Ute Krämer-Okonkwo", "hash", NOW)
    ledger.sessions.begin(Login("ute@brueckner.example", NAMES[0], "local"), NOW, timedelta(1))
    ledger.audit.note("ute@brueckner.example", "login", {}, NOW)
    yield settings, knowledge, ledger
    knowledge.close()
    ledger.close()


def replace_data(folder: Path) -> Settings:
    (folder / "signpost.toml").write_text('data = "here"\n', encoding="utf-8")
    return load(folder / "signpost.toml", {})


def test_not_a_byte_of_them_is_left_and_others_are_found_as_before(home: tuple[Settings, Knowledge, Ledger]) -> None:
    settings, knowledge, ledger = home
    erasing = Erasing(settings, knowledge, ledger)
    before = b"".join(f.read_bytes() for f in settings.data.rglob("*") if f.is_file())

    names, addresses = erasing.who("Ute@brueckner.example")
    told = erasing.erase(names, addresses, NOW)

    after = b"".join(f.read_bytes() for f in settings.data.rglob("*") if f.is_file())
    for form in ("Krämer-Okonkwo".encode(), json.dumps("Krämer-Okonkwo")[1:-1].encode(), b"ute@brueckner.example"):
        assert form.lower() in before.lower() or form.startswith(b"Kr\\u")
        assert form.lower() not in after.lower()
    assert (told.documents, told.left) == (4, ())
    (answer,) = knowledge.answer([Question("crane spare parts")], EVERYBODY)
    assert answer.hits[0].document.id == "trello:sales:card:crane"
    assert knowledge.check() == []
    assert [e.name for e in knowledge.every_entity() if "Ute" in e.name] == []


def test_what_sources_tell_of_them_later_is_struck_out(home: tuple[Settings, Knowledge, Ledger]) -> None:
    settings, knowledge, ledger = home
    Erasing(settings, knowledge, ledger).erase(NAMES, ADDRESSES, NOW)

    knowledge.update([Shelf([*world(), a_card("News", "Ute Krämer-Okonkwo is back.", key="news")], "trello:sales")])

    (news,) = knowledge.documents(["trello:sales:card:news"], EVERYBODY)
    assert news.sections[0].text == f"{FORGOTTEN} is back."
    assert knowledge.documents(["trello:sales:contact:9"], Viewer()) == []


def test_the_decision_about_their_mail_stays_without_them(home: tuple[Settings, Knowledge, Ledger]) -> None:
    settings, knowledge, ledger = home
    Erasing(settings, knowledge, ledger).erase(NAMES, ADDRESSES, NOW)

    (receipt,) = ledger.receipts()
    assert (receipt.sender, receipt.subject) == (FORGOTTEN, f"Von {FORGOTTEN}")
    assert ledger.people.all() == []
    assert ledger.audit.latest()[0].who == FORGOTTEN


def test_forgetting_twice_changes_nothing_more(home: tuple[Settings, Knowledge, Ledger]) -> None:
    settings, knowledge, ledger = home
    erasing = Erasing(settings, knowledge, ledger)
    erasing.erase(NAMES, ADDRESSES, NOW)

    again = erasing.erase(NAMES, ADDRESSES, NOW)

    assert (again.documents, again.rows, again.left) == (0, 0, ())


def test_two_people_of_one_name_have_to_be_told_apart(tmp_path: Path) -> None:
    settings = replace_data(tmp_path)
    ledger = Ledger.in_memory()
    knowledge = Knowledge.open(settings.data / "index", HashingEmbedder)
    two = [a_contact(Person("Jo Lind", "self", f"jo@{n}.example"), f"crm:x:contact:{n}") for n in ("a", "b")]
    knowledge.update([Shelf(two, "crm:x")])

    with pytest.raises(SignpostError, match="2 people are called Jo Lind"):
        Erasing(settings, knowledge, ledger).who("Jo Lind")
    assert Erasing(settings, knowledge, ledger).who("jo@a.example")[1] == ("jo@a.example",)
