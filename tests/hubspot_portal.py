"""What a HubSpot portal holds and what its people do with it: the state behind the portal on loopback."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

TYPES = ("contacts", "companies", "deals", "notes", "calls", "meetings", "emails", "tasks")
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC).timestamp()
Record = dict[str, Any]


@dataclass
class Clock:
    """Time that passes only when told to; `ticks` also passes while somebody waits."""

    now: float = START
    ticks: float = 0.0

    def sleep(self, seconds: float) -> None:
        self.ticks += seconds

    def pass_by(self, seconds: float) -> None:
        self.now += seconds
        self.ticks += seconds

    def today(self) -> datetime:
        return datetime.fromtimestamp(self.now, UTC)


@dataclass
class Thing:
    """An object; `searchable` are the states that searches know of, each from some time on (None: gone)."""

    id: str
    properties: dict[str, str]
    created: float
    changed: float
    archived: float | None = None
    searchable: list[tuple[float, dict[str, str] | None]] = field(default_factory=list)


@dataclass
class People:
    """A portal and what people do there. `lag` is how long searches take to know of a change."""

    clock: Clock = field(default_factory=Clock)
    lag: float = 0.0
    custom: dict[str, list[Record]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.things: dict[str, dict[str, Thing]] = {name: {} for name in TYPES}
        self.links: dict[tuple[str, str], set[tuple[str, str]]] = {}
        self.merged: dict[tuple[str, str], str] = {}
        self.owners: list[Record] = []
        self.stages = [("qualifiedtobuy", "Qualifiziert", "false", "0.4"), ("closedwon", "Gewonnen", "true", "1.0")]
        self.stages += [("closedlost", "Verloren", "true", "0.0")]
        self._ids = count(1001)

    def create(self, name: str, /, *beside: tuple[str, str], **properties: str) -> str:
        """A new object, associated with those `beside` it."""
        thing = Thing(str(next(self._ids)), {}, self.clock.now, self.clock.now)
        self.things[name][thing.id] = thing
        self.change(name, thing.id, **properties)
        for other in beside:
            self.link((name, thing.id), other)
        return thing.id

    def change(self, name: str, number: str, /, **properties: str) -> None:
        """New values; an empty one clears a property."""
        thing = self.things[name][number]
        thing.changed = self.clock.now
        thing.properties = {**thing.properties, **properties}
        thing.searchable.append((self.clock.now + self.lag, self.full(name, thing)))

    def link(self, one: tuple[str, str], other: tuple[str, str]) -> None:
        """Associate two objects, which changes the date of neither."""
        self.links.setdefault(one, set()).add(other)
        self.links.setdefault(other, set()).add(one)

    def unlink(self, one: tuple[str, str], other: tuple[str, str]) -> None:
        """Part them again."""
        self.links[one].discard(other)
        self.links[other].discard(one)

    def archive(self, name: str, number: str) -> None:
        """Delete an object; for 90 days it can be restored."""
        thing = self.things[name][number]
        thing.archived = self.clock.now
        thing.searchable.append((self.clock.now + self.lag, None))

    def restore(self, name: str, number: str) -> None:
        """Bring a deleted object back."""
        self.things[name][number].archived = None
        self.change(name, number)

    def purge(self, name: str, number: str) -> None:
        """Delete an object for good, as privacy laws ask for: no list will ever name it."""
        del self.things[name][number]
        for other in self.links.pop((name, number), set()):
            self.links[other].discard((name, number))

    def merge(self, name: str, winner: str, loser: str) -> None:
        """Make two objects one; the id of the loser leads to the winner from then on."""
        self.purge(name, loser)
        self.merged[name, loser] = winner
        self.change(name, winner)

    def hire(self, first: str, last: str, email: str, archived: bool = False) -> str:
        """A new owner."""
        number, at = str(next(self._ids)), stamp(self.clock.now)
        told = {"id": number, "email": email, "type": "PERSON", "firstName": first, "lastName": last}
        self.owners.append(told | {"userId": 7, "createdAt": at, "updatedAt": at, "archived": archived})
        return number

    def full(self, name: str, thing: Thing) -> dict[str, str]:
        """All properties of an object that have a value."""
        changed = "lastmodifieddate" if name == "contacts" else "hs_lastmodifieddate"
        own = {"hs_object_id": thing.id, "createdate": stamp(thing.created), changed: stamp(thing.changed)}
        return {key: value for key, value in thing.properties.items() if value} | own


def stamp(at: float) -> str:
    """A time as HubSpot writes it."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def a_property(name: str, label: str, hubspots: bool, **more: object) -> Record:
    """What the properties API tells of a property."""
    told: Record = {"name": name, "label": label, "type": "string", "fieldType": "text", "groupName": "information"}
    return told | {"description": "", "options": [], "hubspotDefined": hubspots, "hidden": False} | more


def a_custom_property(name: str, label: str, **more: object) -> Record:
    """A property that people of the portal made."""
    return a_property(name, label, False, **more)
