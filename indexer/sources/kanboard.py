"""A Kanboard, live: its tasks with comments and subtasks → documents. A task that is gone is known by its absence."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from indexer.documents import Document, Person
from indexer.errors import BadAnswer, Refused, SourceError, Unavailable
from indexer.sources.contents import about_visibility
from indexer.sources.http import Line
from indexer.sources.kanboard_rpc import Call, Rpc
from indexer.sources.kanboard_tasks import Project, Task, document_of, person_of
from indexer.sources.loose import count, record, records, string
from indexer.sources.protocol import Census, Checkpoint, Delete, Event, Failure, Notice, Upsert

SWEEP = 3600
"""Seconds after which all tasks are read again: a comment that was edited changes nothing that a search shows."""
BATCH = 50
"""Tasks read between two checkpoints."""
FEW = 5
"""Up to so many tasks are searched one by one; for more, all are listed."""
_ALL, _OWN = "getAllProjects", "getMyProjects"


@dataclass(slots=True)
class _State:
    """What is told: the mark of each task by its number. `sweep` is when to read all again, in seconds since 1970."""

    sweep: int = 0
    seen: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, cursor: str | None) -> "_State":
        """What a checkpoint holds; a fresh state where that is none of ours."""
        try:
            told = record(json.loads(cursor or "{}"))
        except (ValueError, RecursionError):
            return cls()
        return cls(count(told.get("sweep")), {key: string(mark) for key, mark in record(told.get("seen")).items()})

    def checkpoint(self) -> Checkpoint:
        """The state to go on from."""
        return Checkpoint(json.dumps({"sweep": self.sweep, "seen": self.seen}, separators=(",", ":"), sort_keys=True))


class Kanboard:
    """The tasks of the projects that a token may see, open and closed.

    A look asks one search a project, which shows how many comments and subtasks a task has; only what looks
    different is read further, and once an hour everything, for edits that no search shows.
    """

    def __init__(
        self,
        line: Line,
        account: str,
        projects: Sequence[str] = (),
        visibility: str | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Be called `kanboard:account` and ask nothing yet. `projects` are names, identifiers or numbers; all without.

        A visibility, where given, counts for all but personal projects, which stay private; else a project that
        everybody may enter is visible to everyone and any other to nobody.
        """
        if not account.strip() or ":" in account:
            raise SourceError(f"The Kanboard source needs a short name without a colon; {account!r} is none.")
        self.name = f"kanboard:{account}"
        self._rpc, self._chosen, self._visibility, self._now = Rpc(line), tuple(projects), visibility, now
        self._listing = ""
        self._learnt: Census | None = None

    def check(self) -> list[str]:
        """One sentence for what is refused, and for each chosen project that is not there."""
        try:
            projects, missing = self._projects()
        except SourceError as problem:
            return [str(problem)]
        nothing = f"{self.name} may see no project. Make its user a member of those to read, or use the API token."
        return missing or ([] if projects else [nothing])

    def pull(self, cursor: str | None) -> Iterator[Event]:
        """What changed since `cursor`, or everything. Raises SourceError where nothing can be read."""
        self._learnt = Census(frozenset(), complete=False)
        state, now = _State.of(cursor), int(self._now().timestamp())
        tasks, problems = self._look()
        yield from (Failure(each, retryable=True) for each in problems)
        if not state.seen:
            yield from map(Notice, self._about(tasks))
        if now >= state.sweep:
            state.sweep, state.seen = now + SWEEP, {}
        failed = False
        for event in self._tell([task for task in tasks if state.seen.get(task.id) != task.mark], state):
            failed = failed or isinstance(event, Failure)
            yield event
        self._learnt = _census(self.name, tasks, complete=not problems and not failed)
        here = {task.id for task in tasks}
        state.seen = {key: mark for key, mark in state.seen.items() if problems or key in here}
        yield state.checkpoint()

    def census(self) -> Census:
        """The ids that the pull before this saw; without one, those that a look shows."""
        if self._learnt is None:
            tasks, problems = self._look()
            return _census(self.name, tasks, complete=not problems)
        learnt, self._learnt = self._learnt, None
        return learnt

    def fetch(self, ids: Sequence[str]) -> Iterator[Event]:
        """These tasks as they are now. One is deleted only where every project answered without it."""
        asked = {each: number for each in ids if (number := each.rpartition(":")[2]).isdecimal()}
        try:
            tasks, problems = self._look(tuple(asked.values())) if asked else ([], [])
            found = {task.id: outcome for task, outcome in self._read(tasks)}
        except SourceError as problem:
            yield Failure(str(problem), retryable=True)
            return
        for each in ids:
            outcome = found.get(asked.get(each, ""), problems[0] if problems else None)
            if isinstance(outcome, Document):
                yield Upsert(outcome)
            elif outcome is None:
                yield Delete(each, f"no project of {self.name} has this task any more")
            else:
                yield Failure(f"Whether {each} still exists cannot be told: {outcome}", retryable=True)

    def _about(self, tasks: Sequence[Task]) -> tuple[str, ...]:
        """What to know of who may read these tasks."""
        shells = [document_of(task, {}, {}, self.name) for task in tasks]
        return about_visibility(shells, self.name, self._visibility)

    def _tell(self, tasks: Sequence[Task], state: _State) -> Iterator[Event]:
        """These tasks with all that belongs to them, and a checkpoint after each batch."""
        try:
            users = self._users(tasks)
            for start in range(0, len(tasks), BATCH):
                for task, outcome in self._read(tasks[start : start + BATCH], users):
                    if isinstance(outcome, Document):
                        state.seen[task.id] = task.mark
                        yield Upsert(outcome)
                    else:
                        yield Failure(outcome, retryable=True)
                yield state.checkpoint()
        except (Unavailable, BadAnswer) as problem:
            yield Failure(str(problem), retryable=True)

    def _read(
        self, tasks: Sequence[Task], users: Mapping[str, Person] | None = None
    ) -> list[tuple[Task, Document | str]]:
        """Each task as a document, or why it could not be read."""
        users = self._users(tasks) if users is None else users
        calls = [call for task in tasks for call in task.calls.values()]
        answers = iter(self._rpc.each(calls))
        read: list[tuple[Task, Document | str]] = []
        for task in tasks:
            parts = dict(zip(task.calls, answers, strict=False))
            lost = [f"{name}: {part}" for name, part in parts.items() if not isinstance(part, list | dict)]
            why = f"Task {task.id} of {self.name} was not told in full ({'; '.join(lost)})."
            read.append((task, why if lost else document_of(task, parts, users, self.name)))
        return read

    def _look(self, wanted: Sequence[str] = ()) -> tuple[list[Task], list[str]]:
        """All tasks as searches show them, or some by their numbers; and what could not be searched."""
        projects, problems = self._projects()
        queries = [f"id:{number}" for number in wanted] if len(wanted) <= FEW else []
        pairs = [(project, query) for project in projects for query in queries or [""]]
        told = [Call("searchTasks", {"project_id": int(project.id), "query": query}) for project, query in pairs]
        tasks: dict[str, Task] = {}
        for (project, _), answer in zip(pairs, self._rpc.each(told), strict=True):
            if not isinstance(answer, list):
                problems.append(f"The tasks of project {project.names[:1]} of {self.name} were not listed: {answer}")
            rows = (row for row in records(answer) if string(row.get("id")).isdecimal())
            tasks |= {string(row["id"]): Task(project, row) for row in rows}
        return [task for number, task in tasks.items() if not wanted or number in wanted], problems

    def _projects(self) -> tuple[list[Project], list[str]]:
        """The projects to read; and a sentence for each chosen one that is not there."""
        rows = (row for row in records(self._listed()) if string(row.get("id")).isdecimal())
        projects = [Project.of(row, self._rpc.origin, self._visibility) for row in rows]
        chosen = [each.casefold() for each in self._chosen]
        there = ", ".join(repr(project.names[0]) for project in projects[:12] if project.names) or "none"
        missing = [
            f"{self.name} sees no project {told!r}; it sees {there}. Correct the settings, or make its user a member."
            for told, each in zip(self._chosen, chosen, strict=True)
            if not any(project.is_named(each) for project in projects)
        ]
        return [p for p in projects if not chosen or any(map(p.is_named, chosen))], missing

    def _listed(self) -> object:
        """All projects for the API token; for a user, even an administrator, those that the user is a member of.

        Who asks is found out first: a refusal for another reason must not make projects vanish.
        """
        listing, self._listing = self._listing or self._entitled(), ""
        told = self._rpc.one(listing)
        if not isinstance(told, list):
            raise BadAnswer(f"{self.name} did not list its projects. The next update asks again.")
        self._listing = listing
        return told

    def _entitled(self) -> str:
        """The procedure that lists the projects of whoever asks."""
        try:
            me = record(self._rpc.one("getMe"))
        except Refused as problem:
            if problem.status != 403:
                raise
            return _ALL  # the API token is nobody
        if "id" not in me:
            raise BadAnswer(f"{self.name} does not say whose token it got. The next update asks again.")
        return _OWN

    def _users(self, tasks: Sequence[Task]) -> dict[str, Person]:
        """Everybody by number, with addresses where the token may know them, else the members' names."""
        if not tasks:
            return {}
        try:
            told = self._rpc.one("getAllUsers") if self._listing != _OWN else None
        except Refused:
            told = None
        if told is not None:
            known = ((string(row.get("id")), person_of(row)) for row in records(told))
            return {number: person for number, person in known if person}
        projects = sorted({task.project.id for task in tasks})
        members = self._rpc.each([Call("getProjectUsers", {"project_id": int(number)}) for number in projects])
        named = {number: string(name) for answer in members for number, name in record(answer).items()}
        return {number: Person(name, "author") for number, name in named.items() if name}


def _census(name: str, tasks: Sequence[Task], complete: bool) -> Census:
    return Census(frozenset(f"{name}:card:{task.id}" for task in tasks), complete)
