"""A small Trello that people change while everything goes wrong, and an index that must come out right in the end.

One run: a random sequence of changes, passes that are killed after any event or write, pages that repeat or skip,
answers that fail or break off, a token refused for a while, webhooks lost, doubled, reordered and forged. At the end
the trouble is over, and what is in the index has to equal what a fresh load tells.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol, cast

from indexer.documents import Document
from indexer.embedding.protocol import Embedder
from indexer.engines.protocol import Batch, Index
from indexer.sources.protocol import Census, Event, Source
from indexer.sources.trello import Trello, TrelloOptions
from indexer.sources.trello_bell import Bell
from indexer.updating import SourceUpdate, UpdateOptions
from indexer.vectorising import Here
from tests.trello_service import TrelloService
from tests.trello_service_bells import Ring, signed
from tests.trello_service_gate import may_see
from tests.trello_service_line import Clock, NearLine

CALLBACK = "https://signpost.example/hooks/trello"
ROUNDS = 4
DAY = 86_400.0
STATUSES = (429, 429, 500, 502, 503)


class Ringing(Source, Protocol):
    """A source that webhooks may ring."""

    def rung(self, headers: Mapping[str, str], raw: bytes) -> tuple[str, ...] | None:
        """Ids to read again; none of them: a full look; None: not from Trello."""
        ...


Making = Callable[["World"], Ringing]
"""A source as it is after a start of the program: nothing but its settings is left of the one before."""


class Killed(BaseException):
    """The program ends here."""


@dataclass(slots=True)
class Verdict:
    """What came of a run: documents dropped that were there, differences in the end, and how much happened."""

    wrong_deletes: int = 0
    differences: int = 0
    believed_forgeries: int = 0
    kills: int = 0
    drops: int = 0
    passes: int = 0


@dataclass(slots=True)
class DictIndex:
    """An index of dictionaries without vectors, as `SourceUpdate` writes it; tells `dropped` of what goes."""

    dropped: Callable[[frozenset[str]], None]
    documents: dict[str, Document] = field(default_factory=dict)
    cursors: dict[str, str] = field(default_factory=dict)
    fingerprint: str = ""
    lives: int | None = None
    """Writes that are left until the program is killed."""

    def known(self, source: str) -> dict[str, str]:
        """Id → content hash."""
        return {key: document.content_hash for key, document in self.documents.items()}

    def cursor(self, source: str) -> str | None:
        """The stored cursor."""
        return self.cursors.get(source)

    def unembedded(self, fingerprint: str, hashes: Sequence[str]) -> frozenset[str]:
        """Nothing is ever embedded here."""
        return frozenset()

    def write(self, batch: Batch, now: datetime) -> None:
        """Take a batch whole, or be killed before it."""
        if self.lives is not None:
            self.lives -= 1
            if self.lives < 0:
                raise Killed
        self.dropped(batch.drops & self.documents.keys())
        self.documents |= {document.id: document for document, _ in batch.puts}
        for key in batch.drops:
            self.documents.pop(key, None)
        if batch.cursor is not None:
            self.cursors[batch.source] = batch.cursor


@dataclass(frozen=True, slots=True)
class Dying:
    """A source whose program is killed after so many events of a pull; with ids, one that only fetches these."""

    source: Ringing
    after: int | None = None
    ids: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The source's."""
        return self.source.name

    def check(self) -> list[str]:
        """The source's."""
        return self.source.check()

    def pull(self, cursor: str | None) -> Iterator[Event]:
        """The source's events as far as they get."""
        events = self.source.fetch(self.ids) if self.ids else self.source.pull(cursor)
        for count, event in enumerate(events):
            if count == self.after:
                raise Killed
            yield event

    def census(self) -> Census:
        """The source's; an incomplete one after a fetch."""
        return Census(frozenset(), complete=False) if self.ids else self.source.census()

    def fetch(self, ids: Sequence[str]) -> Iterator[Event]:
        """The source's."""
        return self.source.fetch(ids)


