"""Any bytes become a mail: what is broken becomes a defect, and nothing takes long."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.mail.letter import Address
from service.mail.parse import parse


def a_mail(body: bytes = b"Who covers Br\xc3\xbcckner?", **headers: str) -> bytes:
    told = {"From": "Anna <anna@corp.example>", "Content-Type": "text/plain; charset=utf-8"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return "".join(f"{name}: {value}\r\n" for name, value in told.items()).encode() + b"\r\n" + body


def multipart(*parts: bytes, kind: str = "mixed") -> bytes:
    body = b"".join(b"--b1\r\n" + part + b"\r\n" for part in parts) + b"--b1--\r\n"
    return a_mail(body, Content_Type=f'multipart/{kind}; boundary="b1"')


TEXT = b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
HTML = b"Content-Type: text/html; charset=utf-8\r\n\r\n"


def test_a_plain_mail_is_read_as_it_stands() -> None:
    raw = a_mail(
        Subject="=?utf-8?q?R=C3=BCckfrage?=", Date="Mon, 2 Mar 2026 09:00:00 +0100", Message_ID="<1@corp.example>"
    )

    mail = parse(raw)

    assert (mail.subject, mail.text, mail.message_id) == ("Rückfrage", "Who covers Brückner?", "<1@corp.example>")
    assert mail.sender == Address("anna@corp.example", "Anna")
    assert mail.date == datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    assert mail.defects == ()


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("=?iso-8859-1?q?Gr=FC=DFe?=", "Grüße"),
        ("=?utf-8?b?w7w=?= =?utf-8?b?w6Q=?=", "üä"),
        ("=?utf-8?b?ww?= =?utf-8?b?vA?=", "ü"),
        ("=?utf-8?B?R3LDvMOfZQ?=", "Grüße"),
        ("=?x-unknown?q?plain?=", "plain"),
        ("=?utf-8?q?has a space?=", "has a space"),
        ('"=?utf-8?q?quoted_=C3=BC?="', '"quoted ü"'),
        ("=?utf-8?q?never closed", "=?utf-8?q?never closed"),
        ("=?utf-8*de?q?=C3=BC?=", "ü"),
        ("=?utf-8?q?one=0D=0ABcc:_x?=", "one Bcc: x"),
    ],
)
def test_broken_encoded_words_are_read_as_they_were_meant(raw: str, read: str) -> None:
    assert parse(a_mail(Subject=raw)).subject == read


def test_raw_eight_bit_headers_are_utf8_or_else_windows_1252() -> None:
    assert parse(b"Subject: Gr\xc3\xbc\xc3\x9fe\n\n").subject == "Grüße"
    assert parse(b"Subject: Gr\xfc\xdfe\n\n").subject == "Grüße"


@pytest.mark.parametrize(
    ("charset", "body", "read"),
    [
        ("iso-8859-1", b"\x80uro", "€uro"),
        ("iso-8859-1", "Grüße".encode(), "Grüße"),
        ("utf-8", b"Gr\xfc\xdfe", "Grüße"),
        ("no-such-charset", "Grüße".encode(), "Grüße"),
        ("gb2312", "你好".encode("gb18030"), "你好"),
        ("iso-2022-jp", "人権".encode("iso2022_jp"), "人権"),
        ("unicode_escape", rb"\u0041", r"\u0041"),
    ],
)
def test_a_wrong_charset_label_does_not_spoil_the_text(charset: str, body: bytes, read: str) -> None:
    assert parse(a_mail(body, Content_Type=f"text/plain; charset={charset}")).text == read


def test_an_html_only_mail_becomes_text_without_what_nobody_sees() -> None:
    hidden = b'<div style="display:none">Preheader</div><p style="mso-hide:all">secret'
    raw = multipart(
        HTML + b"<title>T</title>" + hidden + b"<p>Hello&nbsp;<b>Bob</b>\xe2\x80\x8b</p>", kind="alternative"
    )

    assert parse(raw).text.split() == ["Hello", "Bob"]


def test_what_an_html_client_quoted_comes_out_as_quoted_lines() -> None:
    raw = a_mail(
        b"<p>Yes.</p><blockquote type=cite>Who?<blockquote>When?</blockquote></blockquote>", Content_Type="text/html"
    )

    assert parse(raw).text.replace("\n\n", "\n") == "Yes.\n> Who?\n>> When?"


def test_attachments_are_named_and_their_text_is_ignored() -> None:
    named = (
        b"Content-Type: text/plain; name*=utf-8''%C3%9Cbersicht.txt\r\nContent-Disposition: attachment\r\n\r\nnot me"
    )
    mail = parse(multipart(TEXT + b"me", named, b"Content-Type: application/pdf; name=x.pdf\r\n\r\nPDF"))

    assert mail.text.strip() == "me"
    assert mail.attachments == ("Übersicht.txt", "x.pdf")
    assert mail.parts == ("multipart/mixed", "text/plain", "text/plain", "application/pdf")


def test_text_after_a_picture_goes_on_with_the_body_and_a_list_footer_does_not() -> None:
    picture = b"Content-Type: image/png\r\n\r\nPNG"

    assert parse(multipart(TEXT + b"before", picture, TEXT + b"after")).text.split() == ["before", "after"]
    assert parse(multipart(TEXT + b"before", TEXT + b"footer")).text.split() == ["before"]


def test_a_part_without_its_closing_line_ends_where_its_parent_does() -> None:
    inner = b'Content-Type: multipart/alternative; boundary="b2"\r\n\r\n--b2\r\n' + TEXT + b"inner"

    assert parse(multipart(inner, TEXT + b"outer")).text.strip() == "inner"


def test_a_multipart_without_boundary_shows_as_the_text_it_is() -> None:
    mail = parse(a_mail(b"just text", Content_Type="multipart/mixed"))

    assert mail.text == "just text"
    assert mail.defects == ("a multipart without its boundary",)


def test_the_identity_ignores_what_changes_on_the_way() -> None:
    raw = a_mail(Message_ID="<1@x>", Subject="s")

    moved = b"Received: by mx\r\n" + raw.replace(b"\r\n", b"\n") + b"\n"

    assert parse(moved).identity == parse(raw).identity
    assert parse(raw.replace(b"covers", b"owns")).identity != parse(raw).identity


BOMBS = {
    "a subject of 1 MB": b"Subject: " + b"=?utf-8?q?=C3=BC?= " * 50_000 + b"\n\n",
    "unclosed words": b"Subject: " + b"=?a?q?" * 170_000 + b"\n\n",
    "20,000 recipients": b"To: " + b"Ada <a@b.example>, " * 20_000 + b"\n\n",
    "nested comments": b"From: " + b"(" * 100_000 + b"\n\n",
    "10,000 parameters": b"Content-Type: text/plain" + b"; a*1=b" * 10_000 + b"\n\n",
    "100,000 headers": b"X: y\n" * 100_000 + b"\n",
    "50,000 parts": b'Content-Type: multipart/mixed; boundary="b"\n\n' + b"--b\n\nx\n" * 50_000,
    "3,000 levels": b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(3000)),
    "deep html": b"Content-Type: text/html\n\n" + b"<div>" * 200_000,
    "quotes in html": b"Content-Type: text/html\n\n" + b"<blockquote>x</blockquote>" * 40_000,
    "titles in html": b"Content-Type: text/html\n\n" + b"<title>" * 40_000,
    "attributes in html": b"Content-Type: text/html\n\n<a " + b"b " * 500_000 + b">",
    "blank lines of blanks": b"Subject: x\n" + b" " * 1_000_000 + b"\n\n",
    "dashes": b'Content-Type: multipart/mixed; boundary="b"\n\n' + b"--" * 500_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_no_mail_takes_long(name: str) -> None:
    began = time.process_time()

    parse(BOMBS[name])

    assert time.process_time() - began < 1.0


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes_are_a_mail(raw: bytes) -> None:
    mail = parse(raw)

    assert mail.text.encode() is not None
    assert len(mail.identity) == 64


PIECES = (
    "From: a@b",
    "<",
    "=?utf-8?q?",
    "?=",
    "\n",
    "\n\n",
    "--b",
    ";",
    '"',
    "boundary=b",
    "Content-Type: multipart/mixed",
    "é",
    "(",
    ":",
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_any_mixture_of_the_pieces_of_mails_is_a_mail(pieces: list[str]) -> None:
    assert parse("".join(pieces).encode()).headers is not None


def test_a_plain_part_that_only_points_to_the_html_is_not_the_body() -> None:
    stub = TEXT + b"Your mail program does not support HTML."

    assert parse(multipart(stub, HTML + b"<p>Who covers it?</p>", kind="alternative")).text == "Who covers it?"
