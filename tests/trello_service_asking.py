"""Parts of Trello's answers that depend on the parameters of a request: fields, pages, nested things. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.trello_service_gate import Refusal
from tests.trello_service_records import COMMENTS, Records, card_of
from tests.trello_service_shapes import MEMBER_FIELDS, NOT_CARD_FIELDS, Record

Wishes = Mapping[str, str]
TOO_MANY_CARDS = {
    "error": "API_TOO_MANY_CARDS_REQUESTED",
    "message": "Requested too many cards, please use limits and pages.",
}


@dataclass(frozen=True, slots=True)
class Look:
    """A request that was let in: what is held, who looks (None: somebody without a token) and what they wish."""

    records: Records
    member: Record | None
    wishes: dict[str, str]
    most_checklists: int = 1000


def wished(wishes: Wishes, name: str) -> bool:
    """Whether a parameter is given and is no refusal."""
    return wishes.get(name, "false") not in ("false", "none", "", "0")


def nested(wishes: Wishes, head: str) -> dict[str, str]:
    """The parameters that begin with `head`, without it."""
    return {name.removeprefix(head): value for name, value in wishes.items() if name.startswith(head)}


def picked(thing: Record, wishes: Wishes, default: str = "all", absent: Iterable[str] = ()) -> Record:
    """The fields asked for and the id; raises Refusal for one that nobody knows."""
    asked = wishes.get("fields", default)
    if asked == "all":
        return {key: value for key, value in thing.items() if key not in absent}
    names = [name for name in asked.split(",") if name]
    if "fields" in wishes and any(name not in thing for name in names):
        raise Refusal(400, "invalid value for fields")
    return {"id": thing["id"]} | {name: thing[name] for name in names if name in thing}


def whole(wishes: Wishes, name: str, default: int, most: int) -> int:
    """A number among the parameters. Raises Refusal where it is none or too large."""
    told = wishes.get(name)
    if told is None:
        return default
    if not told.isdecimal() or int(told) > most:
        raise Refusal(400, f"invalid value for {name}")
    return int(told)


def born(key: str) -> float:
    """When an id was made."""
    try:
        return int(key[:8], 16)
    except ValueError:
        return 0.0


def within(things: Iterable[Record], wishes: Wishes) -> list[Record]:
    """Those made between `since` and `before`, each a time or an id, neither included."""
    found = list(things)
    if edge := wishes.get("before"):
        found = [t for t in found if _order(t, edge) < _edge(edge, "before")]
    if edge := wishes.get("since"):
        found = [t for t in found if _order(t, edge) > _edge(edge, "since")]
    return found


def _is_id(edge: str) -> bool:
    return len(edge) == 24 and "-" not in edge


def _order(thing: Record, edge: str) -> Any:
    if _is_id(edge):
        return str(thing["id"])
    return _when(thing["date"]) if "date" in thing else born(thing["id"])


def _edge(edge: str, name: str) -> Any:
    try:
        return edge if _is_id(edge) else _when(edge)
    except ValueError:
        raise Refusal(400, f"invalid value for {name}") from None


def _when(text: str) -> float:
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def cards_page(look: Look, cards: Sequence[Record], wishes: Wishes) -> list[Record]:
    """Cards by filter and page: the newest `limit` of them, in no order at all; never more than 1000 at once."""
    kept = within((c for c in cards if _passes(look, c, wishes.get("filter", "visible"))), wishes)
    if wished(wishes, "checklists") and sum(len(c["idChecklists"]) for c in kept) > look.most_checklists:
        raise Refusal(403, "Too many checklists")
    limit = whole(wishes, "limit", 0, 1_000_000)
    if (not limit or limit > 1000) and len(kept) > 1000:
        raise Refusal(403, TOO_MANY_CARDS)
    if limit:
        kept = sorted(kept, key=lambda c: str(c["id"]), reverse=True)[:limit]
        look.records.chance.shuffle(kept)
    return [card_view(look, card, wishes) for card in kept]


def _passes(look: Look, card: Record, name: str) -> bool:
    if name not in ("all", "open", "closed", "visible", "none"):
        raise Refusal(400, "invalid value for filter")
    in_open_list = not look.records.lists.get(card["idList"], {}).get("closed")
    told = {"all": True, "open": not card["closed"], "closed": card["closed"], "none": False}
    return bool(told.get(name, not card["closed"] and in_open_list))


def card_view(look: Look, card: Record, wishes: Wishes) -> Record:
    """A card with what was asked for beside it."""
    held = look.records
    labels = [held.labels[key] for key in card["idLabels"] if key in held.labels]
    seen = picked(card | {"labels": labels}, wishes, absent=NOT_CARD_FIELDS)
    for name in ("attachments", "customFieldItems", "pluginData", "stickers"):
        if wished(wishes, name):
            seen[name] = card.get(name, [])
    if wished(wishes, "checklists"):
        own = nested(wishes, "checklist_")
        seen["checklists"] = [picked(held.checklists[key], own) for key in card["idChecklists"]]
    if wished(wishes, "members"):
        own = {"fields": MEMBER_FIELDS} | nested(wishes, "member_")
        seen["members"] = [picked(held.members[key], own) for key in card["idMembers"] if key in held.members]
    if wished(wishes, "actions"):
        own = nested(wishes, "actions_") | {"filter": wishes["actions"]}
        seen["actions"] = newest(look, [a for a in held.actions if card_of(a) == card["id"]], own)
    if wished(wishes, "board"):
        seen["board"] = picked(held.boards[card["idBoard"]], nested(wishes, "board_"), "name,desc,closed,url,shortUrl")
    if wished(wishes, "list"):
        seen["list"] = picked(held.lists[card["idList"]], nested(wishes, "list_"))
    return seen


def newest(look: Look, actions: Iterable[Record], wishes: Wishes) -> list[Record]:
    """Actions nested in something else: the newest ones, whatever `before` says, as nested actions have it."""
    return actions_page(look, actions, {k: v for k, v in wishes.items() if k not in ("before", "page")})


def actions_page(look: Look, actions: Iterable[Record], wishes: Wishes) -> list[Record]:
    """Actions by filter and page, the newest first; 50 unless asked for more, 1000 at most."""
    limit = whole(wishes, "limit", 50, 1000)
    page = whole(wishes, "page", 0, 1000)
    if limit * page > 1000:
        raise Refusal(400, "invalid value for page")
    kinds = {kind.partition(":")[0] for kind in wishes.get("filter", "all").split(",")}
    kept = within((a for a in actions if "all" in kinds or a["type"] in kinds), wishes)
    kept = sorted(kept, key=lambda a: (str(a["date"]), str(a["id"])), reverse=True)[page * limit : (page + 1) * limit]
    return [action_view(action, wishes) for action in kept]


def action_view(action: Record, wishes: Wishes) -> Record:
    """An action; its creator is told unless refused."""
    absent = () if wishes.get("memberCreator", "true") == "true" else ("memberCreator",)
    return picked(action, wishes, absent=absent)


def is_comment(action: Record) -> bool:
    """Whether an action is a comment."""
    return action["type"] in COMMENTS
