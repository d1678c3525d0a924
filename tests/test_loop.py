"""The loop around the passes: it backs off, gives up a refused login, stops when asked, keeps mailboxes apart."""

import logging
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import LoginRefused, SignpostError, Unreachable
from service.ledger import Ledger
from service.mailbox.memory import MemoryMailbox, MemoryServer
from service.receipts import Receipt
from service.watching.loop import (
    GAVE_UP,
    KNOCK_PAUSE,
    LONGEST_PAUSE,
    LOOK_PAUSE,
    Loop,
    pause,
    stop_on_signals,
    watch_all,
)
from tests.watching import a_mail, a_watcher, drafts


class Hurried(threading.Event):
    """A stop that notes how long it was waited for and lets no time go by; it is set after `most` waits."""

    def __init__(self, most: int = 50) -> None:
        super().__init__()
        self.waits: list[float] = []
        self.most = most

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout or 0.0)
        if len(self.waits) >= self.most:
            self.set()
        return self.is_set()


class Failing:
    """A watcher whose passes do what they are told, one after the other, and then stop the loop."""

    name = "sales@brueckner.example"

    def __init__(self, stop: threading.Event, *passes: Exception | None) -> None:
        self.stop = stop
        self.passes: Iterator[Exception | None] = iter(passes)
        self.troubles: list[str] = []
        self.closed = False
        self.there: Iterator[bool] = iter(())
        self.marks: Iterator[str] = iter(())

    def one_pass(self) -> list[Receipt]:
        for told in self.passes:
            if told:
                raise told
            return []
        self.stop.set()
        return []

    def wait(self, stop: threading.Event) -> None:
        stop.wait(0.0)

    def is_there(self) -> bool:
        return next(self.there, True)

    def login_mark(self) -> str:
        return next(self.marks, "")

    def report(self, trouble: str) -> None:
        self.troubles.append(trouble)

    def close(self) -> None:
        self.closed = True


def run(stop: threading.Event, *passes: Exception | None) -> Failing:
    watcher = Failing(stop, *passes)
    Loop(watcher, stop, random.Random(7)).run()
    return watcher


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


@given(st.integers(1, 10_000), st.randoms(use_true_random=False))
def test_a_pause_grows_with_the_failures_and_has_an_end(failures: int, rng: random.Random) -> None:
    assert 0 <= pause(failures, rng) <= min(LONGEST_PAUSE, 2.0 ** min(failures, 20))


def test_a_server_that_is_gone_is_tried_again_with_growing_pauses() -> None:
    stop = Hurried()

    watcher = run(stop, *[Unreachable("The mail server does not answer.")] * 12)

    assert watcher.troubles == ["The mail server does not answer."] * 12
    assert sum(stop.waits[6:12]) > 3 * sum(stop.waits[:6])
    assert watcher.closed


def test_a_server_that_was_gone_is_met_again_soon_after_it_is_back() -> None:
    stop = Hurried()
    watcher = Failing(stop, *[Unreachable("gone")] * 12, None)
    watcher.there = iter([*[True] * 11, False, False, False])

    Loop(watcher, stop, random.Random(7)).run()

    assert sum(stop.waits[:11]) > 60
    assert stop.waits[11:14] == [KNOCK_PAUSE] * 3
    assert stop.waits[14] <= KNOCK_PAUSE


def test_a_server_that_stays_away_is_tried_when_the_pause_is_over() -> None:
    stop = Hurried(most=1000)
    watcher = Failing(stop, *[Unreachable("gone")] * 6, None)
    watcher.there = iter([False] * 1000)

    Loop(watcher, stop, random.Random(7)).run()

    assert len(watcher.troubles) == 6
    assert sum(stop.waits) <= sum(2.0**n for n in range(1, 7))


def test_a_pass_that_succeeds_begins_the_pauses_anew() -> None:
    stop = Hurried()
    gone = Unreachable("gone")

    run(stop, *[gone] * 10, None, gone)

    assert stop.waits[-2] <= 2.0


