"""A copy on each machine: it keeps the contract, says what one machine would, and is never older than it may be."""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import astuple, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from indexer.confirming import Confirmation
from indexer.documents import PRIVATE, Document
from indexer.engines.embedded import EmbeddedIndex
from indexer.engines.following import follower as following
from indexer.engines.following.copied import Copy, Mark
from indexer.engines.following.follower import Follower
from indexer.engines.following.index import FollowingIndex
from indexer.engines.following.opening import open_following
from indexer.engines.lock import held
from indexer.engines.opening import Place, open_index
from indexer.engines.postgres.index import PostgresIndex
from indexer.engines.protocol import Embedded, Index, Query, Scope
from indexer.errors import BusyIndex, IndexProblem
from indexer.passages import passages
from service.cli import cli
from tests.builders import NOW, a_card
from tests.contracts_index import (
    ALL,
    CRANE,
    LIFTS,
    LUNCH,
    RAIL,
    SECRET,
    WORLD,
    IndexContract,
    a_batch,
    asked,
    confirm,
    found,
    ids,
    put,
)
from tests.following_process import a_follower
from tests.postgres_server import Postgres, postgres

pytestmark = pytest.mark.server
EVERYBODY = Scope(frozenset({"everyone", "group:board", PRIVATE}))
WORDS = ("rail", "depot", "pilot", "Hohenzollern", "camera", "tram", "the", "of")
TEXT = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join)


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres(fsync="off") as running:
        yield running


@pytest.fixture(scope="module")
def database(server: Postgres) -> str:
    return server.database()


@pytest.fixture
def url(server: Postgres, database: str) -> str:
    """Of an empty database."""
    server.run("DROP SCHEMA IF EXISTS signpost CASCADE", database=database.rpartition("/")[2])
    return database


@pytest.fixture
def index(url: str, tmp_path: Path) -> Iterator[FollowingIndex]:
    with closing(open_following(tmp_path / "here", url, create=True)) as opened:
        yield opened


@pytest.fixture
def other(index: FollowingIndex, url: str, tmp_path: Path) -> Iterator[FollowingIndex]:
    """Another machine that follows the same database."""
    with closing(open_following(tmp_path / "there", url, create=False)) as opened:
        yield opened


class TestFollowingIndex(IndexContract):
    pass


