"""Knowledge: sources go in, answers come out, whatever fails, dies or is asked twice."""

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zlib import crc32

import pytest

from indexer.asking import EVERYBODY, AskOptions, Filters, Question, Viewer
from indexer.documents import PRIVATE, Customer, Document, Person, Section
from indexer.embedding.protocol import Vectors
from indexer.engines.generations import checked, folders, publish
from indexer.errors import BusyIndex, DamagedIndex, ModelError, NoIndex, SourceError
from indexer.knowledge import Knowledge, Progress, UpdateOptions
from indexer.sources.protocol import Census, Checkpoint, Delete, Event, Failure, Notice, Upsert
from tests.builders import NOW, a_card
from tests.fakes import HashingEmbedder

BRUECKNER = Customer("Brückner Logistik", domains=("brueckner.example",))
ANNA = Person("Anna Weiß", "owner", "anna@ours.example")
PILOT = a_card(
    "Pilot with Brückner Logistik", "Kick-off in Lübeck.", key="pilot", customers=(BRUECKNER,), people=(ANNA,)
)
CRANE = a_card("Crane maintenance", "Spare parts for the harbour of Gdańsk.", key="crane", lane="Done")
SECRET = a_card("Salary round of Hohenzollern", "Secret figures.", key="secret", visibility=PRIVATE)
BOARD = a_card("Board memo on Hohenzollern", "Figures of the merger.", key="memo", visibility="group:board")
WORLD = (PILOT, CRANE, SECRET, BOARD)


class Shelf:
    """A source that tells what lies on it, then the events it was given; breaks where it is told to."""

    name = "trello:sales"

    def __init__(
        self, *documents: Document, more: Sequence[Event] = (), breaks: str = "", complete: bool = True
    ) -> None:
        self.documents, self.more, self.breaks, self.complete = list(documents), more, breaks, complete
        self.cursors: list[str | None] = []

    def check(self) -> list[str]:
        return []

    def pull(self, cursor: str | None) -> Iterator[Event]:
        self.cursors.append(cursor)
        yield from (Upsert(document) for document in self.documents)
        yield from self.more
        if self.breaks:
            raise SourceError(self.breaks)
        yield Checkpoint(f"after {len(self.documents)}")

    def census(self) -> Census:
        return Census(frozenset(d.id for d in self.documents), self.complete)

    def fetch(self, ids: Sequence[str]) -> Iterator[Event]:
        yield from (Upsert(d) for d in self.documents if d.id in ids)


@pytest.fixture
def embedder() -> HashingEmbedder:
    return HashingEmbedder()


@pytest.fixture
def knowledge(tmp_path: Path, embedder: HashingEmbedder) -> Iterator[Knowledge]:
    opened = Knowledge.open(tmp_path / "index", lambda: embedder)
    yield opened
    opened.close()


def ids(knowledge: Knowledge, text: str) -> list[str]:
    (answer,) = knowledge.answer([Question(text)], EVERYBODY)
    return [hit.document.id for hit in answer.hits]


def test_a_card_that_went_in_answers_with_its_passage_its_link_and_why(knowledge: Knowledge) -> None:
    knowledge.update([Shelf(*WORLD)])

    (answer,) = knowledge.answer([Question("Who is talking to Brückner Logistik?", "who")], EVERYBODY)

    first = answer.hits[0]
    assert first.document == PILOT
    assert first.passage.endswith("Owner: Anna Weiß (anna@ours.example)")
    assert first.anchor == "https://trello.com/c/pilot"
    assert [m.name for m in answer.mentions] == ["Brückner Logistik"]
    assert first.why[0].lane == "entity"
    assert answer.probability > 0.5


def test_many_questions_get_an_answer_each_in_their_order(knowledge: Knowledge) -> None:
    knowledge.update([Shelf(PILOT, replace(CRANE, updated_at=NOW + timedelta(days=1)))])

    told = knowledge.answer([Question("harbour crane"), Question(""), Question("kick-off in Lübeck")], EVERYBODY)

    assert [answer.hits[0].document.id for answer in told] == [CRANE.id, CRANE.id, PILOT.id]
    assert knowledge.answer([], EVERYBODY) == []


