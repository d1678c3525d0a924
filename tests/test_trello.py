"""Trello, live: against a local Trello that keeps to the documented limits and leaves out what the real one does."""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.documents import Document
from indexer.errors import SourceError
from indexer.sources.http import Line, Politeness
from indexer.sources.protocol import Checkpoint, Delete, Failure, Source, Upsert
from indexer.sources.trello import DAY, Trello, TrelloOptions
from indexer.sources.trello_bell import Bell
from indexer.sources.trello_rest import authorization, place
from tests.contracts_source import SourceContract, upserts
from tests.recorded import Answered, Asked, recorded, serving
from tests.trello_service import TrelloService

REAL = Path(__file__).parents[2] / "shared" / "data" / "sources" / "trello" / "exports_licensed"
CALLBACK = "https://signpost.firma.example/hooks/trello/sales"


@dataclass
class Clock:
    """The time for Trello and for us; only waiting moves it."""

    at: float = 1_790_000_000.0

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


def over(service: TrelloService) -> Callable[[Asked], Answered]:
    """How the local Trello answers over HTTP."""

    def answer(asked: Asked) -> Answered:
        target = f"{quote(asked.path)}?{urlencode(asked.query)}"
        told = service.answer(asked.method, target, asked.headers, json.loads(asked.body or b"{}"))
        body = told.body.encode() if isinstance(told.body, str) else json.dumps(told.body).encode()
        if told.cut is None:
            return Answered(told.status, body, told.headers)
        head = f"HTTP/1.1 {told.status} Cut\r\nContent-Length: {len(body) + 1}\r\n\r\n".encode()
        return Answered(pieces=iter([head, body[: told.cut]]))

    return answer


@dataclass
class World:
    """A Trello with one board, a line to it, and what an index would know of it."""

    service: TrelloService
    line: Line
    clock: Clock
    board: str
    lane: str
    index: dict[str, Document] = field(default_factory=dict)
    cursor: str | None = None
    failures: list[str] = field(default_factory=list)

    def source(self, *boards: str, **options: Any) -> Trello:
        """A source of these boards, or of the one board."""
        told: dict[str, Any] = {
            "now": lambda: datetime.fromtimestamp(self.clock.at, UTC),
            "bell": Bell(self.service.secret, CALLBACK),
        }
        workspace = options.pop("workspace", "")
        chosen = boards or (() if workspace else (self.board,))
        return Trello(self.line, "sales", chosen, workspace, TrelloOptions(**told | options))

    def sync(self, source: Source) -> int:
        """Bring the index up to date as an update does; how many requests that took."""
        before, told, self.failures = self.line.calls, set[str](), []
        for event in source.pull(self.cursor):
            match event:
                case Upsert(document):
                    self.index[document.id] = document
                    told.add(document.id)
                case Delete(key):
                    self.index.pop(key, None)
                case Failure(what):
                    self.failures.append(what)
                case Checkpoint(cursor):
                    self.cursor = cursor
        census = source.census()
        if census.complete:
            self.index = {key: d for key, d in self.index.items() if key in census.ids | told}
        return self.line.calls - before

    def titles(self) -> list[str]:
        return sorted(document.title for document in self.index.values())

    def one(self, title: str) -> Document:
        return next(document for document in self.index.values() if document.title == title)


@contextmanager
def trello(cards: int = 0, tries: int = 6) -> Iterator[World]:
    """A Trello with a board of the whole workspace, on which so many cards lie."""
    clock = Clock()
    service = TrelloService(clock.now)
    board = service.add_board("Vertrieb", "org", service.add_organization("Firma"))
    lane = service.add_list(board, "In talks")
    for number in range(cards):
        service.add_card(lane, f"Pilot {number} mit Brückner", "**wichtig**")
    with serving(over(service)) as origin:
        polite = Politeness(clock.now, clock.sleep, random.Random(1), tries=tries)
        line = Line(
            place("trello:sales", origin, public=False), lambda: authorization(service.key, service.token), polite
        )
        yield World(service, line, clock, board, lane)
        line.close()


