"""Which passages there are, brought up to date by what changed, is what reading everything would tell."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.documents import EVERYONE
from indexer.engines.embedded import EmbeddedIndex
from indexer.engines.living import Living
from indexer.engines.protocol import Batch
from indexer.passages import passages
from indexer.store import Store
from tests.builders import a_card

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SOURCE = "trello:sales"
steps = st.lists(
    st.tuples(
        st.dictionaries(
            st.integers(0, 6), st.tuples(st.sampled_from(["Lift", "Crane"]), st.sampled_from([EVERYONE, "group:a"]))
        ),
        st.sets(st.integers(0, 6)),
        st.booleans(),
    ),
    max_size=8,
)


def batch(puts: dict[int, tuple[str, str]], drops: set[int]) -> Batch:
    cards = [a_card(title, key=str(key), visibility=who) for key, (title, who) in puts.items()]
    gone = frozenset(a_card("", key=str(key)).id for key in drops - puts.keys())
    return Batch(SOURCE, tuple((card, passages(card)) for card in cards), gone)


def told(living: Living) -> dict[str, list[int]]:
    return {name: ids.tolist() for name, ids in living.shelves.items() if len(ids)}


@given(steps)
@settings(deadline=None, max_examples=40)
def test_what_is_replayed_is_what_is_read(changes: list[tuple[dict[int, tuple[str, str]], set[int], bool]]) -> None:
    with TemporaryDirectory() as folder:
        index = EmbeddedIndex.open(Path(folder), create=True)
        store = Store.open(Path(folder) / "index.db")
        known = Living().now(store)
        for puts, drops, settles in changes:
            index.write(batch(puts, drops), NOW)
            known.save(Path(folder))
            known = Living.read(Path(folder)).now(store)

            assert told(known) == told(Living().now(store))
            assert known.sequence == index.sequence
            assert np.array_equal(known.all().ids, np.sort([i for ids in told(known).values() for i in ids]))
            if settles:  # clears graves away, which only what was published may do without
                index.settle()
        store.close()
        index.close()
