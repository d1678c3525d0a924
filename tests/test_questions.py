"""Own words become the questions they ask of what the organisation knows."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mail.letter import Mail, OwnWords
from service.mail.questions import is_question, kind_of, questions
from service.mail.sentences import sentences

LABELLED = Path(__file__).parent / "data" / "sales_questions.jsonl"
KINDS = Path(__file__).parent / "data" / "question_kinds.jsonl"


def asked(text: str, subject: str = "", context: str = "") -> list[tuple[str, str]]:
    found = questions(Mail(identity="", subject=subject, text=text), OwnWords(text=text, context=context))
    return [(question.kind, question.text) for question in found]


def test_several_questions_of_one_mail_are_found_each_with_its_kind() -> None:
    text = (
        "Hi all,\n\nI met Brückner Logistik today. Who is talking to them? Do we have a reference in rail?\n"
        "Has anyone done a similar project?\nWhen does their contract end?\n\nThanks\nAda"
    )

    assert [kind for kind, _ in asked(text)] == ["who", "reference", "similar work", "other"]


@pytest.mark.parametrize("line", KINDS.read_text(encoding="utf-8").splitlines())
def test_a_question_is_typed_in_five_languages(line: str) -> None:
    told = json.loads(line)

    assert asked(told["text"]) == [(told["kind"], told["text"])]


def test_the_windows_carry_the_name_that_the_question_leaves_out() -> None:
    text = "I met Brückner Logistik today.\n\nWho is talking to them?"

    (question,) = questions(Mail(identity="", subject="Re: Rail tender", text=text), OwnWords(text=text))

    assert question.text == "Who is talking to them?"
    assert all("Brückner" in window for window in (question.windows[0], question.windows[-1]))
    assert question.windows[-1].startswith("Rail tender")


def test_a_forwarded_mail_gives_context_and_cites_its_domain() -> None:
    told = OwnWords("Who covers them?", context="From: Eva <eva@brueckner.example>\nPlease call me about rail.")

    (question,) = questions(Mail(identity="", text=told.text), told, frozenset({"corp.example"}))

    assert question.domains == ("brueckner.example",)
    assert "rail" in question.windows[-1]


def test_own_and_free_mail_domains_are_not_cited() -> None:
    text = "Who knows ada@mail.corp.example, eva@gmail.com or http://www.brueckner.example/jobs?"

    (question,) = questions(Mail(identity="", text=text), OwnWords(text), frozenset({"corp.example"}))

    assert question.domains == ("brueckner.example",)


def test_a_subject_may_ask_alone() -> None:
    assert asked("Thanks!\nAda", subject="WG: Reference in rail?") == [("reference", "Reference in rail?")]
    assert asked("Yes, I sent it to you.", subject="AW: Reference in rail?") == []
    assert asked("Never mind, I found it.", subject="Reference in rail?") == []


@pytest.mark.parametrize(
    "after",
    [
        "Never mind, I found it.",
        "Hat sich erledigt!",
        "Update: this has been resolved.",
        "Please ignore, we found one.",
    ],
)
def test_what_the_mail_itself_settles_is_not_asked(after: str) -> None:
    assert asked(f"Who covers Brückner?\n\n{after}") == []


def test_a_question_wrapped_over_lines_is_whole() -> None:
    text = "Could anybody tell me who at our company has been talking to the people\nof Brückner Logistik about rail?"

    assert asked(text) == [("who", text.replace("\n", " "))]


def test_list_items_are_questions_of_their_own() -> None:
    text = "Two things:\n- Who covers Brückner?\n- Do we have a reference in rail?"

    assert [kind for kind, _ in asked(text)] == ["who", "reference"]


def test_a_short_follow_up_takes_its_kind_from_what_stands_before() -> None:
    text = "I need a case study about hospitals. Does anyone know one?"

    assert asked(text)[-1] == ("reference", "Does anyone know one?")


def test_the_firm_in_the_own_signature_is_in_no_window() -> None:
    text = "Who covers Brückner?\n\nBest regards\nAda Byron\nSignpost GmbH, Lindau"

    (question,) = questions(Mail(identity="", text=text), OwnWords(text))

    assert not any("GmbH" in window for window in question.windows)


def test_the_labelled_sales_sentences_are_told_apart() -> None:
    told = [json.loads(line) for line in LABELLED.read_text(encoding="utf-8").splitlines()]
    found = [(is_question(entry["text"]), entry["kind"] != "none") for entry in told]
    hits = sum(ours and theirs for ours, theirs in found)

    assert len(told) >= 300
    assert hits / sum(theirs for _, theirs in found) >= 0.95
    assert hits / sum(ours for ours, _ in found) >= 0.95


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("We met Dr. Weber of Brückner Inc. in St. Gallen at 3.5 km. Who covers them?", 2),
        ("Das gilt z.B. für Bahn. Wer kennt sie?", 2),
        ("Wer spricht mit der Gebr. Brandstetter GmbH? Und wer mit Fa. Moll?", 2),
        ("See https://a.example/x?y=1.2 for more. Thanks!", 2),
        ("Really?! Yes... ok.", 2),
        ("the budget round starts monday. has anyone met the people at contoso? e.g. in sales. thanks", 4),
        ("One line\nAnother Line", 2),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, count: int) -> None:
    assert len(sentences(text)) == count


@given(st.text(alphabet="aB .?!\n-•1)\t,“", max_size=200))
def test_splitting_loses_no_word_and_no_question_mark(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@given(st.text(max_size=300))
def test_any_text_may_be_asked(text: str) -> None:
    assert len(asked(text)) <= 8


@pytest.mark.parametrize(
    "text", ["See https://a.example/list?id=3 for it.", "<https://a.example/?x> and more", "x?y=1"]
)
def test_a_question_mark_in_an_address_asks_nothing(text: str) -> None:
    assert not is_question(text)


QUOTED = (("quote", "On Mon, Eva <eva@a.example> wrote:\n> Talbot Rail called me today.\n> Eva"),)


@pytest.mark.parametrize(
    ("text", "knows"),
    [
        ("Who of us is in touch with them?", True),
        ("Wer von uns kennt die?", True),
        ("Est-ce qu'on a un contact là-bas ?", True),
        ("Do we have a reference for voice picking?", False),
    ],
)
def test_what_points_back_is_asked_with_the_mail_that_it_answers(text: str, knows: bool) -> None:
    (found,) = questions(Mail(identity="", subject="Re: Inquiry", text=text), OwnWords(text=text, cut=QUOTED))

    assert any("Talbot Rail called me today." in window for window in found.windows) == knows
    assert not any("wrote:" in window for window in found.windows)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("How did we solve cold chain logging last time?", "similar work"),
        ("Does voice picking ring a bell with anybody?", "similar work"),
        ("Wo finde ich Unterlagen zu Zutritt per Smartphone?", "similar work"),
        ("Where could I take a prospect to see voice picking in action?", "reference"),
        ("Welchen Kunden darf ich zur Tourenplanung nennen?", "reference"),
        ("When did we sign with Talbot Rail?", "other"),
        ("What is the address of the warehouse?", "other"),
    ],
)
def test_what_is_asked_of_our_own_work_is_told_from_a_fact(text: str, kind: str) -> None:
    assert kind_of(text) == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Show me a success with breweries, please.", "reference"),
        ("I'm short of a logo for the voice picking slide.", "reference"),
        ("Ich bräuchte einen Vorzeigekunden aus dem Bereich Brauereien.", "reference"),
        ("Would love to see how colleagues went about finding fraud.", "similar work"),
        ("I'm supposed to estimate the effort for voice picking and need a comparison.", "similar work"),
        ("I need the person who handles Talbot & Rail.", "who"),
        ("I need the persoon who handles Talbot & Rail.", "who"),
        ("Am I right that nobody of us covers Evomar, or whom did I misss?", "who"),
        ("Has anyone met the peoople from Talbot & Rail?", "who"),
        ("Can someone introduce me to the right person at Talbot?", "who"),
        ("Which of our people has been to Talbot lately?", "who"),
    ],
)
def test_a_request_without_a_question_mark_is_heard(text: str, kind: str) -> None:
    assert (is_question(text), kind_of(text)) == (True, kind)


@pytest.mark.parametrize(
    "text",
    ["I need the report by Monday.", "Ich brauche die Unterlagen bis Montag.", "Show me the contract please."],
)
def test_a_request_for_a_deed_is_not_one_for_knowledge(text: str) -> None:
    assert not is_question(text)


@pytest.mark.parametrize("text", ["Whom can we give them?", "Wen können wir anbieten?", "Qui proposer ?"])
def test_who_may_be_named_to_a_prospect_asks_for_a_reference(text: str) -> None:
    assert kind_of(text) == "reference"
