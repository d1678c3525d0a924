"""Kanboard's tasks with what belongs to them → documents. Pure."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from indexer.documents import EVERYONE, PRIVATE, Document, Person, Section, Status
from indexer.sources.dates import when
from indexer.sources.kanboard_rpc import Call
from indexer.sources.loose import Record, record, records, string
from indexer.sources.markup import from_markdown
from indexer.sources.stages import status_of_list
from indexer.sources.text import emails_in, one_line, safe_link, web_link
from indexer.sources.trello_cards import customers_of

_UNTOLD = frozenset({"position", "column_position", "assignee_avatar_path"})
_PARTS = (
    ("getTaskTags", ""),
    ("getAllComments", "nb_comments"),
    ("getAllSubtasks", "nb_subtasks"),
    ("getAllTaskFiles", "nb_files"),
    ("getAllExternalTaskLinks", "nb_external_links"),
)
_SEEN_BY_ALL = frozenset({"", "app-user"})
_DONE = 2


@dataclass(frozen=True, slots=True)
class Project:
    """A project: where its tasks are opened, and who may read them."""

    id: str
    names: tuple[str, ...]
    link: str
    visibility: str
    archived: bool

    @classmethod
    def of(cls, told: Record, origin: str, stated: str | None) -> "Project":
        """The project that Kanboard tells. A personal one stays private whatever is stated of the others."""
        open_to_all = _is(told.get("is_everybody_allowed")) or _is(told.get("is_public"))
        visibility = stated or (EVERYONE if open_to_all else PRIVATE)
        return cls(
            id=string(told.get("id")),
            names=tuple(filter(None, (one_line(string(told.get(key))) for key in ("name", "identifier")))),
            link=_base(web_link(string(record(told.get("url")).get("board"))), origin),
            visibility=PRIVATE if _is(told.get("is_private")) else visibility,
            archived=string(told.get("is_active")) == "0",
        )

    def is_named(self, told: str) -> bool:
        """Whether people may call it so, in small letters: by name, identifier or number."""
        return told in {self.id, *(name.casefold() for name in self.names)}

    def url(self, task: str) -> str:
        """The link that opens a task; it stays when the task is renamed or moved."""
        return f"{self.link}/?controller=TaskViewController&action=show&task_id={task}"


@dataclass(frozen=True, slots=True)
class Task:
    """A task as a search shows it: without texts of comments, but with their number."""

    project: Project
    row: Record

    @property
    def id(self) -> str:
        """Its number."""
        return string(self.row.get("id"))

    @property
    def mark(self) -> str:
        """A digest that differs as soon as the search shows something else."""
        told = {key: value for key, value in self.row.items() if key not in _UNTOLD}
        project = self.project
        facts = json.dumps([told, project.link, project.visibility, project.archived], sort_keys=True)
        return hashlib.sha256(facts.encode()).hexdigest()[:12]

    @property
    def calls(self) -> dict[str, Call]:
        """What has to be asked for the rest, under the names of the procedures."""
        told = (name for name, number in _PARTS if not number or string(self.row.get(number)) != "0")
        return {name: Call(name, {"task_id": int(self.id)}) for name in told}


def document_of(task: Task, parts: Mapping[str, object], users: Mapping[str, Person], name: str) -> Document:
    """The document of a task; `parts` are the answers to its calls, `users` authors by number, `name` its source."""
    row, project = task.row, task.project
    url, labels = project.url(task.id), _labels(row, parts)
    comments = [c for c in records(parts.get("getAllComments")) if string(c.get("visibility")) in _SEEN_BY_ALL]
    times = [when(string(told.get("date_modification"))) for told in (row, *comments)]
    return Document(
        id=f"{name}:card:{task.id}",
        kind="card",
        title=one_line(string(row.get("title"))) or "(task without a name)",
        url=url,
        sections=(*_own_sections(row, parts), *_comments(comments, url)),
        parent=one_line(string(row.get("project_name")), 200) or next(iter(project.names), ""),
        lane=one_line(string(row.get("column_name")), 200),
        status=_status(task),
        labels=labels,
        fields=tuple(_fields(row)),
        people=_people(row, comments, users),
        customers=customers_of(labels, ()),
        created_at=when(string(row.get("date_creation"))),
        updated_at=max((at for at in times if at), default=None),
        visibility=project.visibility,
    )


def person_of(told: Record, role: str = "") -> Person | None:
    """A user (role empty), or with `assignee_` that of a task, by name and address; nothing else of users is read."""
    name = one_line(string(told.get(f"{role}name")), 100) or one_line(string(told.get(f"{role}username")), 100)
    email = next(iter(emails_in(string(told.get(f"{role}email")))), None)
    return Person(name, "assignee" if role else "author", email) if name else None


def _base(board: str, origin: str) -> str:
    """Where people open Kanboard: as its own settings say; those that nobody made say localhost."""
    parts = urlsplit(board)
    if not board or parts.hostname == "localhost":
        return origin
    path = parts.path.split("/board/")[0].rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path}"


def _is(value: object) -> bool:
    return value is True or string(value) == "1"


def _status(task: Task) -> Status:
    by_column = status_of_list(string(task.row.get("column_name")))
    if task.project.archived:
        return "archived"
    if by_column in ("won", "lost"):
        return by_column
    return "done" if string(task.row.get("is_active")) == "0" else by_column


def _labels(row: Record, parts: Mapping[str, object]) -> tuple[str, ...]:
    """Category first, then tags."""
    told = (string(row.get("category_name")), *map(string, record(parts.get("getTaskTags")).values()))
    return tuple(dict.fromkeys(label for each in told if (label := one_line(each, 100))))


def _fields(row: Record) -> Iterator[tuple[str, str]]:
    for key, label in (("date_started", "Start"), ("date_due", "Due")):
        if at := when(string(row.get(key))):
            yield label, at.date().isoformat()
    if reference := one_line(string(row.get("reference")), 200):
        yield "Reference", reference
    if (lane := one_line(string(row.get("swimlane_name")), 200)) not in ("", "Default swimlane"):
        yield "Swimlane", lane


def _own_sections(row: Record, parts: Mapping[str, object]) -> Iterator[Section]:
    if description := from_markdown(string(row.get("description"))):
        yield Section(description)
    steps = [_step(each) for each in records(parts.get("getAllSubtasks"))]
    if steps:
        yield Section("\n".join(steps), "checklist")
    files = [one_line(string(each.get("name")), 200) for each in records(parts.get("getAllTaskFiles"))]
    if attached := [*filter(None, files), *filter(None, map(_link, records(parts.get("getAllExternalTaskLinks"))))]:
        yield Section("\n".join(attached), "field")


def _step(told: Record) -> str:
    mark = "x" if string(told.get("status")) == str(_DONE) else " "
    who = one_line(string(told.get("name")) or string(told.get("username")), 100)
    title = one_line(string(told.get("title")), 1000)
    return f"[{mark}] {title} ({who})" if who else f"[{mark}] {title}"


def _link(told: Record) -> str:
    """The name and address of a link on a task. Neither links nor files are ever fetched."""
    title, url = one_line(string(told.get("title")), 200), safe_link(string(told.get("url")))
    return f"{title} ({url})" if title and url and title != url else title or url


def _comments(comments: list[Record], url: str) -> Iterator[Section]:
    for told in comments:
        if text := from_markdown(string(told.get("comment"))):
            author, at = person_of(told), when(string(told.get("date_creation")))
            anchor = f"{url}#comment-{string(told.get('id'))}"
            yield Section(text, "comment", anchor, author.name if author else None, at)


def _people(row: Record, comments: list[Record], users: Mapping[str, Person]) -> tuple[Person, ...]:
    """Who the task is assigned to, who made it, who wrote on it."""
    told = (person_of(row, "assignee_"), users.get(string(row.get("creator_id"))), *map(person_of, comments))
    return tuple(dict.fromkeys(person for person in told if person))