def test_nothing_indexed_is_said_and_creates_no_folder(knowledge: Knowledge, tmp_path: Path) -> None:
    with pytest.raises(NoIndex, match="signpost reindex"):
        knowledge.answer([Question("rail")], EVERYBODY)

    assert not (tmp_path / "index").exists()
    assert (knowledge.status().healthy, knowledge.status().documents) == (False, 0)


def test_updating_twice_embeds_and_changes_nothing(knowledge: Knowledge, embedder: HashingEmbedder) -> None:
    shelf = Shelf(*WORLD)
    knowledge.update([shelf])
    before, texts = knowledge.status(), embedder.texts_embedded

    (report,) = knowledge.update([shelf]).sources

    assert (report.added, report.changed, report.unchanged, report.deleted) == (0, 0, len(WORLD), 0)
    assert (embedder.texts_embedded, knowledge.status().sequence) == (texts, before.sequence)


def test_only_changed_text_is_embedded(knowledge: Knowledge, embedder: HashingEmbedder) -> None:
    knowledge.update([Shelf(*WORLD)])
    texts = embedder.texts_embedded
    commented = replace(PILOT, sections=(*PILOT.sections, Section("They signed!", "comment")), lane="Won")

    (report,) = knowledge.update([Shelf(commented, CRANE, SECRET, BOARD)]).sources

    assert (report.changed, report.unchanged, report.passages_embedded) == (1, 3, 1)
    assert embedder.texts_embedded == texts + 1
    assert ids(knowledge, "signed")[0] == PILOT.id


def test_what_leaves_the_source_leaves_the_index(knowledge: Knowledge) -> None:
    knowledge.update([Shelf(*WORLD)])

    (report,) = knowledge.update([Shelf(PILOT, SECRET, BOARD)]).sources

    assert report.deleted == 1
    assert CRANE.id not in ids(knowledge, "harbour crane")


def test_a_tombstone_deletes_and_a_return_brings_back(knowledge: Knowledge) -> None:
    knowledge.update([Shelf(*WORLD)])

    shelf = Shelf(PILOT, more=(Delete(CRANE.id, "deleted on the board"),), complete=False)
    assert knowledge.update([shelf]).sources[0].deleted == 1

    again = Shelf(more=(Delete(CRANE.id, "moved"), Upsert(CRANE)), complete=False)
    assert knowledge.update([again]).sources[0].added == 1
    assert ids(knowledge, "harbour crane")[0] == CRANE.id


def test_a_failed_page_deletes_nothing(knowledge: Knowledge) -> None:
    knowledge.update([Shelf(*WORLD)])

    (report,) = knowledge.update([Shelf(PILOT, breaks="The board answered 500. Try again later.")]).sources

    assert (report.deleted, report.failures) == (0, ("The board answered 500. Try again later.",))
    assert knowledge.status().documents == len(WORLD)


def test_one_source_that_fails_does_not_stop_the_others(knowledge: Knowledge) -> None:
    broken, fine = Shelf(CRANE, breaks="No entry."), Shelf(replace(PILOT, id="crm:hub:card:1"))
    broken.name, fine.name = "trello:sales", "crm:hub"

    first, second = knowledge.update([broken, fine]).sources

    assert (first.added, first.failures, second.added, second.failures) == (1, ("No entry.",), 1, ())
    assert knowledge.status().by_source == (("crm:hub", 1), ("trello:sales", 1))


def test_failures_and_notices_of_a_source_are_reported(knowledge: Knowledge) -> None:
    shelf = Shelf(PILOT, more=(Failure("Card 7 has no link."), Notice("40 of 133 comments are not in this file.")))

    (report,) = knowledge.update([shelf]).sources

    assert report.failures == ("Card 7 has no link.",)
    assert report.notices == ("40 of 133 comments are not in this file.",)


