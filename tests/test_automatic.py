"""A person who waits for an answer is told from a machine; each machine by a named rule."""

import pytest

from service.mail.automatic import RULES, automatic
from service.mail.parse import parse


def rule_of(head: str, body: str = "Who covers Brückner?") -> str:
    told = automatic(parse(f"{head}\n\n{body}".encode()))
    return told.rule if told else ""


PERSON = "From: Ada Byron <ada@corp.example>\nTo: bob@corp.example\nSubject: Rail"


@pytest.mark.parametrize(
    "extra",
    [
        "",
        "\nAuto-Submitted: no",
        "\nReturn-Path: <ada@corp.example>",
        "\nX-Spam-Status: No, score=-1",
        "\nX-Spam-Flag: NO",
        "\nPrecedence: normal",
        "\nIn-Reply-To: <1@corp.example>",
        "\nX-Auto-Response-Suppress: DR, RN, NRN",
    ],
)
def test_a_letter_of_a_person_is_not_automatic(extra: str) -> None:
    assert rule_of(PERSON + extra) == ""


@pytest.mark.parametrize(
    ("extra", "rule"),
    [
        ("X-Signpost-Token: abc", "own mark"),
        ("Auto-Submitted: auto-replied", "auto-submitted"),
        ("Auto-Submitted: auto-generated; owner=x", "auto-submitted"),
        ("Return-Path: <>", "null return path"),
        ("Content-Type: multipart/report; boundary=b; report-type=delivery-status", "report"),
        ("Content-Type: message/disposition-notification", "report"),
        ("Content-Type: message/feedback-report", "report"),
        ("X-Autoreply: yes", "responder header"),
        ("Content-Type: multipart/encrypted; boundary=b", "encrypted"),
        ("Content-Type: application/pkcs7-mime; smime-type=enveloped-data", "encrypted"),
        ("Content-Type: text/calendar; method=REQUEST", "calendar"),
        ("X-Spam-Flag: YES", "spam"),
        ("X-Forefront-Antispam-Report: CIP:1.2.3.4;SCL:9;SFV:SPM;", "spam"),
        ("List-Id: <news.example>", "list"),
        ("List-Unsubscribe: <https://news.example/u>", "list"),
        ("Precedence: bulk", "bulk"),
        ("Feedback-ID: 1:2:news", "bulk"),
        ("X-Auto-Response-Suppress: All", "suppressed"),
    ],
)
def test_each_kind_of_machine_is_known_by_its_rule(extra: str, rule: str) -> None:
    assert rule_of(f"{PERSON}\n{extra}") == rule


@pytest.mark.parametrize(
    "sender",
    [
        "MAILER-DAEMON@mx.example",
        "no-reply@shop.example",
        "noreply+abc@shop.example",
        "do-not-reply@shop.example",
        "billing-noreply@shop.example",
        "notifications@github.example",
        "bounces+123@news.example",
        "postmaster@corp.example",
        "sales-request@lists.example",
        '"Mail Delivery System" <x@mx.example>',
    ],
)
def test_senders_that_take_no_replies_are_machines(sender: str) -> None:
    assert rule_of(f"From: {sender}\nSubject: Rail") == "robot sender"


@pytest.mark.parametrize(
    "sender", ["norbert@corp.example", "alertsen@corp.example", "donna.reply@corp.example", "newsome@corp.example"]
)
def test_people_whose_names_look_a_little_like_machines_are_people(sender: str) -> None:
    assert rule_of(f"From: {sender}\nSubject: Rail") == ""


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Rail",
        "Out of Office: Rail",
        "Automatische Antwort: Bahn",
        "Abwesenheitsnotiz: Bahn",
        "Réponse automatique : Rail",
        "Respuesta automática: Tren",
        "Risposta automatica: Treno",
        "Resposta automática: Trem",
        "Automatisch antwoord: Spoor",
        "Autosvar: Tåg",
        "Automatisk svar: Tog",
        "Automaattinen vastaus: Juna",
        "Odpowiedź automatyczna: Kolej",
        "Automatická odpověď: Vlak",
        "Automatikus válasz: Vonat",
        "Otomatik yanıt: Tren",
        "Автоматический ответ: Поезд",
        "自动回复: 铁路",
        "自動応答: 鉄道",
        "자동 회신: 철도",
    ],
)
def test_out_of_office_replies_are_known_in_many_languages(subject: str) -> None:
    assert rule_of(f"From: ada@corp.example\nSubject: {subject}") == "out of office"


@pytest.mark.parametrize(
    "subject",
    [
        "Re: Out of office",
        "On holiday next week: who covers Brückner?",
        "Delivery failed at Brückner's gate",
        "Office in Berlin",
    ],
)
def test_a_person_may_write_about_such_things(subject: str) -> None:
    assert rule_of(f"From: ada@corp.example\nSubject: {subject}") == ""


def test_a_bounce_without_any_header_is_known_by_what_it_says() -> None:
    assert rule_of("From: mx@corp.example\nSubject: hm", "Hi. This is the qmail-send program at mx.") == "bounce"
    assert rule_of("From: mx@corp.example\nSubject: Undelivered mail", "550 5.1.1 User unknown") == "bounce"


def test_every_rule_has_its_own_name_and_a_sentence() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.says.endswith(".") for rule in RULES)
