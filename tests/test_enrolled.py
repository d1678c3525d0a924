"""Who was written down is found as whoever is held in memory: the same answers, from a file that is not read."""

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import mapped
from indexer.asking import Mention
from indexer.bearers import Told
from indexer.beginnings import KINDS, Sorted, of_entities
from indexer.enrolled import Enrolled, packed
from indexer.entities import Directory, Entity

WORDS = (
    "Brückner",
    "Brueckner",
    "Logistik",
    "Nordwind",
    "Energy",
    "Group",
    "The",
    "GmbH",
    "Anna",
    "Müller",
    "Ölz",
    "3M",
)
DOMAINS = ("brueckner.example", "nordwind.co.uk", "gmail.com")
names = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join) | st.text(min_size=1, max_size=12)
ids = st.lists(st.sampled_from([f"crm:x:card:{n}" for n in range(9)]), unique=True, max_size=5).map(tuple)


def a_company(name: str, aliases: Sequence[str], domains: Sequence[str], documents: tuple[str, ...]) -> Entity:
    return Entity(name, "company", tuple(aliases), tuple(domains), document_ids=documents)


def a_person(name: str, aliases: Sequence[str], emails: Sequence[str], documents: tuple[str, ...]) -> Entity:
    return Entity(name, "person", tuple(aliases), emails=tuple(emails), document_ids=documents, records=len(documents))


others = st.lists(names, max_size=2)
companies = st.builds(a_company, names, others, st.lists(st.sampled_from(DOMAINS), max_size=2), ids)
people = st.builds(a_person, names, others, st.lists(st.just("Anna@brueckner.example"), max_size=1), ids)
several = st.lists(companies | people, max_size=8)
said = st.lists(st.sampled_from(WORDS) | names | st.sampled_from(DOMAINS), max_size=4).map(" ".join)
asked = st.builds(
    "{}{}{}".format, st.sampled_from(["", "Who is talking to ", "any contact at "]), said, st.sampled_from(["", "?"])
)


def written(entities: Sequence[Entity], seconds: float = 0.0) -> Enrolled:
    with TemporaryDirectory() as folder:
        mapped.write(Path(folder) / "file", packed(Told(entities), seconds))
        return Enrolled(mapped.read(Path(folder) / "file"))


def in_memory(entities: Sequence[Entity]) -> Sequence[Entity]:
    return tuple(entities)


@pytest.fixture(params=[in_memory, written])
def held(request: pytest.FixtureRequest) -> Callable[[Sequence[Entity]], Sequence[Entity]]:
    found: Callable[[Sequence[Entity]], Sequence[Entity]] = request.param
    return found


BRUCKNER = Entity("Brückner Logistik", "company", ("BL",), ("bruckner.example",), document_ids=("a", "b"))
ANNA = Entity("Anna Weber", "person", emails=("Anna@bruckner.example",), document_ids=("b",), records=1)


@given(several, st.lists(asked, min_size=1, max_size=3))
def test_a_text_names_the_same_people_whether_they_are_in_memory_or_written_down(
    entities: list[Entity], texts: list[str]
) -> None:
    memory, file = Directory(entities, {"energy"}), Directory(written(entities), {"energy"})

    for text in texts:
        mentions = memory.find(text, DOMAINS[:1])
        assert file.find(text, DOMAINS[:1]) == mentions
        assert file.unknown(text) == memory.unknown(text)
        assert file.nearest(text) == memory.nearest(text)
        assert file.named_in_title(text) == memory.named_in_title(text)
        for mention in (*mentions, Mention(text, text, "person", 1.0)):
            assert file.documents_of(mention) == memory.documents_of(mention)
            assert file.about(mention) == memory.about(mention)


@given(several, names, names)
def test_names_are_listed_alike(entities: list[Entity], begun: str, after: str) -> None:
    memory, file = of_entities(entities), of_entities(written(entities))

    for one in (begun[:1], begun[:3], begun, begun[2:]):
        assert list(file.starting(one)) == list(memory.starting(one))
        assert file.bearing([one, after]) == memory.bearing([one, after])
        for kind in KINDS:
            assert file.called(one, kind) == memory.called(one, kind)
            assert list(file.listed(kind, one, after)) == list(memory.listed(kind, one, after))
            assert list(file.listed(kind, "", "")) == list(memory.listed(kind, "", ""))


@given(several)
def test_whoever_is_written_down_is_read_back_to_the_letter(entities: list[Entity]) -> None:
    told = written(entities, 2.5)

    assert (list(told), len(told), told.seconds) == (entities, len(entities), 2.5)
    assert (told[1:], told[:-1]) == (entities[1:], entities[:-1])
    assert told == tuple(entities)


@given(st.dictionaries(st.text(max_size=3), st.lists(st.integers(0, 9), max_size=3), max_size=20), st.text(max_size=3))
def test_what_is_packed_under_a_key_is_found_by_it_alone(held: dict[str, list[int]], other: str) -> None:
    arrays, _ = mapped.keyed("x", held)
    told = mapped.Keyed(arrays, "x")

    assert {key: list(told.find(key)) for key in held} == held
    assert list(told.find(other)) == held.get(other, [])


def test_keys_that_share_a_code_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapped, "code", len)
    told = mapped.Keyed(mapped.keyed("x", {"ab": [1], "cd": [2], "e": [3]})[0], "x")

    assert [told.find(key) for key in ("ab", "cd", "e", "ef", "")] == [[1], [2], [3], (), ()]


@pytest.mark.parametrize("text", ["Who is talking to Brückner Logistik?", "any contact at Brukner Logistik?", "ask BL"])
def test_a_company_is_found_by_each_of_its_names(
    held: Callable[[Sequence[Entity]], Sequence[Entity]], text: str
) -> None:
    directory = Directory(held([ANNA, BRUCKNER]))

    (mention,) = directory.find(text)

    assert (mention.name, sorted(directory.documents_of(mention))) == ("Brückner Logistik", ["a", "b"])


def test_an_address_names_its_person_and_company(held: Callable[[Sequence[Entity]], Sequence[Entity]]) -> None:
    directory = Directory(held([ANNA, BRUCKNER]))

    assert [m.name for m in directory.find("As discussed", ("bruckner.example",))] == ["Brückner Logistik"]


def test_nobody_written_down_is_nobody_known() -> None:
    directory = Directory(written([]))

    assert (directory.find("Who is talking to Brückner?"), directory.nearest("Brückner")) == ((), ())
    assert list(of_entities(written([])).listed("company", "", "")) == []


def test_a_file_that_is_cut_short_is_an_error_that_can_be_caught(tmp_path: Path) -> None:
    mapped.write(tmp_path / "file", packed(Told([ANNA]), 0.0))
    whole = (tmp_path / "file").read_bytes()
    for length in (0, 10, 64, 200, len(whole) // 2):
        (tmp_path / "file").write_bytes(whole[:length])
        with pytest.raises((OSError, ValueError)):
            mapped.read(tmp_path / "file")


def test_names_that_are_listed_stay_the_same_objects_to_whoever_holds_them() -> None:
    told = written([ANNA, BRUCKNER])

    assert isinstance(told.sorted, Sorted)
    assert told.sorted is of_entities(told)
