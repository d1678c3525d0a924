"""Cards → Trello's own board export (JSON), in the shape it has had since 2024. Pure.

Ids are Mongo ids: the first eight hex digits are the second of creation. As in real exports the actions are newest
first and stop at 1,000, so a talkative board has lost comments that `badges.comments` still counts.
"""

import string
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from service.demo.cards import PRIVATE_BOARD, Card, Comment
from service.demo.founding import EARLIER, OPEN_LANES, PARKED, REFERENCE_LANES, RUNNING_LANES
from service.demo.organisation import Colleague, slug

Json = dict[str, Any]

MOST_ACTIONS = 1000
BORN = datetime(2021, 4, 12, 8, 0, tzinfo=UTC)
ARCHIVED_LANES = (PARKED, EARLIER, "Outdated")
LANES: dict[str, tuple[str, ...]] = {
    "Pipeline": (*OPEN_LANES, "Won", "Lost", "On hold", PARKED),
    "Projects": (*RUNNING_LANES, "Done", EARLIER),
    "References": (*REFERENCE_LANES, "Outdated"),
    PRIVATE_BOARD: ("Confidential", "Decided"),
}
COLOURS = ("green", "yellow", "orange", "red", "purple", "blue", "sky", "lime", "pink", "black")
FIELDS: dict[str, str] = {"Customer": "text", "Country": "list", "Value (EUR)": "number"}


def object_id(key: str, at: datetime) -> str:
    """A 24-hex id that carries its time of creation."""
    return f"{int(at.timestamp()):08x}" + sha256(key.encode()).hexdigest()[:16]


def short_link(key: str) -> str:
    """The eight letters and digits of a short address."""
    letters = string.ascii_letters + string.digits
    return "".join(letters[byte % len(letters)] for byte in sha256(f"link {key}".encode()).digest()[:8])


def card_id(card: Card) -> str:
    """The id that a card has in the export."""
    return object_id(card.key, card.created)


def card_url(card: Card) -> str:
    """The address of a card that survives its renaming."""
    return f"https://trello.com/c/{short_link(card.key)}"


def board(name: str, cards: Sequence[Card], people: Sequence[Colleague]) -> Json:
    """The whole export of one board, from the cards that stand on it."""
    in_order = sorted(cards, key=lambda c: (c.created, c.key))
    cards = [replace(card, number=n) for n, card in enumerate(in_order, start=1)]
    return {**_about(name, cards), **_contents(name, cards), **_team(name, people)}


def _about(name: str, cards: Sequence[Card]) -> Json:
    """What an export says of the board itself."""
    link, newest = short_link(f"board {name}"), max(c.touched for c in cards)
    return {
        "id": _board_id(name), "nodeId": f"ari:cloud:trello::board/workspace/{_board_id(name)}", "name": name,
        "desc": f"{name} of Nordwind sales", "descData": None, "closed": False,
        "idOrganization": object_id("organisation", BORN), "idEnterprise": None, "pinned": False, "starred": False,
        "url": f"https://trello.com/b/{link}/{slug(name)}", "shortLink": link,
        "shortUrl": f"https://trello.com/b/{link}", "prefs": _prefs(name), "dateLastActivity": _stamp(newest),
        "dateLastView": _stamp(newest), "labelNames": _label_names(_labels(cards)), "limits": {},
        "creationMethod": "assisted", "enterpriseOwned": False, "powerUps": [], "idTags": [],
        "ixUpdate": str(len(cards) * 7),
    }  # fmt: skip


def _contents(name: str, cards: Sequence[Card]) -> Json:
    return {
        "actions": _actions(name, cards), "cards": [_card(name, card) for card in cards],
        "labels": [_label(name, label) for label in _labels(cards)],
        "lists": [_list(name, lane) for lane in LANES[name]],
        "checklists": [_checklist(name, c) for c in cards if c.checklist],
        "customFields": [_field(name, field, cards) for field in FIELDS], "pluginData": [],
    }  # fmt: skip


def _team(name: str, people: Sequence[Colleague]) -> Json:
    return {
        "members": [_member(person) for person in people],
        "memberships": [_membership(name, person, n) for n, person in enumerate(people)],
    }


def _labels(cards: Sequence[Card]) -> list[str]:
    return sorted({label for card in cards for label in card.labels})


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def _board_id(name: str) -> str:
    return object_id(f"board {name}", BORN)


def _lane_id(board_name: str, lane: str) -> str:
    return object_id(f"list {board_name} {lane}", BORN + timedelta(minutes=LANES[board_name].index(lane)))


def _label_id(board_name: str, label: str) -> str:
    return object_id(f"label {board_name} {label}", BORN)


