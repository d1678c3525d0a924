"""A ledger on a disk that is full, failing, read-only or damaged: a sentence, and nothing that was told is lost."""

import os
import resource
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import cast

import pytest

from indexer.errors import LedgerError
from scripts.torturing.children import Ended, in_child
from scripts.torturing.faults import KILL, DiskFault, endure, missing_tool
from service.ledger import Ledger
from service.receipts import Receipt
from tests.test_ledger import BOX, NOW, a_receipt, an_intent

ONCE = [
    *(DiskFault("fdatasync", "EIO", n) for n in (1, 4, 9)),
    *(DiskFault("pwrite64", error, n) for error, n in (("ENOSPC", 3), ("EIO", 60), ("EROFS", 100))),
]
LASTING = [DiskFault("pwrite64", "ENOSPC", 80, lasting=True), DiskFault("fdatasync", "EIO", 6, lasting=True)]
KILLED = [DiskFault("pwrite64", KILL, 90), DiskFault("fdatasync", KILL, 7)]


@pytest.mark.parametrize("fault", [*ONCE, *LASTING, *KILLED], ids=str)
def test_a_call_that_fails_loses_nothing_and_doubles_nothing(fault: DiskFault) -> None:
    if missing := missing_tool():
        pytest.skip(missing)

    assert endure(fault) == []


def filled(path: Path, number: int) -> list[Receipt]:
    with closing(Ledger.open(path)) as ledger, ledger.transaction():
        receipts = [a_receipt(str(n), says="Keine Frage. " * 20) for n in range(number)]
        ledger.keep(receipts)
        ledger.intents.add([an_intent(str(n)) for n in range(number)])
        ledger.intents.done([(an_intent("1"), 7)])
    return receipts


def keep_on(path: Path, most: int = 2_000) -> tuple[list[str], str]:
    """Keep receipt after receipt until the ledger says that it cannot: which it took, and what it said."""
    taken: list[str] = []
    with closing(Ledger.open(path)) as ledger:
        for n in range(most):
            receipt = a_receipt(f"more-{n}", says="Platz? " * 200)
            try:
                ledger.keep([receipt])
            except LedgerError as full:
                return taken, str(full)
            taken.append(receipt.identity)
    return taken, ""


def check_full(path: Path, ended: Ended) -> None:
    assert not ended.trouble
    taken, says = cast(tuple[list[str], str], ended.result)
    assert says.startswith(f"The ledger {path}")
    assert "space" in says
    with closing(Ledger.open(path)) as ledger:
        assert {r.identity for r in ledger.receipts(limit=5_000)} >= set(taken) != set()
        ledger.keep([a_receipt("again")])


def test_a_ledger_that_may_grow_no_more_says_so_and_keeps_what_it_took(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"

    def within_a_limit() -> object:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
        return keep_on(path)

    check_full(path, in_child(within_a_limit))


@contextmanager
def a_small_disk(folder: Path, how: str) -> Iterator[None]:
    words = ["mount", "-t", "tmpfs", "-o", how, "none", str(folder)]
    if os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("only root may mount a small disk")
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no disk can be mounted here ({done.stderr.strip()})")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_told_and_room_makes_it_well(tmp_path: Path) -> None:
    with a_small_disk(tmp_path, "size=700k"):
        path = tmp_path / "ledger.db"
        ended = in_child(partial(keep_on, path))
        subprocess.run(["mount", "-o", "remount,size=2m", str(tmp_path)], check=True)

        check_full(path, ended)


def test_a_read_only_disk_is_told_and_a_writable_one_has_everything(tmp_path: Path) -> None:
    with a_small_disk(tmp_path, "size=2m"):
        path = tmp_path / "ledger.db"
        receipts = filled(path, 3)
        subprocess.run(["mount", "-o", "remount,ro", str(tmp_path)], check=True)
        assert said(path).startswith(f"The ledger {path} cannot be used")
        subprocess.run(["mount", "-o", "remount,rw", str(tmp_path)], check=True)

        with closing(Ledger.open(path)) as ledger:
            assert ledger.receipts() == receipts[::-1]


def as_nobody(action: Callable[[], object]) -> Ended:
    """Root may write everywhere."""

    def act() -> object:
        if os.geteuid() == 0:
            os.setgid(65_534)
            os.setuid(65_534)
        return action()

    return in_child(act)


def said(path: Path) -> str:
    try:
        Ledger.open(path).close()
    except LedgerError as error:
        return str(error)
    return ""


def test_a_folder_or_file_that_may_not_be_written_is_named() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        filled(folder / "ledger.db", 3)
        (folder / "ledger.db").chmod(stat.S_IRUSR)
        folder.chmod(stat.S_IRUSR | stat.S_IXUSR | stat.S_IROTH | stat.S_IXOTH)

        for path in (folder / "ledger.db", folder / "new.db", folder / "sub" / "new.db"):
            says = as_nobody(partial(said, path)).result
            assert str(says).startswith(f"The ledger {path} cannot be used")
        folder.chmod(stat.S_IRWXU)


def everything(path: Path) -> object:
    """All that a watcher and a page read, and a write."""
    with closing(Ledger.open(path)) as ledger:
        lives = ledger.lives.followed(BOX, NOW, NOW)
        progress = (ledger.progress.stuck(BOX), ledger.progress.accounts(), ledger.progress.watched(BOX, "INBOX"))
        intents = (ledger.intents.open(BOX), ledger.intents.tally(BOX, NOW - timedelta(days=1)))
        receipts = ledger.receipts(limit=100)
        ledger.keep(receipts)
        return lives, progress, intents, ledger.counts(), receipts


def flipped(raw: bytes, at: int, bit: int) -> bytes:
    return raw[:at] + bytes([raw[at] ^ (1 << bit)]) + raw[at + 1 :]


def found(path: Path, raw: bytes) -> object:
    """Everything that a ledger of these bytes holds, or the sentence by which it is refused."""
    path.write_bytes(raw)
    try:
        return everything(path)
    except LedgerError as error:
        return str(error)


def test_a_damaged_ledger_is_read_or_refused_with_a_sentence(tmp_path: Path) -> None:
    filled(tmp_path / "ledger.db", 40)
    raw, rng, path = (tmp_path / "ledger.db").read_bytes(), Random(4), tmp_path / "damaged.db"
    anywhere = [flipped(raw, rng.randrange(len(raw)), rng.randrange(8)) for _ in range(120)]
    in_the_head = [flipped(raw, rng.randrange(100), rng.randrange(8)) for _ in range(40)]

    refused = [says for bad in (*anywhere, *in_the_head) if isinstance(says := found(path, bad), str)]

    assert len(refused) > 15
    assert all(says.startswith(f"The ledger {path}") for says in refused)


def test_a_ledger_that_lost_its_end_is_refused_unless_nothing_was_lost(tmp_path: Path) -> None:
    filled(tmp_path / "ledger.db", 40)
    raw, path = (tmp_path / "ledger.db").read_bytes(), tmp_path / "short.db"
    whole = found(path, raw)

    ends = [found(path, raw[:size]) for size in range(512, len(raw), 1_536)]

    assert sum(isinstance(end, str) for end in ends) > len(ends) * 0.9
    assert all(isinstance(end, str) or end == whole for end in ends)
