"""A Salesforce org on this machine: its REST paths, its SOQL as far as we speak it, its limits and its moods."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.recorded import Answered, Asked, serving

TOKEN = "00D000000000062!AQ4AQFgeheim0123456789"
OBJECTS: Mapping[str, tuple[str, str]] = {
    "User": ("005", "Name Email"),
    "Account": ("001", "Name Website Description Phone Industry Type BillingCity BillingCountry Branche__c"),
    "Contact": ("003", "FirstName LastName Email AccountId Title Phone MobilePhone Department MailingCity Description"),
    "Opportunity": ("006", "Name AccountId StageName IsClosed IsWon Description Amount CloseDate Type Probability"),
    "Note": ("002", "Title Body ParentId IsPrivate"),
    "ContentNote": ("069", "Title TextPreview Content SharingPrivacy"),
    "ContentDocumentLink": ("06A", "ContentDocumentId LinkedEntityId"),
    "Task": ("00T", "Subject Description Status IsClosed WhoId WhatId AccountId ActivityDate TaskSubtype"),
    "Event": ("00U", "Subject Description WhoId WhatId IsPrivate AccountId StartDateTime Location"),
}
COMMON = ("Id", "IsDeleted", "CreatedDate", "CreatedById", "LastModifiedDate", "SystemModstamp", "OwnerId")
_QUERY = re.compile(
    r"SELECT (?P<fields>.+?) FROM (?P<object>\w+)(?: WHERE (?P<where>.+?))?(?: ORDER BY (?P<order>[\w, ]+?))?"
    r"(?: LIMIT (?P<limit>\d+))?"
)
_CONDITION = re.compile(r"(?P<field>\w+) (?P<operator>>=|=|IN) (?P<value>.+)")
_SUBQUERY = re.compile(r"\(SELECT (.+?) FROM (\w+) WHERE IsDeleted = false LIMIT (\d+)\)")


def _relation(name: str) -> str | None:
    return name.removesuffix("Id") if name.endswith("Id") and name != "Id" else None


class Refusal(Exception):
    """An error as Salesforce tells it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.answered = Answered(status, json.dumps([{"message": message, "errorCode": code}]).encode())


def long_id(prefix: str, number: int) -> str:
    """An id of 18 characters; the last three spell which of the others are capitals."""
    digits = "".join(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[number // 62**i % 62] for i in range(8)
    )
    short = f"{prefix}5g00{digits[::-1]}"
    parts = (short[at : at + 5] for at in (0, 5, 10))
    bits = (sum(1 << i for i, c in enumerate(part) if c.isupper()) for part in parts)
    return short + "".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[each] for each in bits)


