"""Verdicts on answers bend the shipped probability to what comes true here."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.asking import Mention, Signs
from indexer.calibrating import KINDS, Calibrator, Verdict, crossed, learned, signs
from indexer.ranking import Ranked

shares = st.floats(0, 1)
TOLD = st.builds(Signs, shares, st.floats(-9, 9), st.floats(-1, 1), shares, st.booleans())
VERDICTS = st.builds(Verdict, st.sampled_from(KINDS), TOLD, st.booleans())


def verdicts(kind: str, said: float, right: int, wrong: int) -> list[Verdict]:
    return [Verdict(kind, Signs(said), n < right) for n in range(right + wrong)]


def modest(count: int, seed: int) -> list[Verdict]:
    """Answers that are right far more often than is said of them."""
    chance = np.random.default_rng(seed)
    said = chance.uniform(0.05, 0.95, count)
    return [Verdict("who", Signs(float(p)), bool(chance.random() < p**0.4)) for p in said]


def off(calibrator: Calibrator, told: list[Verdict]) -> float:
    return abs(float(np.mean([calibrator.probability(v.kind, v.signs) - v.right for v in told])))


@given(TOLD, st.sampled_from(KINDS))
def test_without_a_verdict_the_shipped_probability_stands(told: Signs, kind: str) -> None:
    assert learned([]).probability(kind, told) == told.said


@given(st.lists(VERDICTS, min_size=1, max_size=30), TOLD)
def test_whatever_was_said_it_stays_a_probability_and_nothing_found_stays_nothing(
    told: list[Verdict], signs: Signs
) -> None:
    calibrator = learned(told)

    assert 0 <= calibrator.probability("who", signs) <= 1
    assert calibrator.probability("reference", Signs(0.0, likeness=1.0)) == 0
    assert all(0 <= said <= 1 for said in crossed(told))


def test_one_verdict_hardly_moves_it_and_many_do() -> None:
    few, many = (learned(verdicts("who", 0.5, count, 0)).probability("who", Signs(0.5)) for count in (1, 60))

    assert 0.5 < few < 0.72
    assert many > 0.93


def test_two_hundred_verdicts_mend_what_is_said_too_modestly() -> None:
    lesson, others = modest(200, seed=1), modest(2000, seed=2)

    assert off(learned([]), others) > 0.2
    assert off(learned(lesson), others) < 0.05


def test_a_kind_with_few_verdicts_leans_on_what_all_have_in_common() -> None:
    calibrator = learned(verdicts("who", 0.4, 60, 0) + verdicts("reference", 0.4, 0, 60))

    who, reference, other = (calibrator.probability(kind, Signs(0.4)) for kind in ("who", "reference", "other"))

    assert reference < 0.2 < other < 0.6 < 0.85 < who


def test_nobody_judges_what_taught_him() -> None:
    told = [*verdicts("who", 0.5, 30, 0), Verdict("who", Signs(0.5), False)]

    assert crossed(told)[-1] > learned(told).probability("who", Signs(0.5))
    assert crossed([]) == []


def test_signs_tell_what_the_probability_was_made_of() -> None:
    ranked = [Ranked("a", 0.8, 1, meaning=0.6, words=0.4), Ranked("b", 0.5, 2)]
    known = Mention("Brückner", "Brückner Logistik GmbH", "company", 0.9)

    told = signs(0.7, ranked, [known])

    assert told is not None
    assert (told.said, told.likeness, told.words, told.known) == (0.7, 0.8, 0.4, True)
    assert told.share == pytest.approx(signs(0.1, ranked, []).share)  # type: ignore[union-attr]
    assert signs(0.7, [], []) is None
