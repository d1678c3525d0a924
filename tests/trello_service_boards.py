"""What the local Trello answers about a board and what lies on it."""

from tests.trello_service_asking import (
    Look,
    Wishes,
    actions_page,
    card_view,
    cards_page,
    nested,
    newest,
    picked,
    whole,
    wished,
)
from tests.trello_service_gate import NOT_FOUND, Refusal
from tests.trello_service_records import card_of
from tests.trello_service_seeing import seen_board, seen_card, seen_organization
from tests.trello_service_shapes import BOARD_FIELDS, NOT_CARD_FIELDS, ORGANIZATION_FIELDS, Record

MOST_EXPORTED = 20_000
"""Cards of a board beyond which its menu answers 449."""


def board(look: Look, key: str) -> Record:
    """A board and what was asked for inside it; of its cards and actions the newest only."""
    thing = seen_board(look, key)
    held, wishes, own = look.records, look.wishes, thing["id"]
    told = picked(thing, wishes, BOARD_FIELDS)
    if wished(wishes, "cards"):
        cards = [c for c in [*held.cards.values()] if c["idBoard"] == own]
        told["cards"] = cards_page(look, cards, nested(wishes, "card_") | {"filter": wishes["cards"]} | _limit(wishes))
    if wished(wishes, "actions"):
        more = nested(wishes, "actions_") | {"filter": wishes["actions"]}
        told["actions"] = newest(look, _actions_of_board(look, own), more)
    if wished(wishes, "lists"):
        told["lists"] = _lists(look, own, wishes["lists"], nested(wishes, "list_"))
    if wished(wishes, "labels"):
        told["labels"] = _labels(look, own, nested(wishes, "labels_") | _fields(wishes, "label_"))
    for name, found in (("members", members_of), ("customFields", _custom_fields), ("checklists", _checklists)):
        if wished(wishes, name):
            told[name] = found(look, thing, nested(wishes, name.removesuffix("s") + "_"))
    if wished(wishes, "memberships"):
        told["memberships"] = thing["memberships"]
    if wished(wishes, "organization") and thing["idOrganization"] in held.organizations:
        workspace = held.organizations[thing["idOrganization"]]
        told["organization"] = picked(workspace, nested(wishes, "organization_"), ORGANIZATION_FIELDS)
    return told


def _limit(wishes: Wishes) -> dict[str, str]:
    return {"limit": wishes["cards_limit"]} if "cards_limit" in wishes else {}


def _fields(wishes: Wishes, head: str) -> dict[str, str]:
    return {k: v for k, v in nested(wishes, head).items() if k == "fields"}


def board_cards(look: Look, key: str, name: str = "") -> object:
    """Cards of a board; the filter may stand in the path, and so may the id of one card."""
    own = seen_board(look, key)["id"]
    if len(name) == 24:
        return card_view(look, seen_card(look, name), look.wishes)
    cards = look.records.on_board(look.records.cards.values(), own)
    return cards_page(look, cards, look.wishes | ({"filter": name} if name else {}))


def _actions_of_board(look: Look, own: str) -> list[Record]:
    held, found = look.records, []
    for action in held.actions:
        at = held.cards.get(card_of(action))
        where = at["idBoard"] if at and held.actions_follow_cards and action["type"] != "moveCardFromBoard" else None
        if (where or (action["data"].get("board") or {}).get("id")) == own:
            found.append(action)
    return found


def board_actions(look: Look, key: str) -> object:
    """The feed of a board; comments go with their card to another board."""
    return actions_page(look, _actions_of_board(look, seen_board(look, key)["id"]), look.wishes)


def _lists(look: Look, own: str, name: str, wishes: Wishes) -> list[Record]:
    known = look.records.on_board(look.records.lists.values(), own)
    return [picked(x, wishes) for x in known if name == "all" or x["closed"] == (name == "closed")]


def board_lists(look: Look, key: str, name: str = "") -> object:
    """The lists of a board, the open ones unless asked otherwise."""
    own = seen_board(look, key)["id"]
    return _lists(look, own, name or look.wishes.get("filter", "open"), look.wishes)


def _labels(look: Look, own: str, wishes: Wishes) -> list[Record]:
    known = [x for x in [*look.records.labels.values()] if x["idBoard"] == own]
    return [picked(label, wishes) for label in known[: whole(wishes, "limit", 50, 1000)]]


def board_labels(look: Look, key: str) -> object:
    """The labels of a board: 50 unless asked for more."""
    return _labels(look, seen_board(look, key)["id"], look.wishes)


def members_of(look: Look, thing: Record, wishes: Wishes) -> list[Record]:
    known = [look.records.members.get(m["idMember"]) for m in thing["memberships"]]
    return [picked(m, wishes, "username,fullName") for m in known if m]


def board_members(look: Look, key: str, name: str = "") -> object:
    """The members of a board by name and user name."""
    return members_of(look, seen_board(look, key), look.wishes)


def _custom_fields(look: Look, thing: Record, wishes: Wishes) -> list[Record]:
    return look.records.on_board(look.records.custom_fields.values(), thing["id"])


def _checklists(look: Look, thing: Record, wishes: Wishes) -> list[Record]:
    return [picked(x, wishes) for x in [*look.records.checklists.values()] if x["idBoard"] == thing["id"]]


def board_part(look: Look, key: str, part: str) -> object:
    """The checklists, custom fields, memberships or label names of a board."""
    thing = seen_board(look, key)
    if part == "organization":
        return picked(seen_organization(look, str(thing["idOrganization"])), look.wishes, ORGANIZATION_FIELDS)
    parts: dict[str, object] = {"labelnames": thing["labelNames"], "labelNames": thing["labelNames"], "pluginData": []}
    if part == "checklists":
        return _checklists(look, thing, look.wishes)
    if part == "customFields":
        return _custom_fields(look, thing, look.wishes)
    if part == "memberships":
        return thing["memberships"]
    if part not in parts:
        raise Refusal(404, NOT_FOUND)
    return parts[part]


def exported(look: Look, key: str) -> Record:
    """A board as its own menu exports it: with the newest 1000 actions, and not at all above 20,000 cards."""
    thing, held = seen_board(look, key.removesuffix(".json")), look.records
    cards = held.on_board(held.cards.values(), thing["id"])
    if len(cards) > MOST_EXPORTED:
        raise Refusal(449, "")
    actions = sorted(_actions_of_board(look, thing["id"]), key=lambda a: str(a["date"]), reverse=True)
    everything = dict.fromkeys((*NOT_CARD_FIELDS - {"actions"},), "true")
    return thing | {
        "actions": actions[:1000],
        "cards": [card_view(look, c, everything) for c in cards],
        "labels": [x for x in [*held.labels.values()] if x["idBoard"] == thing["id"]],
        "lists": held.on_board(held.lists.values(), thing["id"]),
        "members": members_of(look, thing, {"fields": "all"}),
        "checklists": _checklists(look, thing, {}),
        "customFields": _custom_fields(look, thing, {}),
        "pluginData": [],
    }
