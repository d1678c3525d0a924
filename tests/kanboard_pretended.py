"""A pretended Kanboard for machines without PHP: what the API of the real one does, as measured on 1.2.51.

A comment changes neither date nor anything else that a search shows but the number of comments; whoever may not do one
thing in a request is refused all of it; a task that is gone is absent to the token of the API, and forbidden to users.
"""

import base64
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from tests.kanboard_server import PASSWORD, TOKEN, Board
from tests.recorded import Answered, Asked, serving

Row = dict[str, Any]
_COLUMNS = ("Backlog", "Ready", "Work in progress", "Done")
_ADMIN_ONLY = frozenset({"getAllProjects", "getAllUsers"})
_USERS_ONLY = frozenset({"getMe", "getMyProjects"})


class Forbidden(Exception):
    """Whoever asks may not do that."""


class PretendedKanboard:
    """Projects, tasks and people in dictionaries; a method for each procedure, spelled the way of Python."""

    def __init__(self) -> None:
        self._ids, self._clock = count(1), count(1_772_442_000)
        self.rows: dict[str, dict[int, Row]] = {}
        self._members: dict[int, list[int]] = {}
        self._user: Row | None = None

    def answer(self, asked: Asked) -> Answered:
        """The reply to a request."""
        login = base64.b64decode(asked.headers.get("authorization", "").removeprefix("Basic ")).decode()
        user, _, password = login.partition(":")
        users = [row for row in self._all("user") if row["username"] == user]
        if password != (TOKEN if user == "jsonrpc" else PASSWORD) or not (users or user == "jsonrpc"):
            return _refused(401, "Unauthorized")
        self._user = users[0] if users else None
        try:
            answers = [{"jsonrpc": "2.0", "id": call["id"], **self._one(call)} for call in json.loads(asked.body)]
        except Forbidden:
            return _refused(403, "Forbidden")
        return Answered(200, json.dumps(answers).encode())

    def _one(self, call: Row) -> Row:
        name = re.sub(r"(?=[A-Z])", "_", call["method"]).lower()
        procedure = getattr(self, f"do_{name}", None)
        if procedure is None:
            return {"error": {"code": -32601, "message": "Method not found"}}
        self._authorize(call["method"], call.get("params", {}))
        return {"result": procedure(**call.get("params", {}))}

    def _authorize(self, method: str, params: Row) -> None:
        if self._user is None and method in _USERS_ONLY:
            raise Forbidden
        if self._user is None:
            return
        project = params.get("project_id")
        if "task_id" in params:
            project = self.rows["task"].get(params["task_id"], {}).get("project_id", 0)
        if method in _ADMIN_ONLY or (project is not None and self._user["id"] not in self._members.get(project, [])):
            raise Forbidden

    def _all(self, kind: str, **like: object) -> list[Row]:
        rows = self.rows.setdefault(kind, {}).values()
        return [row for row in rows if all(row[name] == value for name, value in like.items())]

    def _new(self, kind: str, **told: object) -> int:
        number = next(self._ids)
        self.rows.setdefault(kind, {})[number] = {"id": number, **told}
        return number

    def _change(self, kind: str, number: int, **told: object) -> bool:
        self.rows[kind][number] |= told
        return True

    def do_get_version(self) -> str:
        return "1.2.51"

    def do_create_project(self, name: str) -> int:
        facts = {"is_active": 1, "is_public": 0, "is_private": 0, "is_everybody_allowed": 0, "identifier": ""}
        project = self._new("project", name=name, **facts)
        for title in _COLUMNS:
            self._new("column", title=title, project_id=project)
        return project

    def do_disable_project(self, project_id: int) -> bool:
        return self._change("project", project_id, is_active=0)

    def do_remove_project(self, project_id: int) -> bool:
        self.rows["task"] = {row["id"]: row for row in self._all("task") if row["project_id"] != project_id}
        return self.rows["project"].pop(project_id, None) is not None

    def do_get_all_projects(self) -> list[Row]:
        return self._all("project")

    def do_get_my_projects(self) -> list[Row]:
        own = self._user["id"] if self._user else 0
        return [row for row in self._all("project", is_active=1) if own in self._members.get(row["id"], [])]

    def do_create_user(self, **told: object) -> int:
        return self._new("user", **told | {"password": "$2y$10$abc"})

    def do_get_me(self) -> Row | None:
        return self._user

    def do_add_project_user(self, project_id: int, user_id: int, role: str) -> bool:
        self._members.setdefault(project_id, []).append(user_id)
        return bool(role)

    def do_get_all_users(self) -> list[Row]:
        return self._all("user")

    def do_get_project_users(self, project_id: int) -> dict[str, str]:
        return {str(each): self.rows["user"][each]["name"] for each in self._members.get(project_id, [])}

    def do_get_columns(self, project_id: int) -> list[Row]:
        return self._all("column", project_id=project_id)

    def do_get_all_swimlanes(self, project_id: int) -> list[Row]:
        return [{"id": 1, "name": "Default swimlane", "project_id": project_id}]

    def do_create_category(self, project_id: int, name: str) -> int:
        return self._new("category", project_id=project_id, name=name)

    def do_create_task(self, title: str, project_id: int) -> int:
        now = next(self._clock)
        column = self._all("column", project_id=project_id)[0]["id"]
        facts = {"owner_id": 0, "category_id": 0, "description": "", "creator_id": 0, "date_due": 0}
        dates = {"date_creation": now, "date_modification": now}
        self.rows.setdefault("tags", {})
        return self._new("task", title=title, project_id=project_id, column_id=column, is_active=1, **facts, **dates)

    def do_update_task(self, **told: Any) -> bool:
        return self._change("task", told["id"], **told, date_modification=next(self._clock))

    def do_close_task(self, task_id: int) -> bool:
        return self.do_update_task(id=task_id, is_active=0)

    def do_open_task(self, task_id: int) -> bool:
        return self.do_update_task(id=task_id, is_active=1)

    def do_remove_task(self, task_id: int) -> bool:
        return self.rows["task"].pop(task_id, None) is not None

    def do_move_task_position(self, task_id: int, column_id: int, **_: object) -> bool:
        return self.do_update_task(id=task_id, column_id=column_id)

    def do_search_tasks(self, project_id: int, query: str) -> list[Row]:
        wanted = query.removeprefix("id:")
        tasks = self._all("task", project_id=project_id)
        return [self._found(row) for row in tasks if not wanted or wanted == str(row["id"])]

    def _found(self, row: Row) -> Row:
        owner = self.rows.get("user", {}).get(row["owner_id"], {})
        kinds = {"nb_comments": "comment", "nb_subtasks": "subtask", "nb_external_links": "link", "nb_files": "file"}
        counts = {name: len(self._all(kind, task_id=row["id"])) for name, kind in kinds.items()}
        names = {
            "column_name": self.rows["column"][row["column_id"]]["title"],
            "category_name": self.rows.get("category", {}).get(row["category_id"], {}).get("name"),
            "project_name": self.rows["project"][row["project_id"]]["name"],
            "swimlane_name": "Default swimlane",
        }
        return row | counts | names | {f"assignee_{key}": owner.get(key) for key in ("name", "username", "email")}

    def do_set_task_tags(self, project_id: int, task_id: int, tags: list[str]) -> bool:
        self.rows.setdefault("tags", {})[task_id] = {str(n): tag for n, tag in enumerate(tags, 1)}
        return bool(project_id)

    def do_get_task_tags(self, task_id: int) -> Row:
        return self.rows.get("tags", {}).get(task_id, {})

    def do_create_comment(self, task_id: int, user_id: int, content: str, visibility: str = "app-user") -> int:
        now, user = next(self._clock), self.rows["user"][user_id]
        author = {key: user[key] for key in ("name", "username", "email")}
        dates = {"date_creation": now, "date_modification": now}
        return self._new("comment", task_id=task_id, comment=content, visibility=visibility, **author, **dates)

    def do_update_comment(self, **told: Any) -> bool:
        return self._change("comment", told["id"], comment=told["content"], date_modification=next(self._clock))

    def do_remove_comment(self, comment_id: int) -> bool:
        return self.rows["comment"].pop(comment_id, None) is not None

    def do_get_all_comments(self, task_id: int) -> list[Row]:
        rows = self._all("comment", task_id=task_id)
        return [row for row in rows if self._user is None or row["visibility"] == "app-user"]

    def do_create_subtask(self, task_id: int, title: str, user_id: int) -> int:
        return self._new("subtask", task_id=task_id, title=title, status=0, name=self.rows["user"][user_id]["name"])

    def do_update_subtask(self, **told: Any) -> bool:
        return self._change("subtask", told["id"], **told)

    def do_get_all_subtasks(self, task_id: int) -> list[Row]:
        return self._all("subtask", task_id=task_id)

    def do_create_external_task_link(self, **told: Any) -> int:
        return self._new("link", **told)

    def do_get_all_external_task_links(self, task_id: int) -> list[Row]:
        return self._all("link", task_id=task_id)


def _refused(status: int, message: str) -> Answered:
    body = {"jsonrpc": "2.0", "error": {"code": status, "message": message}, "id": None}
    return Answered(status, json.dumps(body).encode())


@contextmanager
def pretended_kanboard() -> Iterator[Board]:
    """A pretended Kanboard with nothing on it."""
    with serving(PretendedKanboard().answer) as origin:
        yield Board(origin)
