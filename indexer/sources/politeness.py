"""Limits of a service × calls made × what its headers say → how long to wait before the next call. Pure."""

import re
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import Random

LONGEST = 60.0
"""Seconds to back off at most, where the service does not say for how long."""
_FIFTHS = 4
"""Fifths of every limit that we use; the rest is for people and other programs with the same credential."""
_BELIEVED = 900.0
"""Seconds for which calls of others are believed without hearing of them again: a day's limit may have been renewed."""
_ENTRIES = 4096
_SLACK = 0.001
_DAY = 86_400.0
_OF_CALLS = frozenset({"api-key", "api-token", "member"})


@dataclass(frozen=True, slots=True)
class Rate:
    """A limit: so many calls in any so many seconds. Where `within` is given, only paths that contain it count."""

    calls: int
    seconds: float
    within: str = ""

    @property
    def most(self) -> int:
        """How many of them we make: four in five, but one at least."""
        return max(1, self.calls * _FIFTHS // 5)


@dataclass(frozen=True, slots=True)
class Told:
    """What a reply says of one limit: `calls` in `seconds` (None: unknown), `remaining` of them, new in `resets`.

    Some limits are of something else than calls, such as of time in the service's database: `is_of_calls` says so.
    """

    name: str
    calls: int
    remaining: int
    seconds: float | None = None
    resets: float | None = None
    is_of_calls: bool = True


class Window:
    """The calls of one limit: own ones exactly, those of others as far as the service lets on."""

    def __init__(self, rate: Rate) -> None:
        """Nothing was called yet."""
        self.rate = rate
        self._own: deque[tuple[float, int]] = deque()
        self._count = 0
        self._others, self._until = 0, 0.0

    def wait(self, now: float) -> float:
        """Seconds until one more call keeps to the limit; 0 when it may be made now. `now` never goes back."""
        self._forget(now)
        others = self._others if now < self._until else 0
        most = self.rate.most
        if self._count + others < most:
            return 0.0
        alone = self._free_at(self._count - most + 1)
        if not others:
            return alone - now + _SLACK
        beside = self._free_at(self._count - (most - others) + 1) if others < most else self._until
        return min(beside, max(alone, self._until)) - now + _SLACK

    def spend(self, now: float) -> None:
        """Count one call. Of very high limits, calls are counted in groups, each as late as its last."""
        group = self.rate.most // _ENTRIES + 1
        if self._own and self._own[-1][1] < group:
            self._own.append((now, self._own.pop()[1] + 1))
        else:
            self._own.append((now, 1))
        self._count += 1

    def correct(self, used: int, now: float) -> None:
        """Believe the service that `used` calls were made: more than our own were made by others."""
        self._forget(now)
        self._others = max(0, used - self._count)
        self._until = now + min(self.rate.seconds, _BELIEVED)

    def taken_over(self, rate: Rate) -> "Window":
        """A window for another limit of the same length that knows the calls of this one."""
        other = Window(rate)
        other._own, other._count = deque(self._own), self._count
        return other

    def _forget(self, now: float) -> None:
        while self._own and self._own[0][0] + self.rate.seconds <= now:
            self._count -= self._own.popleft()[1]

    def _free_at(self, calls: int) -> float:
        """When so many of the own calls have left the window; 0.0 (long ago) for none."""
        for at, made in self._own:
            if calls <= 0:
                break
            calls -= made
            if calls <= 0:
                return at + self.rate.seconds
        return 0.0


class Pace:
    """What all workers of one credential share: the windows of its limits, and until when nobody calls."""

    def __init__(self, rates: Sequence[Rate]) -> None:
        """Keep to the documented `rates` until the service itself says otherwise."""
        self._documented = [Window(rate) for rate in rates]
        self._named: dict[str, Window] = {}
        self._until = 0.0
        self.remaining: int | None = None

    def wait(self, now: float, path: str) -> float:
        """Seconds until `path` may be called; 0 when it may be now."""
        return max([0.0, self._until - now, *(window.wait(now) for window in self._counting(path))])

    def spend(self, now: float, path: str) -> None:
        """Count a call that is made now."""
        for window in self._counting(path):
            window.spend(now)

    def hold(self, until: float) -> None:
        """Let nobody call before `until`, unless they have to wait longer anyway."""
        self._until = max(self._until, until)

    def hear(self, told: Sequence[Told], now: float) -> None:
        """Believe what a reply says of the limits: how high they are, and how much others used of them."""
        self.remaining = min((each.remaining for each in told if each.is_of_calls), default=self.remaining)
        for each in told:
            if each.seconds is not None:
                self._window(each, each.seconds).correct(each.calls - each.remaining, now)
            elif each.resets is not None and each.remaining * 5 <= each.calls:
                self.hold(now + each.resets)
        lengths = {window.rate.seconds for window in self._named.values()}
        self._documented = [w for w in self._documented if w.rate.within or w.rate.seconds not in lengths]

    def _window(self, told: Told, seconds: float) -> Window:
        rate = Rate(told.calls, seconds)
        window = self._named.get(told.name)
        if window is None or window.rate.seconds != seconds:
            alike = [w for w in (*self._documented, *self._named.values()) if w.rate == replace(w.rate, within="")]
            alike = [w for w in alike if w.rate.seconds == seconds]
            fullest = max(alike, key=lambda w: w._count, default=Window(rate))
            window = self._named[told.name] = fullest.taken_over(rate)
        window.rate = rate
        return window

    def _counting(self, path: str) -> list[Window]:
        return [w for w in (*self._documented, *self._named.values()) if w.rate.within in path]


def told(headers: Mapping[str, str]) -> tuple[Told, ...]:
    """What the headers of a reply (names in lower case) say of limits, as Trello, HubSpot, Pipedrive, Salesforce do."""
    found = [_trello(headers, name) for name in headers if re.fullmatch(r"x-rate-limit-.+-max", name)]
    hub = "x-hubspot-ratelimit"
    found.append(_told(headers, hub, f"{hub}-max", _milliseconds(headers, f"{hub}-interval-milliseconds")))
    found.append(_told(headers, f"{hub}-daily", f"{hub}-daily", _DAY))
    resets = _number(headers, "x-ratelimit-reset")
    found.append(_told(headers, "x-ratelimit", "x-ratelimit-limit", None, resets if 0 < resets <= _DAY else None))
    if used := re.match(r"\s*api-usage=(\d{1,12})/(\d{1,12})", headers.get("sforce-limit-info", "")):
        made, most = int(used[1]), int(used[2])
        found.append(Told("api-usage", most, max(0, most - made), _DAY) if most else None)
    return tuple(each for each in found if each)


def _trello(headers: Mapping[str, str], most: str) -> Told | None:
    """A limit of Trello. Of key, token and member it counts calls; of others actions, or milliseconds of queries."""
    name = most.removesuffix("-max")
    seconds = _milliseconds(headers, f"{name}-interval-ms")
    told = _told(headers, name, most, seconds)
    if told is None or name.removeprefix("x-rate-limit-") in _OF_CALLS:
        return told
    return replace(told, seconds=None, resets=min(seconds, LONGEST), is_of_calls=False)


def _told(
    headers: Mapping[str, str], name: str, most: str, seconds: float | None, resets: float | None = None
) -> Told | None:
    calls, remaining = _number(headers, most), _number(headers, f"{name}-remaining")
    if calls < 1 or remaining < 0 or (seconds is not None and not 0 < seconds <= _DAY):
        return None
    return Told(name, int(calls), min(int(remaining), int(calls)), seconds, resets)


def _milliseconds(headers: Mapping[str, str], name: str) -> float:
    return _number(headers, name) / 1000


def _number(headers: Mapping[str, str], name: str) -> float:
    """A number that a header holds; -1 where it holds none."""
    text = headers.get(name, "").strip()
    return float(text) if re.fullmatch(r"\d{1,12}(\.\d{1,6})?", text, re.ASCII) else -1.0


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds for which a reply asks to be left alone (RFC 9110 10.2.3), None where it does not.

    A date is measured against the reply's own `Date`, where it has one: its clock may not be ours.
    """
    if (seconds := _number(headers, "retry-after")) >= 0:
        return seconds
    until = _date(headers.get("retry-after", ""))
    return max(0.0, (until - (_date(headers.get("date", "")) or now)).total_seconds()) if until else None


def _date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def backoff(tried: int, chance: Random) -> float:
    """Seconds to wait after so many tries: anything from 1 to 2, 4, 8 … 60, so that workers do not come in step."""
    return chance.uniform(1.0, min(LONGEST, 2.0 ** min(tried, 10)))
