"""The reply itself: its headers, its words, its links, and that nothing can be smuggled into it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.asking import Answer, Hit, Mention, Why
from indexer.documents import Person, Section
from indexer.errors import TemplateError
from service.mail.letter import Address, Reading
from service.mail.reading import ReadingRules, read
from service.replies.clean import lines, one_line
from service.replies.compose import LARGEST, MARK, Writing, compose
from service.replies.decide import decide
from service.replies.links import of_hit
from service.replies.outcome import Audience, Draft, Policy
from service.templates import Templates
from tests.builders import NOW, a_card, a_hit, a_note, a_reading, an_answer

SITE = "https://signpost.firma.example"
POLICY = Policy(frozenset({"firma.example"}), site=SITE)
WRITING = Writing(Address("tom@firma.example", "Tom Okafor"), "<signpost.1@firma.example>", NOW, SITE)
TEMPLATES = Templates()
OURS = [
    *("From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted", MARK),
    *("MIME-Version", "Content-Type"),
]
TAGS = {"html", "head", "meta", "title", "body", "p", "a", "b", "i", "br", "blockquote"}
TEXT = "We meet Mr Aydın in Hamburg on 12 March, he decides about the second site."
CARD = a_card(
    "Pilot with Brückner Logistik",
    TEXT,
    key="Qx81Zk3p",
    people=(Person("Lena Vogt", "owner"),),
    updated_at=NOW - timedelta(days=21),
)
HIT = a_hit(CARD, TEXT, marked="Mr Aydın")


def raw(reading: Reading, answers: Sequence[Answer], **writing: Any) -> bytes:
    draft = decide(reading, answers, POLICY)
    assert isinstance(draft, Draft)
    values = {name: getattr(WRITING, name) for name in Writing.__slots__} | writing
    return compose(draft, Writing(**values), TEMPLATES)


def parsed(data: bytes) -> EmailMessage:
    return message_from_bytes(data, policy=policy.default)


def reply(*hits: Hit, **mail: Any) -> EmailMessage:
    return parsed(raw(a_reading(**mail), [an_answer(*(hits or (HIT,)))]))


def part(message: EmailMessage, kind: str = "plain") -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


class Seen(HTMLParser):
    """What a mail program makes of the HTML: its text, its tags, its links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.tags, self.links = "", set[str](), list[str]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_reply_as_its_reader_sees_it() -> None:
    assert part(reply(asking="Who is talking to Brückner?")) == (
        "Hi Jana,\n\n"
        "It's already written down here:\n\n"
        "Pilot with Brückner Logistik\n"
        "https://trello.com/c/Qx81Zk3p\n"
        "“We meet Mr Aydın in Hamburg on 12 March, he decides about the second site.”\n"
        "Lena Vogt, updated 3 weeks ago\n\n"
        "If that isn't quite it, here is the whole search:\n"
        "https://signpost.firma.example/?q=Who+is+talking+to+Br%C3%BCckner%3F\n\n"
        "Best regards,\nTom\n\n"
        "On 2 March 2026 at 09:00, Jana Köhler <jana.koehler@firma.example> wrote:\n"
        "> Hi Tom,\n> Who is talking to Brückner?\n> Jana\n"
    )


def test_what_was_never_changed_is_not_called_updated() -> None:
    record = a_hit(replace(CARD, updated_at=None, created_at=NOW - timedelta(days=3000)), TEXT)

    assert "\nLena Vogt, recorded 8 years ago\n" in part(reply(record))


def test_the_search_finds_what_the_draft_found_where_another_sentence_holds_the_name() -> None:
    elsewhere = (
        Mention("Brückner", "Brückner Logistik GmbH", "company", 1.0),
        Mention("Tom", "Tom Okafor", "person", 1.0),
    )
    hit = replace(HIT, why=(Why("entity", "names Brückner Logistik GmbH (written “Brückner”)", 1.0),))

    text = part(parsed(raw(a_reading(), [an_answer(hit, asking="Who has the account?", mentions=elsewhere)])))

    assert f"\n{SITE}/?q=Who+has+the+account%3F+Br%C3%BCckner+Logistik+GmbH\n" in text


