"""What people do on the local Trello: each thing moves the dates and makes the actions that the real one does."""

from typing import Any

from tests.trello_service_records import Records, card_of
from tests.trello_service_shapes import (
    Record,
    a_board,
    a_card,
    a_check_item,
    a_checklist,
    a_custom_field,
    a_label,
    a_list,
    a_member,
    an_attachment,
    an_organization,
)


class People:
    """Everybody who works on the boards; who does a thing is `owner` unless another member's id is given as `by`.

    `edits_move_dates`: whether editing or deleting a comment moves the card's date of last activity. It was seen
    not to, so it does not here; nobody has shown that it never does.
    """

    edits_move_dates = False

    def __init__(self, records: Records) -> None:
        """Nobody but the owner, and no board."""
        self.records = records
        self.owner = ""
        self.owner = self.add_member("anna", "Anna Müller")

    def add_member(self, username: str, full_name: str) -> str:
        """Somebody with an account, on no board yet."""
        key = self.records.new_id()
        self.records.members[key] = a_member(key, username, full_name)
        return key

    def add_organization(self, name: str, *members: str) -> str:
        """A workspace of the owner and these members."""
        key = self.records.new_id()
        self.records.organizations[key] = an_organization(key, name)
        self.records.organizations[key]["memberships"] = [
            self.records.membership(who) for who in (self.owner, *members)
        ]
        return key

    def add_board(self, name: str, permission: str = "private", organization: str | None = None, by: str = "") -> str:
        """A board without lists; who makes it is its only member."""
        held, by = self.records, by or self.owner
        key, link = held.new_id(), held.new_link()
        held.boards[key] = a_board(key, name, link, held.stamp(), idOrganization=organization)
        held.boards[key]["prefs"]["permissionLevel"] = permission
        held.boards[key]["memberships"].append(self.records.membership(by, "admin"))
        held.act("createBoard", by, {"board": held.about_board(key)})
        return key

    def add_list(self, board: str, name: str, by: str = "") -> str:
        """A list at the right end of a board."""
        held, key = self.records, self.records.new_id()
        held.lists[key] = a_list(key, name, board, 65536.0 * (1 + len(held.on_board(held.lists.values(), board))))
        self._board_act("createList", board, by, list={"id": key, "name": name})
        return key

    def add_label(self, board: str, name: str, colour: str | None = "green") -> str:
        """A label that no card has yet."""
        key = self.records.new_id()
        self.records.labels[key] = a_label(key, name, board, colour)
        self._board_act("createLabel", board, "", label={"id": key, "name": name})
        return key

    def add_custom_field(self, board: str, name: str, kind: str = "text", *choices: str) -> str:
        """A custom field; one of the kind `list` has choices."""
        key = self.records.new_id()
        field = a_custom_field(key, name, kind, board)
        for text in choices:
            option = {"id": self.records.new_id(), "idCustomField": key, "value": {"text": text}}
            field["options"].append(option | {"color": "none", "pos": 16384})
        self.records.custom_fields[key] = field
        self._board_act("createCustomField", board, "", customField={"id": key, "name": name})
        return key

    def add_card(self, lane: str, name: str, desc: str = "", by: str = "", **facts: Any) -> str:
        """A card at the end of a list; `facts` are any of its fields."""
        held, board = self.records, self.records.lists[lane]["idBoard"]
        key = held.new_id()
        place = {
            "idBoard": board,
            "idList": lane,
            "idShort": self.records.next_number(board),
            "pos": 65536.0 * (held.chance.random() + 1),
        }
        held.cards[key] = a_card(key, name, held.new_link(), place, held.stamp())
        held.cards[key] |= {"desc": desc} | facts
        self._done("createCard", key, by)
        return key

    def rename(self, card: str, name: str, by: str = "") -> None:
        """Give a card another name: its long address changes, its short one does not."""
        self.change(card, by, name=name)

    def describe(self, card: str, desc: str, by: str = "") -> None:
        """Write another description."""
        self.change(card, by, desc=desc)

    def archive(self, card: str, by: str = "") -> None:
        """Put a card into the archive."""
        self.change(card, by, closed=True)

    def restore(self, card: str, by: str = "") -> None:
        """Take a card out of the archive."""
        self.change(card, by, closed=False)

    def move(self, card: str, lane: str, by: str = "") -> None:
        """Move a card to another list, of another board too: it keeps its id and gets another number there."""
        held, thing = self.records, self.records.cards[card]
        board = held.lists[lane]["idBoard"]
        if board == thing["idBoard"]:
            return self.change(card, by, idList=lane)
        left, names = thing["idBoard"], {held.labels[k]["name"] for k in thing["idLabels"] if k in held.labels}
        kept = [x["id"] for x in held.labels.values() if x["idBoard"] == board and x["name"] in names]
        self._done("moveCardFromBoard", card, by, boardTarget={"id": board})
        thing |= {"idBoard": board, "idList": lane, "idShort": self.records.next_number(board), "idLabels": kept}
        thing["customFieldItems"] = []
        for key in thing["idChecklists"]:
            held.checklists[key]["idBoard"] = board
        self._done("moveCardToBoard", card, by, boardSource={"id": left})

    def delete(self, card: str, by: str = "") -> None:
        """Delete a card for good: its comments and checklists go with it."""
        held, thing = self.records, self.records.cards[card]
        self._done("deleteCard", card, by)
        del held.cards[card]
        for key in thing["idChecklists"]:
            held.checklists.pop(key, None)
        gone = [a for a in held.actions if a["type"] != "deleteCard" and card_of(a) == card]
        for action in gone:
            held.actions.remove(action)

    def change(self, card: str, by: str = "", /, **facts: Any) -> None:
        """Change fields of a card."""
        thing = self.records.cards[card]
        old = {key: thing.get(key) for key in facts}
        thing |= facts
        self._done("updateCard", card, by, facts, old=old)

    def comment(self, card: str, text: str, by: str = "") -> str:
        """Comment on a card; the id is that of the action."""
        self.records.cards[card]["badges"]["comments"] += 1
        return str(self._done("commentCard", card, by, text=text, textData={"emoji": {}})["id"])

    def edit_comment(self, comment: str, text: str, by: str = "") -> None:
        """Change a comment. No feed tells it, only webhooks do, and the card's date need not move."""
        action = self.records.comment(comment)
        old = action["data"]["text"]
        action["data"] |= {"text": text, "dateLastEdited": self.records.stamp()}
        told = {"id": comment, "text": text}
        self._quietly("updateComment", action, by, action=told, old={"text": old})

    def delete_comment(self, comment: str, by: str = "") -> None:
        """Delete a comment. No feed tells it; it is missing, and the card counts one less."""
        action = self.records.comment(comment)
        self.records.actions.remove(action)
        if thing := self.records.cards.get(card_of(action)):
            thing["badges"]["comments"] -= 1
        self._quietly("deleteComment", action, by, action={"id": comment})

    def assign(self, card: str, member: str, by: str = "") -> None:
        """Put a member on a card."""
        self.records.cards[card]["idMembers"].append(member)
        self._done("addMemberToCard", card, by, idMember=member, member={"id": member})

    def put_label(self, card: str, label: str, by: str = "") -> None:
        """Put a label on a card. No feed tells it, but the card's date moves."""
        self.records.cards[card]["idLabels"].append(label)
        self._done("addLabelToCard", card, by, label={"id": label})

    def take_label(self, card: str, label: str, by: str = "") -> None:
        """Take a label off a card."""
        self.records.cards[card]["idLabels"].remove(label)
        self._done("removeLabelFromCard", card, by, label={"id": label})

    def set_field(self, card: str, field: str, value: str, by: str = "") -> None:
        """Fill a custom field: text, number, date, `true` for a checkbox, or the text of a choice."""
        held = self.records
        kind, choices = held.custom_fields[field]["type"], held.custom_fields[field].get("options", [])
        item: Record = {"id": held.new_id(), "idCustomField": field, "idModel": card, "modelType": "card"}
        if kind == "list":
            item |= {"value": None, "idValue": next(o["id"] for o in choices if o["value"]["text"] == value)}
        else:
            item |= {"value": {"checked" if kind == "checkbox" else kind: value}}
        rest = [i for i in held.cards[card]["customFieldItems"] if i["idCustomField"] != field]
        held.cards[card]["customFieldItems"] = [*rest, item]
        self._done("updateCustomFieldItem", card, by, customFieldItem=item)

    def attach(self, card: str, url: str, name: str = "", by: str = "") -> str:
        """Attach a link to a card."""
        key, thing = self.records.new_id(), self.records.cards[card]
        found = an_attachment(key, name or url, url, by or self.owner, self.records.stamp())
        thing["attachments"].append(found)
        thing["badges"]["attachments"] += 1
        self._done("addAttachmentToCard", card, by, attachment={"id": key, "name": name, "url": url})
        return key

    def add_checklist(self, card: str, name: str, *items: str, by: str = "") -> str:
        """A checklist with items that are not done."""
        held, key = self.records, self.records.new_id()
        held.checklists[key] = a_checklist(key, name, held.cards[card], 16384.0)
        held.cards[card]["idChecklists"].append(key)
        self._done("addChecklistToCard", card, by, checklist={"id": key, "name": name})
        for item in items:
            self.add_item(key, item, by)
        return key

    def add_item(self, checklist: str, name: str, by: str = "") -> str:
        """Another item of a checklist."""
        found, key = self.records.checklists[checklist], self.records.new_id()
        found["checkItems"].append(a_check_item(key, name, checklist, 16384.0 * (1 + len(found["checkItems"]))))
        self.records.cards[found["idCard"]]["badges"]["checkItems"] += 1
        self._done("createCheckItem", found["idCard"], by, checkItem={"id": key, "name": name})
        return key

    def check(self, item: str, by: str = "") -> None:
        """Tick an item of a checklist off."""
        found = next(x for x in self.records.checklists.values() if any(i["id"] == item for i in x["checkItems"]))
        next(i for i in found["checkItems"] if i["id"] == item)["state"] = "complete"
        self.records.cards[found["idCard"]]["badges"]["checkItemsChecked"] += 1
        self._done("updateCheckItemStateOnCard", found["idCard"], by, checkItem={"id": item, "state": "complete"})

    def rename_list(self, lane: str, name: str, by: str = "") -> None:
        """Give a list another name. Its cards' dates do not move."""
        self._change_list(lane, by, name=name)

    def archive_list(self, lane: str, by: str = "") -> None:
        """Put a list into the archive. Its cards stay `closed: false`, and their dates do not move."""
        self._change_list(lane, by, closed=True)

    def rename_label(self, label: str, name: str, by: str = "") -> None:
        """Give a label another name. No feed tells it, and no card's date moves."""
        thing = self.records.labels[label]
        old, thing["name"] = thing["name"], name
        self._board_act("updateLabel", thing["idBoard"], by, label={"id": label, "name": name}, old={"name": old})

    def rename_board(self, board: str, name: str, by: str = "") -> None:
        """Give a board another name. No card's date moves."""
        self.change_board(board, by, name=name)

    def close_board(self, board: str, by: str = "") -> None:
        """Put a board into the archive; its cards stay as they are."""
        self.change_board(board, by, closed=True)

    def set_permission(self, board: str, permission: str, by: str = "") -> None:
        """Show a board to its members (private), to its workspace (org) or to everybody (public)."""
        prefs = self.records.boards[board]["prefs"]
        self.change_board(board, by, prefs=prefs | {"permissionLevel": permission})

    def join(self, board: str, member: str) -> None:
        """Make somebody a member of a board."""
        self.records.boards[board]["memberships"].append(self.records.membership(member))
        self._board_act("addMemberToBoard", board, "", member={"id": member})

    def leave(self, board: str, member: str) -> None:
        """Take somebody off a board; what they wrote stays."""
        thing = self.records.boards[board]
        thing["memberships"] = [m for m in thing["memberships"] if m["idMember"] != member]
        self._board_act("removeMemberFromBoard", board, "", member={"id": member})

    def change_board(self, board: str, by: str = "", /, **facts: Any) -> None:
        """Change fields of a board."""
        thing = self.records.boards[board]
        old = {key: thing[key] for key in facts}
        thing |= facts
        self.records.shown(thing)
        self._board_act("updateBoard", board, by, old=old)

    def _change_list(self, lane: str, by: str, /, **facts: Any) -> None:
        thing = self.records.lists[lane]
        old = {key: thing[key] for key in facts}
        thing |= facts
        self._board_act("updateList", thing["idBoard"], by, list={"id": lane, "name": thing["name"]} | facts, old=old)

    def _board_act(self, kind: str, board: str, by: str, /, **data: Any) -> None:
        self.records.touch(self.records.boards[board])
        self.records.act(kind, by or self.owner, data | {"board": self.records.about_board(board)})

    def _done(self, kind: str, card: str, by: str, facts: Record | None = None, /, **data: Any) -> Record:
        held, thing = self.records, self.records.cards[card]
        held.touch(thing)
        held.shown(thing)
        return held.act(kind, by or self.owner, data | held.about(thing, **(facts or {})))

    def _quietly(self, kind: str, comment: Record, by: str, /, **data: Any) -> None:
        thing = self.records.cards.get(card_of(comment))
        if thing and self.edits_move_dates:
            self.records.touch(thing)
        where = self.records.about(thing) if thing else {}
        self.records.act(kind, by or self.owner, data | where)
