"""HubSpot's objects → entries such as the rows of its exports give, so that both make like documents. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from indexer.sources.crm_entries import Entry
from indexer.sources.crm_words import TableKind
from indexer.sources.loose import Record, flag, record, records, string
from indexer.sources.markup import from_either
from indexer.sources.text import emails_in, first_line, one_line

_SHARED = ("hs_shared_user_ids", "hs_shared_team_ids")
_ALWAYS = ("hubspot_owner_id", "createdate", "hs_createdate", "hs_timestamp", *_SHARED)
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)[\d:.]*Z")
_ROLE = re.compile(r"[a-z_]+")
_MOST_OWN, _MOST_STAFF = 60, 50
# Name, kind, HubSpot's number, scope, what it may belong to; then roles, and under capital names the fields to show.
# Of emails neither text nor HTML is asked for: their words are in the mailboxes already.
_TABLE = """
contacts contact 0-1 crm.objects.contacts.read companies
  title: firstname lastname, emails: email hs_additional_emails, phones: phone mobilephone, job: jobtitle
  changed: lastmodifieddate, Lifecycle Stage: lifecyclestage, Lead Status: hs_lead_status, City: city, Country: country
companies company 0-2 crm.objects.companies.read contacts
  title: name, domain: domain hs_additional_domains website, body: description, phones: phone
  Industry: industry, City: city, Country: country
deals deal 0-3 crm.objects.deals.read companies contacts
  title: dealname, body: description, stage: pipeline dealstage, Amount: amount, Currency: deal_currency_code
  Close Date: closedate, Closed Won Reason: closed_won_reason, Closed Lost Reason: closed_lost_reason
notes note 0-46 crm.objects.contacts.read companies contacts deals
  body: hs_note_body
calls activity 0-48 crm.objects.contacts.read companies contacts deals
  title: hs_call_title, body: hs_call_body, state: hs_call_status, Direction: hs_call_direction
meetings activity 0-47 crm.objects.contacts.read companies contacts deals
  title: hs_meeting_title, body: hs_meeting_body hs_internal_meeting_notes, state: hs_meeting_outcome
  Start: hs_meeting_start_time, Location: hs_meeting_location
emails activity 0-49 sales-email-read companies contacts deals
  title: hs_email_subject, state: hs_email_status, Direction: hs_email_direction
  author: hs_email_from_firstname hs_email_from_lastname hs_email_from_email
  contacts: hs_email_to_firstname hs_email_to_lastname hs_email_to_email
tasks activity 0-27 crm.objects.contacts.read companies contacts deals
  title: hs_task_subject, body: hs_task_body, state: hs_task_status, Priority: hs_task_priority"""


@dataclass(frozen=True, slots=True)
class Shape:
    """A type of object: its name in paths, what it becomes, and which of its properties play which role."""

    name: str
    kind: TableKind
    number: str
    scope: str
    beside: tuple[str, ...]
    roles: dict[str, tuple[str, ...]]

    @property
    def word(self) -> str:
        """One of it: `note`."""
        return "company" if self.name == "companies" else self.name.removesuffix("s")

    @property
    def changed(self) -> str:
        """The property that says when it was changed."""
        return self.roles.get("changed", ("hs_lastmodifieddate",))[0]

    @property
    def properties(self) -> tuple[str, ...]:
        """What to ask for."""
        told = (name for names in self.roles.values() for name in names)
        return tuple(dict.fromkeys((*told, *_ALWAYS, self.changed)))

    def key(self, number: str) -> str:
        """Kind and native id as they end a document's id: calls, meetings, emails and tasks are all activities."""
        return f"activity:{self.word}-{number}" if self.kind == "activity" else f"{self.kind}:{number}"


def _shape(told: str) -> Shape:
    head, *lines = told.split("\n")
    name, kind, number, scope, *beside = head.split()
    parts = (part.split(": ") for line in lines for part in line.strip().split(", "))
    roles = {role: tuple(names.split()) for role, names in parts}
    return Shape(name, cast(TableKind, kind), number, scope, tuple(beside), roles)


SHAPES = {shape.name: shape for shape in map(_shape, re.split(r"\n(?=\w)", _TABLE.strip()))}
"""All that is read, in the order it is read: those whom others name come first."""


def own_roles(answer: Record) -> dict[str, tuple[str, ...]]:
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
    return ends.get(string(meta.get("probability")), "closed") if flag(meta.get("isClosed")) else ""


