"""Calls to Trello: boards and cards in the shape of an export, so that whatever reads one reads both.

Trello nests a board's lists and people, but no more than so many checklists (403), and of nested actions only the
newest, whatever is asked; cards come in no order within a page. So cards, checklists and comments are read apart.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from indexer.errors import BadAnswer, Refused, Unavailable
from indexer.sources.http import Line, Place, Rate
from indexer.sources.loose import Record, count, flag, record, records, string

ORIGIN = "https://api.trello.com"
RATES = (Rate(300, 10), Rate(100, 10), Rate(100, 900, within="/1/members/"))
REMEDY = "Make a new token at https://trello.com/power-ups/admin, and put it in the place of the old one."
PAGE = 1000
BATCH = 10
_NEXT = "The next update asks again."
_FRAME = (
    "fields=name,closed,prefs,dateLastActivity,shortLink&lists=all&list_fields=name,closed&labels=all&label_fields=name"
    "&labels_limit=1000&members=all&member_fields=fullName,username&customFields=true"
)
_SLIM = "closed,dateLastActivity,idBoard,idList,idLabels,idMembers,isTemplate,badges"
_TOLD = "commentCard,copyCommentCard,createCard,copyCard,convertToCardFromCheckItem,emailCard"
"""Comments, and who made a card. Of edits and deletions no feed tells: comments are told as they are now."""
_BESIDE = "attachments=true&customFieldItems=true"
_CARD = f"fields=all&{_BESIDE}&checklists=all&actions={_TOLD}&actions_limit={PAGE}"


def place(source: str, origin: str = ORIGIN, public: bool = True) -> Place:
    """Where Trello is, and its documented limits a key, a token, and a token below /members/."""
    return Place("Trello", source, origin, RATES, public, REMEDY)


def authorization(key: str, token: str) -> dict[str, str]:
    """The header that lets in, so that neither key nor token is ever in an address."""
    return {"Authorization": f'OAuth oauth_consumer_key="{key.strip()}", oauth_token="{token.strip()}"'}


@dataclass(frozen=True, slots=True)
class Absent:
    """What Trello answered instead of a thing: 404 for none, 401 for one that the token may not see."""

    status: int


class Rest:
    """What is asked of Trello. Every method raises SourceError where it cannot be answered whole."""

    def __init__(self, line: Line) -> None:
        """Ask nothing yet."""
        self._line = line
        self._who = f"{line.place.service} ({line.place.source})"

    def frames(self, boards: Sequence[str]) -> dict[str, Record | Absent]:
        """Each board by id or short link, without its cards but with all that they refer to; ten in one request."""
        return self._batch("boards", boards, _FRAME)

    def workspace(self, name: str) -> list[str] | Absent:
        """The ids of all boards of a workspace that the token may see, closed ones too."""
        try:
            reply = self._line.get(f"/1/organizations/{quote(name, safe='')}/boards", {"filter": "all", "fields": "id"})
        except Refused as refused:
            if "unauthorized" not in str(refused):
                raise
            return Absent(refused.status)
        return Absent(reply.status) if reply.status >= 400 else [string(b.get("id")) for b in records(reply.json())]

    def census(self, board: str) -> list[Record]:
        """All cards of a board, only as much of them as shows whether they changed."""
        return self._pages(f"/1/boards/{board}/cards?filter=all&fields={_SLIM}")

    def whole(self, frame: Record) -> Record:
        """A board with everything on it, as an export would hold it, but with all its comments."""
        path = f"/1/boards/{string(frame.get('id'))}"
        return frame | {
            "cards": self._pages(f"{path}/cards?filter=all&fields=all&{_BESIDE}"),
            "checklists": self._list(f"{path}/checklists"),
            "actions": self._pages(f"{path}/actions?filter={_TOLD}"),
        }

    def cards(self, ids: Sequence[str]) -> dict[str, Record | Absent]:
        """Cards under their ids with all that is on them; ten in one request."""
        found = self._batch("cards", ids, _CARD)
        for key, card in found.items():
            if not isinstance(card, Absent) and len(records(card.get("actions"))) >= PAGE:
                card["actions"] = self._pages(f"/1/cards/{key}/actions?filter={_TOLD}")
        return found

    def ring_at(self, url: str, boards: Iterable[str]) -> list[str]:
        """Let Trello call `url` whenever something happens on these boards; a sentence for each that it will not do.

        A webhook that Trello gave up is woken.
        """
        known = {string(webhook.get("idModel")): webhook for webhook in self._webhooks(url)}
        said: list[str] = []
        for board in boards:
            if board not in known:
                said += self._register(url, board)
            elif not flag(known[board].get("active")):
                self._line.call("PUT", f"/1/webhooks/{string(known[board].get('id'))}", params={"active": "true"})
        return said

    def _webhooks(self, url: str) -> list[Record]:
        """Those that call `url`. Asked of the member: only there the token is not in the address."""
        reply = self._line.get("/1/members/me/tokens", {"webhooks": "true"})
        tokens = records(reply.json()) if reply.status < 400 else []
        return [hook for token in tokens for hook in records(token.get("webhooks")) if hook.get("callbackURL") == url]

    def _register(self, url: str, board: str) -> list[str]:
        try:
            self._line.post("/1/webhooks", {"callbackURL": url, "idModel": board, "description": "Signpost"})
        except BadAnswer as error:
            return [] if "already exists" in str(error) else [str(error)]
        return []

    def _pages(self, feed: str) -> list[Record]:
        """All things of a feed, one an id, in the order of their ids; they come newest first, page by page."""
        found: dict[str, Record] = {}
        before = ""
        while True:
            told = self._list(feed, limit=f"{PAGE}", **({"before": before} if before else {}))
            page = {key: each for each in told if (key := string(each.get("id")))}
            found |= page
            oldest = min(page, default="")
            if before and oldest >= before:
                path = feed.partition("?")[0]
                raise BadAnswer(f"{self._who} told the same page of {path} twice. {_NEXT}")
            if len(told) < PAGE or not page:
                return [found[key] for key in sorted(found)]
            before = oldest

    def _list(self, path: str, **params: str) -> list[Record]:
        reply = self._line.get(path, params)
        told = None if reply.status >= 400 else reply.json()
        if not isinstance(told, list):
            raise BadAnswer(f"{reply.of} gave no list (HTTP {reply.status}). {_NEXT}")
        return records(told)

    def _batch(self, kind: str, keys: Sequence[str], query: str) -> dict[str, Record | Absent]:
        """What Trello tells of each thing, ten in one request; a comma in an address has to be encoded once more."""
        told: dict[str, Record | Absent] = {}
        for some in (keys[start : start + BATCH] for start in range(0, len(keys), BATCH)):
            urls = (quote(f"/{kind}/{key}?{query}", safe="/?&=") for key in some)
            answers = self._list("/1/batch", urls=",".join(urls))
            if len(answers) != len(some):
                raise BadAnswer(f"{self._who} answered only {len(answers)} of {len(some)}. {_NEXT}")
            told |= zip(some, map(self._answer, answers), strict=True)
        return told

    def _answer(self, told: Record) -> Record | Absent:
        """A part of a batch: `{"200": …}`, or what is wrong in one of two ways. Raises SourceError."""
        if isinstance(told.get("200"), dict):
            return record(told["200"])
        named = next((int(key) for key in told if key.isdecimal() and len(key) == 3), 0)
        status, says = count(told.get("statusCode")) or named, string(told.get("message"))
        if status == 404 or (status == 401 and "permission" in says) or (status == 400 and "invalid id" in says):
            return Absent(status)
        how = f"HTTP {status}: {' '.join(says.split())[:100]}"
        if status in (401, 403):
            raise Refused(f"{self._who} refused a part of a batch ({how}). {self._line.place.remedy}".strip(), status)
        kind = Unavailable if status >= 500 or status == 429 else BadAnswer
        raise kind(f"{self._who} did not answer a part of a batch ({how}). {_NEXT}")


def as_board(frame: Record, cards: Iterable[Record]) -> Record:
    """A board with these cards only, which hold their checklists and actions themselves."""
    held = list(cards)
    checklists = [each for card in held for each in records(card.get("checklists"))]
    actions = [each for card in held for each in records(card.get("actions"))]
    return frame | {"cards": held, "checklists": checklists, "actions": actions}