class World:
    """Two boards that are watched and one that is not, all of one person, with a few cards of everything."""

    def __init__(self, seed: int) -> None:
        """The same seed, the same world and the same fate."""
        self.chance, self.clock = random.Random(seed), Clock()
        self.service = TrelloService(self.clock, seed, post=lambda *sent: 200)
        self.boards = [self._board(name, level) for name, level in (("Kunden", "org"), ("Projekte", "public"))]
        self.elsewhere = self._board("Privates", "private")
        for board in self.boards:
            self.service.bells.register(self.service.token, board, CALLBACK)
        self.clock.now += 3600

    def line(self) -> NearLine:
        """A new line to the service."""
        return NearLine(self.service, self.clock, self.chance.randrange(1 << 30))

    def is_there(self, document: str) -> bool:
        """Whether the card of a document exists on a watched board that the token may see."""
        held = self.service.records
        card = held.cards.get(document.rpartition(":")[2])
        owner = held.members[self.service.owner]
        return (
            card is not None
            and card["idBoard"] in self.boards
            and may_see(held.boards[card["idBoard"]], owner, held.organizations)
        )

    def change(self) -> None:
        """One thing that somebody does."""
        self.clock.now += self.chance.choice((0.0, 1.0, 40.0, 400.0))
        deed = self.chance.choice(DEEDS)
        with suppress(IndexError):
            deed(self)

    def card(self) -> str:
        """Any card of a watched board but the very first; raises IndexError where there is none."""
        cards = [c["id"] for c in self.service.records.cards.values() if c["idBoard"] in self.boards]
        return str(self.chance.choice(cards[1:]))

    def lane(self, *boards: str) -> str:
        """Any list of these boards, of the watched ones where none is named."""
        lists = self.service.records.lists.values()
        return str(self.chance.choice([x["id"] for x in lists if x["idBoard"] in (boards or self.boards)]))

    def comment(self) -> str:
        """Any comment; raises IndexError where there is none."""
        comments = [a["id"] for a in self.service.records.actions if a["type"] == "commentCard"]
        return str(self.chance.choice(comments))

    def text(self) -> str:
        """A few words."""
        who = self.chance.choice(("Brückner", "Weiß & Söhne", "Nordbahn", "Åkerlund"))
        return f"{who} {self.chance.choice(('ruft an', 'wartet', 'hat gekauft'))} {self.chance.randrange(1000)}"

    def _board(self, name: str, level: str) -> str:
        service = self.service
        board = service.add_board(name, level)
        lanes = [service.add_list(board, lane) for lane in ("Im Gespräch", "Gewonnen")]
        service.add_label(board, "Kunde: Nordbahn")
        service.add_custom_field(board, "Region")
        for _ in range(self.chance.randrange(2, 5)):
            card = service.add_card(self.chance.choice(lanes), self.text(), self.text())
            for _ in range(self.chance.randrange(3)):
                service.comment(card, self.text())
        return board


def _delete_comment(world: World) -> None:
    world.service.delete_comment(world.comment())


def _label(world: World) -> None:
    card = world.service.records.cards[world.card()]
    labels = [x["id"] for x in world.service.records.labels.values() if x["idBoard"] == card["idBoard"]]
    if labels[0] in card["idLabels"]:
        world.service.take_label(card["id"], labels[0])
    else:
        world.service.put_label(card["id"], labels[0])


def _field(world: World) -> None:
    card = world.service.records.cards[world.card()]
    fields = [x["id"] for x in world.service.records.custom_fields.values() if x["idModel"] == card["idBoard"]]
    world.service.set_field(card["id"], fields[0], world.text())


def _rename_label(world: World) -> None:
    labels = [x["id"] for x in world.service.records.labels.values() if x["idBoard"] in world.boards]
    world.service.rename_label(world.chance.choice(labels), f"Kunde: {world.text()}")


def _publish(world: World) -> None:
    world.service.set_permission(world.chance.choice(world.boards), world.chance.choice(("private", "org", "public")))


def _leave(world: World) -> None:
    service, board = world.service, world.boards[1]
    if any(m["idMember"] == service.owner for m in service.records.boards[board]["memberships"]):
        service.leave(board, service.owner)
    else:
        service.join(board, service.owner)


DEEDS: tuple[Callable[[World], object], ...] = (
    lambda w: w.service.add_card(w.lane(), w.text(), w.text()),
    lambda w: w.service.add_card(w.lane(), w.text()),
    lambda w: w.service.rename(w.card(), w.text()),
    lambda w: w.service.describe(w.card(), w.text()),
    lambda w: w.service.comment(w.card(), w.text()),
    lambda w: w.service.comment(w.card(), w.text()),
    lambda w: w.service.edit_comment(w.comment(), w.text()),
    _delete_comment,
    lambda w: w.service.archive(w.card()),
    lambda w: w.service.restore(w.card()),
    lambda w: w.service.move(w.card(), w.lane()),
    lambda w: w.service.move(w.card(), w.lane(w.elsewhere)),
    lambda w: w.service.move(w.card(), w.lane(w.boards[1])),
    lambda w: w.service.delete(w.card()),
    lambda w: w.service.delete(w.card()),
    lambda w: w.service.rename_list(w.lane(), w.text()),
    lambda w: w.service.archive_list(w.lane()),
    lambda w: w.service.attach(w.card(), "https://nordbahn.example/angebot.pdf", w.text()),
    lambda w: w.service.add_checklist(w.card(), w.text(), "eins", "zwei"),
    lambda w: w.service.rename_board(w.chance.choice(w.boards), w.text()),
    _label,
    _field,
    _rename_label,
    _publish,
    _leave,
)