def _member_id(person: Colleague) -> str:
    return object_id(f"member {person.username}", BORN - timedelta(days=400))


def _prefs(name: str) -> Json:
    """Boards of the workspace are seen by all of it; the private one by its members only."""
    level = "private" if name == PRIVATE_BOARD else "org"
    return {
        "permissionLevel": level, "hideVotes": False, "voting": "disabled", "comments": "members",
        "invitations": "members", "selfJoin": True, "cardCovers": True, "isTemplate": False, "cardAging": "regular",
        "background": "blue", "backgroundColor": "#0079BF", "backgroundImage": None, "canBePublic": False,
        "canBeEnterprise": True, "canBeOrg": True, "canBePrivate": True, "canInvite": True,
    }  # fmt: skip


def _label_names(labels: Sequence[str]) -> Json:
    """Trello keeps one name a colour here, though a board may have many labels of it."""
    return dict.fromkeys(COLOURS, "") | dict(zip(COLOURS, labels, strict=False))


def _label(board_name: str, label: str) -> Json:
    colour = COLOURS[sum(label.encode()) % len(COLOURS)]
    return {"id": _label_id(board_name, label), "idBoard": _board_id(board_name), "name": label, "color": colour,
            "uses": 1}  # fmt: skip


def _list(board_name: str, lane: str) -> Json:
    number = LANES[board_name].index(lane)
    return {"id": _lane_id(board_name, lane), "name": lane, "closed": lane in ARCHIVED_LANES, "color": None,
            "idBoard": _board_id(board_name), "pos": 65536 * (number + 1), "subscribed": False, "softLimit": None,
            "type": None, "datasource": {"filter": False}, "limits": {}}  # fmt: skip


def _member(person: Colleague) -> Json:
    """A member as other people see it: without an e-mail address."""
    initials = person.first[0] + person.last.split()[-1][0]
    return {"id": _member_id(person), "activityBlocked": False, "avatarHash": None, "avatarUrl": None, "bio": "",
            "confirmed": True, "fullName": person.name, "idMemberReferrer": None, "initials": initials,
            "memberType": "normal", "nonPublic": {}, "nonPublicAvailable": True, "username": person.username,
            "url": f"https://trello.com/{person.username}", "products": [], "status": "disconnected"}  # fmt: skip


def _membership(board_name: str, person: Colleague, number: int) -> Json:
    return {"id": object_id(f"membership {board_name} {person.username}", BORN), "idMember": _member_id(person),
            "memberType": "normal" if number else "admin", "unconfirmed": False, "deactivated": False}  # fmt: skip


def _field(board_name: str, field: str, cards: Sequence[Card]) -> Json:
    made = {"id": object_id(f"field {board_name} {field}", BORN), "idModel": _board_id(board_name),
            "modelType": "board", "name": field, "type": FIELDS[field], "pos": 16384,
            "display": {"cardFront": True}, "isSuggestedField": False}  # fmt: skip
    if FIELDS[field] != "list":
        return made
    used = sorted({c.venture.company.country for c in cards if c.venture})
    options = [{"id": _option_id(board_name, code), "idCustomField": made["id"], "value": {"text": code},
                "color": "none", "pos": 16384 * (n + 1)} for n, code in enumerate(used)]  # fmt: skip
    return made | {"options": options}


def _option_id(board_name: str, code: str) -> str:
    return object_id(f"option {board_name} {code}", BORN)


def _card(board_name: str, card: Card) -> Json:
    link = short_link(card.key)
    return {
        "id": card_id(card), "nodeId": f"ari:cloud:trello::card/workspace/{card_id(card)}", "name": card.title,
        "desc": card.text, "descData": {"emoji": {}}, "closed": card.archived, "idBoard": _board_id(board_name),
        "idList": _lane_id(board_name, card.lane), "idShort": card.number, "shortLink": link,
        "shortUrl": card_url(card), "url": f"{card_url(card)}/{card.number}-{slug(card.title)}",
        "pos": 65536 * card.number, "start": None, "due": None, "dueComplete": False, "dueReminder": None,
        "dateLastActivity": _stamp(card.touched), "dateCompleted": None,
        "dateClosed": _stamp(card.touched) if card.archived else None, "creationMethod": None,
        "idMembers": [_member_id(m) for m in card.members], "idMembersVoted": [],
        "idLabels": [_label_id(board_name, label) for label in card.labels],
        "labels": [_label(board_name, label) for label in card.labels], "cardRole": None, "mirrorSourceId": None,
        "idChecklists": [_checklist_id(card)] if card.checklist else [], "badges": _badges(card),
        "attachments": [_attachment(card, n) for n in range(len(card.links))], "isTemplate": card.template,
        "customFieldItems": _field_items(board_name, card), "pluginData": [], "subscribed": False, "limits": {},
        "cover": {"idAttachment": None, "color": None, "size": "normal", "brightness": "dark"},
        "email": f"nordwind+{link.lower()}@boards.trello.com", "address": None, "coordinates": None, "stickers": [],
    }  # fmt: skip


