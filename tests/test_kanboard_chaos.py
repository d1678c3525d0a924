"""People work on a board while answers are spoilt and the program is killed: the index comes out right in the end."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest

from indexer.sources.kanboard import SWEEP, Kanboard
from tests.kanboard_pretended import PretendedKanboard
from tests.kanboard_server import PASSWORD, Board
from tests.recorded import Answered, Asked, serving
from tests.shelf import NOW, Shelf
from tests.test_kanboard import SPOILT, a_line, lines

ROUNDS = 6


class Work:
    """What people do, at random, on two projects."""

    def __init__(self, chance: random.Random, board: Board) -> None:
        self._chance, self._board = chance, board
        self._anna = board.call("createUser", username="anna", name="Anna Müller", email="anna@firma.example")
        self._projects = [board.call("createProject", name=name) for name in ("Vertrieb", "Umzug")]
        for project in self._projects:
            board.call("addProjectUser", project_id=project, user_id=self._anna, role="project-member")
        self._tasks: list[int] = [board.call("createTask", title="T", project_id=p) for p in self._projects * 2]
        self._comments: list[int] = [self._comment()]

    def something(self) -> None:
        """One thing that somebody does."""
        deeds: tuple[Callable[[], object], ...] = (
            lambda: self._tasks.append(self._new()),
            lambda: self._comments.append(self._comment()),
            lambda: self._do("updateTask", id=self._task(), title=self._word()),
            lambda: self._do("closeTask", task_id=self._task()),
            lambda: self._do("setTaskTags", project_id=1, task_id=self._task(), tags=[self._word()]),
            lambda: self._do("updateComment", id=self._chance.choice(self._comments), content=self._word()),
            lambda: self._do("removeTask", task_id=self._tasks.pop()) if len(self._tasks) > 1 else None,
        )
        self._chance.choice(deeds)()

    def _new(self) -> int:
        return self._do("createTask", title=self._word(), project_id=self._chance.choice(self._projects))

    def _comment(self) -> int:
        return self._do("createComment", task_id=self._tasks[0], user_id=self._anna, content=self._word())

    def _task(self) -> int:
        number: int = self._chance.choice(self._tasks)
        return number

    def _word(self) -> str:
        return f"Brückner {self._chance.randrange(1000)}"

    def _do(self, method: str, **params: object) -> int:
        number: int = self._board.call(method, **params)
        return number


class Service:
    """A pretended Kanboard that spoils a share of its answers."""

    def __init__(self, chance: random.Random) -> None:
        self.spoiling, self._chance, self._kanboard = 0.0, chance, PretendedKanboard()

    def answer(self, asked: Asked) -> Answered:
        """The answer, or what is left of it."""
        told = self._kanboard.answer(asked)
        spoilt = self._chance.choice(list(SPOILT.values()))
        return spoilt(told) if self._chance.random() < self.spoiling else told


def a_source(origin: str, seed: int, now: datetime) -> Kanboard:
    """The board as the API's token sees it, or as a member does."""
    line = a_line(origin, "anna", PASSWORD) if seed % 2 else a_line(origin)
    return Kanboard(line, "sales", now=lambda: now)


@contextmanager
def hanging_up() -> Iterator[None]:
    """All lines are closed in the end."""
    yield
    while lines:
        lines.pop().close()


@pytest.mark.parametrize("seed", range(20))
def test_whatever_goes_wrong_on_the_way_the_index_comes_out_right(seed: int) -> None:
    chance, shelf, fresh = random.Random(seed), Shelf(), Shelf()
    service = Service(chance)
    with hanging_up(), serving(service.answer) as origin:
        work = Work(chance, Board(origin))
        for _ in range(ROUNDS):
            source = a_source(origin, seed, NOW)
            service.spoiling = 0.0
            for _ in range(chance.randrange(4)):
                work.something()
            service.spoiling = chance.choice((0.0, 0.3))
            shelf.update(source, chance.choice((None, None, 0, 1, 3, 5)))
        service.spoiling = 0.0
        for each in (shelf, fresh):
            each.update(a_source(origin, seed, NOW + timedelta(seconds=SWEEP)))

    assert shelf.documents == fresh.documents
    assert not shelf.dropped & fresh.documents.keys()