def test_the_html_says_the_same_and_every_link_can_be_seen() -> None:
    message = reply(asking="Who is talking to Brückner?")
    html = Seen(part(message, "html"))

    assert {"https://trello.com/c/Qx81Zk3p", f"{SITE}/?q=Who+is+talking+to+Br%C3%BCckner%3F"} == set(html.links)
    for line in part(message).splitlines():
        assert line.lstrip("> ") in html.text or line in html.links


def test_nothing_is_fetched_from_elsewhere_when_the_mail_is_opened() -> None:
    assert Seen(part(reply(), "html")).tags <= TAGS


def test_the_headers_put_the_reply_into_its_thread() -> None:
    message = reply(
        subject="AW: Brückner", references=("<a@x.example>", "b@x.example"), message_id="<ask-1@firma.example>"
    )

    assert message.keys() == OURS
    assert message["References"] == "<a@x.example> <b@x.example> <ask-1@firma.example>"
    assert (message["In-Reply-To"], message["Subject"]) == ("<ask-1@firma.example>", "Re: Brückner")
    assert (message["To"], message["From"]) == (
        "Jana Köhler <jana.koehler@firma.example>",
        "Tom Okafor <tom@firma.example>",
    )
    assert (message["Message-ID"], message["Auto-Submitted"]) == ("<signpost.1@firma.example>", "auto-replied")
    assert message[MARK] == "5e" * 32


def test_without_references_the_mail_before_is_the_thread() -> None:
    assert reply(in_reply_to="<a@x.example>")["References"] == "<a@x.example> <ask-1@firma.example>"


def test_a_long_thread_keeps_its_first_and_its_last_twenty_ids() -> None:
    ids = [f"<{i}.{'x' * 90}@mail.firma.example>" for i in range(60)]
    data = raw(a_reading(references=tuple(ids)), [an_answer(HIT)])

    assert parsed(data)["References"].split() == [ids[0], *ids[-19:], "<ask-1@firma.example>"]
    assert all(f" {i}\r\n".encode() in data for i in ids[-19:])
    assert max(map(len, data.split(b"\r\n"))) < 998


def test_a_mail_without_an_id_gets_a_reply_without_a_thread() -> None:
    assert not {"In-Reply-To", "References"} & set(reply(message_id="").keys())


@pytest.mark.parametrize(
    "forged", ["<a@x>\r\nBcc: eve@evil.example", "a b@x", "<ä@x.example>", "x" * 400, "<a@x><b@x>"]
)
def test_an_id_that_cannot_be_one_is_left_out(forged: str) -> None:
    assert reply(message_id=forged, references=(forged, "<a@x.example>"))["References"] == "<a@x.example>"


@pytest.mark.parametrize(
    ("language", "opening", "age", "wrote"),
    [
        (
            "de",
            "Hallo Jana,\n\ndas steht schon hier:",
            "zuletzt geändert vor 3 Wochen",
            "Am 2. März 2026 um 09:00 schrieb Jana Köhler",
        ),
        (
            "fr",
            "Bonjour Jana,\n\nc'est déjà noté ici :",
            "mis à jour il y a 3 semaines",
            "Le 2 mars 2026 à 09:00, Jana Köhler",
        ),
        (
            "es",
            "Hola, Jana:\n\nYa está escrito aquí:",
            "actualizado hace 3 semanas",
            "El 2 de marzo de 2026 a las 09:00, Jana",
        ),
        (
            "it",
            "Ciao Jana,\n\nè già scritto qui:",
            "aggiornato 3 settimane fa",
            "Il giorno 2 marzo 2026 alle 09:00, Jana",
        ),
        (
            "nl",
            "Hallo Jana,\n\ndat staat hier al:",
            "bijgewerkt 3 weken geleden",
            "Op 2 maart 2026 om 09:00 schreef Jana",
        ),
        (
            "pl",
            "Hi Jana,\n\nIt's already written down here:",
            "updated 3 weeks ago",
            "On 2 March 2026 at 09:00, Jana Köhler",
        ),
    ],
)
def test_the_reply_speaks_the_mails_language(language: str, opening: str, age: str, wrote: str) -> None:
    message = reply(language=language)

    assert part(message).startswith(opening)
    assert f"Lena Vogt, {age}\n" in part(message)
    assert wrote in part(message)
    assert f'lang="{language if language != "pl" else "en"}"' in part(message, "html")


