"""The first of what a lane brings up, the same ones whatever came into the index before what."""

from collections.abc import Callable, Mapping, Sequence

Scored = list[tuple[int, float]]
Places = Callable[[Sequence[int]], Mapping[int, tuple[str, int]]]
"""Passage id → its document and its place in there: what tells passages apart that are worth the same."""
EQUAL = 1e-6
"""Scores that differ by less are of passages that say the same; what differs is how they were computed."""
WIDER = 4
MOST = 1024
"""Among more passages than this that are worth the same, those that came first are taken."""


def firsts(found: Scored, count: int, again: Callable[[int], Scored], places: Places) -> Scored:
    """The best `count` of what was `found`, best first, which are one more if there are so many.

    Where the last ones are worth the same as some that are left out, `again` is asked for more, and those come first
    whose documents' ids do.
    """
    if len(found) <= count or found[count - 1][1] - found[count][1] > EQUAL:
        return found[:count]
    asked, edge = len(found), found[count - 1][1]
    while len(found) == asked < MOST and edge - found[-1][1] <= EQUAL:
        asked *= WIDER
        found = again(asked)
    better = [pair for pair in found if pair[1] - edge > EQUAL]
    alike = [pair for pair in found if abs(pair[1] - edge) <= EQUAL]
    where = places([passage for passage, _ in alike])
    alike.sort(key=lambda pair: where.get(pair[0], ("", 0)))
    return [*better, *alike][:count]
