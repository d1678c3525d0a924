"""Mistakes planted into the production code from outside for a while, to see whether a harness catches them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

Change = tuple[object, str, Any]
"""What is changed: a module or class, the name in it, and what stands there instead."""
Bugs = dict[str, Callable[[], list[Change]]]
"""Every planted bug by what it does wrong, and what it replaces."""


def into(bugs: Bugs, name: str) -> Callable[[Callable[[], list[Change]]], Callable[[], list[Change]]]:
    """Put the changes that a function returns among these bugs, under this name."""

    def add(changes: Callable[[], list[Change]]) -> Callable[[], list[Change]]:
        bugs[name] = changes
        return changes

    return add


@contextmanager
def changed(changes: Sequence[Change]) -> Iterator[None]:
    """The production code with these changes, while the block runs."""
    before = [(owner, attribute, vars(owner)[attribute]) for owner, attribute, _ in changes]
    for owner, attribute, wrong in changes:
        setattr(owner, attribute, wrong)
    try:
        yield
    finally:
        for owner, attribute, right in before:
            setattr(owner, attribute, right)
