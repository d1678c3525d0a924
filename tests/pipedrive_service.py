"""A Pipedrive company on this machine: version 1 and 2 of its API as far as we call them, its limits and its moods."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.recorded import Answered, Asked, serving

TOKEN = "0123456789abcdefgeheim0123456789abcdef01"
PATHS: Mapping[str, str] = {
    "/api/v2/organizations": "organization",
    "/api/v2/persons": "person",
    "/api/v2/deals": "deal",
    "/api/v2/deals/archived": "archived",
    "/api/v2/activities": "activity",
}
SCOPES: Mapping[str, str] = {
    "organization": "contacts:read",
    "person": "contacts:read",
    "deal": "deals:read",
    "archived": "deals:read",
    "note": "deals:read",
    "activity": "activities:read",
}
GROUPS = [
    {"id": 1, "label": "Owner only"},
    {"id": 3, "label": "Owner's visibility group"},
    {"id": 7, "label": "Entire company"},
]
NO_GROUPS = [{"id": 1, "label": "Owner & followers"}, {"id": 3, "label": "Entire company"}]
INDUSTRY = "3042fdabaaa338250d9d59b3431417407698d496"


class Refusal(Exception):
    """An error as Pipedrive tells it."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        told = {
            "success": False,
            "error": error,
            "errorCode": status,
            "error_info": "Please check developers.pipedrive.com",
        }
        self.answered = Answered(status, json.dumps(told).encode())


def stamp(at: datetime, version: int = 2) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}" if version == 2 else f"{at:%Y-%m-%d %H:%M:%S}"


