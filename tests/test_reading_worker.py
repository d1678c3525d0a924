"""Reading in a process of its own: the same readings, and no mail that stops the next one."""

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from threading import Timer

import pytest

from indexer.errors import SignpostError
from scripts.fuzzing import LETTER, RULES
from service.mail.letter import Reading
from service.mail.reading import read
from service.reading import worker as reading_worker
from service.reading.worker import Limits, ReadingWorker, _reading
from service.watching.attempt import Failed
from tests.watching import QUESTION, Desk, a_judge, a_mail

NESTED = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nwho covers Siemens?\n" * 100_000


@pytest.fixture
def worker() -> Iterator[ReadingWorker]:
    """A worker by the rules of the fuzzer, with the usual limits."""
    worker = ReadingWorker(RULES)
    yield worker
    worker.close()


def limited(raw: bytes, **limits: int | float) -> tuple[Reading | Failed, Reading | Failed]:
    """What becomes of this mail under these limits, and of the letter after it."""
    worker = ReadingWorker(RULES, Limits(**limits))  # type: ignore[arg-type]
    try:
        return worker.read(raw), worker.read(LETTER)
    finally:
        worker.close()


def test_a_mail_is_read_as_it_is_in_process(worker: ReadingWorker) -> None:
    assert worker.read(LETTER) == read(LETTER, RULES)
    assert worker.read(b"") == read(b"", RULES)


def test_one_process_reads_many_mails_and_starts_with_the_first(worker: ReadingWorker) -> None:
    before = worker.process
    worker.read(LETTER)
    first = worker.process
    worker.read(LETTER)

    assert (before, worker.process) == (None, first)


def test_a_mail_over_the_byte_limit_is_left_alone() -> None:
    refused, after = limited(LETTER + b"x" * 2000, size=2000)

    assert isinstance(refused, Failed)
    assert "more than the 2,000 that are read" in refused.says
    assert isinstance(after, Reading)


def test_a_mail_that_takes_too_long_is_left_alone_and_the_next_is_read_at_once() -> None:
    worker = ReadingWorker(RULES, Limits(seconds=0.5))
    worker.read(LETTER)
    assert worker.process
    os.kill(worker.process, signal.SIGSTOP)

    began = time.monotonic()
    refused = worker.read(LETTER)

    assert refused == Failed("reading", "Reading it took more than 0.5 seconds.")
    assert time.monotonic() - began < 2
    assert isinstance(worker.read(LETTER), Reading)
    worker.close()


def test_a_mail_that_takes_too_much_memory_is_left_alone() -> None:
    refused, after = limited(NESTED * 8, memory=100 << 20, seconds=20)

    assert refused == Failed("reading", "Reading it takes more than 100 MB.")
    assert isinstance(after, Reading)


def test_a_process_that_is_killed_costs_one_mail(worker: ReadingWorker) -> None:
    worker.read(LETTER)
    assert worker.process
    os.kill(worker.process, signal.SIGSTOP)
    Timer(0.2, os.kill, (worker.process, signal.SIGKILL)).start()

    assert worker.read(LETTER) == Failed("reading", "The process that read it ended by signal 9.")
    assert isinstance(worker.read(LETTER), Reading)


def test_a_reading_that_is_too_long_to_take_is_left_alone() -> None:
    refused, after = limited(b"X-Note: " + b"a" * 20_000 + b"\n" + LETTER, reading=12_000)

    assert isinstance(refused, Failed)
    assert "takes more than 12,000 bytes" in refused.says
    assert isinstance(after, Reading)


def test_nothing_but_records_is_made_of_what_comes_back() -> None:
    with pytest.raises(pickle.UnpicklingError, match="no record"):
        _reading(b"+" + pickle.dumps(os.system))


def test_the_process_ends_with_the_one_that_started_it() -> None:
    program = (
        "from scripts.fuzzing import LETTER, RULES; from service.reading.worker import ReadingWorker; import os;"
        "worker = ReadingWorker(RULES); worker.read(LETTER); print(worker.process, flush=True); os._exit(0)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert gone(int(told.stdout), within=5)


def gone(process: int, within: float) -> bool:
    """Whether the process ends in that many seconds."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


def test_the_process_knows_no_password_and_loads_no_model() -> None:
    program = "import sys, service.reading.child; print(sorted({m.split('.')[0] for m in sys.modules}))"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert not [name for name in ("torch", "faiss", "numpy", "pydantic", "sqlite3") if f"'{name}'" in told]
    assert not [name for name in reading_worker._environment() if name.startswith("SIGNPOST_")]


def test_a_process_that_cannot_be_started_is_no_fault_of_the_mail() -> None:
    worker = ReadingWorker(None)  # type: ignore[arg-type]

    with pytest.raises(SignpostError, match="did not start"):
        worker.read(LETTER)
    assert worker.process is None


def test_the_watcher_quarantines_what_cannot_be_read_and_drafts_the_rest() -> None:
    desk, worker = Desk(), ReadingWorker(RULES, Limits(size=5_000))
    watcher = desk.watcher(a_judge(read=worker.read, close=worker.close))
    desk.arrive(a_mail("x" * 6_000, key="1"), a_mail(QUESTION, key="2"))

    told = [receipt for _ in range(3) for receipt in watcher.one_pass()]
    watcher.close()

    assert [(receipt.outcome, receipt.reason) for receipt in told] == [
        ("draft", "answer found"),
        ("quarantine", "reading"),
    ]
    assert "more than the 5,000 that are read" in told[1].says
    assert worker.process is None