def _badges(card: Card) -> Json:
    """What the card's face counts; comments are counted truly even when the export has lost some."""
    return {"comments": len(card.comments), "attachments": len(card.links), "description": bool(card.text),
            "checkItems": len(card.checklist), "checkItemsChecked": sum(done for _, done in card.checklist),
            "votes": 0, "due": None, "dueComplete": False, "start": None, "subscribed": False, "location": False,
            "fogbugz": "", "viewingMemberVoted": False, "lastUpdatedByAi": False}  # fmt: skip


def _attachment(card: Card, number: int) -> Json:
    name, url = card.links[number]
    return {"id": object_id(f"{card.key} attachment {number}", card.created), "name": name, "url": url, "bytes": None,
            "date": _stamp(card.created), "isUpload": False, "mimeType": "", "idMember": _member_id(card.author),
            "pos": 16384, "previews": [], "edgeColor": None, "fileName": name, "isMalicious": False}  # fmt: skip


def _field_items(board_name: str, card: Card) -> list[Json]:
    if card.venture is None:
        return []
    venture = card.venture
    values: dict[str, Json] = {
        "Customer": {"value": {"text": venture.company.name}},
        "Country": {"idValue": _option_id(board_name, venture.company.country), "value": None},
        "Value (EUR)": {"value": {"number": str(venture.amount)}},
    }
    return [{"id": object_id(f"{card.key} {field}", card.created), "idModel": card_id(card), "modelType": "card",
             "idCustomField": object_id(f"field {board_name} {field}", BORN)} | value
            for field, value in values.items()]  # fmt: skip


def _checklist_id(card: Card) -> str:
    return object_id(f"{card.key} checklist", card.created)


def _checklist(board_name: str, card: Card) -> Json:
    items = [
        {"id": object_id(f"{card.key} item {n}", card.created), "idChecklist": _checklist_id(card), "name": text,
         "state": "complete" if done else "incomplete", "pos": 16384 * (n + 1), "due": None, "idMember": None}
        for n, (text, done) in enumerate(card.checklist)
    ]  # fmt: skip
    return {"id": _checklist_id(card), "idBoard": _board_id(board_name), "idCard": card_id(card), "pos": 16384,
            "name": "Next steps" if board_name == "Pipeline" else "Tasks", "limits": {}, "creationMethod": None,
            "checkItems": items}  # fmt: skip


def _actions(board_name: str, cards: Iterable[Card]) -> list[Json]:
    """Everything that happened, newest first, as much as Trello exports."""
    happened = [_created(board_name, card) for card in cards]
    happened += [_said(board_name, card, comment) for card in cards for comment in card.comments]
    return sorted(happened, key=lambda a: (a["date"], a["id"]), reverse=True)[:MOST_ACTIONS]


def _created(board_name: str, card: Card) -> Json:
    data = {"list": {"id": _lane_id(board_name, card.lane), "name": card.lane}}
    return _action(board_name, card, "createCard", (card.author, card.created, data))


def _said(board_name: str, card: Card, comment: Comment) -> Json:
    data: Json = {"text": comment.text, "textData": {"emoji": {}}}
    if comment.copied:
        source = short_link(f"source of {card.key}")
        data["cardSource"] = {"id": object_id(source, BORN), "name": card.title, "shortLink": source, "idShort": 1}
    kind = "copyCommentCard" if comment.copied else "commentCard"
    return _action(board_name, card, kind, (comment.author, comment.at, data))


def _action(board_name: str, card: Card, kind: str, what: tuple[Colleague, datetime, Json]) -> Json:
    who, at, data = what
    about = {"id": card_id(card), "name": card.title, "shortLink": short_link(card.key), "idShort": card.number}
    place = {"id": _board_id(board_name), "name": board_name, "shortLink": short_link(f"board {board_name}")}
    creator = {k: v for k, v in _member(who).items() if k not in {"bio", "confirmed", "memberType", "url", "products"}}
    return {"id": object_id(f"{kind} {card.key} {at}", at), "idMemberCreator": _member_id(who), "type": kind,
            "date": _stamp(at), "data": {"card": about, "board": place} | data, "appCreator": None, "limits": {},
            "memberCreator": creator}  # fmt: skip
