"""What the local Trello does on POST, PUT and DELETE: what its clients in these tests need, and webhooks."""

from dataclasses import dataclass

from tests.trello_service_asking import Look
from tests.trello_service_bells import Bells, shown
from tests.trello_service_boards import board
from tests.trello_service_gate import Refusal
from tests.trello_service_people import People
from tests.trello_service_reading import (
    Answering,
    action,
    card,
    card_part,
    check_items,
    checklist,
    custom_field,
    label,
    one_list,
)
from tests.trello_service_seeing import seen, seen_action, seen_board, seen_card
from tests.trello_service_shapes import BOARD_FIELDS, Record

_TRUE = {"true": True, "false": False, "null": None, "": None}


@dataclass(frozen=True, slots=True)
class Desk:
    """Who changes something: their look at the boards, their hands, the bells, and their token."""

    look: Look
    people: People
    bells: Bells
    token: str

    @property
    def by(self) -> str:
        """The member's id. Raises Refusal for somebody without a token."""
        if self.look.member is None:
            raise Refusal(401, "unauthorized permission requested")
        return str(self.look.member["id"])

    def need(self, name: str) -> str:
        """A parameter that must be given; raises Refusal otherwise."""
        if not self.look.wishes.get(name):
            raise Refusal(400, f"invalid value for {name}")
        return self.look.wishes[name]

    def facts(self, *names: str) -> Record:
        """Those of the parameters that were given, as JSON would have them."""
        told = {name: self.look.wishes[name] for name in names if name in self.look.wishes}
        return {name: _TRUE.get(value, value) if name != "name" else value for name, value in told.items()}


def post_card(desk: Desk) -> object:
    """A new card."""
    lane = seen(desk.look, desk.look.records.lists, desk.need("idList"))
    facts = desk.facts("due", "dueComplete", "start")
    name, desc = desk.look.wishes.get("name", ""), desk.look.wishes.get("desc", "")
    key = desk.people.add_card(lane["id"], name, desc, desk.by, **facts)
    return _one_card(desk, key) | {"attachments": [], "stickers": [], "limits": {}}


def put_card(desk: Desk, key: str, part: str = "") -> object:
    """Another name, description, place or state of a card."""
    own = seen_card(desk.look, key)["id"]
    wishes = dict(desk.look.wishes)
    if part and "value" in wishes:
        wishes[part] = wishes["value"]
    board = wishes.get("idBoard") or str(desk.look.records.cards[own]["idBoard"])
    if lane := wishes.get("idList") or (_first_list(desk, board) if "idBoard" in wishes else ""):
        desk.people.move(own, lane, desk.by)
    if facts := desk.facts("name", "desc", "closed", "due", "dueComplete"):
        desk.people.change(own, desk.by, **facts)
    return _one_card(desk, own)


def _first_list(desk: Desk, board: str) -> str:
    held = desk.look.records
    seen_board(desk.look, board)
    return next((x["id"] for x in held.on_board(held.lists.values(), board) if not x["closed"]), "")


def _one_card(desk: Desk, key: str) -> Record:
    return card(_plain(desk), key)


def _plain(desk: Desk) -> Look:
    return Look(desk.look.records, desk.look.member, {})


def delete_card(desk: Desk, key: str) -> object:
    """A card that is gone for good."""
    desk.people.delete(seen_card(desk.look, key)["id"], desk.by)
    return {"limits": {}}


def post_comment(desk: Desk, key: str) -> object:
    """A new comment."""
    made = desk.people.comment(seen_card(desk.look, key)["id"], desk.need("text"), desk.by)
    told = action(_plain(desk), made)
    return told | {"entities": []} if isinstance(told, dict) else told


def put_action(desk: Desk, *keys: str) -> object:
    """Another text of a comment."""
    own = seen_action(desk.look, keys[-1])["id"]
    desk.people.edit_comment(own, desk.look.wishes.get("text") or desk.need("value"), desk.by)
    return {k: v for k, v in seen_action(desk.look, own).items() if k not in ("appCreator", "limits")}


def delete_action(desk: Desk, *keys: str) -> object:
    """A comment that is gone."""
    desk.people.delete_comment(seen_action(desk.look, keys[-1])["id"], desk.by)
    return {"_value": None}


def post_list(desk: Desk) -> object:
    """A new list."""
    own = seen_board(desk.look, desk.need("idBoard"))["id"]
    return one_list(_plain(desk), desk.people.add_list(own, desk.need("name"), desk.by)) | {"limits": {}}  # type: ignore[operator]


def put_list(desk: Desk, key: str) -> object:
    """Another name or state of a list."""
    seen(desk.look, desk.look.records.lists, key)
    if "name" in desk.look.wishes:
        desk.people.rename_list(key, desk.look.wishes["name"], desk.by)
    if desk.look.wishes.get("closed") == "true":
        desk.people.archive_list(key, desk.by)
    return one_list(_plain(desk), key)


def put_board(desk: Desk, key: str) -> object:
    """Another name, description, state or permission of a board."""
    own = seen_board(desk.look, key)["id"]
    if facts := desk.facts("name", "desc", "closed"):
        desk.people.change_board(own, desk.by, **facts)
    if level := desk.look.wishes.get("prefs/permissionLevel"):
        desk.people.set_permission(own, level, desk.by)
    told = seen_board(_plain(desk), own)
    return {k: v for k, v in told.items() if k in ("id", *BOARD_FIELDS.split(","))}


