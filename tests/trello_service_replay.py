"""Recorded exchanges with the real Trello, asked of the one on this machine, and how its answers differ. Pure.

Recordings hold no request bodies: what was sent is taken from what was answered. Ids become those of a small world
that has one of everything. Of an answer the status, the text of a refusal, and the keys and types are compared.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.trello_service import TrelloService
from tests.trello_service_shapes import Record

KINDS = {"board": "boards", "card": "cards", "list": "lists", "member": "members", "organization": "organizations"}
KINDS |= {"comments": "actions", "checkItem": "checkItems", "customfields": "customFields", "text": "actions"}
KINDS |= {"labelnames": "boards.labelNames"}
KINDS |= {"idBoard": "cards", "idList": "cards", "all": "members", "idMembers": "members"}
_THINGS = "actions boards cards lists members organizations labels checklists checkItems customFields options tokens"
_PARTS = (
    "webhooks attachments customFieldItems membersVoted pluginData labelnames checkItemStates board card list member"
)
_WRITTEN = "webhooks organization comments checkItem customfields all idBoard idList text idLabels idMembers"
WORDS = frozenset(f"{_THINGS} {_PARTS} {_WRITTEN}".split())
OPAQUE = frozenset({"display", "limits", "prefs", "entities", "memberships", "data", "textData", "badges", "cover"})
"""Objects of which we need not have every key."""


LEFT_OUT = {"labels": {"uses"}, "boards": {"invited", "invitations"}, "checkItems": {"creationMethod", "type"}}
LEFT_OUT |= {"cards": {"address", "coordinates", "locationName", "staticMapUrl"}}
"""Keys of real answers that ours lack: told in 2015 and no more in 2020, or of no use to anybody who reads cards."""
ANYWHERE = {"limits", "creationMethod"}


@dataclass(slots=True)
class Keys:
    """Which keys the real answers have: `ever`, by the kind of thing, and `always`, by the question."""

    ever: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    always: dict[str, set[str]] = field(default_factory=dict)

    def take(self, kind: str, question: str, told: object) -> None:
        """Learn from the answer to a question."""
        for thing in told if isinstance(told, list) else [told]:
            if isinstance(thing, dict):
                self.ever[kind] |= set(thing)
                self.always[question] = self.always.get(question, set(thing)) & set(thing)
                for key, value in thing.items():
                    self.take(_inner(kind, key), f"{question} {key}", value)


@dataclass(frozen=True, slots=True)
class Played:
    """A recorded exchange beside our answer to the same question."""

    question: str
    differences: tuple[str, ...]


class World:
    """One of everything, so that every path of a recording leads somewhere."""

    def __init__(self) -> None:
        """A new service each time: what is deleted here is gone."""
        s = self.service = TrelloService(seed=7, post=lambda method, url, headers, body: 200)
        self.other = s.add_member("tom", "Tom Okafor")
        workspace = s.add_organization("Vertrieb", self.other)
        board = s.add_board("Kunden", "org", workspace)
        lane, self.lane = s.add_list(board, "Im Gespräch"), s.add_list(board, "Gewonnen")
        card = s.add_card(lane, "Brückner Logistik", "Pilot mit zwölf Lagern")
        label, field = s.add_label(board, "Bahn"), s.add_custom_field(board, "Region", "list", "Süd", "Nord")
        s.put_label(card, label)
        s.assign(card, s.owner)
        s.set_field(card, field, "Süd")
        checklist = s.add_checklist(card, "Nächste Schritte", "Angebot")
        held = s.records
        held.cards[card]["idMembersVoted"].append(s.owner)
        hook = s.bells.register(s.token, board, "https://signpost.example/trello")
        self.ids = {"boards": board, "lists": lane, "cards": card, "labels": label, "customFields": field}
        self.ids |= {"checklists": checklist, "organizations": workspace, "members": s.owner, "webhooks": hook["id"]}
        self.ids |= {"options": held.custom_fields[field]["options"][0]["id"], "tokens": s.token}
        self.ids |= {"attachments": s.attach(card, "https://brueckner.example/angebot.pdf")}
        self.ids |= {"checkItems": held.checklists[checklist]["checkItems"][0]["id"]}
        self.ids |= {"actions": s.comment(card, "Frau Weiß ruft zurück.")}

    def place(self, path: str, missing: bool) -> str | None:
        """The path with our ids; None where we do not have such a thing."""
        parts, told = path.split("/")[2:], ["", "1"]
        for word, after in zip(["", *parts], parts, strict=False):
            if after in WORDS or after in ("me", "faketokenid"):
                told.append(after)
            elif KINDS.get(word, word) in self.ids:
                told.append(self.ids[KINDS.get(word, word)])
            else:
                return None
        if missing:
            last = max(i for i, part in enumerate(told) if part not in WORDS)
            told[last] = "f" * 24
        return "/".join(told)


def play(exchange: Record, keys: Keys) -> Played | None:
    """Ask it of ours; None where a world of boards cannot say what was asked or sent."""
    asked, answered = exchange["request"], exchange["response"]
    world, status = World(), answered["status"]
    path = world.place(asked["path"], status == 404)
    sent = _sent(asked["method"], asked["path"], answered["body"], world)
    if path is None or sent is None:
        return None
    query = {name: world.ids["actions"] if name == "before" else value for name, value in asked["query"]}
    if status == 401:
        world.service.revoke(world.service.token)
    key, token = world.service.key, world.service.token
    headers = {"Authorization": f'OAuth oauth_consumer_key="{key}", oauth_token="{token}"'}
    answer = world.service.answer(asked["method"], f"{path}?{urlencode(query)}", headers, sent)
    found = list(_headers(answered["headers"], answer.headers))
    if answer.status == 404 and status != 404:
        return None
    if (answer.status, status) != (200, 200):
        same = (answer.status, answer.body) == (status, answered["body"])
        found += [] if same else [f"{answer.status} {answer.body}, not {status} {answered['body']}"]
    elif asked["method"] != "DELETE":
        found += _differ((kind_of(asked["path"]), _question(asked)), answered["body"], answer.body, keys)
    return Played(f"{asked['method']} {asked['path']}", tuple(found))


def keys_of(exchanges: Iterable[Record]) -> Keys:
    """The keys of a collection of recordings."""
    keys = Keys()
    for exchange in exchanges:
        asked, answered = exchange["request"], exchange["response"]
        if answered["status"] == 200 and asked["method"] != "DELETE":
            keys.take(kind_of(asked["path"]), _question(asked), answered["body"])
    return keys


def kind_of(path: str) -> str:
    """What a path answers with."""
    words = [part for part in path.split("/") if part in WORDS]
    return KINDS.get(words[-1], words[-1]) if words else ""


def _inner(kind: str, key: str) -> str:
    return key if key in WORDS and "data" not in kind else f"{kind}.{key}"


def _differ(place: tuple[str, str], real: Any, ours: Any, keys: Keys) -> Iterator[str]:
    """In what our answer is not like the real one: another type, a key never seen, a key that is always there."""
    kind, question = place
    if isinstance(real, list) and isinstance(ours, list):
        if real and ours:
            yield from _differ(place, real[0], ours[0], keys)
    elif isinstance(real, dict) and isinstance(ours, dict):
        yield from (f"{kind}.{key} is our invention" for key in sorted(set(ours) - keys.ever[kind]))
        lacking = set() if _is_opaque(kind) else keys.always.get(question, set()) - set(ours) - ANYWHERE
        lacking -= LEFT_OUT.get(kind, set())
        yield from (f"{kind}.{key} is missing" for key in sorted(lacking))
        for key in real.keys() & ours.keys():
            yield from _differ((_inner(kind, key), f"{question} {key}"), real[key], ours[key], keys)
    elif real is not None and ours is not None and _type(real) != _type(ours):
        yield f"{kind} is a {type(ours).__name__}, not a {type(real).__name__}"


def _question(asked: Record) -> str:
    """A request without the ids in it."""
    parts = [part if part in WORDS else "*" for part in asked["path"].split("/")]
    return f"{asked['method']} {'/'.join(parts)}?{','.join(name for name, _ in asked['query'])}"


def _is_opaque(kind: str) -> bool:
    return kind.startswith(("members", "organizations")) or any(part in OPAQUE for part in kind.split("."))


def _type(value: object) -> str:
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def _headers(real: Record, ours: Any) -> Iterator[str]:
    lower = {name.lower() for name in ours}
    for name in real:
        if name.lower().startswith(("x-rate-limit-api", "x-rate-limit-member")) and name.lower() not in lower:
            yield f"no header {name}"


def _sent(method: str, path: str, body: Any, world: World) -> dict[str, str] | None:
    """What must have been sent, from what was answered; None where we cannot do that at all."""
    kind, ids = kind_of(path), world.ids
    if method in ("GET", "DELETE"):
        return {}
    body = body if isinstance(body, dict) else {}
    names = ("name", "url", "state", "desc", "closed", "callbackURL", "description", "type", "active")
    facts = {
        name: str(body[name]).lower() if name in ("closed", "active") else str(body[name])
        for name in names
        if name in body
    }
    if kind == "actions":
        facts["text"] = str((body.get("data") or {}).get("text", ""))
    if path.endswith(("/idBoard", "/idList")):
        facts["value"] = ids["boards"] if path.endswith("idBoard") else world.lane
    if path.endswith(("/idLabels", "/idMembers")):
        facts["value"] = ids["labels"] if path.endswith("idLabels") else world.other
    models = {"customFields": "boards", "webhooks": "boards"}
    return (
        facts
        | {"idList": ids["lists"], "idBoard": ids["boards"], "idCard": ids["cards"]}
        | ({"idModel": ids[models[kind]]} if kind in models else {})
        if method == "POST"
        else facts
    )
