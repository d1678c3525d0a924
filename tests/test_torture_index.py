"""A reindex that is killed anywhere comes to the same end, damaged caches are noticed, and the harness would see it."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.planting import changed
from scripts.torturing.index import damage_lines, is_good, lines
from scripts.torturing.index_acks import Acknowledgements, Known
from scripts.torturing.index_bugs import DAMAGED, KILLED
from scripts.torturing.index_damage import Original, damages, original
from scripts.torturing.index_harm import HARMS
from scripts.torturing.index_points import Point, Task, point, points
from scripts.torturing.index_run import Told, chains, run
from scripts.torturing.index_state import agree
from scripts.torturing.index_world import FIRST, LATER, World

WORLD = World(160)
DAMAGES = len(HARMS) * 3
BROUGHT_TO_LIGHT = {
    "acknowledges before it writes": "batch:2:0:0",
    "stores the cursor before the documents": "batch:69:0:0 batch:1:0:0 batch:1:0:0",
    "removes old generations before the new one is in place": " ".join(
        f"publish:{count}:0:99" for count in (5, 2, 3, 2, 3, 2, 3, 2, 3)
    ),  # whose turn it is to publish depends on which source was quicker
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Original:
    """A small index with two generations of each cache."""
    return original(tmp_path_factory.mktemp("original") / "index", 0)


def test_damaged_files_are_noticed_and_the_answers_stay(whole: Original, tmp_path: Path) -> None:
    told = list(damages(tmp_path / "index", whole, range(DAMAGES)))

    assert [one.wrong for one in told if one.wrong] == []
    assert {one.harm for one in told} == set(HARMS)
    assert {"old generation", "SQLite"} & {one.served for one in told}
    assert f"{DAMAGES} damaged files, not detected 0, not told 0" in "\n".join(damage_lines(told, 1.0))


@pytest.mark.parametrize("name", DAMAGED)
def test_each_planted_mistake_of_the_caches_shows(name: str, tmp_path: Path) -> None:
    with changed(DAMAGED[name]()):
        had = original(tmp_path / "original", 0)
        assert any(one.wrong for one in damages(tmp_path / "index", had, range(60)))


def task(folder: Path, **more: object) -> Task:
    return Task(str(folder), WORLD.documents, WORLD.seed, **more)  # type: ignore[arg-type]


def test_what_is_killed_goes_on_and_comes_to_its_end(tmp_path: Path) -> None:
    killed = [run(task(tmp_path, point=where)) for where in (Point("batch", 3, 50), Point("file", 30))]
    ended = run(task(tmp_path))

    assert [one.killed for one in killed] == [True, True]
    assert [*killed[0].wrong, *killed[1].wrong, *ended.wrong] == []
    assert 0 < ended.found <= ended.answered


@pytest.mark.parametrize("name", BROUGHT_TO_LIGHT)
def test_each_planted_mistake_of_writing_shows(name: str, tmp_path: Path) -> None:
    told = []
    for one in chains(tmp_path, WORLD, map(point, BROUGHT_TO_LIGHT[name].split()), name):
        told.append(one)
        if one.wrong:
            break

    assert any(one.wrong for one in told)
    assert not is_good(told)


def test_every_planted_mistake_of_writing_is_tried() -> None:
    assert set(BROUGHT_TO_LIGHT) == set(KILLED)


def test_what_was_acknowledged_is_read_again_but_for_a_line_that_was_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "told.jsonl"
    path.write_bytes(
        b'{"puts": {"a:b:card:2": "x", "a:b:card:3": "y"}, "drops": []}\n{"step": 0}\n'
        b'{"puts": {}, "drops": ["a:b:card:3"]}\n{"puts": {"a:'
    )

    with closing(Acknowledgements(path)) as acks:
        known = acks.known

    assert (known.there, known.gone, known.steps) == ({"a:b:card:2": "x"}, {"a:b:card:3"}, 1)
    assert path.read_bytes().endswith(b"\n")


@pytest.mark.parametrize(
    ("held", "wrong"),
    [({}, ["lost"]), ({"board:team2:card:2": "y"}, ["lost"]), ({"board:team2:card:2": "x"}, [])],
)
def test_a_document_that_is_not_as_acknowledged_is_lost(held: dict[str, str], wrong: list[str]) -> None:
    known = Known(there={"board:team2:card:2": "x"})

    assert [kind for kind, _ in known.wrong(held, WORLD, FIRST)] == wrong


def test_a_document_may_be_ahead_of_what_was_acknowledged() -> None:
    ahead = WORLD.document(100, LATER)

    assert list(Known().wrong({ahead.id: ahead.content_hash}, WORLD, LATER)) == []


@given(number=st.integers(1, 300), seed=st.integers(0, 99))
def test_points_can_be_run_again_as_they_are_printed(number: int, seed: int) -> None:
    told = list(points(number, 100_000, seed))

    assert (len(told), [point(str(one)) for one in told]) == (number, told)


def test_answers_agree_but_for_what_is_equally_good() -> None:
    one, other = (("a", 0.9), ("b", 0.5), ("c", 0.49)), (("a", 0.9), ("c", 0.49), ("b", 0.5))

    assert agree(one, other)
    assert agree(one[:2], (("a", 0.9), ("c", 0.49)))
    assert not agree(one, one[1:])
    assert not agree(one, (("a", 0.8), *one[1:]))


def test_a_report_says_what_was_wrong_and_a_run_without_a_kill_proves_nothing() -> None:
    fine = Told(Point("batch", 1), killed=True, found=0.7)
    lost = Told(Point("file", 1), killed=True, found=0.7, wrong=[("lost", "a card")])
    late = Told(Point("moment"), killed=True, found=2.1)

    assert [is_good([one]) for one in (fine, lost, late)] == [True, False, False]
    assert not is_good([Told(Point("none"))])
    assert "lost 1" in "\n".join(lines([fine, lost], WORLD, 1.0))


def test_the_harness_is_run_by_a_flag() -> None:
    few = ["--documents", "160", "--points", "1", "--corrupt", "1"]
    done = subprocess.run(
        [sys.executable, "-m", "scripts.torturing", "--index", *few], capture_output=True, text=True, timeout=300
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert all(says in done.stdout for says in ("160 documents, 1 kills", "1 damaged files"))
