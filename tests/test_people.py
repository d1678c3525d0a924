"""Who is in touch, as a draft says it: from what all its readers may see, in their language, within its links."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.asking import Answer, Mention, Question, QuestionKind
from indexer.documents import EVERYONE, PRIVATE, Customer, Document, Kind, Person, Role, Section
from indexer.entities import Entity
from indexer.touches import people
from service.mail.letter import Address
from service.mailbox.protocol import Arrival, Place
from service.recording import Case, receipt
from service.replies.compose import Writing, compose
from service.replies.decide import decide
from service.replies.outcome import Draft, Pass, Policy
from service.templates import Templates
from tests.builders import NOW, a_card, a_hit, a_note, a_reading

SITE = "https://signpost.firma.example"
POLICY = Policy(frozenset({"firma.example"}), site=SITE)
WRITING = Writing(Address("tom@firma.example", "Tom Okafor"), "<signpost.1@firma.example>", NOW, SITE)
TEMPLATES = Templates()
BRÜCKNER = Entity("Brückner Logistik GmbH", "company", domains=("brueckner.example",))
MEANT = Mention("Brückner", BRÜCKNER.name, "company", 1.0)
OF_THEM = (Customer(BRÜCKNER.name),)
AYDIN = Person("Mehmet Aydın", "contact", "aydin@brueckner.example")
ASKED = "Who is talking to Brückner?"


def days_ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def written(about: str, author: str, days: int = 4, **more: Any) -> Document:
    return a_note(
        about, "He decides in May.", people=(Person(author, "author"), AYDIN), updated_at=days_ago(days), **more
    )


def deal(owner: str, **more: Any) -> Document:
    facts = {
        "kind": "deal",
        "people": (Person(owner, "owner"), AYDIN),
        "customers": OF_THEM,
        "updated_at": days_ago(20),
    }
    return a_note(f"Deal of {owner}", "Budget is agreed.", **(facts | more))


def answered(*documents: Document, asking: str = ASKED, kind: QuestionKind = "who", **more: Any) -> Answer:
    facts: dict[str, Any] = {"hits": (a_hit(documents[0]),), "probability": 0.9, "mentions": (MEANT,)}
    return Answer(Question(asking, kind), people=people(documents, BRÜCKNER, NOW), **(facts | more))


def outcome(answers: Sequence[Answer], by: Policy = POLICY, **mail: Any) -> Draft | Pass:
    questions = tuple(answer.question for answer in answers)
    return decide(a_reading(tuple(q.text for q in questions), questions=questions, **mail), answers, by)


def parts(draft: Draft | Pass) -> tuple[str, str]:
    """The text and the HTML without the quoted mail."""
    assert isinstance(draft, Draft)
    message = message_from_bytes(compose(draft, WRITING, TEMPLATES), policy=policy.default)
    bodies = [message.get_body((kind,)) for kind in ("plain", "html")]
    plain, html = (body.get_content().replace("\r\n", "\n") for body in bodies if body)
    return plain.split("\nOn 2 March")[0], html.split("<blockquote")[0]


def text(*answers: Answer, by: Policy = POLICY, **mail: Any) -> str:
    return parts(outcome(answers, by, **mail))[0]


CALL, DEAL = written("Call with Mr Aydın", "Ana Souza", key="call"), deal("Ana Souza")


def test_the_reply_begins_with_who_it_is_when_last_how_and_where_that_stands() -> None:
    assert text(answered(DEAL, CALL)).startswith(
        "Hi Jana,\n\nIt's already written down here:\n\n"
        "Ana Souza: call on 26 February, owner of the deal\n"
        "Call with Mr Aydın\n"
        "https://crm.example.com/note/call\n"
        "“He decides in May.”\n"
        "updated 4 days ago\n\n"
        "Deal of Ana Souza\n"
    )


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "Ana Souza: call on 26 February, owner of the deal"),
        ("de", "Ana Souza: Telefonat am 26. Februar, zuständig für den Deal"),
        ("fr", "Ana Souza : appel du 26 février, responsable de l'affaire"),
        ("es", "Ana Souza: llamada del 26 de febrero, responsable de la oportunidad"),
        ("it", "Ana Souza: telefonata del 26 febbraio, responsabile della trattativa"),
        ("nl", "Ana Souza: telefoongesprek op 26 februari, verantwoordelijk voor de deal"),
    ],
)
def test_a_person_is_told_in_the_mails_language_in_text_and_html(language: str, line: str) -> None:
    plain, html = parts(outcome([answered(DEAL, CALL)], language=language))

    assert f"\n\n{line}\n" in plain
    assert line in html.replace("&#39;", "'")


def test_two_owners_are_said_openly() -> None:
    assert "\n\nTwo owners: Ana Souza and Lena Vogt\n" in text(answered(DEAL, deal("Lena Vogt")))
    assert "3 owners: " in text(answered(DEAL, deal("Lena Vogt"), deal("Piotr Nowak")))


def test_where_nobody_of_us_is_on_record_that_is_said_and_the_company_is_linked() -> None:
    company = a_note(BRÜCKNER.name, "A carrier.", kind="company", key="c1", customers=OF_THEM)
    said = text(answered(company))

    assert said.startswith("Hi Jana,\n\nPart of this")
    assert "Nobody of us is on record for “Brückner” yet. What is known:\n\nBrückner Logistik GmbH\nhttps://" in said


def test_that_somebody_unseen_is_in_touch_does_not_become_nobody() -> None:
    company = a_note(BRÜCKNER.name, "A carrier.", kind="company", key="c1", customers=OF_THEM)

    assert "Nobody" not in text(answered(company, replace(CALL, visibility=PRIVATE)))


def test_a_name_that_several_bear_is_not_answered_but_said() -> None:
    ambiguous = replace(MEANT, others=("Brückner Bau AG",))

    said = text(replace(answered(CALL, mentions=(ambiguous,)), people=None))

    assert "\n\nMore than one is called “Brückner”. This may be the one you mean:\n" in said
    assert "Bau AG" not in said


def test_contacts_of_theirs_are_told_where_one_asks_for_them() -> None:
    record = a_note("Mehmet Aydın", "Buyer", kind="contact", key="p1", people=(replace(AYDIN, role="self"),))

    asked = text(answered(CALL, record, asking="Who is our contact at Brückner?"))

    assert "\n\nMehmet Aydın: contact on their side\nMehmet Aydın\nhttps://crm.example.com/note/p1\n" in asked
    assert "\nAna Souza: call on" in asked
    assert "on their side" not in text(answered(CALL, record, asking="Who is in contact with Brückner?"))


def test_who_asks_is_not_told_of_themselves_unless_there_is_nobody_else() -> None:
    own = written("Visit", "Jana Köhler", key="own")

    assert "Jana Köhler: meeting" not in text(answered(CALL, own))
    assert "\nJana Köhler: meeting on 26 February\n" in text(answered(own))


def test_only_a_question_who_is_answered_with_people() -> None:
    assert "Ana Souza:" not in text(answered(CALL, asking="Do we have a reference in rail?", kind="reference"))


def test_what_is_of_last_year_shows_the_year_and_what_is_over_says_so() -> None:
    old = written("Visit in Lübeck", "Ana Souza", days=300)

    assert "Ana Souza: meeting on 6 May 2025, owner of the deal (won)\n" in text(
        answered(deal("Ana Souza", status="won"), old)
    )


def test_a_comment_is_linked_at_its_own_place() -> None:
    said = Section("They ask for a second site.", "comment", "https://trello.com/c/x#comment-7", "Piotr Nowak", NOW)
    card = a_card("Pilot", key="x", sections=(said,), customers=OF_THEM)

    told = text(answered(DEAL, card))

    assert "Piotr Nowak: card comment of 2 March\nPilot\nhttps://trello.com/c/x#comment-7\n“They ask" in told


def test_one_link_is_enough_to_name_everybody_who_comes_first() -> None:
    told = text(answered(a_card("Pilot", "…"), DEAL, CALL), by=replace(POLICY, max_links=1))

    assert "\n\nAna Souza: call on 26 February, owner of the deal\n\nPilot\nhttps://" in told


def test_a_question_without_an_answer_is_named_as_open() -> None:
    open_ = Answer(Question("Any reference in Spain?", "reference"), (a_hit(),), 0.2)

    plain, html = parts(outcome([answered(CALL), open_]))

    assert "\n\nI found nothing written about:\n“Any reference in Spain?”\n\n" in plain
    assert "Part of this" in plain
    assert "“Any reference in Spain?”" in html


def test_the_receipt_of_a_reply_in_part_tells_what_was_left_open_and_how_near_that_came() -> None:
    open_ = Answer(Question("Any reference in Spain?", "reference"), (a_hit(),), 0.2)
    draft = outcome([answered(CALL), open_])
    case = Case("sales", Arrival(Place("INBOX", 1, 7), 9, b""))

    told = receipt(case, draft, NOW, POLICY.enough)

    assert told.says == "90 % sure of: Call with Mr Aydın. Named as open: “Any reference in Spain?”"
    assert [(asked.text, asked.probability) for asked in told.asked] == [(ASKED, 0.9), ("Any reference in Spain?", 0.2)]


def test_a_second_question_that_the_same_document_answers_says_so() -> None:
    again = answered(CALL, asking="And who owns it?")

    assert "\n\n“And who owns it?”\n\nSee above, it answers this too.\n" in text(answered(CALL), again)


def test_what_is_answered_beyond_the_last_link_is_named_too() -> None:
    more = [Answer(Question(f"What of {name}?"), (a_hit(a_card(name)),), 0.9) for name in ("Aachen", "Bremen", "Celle")]

    told = text(*more, by=replace(POLICY, max_links=2))

    assert "\n\nAlso written down, but too much to link here:\n“What of Celle?”\n" in told
    assert "nothing written" not in told


def test_neither_the_first_question_nor_half_of_them_answered_is_a_pass_that_names_what_was_missing() -> None:
    first = Answer(Question("Who built cold chains?"), (a_hit(a_card("Nordfrost")),), 0.2)
    passed = outcome([first, Answer(Question("And in Spain?")), answered(CALL)])

    assert isinstance(passed, Pass)
    assert passed.says == (
        "1 of 3 questions answered, and not the first: “Who built cold chains?” (the nearest, “Nordfrost”, is 20 % "
        "sure to answer it); “And in Spain?” (nothing comes near)."
    )
    assert passed.would_change.startswith("An answer to “Who built cold chains?”, or to half of the questions: a card,")


@given(sure=st.lists(st.booleans(), min_size=1, max_size=6))
def test_enough_is_answered_with_the_first_question_or_half_of_all(sure: list[bool]) -> None:
    answers = [
        Answer(Question(f"Question {n}?"), (a_hit(a_card(f"Card {n}")),), 0.9 if is_sure else 0.1)
        for n, is_sure in enumerate(sure)
    ]

    assert isinstance(outcome(answers), Draft) == (sure[0] or (any(sure) and sum(sure) * 2 >= len(sure)))


@st.composite
def seen_and_hidden(draw: st.DrawFn, key: int) -> Document:
    """A document whose title, address, people and words bear its number."""
    kind: Kind = draw(st.sampled_from(["card", "note", "deal", "company", "contact", "activity"]))
    role: Role = draw(st.sampled_from(["owner", "author", "assignee", "contact", "self"]))
    shared = draw(st.booleans())
    said = Section(f"Words{key}.", "comment", f"https://crm.example.com/{key}#a", f"Nina{key}", days_ago(key))
    return Document(
        f"crm:x:{kind}:{key}",
        kind,
        f"Title{key}",
        f"https://crm.example.com/{key}",
        (said,),
        people=(Person("Ana" if shared else f"Olga{key}", role),),
        customers=OF_THEM,
        status=draw(st.sampled_from(["open", "won", "archived"])),
        updated_at=days_ago(draw(st.integers(0, 900))),
        visibility=draw(st.sampled_from([EVERYONE, PRIVATE, "group:board"])),
    )


KINDS: st.SearchStrategy[QuestionKind] = st.sampled_from(["who", "who", "other", "reference"])


@st.composite
def found(draw: st.DrawFn, number: int) -> tuple[Answer, tuple[Document, ...]]:
    """An answer from a search that forgot to ask what the viewer may see."""
    world = tuple(draw(seen_and_hidden(10 * number + key)) for key in range(draw(st.integers(1, 6))))
    asking = draw(st.sampled_from([f"Who knows them, number {number}?", f"Who is our contact at number {number}?"]))
    hits = tuple(a_hit(d, score=1 / (1 + n)) for n, d in enumerate(draw(st.permutations(world))))
    sure = draw(st.sampled_from([0.9, 0.1]))
    return answered(*world, asking=asking, kind=draw(KINDS), hits=hits, probability=sure), world


MAILS = st.integers(1, 4).flatmap(lambda n: st.tuples(*(found(number) for number in range(1, 1 + n))))


@settings(max_examples=100, deadline=None)
@given(mail=MAILS, most=st.integers(1, 3))
def test_no_word_that_a_reader_may_not_see_gets_into_a_draft_nor_more_links_than_allowed(
    mail: tuple[tuple[Answer, tuple[Document, ...]], ...], most: int
) -> None:
    draft = outcome([answer for answer, _ in mail], replace(POLICY, max_links=most))
    if isinstance(draft, Pass):
        return
    plain, html = parts(draft)
    documents = {d for _, world in mail for d in world}
    seen = {number_of(d) for d in documents if d.visibility == EVERYONE}
    for told in (plain, html):
        assert set(re.findall(r"(?:Title|Words|Nina|Olga|example\.com/)(\d\d)", told)) <= seen
    assert 1 <= plain.count("https://crm.example.com/") <= most
    assert {d.visibility for d in documents if d.id in draft.documents} == {EVERYONE}


@settings(max_examples=100, deadline=None)
@given(mail=MAILS, most=st.integers(1, 3))
def test_every_question_of_a_mail_is_answered_or_named(
    mail: tuple[tuple[Answer, tuple[Document, ...]], ...], most: int
) -> None:
    answers = [answer for answer, _ in mail]
    draft = outcome(answers, replace(POLICY, max_links=most))
    if isinstance(draft, Pass):
        assert "" not in (draft.says, draft.would_change)
        return
    plain, html = parts(draft)
    for answer in answers if len({a.question.text for a in answers}) > 1 else ():
        assert f"“{answer.question.text}”" in plain
        assert f"“{answer.question.text}”" in html


def number_of(document: Document) -> str:
    return document.title.removeprefix("Title")
