"""Trello live, on a local Trello that enforces the documented limits: requests, comments, freshness, secrets."""

import json
import logging
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from indexer.embedding.opening import open_embedder
from indexer.errors import SourceError
from indexer.knowledge import Knowledge
from indexer.sources.http import Line as Wire
from indexer.sources.http import Place, Politeness
from indexer.sources.protocol import Checkpoint, Event, Upsert
from indexer.sources.trello import Trello, TrelloOptions
from indexer.sources.trello_bell import Bell
from indexer.sources.trello_export import TrelloExport
from indexer.sources.trello_rest import RATES, REMEDY, authorization
from scripts.benchmarks.table import Line
from service.settings_sources import Options
from tests.trello_service import TrelloService

CARDS, ARCHIVED, COMMENTS, COMMENTED = 876, 672, 1428, 470
"""The largest real board that was measured: one call a commented card would be 470 requests more."""
CALLBACK = "https://signpost.example/hooks/trello/bench"
EVERY = Options().every
"""Seconds between two looks unless the settings say otherwise."""
_SPEED = 40.0
_Told = TypeVar("_Told")


def lines(data: Path | None) -> Iterator[Line]:
    """Measure all of it; `data` is not needed."""
    service = TrelloService(post=lambda *sent: 200)
    board = large_board(service)
    with service.serving() as base:
        events, requests = _counted(service, lambda: list(_trello(service, base, [board]).pull(None)))
        yield Line(
            f"requests for a board of {CARDS} cards, {COMMENTS:,} comments",
            requests,
            goal=10,
            better="lower",
            other=COMMENTED + 3,
            other_name="one a commented card",
            recorded=True,
        )
        yield from _comments(service, board, events)
    yield _idle()
    yield _workers()
    yield from _freshness()
    yield _secrets()


def large_board(service: TrelloService) -> str:
    """An invented board as large as that one: archived cards, checklists, and more actions than an export holds."""
    chance = random.Random(876)
    board = service.add_board("Kunden und Projekte", "org")
    lanes = [service.add_list(board, f"Phase {n}") for n in range(12)]
    service.archive_list(lanes[-1])
    cards = [service.add_card(chance.choice(lanes), f"Kunde {n}", f"Anfrage {n} aus Köln") for n in range(CARDS)]
    for card in cards[:COMMENTED]:
        service.comment(card, f"Erstes Gespräch mit {card[-4:]}")
    for n in range(COMMENTS - COMMENTED):
        service.comment(chance.choice(cards[:COMMENTED]), f"Rückruf {n}: Angebot wird geprüft")
    for card in chance.sample(cards, 200):
        service.add_checklist(card, "Nächste Schritte", "Angebot", "Vertrag")
    for card in chance.sample(cards, ARCHIVED):
        service.archive(card)
    return board


def _comments(service: TrelloService, board: str, events: Sequence[Event]) -> Iterator[Line]:
    """Comments by the API beside those of an export, and whether the export's reader knows what it lacks."""
    told = _commented(events)
    with tempfile.TemporaryDirectory(prefix="signpost-bench-") as scratch:
        file = Path(scratch) / "board.json"
        file.write_text(json.dumps(service.export(board)), encoding="utf-8")
        export = TrelloExport(file, "bench").load()
    exported = sum(s.kind == "comment" for d in export.documents for s in d.sections)
    lost = f"{COMMENTS - exported} of {COMMENTS} comments"
    yield Line(
        "comments recovered through the API",
        told,
        f"of {COMMENTS}",
        goal=COMMENTS,
        other=exported,
        other_name="in its export",
    )
    yield Line(
        "exports that say exactly how many comments they lack", any(lost in n for n in export.notices), "of 1", goal=1
    )


def _commented(events: Sequence[Event]) -> int:
    return sum(s.kind == "comment" for e in events if isinstance(e, Upsert) for s in e.document.sections)


def _idle() -> Line:
    """A second look at ten boards on which nothing happened."""
    service = TrelloService()
    boards = [_small_board(service, n) for n in range(10)]
    with service.serving() as base:
        source = _trello(service, base, boards)
        cursor = next(e.cursor for e in reversed(list(source.pull(None))) if isinstance(e, Checkpoint))
        _, requests = _counted(service, lambda: (list(source.pull(cursor)), source.census()))
    return Line("requests of an idle look at 10 boards", requests, goal=1, better="lower")


def _small_board(service: TrelloService, number: int) -> str:
    board = service.add_board(f"Kunden {number}", "org")
    lane = service.add_list(board, "Im Gespräch")
    for n in range(3):
        service.comment(service.add_card(lane, f"Kunde {number}.{n}"), "Anruf")
    return board


