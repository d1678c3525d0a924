"""Figures are counted of receipts: what came, what became of drafts, what is asked again and again."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.analytics import Asking, Drafts, Topic, arrived, askings, every_week, figures, topics, week_of
from service.deflection import effect
from service.gaps import asked_again, gaps, grouped
from service.receipts import Asked, Receipt
from tests.builders import NOW
from tests.pages import a_receipt

MONDAY = date(2026, 3, 2)


def named(text: str) -> tuple[str, ...]:
    return tuple(name for name in ("Brückner", "Nordwind") if name in text)


def asking(text: str = "Who talks to Brückner?", days: float = 0, **more: Any) -> Asking:
    facts: dict[str, Any] = {"sender": "lea@ours.example", "kind": "who", "names": named(text)}
    facts |= {"answered": False, "written": False, "sent": False}
    return Asking(at=NOW + timedelta(days=days), text=text, **facts | more)


def a_draft(state: str, similarity: float | None = None, says: str = "", **more: Any) -> Receipt:
    return a_receipt(**{"state": state, "similarity": similarity, "state_says": says, **more})


def test_what_became_of_drafts_is_counted_each_once() -> None:
    told = [
        *(a_draft("sent", 0.95), a_draft("sent", 0.3), a_draft("sent"), a_draft("edited"), a_draft("written")),
        *(a_draft("deleted"), a_draft("withdrawn", says="Nobody used it for 14 days.")),
        *(a_draft("withdrawn", says="A person answered first."), a_draft("shadow"), a_draft("intended")),
    ]

    counted = figures(told)

    assert counted.drafts == Drafts(8, as_they_were=2, changed=1, held=1, unused=2, overtaken=1, waiting=1)
    assert (counted.mails, counted.questions) == (10, 10)


def test_mails_without_a_draft_are_counted_by_reason() -> None:
    told = [a_receipt(outcome="pass", reason=reason, state="") for reason in ("automatic", "no question", "automatic")]

    assert figures(told).ends == (("pass", "automatic", 2), ("pass", "no question", 1))


def test_nothing_yet_is_no_week_at_all() -> None:
    assert figures([]).weeks == ()


def test_weeks_without_mail_are_there_too_and_begin_on_monday() -> None:
    told = [a_receipt(received=NOW), a_receipt(received=NOW - timedelta(days=20), at=NOW - timedelta(days=20))]

    weeks = figures(told).weeks

    assert [week.start for week in weeks] == every_week({MONDAY - timedelta(days=21), MONDAY})
    assert [week.mails for week in weeks] == [1, 0, 0, 1]


def test_a_time_that_cannot_be_is_not_believed() -> None:
    assert arrived(a_receipt(received=NOW.replace(year=1970))) == NOW
    assert arrived(a_receipt(received=NOW - timedelta(days=30))) == NOW - timedelta(days=30)


@given(st.lists(st.builds(a_draft, st.sampled_from(["sent", "deleted", "written", "edited", "left", "shadow", ""]))))
def test_weeks_add_up_to_the_whole(told: list[Receipt]) -> None:
    counted = figures(told)

    assert sum(week.mails for week in counted.weeks) == counted.mails
    assert sum(week.drafts.made for week in counted.weeks) == counted.drafts.made


def test_a_topic_is_the_company_that_is_asked_about_with_its_first_draft() -> None:
    told = [
        a_receipt("1", outcome="pass", state="", asked=(Asked("Who talks to Brückner?", "who", 0.1),)),
        a_receipt("2", received=NOW + timedelta(days=8)),
        a_receipt("3", asked=(Asked("Is there a price list?", "other", 0.1),)),
    ]

    (topic,) = topics(askings(told, named))

    assert (topic.name, topic.asked, topic.first_draft) == ("Brückner", (1, 1), (NOW + timedelta(days=8)).date())
    assert topic.first_sent is None


def test_the_same_company_and_kind_of_question_is_the_same_question() -> None:
    asked = [asking(), asking("Do we have anyone at Brückner?"), asking("Who knows Nordwind?")]
    asked += [asking("Is there a reference at Brückner?", kind="reference")]

    assert sorted(len(group.asked) for group in grouped(asked)) == [1, 1, 2]


def test_questions_about_nobody_are_the_same_when_they_share_their_rare_words() -> None:
    asked = [
        asking("Where is the price list for 2026?"),
        asking("Can somebody send me the price list?"),
        asking("When is the summer party?"),
    ]

    assert sorted(len(group.asked) for group in grouped(asked)) == [1, 2]


texts = st.sampled_from(
    ["Who talks to Brückner?", "Where is the price list?", "Is there a price list for 2026?", "?", "", "When is lunch?"]
)


@given(st.lists(st.builds(asking, texts, st.integers(0, 50))), st.randoms())
def test_every_question_is_in_one_group_whatever_the_order(asked: list[Asking], rng: Any) -> None:
    groups = grouped(asked)
    shuffled = list(asked)
    rng.shuffle(shuffled)

    assert sorted(one.text for group in groups for one in group.asked) == sorted(one.text for one in asked)
    assert grouped(shuffled) == groups


def test_what_is_asked_often_and_lately_and_answered_nowhere_comes_first() -> None:
    often = [asking("Where is the price list?", days=-d, sender=f"{d}@x.example") for d in (1, 5, 9)]
    long_ago = [asking("Who plans the summer party?", days=-d) for d in (300, 301, 302, 303)]
    answered = [asking("Who knows Nordwind?"), asking("Who knows Nordwind?", 1, answered=True)]

    found = gaps(grouped([*often, *long_ago, *answered]), NOW)

    assert [(gap.text, gap.asks, gap.people) for gap in found] == [
        ("Where is the price list?", 3, 3),
        ("Who plans the summer party?", 4, 1),
    ]


def test_who_asks_the_same_within_a_fortnight_of_an_answer_asks_again() -> None:
    asked = [asking(days=-40, sent=True), asking(days=-35), asking(days=-3, sent=True)]
    asked += [asking(days=-30, sent=True, sender="tom@ours.example"), asking(days=-29, sender="eve@ours.example")]

    told = asked_again(grouped(asked), NOW)

    assert (told.sent, told.again, told.open) == (2, 1, 1)


def topic(name: str, before: int, after: int, sent: bool) -> Topic:
    """Twenty weeks; the first answer, if any, was sent in the eleventh."""
    asked = (*[before] * 10, 1, *[after] * 10)
    first = MONDAY + timedelta(weeks=10, days=2) if sent else None
    return Topic(name, asked, first, first)


def measured(told: Sequence[Topic], weeks: int = 21) -> Any:
    return effect(told, MONDAY, MONDAY + timedelta(weeks=weeks))


def test_traffic_that_halves_where_others_stay_has_fallen_by_half() -> None:
    told = [topic(f"a{n}", 4, 2, True) for n in range(5)] + [topic(f"b{n}", 3, 3, False) for n in range(5)]

    found = measured(told)

    assert found.change == pytest.approx(-0.5)
    assert found.low == pytest.approx(-0.5)
    assert found.high == pytest.approx(-0.5)


def test_traffic_that_falls_everywhere_has_not_fallen_by_answers() -> None:
    told = [topic(f"a{n}", 4, 2, True) for n in range(5)] + [topic(f"b{n}", 6, 3, False) for n in range(5)]

    assert measured(told).change == pytest.approx(0)


def test_the_interval_holds_the_change_and_is_wide_where_topics_differ() -> None:
    told = [topic(f"a{n}", 4, n, True) for n in range(6)] + [topic(f"b{n}", 3, n % 4, False) for n in range(6)]

    found = measured(told)

    assert found.low <= found.change <= found.high
    assert found.high - found.low > 0.3


@pytest.mark.parametrize(
    ("told", "weeks", "lacks"),
    [
        ([], 21, "0 topics have 4 weeks"),
        ([topic("a", 1, 1, True)], 8, "There are 8 full weeks"),
        ([topic(f"a{n}", 1, 1, True) for n in range(3)], 21, "0 topics never got an answer"),
        (
            [topic(f"a{n}", 0, 1, True) for n in range(3)] + [topic(f"b{n}", 0, 1, False) for n in range(3)],
            21,
            "little",
        ),
        (
            [topic(f"a{n}", 1, 1, True) for n in range(3)] + [topic(f"b{n}", 1, 1, False) for n in range(3)],
            14,
            "0 topics",
        ),
    ],
)
def test_what_cannot_be_told_is_said_not_guessed(told: list[Topic], weeks: int, lacks: str) -> None:
    found = measured(told, weeks)

    assert found.change is None
    assert lacks in found.lacks


def test_a_week_begins_on_monday() -> None:
    assert {week_of(MONDAY + timedelta(days=n)) for n in range(7)} == {MONDAY}
