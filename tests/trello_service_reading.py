"""What the local Trello answers to GET besides boards, and which function answers which path."""

from collections.abc import Callable
from dataclasses import replace

from tests.trello_service_asking import (
    Look,
    Wishes,
    action_view,
    actions_page,
    card_view,
    cards_page,
    nested,
    picked,
    wished,
    within,
)
from tests.trello_service_boards import (
    board,
    board_actions,
    board_cards,
    board_labels,
    board_lists,
    board_members,
    board_part,
    members_of,
)
from tests.trello_service_gate import NOT_FOUND, Refusal, may_see
from tests.trello_service_records import card_of
from tests.trello_service_seeing import seen, seen_action, seen_card, seen_member, seen_organization
from tests.trello_service_shapes import (
    LIST_FIELDS,
    MEMBER_FIELDS,
    NOT_CARD_FIELDS,
    ORGANIZATION_FIELDS,
    Record,
)


def list_cards(look: Look, key: str) -> object:
    """Cards of a list, the open ones unless asked otherwise."""
    own = seen(look, look.records.lists, key)
    cards = [c for c in look.records.on_board(look.records.cards.values(), own["idBoard"]) if c["idList"] == key]
    return cards_page(look, cards, {"filter": "open"} | dict(look.wishes))


def list_board(look: Look, key: str) -> object:
    """The board of a list."""
    return picked(look.records.boards[seen(look, look.records.lists, key)["idBoard"]], look.wishes)


def member_cards(look: Look, key: str) -> object:
    """The cards somebody was put on."""
    own = seen_member(look, key)["id"]
    return cards_page(look, [c for c in [*look.records.cards.values()] if own in c["idMembers"]], look.wishes)


def card(look: Look, key: str) -> Record:
    """One card."""
    return card_view(look, seen_card(look, key), look.wishes)


def card_actions(look: Look, key: str) -> object:
    """The feed of a card: comments and moves unless asked for more."""
    own = seen_card(look, key)["id"]
    wishes = {"filter": "commentCard,updateCard:idList"} | dict(look.wishes)
    return actions_page(look, [a for a in look.records.actions if card_of(a) == own], wishes)


def list_actions(look: Look, key: str) -> object:
    """The feed of a list."""
    seen(look, look.records.lists, key)
    found = [a for a in look.records.actions if (a["data"].get("list") or {}).get("id") == key]
    return actions_page(look, found, look.wishes)


def member_actions(look: Look, key: str) -> object:
    """What somebody did."""
    own = seen_member(look, key)["id"]
    return actions_page(look, [a for a in look.records.actions if a["idMemberCreator"] == own], look.wishes)


def organization_actions(look: Look, key: str) -> object:
    """The feed of a workspace."""
    own = seen_organization(look, key)["id"]
    found = [a for a in look.records.actions if (a["data"].get("organization") or {}).get("id") == own]
    return actions_page(look, found, look.wishes)


def action(look: Look, key: str) -> object:
    """One action, and how it is displayed."""
    told = seen_action(look, key)
    return action_view(told, look.wishes) | {"display": {"translationKey": f"action_{told['type']}", "entities": {}}}


def action_part(look: Look, key: str, part: str) -> object:
    """The board, card or list of an action."""
    place = (seen_action(look, key)["data"].get(part) or {}).get("id", "")
    wishes = {"fields": "all"} | look.wishes
    found = {"board": board, "card": card, "list": one_list}.get(part)
    if found is None:
        raise Refusal(404, NOT_FOUND)
    return found(replace(look, wishes=wishes), place)


def one_list(look: Look, key: str) -> object:
    """One list."""
    return picked(seen(look, look.records.lists, key), look.wishes, LIST_FIELDS)


def card_part(look: Look, key: str, part: str) -> object:
    """A part of a card by its own path."""
    thing, held = seen_card(look, key), look.records
    if part in NOT_CARD_FIELDS or part in ("checkItemStates",):
        return thing.get(part, [])
    if part == "board":
        return picked(held.boards[thing["idBoard"]], look.wishes)
    if part == "list":
        return picked(held.lists[thing["idList"]], look.wishes)
    if part == "checklists":
        return [picked(held.checklists[k], look.wishes) for k in thing["idChecklists"]]
    who = {"members": "idMembers", "membersVoted": "idMembersVoted"}.get(part)
    if who is None:
        raise Refusal(404, NOT_FOUND)
    return [picked(held.members[k], look.wishes, MEMBER_FIELDS) for k in thing[who] if k in held.members]


def card_attachment(look: Look, key: str, attachment: str) -> object:
    """One attachment of a card."""
    return _one(seen_card(look, key)["attachments"], attachment)


def checklist(look: Look, key: str) -> object:
    """A checklist with its items."""
    return picked(seen(look, look.records.checklists, key), look.wishes)


def check_items(look: Look, key: str) -> object:
    """The items of a checklist."""
    return seen(look, look.records.checklists, key)["checkItems"]


def label(look: Look, key: str) -> object:
    """One label."""
    return picked(seen(look, look.records.labels, key), look.wishes)


