"""Address books as products really write them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import Customer, Document, Person
from indexer.errors import UnknownExport
from indexer.sources.protocol import Failure, Notice, Source
from indexer.sources.vcard import VcardFile, document_of, name_of
from indexer.sources.vcard_lines import cards_of
from tests.contracts_source import SourceContract, upserts
from tests.shelf import Shelf

REAL = Path(__file__).parents[2] / "shared" / "data" / "sources" / "vcard"


def a_vcard(*lines: str, version: str = "3.0") -> bytes:
    """A card with these properties."""
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""]).encode()


def contact(*lines: str, version: str = "3.0") -> Document:
    """The document of a card with these properties."""
    return document_of(cards_of(a_vcard(*lines, version=version))[0], "vcard:team", "everyone")


class TestVcardFile(SourceContract):
    @pytest.fixture
    def source(self, tmp_path: Path) -> Source:
        (tmp_path / "team.vcf").write_bytes(a_vcard("FN:Ana Souza", "EMAIL:ana@acme.example") + a_vcard("N:Li;Bo"))
        return VcardFile(tmp_path, "team", "everyone")


class TestRealAddressBooks(SourceContract):
    @pytest.fixture
    def source(self) -> Source:
        if not REAL.exists():
            pytest.skip("the real address books are not here")
        return VcardFile(REAL, "real", "everyone")


@pytest.mark.parametrize(
    ("file", "names"),
    [
        ("gmail-list.vcf", ["Arnold Smith", "Chris Beatle", "Doug White"]),
        ("gmail-single.vcf", ["Greg Dartmouth"]),
        ("John_Doe_GMAIL.vcf", ["Mr. John Richter, James Doe Sr."]),
        ("John_Doe_LOTUS_NOTES.vcf", ["Mr. Doe John I Johny"]),
        ("John_Doe_MS_OUTLOOK.vcf", ["Mr. John Richter James Doe Sr."]),
        ("outlook-2003.vcf", ["John Doe III"]),
        ("rfc2426-example.vcf", ["Frank Dawson", "Tim Howes"]),
    ],
)
def test_every_card_of_a_real_address_book_is_read_with_its_name(file: str, names: list[str]) -> None:
    if not REAL.exists():
        pytest.skip("the real address books are not here")

    assert [d.title for d in upserts(list(VcardFile(REAL / file, "real").pull(None)))] == names


def test_real_cards_without_a_name_and_in_quoted_printable_are_read() -> None:
    if not REAL.exists():
        pytest.skip("the real address books are not here")

    titles = [d.title for d in upserts(list(VcardFile(REAL / "John_Doe_ANDROID.vcf", "real").pull(None)))]

    assert titles[:2] == ["john.doe@company.com", "jane.doe@company.com"]
    assert titles[2] == "Ñ Ñ Ñ Ñ Ñ"
    assert len(titles) == 6


def test_real_facts_come_through() -> None:
    if not REAL.exists():
        pytest.skip("the real address books are not here")

    (john,) = upserts(list(VcardFile(REAL / "outlook-2003.vcf", "real").pull(None)))

    assert john.people == (Person("John Doe III", "self", "jdoe@hotmail.com"),)
    assert john.customers == (Customer("Company, The"),)
    assert john.sections[-1].text == "This is the note field!!\nSecond line\n\nThird line is empty"
    assert str(john.updated_at) == "2012-10-12 21:05:25+00:00"


def test_all_addresses_are_kept_and_the_preferred_one_is_first() -> None:
    card = contact("FN:Ana", "EMAIL;TYPE=HOME:a@x.example", "item1.EMAIL;TYPE=INTERNET,PREF:Ana@Acme.example")

    assert [person.email for person in card.people] == ["ana@acme.example", "a@x.example"]


def test_job_company_telephone_and_address_are_told() -> None:
    card = contact("FN:Ana", "ORG:Brückner AG;Einkauf", "TITLE:Leiterin", "TEL;TYPE=WORK:+49 30 1", "TEL;TYPE=FAX:2",
                   "ADR:;;Hauptstr. 1;Berlin;;10115;Deutschland", "CATEGORIES:VIP,Rail")  # fmt: skip

    assert card.customers == (Customer("Brückner AG"),)
    assert card.sections[0].text == "Leiterin, Brückner AG, Einkauf"
    assert dict(card.fields) == {
        "Job title": "Leiterin", "Department": "Einkauf", "Phone": "+49 30 1",
        "Address": "Hauptstr. 1, Berlin, 10115, Deutschland",
    }  # fmt: skip
    assert card.labels == ("VIP", "Rail")


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (["N:Doe;John;Q.;Mr.;Jr."], "Mr. John Q. Doe Jr."),
        (["FN:", "N:;;;;", "ORG:Acme"], "Acme"),
        (["EMAIL:ana@acme.example"], "ana@acme.example"),
        (["FN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller"], "Müller"),
        (["FN;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:J=C3=BCrgen =", "Gro=C3=9F"], "Jürgen Groß"),
        (["FN:Ana \\, Souza\\; Dr.\\nX"], "Ana , Souza; Dr. X"),
        (["FN:Fold", " ed Name"], "Folded Name"),
        (['FN;X="a:b;c":Quoted'], "Quoted"),
        (["fn:lower case"], "lower case"),
    ],
)
def test_names_are_read_however_they_are_written(lines: list[str], name: str) -> None:
    assert name_of(cards_of(a_vcard(*lines, version="2.1"))[0]) == name


def test_version_4_uris_and_kinds_are_understood() -> None:
    card = contact("KIND:org", "FN:Acme GmbH", "TEL;VALUE=uri:tel:+49-30-1;ext=2", version="4.0")

    assert (card.kind, card.customers) == ("company", (Customer("Acme GmbH"),))
    assert dict(card.fields)["Phone"] == "+49-30-1"
    assert cards_of(a_vcard("EMAIL;PREF=1:mailto:b@x.example", "EMAIL:a@x.example"))[0].all("EMAIL")[0].preferred


def test_pictures_keys_and_agents_are_left_out() -> None:
    agent = ("AGENT:", "BEGIN:VCARD", "FN:Her agent", "END:VCARD")
    lines = ("FN:Ana", "PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ", " SkZJRg==", *agent, "NOTE:after")

    (card,) = cards_of(a_vcard(*lines))

    assert [(p.name, p.value) for p in card.properties] == [("VERSION", "3.0"), ("FN", "Ana"), ("NOTE", "after")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_names_keep_their_umlauts_in_any_encoding(encoding: str) -> None:
    data = "BEGIN:VCARD\nFN:Jürgen Müller\nEND:VCARD\n".encode(encoding)

    assert name_of(cards_of(data)[0]) == "Jürgen Müller"


def test_ids_stay_the_same_when_the_telephone_changes() -> None:
    before, after = (contact("FN:Ana", "EMAIL:a@x.example", f"TEL:{n}") for n in (1, 2))

    assert before.id == after.id
    assert contact("FN:Ana", "UID:urn:uuid:4f-1").id == "vcard:team:contact:4f-1"


def test_a_card_cut_short_is_a_failure_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "team.vcf").write_bytes(a_vcard("FN:Ana") + b"BEGIN:VCARD\nFN:Bo\nTEL:1")
    source = VcardFile(tmp_path / "team.vcf", "team")

    events = list(source.pull(None))

    assert [document.title for document in upserts(events)] == ["Ana", "Bo"]
    assert next(e.what for e in events if isinstance(e, Failure)).startswith("team.vcf, line 5: the card of 'Bo'")
    assert not source.census().complete


def test_a_person_who_stands_twice_is_told_once_and_both_lines_are_named(tmp_path: Path) -> None:
    (tmp_path / "team.vcf").write_bytes(a_vcard("FN:Ana", "EMAIL:a@x.example") * 2)

    events = list(VcardFile(tmp_path / "team.vcf", "team").pull(None))

    assert len(upserts(events)) == 1
    assert any("team.vcf, line 1 and team.vcf, line 6" in e.text for e in events if isinstance(e, Notice))


def test_groups_are_no_people(tmp_path: Path) -> None:
    (tmp_path / "team.vcf").write_bytes(a_vcard("KIND:group", "FN:Friends") + a_vcard("FN:Ana"))

    assert [d.title for d in upserts(list(VcardFile(tmp_path, "team").pull(None)))] == ["Ana"]


def test_another_file_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.vcf").write_text("BEGIN:VCALENDAR\nEND:VCALENDAR\n")

    with pytest.raises(UnknownExport, match="holds no vCard: it begins with 'BEGIN:VCALENDAR"):
        list(VcardFile(tmp_path / "x.vcf", "team").pull(None))


def test_without_a_stated_visibility_contacts_are_private_and_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.vcf").write_bytes(a_vcard("FN:Ana"))

    events = list(VcardFile(tmp_path, "team").pull(None))

    assert upserts(events)[0].visibility == "private"
    assert any("nobody is shown them" in e.text for e in events if isinstance(e, Notice))


LINE = st.from_regex(
    rb"(item1\.)?(BEGIN|END|FN|N|ORG|EMAIL|TEL|ADR|NOTE|AGENT|UID)(;(CHARSET=\w{0,9}|ENCODING=(QUOTED-PRINTABLE|b)|PREF|\"|X=\"))*"
    rb":(VCARD|.{0,20}=?)", fullmatch=True,
)  # fmt: skip


@given(st.binary() | st.lists(LINE, max_size=12).map(b"\n".join))
def test_no_bytes_make_the_reader_fail(data: bytes) -> None:
    for card in cards_of(b"BEGIN:VCARD\n" + data):
        assert document_of(card, "vcard:any", "private").content_hash


def test_a_folder_of_many_files_is_one_address_book_that_is_read_anew_when_it_changes(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"{number}.vcf").write_bytes(a_vcard(f"UID:u{number}", f"FN:Kontakt {number}") * (1 + number % 2))
    (tmp_path / "readme.txt").write_text("no cards here")
    shelf, source = Shelf(), VcardFile(tmp_path, "team", "everyone")
    assert shelf.update(source) == ()
    assert len(shelf.documents) == 30

    (tmp_path / "7.vcf").write_bytes(a_vcard("UID:u7", "FN:Jörg Müller"))
    (tmp_path / "8.vcf").unlink()
    shelf.update(source)

    assert shelf.documents["vcard:team:contact:u7"].title == "Jörg Müller"
    assert shelf.dropped == {"vcard:team:contact:u8"}


def test_a_broken_file_in_a_folder_is_named_and_nobody_vanishes_because_of_it(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.vcf").write_bytes(a_vcard(f"UID:{name}", f"FN:{name}"))
    shelf, source = Shelf(), VcardFile(tmp_path, "team", "everyone")
    shelf.update(source)

    (tmp_path / "a.vcf").write_bytes(b"%PDF-1.7")
    (sentence,) = shelf.update(source)

    assert "a.vcf is a PDF" in sentence
    assert shelf.titles == ["a", "b"]