def test_a_document_that_cannot_be_kept_stops_nobody(knowledge: Knowledge) -> None:
    strange = replace(CRANE, id="other:place:card:1")
    broken = replace(CRANE, id="trello:sales:card:half", title="half a smile \ud83d")

    (report,) = knowledge.update([Shelf(strange, broken, PILOT)]).sources

    assert report.added == 1
    assert ["left out" in failure for failure in report.failures] == [True, True]


def many(count: int) -> list[Document]:
    return [a_card(f"Depot {n}", f"Depot {n} gets cameras.", key=f"d{n}") for n in range(count)]


def test_a_sudden_shrink_is_held_until_it_is_allowed(knowledge: Knowledge) -> None:
    knowledge.update([Shelf(*many(200))])

    (held,) = knowledge.update([Shelf(*many(100))]).sources
    (allowed,) = knowledge.update([Shelf(*many(100))], UpdateOptions(allow_shrink=True)).sources

    assert (held.held, held.deleted, allowed.held, allowed.deleted) == (100, 0, 0, 100)
    assert "100 of 200 documents would vanish" in held.notices[0]
    assert knowledge.status().documents == 100


def test_tombstones_that_are_held_are_not_skipped_next_time(knowledge: Knowledge) -> None:
    knowledge.update([Shelf(*many(200))])
    buried = Shelf(more=tuple(Delete(d.id, "deleted") for d in many(100)), complete=False)

    assert knowledge.update([buried]).sources[0].held == 100
    assert knowledge.update([buried], UpdateOptions(allow_shrink=True)).sources[0].deleted == 100
    assert buried.cursors == ["after 200", "after 200"]


def test_a_cursor_is_handed_back_only_while_its_documents_are_there(knowledge: Knowledge) -> None:
    shelf = Shelf(PILOT)
    knowledge.update([shelf])
    knowledge.update([shelf])

    assert shelf.cursors == [None, "after 1"]


def test_a_dry_run_says_what_would_happen_and_touches_nothing(knowledge: Knowledge, tmp_path: Path) -> None:
    (report,) = knowledge.update([Shelf(*WORLD)], UpdateOptions(dry_run=True)).sources

    assert (report.added, report.passages_embedded > 4) == (4, True)
    assert not (tmp_path / "index").exists()

    knowledge.update([Shelf(*WORLD)])
    (report,) = knowledge.update([Shelf(PILOT, BOARD, SECRET)], UpdateOptions(dry_run=True)).sources
    assert (report.deleted, knowledge.status().documents) == (1, 4)


def test_progress_tells_how_much_there_is_to_embed(knowledge: Knowledge) -> None:
    told: list[Progress] = []

    knowledge.update([Shelf(*many(1200))], UpdateOptions(progress=told.append))

    embedding = [p for p in told if p.stage == "embedding"]
    assert [p.done for p in told if p.stage == "reading"] == list(range(1, 1201))
    assert {p.total for p in embedding} == {2400}
    assert embedding[-1].done == 2400
    assert len(embedding) > 2


def test_only_one_process_updates_at_a_time(knowledge: Knowledge, tmp_path: Path) -> None:
    knowledge.update([Shelf(PILOT)])
    other = Knowledge.open(tmp_path / "index", HashingEmbedder)

    class Curious(Shelf):
        def census(self) -> Census:
            with pytest.raises(BusyIndex, match="being updated by another process"):
                other.update([])
            return super().census()

    knowledge.update([Curious(PILOT)])
    other.close()


class Skipping(Shelf):
    """A shelf whose pages leave out the last document that lies on it; `closed` ones cannot be asked for."""

    def __init__(self, *documents: Document, closed: Sequence[str] = ()) -> None:
        super().__init__(*documents)
        self.closed = closed

    def pull(self, cursor: str | None) -> Iterator[Event]:
        yield from (Upsert(document) for document in self.documents[:-1])
        yield Checkpoint("a page too short")

    def census(self) -> Census:
        return Census(frozenset(d.id for d in self.documents[:-1]), complete=True, in_pages=True)

    def fetch(self, ids: Sequence[str]) -> Iterator[Event]:
        here = {d.id: d for d in self.documents}
        for each in ids:
            if each in self.closed:
                yield Failure(f"{each} cannot be asked for")
            else:
                yield Upsert(here[each]) if each in here else Delete(each, "no such card")