def _workers() -> Line:
    """Eight threads, each with boards of its own, all as fast as they can on one credential; the clock runs faster."""
    began = time.monotonic()
    clock = Fast(began)
    service = TrelloService(clock)
    boards = [[_small_board(service, n) for n in range(6)] for _ in range(8)]
    with service.serving() as base:
        line = _wire(service, base, Politeness(clock, clock.sleep, random.Random(8)))
        sources = [Trello(line, "bench", some, options=TrelloOptions(reread=10**9)) for some in boards]
        with ThreadPoolExecutor(len(sources)) as pool:
            list(pool.map(lambda source: [list(source.pull(None)) for _ in range(2)], sources))
    return Line(f"429s that 8 workers provoke in {service.requests} requests", service.refused, goal=0, better="lower")


class Fast:
    """A clock that runs faster than the one on the wall, and waits accordingly."""

    def __init__(self, began: float) -> None:
        """Begin today."""
        self._began, self._today = began, time.time()

    def __call__(self) -> float:
        """Seconds since 1970."""
        return self._today + (time.monotonic() - self._began) * _SPEED

    def sleep(self, seconds: float) -> None:
        """Wait so long by this clock."""
        time.sleep(seconds / _SPEED)


def _freshness() -> Iterator[Line]:
    """From a change at Trello until the index has it: at most one interval and a look, or a webhook and a look."""
    service = TrelloService(post=lambda *sent: 200)
    board = large_board(service)
    service.bells.register(service.token, board, CALLBACK)
    with service.serving() as base, _knowledge() as knowledge:
        source = _trello(service, base, [board], service.secret)
        knowledge.update([source])
        card = next(iter(service.records.cards))
        took = _seconds(lambda: service.rename(card, "Brückner Logistik: gewonnen"), lambda: knowledge.update([source]))
        yield Line("seconds from a change to the index by looking", EVERY + took, "at most", goal=60, better="lower")
        rung = _seconds(lambda: service.comment(card, "Vertrag ist da"), lambda: _hear(service, source, knowledge))
        yield Line("seconds from a change to the index by webhook", rung, goal=5, better="lower")


def _hear(service: TrelloService, source: Trello, knowledge: Knowledge) -> None:
    """What a webhook's message leads to."""
    for ring in service.bells.waiting:
        if ids := source.rung({k.lower(): v for k, v in ring.headers.items()}, ring.body):
            knowledge.reread({source: ids})
    service.bells.waiting.clear()


def _seconds(change: Callable[[], object], look: Callable[[], object]) -> float:
    change()
    began = time.perf_counter()
    look()
    return time.perf_counter() - began


def _secrets() -> Line:
    """Key, token, webhook secret and the secret addresses of cards: in the index, in logs, in errors, in addresses."""
    service = TrelloService(post=lambda *sent: 200)
    board = _small_board(service, 1)
    said: list[str] = []
    with service.serving() as base, _heard() as logs, tempfile.TemporaryDirectory(prefix="signpost-bench-") as folder:
        source = _trello(service, base, [board], service.secret)
        knowledge = Knowledge.open(Path(folder), open_embedder)
        knowledge.update([source])
        service.revoke(service.token)
        said += [*source.check(), repr(source), *_problems(source)]
        knowledge.close()
        kept = b"\n".join(file.read_bytes() for file in Path(folder).rglob("*") if file.is_file())
    everything = kept + "\n".join([*said, *logs]).encode()
    secrets = (service.key, service.token, service.secret, "@boards.trello.com")
    found = sum(everything.count(secret.encode()) for secret in secrets) + service.secrets_in_urls
    return Line(
        f"secrets in {len(everything) >> 10} kB of index, logs, errors and addresses", found, goal=0, better="lower"
    )


def _problems(source: Trello) -> list[str]:
    try:
        return [str(event) for event in source.pull(None)]
    except SourceError as problem:
        return [str(problem), repr(problem)]


@contextmanager
def _heard() -> Iterator[list[str]]:
    """Everything that is logged, down to the last detail."""
    logs: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: logs.append(record.getMessage())  # type: ignore[method-assign]
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield logs
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


@contextmanager
def _knowledge() -> Iterator[Knowledge]:
    with tempfile.TemporaryDirectory(prefix="signpost-bench-") as folder:
        knowledge = Knowledge.open(Path(folder), open_embedder)
        yield knowledge
        knowledge.close()


def _counted(service: TrelloService, what: Callable[[], _Told]) -> tuple[_Told, int]:
    before = service.requests
    return what(), service.requests - before


def _wire(service: TrelloService, base: str, politeness: Politeness | None = None) -> Wire:
    place = Place("Trello", "trello:bench", base, RATES, public=False, remedy=REMEDY)
    return Wire(place, lambda: authorization(service.key, service.token), politeness)


def _trello(service: TrelloService, base: str, boards: Sequence[str], secret: str = "") -> Trello:
    return Trello(_wire(service, base), "bench", boards, options=TrelloOptions(bell=Bell(secret, CALLBACK)))