def test_a_refused_login_is_tried_three_times_slowly_and_then_once_an_hour() -> None:
    stop = Hurried(most=1000)

    watcher = run(stop, *[LoginRefused("The password is wrong.")] * 4, None)

    assert stop.waits[:2] == [60.0, 120.0]
    assert stop.waits[2:362] == [LOOK_PAUSE] * 360 == stop.waits[362:722]
    assert watcher.troubles == ["The password is wrong."] * 2 + [f"The password is wrong. {GAVE_UP}"] * 2
    assert watcher.closed


def test_a_changed_login_is_tried_at_once_and_three_times() -> None:
    stop = Hurried(most=1000)
    watcher = Failing(stop, *[LoginRefused("The password is wrong.")] * 6, None)
    watcher.marks = iter([*["old"] * 4, *["new"] * 1000])

    Loop(watcher, stop, random.Random(7)).run()

    assert stop.waits[:6] == [60.0, 120.0, LOOK_PAUSE, LOOK_PAUSE, LOOK_PAUSE, LOOK_PAUSE]
    assert stop.waits[6:8] == [60.0, 120.0]
    assert len(watcher.troubles) == 6


def test_a_login_that_is_refused_ends_when_asked_to() -> None:
    stop = Hurried(most=5)

    assert run(stop, *[LoginRefused("The password is wrong.")] * 9).closed
    assert len(stop.waits) == 5


def test_an_error_that_nobody_foresaw_does_not_end_the_watching() -> None:
    watcher = run(Hurried(), ZeroDivisionError("x"), SignpostError("y"), None)

    assert watcher.troubles == [
        "An error that nobody foresaw; the log has it in full. ZeroDivisionError: x",
        "y",
    ]


def eventually(holds: Callable[[], bool], seconds: float = 10.0) -> bool:
    until = time.monotonic() + seconds
    while not holds() and time.monotonic() < until:
        time.sleep(0.02)
    return holds()


def test_one_mailbox_in_trouble_does_not_delay_another() -> None:
    good, bad = MemoryMailbox(MemoryServer(), "a@x.example"), MemoryMailbox(MemoryServer(), "b@x.example")
    bad.server.reachable = False
    ledger, stop = Ledger.in_memory(), threading.Event()
    thread = threading.Thread(target=watch_all, args=([a_watcher(m, ledger) for m in (bad, good)], stop))
    thread.start()

    assert eventually(lambda: ledger.progress.watched(good.name, "INBOX") is not None)
    good.server.deliver(a_mail())
    assert eventually(lambda: len(drafts(good)) == 1)

    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    assert [a.trouble != "" for a in ledger.progress.accounts()] == [False, True]


def test_a_mailbox_whose_login_is_refused_does_not_delay_another_and_says_so() -> None:
    good = MemoryMailbox(MemoryServer(), "a@x.example")
    bad = MemoryMailbox(MemoryServer(password="secret"), "b@x.example", "wrong")
    ledger, stop = Ledger.in_memory(), threading.Event()
    thread = threading.Thread(target=watch_all, args=([a_watcher(m, ledger) for m in (bad, good)], stop))
    thread.start()

    assert eventually(lambda: {a.mailbox: bool(a.trouble) for a in ledger.progress.accounts()}.get(bad.name, False))
    assert eventually(lambda: ledger.progress.watched(good.name, "INBOX") is not None)
    good.server.deliver(a_mail())
    assert eventually(lambda: len(drafts(good)) == 1)

    stop.set()
    thread.join(10)
    assert not thread.is_alive()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_cleanly(number: signal.Signals) -> None:
    before = signal.getsignal(number)

    with stop_on_signals() as stop:
        os.kill(os.getpid(), number)
        assert stop.wait(5)

    assert signal.getsignal(number) == before
