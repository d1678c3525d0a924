"""The embedded engine: it keeps the contract, survives damage and death, and serves while others write."""

import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.documents import PRIVATE, Document, Section
from indexer.engines import generations, meaning, reading, terms
from indexer.engines.embedded import EmbeddedIndex
from indexer.engines.protocol import Query, Scope
from indexer.errors import BusyIndex, DamagedIndex, IndexProblem
from indexer.passages import passages
from indexer.store import Store
from tests.builders import NOW, a_card
from tests.contracts_index import ALL, CRANE, RAIL, WORLD, IndexContract, a_batch, asked, found, ids, put

QUESTIONS = ("interlocking for Brückner", "harbour of Gdansk", "soup", "rail signalling")


@pytest.fixture
def index(tmp_path: Path) -> Iterator[EmbeddedIndex]:
    opened = EmbeddedIndex.open(tmp_path / "index", create=True)
    yield opened
    opened.close()


def reopened(folder: Path) -> EmbeddedIndex:
    return EmbeddedIndex.open(folder / "index")


def told(index: EmbeddedIndex) -> list[object]:
    """What the index answers to a few questions, scores rounded."""
    return [
        [(c.document_id, round(c.meaning, 4), round(c.words, 4)) for c in found(index, question)]
        for question in QUESTIONS
    ]


def files(folder: Path) -> list[Path]:
    """Every file of the newest generation of both caches."""
    shelves = (folder / "index" / name for name in ("vectors", "words"))
    return sorted(
        p for shelf in shelves for p in generations.folders(shelf)[0].rglob("*") if p.is_file() and p.suffix != ".lock"
    )


class TestEmbeddedIndex(IndexContract):
    pass


@pytest.mark.parametrize("oldest", [False, True])
def test_many_documents_come_in_the_order_in_which_few_do(
    index: EmbeddedIndex, monkeypatch: pytest.MonkeyPatch, oldest: bool
) -> None:
    dated = [a_card(f"Card {n}", key=f"b{n}", updated_at=NOW - timedelta(days=n % 7)) for n in range(30)]
    put(index, *dated, *(a_card(f"Undated {n}", key=f"u{n}", updated_at=None) for n in range(5)))
    places = [(limit, offset) for limit in (1, 4, 50) for offset in (0, 2, 28, 33, 40)]

    few = [index.browse(ALL, *place, oldest=oldest) for place in places]
    monkeypatch.setattr(reading, "FEW", 0)

    assert [index.browse(ALL, *place, oldest=oldest) for place in places] == few


def spoil(path: Path, seed: int) -> None:
    """Flip a bit, zero a stretch or cut the end off, somewhere."""
    dice = random.Random(seed)
    content = bytearray(path.read_bytes())
    place = dice.randrange(len(content))
    match seed % 3:
        case 0:
            content[place] ^= 1 << dice.randrange(8)
        case 1:
            content[place : place + 64] = bytes(byte ^ 0xFF for byte in content[place : place + 64])
        case _:
            del content[place:]
    path.write_bytes(content)


@pytest.mark.parametrize("seed", range(6))
def test_a_damaged_cache_is_noticed_and_made_anew_without_embedding(tmp_path: Path, seed: int) -> None:
    before = _an_index(tmp_path)
    for number in range(len(files(tmp_path))):
        spoil(files(tmp_path)[number], seed * 100 + number)
        index = reopened(tmp_path)

        assert len(index.check()) == 1
        assert told(index) == before
        assert index.check() == []
        index.close()


def _an_index(folder: Path) -> list[object]:
    index = EmbeddedIndex.open(folder / "index", create=True)
    put(index, *WORLD)
    answers = told(index)
    index.close()
    return answers


def test_a_damaged_generation_is_removed_though_an_older_one_serves(tmp_path: Path) -> None:
    before = _an_index(tmp_path)
    newest = generations.folders(tmp_path / "index" / "vectors")[0]
    shutil.copytree(newest, newest.with_name(newest.name[:-6] + "000009"))
    spoil(generations.folders(newest.parent)[0] / "vectors.faiss", 0)

    index = reopened(tmp_path)
    assert (told(index), len(index.check())) == (before, 1)
    with index.writing():
        index.settle()

    assert (index.check(), generations.folders(newest.parent)) == ([], [newest])
    index.close()


def test_after_many_batches_words_are_published_before_all_has_settled(
    index: EmbeddedIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terms, "BEHIND", 4)
    put(index, *WORLD)
    at = index.sequence

    with index.writing():
        for n in range(3):
            index.write(a_batch(a_card(f"Zeppelin {n}", "Doors for Friedrichshafen.", key=f"z{n}")), NOW)

        last = generations.current(tmp_path / "index" / "words")
        assert last is not None
        assert last.facts.sequence == at + 2


def test_whoever_asks_does_not_wait_until_many_vectors_are_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _an_index(tmp_path)
    (tmp_path / "index" / "vectors").rename(tmp_path / "lost")
    monkeypatch.setattr(meaning, "QUICK", 0)
    index = reopened(tmp_path)

    assert (told(index), (tmp_path / "index" / "vectors").exists()) == (before, False)
    with index.writing():
        index.settle()
    assert generations.current(tmp_path / "index" / "vectors")
    index.close()