def test_a_document_that_pages_skipped_stays_and_one_that_is_gone_goes(knowledge: Knowledge) -> None:
    gone = a_card("Old tender", key="old")
    knowledge.update([Shelf(PILOT, CRANE, gone)])

    report = knowledge.update([Skipping(PILOT, replace(CRANE, title="Crane repair"))])

    assert (report.sources[0].deleted, report.sources[0].changed) == (1, 1)
    assert ids(knowledge, "crane repair")[0] == CRANE.id


def test_a_document_that_pages_skipped_and_nobody_can_ask_for_stays(knowledge: Knowledge) -> None:
    knowledge.update([Shelf(PILOT, CRANE)])

    report = knowledge.update([Skipping(PILOT, CRANE, closed=[CRANE.id])])

    assert (report.sources[0].deleted, report.sources[0].failures) == (0, (f"{CRANE.id} cannot be asked for",))


def test_a_reader_notices_what_another_process_wrote(knowledge: Knowledge, tmp_path: Path) -> None:
    knowledge.update([Shelf(PILOT)])
    reader = Knowledge.open(tmp_path / "index", HashingEmbedder)
    assert ids(reader, "harbour crane") == [PILOT.id]

    knowledge.update([Shelf(PILOT, CRANE)])

    assert ids(reader, "harbour crane")[0] == CRANE.id
    assert [e.name for e in reader.entities(EVERYBODY)] == ["Brückner Logistik", "Anna Weiß"]
    reader.close()


def test_nobody_learns_of_what_they_may_not_see(knowledge: Knowledge) -> None:
    hohenzollern = Customer("Hohenzollern Stahl")
    memo = replace(BOARD, customers=(hohenzollern,), lane="Board only", people=(Person("Max Geheim", "owner"),))
    knowledge.update([Shelf(PILOT, replace(SECRET, customers=(hohenzollern,)), memo)])
    board = Viewer(frozenset({"board"}))

    (everyone,) = knowledge.answer([Question("Who talks to Hohenzollern Stahl?", "who")], EVERYBODY)
    (member,) = knowledge.answer([Question("Who talks to Hohenzollern Stahl?", "who")], board)

    assert {hit.document.id for hit in everyone.hits} == {PILOT.id}
    assert (everyone.mentions, everyone.probability < 0.2) == ((), True)
    assert (member.hits[0].document.id, member.mentions[0].name) == (BOARD.id, "Hohenzollern Stahl")
    assert "Hohenzollern Stahl" not in str((tuple(knowledge.entities(EVERYBODY)), knowledge.choices(EVERYBODY)))
    assert "Max Geheim" in str(tuple(knowledge.entities(board)))
    assert knowledge.documents([SECRET.id, BOARD.id, PILOT.id], EVERYBODY) == [PILOT]


def test_a_window_names_whom_the_question_leaves_out(knowledge: Knowledge) -> None:
    knowledge.update([Shelf(*WORLD, *many(60))])
    mail = "I meet Brückner Logistik on Friday. Does anybody know them?"

    (answer,) = knowledge.answer([Question("Does anybody know them?", "who", (mail,))], EVERYBODY)

    assert answer.hits[0].document.id == PILOT.id
    assert answer.mentions[0].name == "Brückner Logistik"


def test_a_mail_domain_names_a_customer(knowledge: Knowledge) -> None:
    knowledge.update([Shelf(*WORLD, *many(60))])

    (answer,) = knowledge.answer([Question("Who knows them?", "who", (), ("brueckner.example",))], EVERYBODY)

    assert answer.hits[0].document.id == PILOT.id