def until(is_so: Callable[[], bool], seconds: float = 20) -> float:
    """How long it took."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < seconds
        time.sleep(0.005)
    return time.monotonic() - began


def copied(index: FollowingIndex) -> Index:
    """What is on this machine, once it is what the database is."""
    until(lambda: index._follower.fresh() is not None)
    fresh = index._follower.fresh()
    assert fresh
    return fresh[0].index


def caught_up(index: FollowingIndex) -> Index:
    until(lambda: copied(index).sequence == index._database.sequence)
    return copied(index)


def told(index: Index, text: str, scope: Scope = EVERYBODY) -> list[tuple[object, ...]]:
    """Everything that is brought up for a text, to the last bit, but for the numbers of passages."""
    (candidates,) = index.search([asked(text)], scope)
    texts = index.passages([c.passage_id for c in candidates])
    return [(astuple(c)[1:], texts[c.passage_id].text if c.passage_id else "") for c in candidates]


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(("put", "put", "put", "drop", "confirm", "refute")),
        st.integers(0, 5),
        st.sampled_from(("everyone", "everyone", "group:board", PRIVATE)),
        TEXT,
    ),
    min_size=1,
    max_size=8,
)


def happen(index: Index, what: str, n: int, who: str, text: str) -> None:
    card = a_card(f"Card {n} {text[:9]}", text, key=f"c{n}", visibility=who)
    if what in ("put", "drop"):
        put(index, *([card] if what == "put" else []), drops=[card] if what == "drop" else ())
    elif what == "confirm":
        confirm(index, text, card)
    else:
        index.refute([Confirmation(text, card.id, NOW)])


@given(events=EVENTS, text=TEXT)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_copy_says_to_the_last_bit_what_one_machine_says(
    server: Postgres,
    database: str,
    tmp_path_factory: pytest.TempPathFactory,
    events: list[tuple[str, int, str, str]],
    text: str,
) -> None:
    server.run("DROP SCHEMA IF EXISTS signpost CASCADE", database=database.rpartition("/")[2])
    folder = tmp_path_factory.mktemp("copies")
    with ExitStack() as stack:
        one = stack.enter_context(closing(EmbeddedIndex.open(folder / "one", create=True)))
        here = stack.enter_context(closing(open_following(folder / "here", database, create=True)))
        there = stack.enter_context(closing(open_following(folder / "there", database, create=False)))
        for event in events:
            happen(one, *event)
            happen(here, *event)
        late = stack.enter_context(closing(open_following(folder / "late", database, create=False)))

        for scope in (ALL, Scope(frozenset({"everyone", "group:board"})), EVERYBODY):
            expected = told(one, text, scope)
            assert told(copied(here), text, scope) == expected
            assert told(caught_up(there), text, scope) == expected
            assert told(caught_up(late), text, scope) == expected
        assert {copied(n).sequence for n in (here, there, late)} == {here._database.sequence}


def test_what_was_acknowledged_is_seen_here_at_once(index: FollowingIndex) -> None:
    put(index, *WORLD)
    assert copied(index).sequence == index._database.sequence

    put(index, replace(RAIL, visibility=PRIVATE), drops=[CRANE])

    assert ids(found(copied(index), "rail harbour")) == {LUNCH.id} == ids(found(index, "rail harbour"))
    index.forget(["crm:hubspot"], NOW)
    assert found(copied(index), "soup") == []


def test_what_was_hidden_or_dropped_is_gone_from_other_machines_a_moment_later(
    index: FollowingIndex, other: FollowingIndex
) -> None:
    put(index, *WORLD)
    caught_up(other)

    put(index, replace(RAIL, visibility=PRIVATE), drops=[CRANE])
    lag = until(lambda: ids(found(other, "rail harbour")) == {LUNCH.id})

    assert lag < 5
    assert other.documents([RAIL.id, CRANE.id], ALL) == []
    assert other.documents([RAIL.id], EVERYBODY)[0].visibility == PRIVATE


def test_only_what_changed_is_copied(
    index: FollowingIndex, other: FollowingIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(index, *WORLD)
    caught_up(other)
    monkeypatch.setattr(Follower, "_filled", lambda *_: pytest.fail("everything was copied"))
    taken: list[str] = []
    some = following._some

    def noted(ids: Sequence[str]) -> Iterator[Sequence[str]]:
        taken.extend(ids)
        return some(ids)

    monkeypatch.setattr(following, "_some", noted)

    put(index, a_card("Zeppelin", key="new"), drops=[CRANE])
    caught_up(other)

    assert found(other, "Zeppelin")[0].document_id == "trello:sales:card:new"
    assert set(taken) == {CRANE.id, "trello:sales:card:new"}


def test_what_people_confirm_elsewhere_counts_here(index: FollowingIndex, other: FollowingIndex) -> None:
    put(index, *WORLD)
    caught_up(other)

    confirm(index, LIFTS, CRANE)
    until(lambda: any(c.before for c in found(copied(other), LIFTS)))
    other.refute([Confirmation(LIFTS, CRANE.id, NOW)])

    until(lambda: not any(c.before for c in found(copied(index), LIFTS)))


def test_a_text_that_is_embedded_later_is_found_everywhere_by_its_meaning_then(
    index: FollowingIndex, other: FollowingIndex
) -> None:
    put(index, *WORLD)
    late = a_card("Zeppelin", key="late")
    with index.writing():
        index.write(replace(a_batch(late), embedded=None), NOW)
        index.settle()
    caught_up(other)
    assert {c.meaning for c in found(copied(other), "Zeppelin") if c.document_id == late.id} == {0.0}

    embedded = a_batch(late).embedded
    assert embedded
    with index.writing():
        index.embed(embedded)
        index.settle()

    def means(one: FollowingIndex) -> bool:
        return max(c.meaning for c in found(copied(one), "Zeppelin") if c.document_id == late.id) > 0.3

    until(lambda: means(index) and means(other))


def test_another_model_is_stepped_into_at_once(index: FollowingIndex, other: FollowingIndex) -> None:
    put(index, *WORLD)
    caught_up(other)
    hashes = tuple(dict.fromkeys(p.text_hash for d in WORLD for p in passages(d)))
    rows = np.eye(len(hashes), 32, dtype=np.float32)

    with index.writing():
        index.embed(Embedded("another", hashes, rows))
        index.adopt("another", 32)
        index.settle()

    assert copied(index).fingerprint == "another"
    until(lambda: copied(other).fingerprint == "another")
    (near,) = copied(other).search([Query("", rows[0])], EVERYBODY)
    assert max(c.meaning for c in near) == pytest.approx(1.0)


def test_what_was_purged_leaves_no_byte_in_any_copy(
    index: FollowingIndex, other: FollowingIndex, tmp_path: Path
) -> None:
    word = b"Unaussprechlich"
    put(index, *WORLD, a_card("Gone", f"{word.decode()} and more", key="gone"))
    caught_up(other)
    assert any(word in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())

    put(index, drops=[a_card("Gone", key="gone")])
    with index.writing():
        index.purge()
    caught_up(other)

    until(lambda: not any(word in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()))
    assert told(copied(index), "rail") == told(copied(other), "rail") != []


@pytest.mark.parametrize("what", ["index.db", "all", "another", "no copy"])
def test_a_damaged_or_foreign_copy_is_made_anew(url: str, tmp_path: Path, what: str) -> None:
    with closing(open_following(tmp_path, url, create=True)) as index:
        put(index, *WORLD)
        before = told(copied(index), "rail")
    spoil(tmp_path / "copy", what)

    with closing(open_following(tmp_path, url, create=False)) as index:
        assert told(caught_up(index), "rail") == before == told(index, "rail")
        assert index.check() == []


def spoil(folder: Path, what: str) -> None:
    if what == "index.db":
        (folder / "index.db-wal").unlink(missing_ok=True)
        (folder / "index.db").write_bytes(b"SQLite format 3\0" + bytes(range(256)) * 64)
    elif what == "all":
        shutil.rmtree(folder)
        folder.write_text("not even a folder")
    else:
        shutil.rmtree(folder)
        with closing(EmbeddedIndex.open(folder, create=True)) as index:
            put(index, a_card("Strange", "Rail of somebody else.", key="strange"))
        if what == "another":
            mark = "INSERT INTO followed VALUES (1, 'another', 1, 'token', NULL)"
            with closing(Copy(folder)) as copy, copy._store.transaction() as transaction:
                transaction.run(mark)


def test_a_database_that_was_made_anew_is_copied_anew(server: Postgres, url: str, tmp_path: Path) -> None:
    with closing(open_following(tmp_path, url, create=True)) as index:
        put(index, *WORLD)
        copied(index)
    server.run("DROP SCHEMA signpost CASCADE", database=url.rpartition("/")[2])

    with closing(open_following(tmp_path, url, create=True)) as index:
        put(index, LUNCH)
        assert ids(found(caught_up(index), "rail soup")) == {LUNCH.id}


def test_a_past_that_the_database_does_not_know_is_copied_anew(server: Postgres, url: str, tmp_path: Path) -> None:
    with closing(open_following(tmp_path, url, create=True)) as index:
        put(index, *WORLD)
        copied(index)
    name = url.rpartition("/")[2]
    server.run("UPDATE signpost.moments SET token = gen_random_uuid()", database=name)
    server.run(f"DELETE FROM signpost.documents WHERE id = '{RAIL.id}'", database=name)

    with closing(open_following(tmp_path, url, create=False)) as index:
        assert ids(found(caught_up(index), "rail soup")) == {LUNCH.id, CRANE.id}


def test_damage_that_a_question_meets_is_answered_around(index: FollowingIndex) -> None:
    put(index, *WORLD)
    fresh = index._follower.fresh()
    assert fresh
    with fresh[0]._store.transaction() as transaction:
        transaction.run("UPDATE records SET checksum = checksum + 1")

    assert [d.id for d in index.documents([RAIL.id], ALL)] == [RAIL.id]
    until(lambda: copied(index) is not fresh[0].index)
    assert copied(index).documents([RAIL.id], ALL) == [RAIL]


def test_passages_are_never_those_of_another_copy(index: FollowingIndex) -> None:
    put(index, *WORLD)
    old = {c.passage_id: c.document_id for c in found(index, "rail") if c.passage_id}
    index._follower.distrust()
    direct = {c.passage_id: c.document_id for c in found(index, "rail") if c.passage_id}
    caught_up(index)
    new = {c.passage_id: c.document_id for c in found(index, "rail") if c.passage_id}

    assert len({*old, *direct, *new}) == 3 * len(old)
    assert index.passages(list(old)) == {}
    for some in (direct, new):
        assert {key: passage.document_id for key, passage in index.passages(list(some)).items()} == some


def test_who_cannot_bring_up_the_copy_is_answered_by_the_database(
    index: FollowingIndex, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    put(index, *WORLD)
    monkeypatch.setattr(following, "PATIENCE", 0.1)
    index._waking.stop()

    with held(tmp_path / "here" / "copy.lock", 5):
        put(index, a_card("Zeppelin", key="new"), drops=[RAIL])

        assert index._follower.fresh() is None
        assert found(index, "Zeppelin")[0].document_id == "trello:sales:card:new"
        assert RAIL.id not in ids(found(index, "rail"))


def test_two_processes_share_a_copy(index: FollowingIndex, url: str, tmp_path: Path) -> None:
    put(index, *WORLD)
    with closing(open_following(tmp_path / "here", url, create=False)) as second:
        put(second, a_card("Zeppelin", key="new"), drops=[RAIL])

        assert copied(second).sequence == copied(index).sequence == second._database.sequence
        assert RAIL.id not in ids(found(copied(index), "rail"))


def test_who_shares_a_copy_that_was_made_anew_goes_on_with_the_new_one(
    index: FollowingIndex, url: str, tmp_path: Path
) -> None:
    put(index, *WORLD)
    with closing(open_following(tmp_path / "here", url, create=False)) as second:
        old = copied(second)
        index._follower.distrust()
        caught_up(index)

        until(lambda: caught_up(second) is not old)
        put(index, drops=[RAIL])
        until(lambda: RAIL.id not in ids(found(copied(second), "rail")))
        assert told(copied(second), "soup") == told(copied(index), "soup")


@contextmanager
def following_one(tmp_path: Path, **settings: str) -> Iterator[tuple[Postgres, FollowingIndex]]:
    """A server of its own, and who follows it."""
    with postgres(**settings) as server, closing(open_following(tmp_path, server.database(), create=True)) as index:
        put(index, *WORLD)
        yield server, index


def test_without_its_database_a_copy_answers_for_a_bounded_time_and_then_nobody_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with following_one(tmp_path) as (server, index):
        monkeypatch.setattr(following, "BOUND", 2.0)
        copied(index)
        server.kill()
        assert RAIL.id in ids(found(index, "rail"))
        with pytest.raises(IndexProblem, match="cannot be reached"):
            put(index, LUNCH)

        until(lambda: index._follower.fresh() is None)
        with pytest.raises(IndexProblem, match="cannot be reached"):
            found(index, "rail")

        server.start()
        assert RAIL.id in ids(found(copied(index), "rail"))
        put(index, drops=[RAIL])
        assert RAIL.id not in ids(found(copied(index), "rail"))


def test_it_is_told_how_old_a_copy_is_that_hears_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with following_one(tmp_path) as (server, index):
        copied(index)
        assert index.standing().problems == ()
        assert f"at sequence {index.sequence}, looked at 0." in index.standing().copied
        monkeypatch.setattr("indexer.engines.following.telling.LATE", 0.5)
        server.kill()

        until(lambda: index.lag().ago > 2)
        (problem,) = index.standing().problems
        assert "cannot be reached" in problem
        assert "answers from 30 s on no more" in problem


def test_a_standby_that_takes_over_is_followed_and_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    with postgres("18") as server:
        standby = server.standby()
        standby.start()
        both = f"{server.database()}?target_session_attrs=read-write".replace(
            f"127.0.0.1:{server.port}", f"127.0.0.1:{server.port},127.0.0.1:{standby.port}"
        )
        server.run("ALTER SYSTEM SET synchronous_standby_names = 'standby'", "SELECT pg_reload_conf()")
        with closing(open_following(tmp_path, both, create=True)) as index:
            put(index, *WORLD)
            until(lambda: server.run("SELECT sync_state FROM pg_stat_replication") == [("sync",)])
            put(index, drops=[CRANE])
            server.kill()
            standby.promote()

            until(lambda: written(index, a_card("Afterwards", "All is well", key="after")))
            assert ids(found(caught_up(index), "rail soup harbour well")) == {
                RAIL.id,
                LUNCH.id,
                "trello:sales:card:after",
            }
            assert index._follower._number == 0, "nothing was copied anew"


def written(index: Index, card: Document) -> bool:
    try:
        put(index, card)
    except IndexProblem:
        return False
    return True


def test_a_standby_alone_can_be_followed_by_who_only_answers(tmp_path: Path) -> None:
    with following_one(tmp_path / "first", version="18") as (server, index):
        standby = server.standby()
        standby.start()
        there = index._database._server._how.replace(str(server.port), str(standby.port))
        with closing(open_following(tmp_path / "second", there, create=False)) as second:
            assert told(copied(second), "rail") == told(index, "rail")
            put(index, drops=[RAIL])
            until(lambda: RAIL.id not in ids(found(copied(second), "rail")))


@pytest.mark.parametrize("place", [Place(search="folder:"), Place("postgresql://x/y", "folder:here")])
def test_what_names_no_copy_is_told_of(tmp_path: Path, place: Place) -> None:
    with pytest.raises(IndexProblem, match="Name that in SIGNPOST_INDEX_URL; behind folder: there may be an absolute"):
        open_index(tmp_path, place, create=True)


def test_settings_alone_say_that_there_is_a_copy_and_where(url: str, tmp_path: Path) -> None:
    with closing(open_index(tmp_path / "index", Place(url, "folder:"), create=True)) as index:
        put(index, *WORLD, SECRET)
        assert RAIL.id in ids(found(index, "rail"))
    with closing(open_index(tmp_path / "index", Place(url, f"folder:{tmp_path}/else"))) as index:
        assert RAIL.id in ids(found(index, "rail"))
        assert isinstance(index, FollowingIndex)
        copied(index)

    assert (tmp_path / "index" / "copy" / "index.db").exists()
    assert (tmp_path / "else" / "copy" / "index.db").exists()


def test_who_is_killed_while_everything_is_copied_goes_on_where_they_were(url: str, tmp_path: Path) -> None:
    cards = [a_card(f"Card {n} {WORDS[n % 8]}", f"Depot number {n}", key=f"k{n}") for n in range(60)]
    here, positions = tmp_path / "here", list[int]()
    with closing(PostgresIndex.open(url, create=True)) as plain, closing(alone(tmp_path / "one")) as one:
        put_both(plain, one, *cards, *WORLD)
        while not positions or not is_whole(here):
            with a_follower(url, here):
                until(lambda: position(here) > max(positions, default=0) or is_whole(here))
            positions.append(position(here))
            put_both(plain, one, a_card(f"Depot {len(positions)}", key="n"), drops=[cards[len(positions)]])

        print(f"killed {len(positions)} times, at {positions}")
        assert len(positions) > 5
        assert positions[:-1] == sorted(set(positions[:-1]))
        with closing(open_following(here, url, create=False)) as late:
            assert told(caught_up(late), "depot of the pilot") == told(one, "depot of the pilot")
            assert late._follower._number == 0


def test_who_is_killed_while_changes_come_in_has_each_whole_or_not_at_all(url: str, tmp_path: Path) -> None:
    here = tmp_path / "here"
    with closing(PostgresIndex.open(url, create=True)) as plain, closing(alone(tmp_path / "one")) as one:
        put_both(plain, one, *WORLD)
        with a_follower(url, here):
            until(lambda: is_whole(here))
        for turn in range(8):
            with a_follower(url, here):
                for n in range(3):
                    cards = [a_card(f"Card {k}", f"Depot {turn} {n}", key=f"k{k}") for k in range(4 + turn * 5)]
                    put_both(plain, one, *cards, drops=[cards[n]])
                time.sleep(0.02 * turn)
            assert len(steps(here)) <= 1, "documents of one step are of one step"

        with closing(open_following(here, url, create=False)) as late:
            assert told(caught_up(late), "depot card") == told(one, "depot card")
            assert late._follower._number == 0


def put_both(plain: Index, one: Index, *documents: Document, drops: Sequence[Document] = ()) -> None:
    put(plain, *documents, drops=drops)
    put(one, *documents, drops=drops)


def steps(folder: Path) -> set[str]:
    with closing(EmbeddedIndex.open(folder / "copy")) as copy:
        return {d.sections[0].text for d in copy.every_document(EVERYBODY) if d.title.startswith("Card")}


def alone(folder: Path) -> EmbeddedIndex:
    return EmbeddedIndex.open(folder, create=True)


def position(folder: Path) -> int:
    """How far a copy is that somebody else fills."""
    mark = mark_of(folder)
    return mark.position or 0 if mark else 0


def is_whole(folder: Path) -> bool:
    mark = mark_of(folder)
    return mark is not None and mark.position is None


def mark_of(folder: Path) -> Mark | None:
    if not (folder / "copy" / "index.db").exists():
        return None
    with suppress(BusyIndex), closing(Copy(folder / "copy")) as copy:
        return copy.mark()
    return None


def test_what_was_written_by_others_without_a_copy_is_followed_too(index: FollowingIndex, url: str) -> None:
    put(index, *WORLD)
    with closing(PostgresIndex.open(url)) as plain:
        put(plain, drops=[RAIL])

    until(lambda: RAIL.id not in ids(found(copied(index), "rail")))


def test_status_tells_of_the_copy(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(PostgresIndex.open(url, create=True)) as plain:
        put(plain, *WORLD)
    monkeypatch.setenv("SIGNPOST_INDEX_URL", url)
    monkeypatch.setenv("SIGNPOST_SEARCH_URL", "folder:")
    (tmp_path / "signpost.toml").write_text("", encoding="utf-8")
    status = ["status", "-c", str(tmp_path / "signpost.toml")]

    until(lambda: "copy: at sequence 2, looked at" in CliRunner().invoke(cli, status).stdout)
    assert (tmp_path / "signpost-data" / "index" / "copy" / "index.db").exists()