@pytest.mark.parametrize("lost", ["vectors", "words", "both"])
def test_lost_caches_are_made_anew(tmp_path: Path, lost: str) -> None:
    before = _an_index(tmp_path)
    for shelf in ("vectors", "words") if lost == "both" else (lost,):
        (tmp_path / "index" / shelf).rename(tmp_path / f"lost-{shelf}")

    index = reopened(tmp_path)

    assert told(index) == before
    index.close()


def test_caches_of_another_index_are_not_believed(tmp_path: Path) -> None:
    _an_index(tmp_path / "old")
    index = EmbeddedIndex.open(tmp_path / "index", create=True)
    put(index, CRANE)
    index.close()
    for shelf in ("vectors", "words"):
        (tmp_path / "index" / shelf).rename(tmp_path / f"own-{shelf}")
        (tmp_path / "old" / "index" / shelf).rename(tmp_path / "index" / shelf)

    index = reopened(tmp_path)
    assert ids(found(index, "rail")) == {CRANE.id}
    index.close()


def test_what_was_written_but_never_settled_is_found_by_whoever_opens_next(tmp_path: Path) -> None:
    _an_index(tmp_path)
    index = reopened(tmp_path)
    with index.writing():
        index.write(a_batch(a_card("Zeppelin hangar", "Doors for Friedrichshafen."), drops=[RAIL]), NOW)
    index.close()

    index = reopened(tmp_path)
    assert [c.document_id for c in index.search([Query("zeppelin")], ALL)[0]] == [
        "trello:sales:card:Zeppelinhangar"
    ] * 2
    assert RAIL.id not in ids(found(index, "rail interlocking"))
    index.close()


def test_while_somebody_writes_readers_are_served_what_has_settled(tmp_path: Path) -> None:
    before = _an_index(tmp_path)
    writer, reader = reopened(tmp_path), reopened(tmp_path)

    with writer.writing():
        writer.write(a_batch(a_card("Zeppelin hangar", "Doors for Friedrichshafen.")), NOW)
        assert reader.search([Query("zeppelin")], ALL) == [()]
        assert len(told(reader)) == len(before)

    assert reader.search([Query("zeppelin")], ALL) != [()]
    writer.close()
    reader.close()


def test_a_first_index_can_be_asked_while_it_is_still_written(tmp_path: Path) -> None:
    writer = EmbeddedIndex.open(tmp_path / "index", create=True)

    with writer.writing():
        writer.write(a_batch(*WORLD), NOW)
        reader = reopened(tmp_path)
        assert ids(reader.search([Query("interlocking")], ALL)[0]) == {RAIL.id}
        reader.close()
    writer.close()


def test_a_small_change_shares_most_files_with_the_generation_before(index: EmbeddedIndex, tmp_path: Path) -> None:
    put(index, *WORLD)
    before = {path.stat().st_ino for path in files(tmp_path)}

    put(index, replace(CRANE, sections=(Section("Two spare parts."),)))

    shared = [path for path in files(tmp_path) if path.stat().st_ino in before]
    assert len(shared) > 5


def test_only_the_newest_two_generations_stay_and_nothing_half_made(index: EmbeddedIndex, tmp_path: Path) -> None:
    for n in range(4):
        (tmp_path / "index" / "words" / "new-1").mkdir(parents=True, exist_ok=True)
        put(index, a_card(f"Card {n}", key=f"c{n}"))

    assert len(list((tmp_path / "index" / "words").iterdir())) == 2


def test_a_passage_that_is_not_what_was_written_is_never_shown(index: EmbeddedIndex, tmp_path: Path) -> None:
    put(index, *WORLD)
    _tamper(tmp_path, "UPDATE passages SET text = replace(text, 'May', 'June')")
    _tamper(tmp_path, "UPDATE records SET record = replace(record, 'everyone', 'everyonf')")

    with pytest.raises(DamagedIndex, match="not what was written"):
        index.passages([c.passage_id for c in found(index, "interlocking")])
    with pytest.raises(DamagedIndex, match="not what was written"):
        index.documents([RAIL.id], ALL)


def _tamper(folder: Path, statement: str) -> None:
    store = Store.open(folder / "index" / "index.db")
    with store.transaction() as transaction:
        transaction.run(statement)
    store.close()


@pytest.mark.parametrize("blob", [b"", b"\x00" * 128, b"\xff" * 128, b"short"])
def test_a_damaged_vector_is_dropped_and_asked_for_again(tmp_path: Path, blob: bytes) -> None:
    _an_index(tmp_path)
    cut = passages(RAIL)[-1]
    _tamper(tmp_path, f"UPDATE vectors SET vector = x'{blob.hex()}' WHERE text_hash = x'{cut.text_hash}'")
    for shelf in ("vectors", "words"):
        (tmp_path / "index" / shelf).rename(tmp_path / f"lost-{shelf}")

    index = reopened(tmp_path)
    with index.writing():
        index.settle()

    assert [text for text, _ in index.lacking(index.fingerprint, 9)[0]] == [cut.text_hash]
    assert np.isfinite([c.meaning for c in found(index, "interlocking")]).all()
    index.close()


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_database_never_lies_and_never_crashes(tmp_path: Path, seed: int) -> None:
    _an_index(tmp_path)
    spoil(tmp_path / "index" / "index.db", seed)

    said = _everything(tmp_path)

    if isinstance(said, str):
        assert "signpost reindex" in said or "cannot be used" in said
    else:
        assert set(said) <= set(WORLD)


