"""A HubSpot portal on loopback: it holds objects and keeps to the limits, the lag and the errors of the real one.

Behaviour is taken from HubSpot's documentation and from what its users report, never from our own client. It serves
the dated paths (`/crm/objects/2026-03/notes`) and the older ones (`/crm/v3/objects/notes`) that HubSpot's SDK calls.
"""

import json
import re
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import formatdate
from typing import Any

from indexer.sources.http import Line, Place, Politeness
from indexer.sources.hubspot_portal import RATES
from tests.hubspot_portal import START, People, Record, Thing, a_property, stamp
from tests.recorded import Answered, Asked, serving

TOKEN = "pat-eu1-0f6c4d2e-geheim"
SCOPES = frozenset(
    {f"crm.objects.{name}.read" for name in ("contacts", "companies", "deals", "owners")} | {"sales-email-read"}
)
_LIST = re.compile(r"/crm/objects/2026-03/(\w+)")
_DATED = re.compile(r"/crm/(?:v[34]|2026-03)/(objects|owners|pipelines|properties|associations)")


class Refusal(Exception):
    """An answer that is no success: its status and its body."""

    def __init__(self, status: int, message: str, category: str, **more: object) -> None:
        super().__init__(message)
        told = {"status": "error", "message": message, "correlationId": "aeb5f871-7f07", "category": category}
        self.status, self.body = status, told | more


