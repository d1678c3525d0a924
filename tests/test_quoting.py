"""Own words are what the sender wrote just now; everything else is cut, and reported."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mail.attributions import is_attribution
from service.mail.quoting import own_words

ATTRIBUTIONS = [
    "On Mon, Feb 1, 2026 at 6:32 PM, Ada Byron <ada@corp.example> wrote:",
    "On 22 Aug 2026, at 19:21, Ada Byron <ada@corp.example> wrote:",
    "Am 03.02.2026 um 15:35 schrieb Ada Byron <ada@corp.example>:",
    "Ada Byron <ada@corp.example> schrieb am Fr., 28. Apr. 2026 um 11:53 Uhr:",
    "Le lun. 1 févr. 2026 à 18:32, Ada Byron <ada@corp.example> a écrit :",
    "El lun, 1 feb 2026 a las 18:32, Ada Byron (<ada@corp.example>) escribió:",
    "Il giorno lun 1 feb 2026 alle ore 18:32 Ada Byron <ada@corp.example> ha scritto:",
    "Em seg., 1 de fev. de 2026 às 18:32, Ada Byron <ada@corp.example> escreveu:",
    "Op ma 1 feb. 2026 om 18:32 schreef Ada Byron <ada@corp.example>:",
    "Den mån 1 feb. 2026 kl 18:32 skrev Ada Byron <ada@corp.example>:",
    "Den man. 1. feb. 2026 kl. 18.32 skrev Ada Byron <ada@corp.example>:",
    "man. 1. feb. 2026 kl. 18:32 skrev Ada Byron <ada@corp.example>:",
    "ma 1. helmik. 2026 klo 18.32 Ada Byron (ada@corp.example) kirjoitti:",
    "pon., 1 lut 2026 o 18:32 Ada Byron <ada@corp.example> napisał(a):",
    "po 1. 2. 2026 v 18:32 odesílatel Ada Byron <ada@corp.example> napsal:",
    "po 1. 2. 2026 o 18:32 Ada Byron <ada@corp.example> napísal(a):",
    "Ada Byron <ada@corp.example> ezt írta (időpont: 2026. febr. 1., H, 18:32):",
    "Ada Byron <ada@corp.example>, 1 Şub 2026 Pzt, 18:32 tarihinde şunu yazdı:",
    "În lun., 1 feb. 2026 la 18:32, Ada Byron <ada@corp.example> a scris:",
    "пн, 1 февр. 2026 г. в 18:32, Ada Byron <ada@corp.example>:",
    "1 февраля 2026 г. 18:32 пользователь Ada Byron <ada@corp.example> написал:",
    "пн, 1 лют. 2026 р. о 18:32 Ada Byron <ada@corp.example> пише:",
    "Στις Δευ 1 Φεβ 2026 στις 6:32 μ.μ., ο/η Ada Byron <ada@corp.example> έγραψε:",
    "dana pon, 1. velj 2026. u 18:32 Ada Byron <ada@corp.example> napisao je:",
    "V V pon., 1. feb. 2026 ob 18:32 je oseba Ada Byron <ada@corp.example> napisala:",
    "Kuupäeval E, 1. veebruar 2026 kell 18:32 kirjutas Ada Byron <ada@corp.example>:",
    "Pada tanggal Sen, 1 Feb 2026 pukul 18.32 Ada Byron <ada@corp.example> menulis:",
    "Vào Th 2, 1 thg 2, 2026 vào lúc 18:32 Ada Byron <ada@corp.example> đã viết:",
    "Ada Byron <ada@corp.example> 于2026年2月1日周一 18:32写道：",
    "2026年2月1日(月) 18:32 Ada Byron <ada@corp.example>:",
    "2026년 2월 1일 (월) 오후 6:32, Ada Byron <ada@corp.example>님이 작성:",
    "‫בתאריך יום ב׳, 1 בפבר׳ 2026 ב-18:32 מאת ‪Ada Byron‬‏ <‪ada@corp.example‬‏>:‬",
    "في الاثنين، 1 فبراير 2026 في 6:32 م Ada Byron <ada@corp.example> كتب:",
    "---- On Mon, 01 Feb 2026 18:32:00 +0100 Ada Byron <ada@corp.example> wrote ----",
    "Ada Byron/Corp/DE wrote on 01.02.2026 18:32:00:",
]
HEADERS = [
    "From: Ada Byron\nSent: Monday, 1 February 2026 18:32\nTo: Bob\nSubject: Rail",
    "Von: Ada Byron\nGesendet: Montag, 1. Februar 2026 18:32\nAn: Bob\nBetreff: Bahn",
    "De : Ada Byron\nEnvoyé : lundi 1 février 2026 18:32\nÀ : Bob\nObjet : Rail",
    "De: Ada Byron\nEnviado el: lunes, 1 de febrero de 2026 18:32\nPara: Bob\nAsunto: Tren",
    "Da: Ada Byron\nInviato: lunedì 1 febbraio 2026 18:32\nA: Bob\nOggetto: Treno",
    "Van: Ada Byron\nVerzonden: maandag 1 februari 2026 18:32\nAan: Bob\nOnderwerp: Spoor",
    "Från: Ada Byron\nSkickat: den 1 februari 2026 18:32\nTill: Bob\nÄmne: Tåg",
    "Od: Ada Byron\nWysłano: poniedziałek, 1 lutego 2026 18:32\nDo: Bob\nTemat: Kolej",
    "От: Ada Byron\nОтправлено: 1 февраля 2026 г. 18:32\nКому: Bob\nТема: Поезд",
    "*From:* Ada Byron\n*Date:* Monday, 1 February 2026\n*To:* Bob\n*Subject:* Rail",
    "-----Ursprüngliche Nachricht-----\nVon: Ada Byron\nGesendet: Montag",
    "________________________________\nFrom: Ada Byron\nSent: Monday",
]


@pytest.mark.parametrize("line", ATTRIBUTIONS)
def test_the_quoted_mail_below_is_cut_in_every_language(line: str) -> None:
    assert own_words(f"Who covers Brückner?\n\n{line}\n\n> Old words?\n> More.\n").text == "Who covers Brückner?"


@pytest.mark.parametrize("line", ATTRIBUTIONS[:3])
def test_an_attribution_may_be_folded_anywhere(line: str) -> None:
    words = line.split(" ")
    for at in range(2, len(words) - 1):
        folded = " ".join(words[:at]) + "\n" + " ".join(words[at:])

        assert own_words(f"Yes.\n\n{folded}\n\n> Old?\n").text == "Yes."


@pytest.mark.parametrize("headers", HEADERS)
def test_what_stands_under_the_headers_of_a_quoted_mail_is_cut(headers: str) -> None:
    told = own_words(f"Who covers Brückner?\n\n{headers}\n\nOld words, unquoted.\nMore of them.\n")

    assert told.text == "Who covers Brückner?"


@pytest.mark.parametrize(
    "line",
    [
        "On this day I wrote something:",
        "The customer wrote:",
        "From: the station it is ten minutes.",
        "On Monday we talked to Brückner, and Ada wrote a summary.",
        "I met Ada <ada@corp.example> yesterday",
        "Date: we should fix one.",
    ],
)
def test_sentences_that_look_a_little_like_quotes_are_kept(line: str) -> None:
    text = f"Hello Bob, some news.\n\n{line}\n\nDo we have a reference?"

    assert own_words(text).text == text
    assert not is_attribution(line)


def test_an_inline_reply_keeps_its_words_and_the_question_as_context() -> None:
    told = own_words(
        "Hi Bob,\n\nOn Mon, 1 Feb 2026, Bob <b@corp.example> wrote:\n> Who covers it?\nAnna.\n> Since when?\nMay.\n"
    )

    assert told.text.split() == ["Hi", "Bob,", "Anna.", "May."]
    assert told.context == "Who covers it?\nSince when?"
    assert "Bob <b@corp.example> wrote" not in told.reply


def test_an_answer_below_the_quote_is_the_reply() -> None:
    told = own_words("On Mon, 1 Feb 2026, Bob <b@corp.example> wrote:\n> Any news?\n\nYes. Who covers Brückner?\n")

    assert (told.text, told.context) == ("Yes. Who covers Brückner?", "Any news?")


def test_an_answer_below_a_greeting_and_a_quote_is_kept_too() -> None:
    told = own_words(
        "Hi Bob,\n\nOn Mon, 1 Feb 2026, Bob <b@corp.example> wrote:\n> Any news?\n\nAll fine, it is signed.\n"
    )

    assert told.text.endswith("All fine, it is signed.")


def test_a_forwarded_mail_is_context_under_words_and_content_without() -> None:
    forward = (
        "---------- Forwarded message ---------\nFrom: Ada <a@x.example>\nDate: Mon\nSubject: Rail\n\nAny reference?"
    )

    above = own_words(f"Bob, can you help?\n\n{forward}")
    alone = own_words(forward)

    assert (above.text, "Any reference?" in above.context) == ("Bob, can you help?", True)
    assert alone.text == "Any reference?"


def test_apple_quotes_what_it_forwards_and_it_is_content_all_the_same() -> None:
    headers = "> From: Ada <a@x.example>\n> Subject: Rail\n> Date: Monday\n"

    told = own_words(f"> Begin forwarded message:\n>\n{headers}>\n> Any reference?\n")

    assert told.text == "Any reference?"


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Envoyé depuis mon iPhone",
        "Enviado desde mi iPhone",
        "Inviato da iPhone",
        "Verstuurd vanaf mijn iPhone",
        "Skickat från min iPhone",
        "Wysłane z iPhone'a",
        "Отправлено с iPhone",
        "iPhoneから送信",
        "Get Outlook for iOS",
        "Sent from my Pixel 9, please excuse any typos.",
    ],
)
def test_device_lines_are_cut(line: str) -> None:
    assert own_words(f"Who covers Brückner?\n\n{line}\n").text == "Who covers Brückner?"


def test_a_sentence_about_a_phone_is_no_device_line() -> None:
    text = "I have it.\n\nSent from my desk, which is easier than my phone."

    assert own_words(text).text == text


def test_a_signature_is_cut_and_a_sign_off_is_kept() -> None:
    told = own_words("Who covers Brückner?\n\nThanks\nAda\n-- \nAda Byron\nCorp GmbH\nWhere ideas meet?\n")

    assert told.text == "Who covers Brückner?\n\nThanks\nAda"
    assert told.cut == (("signature", "-- \nAda Byron\nCorp GmbH\nWhere ideas meet?"),)


def test_a_line_between_parts_is_no_signature_when_a_question_follows() -> None:
    text = "Agenda below.\n\n---------\n\nDo we have a reference in rail?"

    assert own_words(text).text == text


def test_legal_notices_and_warnings_are_cut() -> None:
    banner = "CAUTION: This email originated from outside of the organization. Do not click links."
    notice = "This message is confidential and intended only for the addressee. If you received it in error, delete it."

    told = own_words(f"{banner}\n\nWho covers Brückner?\n\n{notice}\n")

    assert told.text == "Who covers Brückner?"
    assert [rule for rule, _ in told.cut] == ["banner", "disclaimer"]


def test_nothing_but_a_quote_has_no_own_words() -> None:
    told = own_words("> Who covers Brückner?\n")

    assert (told.text, told.reply) == ("", "> Who covers Brückner?")


def test_code_is_never_taken_for_a_signature() -> None:
    text = "See:\n```\n# a\n--\n> b\n```\nDoes it work?"

    assert own_words(text).text == text


LINES = (
    *("", "Who covers Brückner?", "Thanks", "> quoted", "> ", "-- ", "______", "```", "Sent from my iPhone"),
    *("On 1 Feb 2026 Ada <a@b.example> wrote:", "-----Original Message-----", "Begin forwarded message:"),
    *("From: a", "Sent: Monday", "To: b", "Subject: c"),
)


@given(st.lists(st.sampled_from(LINES), max_size=25))
def test_no_word_disappears_unreported(lines: list[str]) -> None:
    text = "\n".join(lines)

    told = own_words(text)

    reported = " ".join([told.text, *(piece for _, piece in told.cut)])
    assert sorted(reported.replace(">", " ").split()) == sorted(text.replace(">", " ").split())


@given(st.text(max_size=300))
def test_any_text_has_own_words(text: str) -> None:
    assert own_words(text).text in {own_words(text).text}


@pytest.mark.parametrize(
    "piece", ["On Mon, Jan 1, 2024 at 1:00 AM\n", "From: a\nTo: b\n\n", "> a\nb\n", "\n", "-", "On <", "a@b.c "]
)
def test_hostile_bodies_take_no_time(piece: str) -> None:
    body = piece * (200_000 // len(piece))
    began = time.process_time()

    own_words(body + "\nx wrote:\n")

    assert time.process_time() - began < 0.5


def test_a_file_written_into_the_text_is_cut() -> None:
    file = "begin 644 x.gif\n" + ("M" + "#" * 60 + "\n") * 3 + "#0V%T\n`\nend"

    told = own_words(f"before\n{file}\nafter")

    assert told.text.split() == ["before", "after"]
    assert told.cut == (("file", file),)