def written(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.000+0000"


@dataclass
class Org:
    """Records under their ids, and how the org behaves. Time goes on by a minute with every change."""

    now: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    batch: int = 3
    step: timedelta = timedelta(minutes=1)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    deleted: list[tuple[str, str, datetime]] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    moods: list[Answered | str | None] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    left: int = 100_000
    log_begins: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    _locators: dict[str, tuple[list[dict[str, Any]], int]] = field(default_factory=dict)

    def add(self, kind: str, **told: Any) -> str:
        """A new record; its id."""
        number = long_id(OBJECTS[kind][0], len(self.records) + 1)
        self.now += self.step
        user = next((each for each in self.records if each.startswith("005")), "")
        made = {"Id": number, "IsDeleted": False, "CreatedDate": self.now, "CreatedById": user, "OwnerId": user}
        blank = dict.fromkeys(OBJECTS[kind][1].split()) | {"IsPrivate": False, "IsClosed": False, "IsWon": False}
        self.records[number] = {"kind": kind} | blank | made | told
        self._stamp(number)
        return number

    def change(self, number: str, **told: Any) -> None:
        self.now += self.step
        self.records[number] |= told
        self._stamp(number)

    def delete(self, number: str, purged: bool = False) -> None:
        """Into the bin, or for good."""
        self.change(number, IsDeleted=True)
        self.deleted.append((self.records[number]["kind"], number, self.now))
        if purged:
            del self.records[number]

    def forget_queries(self) -> None:
        self._locators.clear()

    def _stamp(self, number: str) -> None:
        self.records[number] |= {"SystemModstamp": self.now, "LastModifiedDate": self.now}

    def fields(self, kind: str) -> list[str]:
        """The fields of an object that the token's user may see; files have no SystemModstamp."""
        every = (
            [*COMMON, *OBJECTS[kind][1].split()] if kind != "ContentDocumentLink" else ["Id", *OBJECTS[kind][1].split()]
        )
        lacking = {"SystemModstamp", "IsDeleted"} if kind == "ContentNote" else set()
        return [name for name in every if name not in lacking and f"{kind}.{name}" not in self.hidden]

    def answer(self, asked: Asked) -> Answered:
        """What Salesforce would say; a mood goes before."""
        self.asked.append(asked)
        mood = self.moods.pop(0) if self.moods else None
        if isinstance(mood, Answered):
            return mood
        try:
            told = self._routed(asked, mood)
        except Refusal as refusal:
            return refusal.answered
        self.left -= 1
        limits = {"Content-Type": "application/json", "Sforce-Limit-Info": f"api-usage={100_000 - self.left}/100000"}
        return Answered(200, told if isinstance(told, bytes) else json.dumps(told).encode(), limits)

    def _routed(self, asked: Asked, mood: str | None) -> Any:
        if asked.path == "/services/oauth2/token":
            return self._token(asked)
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            raise Refusal(401, "INVALID_SESSION_ID", "Session expired or invalid")
        if self.left <= 0:
            raise Refusal(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        path = re.sub(r"^/services/data/v\d\d\.0/", "", asked.path)
        query = dict(asked.query)
        if match := re.fullmatch(r"(query|queryAll)/?", path):
            return self._found(query.get("q", ""), match[1] == "queryAll")
        if match := re.fullmatch(r"query(?:All)?/(\w+)-\d+", path):
            return self._more(match[1], mood)
        if match := re.fullmatch(r"sobjects/(\w+)/(.*)", path):
            return self._object(match[1], match[2], query, asked)
        raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")

    def _token(self, asked: Asked) -> dict[str, str]:
        if asked.body != b"grant_type=client_credentials" or not asked.headers["authorization"].startswith("Basic "):
            raise Refusal(400, "invalid_grant", "authentication failure")
        fresh = f"{TOKEN}{len(self.asked)}"
        self.tokens = {fresh}
        return {"access_token": fresh, "token_type": "Bearer", "instance_url": "https://firma.my.salesforce.com"}

    def _object(self, kind: str, rest: str, query: Mapping[str, str], asked: Asked) -> Any:
        if kind not in OBJECTS or kind in self.hidden:
            raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")
        if rest == "describe":
            named = [
                {"name": name, "type": "string", "custom": name.endswith("__c"), "relationshipName": _relation(name)}
                for name in self.fields(kind)
            ]
            return {"name": kind, "queryable": True, "fields": named}
        if rest == "deleted/":
            return self._deleted(kind, query)
        number = rest.removesuffix("/Content")
        found = self.records.get(number)
        if not found or found["IsDeleted"]:
            raise Refusal(404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: " + rest)
        if rest.endswith("/Content"):
            return str(found["Content"]).encode()
        if asked.method == "PATCH":
            self.change(number, **json.loads(asked.body))
        return self._row(found, self.fields(kind))

    def _deleted(self, kind: str, query: Mapping[str, str]) -> dict[str, Any]:
        start, end = (datetime.fromisoformat(query[name]) for name in ("start", "end"))
        if end - start < timedelta(minutes=1) or kind == "ContentNote":
            raise Refusal(400, "INVALID_REPLICATION_DATE", "startDate before org replication enabled date")
        told = [each for each in self.deleted if each[0] == kind and max(start, self.log_begins) <= each[2] <= end]
        rows = [{"id": number, "deletedDate": written(at)} for _, number, at in told]
        return {
            "deletedRecords": rows,
            "earliestDateAvailable": written(self.log_begins),
            "latestDateCovered": written(end),
        }

    def _found(self, soql: str, everything: bool) -> dict[str, Any]:
        match = _QUERY.fullmatch(_SUBQUERY.sub("@", soql))
        if not match:
            raise Refusal(400, "MALFORMED_QUERY", f"unexpected token: {soql[:40]}")
        kind = match["object"]
        if kind not in OBJECTS or kind in self.hidden:
            raise Refusal(400, "INVALID_TYPE", f"sObject type '{kind}' is not supported.")
        if kind == "ContentDocumentLink" and "ContentDocumentId IN" not in soql:
            raise Refusal(
                400, "MALFORMED_QUERY", "Implementation restriction: filter by ContentDocumentId or LinkedEntityId"
            )
        for name in (name.strip().partition(".") for name in match["fields"].replace("@", "").split(",")):
            if name[0]:
                self._known(kind, f"{name[0]}Id" if name[1] else name[0])
        if (beside := _SUBQUERY.search(soql)) and "Contact" in self.hidden:
            raise Refusal(400, "INVALID_FIELD", "Didn't understand relationship 'Contacts' in field path.")
        for name in beside[1].split(", ") if beside else ():
            self._known("Contact", name)
        rows = [r for r in self.records.values() if r["kind"] == kind and (everything or not r["IsDeleted"])]
        for condition in filter(None, (match["where"] or "").split(" AND ")):
            rows = [row for row in rows if self._holds(row, condition, kind)]
        for name in reversed((match["order"] or "").replace(",", " ").split()):
            rows.sort(key=lambda row, name=name: row[self._known(kind, name)])  # type: ignore[misc]
        names = [name.strip() for name in match["fields"].split(",")]
        told = [self._row(row, names, _SUBQUERY.search(soql)) for row in rows[: int(match["limit"] or len(rows))]]
        locator = f"01g{len(self.asked):012}"
        self._locators[locator] = (told, 0)
        return self._more(locator, None)

    def _more(self, locator: str, mood: str | None) -> dict[str, Any]:
        """The next page of a query. Moods: `again` tells the last page once more, `skip` leaves one out."""
        if locator not in self._locators:
            raise Refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        rows, at = self._locators[locator]
        at = max(0, at - self.batch) if mood == "again" else at + self.batch if mood == "skip" else at
        page, after = rows[at : at + self.batch], at + self.batch
        self._locators[locator] = (rows, after)
        told: dict[str, Any] = {"totalSize": len(rows), "done": after >= len(rows), "records": page}
        return told if told["done"] else told | {"nextRecordsUrl": f"/services/data/v62.0/query/{locator}-{after}"}

    def _known(self, kind: str, name: str) -> str:
        if name not in self.fields(kind):
            raise Refusal(
                400, "INVALID_FIELD", f"\nERROR at Row:1:Column:8\nNo such column '{name}' on entity '{kind}'."
            )
        return name

    def _holds(self, row: Mapping[str, Any], condition: str, kind: str) -> bool:
        match = _CONDITION.fullmatch(condition)
        if not match:
            raise Refusal(400, "MALFORMED_QUERY", condition)
        value, wanted = row[self._known(kind, match["field"])], match["value"]
        if match["operator"] == "IN":
            return f"'{value}'" in wanted.strip("()").split(", ")
        if match["operator"] == "=":
            return wanted in (str(value).lower(), f"'{value}'")
        return bool(value >= datetime.strptime(wanted, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC))

    def _row(self, row: Mapping[str, Any], names: list[str], beside: re.Match[str] | None = None) -> dict[str, Any]:
        """A record as queries tell it, with its relations one level deep."""
        kind = row["kind"]
        told: dict[str, Any] = {
            "attributes": {"type": kind, "url": f"/services/data/v62.0/sobjects/{kind}/{row['Id']}"}
        }
        for name in names:
            relation, _, inner = name.partition(".")
            if name == "@" and beside:
                told[beside[2]] = self._children(row["Id"], beside)
            elif inner:
                person = self.records.get(row[self._known(kind, f"{relation}Id")])
                told.setdefault(relation, {"attributes": {"type": "User"}} if person else None)
                told[relation] = (told[relation] | {inner: person[inner]}) if person else None
            else:
                value = row[self._known(kind, name)]
                told[name] = written(value) if isinstance(value, datetime) else value
        return told

    def _children(self, number: str, beside: re.Match[str]) -> dict[str, Any] | None:
        rows = [r for r in self.records.values() if r["kind"] == "Contact" and r["AccountId"] == number]
        told = [self._row(r, beside[1].split(", ")) for r in rows if not r["IsDeleted"]][: int(beside[3])]
        return {"totalSize": len(told), "done": True, "records": told} if told else None

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Answer over HTTP; yields the origin."""
        with serving(self.answer) as origin:
            yield origin


def a_small_org() -> Org:
    """Two customers, their people and deals, and what was written about them."""
    org = Org()
    org.add("User", Name="Miriam Özdemir", Email="miriam@firma.example")
    brueckner = org.add(
        "Account", Name="Brückner Logistik GmbH", Website="https://www.brueckner.example", Branche__c="Spedition"
    )
    rail = org.add("Account", Name="Alpenbahn AG", Website="alpenbahn.example", Description="Schiene & Straße")
    joerg = org.add(
        "Contact",
        FirstName="Jörg",
        LastName="Brückner",
        Email="j.brueckner@brueckner.example",
        AccountId=brueckner,
        Title="Einkauf",
    )
    org.add("Contact", FirstName="Anna", LastName="Rossi", Email="rossi@alpenbahn.example", AccountId=rail)
    pilot = org.add("Opportunity", Name="Pilot Nachtzug", AccountId=rail, StageName="Verhandlung", Amount=50000.0)
    org.add("Opportunity", Name="Rahmenvertrag", AccountId=brueckner, StageName="Closed Won", IsClosed=True, IsWon=True)
    org.add("Opportunity", Name="Altlast", AccountId=brueckner, StageName="Ende", IsClosed=True)
    org.add("Note", Title="Telefonat", Body="Jörg will “vier” Züge.\nAngebot bis Mai.", ParentId=pilot)
    org.add("Note", Title="Nur für mich", Body="Gehalt", ParentId=brueckner, IsPrivate=True)
    kept = org.add(
        "ContentNote",
        Title="Besuch in Wien",
        TextPreview="Rampe zu schmal",
        SharingPrivacy="N",
        Content="<p>Rampe zu schmal</p><p>Neue Rampe im Juni &amp; Juli</p>",
    )
    org.add("ContentDocumentLink", ContentDocumentId=kept, LinkedEntityId=pilot)
    org.add("ContentNote", Title="Einkaufsliste", TextPreview="Milch", Content="<p>Milch</p>")
    org.add(
        "Task",
        Subject="Nachfassen",
        Description="Wegen der Rampe",
        Status="Completed",
        IsClosed=True,
        WhoId=joerg,
        WhatId=pilot,
    )
    org.add("Task", Subject="Angebot schreiben", Status="Not Started", WhatId=brueckner, AccountId=brueckner)
    org.add(
        "Event", Subject="Werksbesuch", Description="Halle 3", WhoId=joerg, StartDateTime="2026-03-09T08:00:00.000+0000"
    )
    return org
