"""Which mail becomes a draft, which a pass, and whether the sentence says why."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.asking import OUTSIDER, Answer, Mention, Near
from indexer.documents import EVERYONE, PRIVATE, PUBLIC, Customer, Person, published
from service.mail.letter import Address, Automatic, Reading, Trust
from service.replies.audience import viewer_of
from service.replies.decide import before_search, decide
from service.replies.outcome import Draft, Pass, Policy, Reason
from tests.builders import a_card, a_hit, a_reading, an_answer

POLICY = Policy(frozenset({"firma.example"}), frozenset({"tom@firma.example"}), enough=0.5, max_links=3)
BRÜCKNER = a_hit(a_card("Pilot with Brückner Logistik"))
EVE = Address("eve@evil.example", "Eve")


def passed(reading: Reading, policy: Policy = POLICY) -> Pass:
    outcome = before_search(reading, policy)
    assert outcome is not None
    return outcome


def drafted(*answers: Answer, policy: Policy = POLICY) -> Draft:
    outcome = decide(a_reading(), answers, policy)
    assert isinstance(outcome, Draft)
    return outcome


def linked(draft: Draft) -> list[list[str]]:
    return [[hit.document.title for hit in answer.hits] for answer in draft.answers]


def test_a_colleagues_question_with_a_sure_answer_becomes_a_draft() -> None:
    outcome = decide(a_reading(), [an_answer(BRÜCKNER, sure=0.9)], POLICY)

    assert isinstance(outcome, Draft)
    assert [a.email for a in outcome.audience.to] == ["jana.koehler@firma.example"]


def test_own_mail_is_never_answered() -> None:
    own = passed(a_reading(sender=Address("Tom@firma.example")))

    assert (own.reason, own.says) == (Reason.OWN, "It was sent from this account itself (Tom@firma.example).")


def test_a_newsletter_is_never_answered_and_the_rule_is_named() -> None:
    newsletter = a_reading(automatic=Automatic("list", "It came over a mailing list (news.example)."))

    assert decide(newsletter, [an_answer(BRÜCKNER, sure=0.99)], POLICY) == Pass(
        Reason.AUTOMATIC, "It came over a mailing list (news.example).", "A mail that a person wrote to be answered."
    )


def test_an_outsider_gets_nothing_and_the_setting_is_named() -> None:
    outside = passed(a_reading(sender=EVE))

    assert outside.reason is Reason.OUTSIDER
    assert outside.says == "eve@evil.example is outside, and internal links go to colleagues only."
    assert (
        outside.would_change == "Only if these are colleagues: evil.example among the internal_domains of the settings."
    )


def test_a_reply_to_that_leads_outside_is_a_trap() -> None:
    trap = passed(a_reading(reply_to=(EVE,)))

    assert (trap.reason, trap.says) == (Reason.OUTSIDER, "Its Reply-To leads outside, to eve@evil.example.")


def test_nobody_is_taken_for_the_sender_of_an_unreadable_from() -> None:
    assert "does not name exactly one plain address" in passed(a_reading(sender=None)).says


def test_a_forged_sender_gets_nothing_even_where_no_proof_is_asked_for() -> None:
    forged = passed(a_reading(trust=Trust("forged", "DMARC failed for firma.example.")))

    assert (forged.reason, forged.says) == (Reason.UNPROVEN, "DMARC failed for firma.example.")


def test_an_unproven_sender_gets_a_draft_unless_proof_is_required() -> None:
    assert before_search(a_reading(), POLICY) is None
    assert passed(a_reading(), replace(POLICY, require_proof=True)).would_change.endswith(
        "then senders are taken for who they say they are."
    )
    assert before_search(a_reading(trust=Trust("proven", "dmarc=pass")), replace(POLICY, require_proof=True)) is None


def test_a_mail_that_asks_nothing_is_passed() -> None:
    assert passed(a_reading(questions=())).reason is Reason.NO_QUESTION


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"sender": Address("tom@firma.example"), "automatic": Automatic("x", "y"), "questions": ()}, Reason.OWN),
        ({"sender": EVE, "automatic": Automatic("x", "y"), "questions": ()}, Reason.AUTOMATIC),
        ({"sender": EVE, "trust": Trust("forged", "f"), "questions": ()}, Reason.OUTSIDER),
        ({"trust": Trust("forged", "f"), "questions": ()}, Reason.UNPROVEN),
    ],
)
def test_the_first_rule_that_holds_is_told(facts: dict[str, Any], reason: Reason) -> None:
    assert passed(a_reading(**facts)).reason is reason


def test_nothing_found_names_the_question_and_who_is_unknown() -> None:
    outcome = decide(a_reading(), [an_answer(unknown=("Contoso",))], POLICY)

    assert isinstance(outcome, Pass)
    assert outcome.reason is Reason.NO_ANSWER
    assert outcome.says == (
        "Nothing in the index comes near “Who is talking to Brückner?”. Nothing in the index is called “Contoso”."
    )


def test_a_name_that_nobody_bears_is_told_with_the_nearest_known_one() -> None:
    near = Near("Fabrikam", "Fabricam GmbH", "company", 1)
    outcome = decide(a_reading(), [an_answer(BRÜCKNER, sure=0.1, unknown=("Fabrikam",), nearest=(near,))], POLICY)

    assert isinstance(outcome, Pass)
    assert outcome.says.endswith(
        " Nothing in the index is called “Fabrikam”. The nearest known name is “Fabricam GmbH”, 1 letter away."
    )
    assert outcome.would_change.endswith("; or a mail that names “Fabricam GmbH”, if that was meant.")


def test_a_name_that_two_bear_is_told_with_both() -> None:
    both = Mention("Brückner", "Brückner Bau", "company", 1.0, ("Brückner Logistik",))
    outcome = decide(a_reading(), [an_answer(BRÜCKNER, sure=0.4, mentions=(both,))], POLICY)

    assert isinstance(outcome, Pass)
    assert " “Brückner” may be Brückner Bau or Brückner Logistik." in outcome.says
    assert "a mail that says which “Brückner” is meant" in outcome.would_change


def test_of_several_questions_the_one_that_came_nearest_is_named() -> None:
    asked = [an_answer(asking="Any reference in Spain?"), an_answer(BRÜCKNER, sure=0.3)]
    outcome = decide(a_reading(("Any reference in Spain?", "Who is talking to Brückner?")), asked, POLICY)

    assert isinstance(outcome, Pass)
    assert outcome.says.startswith(
        "The nearest to “Who is talking to Brückner?”, “Pilot with Brückner Logistik”, is 30"
    )


def test_not_sure_enough_names_the_nearest_its_probability_and_the_bar() -> None:
    outcome = decide(a_reading(), [an_answer(BRÜCKNER, sure=0.4961)], POLICY)

    assert isinstance(outcome, Pass)
    assert (outcome.reason, outcome.answers[0].probability) == (Reason.UNSURE, 0.4961)
    assert outcome.says == "The nearest, “Pilot with Brückner Logistik”, is 49 % sure to answer it; a draft needs 50 %."
    assert outcome.would_change == (
        "A card, note or contact that says it, which all colleagues may see; or enough = 0.49 in the settings."
    )


def test_what_is_far_off_is_not_advised_to_be_let_through() -> None:
    outcome = decide(a_reading(), [an_answer(BRÜCKNER, sure=0.02, unknown=("Contoso",))], POLICY)

    assert isinstance(outcome, Pass)
    assert outcome.would_change == "A card, note or contact about “Contoso”, which all colleagues may see."


def test_the_bar_itself_is_enough() -> None:
    assert isinstance(decide(a_reading(), [an_answer(BRÜCKNER, sure=0.5)], POLICY), Draft)


def test_what_the_receiver_may_not_see_is_no_answer() -> None:
    secret = a_hit(a_card("Acquisition of Brückner", visibility=PRIVATE))
    outcome = decide(a_reading(), [an_answer(secret, sure=0.99)], POLICY)

    assert isinstance(outcome, Pass)
    assert "Acquisition" not in str(outcome)


def test_only_answers_that_are_sure_enough_are_linked() -> None:
    nordfrost = a_hit(a_card("Reference Nordfrost"))

    draft = drafted(an_answer(BRÜCKNER, sure=0.9), an_answer(nordfrost, sure=0.3))

    assert linked(draft) == [["Pilot with Brückner Logistik"]]


def test_every_answer_gets_its_best_link_before_one_gets_two() -> None:
    a, b, c, d = (a_hit(a_card(name)) for name in ("Aachen", "Bremen", "Celle", "Dresden"))

    assert linked(drafted(an_answer(a, b), an_answer(c, d))) == [["Aachen", "Bremen"], ["Celle"]]


def test_a_further_document_is_linked_only_when_it_is_nearly_as_good() -> None:
    far = a_hit(a_card("Far off"), score=0.7)
    near = a_hit(a_card("Near by"), score=0.85)

    assert linked(drafted(an_answer(BRÜCKNER, near, far))) == [["Pilot with Brückner Logistik", "Near by"]]


def test_a_document_is_linked_once_and_answers_both_questions() -> None:
    assert linked(drafted(an_answer(BRÜCKNER), an_answer(BRÜCKNER))) == [["Pilot with Brückner Logistik"], []]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "https://trello.com@evil.example/", "ftp://x/"]
)
def test_a_document_that_no_trusted_link_opens_is_not_linked(url: str) -> None:
    outcome = decide(a_reading(), [an_answer(a_hit(a_card("Offer", url=url)))], POLICY)

    assert isinstance(outcome, Pass)
    assert outcome.says == "“Offer” may answer it, but there is no link that opens it."


def test_a_document_without_a_link_opens_on_the_search_page() -> None:
    contact = an_answer(a_hit(a_card("Mehmet Aydın", url="")))

    assert isinstance(decide(a_reading(), [contact], replace(POLICY, site="https://signpost.firma.example")), Draft)
    assert isinstance(decide(a_reading(), [contact], POLICY), Pass)


ANSWERS = st.lists(
    st.builds(
        lambda keys, sure: an_answer(
            *(a_hit(a_card(f"Card {k}", key=str(k)), score=1 / (i + 1)) for i, k in enumerate(keys)), sure=sure
        ),
        st.lists(st.integers(0, 5), unique=True, max_size=4),
        st.floats(0, 1),
    ),
    max_size=4,
)


@given(answers=ANSWERS, most=st.integers(1, 3))
def test_a_draft_has_one_to_most_links_none_twice_all_sure_and_a_pass_says_why(
    answers: list[Answer], most: int
) -> None:
    outcome = decide(a_reading(), answers, replace(POLICY, max_links=most))

    if isinstance(outcome, Pass):
        assert "" not in (outcome.says, outcome.would_change)
        return
    ids = [hit.document.id for answer in outcome.answers for hit in answer.hits]
    assert 1 <= len(ids) == len(set(ids)) <= most
    assert all(answer.probability >= POLICY.enough for answer in outcome.answers)


OPEN = replace(POLICY, answers_outsiders=True, site="https://signpost.firma.example")
GUIDE = a_hit(a_card("Guide to night trains", visibility=PUBLIC, people=(Person("Tom Okafor", "owner"),)))
FROM_EVE = a_reading(sender=EVE)


def test_where_boards_are_public_an_outsider_gets_what_is_public_without_who_of_us_did_it() -> None:
    outcome = decide(FROM_EVE, [an_answer(BRÜCKNER, GUIDE)], OPEN)

    assert isinstance(outcome, Draft)
    assert [[hit.document.title for hit in answer.hits] for answer in outcome.answers] == [["Guide to night trains"]]
    assert outcome.answers[0].hits[0].document.people == ()
    assert viewer_of(outcome.audience, OPEN) == OUTSIDER


def test_an_outsider_gets_nothing_of_what_is_for_everyone_inside() -> None:
    assert isinstance(decide(FROM_EVE, [an_answer(BRÜCKNER)], OPEN), Pass)


def test_an_outsider_is_never_sent_to_our_own_pages() -> None:
    without_link = replace(GUIDE, anchor="", document=replace(GUIDE.document, url=""))

    assert isinstance(decide(FROM_EVE, [an_answer(without_link)], OPEN), Pass)
    assert isinstance(decide(a_reading(), [an_answer(without_link)], OPEN), Draft)


@pytest.mark.parametrize(
    "reading",
    [
        a_reading(reply_to=(EVE,)),
        a_reading(sender=EVE, reply_to=(Address("other@evil.example"),)),
        a_reading(sender=EVE, trust=Trust("forged", "DMARC failed.")),
        a_reading(sender=None),
    ],
)
def test_traps_and_forgeries_get_nothing_even_of_what_is_public(reading: Reading) -> None:
    assert isinstance(decide(reading, [an_answer(GUIDE)], OPEN), Pass)


def test_a_public_document_that_names_a_customer_is_for_colleagues_only() -> None:
    named = a_card("Guide", visibility=PUBLIC, customers=(Customer("Brückner Logistik"),))

    assert published(named).visibility == EVERYONE
    assert published(replace(named, customers=())).visibility == PUBLIC
    assert published(replace(named, customers=(), kind="contact")).visibility == EVERYONE
