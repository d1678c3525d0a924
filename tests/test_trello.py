"""Trello, live: against a local Trello that keeps to the documented limits and leaves out what the real one does."""

import json
import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.documents import EVERYONE, PRIVATE, Document
from indexer.errors import SourceError
from indexer.sources.http import Line, Politeness
from indexer.sources.protocol import Checkpoint, Delete, Failure, Notice, Source, Upsert
from indexer.sources.trello import DAY, Trello, TrelloOptions
from indexer.sources.trello_bell import Bell
from indexer.sources.trello_board import board_of
from indexer.sources.trello_cards import cards_of
from indexer.sources.trello_export import TrelloExport
from indexer.sources.trello_rest import as_board, authorization, place
from indexer.sources.trello_state import BoardState, as_cursor, frame_of, from_cursor, look_of
from tests import trello_chaos
from tests.contracts_source import SourceContract, upserts
from tests.recorded import Answered, Asked, Exchange, recorded, serving
from tests.trello_chaos import Run
from tests.trello_chaos import World as Chaos
from tests.trello_service import TrelloService
from tests.trello_service_bells import signed

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
    service = TrelloService(clock.now, post=lambda *sent: 200)
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
    with trello(cards=1001) as world:
        world.sync(world.source())

        assert len(world.index) == 1001


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


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
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


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
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
        assert without_people(world.index) == without_people(anew(world))
        world.clock.at += DAY  # who made a card is counted nowhere: that a page of it was lost shows only then
        world.sync(known)
        assert world.index == anew(world)


def without_people(documents: dict[str, Document]) -> dict[str, Document]:
    return {key: replace(document, people=()) for key, document in documents.items()}


def put(world: World, troubles: list[tuple[str, Any]]) -> None:
    trouble = world.service.trouble
    queues: dict[str, Any] = {"status": trouble.statuses, "cut": trouble.cuts, "page": trouble.pages}
    for kind, what in troubles:
        queues[kind].append(what)


def with_trouble(world: World, source: Source) -> None:
    """An update that may end in the middle; a sentence says why."""
    with suppress(SourceError):
        world.sync(source)


def restarted(chaos: Chaos) -> Trello:
    """The source as it is after a start of the program."""
    bell = Bell(chaos.service.secret, trello_chaos.CALLBACK)
    return Trello(chaos.line(), "sales", chaos.boards, options=TrelloOptions(bell=bell, now=chaos.clock.today))


@pytest.mark.parametrize("seeds", [range(0, 8), range(120, 123), range(905, 910), range(1917, 1920)])
def test_chaos_at_trello_loses_nothing_and_makes_nothing_up(seeds: range) -> None:
    for verdict in (Run(seed, restarted).play() for seed in seeds):
        assert (verdict.wrong_deletes, verdict.differences, verdict.believed_forgeries) == (0, 0, 0)


@pytest.mark.parametrize("name", ["mclang_board_a", "mclang_board_b", "wekan_project100"])
def test_a_real_board_reads_the_same_from_the_service_and_from_its_export(name: str, tmp_path: Path) -> None:
    if not REAL.exists():
        pytest.skip("the real exports are not here")
    with trello() as world:
        board = world.service.load(json.loads((REAL / f"{name}.json").read_text(encoding="utf-8")))
        assert live_and_exported(world, board, tmp_path)


def live_and_exported(world: World, board: str, folder: Path) -> list[Document]:
    """The documents of a board, which have to be the same from both."""
    live = upserts(list(world.source(board).pull(None)))
    (folder / "board.json").write_text(json.dumps(world.service.export(board)), encoding="utf-8")
    exported = upserts(list(TrelloExport(folder / "board.json", "sales").pull(None)))
    assert {d.id: d for d in live} == {d.id: d for d in exported}
    return live


def test_a_board_with_everything_reads_the_same_from_both(world: World, tmp_path: Path) -> None:
    card = next(iter(world.service.records.cards))
    for change in ("describe", "comment", "label", "assign", "checklist", "field", "attachment", "archive"):
        CHANGES[change](world, card)
    world.service.edit_comment(world.service.comment(card, "Erst so"), "Dann *anders*")

    live = live_and_exported(world, world.board, tmp_path)

    assert {section.kind for document in live for section in document.sections} == {
        "body",
        "comment",
        "checklist",
        "field",
    }


