"""Folder names go to the server as they came from it, and one that nobody can read stands in no other's way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mailbox.answers import Record
from service.mailbox.folders import Folder
from service.mailbox.listing import decoded, listed, on_the_wire, quoted

NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n"), min_size=1, max_size=40)


@given(NAMES)
def test_a_name_comes_back_as_it_went(name: str) -> None:
    assert decoded(on_the_wire(name)) == name
    assert [f.name for f, _ in listed([b'() "/" ' + quoted(on_the_wire(name))])] == [name]


def test_names_are_written_as_rfc_9051_shows() -> None:
    assert on_the_wire("~peter/mail/台北/日本語") == b"~peter/mail/&U,BTFw-/&ZeVnLIqe-"
    assert on_the_wire("Einkauf & Verkauf") == b"Einkauf &- Verkauf"
    assert on_the_wire("Entwürfe") == b"Entw&APw-rfe"


@pytest.mark.parametrize(
    ("line", "folder"),
    [
        (b'(\\HasNoChildren \\Drafts) "/" "[Gmail]/Entw&APw-rfe"', Folder("[Gmail]/Entwürfe", "/")),
        (b'() "." INBOX.Drafts', Folder("INBOX.Drafts", ".")),
        (b'() NIL "Alles"', Folder("Alles", "")),
        (b'() "\\\\" "Kunden\\\\M\\"uller\\""', Folder('Kunden\\M"uller"', "\\")),
        (b'() "/" Gesendete Objekte', Folder("Gesendete Objekte")),
        (b'(\\Noselect) "/" [Gmail]', Folder("[Gmail]")),
        ((b'() "/" {9}', b'Neu "und"'), Folder('Neu "und"')),
    ],
)
def test_lines_of_a_list_are_read_as_servers_write_them(line: Record, folder: Folder) -> None:
    ((read, _),) = listed([line, b""] if isinstance(line, tuple) else [line])

    assert (read.name, read.delimiter) == (folder.name, folder.delimiter)


def test_a_name_in_bare_utf8_goes_back_as_it_came() -> None:
    ((folder, raw),) = listed(['() "/" "Entwürfe"'.encode()])

    assert (folder.name, raw) == ("Entwürfe", "Entwürfe".encode())


@pytest.mark.parametrize("name", [b"Entw&APw", b"&AA-", b"&!!!!-", b"\xff\xfe", b"&2D0-", b"a\0b", b"&" * 1_000_000])
def test_a_name_that_nobody_can_read_is_passed_over_and_the_next_is_not(name: bytes) -> None:
    assert [f.name for f, _ in listed([b'() "/" ' + quoted(name), b"nonsense", b"", b'() "/" Drafts'])] == ["Drafts"]


@given(st.lists(st.one_of(st.binary(max_size=60), st.tuples(st.binary(max_size=20), st.binary(max_size=20)))))
def test_whatever_comes_no_list_breaks(records: list[bytes | tuple[bytes, bytes]]) -> None:
    assert len(listed(records)) <= len(records)
