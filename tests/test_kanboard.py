"""Tasks on a real Kanboard and on a pretended one, and on one that is broken in the middle."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from http.client import HTTPConnection
from itertools import count

import pytest

from indexer.documents import Customer, Person
from indexer.errors import BadAnswer, Refused
from indexer.sources.basic import basic
from indexer.sources.http import Line, Place, Politeness
from indexer.sources.kanboard import SWEEP, Kanboard
from indexer.sources.kanboard_tasks import Project
from indexer.sources.protocol import Checkpoint, Delete, Failure, Notice, Source, Upsert
from tests.contracts_source import SourceContract, upserts
from tests.kanboard_pretended import pretended_kanboard
from tests.kanboard_server import PASSWORD, TOKEN, Board, kanboard
from tests.recorded import Answered, Asked, serving
from tests.shelf import Shelf
from tests.trello_service_line import Clock

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
numbers = count(1)
lines: list[Line] = []


@pytest.fixture(scope="module", params=[kanboard, pretended_kanboard])
def board(request: pytest.FixtureRequest) -> Iterator[Board]:
    """The real one, where it is installed, and one that does what the real one was seen to do."""
    with request.param() as running:
        yield running


@pytest.fixture(autouse=True)
def hang_up() -> Iterator[None]:
    """All lines are closed in the end."""
    yield
    while lines:
        lines.pop().close()


@dataclass(frozen=True)
class Team:
    """A project of its own on a shared board, with one member and a few tasks."""

    board: Board
    project: int
    name: str
    anna: int
    tasks: tuple[int, ...]

    def source(self, origin: str = "", now: datetime = NOW, visibility: str | None = "everyone") -> Kanboard:
        return Kanboard(a_line(origin or self.board.origin), "sales", [self.name], visibility, now=lambda: now)

    def columns(self) -> dict[str, int]:
        return {told["title"]: told["id"] for told in self.board.call("getColumns", project_id=self.project)}


@pytest.fixture
def team(board: Board) -> Team:
    """A project with two open tasks and a closed one."""
    number = next(numbers)
    name, user = f"Vertrieb {number}", f"anna{number}"
    member: dict[str, object] = {
        "username": user,
        "password": PASSWORD,
        "name": "Anna Müller",
        "email": f"{user}@firma.example",
    }
    project, anna = board.calls(("createProject", {"name": name}), ("createUser", member))
    titles = ("Pilot", "Angebot", "Zu")
    joined, *tasks = board.calls(
        ("addProjectUser", {"project_id": project, "user_id": anna, "role": "project-member"}),
        *(("createTask", {"title": each, "project_id": project}) for each in titles),
    )
    assert joined
    board.call("closeTask", task_id=tasks[2])
    return Team(board, project, name, anna, tuple(tasks))


def a_line(origin: str, user: str = "jsonrpc", password: str = TOKEN) -> Line:
    """A line whose waits take no time."""
    clock = Clock()
    polite = Politeness(clock, clock.sleep, random.Random(1), tries=1)
    place = Place("Kanboard", "kanboard:sales", origin, public=False, remedy="Take the API token from the settings.")
    lines.append(Line(place, partial(basic, user, password), polite))
    return lines[-1]


class TestKanboard(SourceContract):
    @pytest.fixture
    def source(self, team: Team) -> Source:
        return team.source()


def test_a_task_is_told_with_all_that_belongs_to_it(team: Team) -> None:
    board, task = team.board, team.tasks[0]
    category = board.call("createCategory", project_id=team.project, name="Kunde: Brückner AG")
    board.call("updateTask", id=task, owner_id=team.anna, description="Für **Brückner**", category_id=category)
    board.call("setTaskTags", project_id=team.project, task_id=task, tags=["VIP", "Bahn"])
    comment = board.call("createComment", task_id=task, user_id=team.anna, content="Ruft _morgen_ an")
    done = board.call("createSubtask", task_id=task, title="Preise", user_id=team.anna)
    board.call("updateSubtask", id=done, task_id=task, status=2)
    board.call("createExternalTaskLink", task_id=task, url="https://a.example/b.pdf", dependency="related", title="B")

    (found,) = (d for d in upserts(list(team.source().pull(None))) if d.title == "Pilot")

    assert found.id == f"kanboard:sales:card:{task}"
    assert found.url == f"{board.origin}/?controller=TaskViewController&action=show&task_id={task}"
    assert (found.parent, found.lane, found.status) == (team.name, "Backlog", "open")
    assert found.labels == ("Kunde: Brückner AG", "VIP", "Bahn")
    assert found.customers == (Customer("Brückner AG"),)
    email = f"anna{team.name.split()[1]}@firma.example"
    assert found.people == (Person("Anna Müller", "assignee", email), Person("Anna Müller", "author", email))
    assert [section.text for section in found.sections] == [
        "Für Brückner", "[x] Preise (Anna Müller)", "B (https://a.example/b.pdf)", "Ruft morgen an",
    ]  # fmt: skip
    assert found.sections[3].anchor == f"{found.url}#comment-{comment}"
    assert found.created_at is not None


def test_what_people_do_on_a_board_reaches_the_index(team: Team) -> None:
    shelf, source, board = Shelf(), team.source(), team.board
    assert shelf.update(source) == ()
    assert [shelf.documents[f"kanboard:sales:card:{task}"].status for task in team.tasks] == ["open", "open", "done"]
    pilot, offer, closed = team.tasks

    board.call("updateTask", id=pilot, title="Pilot mit Brückner")
    board.call("moveTaskPosition", project_id=team.project, task_id=pilot, column_id=team.columns()["Done"], position=1,
               swimlane_id=board.call("getAllSwimlanes", project_id=team.project)[0]["id"])  # fmt: skip
    board.call("removeTask", task_id=offer)
    board.call("openTask", task_id=closed)
    shelf.update(source)

    assert shelf.titles == ["Pilot mit Brückner", "Zu"]
    moved = shelf.documents[f"kanboard:sales:card:{pilot}"]
    assert (moved.lane, moved.status) == ("Done", "done")
    assert shelf.dropped == {f"kanboard:sales:card:{offer}"}


def test_a_new_comment_is_seen_at_once_and_an_edited_one_within_the_hour(team: Team) -> None:
    shelf, task = Shelf(), team.tasks[0]
    shelf.update(team.source())
    comment = team.board.call("createComment", task_id=task, user_id=team.anna, content="Ruft an")
    shelf.update(team.source())
    assert texts(shelf, task) == ["Ruft an"]

    team.board.call("updateComment", id=comment, content="Ruft morgen an")
    shelf.update(team.source(now=NOW + timedelta(seconds=SWEEP)))
    assert texts(shelf, task) == ["Ruft morgen an"]

    team.board.call("removeComment", comment_id=comment)
    shelf.update(team.source())
    assert texts(shelf, task) == []


def texts(shelf: Shelf, task: int) -> list[str]:
    """The texts of a task."""
    return [section.text for section in shelf.documents[f"kanboard:sales:card:{task}"].sections]


def test_a_look_at_which_nothing_happened_is_two_requests(team: Team) -> None:
    source = team.source()
    (*_, last) = source.pull(None)
    assert isinstance(last, Checkpoint)
    calls = lines[-1].calls

    assert list(source.pull(last.cursor)) == [last]
    assert source.census().complete

    assert lines[-1].calls == calls + 2


def test_comments_that_not_all_users_may_read_stay_where_they_are(team: Team) -> None:
    told = {"task_id": team.tasks[0], "user_id": team.anna, "content": "Rabatt: 40 %", "visibility": "app-manager"}
    team.board.call("createComment", **told)

    assert "Rabatt" not in repr(list(team.source().pull(None)))


def test_nothing_but_names_and_addresses_is_taken_of_users(team: Team) -> None:
    told = repr(list(team.source().pull(None)))

    assert "$2y$" not in told
    assert TOKEN not in told


def test_a_user_with_a_password_sees_the_own_projects_and_no_others(team: Team) -> None:
    team.board.call("createProject", name=f"Geheim {team.name}")
    line = a_line(team.board.origin, f"anna{team.name.split()[1]}", PASSWORD)
    source, shelf = Kanboard(line, "sales", (), "everyone"), Shelf()

    assert source.check() == []
    assert shelf.update(source) == ()
    assert shelf.titles == ["Angebot", "Pilot", "Zu"]

    team.board.call("removeTask", task_id=team.tasks[0])
    shelf.update(source)
    assert shelf.titles == ["Angebot", "Zu"]
    assert isinstance(next(source.fetch([f"kanboard:sales:card:{team.tasks[0]}"])), Delete)


def test_who_may_enter_a_project_may_be_shown_its_tasks(team: Team) -> None:
    events = list(team.source(visibility=None).pull(None))
    assert {d.visibility for d in upserts(events)} == {"private"}
    assert any("nobody is shown them" in e.text for e in events if isinstance(e, Notice))

    told = {"id": 1, "name": "Alle", "is_active": 1, "is_everybody_allowed": 1, "is_private": "0"}
    assert Project.of(told, "http://x", None).visibility == "everyone"
    assert Project.of(told | {"is_private": "1"}, "http://x", "everyone").visibility == "private"
    assert Project.of(told | {"is_everybody_allowed": 0}, "http://x", None).visibility == "private"


@pytest.mark.parametrize(
    ("board_url", "link"),
    [
        ("https://firma.example/kb/board/1", "https://firma.example/kb"),
        (
            "https://firma.example/kb/?controller=BoardViewController&action=show&project_id=1",
            "https://firma.example/kb",
        ),
        ("http://localhost/?controller=BoardViewController&action=show&project_id=1", "http://10.0.0.3"),
        ("javascript:alert(1)", "http://10.0.0.3"),
    ],
)
def test_links_lead_where_people_open_kanboard(board_url: str, link: str) -> None:
    project = Project.of({"id": 1, "url": {"board": board_url}}, "http://10.0.0.3", None)

    assert project.url("7") == f"{link}/?controller=TaskViewController&action=show&task_id=7"


def test_a_disabled_project_keeps_its_tasks_as_archived_and_a_removed_one_takes_them_along(team: Team) -> None:
    shelf, source = Shelf(), Kanboard(a_line(team.board.origin), "sales", (), "everyone")
    shelf.update(source)
    mine = [f"kanboard:sales:card:{task}" for task in team.tasks]

    team.board.call("disableProject", project_id=team.project)
    shelf.update(source)
    assert {shelf.documents[key].status for key in mine} == {"archived"}

    team.board.call("removeProject", project_id=team.project)
    shelf.update(source)
    assert not shelf.documents.keys() & set(mine)


def test_a_chosen_project_that_is_not_there_is_named_and_no_task_vanishes(team: Team) -> None:
    shelf = Shelf()
    shelf.update(team.source())
    source = Kanboard(a_line(team.board.origin), "sales", [str(team.project), "Presse"], "everyone")

    (sentence,) = shelf.update(source)

    assert "sees no project 'Presse'; it sees" in sentence
    assert source.check() == [sentence]
    assert len(shelf.documents) == 3


def test_a_wrong_token_is_refused_with_the_way_out(board: Board) -> None:
    source = Kanboard(a_line(board.origin, password="falsch"), "sales")

    with pytest.raises(Refused, match="Take the API token from the settings"):
        list(source.pull(None))
    assert not source.census().complete


def test_another_address_is_no_kanboard() -> None:
    with serving(lambda asked: Answered(404)) as origin, pytest.raises(BadAnswer, match=r"there is no jsonrpc\.php"):
        list(Kanboard(a_line(origin), "sales").pull(None))


@contextmanager
def between(team: Team, meddle: Callable[[int, Asked, Answered], Answered]) -> Iterator[str]:
    """The origin of a Kanboard whose answers, counted from 0, are meddled with."""
    numbered = count()

    def answer(asked: Asked) -> Answered:
        line = HTTPConnection(team.board.origin.removeprefix("http://"), timeout=20)
        headers = {name: asked.headers[name] for name in ("authorization", "content-type")}
        line.request("POST", asked.path, asked.body, headers)
        reply = line.getresponse()
        told = Answered(reply.status, reply.read())
        line.close()
        return meddle(next(numbered), asked, told)

    with serving(answer) as origin:
        yield origin


SPOILT: dict[str, Callable[[Answered], Answered]] = {
    "busy": lambda told: Answered(503, b"later"),
    "forbidden": lambda told: Answered(403, b'{"jsonrpc":"2.0","error":{"code":403,"message":"Forbidden"},"id":null}'),
    "half": lambda told: replace(told, body=told.body[: len(told.body) // 2]),
    "empty": lambda told: replace(told, body=b"[]"),
    "false": lambda told: replace(told, body=b'[{"jsonrpc":"2.0","id":0,"result":false}]'),
    "error": lambda told: replace(told, body=b'[{"jsonrpc":"2.0","id":0,"error":{"message":"Internal error"}}]'),
}


def spoil(which: int, spoilt: str, number: int, asked: Asked, told: Answered) -> Answered:
    """One answer spoilt, the others as they are."""
    return SPOILT[spoilt](told) if number == which else told


@pytest.mark.parametrize("spoilt", SPOILT)
def test_whatever_answer_is_spoilt_no_task_vanishes_and_the_next_update_mends_it(team: Team, spoilt: str) -> None:
    shelf = Shelf()
    shelf.update(team.source())
    for which in range(4):
        team.board.call("updateTask", id=team.tasks[0], title=f"Pilot {which}")
        with between(team, partial(spoil, which, spoilt)) as origin:
            shelf.update(team.source(origin))
        assert shelf.dropped == set()

        assert shelf.update(team.source()) == ()
        assert shelf.titles == ["Angebot", f"Pilot {which}", "Zu"]


def test_killed_after_any_event_the_next_update_comes_out_right(team: Team) -> None:
    for killed_after in range(5):
        shelf = Shelf()
        shelf.update(team.source(), killed_after)
        extra = team.board.call("createTask", title="Neu", project_id=team.project)
        shelf.update(team.source(), killed_after)
        team.board.call("removeTask", task_id=extra)

        shelf.update(team.source())

        assert shelf.titles == ["Angebot", "Pilot", "Zu"]


def test_one_forbidden_call_does_not_take_the_others_along(team: Team) -> None:
    def forbidding(_: int, asked: Asked, told: Answered) -> Answered:
        hit = b"getTaskTags" in asked.body and f'"task_id": {team.tasks[1]}}}'.encode() in asked.body
        return SPOILT["forbidden"](told) if hit else told

    shelf = Shelf()
    with between(team, forbidding) as origin:
        (sentence,) = shelf.update(team.source(origin))

    assert f"Task {team.tasks[1]} of kanboard:sales was not told in full" in sentence
    assert shelf.titles == ["Pilot", "Zu"]


def test_a_task_is_fetched_as_it_is_now(team: Team) -> None:
    source = team.source()
    team.board.call("updateTask", id=team.tasks[0], title="Pilot mit Brückner")
    team.board.call("removeTask", task_id=team.tasks[1])

    first, second = source.fetch([f"kanboard:sales:card:{task}" for task in team.tasks[:2]])

    assert isinstance(first, Upsert)
    assert first.document.title == "Pilot mit Brückner"
    assert isinstance(second, Delete)


def test_while_kanboard_is_down_nobody_can_tell_whether_a_task_is_gone(team: Team) -> None:
    with between(team, lambda *_: Answered(503)) as origin:
        events = list(team.source(origin).fetch([f"kanboard:sales:card:{team.tasks[0]}"]))

    assert [isinstance(event, Failure) and event.retryable for event in events] == [True]


def test_many_tasks_are_read_fifty_at_a_time() -> None:
    with pretended_kanboard() as board:
        project = board.call("createProject", name="Viele")
        board.calls(*(("createTask", {"title": f"T{n}", "project_id": project}) for n in range(120)))
        source = Kanboard(a_line(board.origin), "sales", [], "everyone", now=lambda: NOW)

        events = list(source.pull(None))

    assert len(upserts(events)) == 120
    assert lines[-1].calls == 7  # who asks, the projects, a search, the users, and three times fifty tags
    assert isinstance(events[50], Checkpoint)