@dataclass
class HubSpotService(People):
    """The portal as it answers, and what goes wrong then (`mischief`).

    A search gives at most `wall` results in all, a list `page` objects, and with each of them `inline` links.
    """

    inline: int = 100
    wall: int = 10_000
    page: int = 100
    scopes: set[str] = field(default_factory=lambda: set(SCOPES))
    token: str = TOKEN
    ten_secondly: int = 190
    host: str = "app-eu1.hubspot.com"
    mischief: Callable[[Asked, int], str | int | None] = lambda asked, number: None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.asked: list[Asked] = []
        self.refused: Counter[int] = Counter()
        self._lock = threading.Lock()
        self._calls: dict[str, deque[float]] = {"ten_secondly_rolling": deque(), "secondly": deque()}
        self._last: dict[tuple[str, str], bytes] = {}

    @contextmanager
    def served(self) -> Iterator[str]:
        """The portal on loopback; its origin."""
        with serving(self.answer) as origin:
            yield origin

    @contextmanager
    def line(self, source: str = "hubspot:vertrieb", **patience: Any) -> Iterator[Line]:
        """A line to the portal that never really waits."""
        time = self.clock
        polite = Politeness(clock=lambda: time.ticks, sleep=time.sleep, now=time.today, **patience)
        with self.served() as origin:
            place = Place("HubSpot", source, origin, RATES, False, "Make a new token.")
            line = Line(place, lambda: {"Authorization": f"Bearer {TOKEN}"}, polite)
            yield line
            line.close()

    def answer(self, asked: Asked) -> Answered:
        """Every request, one after the other."""
        with self._lock:
            self.asked.append(asked)
            trouble = self.mischief(asked, len(self.asked))
            headers = {"Content-Type": "application/json;charset=utf-8"}
            try:
                status, body, limits = self._admitted(asked, trouble)
                headers |= limits
            except Refusal as refusal:
                self.refused[refusal.status] += 1
                status, body = refusal.status, json.dumps(refusal.body).encode()
            if trouble == "bare":
                body = body.replace(b'"createdAt"', b'"created"')
            if _LIST.fullmatch(_dated(asked.path)):
                key = (asked.path, dict(asked.query).get("archived", ""))
                body = self._last.get(key, body) if trouble == "repeat" else body
                self._last[key] = body
            # The clock in `Date` is the portal's own: this one comes after the server's, and the last one counts.
            headers["Date"] = formatdate(self.clock.now, usegmt=True)
            return Answered(status, body[: len(body) // 2] if trouble == "cut" else body, headers)

    def _admitted(self, asked: Asked, trouble: str | int | None) -> tuple[int, bytes, dict[str, str]]:
        if isinstance(trouble, int):
            self._fail(trouble)
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            self._fail(401)
        path = _dated(asked.path)
        headers = self._spend(path)
        query = dict(asked.query)
        if trouble == "skip" and _LIST.fullmatch(path) and query.get("archived") != "true":
            skipped = self._routed(asked.method, path, query, {})[1]
            query["after"] = skipped.get("paging", {}).get("next", {}).get("after", query.get("after", "0"))
        status, told = self._routed(asked.method, path, query, json.loads(asked.body or b"{}"))
        return status, json.dumps(told, ensure_ascii=False).encode(), headers

    def _fail(self, status: int) -> None:
        if status == 401:
            message = "Authentication credentials not found. This API supports OAuth 2.0 authentication."
            raise Refusal(401, message, "INVALID_AUTHENTICATION")
        if status == 429:
            self._limited("ten_secondly_rolling")
        raise Refusal(status, "internal error", "INTERNAL_ERROR")

    def _limited(self, policy: str) -> None:
        message = f"You have reached your {policy} limit."
        raise Refusal(429, message, "RATE_LIMITS", errorType="RATE_LIMIT", policyName=policy.upper())

    def _spend(self, path: str) -> dict[str, str]:
        """Count a call. Searches have a limit of their own and say nothing of limits."""
        search = path.endswith("/search")
        policy, seconds, most = ("secondly", 1, 4) if search else ("ten_secondly_rolling", 10, self.ten_secondly)
        calls = self._calls[policy]
        while calls and calls[0] <= self.clock.ticks - seconds:
            calls.popleft()
        if len(calls) >= most:
            self._limited(policy)
        calls.append(self.clock.ticks)
        head = "X-HubSpot-RateLimit"
        told = {"Max": most, "Remaining": most - len(calls), "Interval-Milliseconds": 10_000}
        told |= {"Daily": 650_000, "Daily-Remaining": 650_000 - len(self.asked)}
        return {} if search else {f"{head}-{name}": str(value) for name, value in told.items()}

    def _routed(self, method: str, path: str, query: dict[str, str], body: Record) -> tuple[int, Record]:
        parts = path.strip("/").split("/")
        match [method, *parts]:
            case ["GET", "crm", "objects", _, name] if name in self.things:
                return 200, self._listed(name, query)
            case ["POST", "crm", "objects", _, name, "search"] if name in self.things:
                return 200, self._search(name, body)
            case ["POST", "crm", "objects", _, name, "batch", "read"] if name in self.things:
                return self._batch(name, body)
            case ["POST", "crm", "associations", _, name, other, "batch", "read"]:
                return self._linked(name, other, body)
            case ["GET", "crm", "owners", _]:
                self._need("owners")
                archived = query.get("archived") == "true"
                return 200, _paged([o for o in self.owners if o["archived"] == archived], query, 500)
            case ["GET", "crm", "pipelines", _, "deals"]:
                return 200, self._pipelines()
            case ["GET", "crm", "properties", _, name]:
                self._need(name)
                return 200, {"results": [a_property("createdate", "Create Date", True), *self.custom.get(name, [])]}
            case ["GET", "account-info", _, "details"]:
                return 200, {"portalId": 147_512, "uiDomain": self.host, "timeZone": "Europe/Berlin"}
        raise Refusal(404, "Unable to find the page", "OBJECT_NOT_FOUND")

    def _need(self, name: str) -> None:
        own = name if name in ("companies", "deals", "owners") else "contacts"
        scope = "sales-email-read" if name == "emails" else f"crm.objects.{own}.read"
        if scope not in self.scopes:
            told = "This app hasn't been granted all required scopes to make this call."
            more = [{"message": "One or more scopes are required.", "context": {"requiredGranularScopes": [scope]}}]
            raise Refusal(403, told, "MISSING_SCOPES", errors=more)

    def _listed(self, name: str, query: dict[str, str]) -> Record:
        others = [each for each in query.get("associations", "").split(",") if each]
        for each in (name, *others):
            self._need(each)
        archived, asked = query.get("archived") == "true", query.get("properties", "").split(",")
        things = [thing for thing in self.things[name].values() if (thing.archived is not None) == archived]
        limited = query | {"limit": str(min(int(query.get("limit", 10)), self.page))} if self.page < 100 else query
        page = _paged(sorted(things, key=lambda t: int(t.id)), limited, 100, lambda t: t.id)
        told = [self._told(name, thing, self.full(name, thing), asked) for thing in page["results"]]
        for one in told:
            beside = {other: self._beside(name, one["id"], other) for other in others}
            if found := {other: ids for other, ids in beside.items() if ids["results"]}:
                one["associations"] = found
        return page | {"results": told}

    def _beside(self, name: str, number: str, other: str) -> Record:
        ids = self._ids_beside(name, number, other)
        told: Record = {"results": [{"id": i, "type": f"{name}_to_{other}"} for i in ids[: self.inline]]}
        return told | ({"paging": {"next": {"after": "MTAw", "link": "?"}}} if len(ids) > self.inline else {})

    def _ids_beside(self, name: str, number: str, other: str) -> list[str]:
        """Ids of associated objects that are there, in no order that means anything."""
        found = {i for kind, i in self.links.get((name, number), ()) if kind == other}
        return sorted((i for i in found if self.things[other][i].archived is None), key=lambda i: (i[-1], i))

    def _search(self, name: str, body: Record) -> Record:
        self._need(name)
        limit, offset = int(body.get("limit", 10)), int(body.get("after") or 0)
        if limit > 200 or offset + limit > self.wall:
            raise Refusal(400, "There was a problem with the request.", "VALIDATION_ERROR")
        now = self.clock.now
        known = [(t, [state for at, state in t.searchable if at <= now][-1:]) for t in self.things[name].values()]
        found = [(thing, state[0]) for thing, state in known if state and state[0] is not None]
        for each in (f for group in body.get("filterGroups", []) for f in group["filters"]):
            found = [(t, s) for t, s in found if _passes(s.get(each["propertyName"], ""), each)]
        for order in body.get("sorts", []):
            found.sort(key=lambda pair: pair[1].get(order["propertyName"], ""))
        told = [self._told(name, thing, state, body.get("properties", [])) for thing, state in found[offset:][:limit]]
        paging = {"paging": {"next": {"after": str(offset + limit)}}} if len(found) > offset + limit else {}
        return {"total": len(found), "results": told} | paging

    def _batch(self, name: str, body: Record) -> tuple[int, Record]:
        self._need(name)
        numbers = [str(each["id"]) for each in body["inputs"]]
        if len(numbers) > 100 or not all(number.isdecimal() for number in numbers):
            raise Refusal(400, "Invalid input JSON", "VALIDATION_ERROR")
        asked = [self.things[name].get(self.merged.get((name, number), number)) for number in numbers]
        there = {thing.id: thing for thing in asked if thing and thing.archived is None}
        told = [self._told(name, t, self.full(name, t), body.get("properties", [])) for t in there.values()]
        return self._batched(told, len(numbers) - len(told), "OBJECT_NOT_FOUND")

    def _linked(self, name: str, other: str, body: Record) -> tuple[int, Record]:
        self._need(name)
        self._need(other)
        if len(body["inputs"]) > 1000:
            raise Refusal(400, "Batch size exceeds the maximum of 1000", "VALIDATION_ERROR")
        told, none = [], 0
        for each in body["inputs"]:
            page = _paged(self._ids_beside(name, each["id"], other), {**each, "limit": "500"}, 500, lambda i: i)
            kinds = [{"category": "HUBSPOT_DEFINED", "typeId": 190, "label": None}]
            to = [{"toObjectId": number, "associationTypes": kinds} for number in page.pop("results")]
            none += not to
            told += [{"from": {"id": each["id"]}, "to": to} | page] if to else []
        return self._batched(told, none, "NO_ASSOCIATIONS_FOUND")

    def _batched(self, told: list[Record], missing: int, why: str) -> tuple[int, Record]:
        at = stamp(self.clock.now)
        answer = {"status": "COMPLETE", "results": told, "startedAt": at, "completedAt": at}
        errors = [{"status": "error", "category": "OBJECT_NOT_FOUND", "message": why, "context": {}}]
        return (207, answer | {"numErrors": missing, "errors": errors}) if missing else (200, answer)

    def _pipelines(self) -> Record:
        self._need("deals")
        at = {"createdAt": stamp(START), "updatedAt": stamp(START), "archived": False, "displayOrder": 0}
        stages = [
            {"id": key, "label": label, "metadata": {"isClosed": closed, "probability": chance}} | at
            for key, label, closed, chance in self.stages
        ]
        return {"results": [{"id": "default", "label": "Vertrieb", "stages": stages} | at]}

    def _told(self, name: str, thing: Thing, state: dict[str, str], asked: Sequence[str]) -> Record:
        at = state["lastmodifieddate" if name == "contacts" else "hs_lastmodifieddate"]
        own = ("hs_object_id", "createdate", "lastmodifieddate" if name == "contacts" else "hs_lastmodifieddate")
        told = {key: state.get(key) for key in (*own, *asked) if key}
        answer = {"id": thing.id, "properties": told, "createdAt": stamp(thing.created), "updatedAt": at}
        gone = {"archivedAt": stamp(thing.archived)} if thing.archived is not None else {}
        return answer | {"archived": thing.archived is not None} | gone


def _dated(path: str) -> str:
    """A path of any edition as one of the dated."""
    return _DATED.sub(r"/crm/\1/2026-03", path).rstrip("/")


def _passes(value: str, asked: Record) -> bool:
    """Whether a date passes a filter, which gives it in milliseconds."""
    at = datetime.fromisoformat(value).timestamp() * 1000
    low = int(asked["value"])
    return {"GTE": at >= low, "GT": at > low, "LTE": at <= low, "LT": at < low}[asked["operator"]]


def _paged(
    items: list[Any], query: dict[str, Any], most: int, key: Callable[[Any], str] = lambda each: str(each["id"])
) -> Record:
    """A page of items; `after` is the last one told before."""
    limit = int(query.get("limit") or 10)
    if not 0 < limit <= most:
        raise Refusal(400, f"limit must be at most {most}", "VALIDATION_ERROR")
    after = str(query.get("after") or "")
    start = next((at + 1 for at, each in enumerate(items) if key(each) == after), 0)
    if after and not start:
        start = sum(int(key(each)) <= int(after) for each in items)
    page, rest = items[start : start + limit], items[start + limit :]
    paging = {"paging": {"next": {"after": key(page[-1]), "link": "?after"}}} if rest else {}
    return {"results": page} | paging