def test_comments_that_an_export_leaves_out_are_read(world: World, tmp_path: Path) -> None:
    card = next(iter(world.service.records.cards))
    for number in range(1100):
        world.service.comment(card, f"Notiz {number}")

    world.sync(world.source())

    assert len(world.one("Pilot 0 mit Brückner").sections) == 1101
    world.service.rename(card, "Pilot eins")
    assert world.sync(world.source()) == 6
    assert len(world.one("Pilot eins").sections) == 1101


def test_an_archived_card_is_kept_as_such(world: World) -> None:
    world.service.archive(next(iter(world.service.records.cards)))

    world.sync(world.source())

    assert world.one("Pilot 0 mit Brückner").status == "archived"


def test_a_card_on_another_board_of_ours_is_the_same_card(world: World) -> None:
    other = world.service.add_board("Zweites", "org")
    lane, card = world.service.add_list(other, "Dort"), next(iter(world.service.records.cards))
    boards = [world.board, other]
    world.sync(world.source(*boards))
    before = world.one("Pilot 0 mit Brückner")

    world.service.move(card, lane)
    world.sync(world.source(*boards))

    after = world.one("Pilot 0 mit Brückner")
    assert (after.id, after.url, after.parent, after.lane) == (before.id, before.url, "Zweites", "Dort")


def test_a_card_that_left_our_boards_is_gone(world: World) -> None:
    lane, card = (
        world.service.add_list(world.service.add_board("Privates"), "Dort"),
        next(iter(world.service.records.cards)),
    )
    world.sync(world.source())

    world.service.move(card, lane)

    (event,) = world.source().fetch([f"trello:sales:card:{card}"])
    assert isinstance(event, Delete)
    world.sync(world.source())
    assert world.titles() == ["Pilot 1 mit Brückner", "Pilot 2 mit Brückner"]


def test_an_edited_comment_is_read_by_the_next_day(world: World) -> None:
    comment = world.service.comment(next(iter(world.service.records.cards)), "Erst so")
    world.sync(world.source())
    world.service.edit_comment(comment, "Dann anders")

    assert world.sync(world.source()) == 1
    world.clock.at += DAY
    world.sync(world.source())

    assert world.one("Pilot 0 mit Brückner").sections[-1].text == "Dann anders"


def test_an_edited_comment_is_read_at_once_when_trello_rings(world: World) -> None:
    source, card = world.source(), next(iter(world.service.records.cards))
    comment = world.service.comment(card, "Erst so")
    world.service.bells.register(world.service.token, world.board, CALLBACK)
    world.service.edit_comment(comment, "Dann anders")
    (ring,) = world.service.bells.waiting

    told = source.rung(ring.headers, ring.body)

    assert told == (f"trello:sales:card:{card}",)
    (document,) = upserts(list(source.fetch(told)))
    assert document.sections[-1].text == "Dann anders"


def test_a_ring_about_more_than_a_card_takes_a_full_look(world: World) -> None:
    world.service.bells.register(world.service.token, world.board, CALLBACK)
    world.service.rename_list(world.lane, "Gespräche")
    (ring,) = world.service.bells.waiting

    assert world.source().rung(ring.headers, ring.body) == ()


@pytest.mark.parametrize("header", ["", "AAAA", "ü", "=" * 5000])
def test_a_forged_ring_is_not_heard(world: World, header: str) -> None:
    body = b'{"action": {"data": {"card": {"id": "5e837c79dac9b968388c88c1"}}}}'

    assert world.source().rung({"X-Trello-Webhook": header}, body) is None
    assert world.source().rung({}, body) is None
    assert world.source(bell=Bell("", CALLBACK)).rung({"x-trello-webhook": signed("", body, CALLBACK)}, body) is None
    assert world.source(bell=None).rung({}, body) is None


@given(st.binary(max_size=60))
def test_whatever_trello_signs_is_heard(body: bytes) -> None:
    assert Bell("secret", CALLBACK).rung({"X-TRELLO-WEBHOOK": signed("secret", body, CALLBACK)}, body) == ()
    assert Bell("secret", CALLBACK + "/").rung({"X-Trello-Webhook": signed("secret", body, CALLBACK)}, body) is None


def test_boards_are_subscribed_once_and_woken_when_trello_gave_up(world: World) -> None:
    source, webhooks = world.source(), world.service.records.webhooks

    assert (source.subscribe(), source.subscribe()) == ([], [])
    assert [(w["idModel"], w["callbackURL"]) for w in webhooks.values()] == [(world.board, CALLBACK)]
    (webhook,) = webhooks.values()
    webhook.update(active=False, consecutiveFailures=1000)

    assert source.subscribe() == []
    assert webhook["active"]


