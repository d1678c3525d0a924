"""How soon a draft lies there, how a large mailbox begins, what an idle round reads, and how soon an outage is over.

A real watcher (settings, model, ledger on disk) on real servers on loopback: pymap, and Dovecot where it is installed.
"""

import json
import logging
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial
from itertools import count, product
from pathlib import Path
from threading import Event, Thread

import numpy as np

from scripts.benchmarks.relay import Relay
from scripts.benchmarks.table import Line
from service.app import App
from service.mailbox.imap import ImapLine
from service.mailbox.protocol import INBOX
from service.settings import Settings
from service.watching.loop import watch_all
from tests.builders import a_board
from tests.servers import PASSWORD, Server, World, dovecot, pymap

MAILS = 40
CROWD = 100_000
OUTAGES = (1.0, 8.0, 30.0)
NAMES = (
    "Brückner",
    "Sommerfeld",
    "Kowalski",
    "Lindqvist",
    "Moreau",
    "Hartung",
    "Vandenberg",
    "Oduya",
    "Castell",
    "Rehm",
)
TRADES = ["Logistik", "Maschinenbau", "Textil", "Optik", "Energie"]
CUSTOMERS = [f"{name} {trade}" for name, trade in product(NAMES, TRADES)]
_numbers = count(1)


def lines(data: Path | None) -> Iterator[Line]:
    """Measure on loopback; `data` is not needed."""
    logging.disable(logging.ERROR)  # an outage that is made on purpose is no news
    with tempfile.TemporaryDirectory(prefix="signpost-bench-") as scratch:
        home = Path(scratch)
        _write_sources(home)
        with pymap() as server:
            yield _latency("pymap", home, server, goal=1.0)
        if not shutil.which("dovecot"):
            print("Dovecot is not installed (apt-get install dovecot-imapd): its lines are left out.")
            return
        with dovecot() as server:
            yield _latency("Dovecot, whose own notice takes 0.5 s", home, server.someone_new(), goal=1.5)
            yield _outages(home, server.someone_new())
            yield from _crowded(home, server.someone_new())


def _latency(name: str, home: Path, server: Server, goal: float) -> Line:
    """Seconds from the moment a mail is stored until its draft is listed, the 95th percentile of many."""
    people = World(server)
    with _watching(home, server) as _, closing(people):
        _seconds_until_draft(people)  # the first one starts the reading process and warms the model
        took = [_seconds_until_draft(people) for _ in range(MAILS)]
    what = f"arrival → draft visible, p95 of {MAILS} ({name})"
    return Line(what, float(np.percentile(took, 95)), "s", goal=goal, better="lower")


def _outages(home: Path, server: Server) -> Line:
    """Seconds from the server's return until the mail that came meanwhile has its draft, the longest of some."""
    people = World(server)
    took = []
    with Relay(server.port) as relay, _watching(home, server, relay.port), closing(people):
        _seconds_until_draft(people)
        for outage in OUTAGES:
            relay.stop()
            time.sleep(outage)
            before = len(people.uids("Drafts"))
            people.deliver(_question())
            relay.start()
            took.append(_seconds(partial(_has_more, people, before)))
    lengths = ", ".join(f"{outage:g}" for outage in OUTAGES)
    return Line(f"back with a draft after outages of {lengths} s", max(took), "s", goal=5.0, better="lower")


def _crowded(home: Path, server: Server) -> Iterator[Line]:
    """First contact with a very full folder, its headers, and what a round reads when nothing happens."""
    _fill(server, CROWD)
    with Relay(server.port) as relay, _app(home, server, relay.port) as app:
        (watcher,) = app.watchers()
        began = time.perf_counter()
        receipts = watcher.one_pass()
        what = f"first start on a folder of {CROWD:,} mails"
        yield Line(what, time.perf_counter() - began, "s", goal=60.0, better="lower")
        drafts = len(_uids(server, "Drafts"))
        yield Line("drafts and receipts for the old mails in it", drafts + len(receipts), goal=0, better="lower")
        relay.forget()
        watcher.one_pass()
        yield Line("idle round: bytes of mail read", relay.body_bytes, "bytes", goal=0, better="lower")
        yield Line("idle round: bytes read in all", relay.received, "bytes")
        watcher.close()
    yield _triage(server)


