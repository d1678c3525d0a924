"""The webhooks of the local Trello: asked for with HEAD, signed, tried again, and given up after too many failures."""

import base64
import hashlib
import hmac
import http.client
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from tests.trello_service_gate import NOT_FOUND, Refusal
from tests.trello_service_records import Records, iso
from tests.trello_service_shapes import Record, a_webhook

Post = Callable[[str, str, dict[str, str], bytes], int]
"""A request to a callback: method, address, headers, body → the status of its answer, 0 where there is none."""
PAUSES = (30.0, 60.0, 120.0)
MOST_FAILURES = 1000


@dataclass(frozen=True, slots=True)
class Ring:
    """One message on its way to a callback; tests may reorder, drop, double or forge what waits."""

    webhook: str
    url: str
    body: bytes
    signature: str
    due: float = 0.0
    tries: int = 0

    @property
    def headers(self) -> dict[str, str]:
        """As the message is sent."""
        return {"Content-Type": "application/json; charset=utf-8", "X-Trello-Webhook": self.signature}


class Bells:
    """Webhooks and what waits to be told by them; nothing is sent before `ring`."""

    def __init__(self, records: Records, secret: str, post: Post) -> None:
        """Sign with the secret of the application that owns the key."""
        self._records, self.secret, self._post = records, secret, post
        self.waiting: list[Ring] = []
        records.told = self._told

    def register(self, token: str, model: str, url: str, description: str = "") -> Record:
        """Make a webhook. Raises Refusal where the callback does not answer HEAD with 200, or there is one already."""
        status = self._post("HEAD", url, {}, b"") if urlsplit(url).scheme in ("http", "https") else 0
        if status != 200:
            text = f"URL ({url}) did not return 200 status code, got {status}"
            raise Refusal(400, {"message": text, "error": "VALIDATOR_URL_RETURNED_INVALID_RESPONSE"})
        if any((w["token"], w["idModel"], w["callbackURL"]) == (token, model, url) for w in self._all()):
            raise Refusal(400, "A webhook with that callback, model, and token already exists")
        key = self._records.new_id()
        self._records.webhooks[key] = a_webhook(key, model, url, description) | {"token": token}
        return shown(self._records.webhooks[key])

    def owned(self, token: str, key: str) -> Record:
        """A webhook of a token. Raises Refusal for every other."""
        found = self._records.webhooks.get(key)
        if found is None or found["token"] != token:
            raise Refusal(404, NOT_FOUND)
        return found

    def of(self, token: str) -> list[Record]:
        """The webhooks of a token."""
        return [shown(w) for w in self._all() if w["token"] == token]

    def ring(self) -> int:
        """Send what is due, in the order in which it waits; how many callbacks answered 200."""
        now, heard = self._records.clock(), 0
        due = [ring for ring in self.waiting if ring.due <= now]
        self.waiting = [ring for ring in self.waiting if ring.due > now]
        for ring in due:
            arrived = self._post("POST", ring.url, ring.headers, ring.body) == 200
            heard += arrived
            self._settle(ring, arrived, now)
        return heard

    def _settle(self, ring: Ring, arrived: bool, now: float) -> None:
        webhook = self._records.webhooks.get(ring.webhook)
        if webhook is None:
            return
        if arrived:
            webhook |= {"consecutiveFailures": 0, "firstConsecutiveFailDate": None}
        elif ring.tries < len(PAUSES):
            self.waiting.append(replace(ring, due=now + PAUSES[ring.tries], tries=ring.tries + 1))
        else:
            webhook["consecutiveFailures"] += 1
            webhook["firstConsecutiveFailDate"] = webhook["firstConsecutiveFailDate"] or iso(now)
            webhook["active"] = webhook["active"] and webhook["consecutiveFailures"] < MOST_FAILURES

    def _told(self, action: Record) -> None:
        for webhook in self._all():
            model = self._model(webhook["idModel"])
            if webhook["active"] and model is not None and webhook["idModel"] in _concerned(action, self._records):
                body = json.dumps({"action": action, "model": model, "webhook": shown(webhook)}).encode()
                url = webhook["callbackURL"]
                self.waiting.append(Ring(webhook["id"], url, body, signed(self.secret, body, url)))

    def _model(self, key: str) -> Record | None:
        held = self._records
        kinds = (held.boards, held.cards, held.lists, held.members, held.organizations)
        return next((kind[key] for kind in kinds if key in kind), None)

    def _all(self) -> list[Record]:
        return [*self._records.webhooks.values()]


def signed(secret: str, body: bytes, url: str) -> str:
    """The signature of a message: base64 of HMAC-SHA1 over its body and the callback's address."""
    return base64.b64encode(hmac.new(secret.encode(), body + url.encode(), hashlib.sha1).digest()).decode()


def shown(webhook: Record) -> Record:
    """A webhook as it is told: without the token that owns it."""
    return {key: value for key, value in webhook.items() if key != "token"}


def over_http(method: str, url: str, headers: dict[str, str], body: bytes) -> int:
    """Ask a callback in earnest."""
    split = urlsplit(url)
    line = http.client.HTTPConnection(split.netloc, timeout=5)
    try:
        line.request(method, split.path + (f"?{split.query}" if split.query else ""), body or None, headers)
        return line.getresponse().status
    except OSError:
        return 0
    finally:
        line.close()


def _concerned(action: Record, records: Records) -> set[str]:
    data = action["data"]
    found = {str((data.get(kind) or {}).get("id")) for kind in ("board", "card", "list", "member", "organization")}
    boards = [records.boards[key] for key in found if key in records.boards]
    return found | {action["idMemberCreator"]} | {str(b["idOrganization"]) for b in boards}