def test_a_callback_that_does_not_answer_is_said(world: World) -> None:
    world.service.bells._post = lambda *sent: 503

    (said,) = world.source().subscribe()

    assert "did not return 200 status code, got 503" in said


def test_what_is_missing_is_said_in_a_sentence_each(world: World) -> None:
    stranger = world.service.add_member("bo", "Bo Åkerlund")
    private = world.service.add_board("Geheim", by=stranger)
    source = world.source(world.board, private, "https://trello.com/b/gibtsnicht1/x")

    assert source.check() == [
        f"Trello (trello:sales) does not show board {private} to this token: let its member join it, or remove it.",
        "Trello (trello:sales) has no board gibtsnicht1: it was deleted, or misspelt. Correct or remove it.",
    ]
    events = list(source.pull(None))
    assert len([event for event in events if isinstance(event, Failure)]) == 2
    assert len(upserts(events)) == 3
    assert not source.census().complete


def test_a_refused_token_is_said_and_deletes_nothing(world: World) -> None:
    world.sync(world.source())
    world.service.revoke(world.service.token)
    said = r"Trello \(trello:sales\) refused “GET /1/batch” \(HTTP 401: invalid token\)\. Make a new token"

    assert re.match(said, world.source().check()[0])
    with pytest.raises(SourceError, match=said):
        world.sync(world.source())
    assert not world.source().census().complete
    (event,) = world.source().fetch([next(iter(world.index))])
    assert isinstance(event, Failure)


def test_a_board_that_is_not_shown_for_a_while_keeps_what_was_told_of_it(world: World) -> None:
    world.sync(world.source())
    memberships = world.service.records.boards[world.board]["memberships"]
    world.service.set_permission(world.board, "private")
    members, memberships[:] = list(memberships), []
    world.sync(world.source())
    assert (len(world.index), len(world.failures)) == (3, 1)

    memberships[:] = members
    world.sync(world.source())

    assert world.index == anew(world)


@pytest.mark.parametrize("named", ["firma", "https://trello.com/w/firma", "https://trello.com/firma/"])
def test_all_boards_of_a_workspace_are_read_new_ones_too(world: World, named: str) -> None:
    world.sync(world.source(workspace=named))
    organization = next(iter(world.service.records.organizations))
    board = world.service.add_board("Neues", "org", organization)
    world.service.add_card(world.service.add_list(board, "Neu"), "Angebot Åkerlund")
    world.service.add_board("Anderswo")

    world.sync(world.source(workspace=named))

    assert {document.parent for document in world.index.values()} == {"Vertrieb", "Neues"}


def test_a_workspace_that_is_not_there_is_said(world: World) -> None:
    stranger = world.service.add_member("bo", "Bo Åkerlund")
    world.service.add_organization("Fremde")
    world.service.records.organizations[next(reversed(world.service.records.organizations))]["memberships"] = [
        world.service.records.membership(stranger)
    ]

    assert (
        world.source(workspace="fremde").check()[0].startswith("Trello (trello:sales) does not show workspace fremde")
    )
    assert world.source(workspace="nirgends").check()[0].startswith("Trello (trello:sales) has no workspace nirgends")


@pytest.mark.parametrize(
    "board", ["", "https://trello.com/c/abcdefgh", "https://evil.example/b/abcdefgh", "a b", "../../x"]
)
def test_what_is_no_board_is_refused(world: World, board: str) -> None:
    with pytest.raises(SourceError, match=r"is no Trello board\. Its address reads https://trello\.com/b/"):
        world.source(board)


def test_a_board_may_be_named_by_address_short_link_or_id(world: World) -> None:
    told = world.service.records.boards[world.board]
    for named in (
        told["url"],
        told["shortUrl"],
        told["shortLink"],
        told["id"],
        f"www.trello.com/b/{told['shortLink']}",
    ):
        assert len(upserts(list(world.source(named).pull(None)))) == 3


def test_a_private_board_is_private_unless_stated_otherwise(world: World) -> None:
    world.service.set_permission(world.board, "private")
    events = list(world.source().pull(None))

    assert {document.visibility for document in upserts(events)} == {PRIVATE}
    assert any("private in Trello" in event.text for event in events if isinstance(event, Notice))
    assert {d.visibility for d in upserts(list(world.source(visibility="everyone").pull(None)))} == {EVERYONE}


