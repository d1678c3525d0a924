"""A polite line to the Trello in this process: all of a line but the network, on a clock that runs at once."""

import json
import random
from collections.abc import Mapping
from datetime import UTC, datetime

from indexer.sources.http import Line, Place, Politeness
from indexer.sources.politeness import Rate
from indexer.sources.wire import Answer, Broken, Limits, Wire
from tests.trello_service import TrelloService

RATES = (Rate(100, 10), Rate(100, 900, within="/1/members/"))


class Clock:
    """Time that passes by sleeping, at once."""

    def __init__(self, now: float = 1_772_442_000.0) -> None:
        """Begin on a Monday in March 2026."""
        self.now = now

    def __call__(self) -> float:
        """Seconds since 1970."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += max(0.0, seconds)

    def today(self) -> datetime:
        """The time as a date, in UTC."""
        return datetime.fromtimestamp(self.now, UTC)


class NearWire(Wire):
    """Hands requests to a service in this process; connections break and answers fail as its trouble says."""

    def __init__(self, service: TrelloService) -> None:
        """Needs no connection."""
        self._service = service

    def exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, within: Limits) -> Answer:
        """One request and its answer. Raises Broken where the connection was cut."""
        sent = {k: str(v) for k, v in json.loads(body).items()} if body else None
        answer = self._service.answer(method, "/" + url.split("/", 3)[3], headers, sent)
        if answer.cut is not None:
            raise Broken("the connection broke")
        text = isinstance(answer.body, str)
        raw = str(answer.body).encode() if text else json.dumps(answer.body).encode()
        return Answer(answer.status, {name.lower(): value for name, value in answer.headers.items()}, raw)

    def close(self) -> None:
        """Nothing is open."""


class NearLine(Line):
    """A line that reaches the service without a network."""

    def __init__(self, service: TrelloService, clock: Clock, seed: int = 0, name: str = "sales") -> None:
        """The owner's credentials; waiting passes time on `clock` and takes none."""
        place = Place("Trello", f"trello:{name}", "https://api.trello.com", RATES, remedy="Make a new token.")
        secret = f'OAuth oauth_consumer_key="{service.key}", oauth_token="{service.token}"'
        polite = Politeness(clock, clock.sleep, random.Random(seed), clock.today)
        super().__init__(place, lambda: {"Authorization": secret}, polite)
        self._wire = NearWire(service)