@pytest.fixture
def world() -> Iterator[World]:
    with trello(cards=3) as made:
        yield made


class TestTrello(SourceContract):
    @pytest.fixture
    def source(self, world: World) -> Source:
        world.service.comment(next(iter(world.service.records.cards)), "Müller\u202e ruft an")
        return world.source()


def test_a_large_board_takes_seven_requests_and_has_all_its_comments() -> None:
    with trello(cards=876) as world:
        cards = list(world.service.records.cards)
        for number in range(1428):
            world.service.comment(cards[number * 7 % 500], f"Notiz {number}: Köhler fragt nach")

        assert world.sync(world.source()) == 7

        assert len(world.index) == 876
        assert sum(s.kind == "comment" for d in world.index.values() for s in d.sections) == 1428
        assert (world.service.refused, world.service.secrets_in_urls) == (0, 0)


def test_a_board_of_more_pages_than_one_is_read_whole() -> None:
    with trello(cards=2001) as world:
        world.sync(world.source())

        assert len(world.index) == 2001


def test_ten_boards_where_nothing_happened_take_one_request() -> None:
    with trello(cards=1) as world:
        boards = [world.board, *(world.service.add_board(f"Board {n}", "org") for n in range(9))]
        for board in boards[1:]:
            world.service.add_card(world.service.add_list(board, "Neu"), "Angebot")
        world.sync(world.source(*boards))

        assert world.sync(world.source(*boards)) == 1
        assert len(world.index) == 10


def test_a_changed_card_takes_four_requests() -> None:
    with trello(cards=300) as world:
        world.sync(world.source())
        world.service.comment(next(iter(world.service.records.cards)), "Rückruf am Montag")

        assert world.sync(world.source()) == 4
        assert world.one("Pilot 0 mit Brückner").sections[-1].text == "Rückruf am Montag"


CHANGES: dict[str, Callable[[World, str], object]] = {
    "rename": lambda w, c: w.service.rename(c, "Pilot mit Sørensen & Söhne"),
    "describe": lambda w, c: w.service.describe(c, "Neuer *Stand*"),
    "archive": lambda w, c: w.service.archive(c),
    "comment": lambda w, c: w.service.comment(c, "Angebot ging raus"),
    "label": lambda w, c: w.service.put_label(c, w.service.add_label(w.board, "Kunde: Brückner")),
    "assign": lambda w, c: w.service.assign(c, w.service.owner),
    "checklist": lambda w, c: w.service.add_checklist(c, "Schritte", "Anruf", "Termin"),
    "field": lambda w, c: w.service.set_field(c, w.service.add_custom_field(w.board, "Kunde"), "Brückner GmbH"),
    "attachment": lambda w, c: w.service.attach(c, "https://firma.example/angebot.pdf", "Angebot"),
    "move": lambda w, c: w.service.move(c, w.service.add_list(w.board, "Done")),
    "delete": lambda w, c: w.service.delete(c),
    "new": lambda w, c: w.service.add_card(w.lane, "Ganz neu"),
    "list renamed": lambda w, c: w.service.rename_list(w.lane, "Gespräche"),
    "list archived": lambda w, c: w.service.archive_list(w.lane),
    "board renamed": lambda w, c: w.service.rename_board(w.board, "Vertrieb Süd"),
    "board closed": lambda w, c: w.service.close_board(w.board),
    "made private": lambda w, c: w.service.set_permission(w.board, "private"),
    "member renamed": lambda w, c: w.service.records.members[w.service.owner].update(fullName="Anna Köhler"),
    "template": lambda w, c: w.service.change(c, isTemplate=True),
}


@pytest.mark.parametrize("change", CHANGES)
def test_after_any_change_the_index_is_as_if_read_anew(change: str, world: World) -> None:
    world.service.assign(list(world.service.records.cards)[1], world.service.owner)
    world.sync(world.source())
    before = dict(world.index)

    CHANGES[change](world, next(iter(world.service.records.cards)))
    world.sync(world.source())

    assert world.index != before
    assert world.index == anew(world)


