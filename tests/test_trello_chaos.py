"""Chaos at Trello: whatever happens, nothing is lost and the index comes out right. And the chaos is a real one."""

from collections.abc import Iterator, Mapping, Sequence

from indexer.sources.loose import record
from indexer.sources.protocol import Census, Event, Upsert
from indexer.sources.trello_board import Board, board_of
from indexer.sources.trello_cards import cards_of
from tests.trello_chaos import Run, Verdict, World, live


class Believing:
    """A source as they are commonly written: it takes every page for the whole truth, and every webhook for one."""

    name = "trello:sales"

    def __init__(self, world: World) -> None:
        self._line, self._boards = world.line(), world.boards
        self._ids: frozenset[str] = frozenset()

    def check(self) -> list[str]:
        return []

    def pull(self, cursor: str | None) -> Iterator[Event]:
        found = [placed.document for key in self._boards for placed in cards_of(self._board(key), self.name, None)]
        self._ids = frozenset(document.id for document in found)
        yield from map(Upsert, found)

    def census(self) -> Census:
        return Census(self._ids, complete=True)

    def fetch(self, ids: Sequence[str]) -> Iterator[Event]:
        return self.pull(None)

    def rung(self, headers: Mapping[str, str], raw: bytes) -> tuple[str, ...] | None:
        return ()

    def _board(self, key: str) -> Board:
        kinds = {"lists": "all", "labels": "all", "members": "all", "customFields": "true", "fields": "all"}
        told = record(self._line.get(f"/1/boards/{key}", kinds).json())
        beside = {"limit": "1000", "customFieldItems": "true", "attachments": "true"}
        told["cards"] = self._line.get(f"/1/boards/{key}/cards/all", beside).json()
        told["checklists"] = self._line.get(f"/1/boards/{key}/checklists").json()
        told["actions"] = self._line.get(f"/1/boards/{key}/actions", {"filter": "commentCard", "limit": "1000"}).json()
        return board_of(told, key)


def total(verdicts: Sequence[Verdict], what: str) -> int:
    return sum(int(getattr(verdict, what)) for verdict in verdicts)


def test_nothing_is_lost_and_all_comes_out_right_whatever_happens() -> None:
    seeds = (*range(200), 6351)  # the last one: a card that only a webhook told, on a page that skips it
    verdicts = [Run(seed, live).play() for seed in seeds]

    wrong = [
        seed for seed, verdict in zip(seeds, verdicts, strict=True) if verdict.wrong_deletes or verdict.differences
    ]
    assert wrong == []
    assert total(verdicts, "believed_forgeries") == 0
    assert total(verdicts, "drops") > 50
    assert total(verdicts, "kills") > 50


def test_a_source_that_believes_every_page_loses_cards_here() -> None:
    verdicts = [Run(seed, Believing).play() for seed in range(20)]

    assert total(verdicts, "wrong_deletes") > 5
    assert total(verdicts, "believed_forgeries") > 5
    assert total(verdicts, "differences") == 0
    assert total(verdicts, "kills") > 5


def test_the_same_seed_is_the_same_fate() -> None:
    assert Run(7, Believing).play() == Run(7, Believing).play()
