"""What a member may see of the local Trello, and how everything else is refused. Pure."""

import re

from tests.trello_service_asking import Look
from tests.trello_service_gate import DENIED, NOT_FOUND, Refusal, may_see
from tests.trello_service_shapes import Record


def seen_board(look: Look, key: str) -> Record:
    """A board the member may see. Raises Refusal: 400 for no id, 404 for none, 401 for one that is not shown."""
    _check(key, shorts=True)
    thing = look.records.board(key)
    if thing is None:
        raise Refusal(404, NOT_FOUND)
    if not may_see(thing, look.member, look.records.organizations):
        raise Refusal(401, DENIED)
    return thing


def seen_card(look: Look, key: str) -> Record:
    """A card of a board the member may see; raises Refusal otherwise."""
    _check(key, shorts=True)
    thing = look.records.card(key)
    if thing is None:
        raise Refusal(404, NOT_FOUND)
    if not may_see(look.records.boards[thing["idBoard"]], look.member, look.records.organizations):
        raise Refusal(401, "unauthorized card permission requested")
    return thing


def seen(look: Look, things: dict[str, Record], key: str) -> Record:
    """A list, label, checklist or custom field of a board the member may see; raises Refusal otherwise."""
    _check(key)
    if key not in things:
        raise Refusal(404, NOT_FOUND)
    seen_board(look, str(things[key].get("idBoard") or things[key].get("idModel")))
    return things[key]


def seen_action(look: Look, key: str) -> Record:
    """An action on a board the member may see; raises Refusal otherwise."""
    _check(key)
    action = next((a for a in look.records.actions if a["id"] == key), None)
    if action is None:
        raise Refusal(404, NOT_FOUND)
    place = (action["data"].get("board") or {}).get("id")
    if place:
        seen_board(look, place)
    return action


def seen_organization(look: Look, key: str) -> Record:
    """A workspace the member belongs to; raises Refusal otherwise."""
    thing = look.records.organization(key)
    if thing is None:
        raise Refusal(404, NOT_FOUND)
    if look.member is None or all(m["idMember"] != look.member["id"] for m in thing["memberships"]):
        raise Refusal(401, "unauthorized organization.")
    return thing


def _check(key: str, shorts: bool = False) -> None:
    if not re.fullmatch(r"[0-9a-z]{24,27}" + (r"|[0-9A-Za-z]{8,12}" if shorts else ""), key):
        raise Refusal(400, "invalid id")


def seen_member(look: Look, key: str) -> Record:
    """A member by id, user name or `me`; raises Refusal otherwise."""
    found = look.member if key == "me" else look.records.member(key)
    if found is None:
        raise Refusal(*((401, DENIED) if key == "me" else (404, NOT_FOUND)))
    return found
