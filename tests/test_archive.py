"""Saved mail of any shape is read mail by mail, and nothing is changed."""

from pathlib import Path

import pytest

from indexer.errors import SignpostError
from service.mailbox.archive import saved_mails

ONE = b"From: J\xc3\xb6rg <joerg@firma.example>\nSubject: eins\n\nWer kennt Br\xc3\xbcckner?\n"
TWO = b"From: anna@firma.example\nSubject: zwei\n\nFrom the north with love\n"


def test_an_mbox_is_cut_where_mails_begin_and_its_quoting_undone(tmp_path: Path) -> None:
    mbox = tmp_path / "old.mbox"
    body = TWO.replace(b"\nFrom the", b"\n>From the")
    mbox.write_bytes(b"From joerg Mon Mar  2\n" + ONE + b"\nFrom anna Tue Mar  3\n" + body)

    mails = list(saved_mails(mbox))

    assert [mail.strip() for mail in mails] == [ONE.strip(), TWO.strip()]


def test_a_line_that_begins_with_from_inside_a_paragraph_ends_no_mail(tmp_path: Path) -> None:
    mbox = tmp_path / "old.mbox"
    mbox.write_bytes(b"From joerg Mon Mar  2\n" + ONE + b"From here on it is text\n")

    assert len(list(saved_mails(mbox))) == 1


def test_a_folder_of_eml_a_maildir_and_a_single_mail_are_read(tmp_path: Path) -> None:
    (tmp_path / "eml" / "deep").mkdir(parents=True)
    (tmp_path / "eml" / "b.eml").write_bytes(TWO)
    (tmp_path / "eml" / "deep" / "a.eml").write_bytes(ONE)
    for part in ("cur", "new", "tmp"):
        (tmp_path / "maildir" / part).mkdir(parents=True)
    (tmp_path / "maildir" / "cur" / "1.host:2,S").write_bytes(ONE)
    (tmp_path / "maildir" / "tmp" / "2.host").write_bytes(TWO)

    assert list(saved_mails(tmp_path / "eml")) == [TWO, ONE]
    assert list(saved_mails(tmp_path / "maildir")) == [ONE]
    assert list(saved_mails(tmp_path / "eml" / "b.eml")) == [TWO]


@pytest.mark.parametrize(("content", "says"), [(b"", "holds no mail"), (b"\x00\x01 no mail", "is no mail")])
def test_what_is_no_mail_is_said_so(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "x").write_bytes(content)

    with pytest.raises(SignpostError, match=says):
        list(saved_mails(tmp_path / "x"))


def test_what_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(SignpostError, match="There is no"):
        list(saved_mails(tmp_path / "lost"))
    with pytest.raises(SignpostError, match="holds no mail"):
        list(saved_mails(tmp_path))
