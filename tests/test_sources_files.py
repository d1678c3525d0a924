"""Reading files: encodings, tables, and a clear sentence for everything that is wrong with them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import SourceError, UnknownExport, UnreadableFile
from indexer.sources.files import decode, files_in, read_bytes, text_of
from indexer.sources.tables import table_of

SPOKEN = "Gespräch mit Brückner: 3 € je Stück – „gut“"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_western_text_is_read_in_any_usual_encoding(encoding: str) -> None:
    assert text_of(SPOKEN.encode(encoding), Path("notes.csv")) == SPOKEN


def test_one_wrong_byte_does_not_spoil_the_umlauts_of_the_rest() -> None:
    assert decode("Brückner\n".encode() + "Müller".encode("cp1252")) == "Brückner\nMüller"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"PK\x03\x04\x14\x00", "spreadsheet"),
        (b"%PDF-1.7 x", "PDF"),
        (b"<!DOCTYPE html><title>Sign in</title>", "sign-in"),
        (b"\x89PNG" + bytes(range(32)) * 9 + b"\x00\x01\x02" * 500, "not a text file"),
    ],
)
def test_a_file_of_another_kind_is_named_with_the_way_out(data: bytes, says: str) -> None:
    with pytest.raises(UnknownExport, match=says):
        text_of(data, Path("export.csv"))


def test_a_missing_an_empty_and_an_unfit_path_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"\xef\xbb\xbf \r\n")

    with pytest.raises(UnreadableFile, match=r"no file .*gone\.csv"):
        read_bytes(tmp_path / "gone.csv")
    with pytest.raises(UnreadableFile, match=r"empty\.csv is empty"):
        read_bytes(tmp_path / "empty.csv")
    with pytest.raises(UnreadableFile, match="is not a file"):
        read_bytes(tmp_path)
    with pytest.raises(UnreadableFile, match=r"holds no \.json file"):
        files_in(tmp_path, (".json",))


def test_a_file_without_permission_says_how_to_give_it(tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("Name\nAna\n")
    secret.chmod(0)
    try:
        secret.read_bytes()
    except PermissionError:
        with pytest.raises(UnreadableFile, match="chmod u"):
            read_bytes(secret)
    else:
        pytest.skip("this user may read everything")


def test_a_folder_gives_its_files_in_order_without_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.CSV", "a.csv", ".hidden.csv", "~$a.csv", "readme.md"):
        (tmp_path / name).write_text("x")

    assert [path.name for path in files_in(tmp_path, (".csv",))] == ["a.csv", "b.CSV"]


def test_any_delimiter_quotes_and_line_breaks_make_the_same_table() -> None:
    told = [("Name", "Note"), ("Müller, Jan", 'said "yes"\nand left')]
    for delimiter in ",;\t|":
        text = "\r\n".join(delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in told)
        table = table_of(text, "notes.csv")

        assert table.headers == told[0]
        assert table.rows[0].cells == told[1]


def test_excel_and_report_furniture_is_no_data() -> None:
    report = 'sep=;\nPipeline report\n\nDeal;Stage;Owner\nPilot;Open;Ana\n\n"Confidential";;\nCopyright 2024;;\n'

    table = table_of(report, "report.csv")

    assert table.headers == ("Deal", "Stage", "Owner")
    assert [(row.number, row.cells) for row in table.rows] == [(5, ("Pilot", "Open", "Ana"))]


def test_an_unclosed_quote_is_named_by_row_and_column() -> None:
    with pytest.raises(UnreadableFile, match=r"row 3, column 2 is never closed"):
        table_of('Name,Note\nAna,"fine"\nBo,"cut sho', "notes.csv")


def test_a_row_too_long_is_left_out_and_named_and_the_rest_is_read() -> None:
    table = table_of("Name,Note\nAna,yes, but\nBo,no\nCy\n", "notes.csv")

    assert [row.cells for row in table.rows] == [("Bo", "no"), ("Cy", "")]
    assert table.failures[0].startswith("notes.csv, row 2, column 3: 'but' lies beyond the 2 columns")


def test_a_file_that_ends_inside_a_row_is_reported() -> None:
    whole = "Name,City,Note\nAna,Berlin,x\nBo,Bonn,y\nCy,Köln,z\n"

    assert table_of(whole, "a.csv").failures == ()
    assert "ends in row 4 after column 2 of 3" in table_of(whole[:-3], "a.csv").failures[0]


def test_headers_that_repeat_or_are_empty_are_told_apart() -> None:
    assert table_of("Name,,Name,Name\n1,2,3,4\n", "a.csv").headers == ("Name", "column 2", "Name (2)", "Name (3)")


@given(st.text(alphabet=st.sampled_from('",;\t|\r\n a\x00é=')))
def test_no_text_makes_the_table_reader_fail_without_a_sentence(text: str) -> None:
    try:
        table = table_of(text, "any.csv")
    except SourceError:
        return
    assert all(len(row.cells) == len(table.headers) for row in table.rows)
    assert len(set(table.headers)) == len(table.headers)


@given(st.binary())
def test_all_bytes_can_be_decoded(data: bytes) -> None:
    assert isinstance(decode(data), str)
