"""What Trello's objects look like: all keys that its API answered with in 2020 and later, in one place. Pure."""

import re
from typing import Any

Record = dict[str, Any]

COLOURS = ("green", "yellow", "orange", "red", "purple", "blue", "sky", "lime", "pink", "black")
BOARD_FIELDS = "name,desc,descData,closed,idOrganization,idEnterprise,pinned,url,shortUrl,prefs,labelNames"
"""What a single board tells unless asked for more: no date of its last activity."""
MEMBER_FIELDS = (
    "username,activityBlocked,avatarHash,avatarUrl,fullName,idMemberReferrer,initials,nonPublic,nonPublicAvailable"
)
ORGANIZATION_FIELDS = "name,displayName,descData,website,teamType,desc,url,logoHash,logoUrl,products,powerUps"
LIST_FIELDS = "name,closed,pos,idBoard"
NOT_CARD_FIELDS = frozenset({"attachments", "customFieldItems", "pluginData", "stickers", "actions"})
"""What a card only tells where it was asked for by its own parameter."""


def a_board(key: str, name: str, link: str, at: str, **more: Any) -> Record:
    """A board as lists of boards tell it."""
    prefs = {"hideVotes": False, "voting": "disabled", "comments": "members", "invitations": "members"}
    looks = {"selfJoin": True, "cardCovers": True, "isTemplate": False, "cardAging": "regular", "background": "lime"}
    facts: Record = {
        "id": key,
        "name": name,
        "desc": "",
        "descData": None,
        "closed": False,
        "idOrganization": None,
        "idEnterprise": None,
        "pinned": False,
        "starred": False,
        "shortLink": link,
        "shortUrl": f"https://trello.com/b/{link}",
        "url": f"https://trello.com/b/{link}/{slug(name)}",
        "prefs": {"permissionLevel": "private"} | prefs | looks,
        "labelNames": dict.fromkeys((f"{c}{tone}" for tone in ("", "_dark", "_light") for c in COLOURS), ""),
        "dateLastActivity": at,
        "dateLastView": None,
        "subscribed": False,
        "powerUps": [],
        "idTags": [],
        "limits": {},
        "datePluginDisable": None,
        "creationMethod": None,
        "ixUpdate": "1",
        "templateGallery": None,
        "enterpriseOwned": False,
        "idBoardSource": None,
        "idMemberCreator": None,
        "dateClosed": None,
        "nodeId": f"ari:cloud:trello::board/workspace/{key}",
        "premiumFeatures": [],
        "memberships": [],
    }
    return facts | more


def a_list(key: str, name: str, board: str, pos: float) -> Record:
    """A list (a column) of a board."""
    place = {"idBoard": board, "pos": pos, "subscribed": False, "softLimit": None}
    return {"id": key, "name": name, "closed": False, **place}


def a_label(key: str, name: str, board: str, colour: str | None) -> Record:
    """A label of a board."""
    return {"id": key, "idBoard": board, "name": name, "color": colour}


def a_card(key: str, name: str, link: str, place: Record, at: str) -> Record:
    """A card on `place`: its idBoard, idList, idShort and pos."""
    return {
        "id": key,
        "checkItemStates": [],
        "closed": False,
        "dateLastActivity": at,
        "desc": "",
        "descData": None,
        "dueReminder": None,
        **place,
        "idMembersVoted": [],
        "idAttachmentCover": None,
        "idLabels": [],
        "manualCoverAttachment": False,
        "name": name,
        "shortLink": link,
        "isTemplate": False,
        "cardRole": None,
        "dueComplete": False,
        "due": None,
        "start": None,
        "email": f"anna+{key}{link.lower()}@boards.trello.com",
        "labels": [],
        "shortUrl": f"https://trello.com/c/{link}",
        "url": card_url(link, place["idShort"], name),
        "cover": {"idAttachment": None, "color": None, "idUploadedBackground": None, "size": "normal"},
        "idMembers": [],
        "badges": badges(),
        "subscribed": False,
        "idChecklists": [],
        "attachments": [],
        "customFieldItems": [],
        "pluginData": [],
    }


def badges() -> Record:
    """The counts on the front of a card that nothing happened to."""
    counts = dict.fromkeys(("votes", "checkItems", "checkItemsChecked", "comments", "attachments"), 0)
    flags = dict.fromkeys(("location", "viewingMemberVoted", "subscribed", "description", "dueComplete"), False)
    rest = {"attachmentsByType": {"trello": {"board": 0, "card": 0}}, "fogbugz": "", "checkItemsEarliestDue": None}
    return {**counts, **flags, **rest, "due": None, "start": None}


def a_member(key: str, username: str, full_name: str) -> Record:
    """A person as Trello tells others of them: no mail address."""
    return {
        "id": key,
        "username": username,
        "fullName": full_name,
        "initials": "".join(word[0] for word in full_name.split())[:3].upper(),
        "activityBlocked": False,
        "avatarHash": None,
        "avatarUrl": None,
        "idMemberReferrer": None,
        "nonPublic": {},
        "nonPublicAvailable": True,
        "bio": "",
        "confirmed": True,
        "memberType": "normal",
        "url": f"https://trello.com/{username}",
        "status": "disconnected",
        "email": None,
        "prefs": {"locale": "de-DE"},
    }


def an_organization(key: str, name: str) -> Record:
    """A workspace; `memberships` are no part of what it tells unless asked."""
    short = slug(name).replace("-", "")
    facts = {"descData": None, "website": None, "teamType": None, "desc": "", "logoHash": None, "logoUrl": None}
    url = f"https://trello.com/{short}"
    lists: Record = {"products": [], "powerUps": [], "memberships": []}
    return {"id": key, "name": short, "displayName": name, "url": url, **facts, **lists}


def a_checklist(key: str, name: str, card: Record, pos: float) -> Record:
    """A checklist of a card, without items."""
    place = {"idCard": card["id"], "idBoard": card["idBoard"]}
    return {"id": key, "name": name, "pos": pos, **place, "checkItems": []}


def a_check_item(key: str, name: str, checklist: str, pos: float) -> Record:
    """An item that is not done yet."""
    facts = {"nameData": None, "due": None, "idMember": None}
    return {"id": key, "name": name, "idChecklist": checklist, "pos": pos, "state": "incomplete", **facts}


def a_custom_field(key: str, name: str, kind: str, board: str) -> Record:
    """A custom field of a board; `kind` is text, number, date, checkbox or list."""
    place = {"idModel": board, "modelType": "board", "fieldGroup": "0" * 64, "display": {"cardFront": True}}
    return {"id": key, "name": name, "type": kind, "pos": 16384, **place} | ({"options": []} if kind == "list" else {})


def an_attachment(key: str, name: str, url: str, by: str, at: str) -> Record:
    """A link attached to a card."""
    facts: Record = {"bytes": None, "edgeColor": None, "isUpload": False, "mimeType": "", "previews": []}
    return {"id": key, "name": name, "url": url, "date": at, "idMember": by, "pos": 16384, **facts}


def a_webhook(key: str, model: str, url: str, description: str) -> Record:
    """A webhook that never failed."""
    facts: Record = {"active": True, "consecutiveFailures": 0, "firstConsecutiveFailDate": None}
    return {"id": key, "idModel": model, "callbackURL": url, "description": description, **facts}


def card_url(link: str, number: int, name: str) -> str:
    """The long address of a card, which changes with its name."""
    return f"https://trello.com/c/{link}/{number}-{slug(name)}"


def slug(name: str) -> str:
    """A name as it stands in an address."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