def _everything(folder: Path) -> list[Document] | str:
    """All documents that a search and a look-up bring up, or the sentence that says why there are none."""
    try:
        index = reopened(folder)
        try:
            near = [c.document_id for question in QUESTIONS for c in found(index, question)]
            return index.documents([*near, *(d.id for d in WORLD)], ALL)
        finally:
            index.close()
    except IndexProblem as error:
        return str(error)


def test_many_threads_may_ask_while_one_writes(index: EmbeddedIndex) -> None:
    put(index, *WORLD)

    def ask(_: int) -> set[str]:
        return ids(found(index, "interlocking for Brückner"))

    with ThreadPoolExecutor(6) as pool:
        asking = [pool.submit(ask, n) for n in range(60)]
        for n in range(5):
            put(index, a_card(f"Card {n}", key=f"t{n}"))

    assert all(RAIL.id in answer.result() for answer in asking)


KEYS = st.integers(0, 5)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), KEYS, st.sampled_from(["rail", "crane", "soup"]), st.booleans()),
        st.tuples(st.sampled_from(["drop"]), KEYS, st.just(""), st.just(True)),
        st.tuples(st.sampled_from(["settle", "reopen"]), st.just(0), st.just(""), st.just(True)),
    ),
    max_size=10,
)


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happened_a_search_knows_exactly_what_is_there(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, str, bool]]
) -> None:
    folder, model = tmp_path_factory.mktemp("model"), dict[str, Document]()
    index = EmbeddedIndex.open(folder / "index", create=True)
    put(index)
    for what, key, word, public in steps:
        index = _stepped(index, folder, model, (what, a_card(f"Card {key}", word, key=str(key)), public))
    with index.writing():
        index.settle()

    for word in ("rail", "crane", "soup"):
        (now,) = index.search([Query(word)], ALL)
        assert ids(now) == {d.id for d in model.values() if word in d.sections[0].text and d.visibility == "everyone"}
    index.close()


def _stepped(
    index: EmbeddedIndex, folder: Path, model: dict[str, Document], step: tuple[str, Document, bool]
) -> EmbeddedIndex:
    what, card, public = step
    card = card if public else replace(card, visibility=PRIVATE)
    if what == "reopen":
        index.close()
        return reopened(folder)
    with index.writing():
        if what == "put":
            model[card.id] = card
            index.write(a_batch(card), NOW)
        elif what == "drop":
            model.pop(card.id, None)
            index.write(a_batch(drops=[card]), NOW)
        else:
            index.settle()
    return index


KILLED = """
import sys
from pathlib import Path
from tests.contracts_index import put
from tests.builders import a_card
from indexer.engines.embedded import EmbeddedIndex
index = EmbeddedIndex.open(Path(sys.argv[1]) / "index", create=True)
for n in range(1000):
    put(index, a_card(f"Card {n}", f"Depot number {n}", key=f"k{n}"))
    print(n, flush=True)
"""


@pytest.mark.parametrize("acknowledged", [0, 1, 3, 6])
def test_what_was_acknowledged_survives_a_kill(tmp_path: Path, acknowledged: int) -> None:
    with subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            if int(line) == acknowledged:
                process.send_signal(signal.SIGKILL)
                break

    index = reopened(tmp_path)
    there, total = index.browse(ALL, 100, 0)
    assert {f"trello:sales:card:k{n}" for n in range(acknowledged + 1)} <= set(there)
    assert ids(index.search([Query("depot")], ALL)[0]) == set(there)
    assert (index.check(), total >= acknowledged + 1) == ([], True)
    put(index, a_card("Afterwards", "All is well"))
    index.close()


def test_caches_that_cannot_be_written_are_a_sentence_and_no_hindrance_to_asking(tmp_path: Path) -> None:
    before = _an_index(tmp_path)
    for shelf in ("vectors", "words"):
        (tmp_path / "index" / shelf).rename(tmp_path / f"lost-{shelf}")
        (tmp_path / "index" / shelf).write_text("in the way")
    index = reopened(tmp_path)

    assert told(index) == before
    with index.writing(), pytest.raises(IndexProblem, match="cannot be written"):
        index.settle()
    index.close()


def test_another_writer_is_told_who_writes(index: EmbeddedIndex) -> None:
    def second() -> None:
        with index.writing(patience=0.1):
            pass

    with index.writing(), pytest.raises(BusyIndex, match=r"number \d+"):
        second()
    second()


def test_a_scope_of_nobody_finds_nothing(index: EmbeddedIndex) -> None:
    put(index, *WORLD)

    assert index.search([asked("rail")], Scope(frozenset())) == [()]
