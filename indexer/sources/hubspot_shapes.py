"""HubSpot's objects → entries such as the rows of its exports give, so that both make like documents. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from indexer.sources.crm_around import entry_of_columns
from indexer.sources.crm_entries import Entry
from indexer.sources.crm_words import TableKind
from indexer.sources.loose import Record, flag, record, records, string
from indexer.sources.marks import moment
from indexer.sources.text import emails_in, one_line

_SHARED = ("hs_shared_user_ids", "hs_shared_team_ids")
_ALWAYS = ("hubspot_owner_id", "createdate", "hs_createdate", "hs_timestamp", *_SHARED)
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)[\d:.]*Z")
_MOST_OWN, _MOST_STAFF = 60, 50
# Name, kind, HubSpot's number, scope, what it may belong to; then columns as in exports, and properties that make them.
# What begins with a capital is told under just that name.
# Of emails neither text nor HTML is asked for: their words are in the mailboxes already.
_TABLE = """
contacts contact 0-1 crm.objects.contacts.read companies
  full name: firstname lastname, email: email hs_additional_emails, phone: phone, mobile phone: mobilephone
  job title: jobtitle, updated: lastmodifieddate
  Lifecycle Stage: lifecyclestage, Lead Status: hs_lead_status, City: city, Country: country
companies company 0-2 crm.objects.companies.read contacts
  name: name, domain: domain, email domain: hs_additional_domains, website: website
  description: description, phone: phone
  Industry: industry, City: city, Country: country
deals deal 0-3 crm.objects.deals.read companies contacts
  name: dealname, description: description, stage: pipeline dealstage, Amount: amount, Currency: deal_currency_code
  Close Date: closedate, Closed Won Reason: closed_won_reason, Closed Lost Reason: closed_lost_reason
notes note 0-46 crm.objects.contacts.read companies contacts deals
  body: hs_note_body
calls activity 0-48 crm.objects.contacts.read companies contacts deals
  title: hs_call_title, body: hs_call_body, status: hs_call_status, Direction: hs_call_direction
meetings activity 0-47 crm.objects.contacts.read companies contacts deals
  title: hs_meeting_title, body: hs_meeting_body, meeting notes: hs_internal_meeting_notes
  status: hs_meeting_outcome
  Start: hs_meeting_start_time, Location: hs_meeting_location
emails activity 0-49 sales-email-read companies contacts deals
  title: hs_email_subject, status: hs_email_status, Direction: hs_email_direction
  author: hs_email_from_firstname hs_email_from_lastname hs_email_from_email
  contacts: hs_email_to_firstname hs_email_to_lastname hs_email_to_email
tasks activity 0-27 crm.objects.contacts.read companies contacts deals
  title: hs_task_subject, body: hs_task_body, status: hs_task_status, Priority: hs_task_priority"""


@dataclass(frozen=True, slots=True)
class Shape:
    """A type of object: its name in paths, what it becomes, and which of its properties make which column."""

    name: str
    kind: TableKind
    number: str
    scope: str
    beside: tuple[str, ...]
    columns: dict[str, tuple[str, ...]]

    @property
    def word(self) -> str:
        """One of it: `note`."""
        return "company" if self.name == "companies" else self.name.removesuffix("s")

    @property
    def changed(self) -> str:
        """The property that says when it was changed."""
        return self.columns.get("updated", ("hs_lastmodifieddate",))[0]

    @property
    def properties(self) -> tuple[str, ...]:
        """What to ask for."""
        told = (name for names in self.columns.values() for name in names)
        return tuple(dict.fromkeys((*told, *_ALWAYS, self.changed)))

    def key(self, number: str) -> str:
        """Kind and native id as they end a document's id: calls, meetings, emails and tasks are all activities."""
        return f"activity:{self.word}-{number}" if self.kind == "activity" else f"{self.kind}:{number}"


def _shape(told: str) -> Shape:
    head, *lines = told.split("\n")
    name, kind, number, scope, *beside = head.split()
    parts = (part.split(": ") for line in lines for part in line.strip().split(", "))
    columns = {header: tuple(names.split()) for header, names in parts}
    return Shape(name, cast(TableKind, kind), number, scope, tuple(beside), columns)


SHAPES = {shape.name: shape for shape in map(_shape, re.split(r"\n(?=\w)", _TABLE.strip()))}
"""All that is read, in the order it is read: those whom others name come first."""


def own_columns(answer: Record) -> dict[str, tuple[str, ...]]:
    """The properties that people of the portal added for all of them to read, under their labels."""
    own = [each for each in records(answer.get("results")) if not flag(each.get("hubspotDefined"))]
    open_ = [e for e in own if not flag(e.get("hidden")) and string(e.get("dataSensitivity")) in ("", "non_sensitive")]
    told = {one_line(string(e.get("label"))): string(e.get("name")) for e in open_[:_MOST_OWN]}
    return {label[:1].upper() + label[1:]: (name,) for label, name in told.items() if label and name}


