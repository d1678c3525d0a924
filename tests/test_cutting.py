"""What a lane brings up does not depend on what came into the index first."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from indexer.engines.cutting import MOST, Scored, firsts

SCORES = st.lists(st.sampled_from((0.0, 0.25, 0.5, 0.75)), max_size=60)


def lane(passages: list[tuple[int, float]]) -> Scored:
    """Best first, of equal ones the lower number, as lanes do it."""
    return sorted(passages, key=lambda pair: (-pair[1], pair[0]))


def cut(scores: list[float], numbers: list[int], count: int) -> list[str]:
    """The documents that are taken where the n-th bears the n-th of these numbers."""
    found = lane(list(zip(numbers, scores, strict=True)))
    names = {number: f"card {n:03}" for n, number in enumerate(numbers)}
    taken = firsts(
        found[: count + 1], count, lambda wider: found[:wider], lambda ids: {id_: (names[id_], 0) for id_ in ids}
    )
    assert [score for _, score in taken] == [score for _, score in found[:count]]
    return [names[passage] for passage, _ in taken]


@given(SCORES, st.integers(1, 20), st.randoms())
def test_the_same_passages_are_taken_whatever_their_numbers_are(scores: list[float], count: int, draw: Random) -> None:
    first, second = list(range(len(scores))), list(range(len(scores)))
    draw.shuffle(second)
    assert sorted(cut(scores, first, count)) == sorted(cut(scores, second, count))


def test_nothing_more_is_asked_where_the_last_one_is_better_than_the_next() -> None:
    def again(wider: int) -> Scored:
        raise AssertionError("asked again")

    found = [(3, 0.9), (1, 0.8), (2, 0.7)]
    assert firsts(found, 2, again, lambda ids: {}) == found[:2]
    assert firsts(found, 3, again, lambda ids: {}) == found


def test_it_ends_where_thousands_say_the_same() -> None:
    asked: list[int] = []

    def again(wider: int) -> Scored:
        asked.append(wider)
        return [(n, 0.5) for n in range(wider)]

    assert len(firsts(again(6), 5, again, lambda ids: {id_: (str(id_), 0) for id_ in ids})) == 5
    assert max(asked) <= 4 * MOST