def _triage(server: Server) -> Line:
    with closing(ImapLine(server.account(timeout=60.0))) as line:
        line.open(INBOX)
        uids = line.uids()
        began = time.perf_counter()
        found = len(line.envelopes(uids))
        took = time.perf_counter() - began
    return Line("headers triaged (thread fields and time)", found / took, "mails/s", 9850, "prototype", True, 5000)


def _fill(server: Server, number: int) -> None:
    """Put mails into the account's Maildir, past the server, which would take an hour for them."""
    inbox = Path(server.ca_file).parent / "mail" / server.user / "Maildir"
    for name in ("new", "tmp", "cur"):
        (inbox / name).mkdir(parents=True, exist_ok=True)
    raw = _question().replace(b"\n", b"\r\n")
    for n in range(number):
        own = raw.replace(b"<ask-", b"<old-%d-" % n)
        (inbox / "cur" / f"17000{n:07d}.M{n}P1.old,S={len(own)}:2,S").write_bytes(own)
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", "nobody:nogroup", inbox.parent], check=True)


def _uids(server: Server, folder: str) -> list[int]:
    with closing(World(server)) as people:
        return people.uids(folder) if people.client.folder_exists(folder) else []


def _seconds_until_draft(people: World) -> float:
    before = len(people.uids("Drafts")) if people.client.folder_exists("Drafts") else 0
    people.client.append(INBOX, _question())
    return _seconds(partial(_has_more, people, before))


def _seconds(holds: Callable[[], bool], most: float = 120.0) -> float:
    """How long it took until it held. Raises TimeoutError where it never does."""
    began = time.perf_counter()
    while not holds():
        if time.perf_counter() - began > most:
            raise TimeoutError(f"No draft within {most:g} seconds.")
        time.sleep(0.01)
    return time.perf_counter() - began


def _has_more(people: World, before: int) -> bool:
    return people.client.folder_exists("Drafts") and len(people.uids("Drafts")) > before


def _question() -> bytes:
    number = next(_numbers)
    mail = EmailMessage()
    mail["Message-ID"] = f"<ask-{number}-{time.monotonic_ns()}@firma.example>"
    mail["From"], mail["To"] = f"Jana Köhler <jana.{number}@firma.example>", "anna@firma.example"
    mail["Subject"], mail["Date"] = "A question", format_datetime(datetime.now(UTC))
    mail.set_content(f"Hi Anna,\n\nwho is talking to {CUSTOMERS[number % len(CUSTOMERS)]} at the moment?\n\nJana\n")
    return mail.as_bytes()


def _write_sources(home: Path) -> None:
    cards = [
        {"name": f"Pilot with {customer}", "desc": f"Offer for {customer}; Jörg visits them on Thursdays."}
        for customer in CUSTOMERS
    ]
    (home / "sales.json").write_text(json.dumps(a_board(*cards)), encoding="utf-8")
    (home / "password").write_text(PASSWORD, encoding="utf-8")


@contextmanager
def _app(home: Path, server: Server, port: int = 0) -> Iterator[App]:
    """Signpost on this mailbox, with an index and a ledger of its own."""
    folder = Path(tempfile.mkdtemp(dir=home))
    mailbox = {"user": server.user, "host": "127.0.0.1", "port": port or server.port, "tls": "none"}
    more = {"password_file": str(home / "password"), "addresses": ["Anna Weiß <anna@firma.example>"]}
    told = {
        "data": folder / "data",
        "sources": [{"kind": "trello-export", "path": home / "sales.json"}],
        "mailboxes": [mailbox | more],
        "replies": {"internal_domains": ["firma.example"], "per_day": 1000},
    }
    with App(Settings.model_validate(told)) as app:
        app.reindex()
        yield app


@contextmanager
def _watching(home: Path, server: Server, port: int = 0) -> Iterator[None]:
    """Signpost watching this mailbox, past its first contact."""
    stop = Event()
    with _app(home, server, port) as app:
        watchers = app.watchers()
        watchers[0].one_pass()
        beside = Thread(target=watch_all, args=(watchers, stop))
        beside.start()
        try:
            yield
        finally:
            stop.set()
            beside.join()