def stages_of(answer: Record) -> dict[str, tuple[str, str]]:
    """The stages of all pipelines under `pipeline stage`: what they are called, and won or lost where they end so."""
    return {
        f"{string(line.get('id'))} {string(stage.get('id'))}": (one_line(string(stage.get("label"))), _end(stage))
        for line in records(answer.get("results"))
        for stage in records(line.get("stages"))
    }


def _end(stage: Record) -> str:
    meta = record(stage.get("metadata"))
    ends = {"1.0": "won", "1": "won", "0.0": "lost", "0": "lost"}
    return ends.get(string(meta.get("probability")), "is closed") if flag(meta.get("isClosed")) else ""


def people_of(owners: Iterable[Record]) -> dict[str, str]:
    """Users who own records, as people write them, under their ids and addresses."""
    people: dict[str, str] = {}
    for each in owners:
        told = " ".join(string(each.get(name)) for name in ("firstName", "lastName", "email"))
        people |= dict.fromkeys((string(each.get("id")), *emails_in(told)), _named(told))
    return people


def entry_of(
    shape: Shape,
    found: Record,
    beside: Mapping[str, Sequence[str]],
    people: Mapping[str, str],
    stages: Mapping[str, tuple[str, str]],
) -> Entry:
    """The entry of an object that is associated with the ids `beside` it."""
    values = {name: string(value).strip() for name, value in record(found.get("properties")).items()}
    told = {column: " ".join(v for name in names if (v := values.get(name))) for column, names in shape.columns.items()}
    cells = {column: value for column, value in told.items() if column[0].islower()}
    shown = [(label, _said(shape, value)) for label, value in told.items() if value and label not in cells]
    cells |= dict(_common(shape, found, values))
    cells["owner"] = people.get(values.get("hubspot_owner_id", ""), "")
    most = _MOST_STAFF if shape.kind == "company" else None
    cells |= {f"{SHAPES[name].kind} ids": ";".join(numbers[:most]) for name, numbers in beside.items()}
    cells |= _stage(told["stage"], stages) if "stage" in told else _correspondents(told, people)
    return entry_of_columns(shape.kind, "hubspot", cells, shown)


def _common(shape: Shape, found: Record, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What every object tells: its id, times, whether it is shared with some only; of what was done, how far it is."""
    yield "id", shape.key(string(found.get("id"))).partition(":")[2]
    yield "created", values.get("createdate") or values.get("hs_createdate") or string(found.get("createdAt"))
    yield "updated", values.get(shape.changed) or string(found.get("updatedAt"))
    yield "date", values.get("hs_timestamp", "")
    yield "private", "true" if any(map(values.get, _SHARED)) else ""
    if shape.kind == "company":
        yield "name", values.get("name") or values.get("domain", "")
    if shape.kind == "activity":
        yield "type", shape.word.capitalize()
        yield "status", _said(shape, values.get(shape.columns["status"][0], ""))


def _stage(told: str, stages: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """The name of a deal's stage, and how it ends there; that of a stage nobody explains is its id."""
    label, end = stages.get(told, (told.rpartition(" ")[2], ""))
    return {"stage": label, end: "true"} if end else {"stage": label}


def _correspondents(told: Mapping[str, str], people: Mapping[str, str]) -> dict[str, str]:
    """Who wrote an email and which customer was at the other end."""
    if "author" not in told:
        return {}
    writer, reader = _named(told["author"]), _named(told["contacts"])
    by = next((people[address] for address in emails_in(writer) if address in people), writer)
    return {"author": by, "contacts": writer if "INCOMING" in told["Direction"] else reader}


def _named(told: str) -> str:
    """`Jörg Brückner <j.brueckner@example.de>`"""
    names, addresses = " ".join(word for word in told.split() if "@" not in word), emails_in(told)
    return f"{names} <{addresses[0]}>" if names and len(addresses) == 1 else "; ".join(addresses) or names


def _said(shape: Shape, value: str) -> str:
    """A value as people would write it: days and times instead of stamps, `Not started` instead of NOT_STARTED."""
    if moment := _MOMENT.fullmatch(value):
        return moment[1] if moment[2] == "00:00" else f"{moment[1]} {moment[2]} UTC"
    shouted = value.isupper() and value.replace("_", "").isalpha() and (shape.kind == "activity" or "_" in value)
    return value.replace("_", " ").capitalize() if shouted else value


def changed_at(name: str, found: Record) -> float:
    """When an object was changed, in whole epoch seconds."""
    return (
        moment(string(record(found.get("properties")).get(SHAPES[name].changed)) or string(found.get("updatedAt"))) // 1
    )
