"""What it costs to look again: 100,000 cards of which none changed, and one that did.

The cards are made, the same in every run. Words decide their vectors, for the model would need half an hour for so many
and is not asked at all where nothing changed; what is asked, and the card that changed, the model reads too.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import quantiles
from tempfile import TemporaryDirectory

from indexer.asking import EVERYBODY, Question
from indexer.documents import EVERYONE, Document, Section
from indexer.embedding.opening import open_embedder
from indexer.embedding.protocol import Vectors
from indexer.knowledge import Knowledge
from indexer.sources.protocol import Census, Checkpoint, Event, Upsert
from scripts.benchmarks.cost import Hashed
from scripts.benchmarks.table import Line

CARDS, CHANGES, ROUNDS = 100_000, 40, 3
BOARD = "trello:cards"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
WHO = ("Brückner", "Sommerfeld", "Kowalski", "Lindqvist", "Moreau", "Hartung", "Vandenberg", "Oduya", "Castell", "Rehm")
WHAT = ("crane", "conveyor", "palletiser", "shuttle", "scanner", "dock door", "lorry loader", "goods lift", "labeller")
WHERE = ("Ulm", "Nantes", "Leeds", "Malmö", "Gdańsk", "Verona", "Ghent", "Basel", "Linz", "Porto", "Cork", "Turku")
SAID = ("was visited", "asks for an offer", "wants a reference", "has a new buyer", "waits for the layout", "signed")


def cards(number: int = CARDS) -> dict[str, Document]:
    """So many cards by their ids, no two alike."""
    draw = Random(3)
    return {card.id: card for card in (_card(n, draw) for n in range(number))}


def _card(n: int, draw: Random) -> Document:
    title = f"{draw.choice(WHO)} {draw.choice(WHERE)}: {draw.choice(WHAT)} {n}"
    said = f"Hall {n % 97} {draw.choice(SAID)}; {draw.choice(WHAT)} and {draw.choice(WHAT)}, {n} pallets a week."
    return Document(
        id=f"{BOARD}:card:{n}", kind="card", title=title, url=f"https://trello.com/c/{n}", sections=(Section(said),),
        updated_at=BEGAN + timedelta(minutes=n), visibility=EVERYONE,
    )  # fmt: skip


class Board:
    """A source of cards that can be changed."""

    name = BOARD

    def __init__(self, held: dict[str, Document]) -> None:
        """Tell these."""
        self.held = held

    def check(self) -> list[str]:
        """Nothing is missing."""
        return []

    def pull(self, cursor: str | None) -> Iterator[Event]:
        """All of them, each time."""
        yield from map(Upsert, self.held.values())
        yield Checkpoint("all")

    def fetch(self, ids: Sequence[str]) -> Iterator[Event]:
        """Those that are asked for."""
        return (Upsert(self.held[key]) for key in ids)

    def census(self) -> Census:
        """All of them."""
        return Census(frozenset(self.held), complete=True)


class Counted(Hashed):
    """Counts the texts that it was asked for."""

    asked = 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        """A row a text."""
        self.asked += len(texts)
        return super().embed(texts)


def reindexing() -> Iterator[Line]:
    """Once all is known: looking again, and a change until it is found."""
    board = Board(cards())
    with TemporaryDirectory(prefix="signpost-bench-") as folder:
        first = Knowledge.open(Path(folder), Hashed)
        first.update([board])
        first.close()
        embedder = Counted(open_embedder())
        knowledge = Knowledge.open(Path(folder), lambda: embedder)
        yield from _unchanged(knowledge, board, embedder)
        yield from _changed(knowledge, board)
        knowledge.close()


def _unchanged(knowledge: Knowledge, board: Board, embedder: Counted) -> Iterator[Line]:
    processor, clock = time.process_time(), time.perf_counter()
    for _ in range(ROUNDS):
        knowledge.update([board])
    used, passed = (
        (now - began) / ROUNDS for now, began in ((time.process_time(), processor), (time.perf_counter(), clock))
    )
    yield Line(f"unchanged reindex of {len(board.held):,} cards, processor time", used, "s", goal=5, better="lower")
    yield Line("… by the clock", passed, "s")
    yield Line("… texts encoded by it", embedder.asked, goal=0, better="lower")


def _changed(knowledge: Knowledge, board: Board) -> Iterator[Line]:
    took = sorted(_until_found(knowledge, board, n) for n in range(CHANGES))
    what = f"a changed card is found after, p95 of {CHANGES} (least {took[0]:.0f})"
    yield Line(what, quantiles(took, n=20)[18], "ms", goal=250, better="lower")


def _until_found(knowledge: Knowledge, board: Board, n: int) -> float:
    """Milliseconds from the change to an answer that holds it. Raises AssertionError where none does."""
    key, word = f"{BOARD}:card:{n * 997}", f"zeppelin{n}"
    board.held[key] = replace(board.held[key], sections=(Section(f"They ask for the {word} by autumn."),))
    began = time.perf_counter()
    knowledge.reread({board: [key]})
    (answer,) = knowledge.answer([Question(f"who asks for the {word}?")], EVERYBODY)
    if key not in {hit.document.id for hit in answer.hits}:
        raise AssertionError(f"{key} was changed and is not found.")
    return (time.perf_counter() - began) * 1000