def test_a_language_without_wording_takes_the_mailboxs_own() -> None:
    assert "Hallo Jana," in part(parsed(raw(a_reading(language="pl"), [an_answer(HIT)], language="de")))


def test_several_questions_are_named_above_their_links() -> None:
    other = a_hit(a_card("Reference: cold chain at Nordfrost"))
    answers = [an_answer(HIT, asking="Who knows Brückner?"), an_answer(other, asking="Any reference for cold chains?")]

    text = part(parsed(raw(a_reading(asking=("Who knows Brückner?", "Any reference for cold chains?")), answers)))

    assert "\n\n“Who knows Brückner?”\n\nPilot with" in text
    assert "\n\n“Any reference for cold chains?”\n\nReference: cold" in text


def test_a_reply_to_half_of_the_questions_says_so() -> None:
    text = part(parsed(raw(a_reading(asking=("Who knows Brückner?", "And Nordfrost?")), [an_answer(HIT)])))

    assert "Part of this is already written down here:" in text


def test_the_attribution_shows_the_time_on_the_writers_clock() -> None:
    assert "On 2 March 2026 at 10:00, Jana" in part(reply(headers=(("date", "Mon, 2 Mar 2026 10:00:00 +0100"),)))
    assert "\nJana Köhler <jana.koehler@firma.example> wrote:\n" in part(reply(date=None))


def test_a_document_without_a_link_of_its_own_opens_on_the_search_page() -> None:
    text = part(reply(a_hit(a_card("Mehmet Aydın", url="", key="42"), anchor="")))

    assert "\nhttps://signpost.firma.example/documents/trello:sales:card:42\n" in text


def test_a_relative_link_is_put_behind_the_search_pages_address() -> None:
    hit = a_hit(a_card("Aydın", url="/documents/vcard:team:contact:7"), anchor="")

    assert (
        of_hit(hit, "https://intra.example/signpost/")
        == "https://intra.example/signpost/documents/vcard:team:contact:7"
    )


def test_without_a_search_page_there_is_no_link_to_it() -> None:
    text = part(parsed(raw(a_reading(), [an_answer(HIT)], search_url="")))

    assert "whole search" not in text
    assert text.count("https://") == 1


@pytest.mark.parametrize(
    "url",
    [
        *("javascript:alert(1)", "data:text/html,x", "//evil.example/", "https://firma.example@evil.example/"),
        *("https://a\u202e.example/", "https://a.example/\r\nBcc: x", "https://a.example/" + "x" * 2_000, "https://"),
        *('https://a".example/', "HTTP//x", "mailto:eve@evil.example", "https://a.example:99999/", "https://[::1/"),
        *("https://a\\b/", "https:evil.example"),
    ],
)
def test_a_link_that_is_no_plain_web_address_is_left_out(url: str) -> None:
    assert of_hit(a_hit(a_card("Offer", url=url), anchor=url), SITE) == ""


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://brückner.example/Übersicht?a=1&b=2#x", "https://xn--brckner-o2a.example/%C3%9Cbersicht?a=1&b=2#x"),
        ("https://a.example/%20b", "https://a.example/%20b"),
        ("http://127.0.0.1:8025/documents/x", "http://127.0.0.1:8025/documents/x"),
        ("http://[::1]:8025/", "http://[::1]:8025/"),
        ("https://a.example/\"><script>'", "https://a.example/%22%3E%3Cscript%3E%27"),
    ],
)
def test_a_link_is_written_in_plain_ascii(url: str, written: str) -> None:
    assert of_hit(a_hit(a_card("Offer", url=url), anchor=""), SITE) == written


def test_a_link_cannot_be_faked_by_a_title() -> None:
    html = part(reply(a_hit(a_card('<a href="https://evil.example">Offer</a>\r\nBcc: eve@evil.example'))), "html")

    assert "https://evil.example" not in Seen(html).links


