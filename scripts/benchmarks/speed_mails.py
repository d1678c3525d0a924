"""How many mails a second go through the whole pass: read, understood, asked, decided on, drafts written and recorded.

The mailbox is in memory, so that no server's time counts; reading runs in its own process, as always, and both count.
What a start costs, of model and process, does not: a watcher runs for weeks. The sample mails come again and again with
other questions, so that neither mail nor embedding is remembered.
"""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from scripts.benchmarks.speed_start import of_children
from scripts.benchmarks.table import Line
from service.app import App
from service.demo.world import World
from service.mailbox.memory import MemoryMailbox, MemoryServer
from service.settings import Settings

AGAIN = 4


def mails(world: World, scratch: Path) -> Iterator[Line]:
    """Mails a processor second, and by the clock. The index is the one that lies in `scratch`."""
    server = MemoryServer()
    with App(_settings(world, scratch)) as app:
        app.mailbox_of = lambda told: MemoryMailbox(server, told.name)
        app.watch_once()
        _deliver(server, world, "warm")
        app.watch_once()
        for n in range(AGAIN):
            _deliver(server, world, str(n))
        used, began = _processor_seconds(), time.perf_counter()
        receipts = app.watch_once()
        passed, used = time.perf_counter() - began, _processor_seconds() - used
    drafts = sum(receipt.outcome == "draft" for receipt in receipts)
    what = f"mails a processor second, whole pass ({len(receipts)} mails, {drafts} drafts)"
    yield Line(what, len(receipts) / used, "/s", goal=60)
    yield Line("… a second by the clock", len(receipts) / passed, "/s")


def _settings(world: World, scratch: Path) -> Settings:
    mailbox = {"user": world.mailbox, "host": "127.0.0.1", "tls": "none"}
    replies = {
        "internal_domains": [world.domain],
        "authserv_id": world.authserv_id,
        "per_day": 10_000,
        "per_sender": 10_000,
    }
    return Settings.model_validate({"data": scratch, "mailboxes": [mailbox], "replies": replies})


def _deliver(server: MemoryServer, world: World, mark: str) -> None:
    for mail in world.mails:
        head, _, body = mail.raw.replace(b"Message-ID: <", f"Message-ID: <{mark}.".encode(), 1).partition(b"\r\n\r\n")
        server.deliver(head + b"\r\n\r\n" + body.replace(b"?", f" ({mark})?".encode(), 1))


def _processor_seconds() -> float:
    """Of this process and of all that it started, those that still run among them."""
    return time.process_time() + of_children() + _of_the_living()


def _of_the_living() -> float:
    """Processor seconds of child processes that have not ended (proc(5): parent, then utime and stime in ticks)."""
    used = 0
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # one that ends meanwhile
            told = status.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            used += (int(told[11]) + int(told[12])) * (int(told[1]) == os.getpid())
    return used / os.sysconf("SC_CLK_TCK")
