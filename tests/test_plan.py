"""What an update does to a source: laws of putting, dropping and holding back."""

from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import Document
from indexer.plan import Changes, Seen, changes
from indexer.sources.protocol import Census
from tests.builders import a_card

KEYS = st.sampled_from([f"k{n}" for n in range(12)])
CARDS = st.builds(lambda key, about: a_card(about, key=key), KEYS, st.sampled_from(["Pilot", "Rollout", "Angebot"]))
WORLDS = st.lists(CARDS, max_size=14).map(lambda cards: tuple({c.id: c for c in cards}.values()))


def known(documents: tuple[Document, ...]) -> dict[str, str]:
    return {d.id: d.content_hash for d in documents}


def whole(documents: tuple[Document, ...]) -> Seen:
    return Seen(documents, census=Census(frozenset(d.id for d in documents), complete=True))


def applied(before: dict[str, str], step: Changes) -> dict[str, str]:
    return {k: v for k, v in before.items() if k not in step.drop} | {d.id: d.content_hash for d in step.put}


def cards(count: int) -> tuple[Document, ...]:
    return tuple(a_card(f"Rollout {n}", key=f"c{n}") for n in range(count))


@given(WORLDS, WORLDS)
def test_syncing_twice_changes_nothing(before: tuple[Document, ...], now: tuple[Document, ...]) -> None:
    once = applied(known(before), changes(known(before), whole(now), allow_shrink=True))

    again = changes(once, whole(now), allow_shrink=True)

    assert again == Changes(unchanged=len(now))


@given(WORLDS, WORLDS)
def test_after_a_complete_sync_the_index_is_what_the_source_is(
    before: tuple[Document, ...], now: tuple[Document, ...]
) -> None:
    assert applied(known(before), changes(known(before), whole(now), allow_shrink=True)) == known(now)


@given(WORLDS, WORLDS)
def test_an_incomplete_census_drops_nothing(before: tuple[Document, ...], now: tuple[Document, ...]) -> None:
    seen = Seen(now, census=Census(frozenset(d.id for d in now), complete=False))

    assert changes(known(before), seen).drop == frozenset()


@given(WORLDS, WORLDS)
def test_what_was_told_is_never_dropped(before: tuple[Document, ...], now: tuple[Document, ...]) -> None:
    seen = Seen(now, frozenset(d.id for d in before), Census(frozenset(), complete=True))

    step = changes(known(before), seen, allow_shrink=True)

    assert step.drop.isdisjoint(d.id for d in now)


@given(WORLDS, WORLDS, st.booleans())
def test_every_known_document_is_accounted_for_once(
    before: tuple[Document, ...], now: tuple[Document, ...], allow: bool
) -> None:
    step = changes(known(before), whole(now), allow)

    assert len(step.changed) + step.unchanged + len(step.drop) + len(step.held) == len(before)
    assert len(step.added) + len(step.changed) + step.unchanged == len(now)


def test_a_document_told_twice_counts_once_with_its_last_word() -> None:
    early, late = a_card("Pilot", key="k1"), a_card("Pilot Nord", key="k1")

    assert changes({}, Seen((early, late))).added == (late,)


def test_a_tombstone_drops_what_it_names() -> None:
    gone, stays = cards(2)

    assert changes(known((gone, stays)), Seen(tombstones=frozenset({gone.id, "trello:sales:card:x"}))).drop == {gone.id}


def test_losing_more_than_a_fifth_and_more_than_fifty_is_held_and_said() -> None:
    step = changes(known(cards(250)), whole(cards(199)))

    assert (len(step.held), step.drop) == (51, frozenset())
    assert step.why_held.startswith("51 of 250 documents would vanish at once.")


def test_losing_fifty_is_an_ordinary_day() -> None:
    step = changes(known(cards(100)), whole(cards(50)))

    assert (len(step.drop), step.held) == (50, frozenset())


def test_losing_sixty_of_a_thousand_is_an_ordinary_day() -> None:
    assert len(changes(known(cards(1000)), whole(cards(940))).drop) == 60


def test_a_source_that_is_suddenly_empty_is_not_believed() -> None:
    step = changes(known(cards(3)), whole(()))

    assert (len(step.held), step.drop) == (3, frozenset())
    assert "empty now, but 3 documents" in step.why_held


def test_a_source_that_buried_each_document_by_name_may_be_empty() -> None:
    before = cards(2)

    assert len(changes(known(before), Seen(tombstones=frozenset(d.id for d in before))).drop) == 2


def test_a_source_whose_ids_all_changed_is_not_empty() -> None:
    assert len(changes(known(cards(3)), whole((a_card("Neu", key="n1"),))).drop) == 3


def test_whoever_allows_it_may_shrink_a_source_to_nothing() -> None:
    assert len(changes(known(cards(300)), whole(()), allow_shrink=True).drop) == 300
