"""People work in their address books while answers are spoilt and the program is killed: the index comes out right."""

import random
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from tests.radicale_server import Radicale, Rolodex, radicale
from tests.recorded import Answered, Asked
from tests.shelf import NOW, Shelf
from tests.test_carddav import SPOILT, InPages, a_source, between, hang_up, without_tokens

__all__ = ["hang_up"]
ROUNDS = 5
BOOKS = ("kunden", "lieferanten", "presse")


@pytest.fixture(scope="module")
def server() -> Iterator[Radicale]:
    with radicale() as running:
        yield running


class Work:
    """What somebody does, at random, in a few address books."""

    def __init__(self, chance: random.Random, rolodex: Rolodex) -> None:
        self._chance, self._rolodex = chance, rolodex
        self._cards: dict[str, list[str]] = {}
        for book in BOOKS[:2]:
            self._open(book)

    def something(self) -> None:
        """One thing that somebody does."""
        deeds = (self._put, self._put, self._rename, self._remove, self._forget, self._swap)
        self._chance.choice(deeds)()

    def _open(self, book: str) -> None:
        self._rolodex.open(book, book.title())
        self._cards[book] = []
        self._put(book)

    def _put(self, book: str = "") -> None:
        book = book or self._book()
        self._cards[book].append(f"c{self._chance.randrange(1 << 30)}")
        self._rolodex.put(book, self._cards[book][-1], f"FN:Brückner {self._chance.randrange(1000)}")

    def _rename(self) -> None:
        if cards := self._cards[book := self._book()]:
            self._rolodex.put(book, self._chance.choice(cards), f"FN:Weiß {self._chance.randrange(1000)}")

    def _remove(self) -> None:
        if cards := self._cards[book := self._book()]:
            self._rolodex.remove(book, cards.pop())

    def _forget(self) -> None:
        self._rolodex.forget_tokens(self._book())

    def _swap(self) -> None:
        """Remove a book, or open one that is not there."""
        if missing := [book for book in BOOKS if book not in self._cards]:
            self._open(missing[0])
        else:
            self._rolodex.remove(book := self._book())
            del self._cards[book]

    def _book(self) -> str:
        return self._chance.choice(sorted(self._cards))


class Between:
    """A kind of server, which spoils a share of its answers."""

    def __init__(self, chance: random.Random, kind: Callable[[Asked, Answered], Answered]) -> None:
        self.spoiling, self._chance, self._kind = 0.0, chance, kind

    def __call__(self, asked: Asked, told: Answered) -> Answered:
        told = self._kind(asked, told)
        spoilt = self._chance.choice(list(SPOILT.values()))
        return spoilt(told) if self._chance.random() < self.spoiling else told


@pytest.mark.parametrize("seed", range(12))
def test_whatever_goes_wrong_on_the_way_the_index_comes_out_right(server: Radicale, seed: int) -> None:
    chance, shelf, fresh, rolodex = random.Random(seed), Shelf(), Shelf(), server.someone_new()
    meddle = Between(chance, (lambda asked, told: told, without_tokens, InPages())[seed % 3])
    work = Work(chance, rolodex)
    with between(rolodex, meddle) as origin:
        for _ in range(ROUNDS):
            for _ in range(chance.randrange(4)):
                work.something()
            meddle.spoiling = chance.choice((0.0, 0.2))
            shelf.update(a_source(rolodex, origin=origin), chance.choice((None, None, 0, 1, 2, 4)))
        meddle.spoiling = 0.0
        for each in (shelf, shelf, fresh):  # twice: a page in the middle may end with what was true when it began
            assert each.update(a_source(rolodex, origin=origin, now=NOW + timedelta(days=1))) == ()

    assert shelf.documents == fresh.documents
    assert not shelf.dropped & fresh.documents.keys()