def test_a_visibility_that_is_stated_later_reaches_all_cards(world: World) -> None:
    world.service.set_permission(world.board, "private")
    world.sync(world.source())

    world.sync(world.source(visibility="group:vertrieb"))

    assert {document.visibility for document in world.index.values()} == {"group:vertrieb"}


def test_no_secret_gets_into_documents_cursors_or_addresses(world: World) -> None:
    card = next(iter(world.service.records.cards.values()))
    world.service.comment(card["id"], f"Schreib an {card['email']}")
    world.sync(world.source())

    assert "@boards.trello.com" not in repr((world.index, world.cursor))
    assert world.service.token not in repr((world.index, world.cursor, world.source()._options, world.line))
    assert world.service.secrets_in_urls == 0


@pytest.mark.parametrize(
    "cursor", ["[]", "{}", '{"trello":2,"boards":{"b":[1]}}', '{"trello":2,"boards":[]}', "[" * 10**5]
)
def test_a_cursor_of_another_world_tells_nothing(cursor: str) -> None:
    assert from_cursor(cursor) == {}


KEYS = st.text("0123456789abcdef", min_size=1, max_size=24)


@settings(max_examples=30)
@given(st.dictionaries(KEYS, st.tuples(st.text(), st.integers(0, 10**6), st.dictionaries(KEYS, KEYS, max_size=20))))
def test_a_cursor_tells_the_states_it_was_made_of(told: dict[str, tuple[str, int, dict[str, str]]]) -> None:
    states = {key: BoardState(text, text, text, turn, cards) for key, (text, turn, cards) in told.items()}

    assert from_cursor(as_cursor(states)) == states


@pytest.mark.parametrize("name", ["ruby-trello", "tacokit"])
def test_every_recorded_board_list_and_card_is_understood(name: str) -> None:
    seen = 0
    for exchange in recorded(name):
        for thing in things(exchange):
            board = {"id": "b", "name": "Recorded", "lists": [], "prefs": {"permissionLevel": "org"}}
            documents = list(cards_of(board_of(as_board(board, [thing]), "recorded"), "trello:x", None))
            assert len(look_of(thing)) == len(frame_of(thing, None)) == 10
            seen += len(documents)

    assert seen > 100


def things(exchange: Exchange) -> list[Any]:
    """The objects that a recorded reply tells; a text is none."""
    try:
        told = json.loads(exchange.answered.body)
    except ValueError:
        return []
    return [thing for thing in (told if isinstance(told, list) else [told]) if isinstance(thing, dict)]


def drifted(cards: list[Any], **board: Any) -> list[Any]:
    """What is told of a Trello whose every page of cards is this, and whose board is so."""
    frame = {"id": "5e837c79dac9b968388c88b1", "name": "Vertrieb", "lists": []} | board

    def answer(asked: Asked) -> Answered:
        told: Any = [{"200": frame}] if asked.path == "/1/batch" else cards if asked.path.endswith("/cards") else []
        return Answered(200, json.dumps(told).encode())

    with serving(answer) as origin:
        clock = Clock()
        polite = Politeness(clock.now, clock.sleep, random.Random(1))
        line = Line(place("trello:sales", origin, public=False), lambda: {}, polite)
        events = list(Trello(line, "sales", [frame["id"]]).pull(None))
        line.close()
    return events


def test_a_page_that_is_told_again_and_again_ends() -> None:
    (failure, checkpoint) = drifted([{"id": f"{n:024x}"} for n in range(1000)])

    assert "told the same page of /1/boards/5e837c79dac9b968388c88b1/cards twice" in failure.what
    assert from_cursor(checkpoint.cursor) == {}


def test_cards_without_an_id_are_no_cards() -> None:
    events = drifted(
        [{"name": "Pilot"}, {"id": None}, {"id": 7, "name": "Sieben", "labels": "no list"}, "no object"] * 200
    )

    assert {document.title for document in upserts(events)} == {"Sieben"}


@pytest.mark.parametrize(
    "board", [{"prefs": None}, {"members": "?"}, {"customFields": [1]}, {"nodeId": "ari:cloud"}, {"closed": []}]
)
def test_fields_that_nobody_promised_do_no_harm(board: dict[str, Any]) -> None:
    events = drifted(
        [{"id": f"{1:024x}", "name": "Pilot", "mirrorSourceId": None, "badges": [], "idLabels": {}}], **board
    )

    assert [(d.title, d.visibility) for d in upserts(events)] == [("Pilot", PRIVATE)]
