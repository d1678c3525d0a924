"""Mistakes with what people want of the watcher, planted as those in bugs.py are."""

from datetime import datetime, timedelta
from functools import partial

from scripts.planting import Bugs, Change, into
from service.drafts import delivery, lifecycle, tending
from service.watching.settling import Settlement

WISHES: Bugs = {}
"""Each by what it does wrong, and what it replaces."""

_bug = partial(into, WISHES)


@_bug("writes into a mailbox that is paused")
def _writes_on() -> list[Change]:
    return [(Settlement, "_hold", lambda self, pause: None)]


@_bug("writes what never arrived although the mailbox is paused")
def _recovers_on() -> list[Change]:
    return [(delivery, "_held", lambda steps, pause: steps)]


@_bug("forgets that somebody wants a draft back")
def _forgets_wishes() -> list[Change]:
    return [(tending, "told_of", lambda wish: "")]


@_bug("takes back what a person changed")
def _takes_all_back() -> list[Change]:
    judged = lifecycle.judge

    def wrong(life: lifecycle.Life, seen: lifecycle.Seen, now: datetime, keep: timedelta | None) -> lifecycle.Step:
        if seen.wanted and seen.copies:
            return lifecycle.Withdraw(tuple(copy.place for copy in seen.copies), "It was wanted back.")
        return judged(life, seen, now, keep)

    return [(tending, "judge", wrong)]
