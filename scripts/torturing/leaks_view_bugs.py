"""Known ways in which a search tells of what it does not show, planted into the production code."""

from collections.abc import Sequence
from functools import partial

from indexer.asking import Candidate
from indexer.engines import reading, writing
from indexer.engines.embedded import EmbeddedIndex
from indexer.engines.protocol import Query, Scope
from indexer.knowledge import Knowledge
from indexer.known import RememberedNames
from indexer.shelved import Shelved
from scripts.planting import Bugs, Change, into
from scripts.torturing.leaks_shelf import VISIBILITIES

BUGS: Bugs = {}
_bug = partial(into, BUGS)
EVERYTHING = frozenset(VISIBILITIES)


@_bug("counts how rare words are over everything")
def _() -> list[Change]:
    return [(Shelved, "of", lambda shelved, names: shelved)]


@_bug("ranks first and filters then")
def _() -> list[Change]:
    right = EmbeddedIndex.search

    def wrong(index: EmbeddedIndex, queries: Sequence[Query], scope: Scope) -> list[tuple[Candidate, ...]]:
        found = right(index, queries, Scope(EVERYTHING, scope.filters))
        seen = index.among([c.document_id for some in found for c in some], scope)
        return [tuple(c for c in some[: len(some) // 2] if c.document_id in seen) for some in found]

    return [(EmbeddedIndex, "search", wrong)]


@_bug("knows everybody's names")
def _() -> list[Change]:
    right = RememberedNames.of
    wrong = lambda names, visibilities: right(names, EVERYTHING)  # noqa: E731
    return [(RememberedNames, "of", wrong), (RememberedNames, "lately", wrong)]


@_bug("counts the values of filters over everything")
def _() -> list[Change]:
    right = EmbeddedIndex.tally
    return [(EmbeddedIndex, "tally", lambda index, visibilities, *ids: right(index, EVERYTHING, *ids))]


@_bug("shows any document whose name one knows")
def _() -> list[Change]:
    right = Knowledge.documents
    sees = type("Sees", (), {"visibilities": EVERYTHING})()
    return [(Knowledge, "documents", lambda knowledge, ids, viewer: right(knowledge, ids, sees))]


@_bug("finds any document by its link")
def _() -> list[Change]:
    right = reading.with_links
    return [(reading, "with_links", lambda store, links, scope: right(store, links, Scope(EVERYTHING)))]


@_bug("leaves words on the shelf of those who saw them before")
def _() -> list[Change]:
    return [(writing, "_out_of_sight", lambda transaction, document, sequence: None)]