def test_no_text_browses_by_filters_newest_first(knowledge: Knowledge) -> None:
    knowledge.update([Shelf(*WORLD, *many(30))])

    options = AskOptions(Filters(lane=("Done",)))
    (done,) = knowledge.answer([Question("  ")], EVERYBODY, options)
    (all_of_them,) = knowledge.answer([Question("")], EVERYBODY, AskOptions(limit=5, offset=30))

    assert ([hit.document for hit in done.hits], done.total) == ([CRANE], 1)
    assert (len(all_of_them.hits), all_of_them.total) == (2, 32)


def test_pages_of_hits_follow_each_other(knowledge: Knowledge) -> None:
    knowledge.update([Shelf(*many(30))])

    pages = [
        knowledge.answer([Question("depot cameras")], EVERYBODY, AskOptions(limit=10, offset=offset))[0]
        for offset in (0, 10, 20)
    ]

    assert len({hit.document.id for page in pages for hit in page.hits}) == 30
    assert {page.total for page in pages} == {30}


def test_a_question_asked_again_is_not_embedded_again(knowledge: Knowledge, embedder: HashingEmbedder) -> None:
    knowledge.update([Shelf(*WORLD)])
    ids(knowledge, "harbour crane")
    texts = embedder.texts_embedded

    ids(knowledge, "harbour crane")

    assert embedder.texts_embedded == texts


class AnotherEmbedder(HashingEmbedder):
    fingerprint = "hashing-32"
    dimension = 32


def test_another_model_embeds_everything_anew_and_only_once(tmp_path: Path) -> None:
    first, second = Knowledge.open(tmp_path, HashingEmbedder), Knowledge.open(tmp_path, AnotherEmbedder)
    first.update([Shelf(*WORLD)])

    assert ids(second, "harbour crane") == [CRANE.id]

    (report,) = second.update([Shelf(*WORLD)]).sources
    assert (report.unchanged, report.passages_embedded) == (4, 0)
    assert (second.status().model, ids(second, "harbour crane")[0]) == ("hashing-32", CRANE.id)
    assert ids(first, "harbour crane") == [CRANE.id]
    first.close()
    second.close()


class TornEmbedder(AnotherEmbedder):
    def embed(self, texts: Sequence[str]) -> Vectors:
        if self.texts_embedded > 500:
            raise ModelError("The power went out.")
        return super().embed(texts)


def test_the_old_model_serves_until_the_new_one_has_embedded_all(tmp_path: Path) -> None:
    old, torn = Knowledge.open(tmp_path, HashingEmbedder), Knowledge.open(tmp_path, TornEmbedder)
    old.update([Shelf(*many(1200))])

    with pytest.raises(ModelError):
        torn.update([])

    assert old.status().model == "hashing-64"
    assert old.answer([Question("Depot 77")], EVERYBODY)[0].hits[0].document.title == "Depot 77"
    old.close()
    torn.close()


def test_choices_follow_the_index(knowledge: Knowledge) -> None:
    knowledge.update([Shelf(PILOT)])
    assert knowledge.choices(EVERYBODY)["lane"] == (("In talks", 1),)

    knowledge.update([Shelf(replace(PILOT, lane="Won"))])

    assert knowledge.choices(EVERYBODY)["lane"] == (("Won", 1),)


def test_names_of_what_became_private_are_forgotten_at_once(knowledge: Knowledge, tmp_path: Path) -> None:
    knowledge.update([Shelf(PILOT, CRANE)])
    reader = Knowledge.open(tmp_path / "index", HashingEmbedder)
    asked = [Question("Who talks to Brückner Logistik?", "who")]
    assert reader.answer(asked, EVERYBODY)[0].mentions

    knowledge.update([Shelf(replace(PILOT, visibility=PRIVATE), CRANE)])

    assert (reader.answer(asked, EVERYBODY)[0].mentions, reader.entities(EVERYBODY)) == ((), ())
    reader.close()