def test_the_search_link_holds_the_question() -> None:
    question = "Läuft bei Müller & Söhne schon etwas = ja?"
    text = part(parsed(raw(a_reading(), [an_answer(HIT, asking=question)])))
    found = re.search(rf"{SITE}\S+", text)

    assert found is not None
    assert parse_qs(urlsplit(found[0]).query) == {"q": [question]}


def test_an_address_of_the_search_page_that_carries_a_question_already_gets_ours() -> None:
    text = part(parsed(raw(a_reading(), [an_answer(HIT, asking="Wer?")], search_url=f"{SITE}/?q=Was%3F")))

    assert f"\n{SITE}/?q=Wer%3F\n" in text


def test_a_huge_original_gives_way() -> None:
    data = raw(a_reading(text="漢字 " * 200_000, subject="漢" * 5_000), [an_answer(HIT)])

    assert len(data) <= LARGEST
    assert "[…]" in part(parsed(data))


def test_the_users_own_words_are_used(tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "words.toml").write_text(
        '[en]\ngreeting = "Moin {name}!"\nclosing = "Cheers"', encoding="utf-8"
    )
    draft = Draft(a_reading(), Audience((Address("jana@firma.example", "Jana"),)), (an_answer(HIT),))

    text = part(parsed(compose(draft, WRITING, Templates(tmp_path))))

    assert text.startswith("Moin Jana!")
    assert "\nCheers\nTom\n" in text


@pytest.mark.parametrize("words", ["Moin {nmae}!", "Moin {name", "Moin {0}", "Moin {name.x}"])
def test_own_words_that_cannot_be_filled_in_are_told(tmp_path: Path, words: str) -> None:
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "words.toml").write_text(f'[en]\ngreeting = "{words}"', encoding="utf-8")
    draft = Draft(a_reading(), Audience((Address("jana@firma.example", "Jana"),)), (an_answer(HIT),))

    with pytest.raises(TemplateError, match=r"`greeting` in words\.toml cannot be filled in .* it gets \{name\}"):
        compose(draft, WRITING, Templates(tmp_path))


def test_the_same_draft_is_the_same_bytes() -> None:
    assert raw(a_reading(), [an_answer(HIT)]) == raw(a_reading(), [an_answer(HIT)])


NASTY = st.text(
    st.one_of(
        st.characters(codec=None),
        st.sampled_from("\r\n\0\x0b\x0c\x1c\x85\u2028\u2029\u202e\u2066\ud800\"<>,;:@()[]=?&{}%\\'"),
    ),
    max_size=120,
) | st.sampled_from(
    [
        "Jana\r\nBcc: eve@evil.example",
        "=?utf-8?q?=0ABcc=3A?=",
        "--=_",
        "{{ 7 * 7 }}",
        "{% raw %}",
        "x" * 3_000,
        "\r\n.\r\n",
    ]
)


@st.composite
def nasty_drafts(draw: st.DrawFn) -> tuple[Draft, Writing]:
    body = draw(NASTY)
    card = a_card(draw(NASTY), body, key=draw(NASTY), url=draw(NASTY), people=(Person(draw(NASTY), "owner"),))
    hits = [a_hit(card, anchor=draw(NASTY)), a_hit(CARD, draw(NASTY), highlights=((draw(st.integers(-3, 99)), 60),))]
    reading = a_reading(
        text=draw(NASTY),
        subject=draw(NASTY),
        message_id=draw(NASTY),
        references=tuple(draw(st.lists(NASTY, max_size=3))),
        headers=(("date", draw(NASTY)),),
        language=draw(NASTY),
    )
    to = Address("jana@firma.example", draw(NASTY))
    answer = an_answer(*hits, asking=draw(NASTY))
    sender = Address("tom@firma.example", draw(NASTY))
    return Draft(reading, Audience((to,)), (answer,)), Writing(sender, "<signpost.1@firma.example>", NOW, SITE)