def owner_of(told: Record) -> Entry:
    """A user who owns records."""
    emails = emails_in(string(told.get("email")))
    title = one_line(f"{string(told.get('firstName'))} {string(told.get('lastName'))}") or "".join(emails[:1])
    return Entry("user", "hubspot", string(told.get("id")), True, title, {}, emails, (), (), "owners")


def entry_of(
    shape: Shape, found: Record, beside: Mapping[str, Sequence[str]], stages: Mapping[str, tuple[str, str]]
) -> Entry:
    """The entry of an object that is associated with the ids `beside` it."""
    values = {name: string(value).strip() for name, value in record(found.get("properties")).items()}
    told = {role: tuple(v for name in names if (v := values.get(name))) for role, names in shape.roles.items()}
    told |= {role: (value,) for role, value in _common(shape, found, values, beside) if value}
    told |= _stage(told["stage"], stages) if "stage" in told else _correspondents(told)
    emails, number = emails_in(" ".join(told.get("emails", ()))), string(found.get("id"))
    return Entry(
        kind=shape.kind,
        product="hubspot",
        native_id=shape.key(number).partition(":")[2],
        stated=True,
        title=_title(shape, told, emails),
        told={role: values for role, values in told.items() if values and _ROLE.fullmatch(role)},
        emails=emails,
        phones=tuple(one_line(each, 60) for each in told.get("phones", ())),
        rest=tuple((role, _said(shape, v)) for role, vs in told.items() if not _ROLE.fullmatch(role) for v in vs),
        place=f"{shape.word} {number}",
    )


def _common(
    shape: Shape, found: Record, values: Mapping[str, str], beside: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, str]]:
    """What every object tells: owner, times, state, whether it is shared with some only, what it belongs to."""
    yield "owner", values.get("hubspot_owner_id", "")
    yield "created", values.get("createdate") or values.get("hs_createdate") or string(found.get("createdAt"))
    yield "updated", values.get(shape.changed) or string(found.get("updatedAt"))
    yield "date", values.get("hs_timestamp", "")
    yield "private", "true" if any(map(values.get, _SHARED)) else ""
    if shape.kind == "activity":
        yield "type", shape.word.capitalize()
        yield "state", _said(shape, values.get(shape.roles["state"][0], ""))
    for name, numbers in beside.items():
        yield f"{SHAPES[name].kind}_ids", ";".join(numbers[:_MOST_STAFF] if shape.kind == "company" else numbers)


def _stage(told: tuple[str, ...], stages: Mapping[str, tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """The name of a deal's stage, and how it ends there; that of a stage nobody explains is its id."""
    label, end = stages.get(" ".join(told), ("".join(told[-1:]), ""))
    return {"stage": (label,), end: ("true",)} if end else {"stage": (label,)}


def _correspondents(told: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Who wrote an email and which customer was at the other end."""
    writer, reader = (_named(told.get(role, ())) for role in ("author", "contacts"))
    coming = "INCOMING" in "".join(told.get("Direction", ()))
    return {"author": (writer,), "contacts": (writer if coming else reader,)} if "author" in told else {}


def _named(told: Sequence[str]) -> str:
    """`Jörg Brückner <j.brueckner@example.de>`"""
    names, addresses = " ".join(part for part in told if "@" not in part), emails_in(" ".join(told))
    return f"{names} <{addresses[0]}>" if names and len(addresses) == 1 else "; ".join(addresses)


def _title(shape: Shape, told: Mapping[str, tuple[str, ...]], emails: Sequence[str]) -> str:
    """Its name; else the first line of its text; else an address; else what it is."""
    text = first_line(from_either(told["body"][0])) if told.get("body") and shape.kind in ("note", "activity") else ""
    names = (" ".join(told.get("title", ())), text, *emails, *told.get("phones", ()), *told.get("domain", ()))
    return next((line for name in names if (line := one_line(name))), shape.word.capitalize())


def _said(shape: Shape, value: str) -> str:
    """A value as people would write it: days and times instead of stamps, `Not started` instead of NOT_STARTED."""
    if moment := _MOMENT.fullmatch(value):
        return moment[1] if moment[2] == "00:00" else f"{moment[1]} {moment[2]} UTC"
    shouted = value.isupper() and value.replace("_", "").isalpha() and (shape.kind == "activity" or "_" in value)
    return value.replace("_", " ").capitalize() if shouted else value