@dataclass
class Company:
    """Records under kind and id, and how the company behaves. Time goes on by a minute with every change."""

    now: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    batch: int = 3
    step: timedelta = timedelta(minutes=1)
    records: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    gone: dict[tuple[str, int], datetime] = field(default_factory=dict)
    scopes: set[str] = field(default_factory=lambda: {*SCOPES.values(), "users:read"})
    choices: list[dict[str, Any]] = field(default_factory=lambda: list(NO_GROUPS))
    tells_recents: bool = True
    conceals: bool = False
    archive: bool = True
    moods: list[Answered | str | None] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def add(self, kind: str, **told: Any) -> int:
        """A new record; its id."""
        number = len(self.records) + len(self.gone) + 1
        self.now += self.step
        base = {"id": number, "add_time": self.now, "owner_id": 11, "org_id": None, "person_id": None, "deal_id": None}
        if kind not in ("note", "activity"):
            base |= {"visible_to": max(each["id"] for each in self.choices), "label_ids": [], "custom_fields": {}}
        if kind == "deal":
            base |= {"status": "open", "stage_id": 1, "is_archived": False, "value": 0, "currency": "EUR"}
        if kind == "note":
            base |= {
                "active_flag": True,
                "user_id": 11,
                "user": {"name": "Miriam Özdemir", "email": "miriam@firma.example"},
            }
        self.records[kind, number] = base | {"is_deleted": False, "update_time": self.now} | told
        return number

    def change(self, kind: str, number: int, **told: Any) -> None:
        self.now += self.step
        self.records[kind, number] |= told | {"update_time": self.now}

    def delete(self, kind: str, number: int, purged: bool = False) -> None:
        """Marked as deleted for thirty days, or gone for good."""
        self.change(kind, number, is_deleted=True)
        if "active_flag" in self.records[kind, number]:
            self.records[kind, number]["active_flag"] = False
        if kind == "deal":
            self.records[kind, number]["status"] = "deleted"
        self.gone[kind, number] = self.now
        if purged:
            del self.records[kind, number]

    def number(self, **told: Any) -> tuple[str, int]:
        """Kind and id of the record of which this is true."""
        return next(key for key, each in self.records.items() if told.items() <= each.items())

    def answer(self, asked: Asked) -> Answered:
        """What Pipedrive would say; a mood goes before."""
        self.asked.append(asked)
        mood = self.moods.pop(0) if self.moods else None
        if isinstance(mood, Answered):
            return mood
        try:
            told = {"success": True} | self._routed(asked, dict(asked.query), mood)
        except Refusal as refusal:
            return refusal.answered
        limits = {
            "x-ratelimit-limit": "20",
            "x-ratelimit-remaining": "19",
            "x-ratelimit-reset": "2",
            "x-daily-ratelimit-token-remaining": "29000",
        }
        return Answered(200, json.dumps(told).encode(), {"Content-Type": "application/json"} | limits)

    def _routed(self, asked: Asked, query: Mapping[str, str], mood: str | None) -> dict[str, Any]:
        if "api_token" in query:
            raise Refusal(400, "the token is in the address")
        if asked.headers.get("x-api-token") != TOKEN:
            raise Refusal(401, "unauthorized access")
        if int(query.get("limit", 1)) > 500:
            raise Refusal(400, "limit must be at most 500")
        path, _, number = asked.path.rpartition("/")
        if kind := PATHS.get(asked.path):
            return self._listed(kind, query, mood)
        if asked.path == "/v1/notes":
            return self._notes(query, mood)
        if number.isdecimal():
            return {"data": self._one("note" if path == "/v1/notes" else PATHS.get(path, ""), int(number))}
        return self._named(asked.path, query)

    def _named(self, path: str, query: Mapping[str, str]) -> dict[str, Any]:
        """Everything that is not about single records."""
        people = [{"id": 11, "name": "Miriam Özdemir", "email": "miriam@firma.example", "active_flag": True}, None]
        seen = {"key": "visible_to", "name": "Visible to", "field_type": "visible_to", "options": self.choices}
        label = {
            "key": "label",
            "name": "Label",
            "field_type": "set",
            "options": [{"id": 5, "label": "Schlüsselkunde"}],
        }
        own = {"key": INDUSTRY, "name": "Branche", "field_type": "enum", "options": [{"id": 31, "label": "Spedition"}]}
        title = {"key": "title", "name": "Title", "field_type": "varchar"}
        match path:
            case "/v1/users":
                self._need("users:read")
                return {"data": people}
            case "/v1/users/me":
                return {"data": people[0] and people[0] | {"company_domain": "firma"}}
            case "/v1/dealFields" | "/v1/personFields" | "/v1/organizationFields":
                return {
                    "data": [seen, label, own, title],
                    "additional_data": {"pagination": {"more_items_in_collection": False}},
                }
            case "/api/v2/stages":
                return {"data": [{"id": 1, "name": "Verhandlung"}, {"id": 2, "name": "Angebot"}]}
            case "/v1/recents" if self.tells_recents:
                return self._recents(query)
        raise Refusal(404, "Unknown method.")

    def _need(self, scope: str) -> None:
        if scope not in self.scopes:
            raise Refusal(403, "Scope and URL mismatch")

    def _one(self, kind: str, number: int) -> dict[str, Any]:
        if (kind, number) not in self.records:
            raise Refusal(404, f"{kind} not found")
        self._need(SCOPES[kind])
        return self._row(kind, self.records[kind, number])

    def _row(self, kind: str, record: Mapping[str, Any]) -> dict[str, Any]:
        version = 1 if kind == "note" else 2
        row = {name: stamp(value, version) if isinstance(value, datetime) else value for name, value in record.items()}
        if kind == "note":
            del row["is_deleted"], row["owner_id"]
        return row

    def _listed(self, kind: str, query: Mapping[str, str], mood: str | None) -> dict[str, Any]:
        """A page of version 2. Moods: `again` tells the page before once more, `null` puts a null among the rows."""
        self._need(SCOPES[kind])
        if kind == "archived" and not self.archive:
            raise Refusal(404, "Unknown method.")
        if (
            query.get("sort_by", "id") not in ("id", "update_time", "add_time")
            or len(query.get("ids", "").split(",")) > 100
        ):
            raise Refusal(400, "Bad request")
        rows = [
            each
            for (of, _), each in self.records.items()
            if of == kind.replace("archived", "deal") and self._asked_for(kind, each, query)
        ]
        key = query.get("sort_by", "id")
        rows.sort(key=lambda each: (each[key], each["id"]), reverse=query.get("sort_direction") == "desc")
        last = json.loads(query["cursor"]) if "cursor" in query else None
        if last:
            places = [i for i, each in enumerate(rows) if [str(each[key]), each["id"]] == last]
            at = places[0] + 1 if places else next((i for i, e in enumerate(rows) if str(e[key]) > last[0]), len(rows))
            rows = rows[max(0, at - self.batch) if mood == "again" else at :]
        page = rows[: min(int(query.get("limit", 100)), self.batch)]
        more = json.dumps([str(page[-1][key]), page[-1]["id"]]) if len(page) < len(rows) else None
        told: list[dict[str, Any] | None] = [self._row(kind, each) for each in page]
        return {"data": [None, *told] if mood == "null" else told, "additional_data": {"next_cursor": more}}

    def _asked_for(self, kind: str, each: Mapping[str, Any], query: Mapping[str, str]) -> bool:
        if "ids" in query and str(each["id"]) not in query["ids"].split(","):
            return False
        if "updated_since" in query and stamp(each["update_time"]) < query["updated_since"]:
            return False
        if kind in ("deal", "archived") and each["is_archived"] != (kind == "archived"):
            return False
        if kind == "deal" and "status" in query:
            return each["status"] in query["status"].split(",")
        return not each["is_deleted"]

    def _notes(self, query: Mapping[str, str], mood: str | None) -> dict[str, Any]:
        self._need(SCOPES["note"])
        rows = [each for (kind, _), each in self.records.items() if kind == "note" and each["active_flag"]]
        for told in reversed(query.get("sort", "id ASC").split(",")):
            name, direction = told.split()
            rows.sort(key=lambda each, name=name: each[name], reverse=direction == "DESC")  # type: ignore[misc]
        start, limit = int(query.get("start", 0)), min(int(query.get("limit", 100)), self.batch)
        start = max(0, start - limit) if mood == "again" else start + limit if mood == "skip" and start else start
        page: list[Any] = [self._row("note", each) for each in rows[start : start + limit]]
        more = start + limit < len(rows)
        pages = {"start": start, "limit": limit, "more_items_in_collection": more} | (
            {"next_start": start + limit} if more else {}
        )
        return {"data": [*page, None] if mood == "null" else page or None, "additional_data": {"pagination": pages}}

    def _recents(self, query: Mapping[str, str]) -> dict[str, Any]:
        since, items = query["since_timestamp"], query["items"].split(",")
        there = [(key, each["update_time"], None if each["is_deleted"] else each) for key, each in self.records.items()]
        purged = [(key, at, None) for key, at in self.gone.items() if key not in self.records]
        told = [
            (key, at, each)
            for key, at, each in (*there, *purged)
            if not self.conceals and stamp(at, 1) >= since and key[0] in items
        ]
        start = int(query.get("start", 0))
        rows = [{"item": kind, "id": n, "data": each and self._row(kind, each)} for (kind, n), _, each in told]
        more = start + self.batch < len(rows)
        pages = {"start": start, "limit": self.batch, "more_items_in_collection": more}
        return {"data": rows[start : start + self.batch] or None, "additional_data": {"pagination": pages}}

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Answer over HTTP; yields the origin."""
        with serving(self.answer) as origin:
            yield origin


def a_small_company() -> Company:
    """Two customers, their people and deals, and what was written about them."""
    company = Company()
    rail = company.add("organization", name="Alpenbahn AG", website="https://www.alpenbahn.example", label_ids=[5])
    road = company.add(
        "organization",
        name="Brückner Logistik GmbH",
        custom_fields={INDUSTRY: 31},
        address={"value": "Hafenstraße 1, Bremen"},
    )
    anna = company.add(
        "person",
        name="Anna Rossi",
        first_name="Anna",
        last_name="Rossi",
        org_id=rail,
        emails=[{"value": "", "primary": False}, {"value": "rossi@alpenbahn.example", "primary": True}],
    )
    company.add("person", name="Jörg Brückner", org_id=road, phones=[{"value": "+49 421 5550", "primary": True}])
    pilot = company.add("deal", title="Pilot Nachtzug", org_id=rail, person_id=anna, value=50000)
    company.add("deal", title="Rahmenvertrag", org_id=road, status="won", stage_id=2)
    company.add("deal", title="Altlast", org_id=road, status="lost", lost_reason="Zu teuer")
    company.add("deal", title="Archivfund", org_id=road, is_archived=True)
    secret = company.add("deal", title="Übernahme", org_id=road, visible_to=1)
    company.add(
        "note",
        content="<p>Will <b>vier</b> Züge</p><p>Angebot bis Mai &amp; Juni</p>",
        deal_id=pilot,
        org_id=rail,
        person_id=anna,
    )
    company.add("note", content="<div>Preis 4&nbsp;Mio</div>", deal_id=secret)
    company.add("note", content="Ohne Ort")
    company.add("note", content="Rampe zu schmal", org_id=road)
    company.add(
        "activity",
        subject="Nachfassen",
        type="call",
        done=True,
        note="<p>Wegen der Rampe</p>",
        org_id=rail,
        deal_id=pilot,
        participants=[{"person_id": anna, "primary": True}],
        creator_user_id=11,
    )
    company.add("activity", subject="Werksbesuch", type="meeting", done=False, org_id=road, due_date="2026-03-09")
    return company