def anew(world: World, *boards: str) -> dict[str, Document]:
    """What somebody who knew nothing would read now."""
    return {document.id: document for document in upserts(list(world.source(*boards).pull(None)))}


def test_a_renamed_label_reaches_its_cards(world: World) -> None:
    card, label = next(iter(world.service.records.cards)), world.service.add_label(world.board, "Kunde: Brückner")
    world.service.put_label(card, label)
    world.sync(world.source())

    world.service.rename_label(label, "Kunde: Sørensen")
    world.sync(world.source())

    assert world.one("Pilot 0 mit Brückner").customers[0].name == "Sørensen"


ACTS = st.lists(
    st.tuples(st.sampled_from([*CHANGES, "sync", "edit", "unsay", "elsewhere"]), st.integers(0, 9)), max_size=14
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ACTS)
def test_whatever_people_do_the_index_is_as_if_read_anew(acts: list[tuple[str, int]]) -> None:
    with trello(cards=2) as world:
        other = world.service.add_board("Zweites", "org")
        lane = world.service.add_list(other, "Hier")
        world.sync(world.source(world.board, other))
        for act, number in acts:
            done(world, act, number, lane)
            world.sync(world.source(world.board, other)) if act == "sync" else None
        world.clock.at += DAY  # a comment that was edited or taken back moves no date
        world.sync(world.source(world.board, other))

        assert world.failures == []
        assert world.index == anew(world, world.board, other)


def done(world: World, act: str, number: int, lane: str) -> None:
    """Do something to one of the cards, if there is any."""
    cards = list(world.service.records.cards)
    comments = [a["id"] for a in world.service.records.actions if a["type"] == "commentCard"]
    if act in CHANGES and cards:
        CHANGES[act](world, cards[number % len(cards)])
    elif act == "elsewhere" and cards:
        world.service.move(cards[number % len(cards)], lane)
    elif act == "edit" and comments:
        world.service.edit_comment(comments[number % len(comments)], f"Geändert {number}")
    elif act == "unsay" and comments:
        world.service.delete_comment(comments[number % len(comments)])


TROUBLES = st.lists(
    st.one_of(
        st.tuples(st.just("status"), st.sampled_from([429, 500, 502, 503, 401, 403, 404])),
        st.tuples(st.just("cut"), st.sampled_from([0, 1, 30, 500])),
        st.tuples(st.just("page"), st.sampled_from(["repeat", "skip", "empty"])),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TROUBLES, st.lists(st.sampled_from(sorted(CHANGES)), max_size=4), st.booleans())
def test_whatever_goes_wrong_nothing_is_lost_by_it(
    troubles: list[tuple[str, Any]], changes: list[str], fresh: bool
) -> None:
    with trello(cards=4, tries=2) as world:
        known = world.source()
        world.sync(known)
        for change in changes:
            done(world, change, 1, world.lane)
        unknown = set(world.service.records.cards)
        put(world, troubles)
        with_trouble(world, world.source() if fresh else known)

        kept = {key.rpartition(":")[2] for key in world.index}
        alive = {key for key, card in world.service.records.cards.items() if not card["isTemplate"]}
        assert kept >= alive & (unknown if not changes else kept)
        world.service.trouble.calm()
        world.sync(known)
        assert world.index == anew(world)


def put(world: World, troubles: list[tuple[str, Any]]) -> None:
    trouble = world.service.trouble
    queues: dict[str, Any] = {"status": trouble.statuses, "cut": trouble.cuts, "page": trouble.pages}
    for kind, what in troubles:
        queues[kind].append(what)


def with_trouble(world: World, source: Source) -> None:
    """An update that may end in the middle; a sentence says why."""
    with suppress(SourceError):
        world.sync(source)
