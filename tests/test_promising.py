"""A threshold is promised where verdicts bear it out, whatever was tried before it was found."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.asking import Answer, Question, Signs
from indexer.calibrating import KINDS, Verdict
from indexer.promising import LEAST, NEVER, Promises, needed, promised

ENOUGH = 0.6


def verdicts(kind: str, said: float, right: int, wrong: int = 0, floor: float = 0.0) -> list[Verdict]:
    return [Verdict(kind, Signs(said), n < right, floor) for n in range(right + wrong)]


def mixed(count: int, seed: int) -> list[Verdict]:
    """Answers that come true as often as they say, or a little less."""
    chance = np.random.default_rng(seed)
    said = chance.beta(1.6, 0.7, count).clip(0.01, 0.99)
    kinds = chance.choice(KINDS, count)
    return [
        Verdict(str(k), Signs(float(p)), bool(chance.random() < 0.98 * p)) for k, p in zip(kinds, said, strict=True)
    ]


def wrong_share(told: Promises, others: list[Verdict]) -> float:
    judged = [(*told.judged(Answer(Question("?", v.kind), signs=v.signs)), v.right) for v in others]  # type: ignore[arg-type]
    drafted = [right for probability, needed, right in judged if probability >= needed]
    return 1 - float(np.mean(drafted)) if drafted else 0.0


def test_without_a_verdict_everything_is_as_shipped() -> None:
    told = promised([], 0.05, ENOUGH)
    answer = Answer(Question("Who knows Brückner?", "who"), probability=0.7, signs=Signs(0.7))

    assert {standing.state for standing in told.standings} == {"shipped"}
    assert told.judged(answer) == (0.7, ENOUGH)
    assert told.of("who").missing == needed(0.05) == 59


def test_enough_right_answers_make_a_promise_and_one_less_does_not() -> None:
    told = promised(verdicts("who", 0.9, 59), 0.05, ENOUGH)
    less = promised(verdicts("who", 0.9, 58), 0.05, ENOUGH)

    assert (told.of("who").state, told.drafts, told.wrong) == ("promised", 59, 0)
    assert told.bound <= 0.05
    assert (less.of("who").state, less.of("who").missing) == ("shipped", 1)
    assert less.of("who").threshold == ENOUGH


def test_a_kind_without_verdicts_of_its_own_keeps_the_shipped_threshold() -> None:
    told = promised(verdicts("who", 0.9, 100) + verdicts("reference", 0.9, LEAST - 1), 0.05, ENOUGH)

    assert told.of("who").state == "promised"
    assert (told.of("reference").state, told.of("reference").threshold) == ("shipped", ENOUGH)
    assert told.of("reference").missing == 1


def test_kinds_share_their_strength() -> None:
    told = promised(verdicts("who", 0.9, 40) + verdicts("reference", 0.9, 40), 0.05, ENOUGH)

    assert [told.of(kind).state for kind in ("who", "reference")] == ["promised", "promised"]
    assert told.drafts == 80


def test_a_kind_that_is_wrong_too_often_waits_and_does_not_spoil_the_others() -> None:
    told = promised(verdicts("who", 0.9, 90) + verdicts("similar work", 0.9, 20, wrong=20), 0.05, ENOUGH)

    assert told.of("who").state == "promised"
    assert (told.of("similar work").state, told.of("similar work").threshold) == ("waits", NEVER)


def test_drafts_that_were_sent_say_nothing_about_what_was_never_drafted() -> None:
    sent = verdicts("who", 0.7, 100, floor=ENOUGH)
    below = verdicts("who", 0.3, 6, wrong=6)

    told = promised(sent + below, 0.05, ENOUGH)

    assert told.of("who").state == "promised"
    assert told.of("who").threshold >= ENOUGH


def test_what_drafts_taught_does_not_let_through_what_hardly_anybody_judged() -> None:
    sent = verdicts("who", 0.7, 100, floor=ENOUGH)
    below = verdicts("who", 0.3, 6)

    told = promised(sent + below, 0.05, ENOUGH)
    labelled = promised(verdicts("who", 0.7, 100) + below, 0.05, ENOUGH)
    modest = Answer(Question("?", "who"), signs=Signs(0.3))

    assert told.judged(modest)[0] < told.of("who").threshold
    assert labelled.judged(modest)[0] >= labelled.of("who").threshold


def test_what_is_promised_holds_for_other_questions() -> None:
    others = mixed(4000, seed=99)
    shares = [wrong_share(promised(mixed(300, seed), 0.1, ENOUGH), others) for seed in range(20)]

    assert sum(share > 0.1 for share in shares) <= 2
    assert float(np.mean(shares)) <= 0.1


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 400), st.integers(0, 10_000), st.sampled_from((0.02, 0.05, 0.2)))
def test_nothing_is_promised_that_the_bound_does_not_bear(count: int, seed: int, most_wrong: float) -> None:
    told = promised(mixed(count, seed), most_wrong, ENOUGH)
    taking_part = [s for s in told.standings if s.state == "promised"]

    assert not taking_part or told.bound <= most_wrong
    assert sum(s.drafts for s in taking_part) == told.drafts
    assert all(s.missing >= 1 for s in told.standings if s.state != "promised")


@pytest.mark.parametrize(("most_wrong", "drafts"), [(0.02, 149), (0.05, 59), (0.1, 29)])
def test_a_promise_takes_so_many_drafts_without_a_wrong_one(most_wrong: float, drafts: int) -> None:
    assert needed(most_wrong) == drafts
