"""What strangers write, made plain: texts, links, Markdown, HTML, dates and the names of stages."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.sources.dates import is_day_first, when
from indexer.sources.markup import from_either, from_html, from_markdown
from indexer.sources.stages import status_of_list, status_of_stage, status_of_task
from indexer.sources.text import clean, domain_of, emails_in, first_line, one_line, safe_link, web_link


def test_invisible_characters_and_direction_changes_are_taken_out() -> None:
    assert clean("safe\u202etxt.exe\u2066 \x00\x1b[31mred\ufeff\u200b\U000e0041 e\u0301") == "safetxt.exe [31mred é"
    assert clean("a\r\nb\u2028c\x0bd\n\n\n\n\ne  \n") == "a\nb\nc\nd\n\ne"
    assert clean("\ud83d lone") == "\ufffd lone"


def test_a_family_emoji_and_persian_keep_their_joiners() -> None:
    assert clean("👨‍👩‍👧 می‌خواهم") == "👨‍👩‍👧 می‌خواهم"


@given(st.text())
def test_cleaning_twice_changes_nothing_and_the_result_can_be_stored(text: str) -> None:
    once = clean(text)

    assert clean(once) == once
    once.encode()


@given(st.text(), st.integers(min_value=10, max_value=80))
def test_a_title_is_one_line_within_its_limit(text: str, limit: int) -> None:
    title = one_line(text, limit)

    assert len(title) <= limit
    assert len(title.splitlines()) <= 1


def test_the_first_line_that_says_something_is_the_title() -> None:
    assert first_line("\n---\n  Call with Ana\nmore") == "Call with Ana"


def test_a_long_first_line_gives_its_first_sentence() -> None:
    told = "Quick chat with Torben Wöhrmann at the fair. The lift table is too high for people below 1.60 m."

    assert first_line(told) == "Quick chat with Torben Wöhrmann at the fair."


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "data:text/html,x", "/c/abc", "https://", "https://a@b.c/", "https://[::1", "ftp://a/b"],
)
def test_only_honest_web_links_are_links(link: str) -> None:
    assert web_link(link) == safe_link(link) == ""


def test_web_and_mail_links_stay_as_they_are() -> None:
    assert web_link("https://trello.com/c/NtCqXrXa") == "https://trello.com/c/NtCqXrXa"
    assert safe_link("mailto:ana@acme.example") == "mailto:ana@acme.example"


def test_domains_and_addresses_are_found_in_what_people_write() -> None:
    assert domain_of("https://www.Acme.example/de?x=1") == domain_of("acme.example") == "acme.example"
    assert domain_of("not a domain") == domain_of("http://[x") == ""
    assert emails_in("Ana <Ana.Souza@acme.example>; 'bo@x.example'.") == ("ana.souza@acme.example", "bo@x.example")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("**Bold** and *soft* and __loud__ and ~~gone~~", "Bold and soft and loud and gone"),
        ("# Heading\n> quoted\n* item\n---\n1. one", "Heading\nquoted\n- item\n\n1. one"),
        ("[offer](https://a.example/x_(1)) ![logo](https://a.example/l.png)", "offer (https://a.example/x_(1)) logo"),
        ("[https://a.example](https://a.example \"smartCard-inline\")", "https://a.example"),
        ("[click](javascript:alert(1)) <https://b.example>", "click https://b.example"),
        ("snake_case_name 2*3*4 and `**kept**`", "snake_case_name 2*3*4 and **kept**"),
        ("```py\na_b = '**x**'\n```\nafter", "a_b = '**x**'\n\nafter"),
        (r"5 \* 3 \_ \#1", "5 * 3 _ #1"),
    ],
)  # fmt: skip
def test_markdown_reads_as_it_is_shown(written: str, read: str) -> None:
    assert from_markdown(written) == read


def test_html_blocks_are_never_glued_together() -> None:
    note = '<div dir="auto"><p style="margin:0;">12 seats</p><p>Owner: Ana<br>ref: ACME</p>demo done &eacute;</div>'

    assert from_html(note) == "12 seats\n\nOwner: Ana\nref: ACME\ndemo done é"
    assert from_html("<tr><td>Rail</td><td>Berlin</td></tr><ul><li>one<li>two</ul>") == "Rail Berlin\n\n- one\n- two"


def test_html_keeps_link_addresses_and_drops_scripts() -> None:
    page = "<style>p{}</style><script>alert('x')</script>See <a href='https://a.example/1'>the offer</a> &amp; go<![bad"

    assert from_html(page).startswith("See the offer (https://a.example/1) & go")
    assert from_html("<a href='javascript:x()'>click</a>") == "click"


def test_plain_text_with_angles_and_entities_stays_plain() -> None:
    assert from_either("price < 5 and > 3, AT&amp;T &unknown; R&D") == "price < 5 and > 3, AT&T &unknown; R&D"
    assert from_either("a<br/>b") == "a\nb"


@given(st.text(alphabet=st.sampled_from("<>/!ap[]()*_`~#-&;\\ \n\"'=:xé")))
def test_no_markup_makes_the_readers_fail(text: str) -> None:
    for read in (from_markdown, from_html, from_either):
        assert isinstance(read(text), str)


@pytest.mark.parametrize("piece", ["<a ", "<p", "<!--", "[a](", "**a ", "```\n", "`", " ", "a@", "&#1", "<script>"])
def test_a_long_hostile_text_is_read_in_one_go(piece: str) -> None:
    text = piece * (200_000 // len(piece))

    for read in (clean, from_markdown, from_html, from_either):
        assert len(read(text)) <= 2 * len(text)
    assert emails_in(text) == ()


@given(st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1))
def test_no_word_of_an_html_text_is_lost_or_glued(words: list[str]) -> None:
    assert from_html("".join(f"<p>{word}</p>" for word in words)).split() == words
    assert from_markdown("\n".join(f"- **{word}**" for word in words)).replace("-", "").split() == words


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2006-04-15T03:23:15.000Z", datetime(2006, 4, 15, 3, 23, 15, tzinfo=UTC)),
        ("2023-02-24 03:00", datetime(2023, 2, 24, 3, tzinfo=UTC)),
        ("2023-02-24T03:00:00+02:00", datetime(2023, 2, 24, 1, tzinfo=UTC)),
        ("02/24/2023 3:04 PM", datetime(2023, 2, 24, 15, 4, tzinfo=UTC)),
        ("2/4/23", datetime(2023, 2, 4, tzinfo=UTC)),
        ("24.02.2023 15:04", datetime(2023, 2, 24, 15, 4, tzinfo=UTC)),
        ("24/02/2023", datetime(2023, 2, 24, tzinfo=UTC)),
        ("24 Feb 2023 08:15", datetime(2023, 2, 24, 8, 15, tzinfo=UTC)),
        ("February 24, 2023", datetime(2023, 2, 24, tzinfo=UTC)),
        ("20120305T131933Z", datetime(2012, 3, 5, 13, 19, 33, tzinfo=UTC)),
        ("19800322", datetime(1980, 3, 22, tzinfo=UTC)),
        ("1677207600", datetime(2023, 2, 24, 3, tzinfo=UTC)),
        ("1677207600000", datetime(2023, 2, 24, 3, tzinfo=UTC)),
    ],
)
def test_dates_of_all_products_are_read(written: str, meant: datetime) -> None:
    assert when(written) == meant


@pytest.mark.parametrize(
    "written", ["", "soon", "2023-13-45", "31.02.2023", "99999999999999", "12:30", "0001-01-01", "1.2.3"]
)
def test_what_is_no_date_is_none(written: str) -> None:
    assert when(written) is None


def test_one_telling_date_decides_how_a_table_writes_them() -> None:
    assert is_day_first(["03/04/2023", "24/02/2023"])
    assert not is_day_first(["03/04/2023", "02/24/2023"])
    assert when("03/04/2023", day_first=True) == datetime(2023, 4, 3, tzinfo=UTC)


@given(st.text() | st.from_regex(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}[ T]?\d{0,2}:?\d{0,2}.{0,6}"))
def test_no_text_makes_the_date_reader_fail(text: str) -> None:
    assert when(text) is None or when(text)


@pytest.mark.parametrize(
    ("stage", "status"),
    [
        ("Closed Won (Sales Pipeline)", "won"),
        ("closedwon", "won"),
        ("Gewonnen", "won"),
        ("Closed Lost", "lost"),
        ("verloren", "lost"),
        ("Negotiation", "open"),
        ("Wonder Bread pilot", "open"),
        ("not won yet", "open"),
    ],
)
def test_a_stage_says_whether_a_deal_is_won(stage: str, status: str) -> None:
    assert status_of_stage(stage) == status


def test_lists_and_tasks_speak_of_their_status_too() -> None:
    assert [status_of_list(name) for name in ("✅ Done", "Won 🎉", "Lost", "Won't do", "Done by Ana")] == [
        "done", "won", "lost", "open", "open",
    ]  # fmt: skip
    assert [status_of_task(state) for state in ("Completed", "Done", "Not started")] == ["done", "done", "open"]
