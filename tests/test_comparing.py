"""Two runs over the same questions are compared question by question."""

import pytest

from indexer.comparing import paired


def test_the_same_twice_is_no_difference() -> None:
    told = paired([1, 0, 0.5], [1, 0, 0.5])

    assert (told.value, told.better, told.worse, told.p) == (0, 0, 0, 1)


def test_many_gains_without_a_loss_are_no_chance() -> None:
    told = paired([0] * 20 + [1] * 20, [1] * 20 + [1] * 20)

    assert (told.value, told.better, told.worse, told.count) == (0.5, 20, 0, 40)
    assert told.p < 0.001
    assert 0 < told.low < told.value < told.high


def test_as_many_losses_as_gains_may_be_chance() -> None:
    assert paired([0, 1] * 10, [1, 0] * 10).p > 0.9


def test_few_gains_have_the_p_of_a_sign_test() -> None:
    assert paired([0] * 5 + [1] * 9, [1] * 5 + [1] * 9).p == pytest.approx(2 / 2**5, abs=0.01)


def test_sides_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="same questions"):
        paired([1.0], [])