class Run:
    """One run: a world, an index, and a source that is made anew whenever the program was killed."""

    def __init__(self, seed: int, making: Making) -> None:
        """Nothing has happened yet."""
        self.world, self.verdict = World(seed), Verdict()
        self._making, self._chance = making, random.Random(~seed)
        self._index = DictIndex(self._dropped)
        self._source = making(self.world)

    def play(self) -> Verdict:
        """Let it all happen, then look at what is left."""
        self._pass()
        for _ in range(ROUNDS):
            for _ in range(self._chance.randrange(4)):
                self.world.change()
            self._trouble()
            self._webhooks()
            self._pass(self._chance.choice((None, None, 0, 1, 2, 3, 5, 8)))
            self.world.service.allow(self.world.service.token)
        self._settle()
        return self.verdict

    def _settle(self) -> None:
        """End the trouble, let a day pass, update once, and compare with a fresh load."""
        service = self.world.service
        service.trouble.calm()
        if not self.world.is_there(f":{next(iter(service.records.cards))}"):
            service.set_permission(self.world.boards[0], "org")
        if not may_see(service.records.boards[self.world.boards[1]], service.records.members[service.owner], {}):
            service.join(self.world.boards[1], service.owner)
        self.world.clock.now += DAY
        self._pass()
        fresh = DictIndex(lambda gone: None)
        self._update(self._making(self.world), fresh)
        keys = fresh.documents.keys() | self._index.documents.keys()
        self.verdict.differences = sum(fresh.documents.get(k) != self._index.documents.get(k) for k in keys)

    def _trouble(self) -> None:
        """Up to two things that go wrong in the next pass."""
        trouble, chance = self.world.service.trouble, self._chance
        trouble.calm()
        for _ in range(chance.randrange(3)):
            match chance.randrange(5):
                case 0:
                    trouble.statuses.extend(chance.choices(STATUSES, k=chance.choice((1, 2, 8))))
                case 1:
                    trouble.pages.extend(chance.choices(("repeat", "skip", "empty", "right"), k=3))
                case 2:
                    trouble.cuts.extend([0] * chance.choice((1, 7)))
                case 3:
                    trouble.refuse_after = chance.randrange(6)
                case _:
                    self.world.service.revoke(self.world.service.token)

    def _webhooks(self) -> None:
        """Some of what waits is lost, some comes twice, all in any order, with forgeries among it."""
        bells, chance = self.world.service.bells, self._chance
        rings = [ring for ring in bells.waiting for _ in range(chance.choice((0, 1, 1, 2)))]
        bells.waiting.clear()
        rings += [replace(ring, signature=ring.signature[::-1]) for ring in rings[:1]]
        chance.shuffle(rings)
        for ring in rings:
            self._hear(ring)

    def _hear(self, ring: Ring) -> None:
        told = self._source.rung({k.lower(): v for k, v in ring.headers.items()}, ring.body)
        is_forged = ring.headers["X-Trello-Webhook"] != _right(self.world, ring)
        if told is not None and is_forged:
            self.verdict.believed_forgeries += 1
        if told is not None:
            self._pass(ids=told)

    def _pass(self, after: int | None = None, ids: tuple[str, ...] = ()) -> None:
        self.verdict.passes += 1
        self._index.lives = self._chance.randrange(3) if after == 0 else None
        try:
            self._update(Dying(self._source, after or None, ids), self._index)
        except Killed:
            self.verdict.kills += 1
            self._source = self._making(self.world)
        self._index.lives = None

    def _update(self, source: Source, index: DictIndex) -> None:
        now = self.world.clock.today()
        SourceUpdate(cast(Index, index), Here(_no_embedder), UpdateOptions(), now).run(source)

    def _dropped(self, gone: frozenset[str]) -> None:
        self.verdict.drops += len(gone)
        self.verdict.wrong_deletes += sum(map(self.world.is_there, gone))


def live(world: World) -> Trello:
    """The connector on both boards of a world, with webhooks."""
    options = TrelloOptions(bell=Bell(world.service.secret, CALLBACK), now=world.clock.today)
    return Trello(world.line(), "sales", world.boards, options=options)


def _right(world: World, ring: Ring) -> str:
    return signed(world.service.secret, ring.body, ring.url)


def _no_embedder() -> Embedder:
    raise AssertionError("Nothing is embedded here")