def post_label(desk: Desk) -> object:
    """A new label."""
    own = seen_board(desk.look, desk.need("idBoard"))["id"]
    return label(_plain(desk), desk.people.add_label(own, desk.need("name"), desk.look.wishes.get("color")))


def put_label(desk: Desk, key: str) -> object:
    """Another name of a label."""
    seen(desk.look, desk.look.records.labels, key)
    desk.people.rename_label(key, desk.need("name"), desk.by)
    return label(_plain(desk), key)


def post_checklist(desk: Desk, key: str = "") -> object:
    """A new checklist."""
    own = seen_card(desk.look, key or desk.need("idCard"))["id"]
    made = desk.people.add_checklist(own, desk.look.wishes.get("name") or "Checklist", by=desk.by)
    return checklist(_plain(desk), made)


def post_board(desk: Desk) -> object:
    """A new board."""
    made = desk.people.add_board(desk.need("name"), "org", desk.look.wishes.get("idOrganization"), desk.by)
    return board(_plain(desk), made) | {"limits": {}}


def post_attachment(desk: Desk, key: str) -> object:
    """A link attached to a card."""
    own = seen_card(desk.look, key)
    desk.people.attach(own["id"], desk.need("url"), desk.look.wishes.get("name", ""), desk.by)
    return own["attachments"][-1] | {"limits": {}}


def post_label_of_card(desk: Desk, key: str) -> object:
    """A label put on a card."""
    own = seen_card(desk.look, key)
    desk.people.put_label(own["id"], desk.need("value"), desk.by)
    return own["idLabels"]


def post_member_of_card(desk: Desk, key: str) -> object:
    """Somebody put on a card."""
    own = seen_card(desk.look, key)["id"]
    desk.people.assign(own, desk.need("value"), desk.by)
    return card_part(_plain(desk), own, "members")


def put_check_item(desk: Desk, key: str, item: str) -> object:
    """An item ticked off."""
    seen_card(desk.look, key)
    if desk.look.wishes.get("state") == "complete":
        desk.people.check(item, desk.by)
    items = (i for x in desk.look.records.checklists.values() for i in x["checkItems"])
    return next((i for i in items if i["id"] == item), None)


def post_check_item(desk: Desk, key: str) -> object:
    """A new item of a checklist."""
    seen(desk.look, desk.look.records.checklists, key)
    desk.people.add_item(key, desk.need("name"), desk.by)
    return check_items(_plain(desk), key)[-1]  # type: ignore[index]


def post_custom_field(desk: Desk) -> object:
    """A new custom field of a board."""
    own = seen_board(desk.look, desk.need("idModel"))["id"]
    return custom_field(_plain(desk), desk.people.add_custom_field(own, desk.need("name"), desk.need("type")))


def post_webhook(desk: Desk) -> object:
    """A new webhook, if its callback answers."""
    model = desk.need("idModel")
    known = desk.look.records
    if model in known.boards:
        seen_board(desk.look, model)
    elif not any(model in kind for kind in (known.cards, known.lists, known.members, known.organizations)):
        raise Refusal(400, "invalid value for idModel")
    return desk.bells.register(desk.token, model, desk.need("callbackURL"), desk.look.wishes.get("description", ""))


def put_webhook(desk: Desk, key: str) -> object:
    """Another state of a webhook; one that was given up can be made active again."""
    desk.bells.owned(desk.token, key).update(desk.facts("active", "description", "callbackURL", "idModel"))
    return shown(desk.bells.owned(desk.token, key))


def delete_webhook(desk: Desk, key: str) -> object:
    """A webhook that rings no more."""
    desk.bells.owned(desk.token, key)
    del desk.look.records.webhooks[key]
    return {"_value": None}


WRITES: dict[str, dict[tuple[str, ...], Answering]] = {
    "POST": {
        ("boards",): post_board,
        ("cards",): post_card,
        ("cards", "*", "attachments"): post_attachment,
        ("cards", "*", "idLabels"): post_label_of_card,
        ("cards", "*", "idMembers"): post_member_of_card,
        ("cards", "*", "actions", "comments"): post_comment,
        ("cards", "*", "checklists"): post_checklist,
        ("checklists",): post_checklist,
        ("checklists", "*", "checkItems"): post_check_item,
        ("customfields",): post_custom_field,
        ("labels",): post_label,
        ("lists",): post_list,
        ("webhooks",): post_webhook,
    },
    "PUT": {
        ("actions", "*"): put_action,
        ("boards", "*"): put_board,
        ("cards", "*"): put_card,
        ("cards", "*", "*part"): put_card,
        ("cards", "*", "checkItem", "*"): put_check_item,
        ("cards", "*", "actions", "*", "comments"): put_action,
        ("labels", "*"): put_label,
        ("lists", "*"): put_list,
        ("webhooks", "*"): put_webhook,
    },
    "DELETE": {
        ("actions", "*"): delete_action,
        ("cards", "*"): delete_card,
        ("cards", "*", "actions", "*", "comments"): delete_action,
        ("webhooks", "*"): delete_webhook,
    },
}