def test_a_process_that_starts_later_knows_the_same_names(knowledge: Knowledge, tmp_path: Path) -> None:
    knowledge.update([Shelf(*WORLD)])
    known = knowledge.entities(EVERYBODY)

    reader = Knowledge.open(tmp_path / "index", HashingEmbedder)
    assert reader.entities(EVERYBODY) == known
    reader.close()

    for path in (tmp_path / "index" / "names").rglob("names.tables"):
        path.unlink()
        path.write_text("[]", encoding="utf-8")
    reader = Knowledge.open(tmp_path / "index", HashingEmbedder)
    assert reader.entities(EVERYBODY) == known
    reader.close()


def test_a_source_that_is_forgotten_answers_nothing_more_and_comes_back_whole(knowledge: Knowledge) -> None:
    trello, crm = Shelf(PILOT, CRANE, SECRET), Shelf(replace(BOARD, id="crm:hub:note:1"))
    crm.name = "crm:hub"
    knowledge.update([trello, crm])

    assert knowledge.sources() == ("crm:hub", "trello:sales")
    assert knowledge.forget(["trello:sales"]) == 3

    assert (knowledge.sources(), knowledge.entities(EVERYBODY), ids(knowledge, "harbour crane")) == (
        ("crm:hub",),
        (),
        [],
    )
    assert knowledge.check() == []
    assert knowledge.update([trello]).sources[0].added == 3
    assert trello.cursors == [None, None]


def test_forgetting_asks_for_an_index_and_for_a_name_it_knows(knowledge: Knowledge) -> None:
    assert knowledge.sources() == ()
    with pytest.raises(NoIndex):
        knowledge.forget(["trello:sales"])
    knowledge.update([Shelf(PILOT)])
    before = knowledge.status()

    assert (knowledge.forget(["trello:other"]), knowledge.status()) == (0, before)


def test_other_processes_notice_that_a_source_was_forgotten(knowledge: Knowledge, tmp_path: Path) -> None:
    knowledge.update([Shelf(*WORLD)])
    reader = Knowledge.open(tmp_path / "index", HashingEmbedder)
    assert ids(reader, "harbour crane")

    knowledge.forget(["trello:sales"])

    assert (ids(reader, "harbour crane"), reader.entities(EVERYBODY), reader.count(EVERYBODY)) == ([], (), 0)
    reader.close()


def test_everybody_counts_the_documents_they_may_see(knowledge: Knowledge) -> None:
    with pytest.raises(NoIndex):
        knowledge.count(EVERYBODY)
    knowledge.update([Shelf(*WORLD)])

    assert [knowledge.count(viewer) for viewer in (EVERYBODY, Viewer(frozenset({"board"})))] == [2, 3]


def test_a_card_flooded_with_names_is_indexed_and_answers_in_no_time(knowledge: Knowledge) -> None:
    crowd = tuple(Person(f"Ölzweig {n} " * 700, "contact", f"{'x' * 9000}@{n}.example") for n in range(300))
    flooded = replace(CRANE, title="Ölzweig " * 120_000, people=crowd, customers=(Customer("Group " * 1500),))
    start = time.process_time()

    knowledge.update([Shelf(flooded, PILOT)])

    assert ids(knowledge, "Who is talking to Brückner Logistik?")[0] == PILOT.id
    assert {entity.name for entity in knowledge.entities(EVERYBODY)} == {"Brückner Logistik", "Anna Weiß"}
    assert all(len(value) <= 300 for values in knowledge.choices(EVERYBODY).values() for value, _ in values)
    assert time.process_time() - start < 5


ALTERED = {
    "a count that is none": "UPDATE meta SET value = 'many' WHERE key = 'sequence'",
    "a count that is gone": "DELETE FROM meta WHERE key = 'names_sequence'",
    "a day that is none": "UPDATE meta SET value = 'yesterday' WHERE key = 'updated_at'",
    "a table that is gone": "DROP TABLE customers",
}