@settings(max_examples=60, deadline=None)
@given(nasty=nasty_drafts())
def test_whatever_it_is_made_of_a_reply_has_exactly_our_headers_and_no_defects(nasty: tuple[Draft, Writing]) -> None:
    data = compose(*nasty, TEMPLATES)
    message = parsed(data)

    optional = {"In-Reply-To", "References"}
    assert message.keys() == [name for name in OURS if name in message or name not in optional]
    assert not message.defects + [d for value in message.values() for d in value.defects]
    assert [p.get_content_type() for p in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert not [d for p in message.walk() for d in p.defects]
    assert data.isascii()
    assert data.count(b"\n") == data.count(b"\r\n")
    assert len(data) <= LARGEST


@settings(max_examples=60, deadline=None)
@given(nasty=nasty_drafts())
def test_whatever_it_is_made_of_a_reply_reaches_only_its_audience_and_shows_no_hidden_sign(
    nasty: tuple[Draft, Writing],
) -> None:
    message = parsed(compose(*nasty, TEMPLATES))
    html = Seen(part(message, "html"))

    assert [a.addr_spec for a in message["To"].addresses] == ["jana@firma.example"]
    assert [a.addr_spec for a in message["From"].addresses] == ["tom@firma.example"]
    assert all(link.startswith(("https://", "http://")) for link in html.links)
    assert html.tags <= TAGS
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", part(message) + html.text)


LINE = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.just(" "), min_size=1, max_size=400)


@settings(max_examples=60, deadline=None)
@given(body=st.lists(LINE, min_size=1, max_size=5).map("\n".join), at=st.integers(0, 400))
def test_the_evidence_is_a_verbatim_line_of_the_document(body: str, at: int) -> None:
    card = a_card("§", body)
    hit = a_hit(card, body, highlights=((at, at + 12),))

    text = part(parsed(raw(a_reading(), [an_answer(hit)])))

    said = re.search("(?m)^“(.*)”$", text)
    if any(c.isalnum() for c in body):
        assert said is not None
        assert len(said[1]) <= 200
        assert said[1].removeprefix("… ").removesuffix(" …") in one_line(lines(body), 10_000)


def test_evidence_is_cut_around_what_was_asked() -> None:
    long = "The kick-off was in January and went well, as everybody said afterwards in the canteen. " * 3
    text = f"{long}Lena talks to Brückner, they decide in May. {long}"
    hit = a_hit(a_card("Pilot", text), text, marked="Brückner")

    assert "\n“… Lena talks to Brückner, they decide in May. The kick-off" in part(reply(hit))


def test_evidence_never_repeats_the_title() -> None:
    heading = a_card("Pilot with Brückner", "# Pilot with Brückner\n- Lena owns it.\n")
    sentence = a_note("Call with Aydın.", "Call with Aydın. They decide in May.")

    assert "\n“Lena owns it.”\n" in part(reply(a_hit(heading)))
    assert "\n“They decide in May.”\n" in part(reply(a_hit(sentence)))
    assert "“" not in part(reply(a_hit(a_card("Pilot with Brückner"))))


def test_what_somebody_wrote_tells_more_than_a_plain_fact() -> None:
    sections = (
        Section("A parcel carrier."),
        Section("Lena called them.", "comment", at=NOW),
        Section("x.pdf", "field"),
    )
    company = a_card("Brückner GmbH", sections=sections)
    facts = "Customer: Brückner GmbH\nContact: Mehmet Aydın"

    assert "\n“Lena called them.”\n" in part(reply(a_hit(company, facts)))
    assert "\n“Contact: Mehmet Aydın”\n" in part(reply(a_hit(a_card("Brückner GmbH"), facts)))


def test_of_several_texts_the_one_with_the_words_of_the_question_is_shown() -> None:
    sections = (Section("The reference is approved."), Section("Lunch was good.", "comment", at=NOW))
    answer = an_answer(a_hit(a_card("Nordfrost", sections=sections)), asking="Is Nordfrost a reference?")

    assert "\n“The reference is approved.”\n" in part(parsed(raw(a_reading(), [answer])))


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "it", "nl"])
def test_our_own_reader_takes_a_reply_for_ours_and_cuts_the_original_away(language: str) -> None:
    data = raw(a_reading(language=language, text="Wissen wir etwas über Nordfrost?\nUnd über Aydın?"), [an_answer(HIT)])

    seen = read(data, ReadingRules())

    assert seen.automatic is not None
    assert "Nordfrost" not in seen.own.text
    assert "Pilot with Brückner Logistik" in seen.own.text
