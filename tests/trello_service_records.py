"""What the local Trello holds: objects under their ids, actions in their order, and the times and ids it gives out."""

import random
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from tests.trello_service_shapes import Record, card_url, slug

HIDDEN = frozenset({"updateComment", "deleteComment", "updateLabel", "addLabelToCard", "updateCheckItem"})
"""Documented as never shown in /actions; webhooks get them."""
HIDDEN_TOO = frozenset({"removeLabelFromCard", "createLabel", "deleteLabel", "createCheckItem", "deleteCheckItem"})
COMMENTS = frozenset({"commentCard", "copyCommentCard"})
_LINK = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"


class Records:
    """All that is stored. Whoever changes a card or board says so with `touch`, and tells of it with `act`.

    `actions_follow_cards`: whether what happened to a card is told in the feed of the board it is on now, rather
    than of the board it was on then. Nobody has written down which of the two is so.
    """

    actions_follow_cards = True

    def __init__(self, clock: Callable[[], float], seed: int) -> None:
        """Hold nothing; `clock` tells seconds since 1970."""
        self.clock, self.chance = clock, random.Random(seed)
        self.members: dict[str, Record] = {}
        self.organizations: dict[str, Record] = {}
        self.boards: dict[str, Record] = {}
        self.lists: dict[str, Record] = {}
        self.labels: dict[str, Record] = {}
        self.cards: dict[str, Record] = {}
        self.checklists: dict[str, Record] = {}
        self.custom_fields: dict[str, Record] = {}
        self.webhooks: dict[str, Record] = {}
        self.actions: list[Record] = []
        self.told: Callable[[Record], None] = lambda action: None
        self._last, self._made = 0.0, self.chance.randrange(1 << 20)
        self._machine = f"{self.chance.randrange(1 << 40):010x}"

    def stamp(self) -> str:
        """The time now, later than any told before: two changes never share a millisecond here."""
        self._last = max(self.clock(), self._last + 0.001)
        return iso(self._last)

    def new_id(self) -> str:
        """An id as Mongo makes them: the second of its making comes first."""
        self._made += 1
        return f"{int(max(self.clock(), self._last)):08x}{self._machine}{self._made % (1 << 24):06x}"

    def new_link(self) -> str:
        """The eight signs of a short link."""
        return "".join(self.chance.choices(_LINK, k=8))

    def touch(self, *things: Record) -> None:
        """Say that something happened on these cards and boards, now; a card moves its board along."""
        at = self.stamp()
        for thing in things:
            thing["dateLastActivity"] = at
            if "idBoard" in thing:
                self.boards[thing["idBoard"]]["dateLastActivity"] = at

    def act(self, kind: str, by: str, data: Record) -> Record:
        """Make an action, show it in the feed unless its kind is never shown there, and tell the webhooks."""
        member = self.members[by]
        keys = ("activityBlocked", "avatarHash", "avatarUrl", "fullName", "idMemberReferrer", "initials", "nonPublic")
        maker = {key: member.get(key) for key in ("id", *keys, "nonPublicAvailable", "username")}
        facts = {"appCreator": None, "limits": {}, "memberCreator": maker}
        action = {
            "id": self.new_id(),
            "idMemberCreator": by,
            "data": data,
            "type": kind,
            "date": iso(self._last),
        } | facts
        if kind not in HIDDEN | HIDDEN_TOO:
            self.actions.append(action)
        self.told(action)
        return action

    def about(self, card: Record, **more: object) -> Record:
        """What an action says of the card it happened to, of its list and its board."""
        known = {key: card[key] for key in ("id", "name", "idShort", "shortLink")}
        lane = self.lists[card["idList"]]
        where = {"list": {"id": lane["id"], "name": lane["name"]}, "board": self.about_board(card["idBoard"])}
        return {"card": known | {k: v for k, v in more.items() if v is not None}, **where}

    def about_board(self, board: str) -> Record:
        """What an action says of its board."""
        return {key: self.boards[board][key] for key in ("id", "name", "shortLink")}

    def board(self, key: str) -> Record | None:
        """A board by id or short link."""
        return self.boards.get(key) or next((b for b in [*self.boards.values()] if b["shortLink"] == key), None)

    def card(self, key: str) -> Record | None:
        """A card by id or short link."""
        return self.cards.get(key) or next((c for c in [*self.cards.values()] if c["shortLink"] == key), None)

    def member(self, key: str) -> Record | None:
        """A member by id or user name."""
        return self.members.get(key) or next((m for m in self.members.values() if m["username"] == key), None)

    def organization(self, key: str) -> Record | None:
        """A workspace by id or short name."""
        return self.organizations.get(key) or next((o for o in self.organizations.values() if o["name"] == key), None)

    def on_board(self, things: Iterable[Record], board: str) -> list[Record]:
        """Those of the things that lie on a board, in their order on it."""
        return sorted((t for t in [*things] if t.get("idBoard", t.get("idModel")) == board), key=_position)

    def comment(self, key: str) -> Record:
        """A comment by the id of its action. Raises KeyError."""
        for action in reversed(self.actions):
            if action["id"] == key and action["type"] in COMMENTS:
                return action
        raise KeyError(key)

    def membership(self, member: str, kind: str = "normal") -> Record:
        """What a board or workspace says of somebody who belongs to it."""
        facts = {"memberType": kind, "unconfirmed": False, "deactivated": False}
        return {"id": self.new_id(), "idMember": member, **facts}

    def next_number(self, board: str) -> int:
        """The number of the next card of a board."""
        return 1 + max((c["idShort"] for c in [*self.cards.values()] if c["idBoard"] == board), default=0)

    def shown(self, thing: Record) -> None:
        """Bring what a card or board shows (its long address, the counts on its front) in line with what it is."""
        if "idShort" not in thing:
            thing["url"] = f"{thing['shortUrl']}/{slug(thing['name'])}"
            return
        thing["url"] = card_url(thing["shortLink"], thing["idShort"], thing["name"])
        told = {"description": bool(thing["desc"]), "due": thing["due"], "dueComplete": thing["dueComplete"]}
        thing["badges"] |= told | {"votes": len(thing["idMembersVoted"])}


def iso(seconds: float) -> str:
    """A time as Trello writes it, to the millisecond."""
    return datetime.fromtimestamp(round(seconds, 3), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def card_of(action: Record) -> str:
    """The id of the card an action happened to, or nothing."""
    return str((action["data"].get("card") or {}).get("id") or "")


def _position(thing: Record) -> float:
    return float(thing.get("pos") or 0)
