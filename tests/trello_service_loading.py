"""A board export → the local Trello holds that board."""

from tests.trello_service_records import COMMENTS, Records, card_of
from tests.trello_service_shapes import Record, a_board, a_card


def load(records: Records, export: Record) -> str:
    """Hold the board of an export as it was when it was exported; the id of the board.

    What an export lacks is not invented: a card counts the comments that are there.
    """
    fresh = a_board(export["id"], export["name"], export.get("shortLink") or export["id"][-8:], records.stamp())
    kinds = {"lists": records.lists, "labels": records.labels, "checklists": records.checklists}
    kinds |= {"members": records.members, "customFields": records.custom_fields}
    own = {key: value for key, value in export.items() if key not in {*kinds, "cards", "actions"}}
    records.boards[export["id"]] = fresh | own
    for name, held in kinds.items():
        held |= {thing["id"]: thing for thing in export.get(name, [])}
    records.actions += reversed(export.get("actions", []))
    written = [card_of(a) for a in export.get("actions", []) if a["type"] in COMMENTS]
    for card in export["cards"]:
        place = {key: card.get(key) for key in ("idBoard", "idList", "idShort", "pos")}
        short = card.get("shortLink") or card.get("shortlink") or card["id"][-8:]
        whole = a_card(card["id"], card["name"], short, place, records.stamp()) | card
        whole["badges"] = whole["badges"] | {"comments": written.count(card["id"])}
        records.cards[card["id"]] = whole
    return str(export["id"])
