"""Who asks the local Trello, how often, and what trouble is in store: everything that happens before an answer."""

import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from tests.trello_service_shapes import Record

NOT_FOUND = "The requested resource was not found."
DENIED = "unauthorized permission requested"
_OAUTH = re.compile(r'(\w+)="([^"]*)"')


class Refusal(Exception):
    """An answer that is no success: its status and its body, a text or an object."""

    def __init__(self, status: int, body: object) -> None:
        """`body` is sent as JSON unless it is a text."""
        super().__init__(f"{status} {body}")
        self.status, self.body = status, body


@dataclass(frozen=True, slots=True)
class Ask:
    """One request as it arrived; header names in lower case, credentials of the URL among the parameters."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def parts(self) -> tuple[str, ...]:
        """The segments of the path after the version."""
        return tuple(part for part in self.path.split("/") if part)[1:]


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back. `cut` bytes of it are sent before the connection breaks, at `drip` bytes a second."""

    status: int
    body: object
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    drip: int | None = None


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks: an application's key, and the token of the member it asks for; both may be absent."""

    key: str = ""
    token: str = ""


def asked(method: str, target: str, headers: Mapping[str, str], sent: Mapping[str, str] | None = None) -> Ask:
    """A request from its target (path and query), its headers and the parameters of its body."""
    split = urlsplit(target)
    params = dict(parse_qsl(split.query, keep_blank_values=True))
    return Ask(method, split.path, params | dict(sent or {}), {k.lower(): v for k, v in headers.items()})


def viewer(ask: Ask) -> Viewer:
    """The credentials of a request: the OAuth header, else its parameters."""
    told = dict(_OAUTH.findall(ask.headers.get("authorization", "")))
    key = told.get("oauth_consumer_key") or ask.params.get("key", "")
    return Viewer(key, told.get("oauth_token") or ask.params.get("token", ""))


@dataclass(slots=True)
class _Window:
    """How many came since it opened; a window opens with the first that comes after the last has closed."""

    opened: float = float("-inf")
    count: int = 0


@dataclass(slots=True)
class Limits:
    """300 in 10 s a key, 100 a token, 200 a member; 100 in 900 s below /1/members/; 200 refusals shut a key out."""

    clock: Callable[[], float]
    windows: dict[tuple[str, str], _Window] = field(default_factory=dict)

    def enter(self, viewer: Viewer, member: str, below_members: bool) -> dict[str, str]:
        """Count a request. The headers of its answer; raises Refusal (429) where it is too many."""
        rules = [("Api-Key", viewer.key, 300, 10, "API_KEY_LIMIT_EXCEEDED")]
        if viewer.token:
            rules.append(("Api-Token", viewer.token, 100, 10, "API_TOKEN_LIMIT_EXCEEDED"))
            rules.append(("Member", member, 200, 10, "MEMBER_LIMIT_EXCEEDED"))
        if below_members:
            rules.append(("", f"members {viewer.token}", 100, 900, "RATE_LIMIT_EXCEEDED"))
        told: dict[str, str] = {}
        refused = self._window("429", viewer.key, 10).count > 200
        error = "API_KEY_LIMIT_EXCEEDED" if refused else ""
        for name, whose, most, seconds, code in rules:
            window = self._window(name, whose, seconds, opens=True)
            window.count += 1
            if name:
                told |= _header(name, most, seconds, max(0, most - window.count))
            error = error or (code if window.count > most else "")
        if error:
            self._window("429", viewer.key, 10, opens=True).count += 1
            raise Refusal(429, {"error": error, "message": "Rate limit exceeded"})
        return told

    def _window(self, name: str, whose: str, seconds: float, opens: bool = False) -> _Window:
        window = self.windows.setdefault((name, whose), _Window())
        now = self.clock()
        if now >= window.opened + seconds:
            window.count = 0
            window.opened = now if opens else float("-inf")
        return window


def _header(name: str, most: int, seconds: int, left: int) -> dict[str, str]:
    head = f"X-Rate-Limit-{name}"
    return {f"{head}-Interval-Ms": f"{seconds * 1000}", f"{head}-Max": f"{most}", f"{head}-Remaining": f"{left}"}


@dataclass(slots=True)
class Trouble:
    """What goes wrong next. Each thing is used up by the request it hits, but for `drip` and `refuse_after`."""

    statuses: deque[int] = field(default_factory=deque)
    """The next answers have these statuses and nothing else."""
    cuts: deque[int] = field(default_factory=deque)
    """The next answers break off after so many bytes."""
    pages: deque[str] = field(default_factory=deque)
    """The next pages (answers to a request with a `limit`) are told wrongly: 'repeat', 'skip', 'empty', 'right'."""
    drip: int | None = None
    """Bytes a second of every answer."""
    refuse_after: int | None = None
    """After so many more requests every one is answered 401, as after a token was revoked."""

    def strike(self) -> None:
        """Raise the refusal that is next in line, if any."""
        if self.refuse_after is not None:
            self.refuse_after -= 1
            if self.refuse_after < 0:
                raise Refusal(401, "invalid token")
        if self.statuses:
            status = self.statuses.popleft()
            raise Refusal(status, _body_of(status))

    def spoil(self, ask: Ask, body: object) -> object:
        """A page as the next trouble with pages makes it: some things twice, every other missing, or nothing at all."""
        if not self.pages or "limit" not in ask.params or not isinstance(body, list):
            return body
        match self.pages.popleft():
            case "repeat":
                return body + body[:3]
            case "skip":
                return body[1::2]
            case "empty":
                return []
        return body

    def calm(self) -> None:
        """No trouble any more."""
        for queue in (self.statuses, self.cuts, self.pages):
            queue.clear()
        self.drip = self.refuse_after = None


def _body_of(status: int) -> object:
    texts: dict[int, object] = {
        401: "invalid token",
        403: DENIED,
        404: NOT_FOUND,
        429: {"error": "API_TOKEN_LIMIT_EXCEEDED", "message": "Rate limit exceeded"},
        500: "Internal Server Error",
        502: "<html><body><h1>502 Bad Gateway</h1></body></html>",
        503: "Service Unavailable",
    }
    return texts.get(status, "")


def may_see(board: Record, member: Record | None, organizations: Mapping[str, Record]) -> bool:
    """Whether a board is shown to a member, or to somebody without a token."""
    level = board["prefs"].get("permissionLevel")
    if level == "public":
        return True
    if member is None:
        return False
    if belongs(board, member["id"]):
        return True
    workspace = organizations.get(board.get("idOrganization") or "")
    return level in ("org", "enterprise") and workspace is not None and belongs(workspace, member["id"])


def belongs(group: Record, member: str) -> bool:
    """Whether a board or workspace counts somebody among its members."""
    return any(m.get("idMember") == member and not m.get("deactivated") for m in group.get("memberships", ()))
