"""Hands of labels are drawn alike each time, and what they promise is measured on the questions left."""

from indexer.asking import Question, Signs
from indexer.calibrating import Verdict
from indexer.evaluation import Judged, Labelled
from scripts.own_labels import draws, judged_anew, kept, let_through, spread

RIGHT = [Verdict("who", Signs(0.3 + n / 1000), True) for n in range(120)]


def a_judged(number: int, right: bool, sure: float) -> Judged:
    return Judged(Labelled(Question(f"Who knows firm {number}?"), frozenset({"a"})), ("a" if right else "b",), sure)


def test_the_same_hands_are_drawn_each_time_and_none_is_measured_on_itself() -> None:
    first, again = (list(draws(RIGHT, 100, 3, 0.05)) for _ in range(2))

    assert [one.rest for one in first] == [one.rest for one in again]
    assert [len(one.rest) for one in first] == [20, 20, 20]
    assert len({tuple(one.rest) for one in first}) == 3


def test_labels_let_through_what_was_said_too_modestly() -> None:
    (some,), (none,) = draws(RIGHT, 100, 1, 0.05), draws(RIGHT, 0, 1, 0.05)

    assert not let_through(none.promises, "who", Signs(0.4))
    assert let_through(some.promises, "who", Signs(0.4))
    assert not let_through(some.promises, "reference", Signs(0.4))


def test_what_is_kept_stops_where_too_much_gets_wrong() -> None:
    told = [a_judged(n, right=n != 40, sure=0.9 - n / 100) for n in range(50)]

    assert kept(told) == 49 / 50
    assert kept(told, lambda one: one.probability < 0.6) == 9 / 19
    assert kept(judged_anew(told, [float(not one.is_right) for one in told])) == 49 / 50
    assert (spread([0.5, 0.25]), spread([])) == ("[0.250, 0.500] n=2 draws", "no draw")