@pytest.mark.parametrize("what", ALTERED)
def test_an_index_that_others_altered_is_explained_and_not_healthy(tmp_path: Path, what: str) -> None:
    first = Knowledge.open(tmp_path, HashingEmbedder)
    first.update([Shelf(*WORLD)])
    first.close()
    altered(tmp_path, ALTERED[what])

    again = Knowledge.open(tmp_path, HashingEmbedder)

    assert (again.status().healthy, "run `signpost reindex`" in again.status().says) == (False, True)
    for use in (lambda: ids(again, "harbour crane"), lambda: again.update([Shelf(*WORLD)])):
        with pytest.raises(DamagedIndex, match="run `signpost reindex`"):
            use()


def altered(folder: Path, statement: str) -> None:
    connection = sqlite3.connect(folder / "index.db")
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_document_of_another_shape_is_explained(knowledge: Knowledge, tmp_path: Path) -> None:
    knowledge.update([Shelf(PILOT)])
    told = json.dumps({"id": PILOT.id, "headline": "Pilot"})
    altered(tmp_path / "index", f"UPDATE records SET record = '{told}', checksum = {crc32(told.encode())}")

    with pytest.raises(DamagedIndex, match="another shape"):
        knowledge.documents([PILOT.id], EVERYBODY)


def test_names_written_down_in_another_shape_are_read_anew(knowledge: Knowledge, tmp_path: Path) -> None:
    knowledge.update([Shelf(*WORLD)])
    known, names = knowledge.entities(EVERYBODY), tmp_path / "index" / "names"
    facts = next(found.facts for folder in folders(names) if (found := checked(folder)))
    publish(names, facts, lambda folder: write(folder / "names.tables", '[{"label": "Brückner"}]'))
    (names / "7").mkdir()

    reader = Knowledge.open(tmp_path / "index", HashingEmbedder)

    assert reader.entities(EVERYBODY) == known
    reader.update([Shelf(*WORLD)])
    assert "Brückner Logistik".encode() in (folders(names)[0] / "names.tables").read_bytes()
    reader.close()


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


KILLED = """
import sys
from pathlib import Path
from indexer.knowledge import Knowledge, UpdateOptions
from tests.fakes import HashingEmbedder
from tests.test_knowledge import Shelf, many
told = UpdateOptions(progress=lambda progress: print(progress.stage, progress.done, flush=True))
Knowledge.open(Path(sys.argv[1]), HashingEmbedder).update([Shelf(*many(1500))], told)
print("done 0", flush=True)
"""


@pytest.mark.parametrize("moment", ["reading 700", "embedding 1024", "embedding 2048", "embedding 3000", "done 0"])
def test_an_update_that_was_killed_leaves_whole_batches_and_is_completed_by_the_next(
    tmp_path: Path, moment: str
) -> None:
    with subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            if line.strip() == moment:
                process.kill()
                break

    embedder = HashingEmbedder()
    again = Knowledge.open(tmp_path, lambda: embedder)
    (report,) = again.update([Shelf(*many(1500))]).sources

    assert (report.added + report.unchanged, again.status().documents) == (1500, 1500)
    assert embedder.texts_embedded == 2 * report.added
    assert again.check() == []
    assert ids(again, "Depot 1499")[0] == "trello:sales:card:d1499"
    again.close()


CRAMPED = """
import resource, sys
from pathlib import Path
from indexer.errors import SignpostError
from indexer.knowledge import Knowledge
from tests.fakes import HashingEmbedder
from tests.test_knowledge import Shelf, many
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    Knowledge.open(Path(sys.argv[1]), HashingEmbedder).update([Shelf(*many(300))])
except SignpostError as error:
    print(error)
"""


@pytest.mark.parametrize("room", [20_000, 60_000, 130_000, 400_000])
def test_a_disk_that_takes_no_more_is_a_sentence_and_harms_nothing(tmp_path: Path, room: int) -> None:
    command = [sys.executable, "-c", CRAMPED, str(tmp_path), str(room)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)

    assert ("cannot be" in said.stdout or "is full" in said.stdout, said.stderr) == (True, "")

    again = Knowledge.open(tmp_path, HashingEmbedder)
    again.update([Shelf(*many(300))])
    assert (again.status().documents, again.check()) == (300, [])
    again.close()
