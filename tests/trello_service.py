"""A Trello on this machine: boards that people work on, and the API as its documentation and recordings have it.

It enforces what the real one does: limits, pages in no order, permissions, feeds that leave things out, and signed
webhooks. It knows nothing of the client that is tested with it. `tests/test_trello_service.py` replays recorded
exchanges with the real one through it.
"""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from tests.trello_service_asking import Look
from tests.trello_service_bells import Bells, Post, over_http
from tests.trello_service_boards import exported
from tests.trello_service_gate import DENIED, Answer, Ask, Limits, Refusal, Trouble, Viewer, asked, viewer
from tests.trello_service_http import listening
from tests.trello_service_loading import load
from tests.trello_service_people import People
from tests.trello_service_reading import ROUTES, member, routed
from tests.trello_service_records import Records
from tests.trello_service_shapes import Record
from tests.trello_service_writing import WRITES, Desk

VERSION = {"X-Trello-Version": "1.2239.2"}


@dataclass(slots=True)
class Token:
    """What a token may do, for whom."""

    id: str
    member: str
    write: bool = True
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """One request that arrived: its path without the query, its parameters without credentials, its answer's status."""

    method: str
    path: str
    params: Mapping[str, str]
    status: int


class TrelloService(People):
    """Boards, the people on them, and the API. `key` and `token` are the owner's; `clock` tells seconds since 1970."""

    def __init__(self, clock: Callable[[], float] = time.time, seed: int = 0, post: Post = over_http) -> None:
        """An empty Trello with one member; `post` asks the callbacks of webhooks."""
        super().__init__(Records(clock, seed))
        self.secret = "8f5e" * 16
        self.bells = Bells(self.records, self.secret, post)
        self.limits, self.trouble = Limits(clock), Trouble()
        self.tokens: dict[str, Token] = {}
        self.log: list[Seen] = []
        self.counts: Counter[int] = Counter()
        self.secrets_in_urls = 0
        self.most_checklists = 1000
        self.key = f"{self.records.chance.randrange(1 << 128):032x}"
        self.token = self.add_token(self.owner)
        self.lock = threading.RLock()

    @property
    def requests(self) -> int:
        """How many requests arrived."""
        return len(self.log)

    @property
    def refused(self) -> int:
        """How many of them were answered 429."""
        return self.counts[429]

    def load(self, export: Record) -> str:
        """Hold the board of an export, of which the owner becomes a member; the id of the board."""
        board = load(self.records, json.loads(json.dumps(export)))
        self.records.boards[board].setdefault("memberships", []).append(self.records.membership(self.owner))
        return board

    def export(self, board: str) -> Record:
        """A board as its menu exports it to the owner: with 1000 actions. Raises Refusal (449) if too big."""
        look = Look(self.records, self.records.members[self.owner], {})
        told: Record = json.loads(json.dumps(exported(look, board)))
        return told

    def add_token(self, member: str, write: bool = True) -> str:
        """A token that sees what the member sees."""
        token = f"ATTA{self.records.chance.randrange(1 << 288):072x}"
        self.tokens[token] = Token(self.records.new_id(), member, write)
        return token

    def revoke(self, token: str) -> None:
        """Take a token back: whoever shows it is answered 401."""
        self.tokens[token].revoked = True

    def allow(self, token: str) -> None:
        """Give a revoked token its rights again."""
        self.tokens[token].revoked = False

    def ring(self) -> int:
        """Send what webhooks have to tell and is due; how many callbacks took it."""
        return self.bells.ring()

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Answer HTTP requests on this machine until the block ends; the base address, without a slash at its end."""
        with listening(self.answer) as base:
            yield base

    def answer(
        self, method: str, target: str, headers: Mapping[str, str], sent: Mapping[str, str] | None = None
    ) -> Answer:
        """Answer one request; `sent` are the parameters of its body."""
        ask = asked(method, target, headers, sent)
        with self.lock:
            answer = self._answered(ask)
            self.counts[answer.status] += 1
            self.secrets_in_urls += any(secret in target for secret in (self.key, *self.tokens))
            public = {k: v for k, v in ask.params.items() if k not in ("key", "token")}
            self.log.append(Seen(method, ask.path, public, answer.status))
        return answer

    def _answered(self, ask: Ask) -> Answer:
        headers: dict[str, str] = dict(VERSION)
        who, trouble = viewer(ask), self.trouble
        try:
            trouble.strike()
            known = self.tokens.get(who.token)
            headers |= self.limits.enter(who, known.member if known else "", ask.parts[:1] == ("members",))
            body = self._body(ask, who)
            answer = Answer(200, trouble.spoil(ask, body), headers)
        except Refusal as refusal:
            answer = Answer(refusal.status, refusal.body, headers)
        cut = trouble.cuts.popleft() if trouble.cuts else None
        return replace(answer, cut=cut, drip=trouble.drip)

    def _body(self, ask: Ask, who: Viewer) -> object:
        look = self._look(ask, who)
        if ask.path.startswith("/b/"):
            return exported(look, ask.path.removeprefix("/b/"))
        if ask.parts == ("batch",) and ask.method == "GET":
            return self._batch(ask, who)
        if ask.parts[:1] == ("tokens",):
            return self._token(ask, look)
        if ask.method == "GET" and ask.parts[:1] == ("members",) and ask.parts[2:] == ("tokens",):
            return self._tokens_of(look, ask.parts[1])
        if ask.method == "GET" and ask.parts[:1] == ("webhooks",) and len(ask.parts) == 2:
            owned = self.bells.owned(who.token, ask.parts[1])
            return {k: v for k, v in owned.items() if k != "token"}
        if ask.method == "GET":
            found, keys = routed(ROUTES, ask.parts)
            return found(look, *keys)
        if who.token and not self.tokens[who.token].write and ask.parts[:1] != ("webhooks",):
            raise Refusal(401, DENIED)
        found, keys = routed(WRITES.get(ask.method, {}), ask.parts)
        return found(Desk(look, self, self.bells, who.token), *keys)

    def _look(self, ask: Ask, who: Viewer) -> Look:
        """Raises Refusal (401) for credentials that are not, or no more, valid."""
        if who.key != self.key and (who.key or who.token):
            raise Refusal(401, "invalid key")
        known = self.tokens.get(who.token)
        if who.token and (known is None or known.revoked):
            raise Refusal(401, "invalid token")
        wishes = {name: value for name, value in ask.params.items() if name not in ("key", "token")}
        return Look(self.records, self.records.members[known.member] if known else None, wishes, self.most_checklists)

    def _batch(self, ask: Ask, who: Viewer) -> object:
        """Up to ten GETs in one; a comma inside one of them has to be `%2C` after the whole was decoded once."""
        urls = [url for url in ask.params.get("urls", "").split(",") if url]
        if not 1 <= len(urls) <= 10:
            raise Refusal(400, "invalid value for urls")
        return [self._one_of_batch(url, who) for url in urls]

    def _one_of_batch(self, url: str, who: Viewer) -> Record:
        inner = asked("GET", f"/1{url}", {})
        try:
            if inner.parts[:1] == ("batch",) or not url.startswith("/"):
                raise Refusal(400, "invalid value for urls")
            return {"200": self._body(inner, who)}
        except Refusal as refusal:
            text = refusal.body if isinstance(refusal.body, str) else json.dumps(refusal.body)
            return {"name": "Error", "message": text, "statusCode": refusal.status}

    def _token(self, ask: Ask, look: Look) -> object:
        """`/tokens/{token}`, its member and its webhooks; the token stands in the path, as Trello wants it."""
        _, token, *rest = (*ask.parts, "")
        known = self.tokens.get(token)
        if known is None or known.revoked:
            raise Refusal(400 if ask.method == "DELETE" else 401, "invalid token")
        match [part for part in rest if part]:
            case ["webhooks"]:
                return self.bells.of(token)
            case ["webhooks", key]:
                return {k: v for k, v in self.bells.owned(token, key).items() if k != "token"}
            case ["member"]:
                return member(look, known.member)
        return self._about_token(token, look)

    def _tokens_of(self, look: Look, key: str) -> object:
        """The tokens of the member who asks, without what they read as."""
        if look.member is None or member(look, key)["id"] != look.member["id"]:
            raise Refusal(401, DENIED)
        own = [token for token, known in self.tokens.items() if known.member == look.member["id"]]
        return [self._about_token(token, look) for token in own if not self.tokens[token].revoked]

    def _about_token(self, token: str, look: Look) -> Record:
        known = self.tokens[token]
        every = {"idModel": "*", "read": True, "write": known.write}
        rights = [{**every, "idModel": known.member, "modelType": "Member"}]
        rights += [{**every, "modelType": kind} for kind in ("Board", "Organization")]
        dates = {"dateCreated": "2026-01-05T08:00:00.000Z", "dateExpires": None}
        told = {"id": known.id, "identifier": "Signpost", "idMember": known.member, **dates, "permissions": rights}
        return told | ({"webhooks": self.bells.of(token)} if look.wishes.get("webhooks") == "true" else {})
