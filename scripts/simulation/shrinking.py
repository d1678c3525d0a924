"""A plan that fails → the smallest part of it that still fails by the same checker."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from scripts.simulation.plan import Event, Plan

MOST_RUNS = 2000


def shrunk(script: Plan, fails: Callable[[Plan], bool]) -> Plan:
    """Leave out events and breaks, then time, as long as it still fails; first in large pieces, then one by one."""
    left = MOST_RUNS
    size = max(1, len(script.events) // 2)
    while left > 0:
        for smaller in _smaller(script, size):
            left -= 1
            if fails(smaller):
                script = smaller
                break
            if left <= 0:
                break
        else:
            if size == 1:
                break
            size //= 2
    return script


def _smaller(script: Plan, size: int) -> Iterator[Plan]:
    """The plan without each piece of so many events; at the end also without each break and each long wait."""
    events = script.events
    for at in range(0, len(events), size):
        yield replace(script, events=events[:at] + events[at + size :])
    if size > 1:
        return
    for at, event in enumerate(events):
        for simpler in _simpler(event):
            yield replace(script, events=(*events[:at], simpler, *events[at + 1 :]))
    if len(script.folders) > 1:
        yield replace(script, folders=script.folders[:1])
    if script.mailboxes > 1:
        yield replace(script, mailboxes=1)


def _simpler(event: Event) -> Iterator[Event]:
    for at in range(len(event.faults)):
        yield replace(event, faults=event.faults[:at] + event.faults[at + 1 :])
    if event.after > 1:
        yield replace(event, after=1)
    if event.mail and event.mail.names:
        yield replace(event, mail=replace(event.mail, names=()))