def custom_field(look: Look, key: str) -> object:
    """One custom field."""
    return picked(seen(look, look.records.custom_fields, key) | {"limits": {}}, look.wishes)


def options(look: Look, key: str, option: str = "") -> object:
    """What a custom field of the kind `list` offers."""
    told = seen(look, look.records.custom_fields, key).get("options", [])
    return _one(told, option) if option else [_as_listed(each) for each in told]


def _as_listed(option: Record) -> Record:
    """A list of choices alone names their ids in another way."""
    return {"_id": option["id"]} | {key: option[key] for key in ("color", "pos", "value")}


def member(look: Look, key: str) -> Record:
    """A person; their boards where asked for."""
    thing = seen_member(look, key)
    told = picked(thing, look.wishes)
    if wished(look.wishes, "boards"):
        told["boards"] = _boards_of(look, thing, {"filter": look.wishes["boards"]} | nested(look.wishes, "board_"))
    return told


def _boards_of(look: Look, who: Record, wishes: Wishes) -> list[Record]:
    known = [b for b in [*look.records.boards.values()] if any(m["idMember"] == who["id"] for m in b["memberships"])]
    return _shown(look, known, wishes)


def _shown(look: Look, boards: list[Record], wishes: Wishes) -> list[Record]:
    names = wishes.get("filter", "all").split(",")
    shown = [b for b in boards if may_see(b, look.member, look.records.organizations)]
    kept = [b for b in shown if "all" in names or ("closed" if b["closed"] else "open") in names]
    return [picked(b, wishes) for b in within(kept, wishes)]


def member_boards(look: Look, key: str) -> object:
    """The boards of a member, closed ones too."""
    return _boards_of(look, seen_member(look, key), look.wishes)


def member_organizations(look: Look, key: str) -> object:
    """The workspaces of a member."""
    own = seen_member(look, key)["id"]
    known = [o for o in look.records.organizations.values() if any(m["idMember"] == own for m in o["memberships"])]
    return [picked(o, look.wishes) for o in known]


def organization(look: Look, key: str) -> object:
    """A workspace."""
    return picked(seen_organization(look, key), look.wishes, ORGANIZATION_FIELDS)


def organization_boards(look: Look, key: str) -> object:
    """The boards of a workspace that the member may see."""
    own = seen_organization(look, key)["id"]
    return _shown(look, [b for b in look.records.boards.values() if b["idOrganization"] == own], look.wishes)


def organization_members(look: Look, key: str, name: str = "") -> object:
    """The members of a workspace."""
    return members_of(look, seen_organization(look, key), look.wishes)


def _one(things: list[Record], key: str) -> Record:
    found = next((t for t in things if t["id"] == key), None)
    if found is None:
        raise Refusal(404, NOT_FOUND)
    return found


Answering = Callable[..., object]
ROUTES: dict[tuple[str, ...], Answering] = {
    ("actions", "*"): action,
    ("actions", "*", "*part"): action_part,
    ("boards", "*"): board,
    ("boards", "*", "actions"): board_actions,
    ("boards", "*", "cards"): board_cards,
    ("boards", "*", "cards", "*"): board_cards,
    ("boards", "*", "labels"): board_labels,
    ("boards", "*", "lists"): board_lists,
    ("boards", "*", "lists", "*"): board_lists,
    ("boards", "*", "members"): board_members,
    ("boards", "*", "members", "*"): board_members,
    ("boards", "*", "*part"): board_part,
    ("cards", "*"): card,
    ("cards", "*", "actions"): card_actions,
    ("cards", "*", "*part"): card_part,
    ("cards", "*", "attachments", "*"): card_attachment,
    ("checklists", "*"): checklist,
    ("checklists", "*", "checkItems"): check_items,
    ("customfields", "*"): custom_field,
    ("customfields", "*", "options"): options,
    ("customfields", "*", "options", "*"): options,
    ("labels", "*"): label,
    ("lists", "*"): one_list,
    ("lists", "*", "actions"): list_actions,
    ("lists", "*", "board"): list_board,
    ("lists", "*", "cards"): list_cards,
    ("members", "*"): member,
    ("members", "*", "actions"): member_actions,
    ("members", "*", "boards"): member_boards,
    ("members", "*", "cards"): member_cards,
    ("members", "*", "organizations"): member_organizations,
    ("organizations", "*"): organization,
    ("organizations", "*", "actions"): organization_actions,
    ("organizations", "*", "boards"): organization_boards,
    ("organizations", "*", "members"): organization_members,
    ("organizations", "*", "members", "*"): organization_members,
}


def routed(routes: dict[tuple[str, ...], Answering], parts: tuple[str, ...]) -> tuple[Answering, tuple[str, ...]]:
    """The function for a path and what stands at its stars. Raises Refusal (404) where there is none."""
    parts = (parts[0].lower(), *parts[1:]) if parts else ()
    for pattern, found in routes.items():
        if len(pattern) == len(parts) and all(p[0] == "*" or p == part for p, part in zip(pattern, parts, strict=True)):
            return found, tuple(part for p, part in zip(pattern, parts, strict=True) if p[0] == "*")
    raise Refusal(404, NOT_FOUND)
