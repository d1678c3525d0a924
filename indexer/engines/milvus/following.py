"""Truth → collection: the passages of what changed, or of everything where it is not known what did. Safe to repeat.

A row with the number 0 says up to which sequence the collection follows the truth, and by which mean length of a
passage its words were weighed. It is written last, so that what was broken off is done again. No vector is made anew.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import islice

from indexer.documents import EVERYONE, PUBLIC, Document
from indexer.embedding.protocol import Vectors
from indexer.engines.milvus.expressing import of_documents
from indexer.engines.milvus.rows import EVERY, Row, filtered, row, tokens
from indexer.engines.milvus.server import LISTS, NUMBERS, Server
from indexer.engines.milvus.truth import Stand, Truth
from indexer.engines.protocol import Scope
from indexer.passages import passages

FORMAT = "1"
DOCUMENTS = 200
"""Documents whose passages are written at once."""
SAMPLE, USUAL = 2_000, 40.0
"""Documents whose passages tell how long one is on average, and what is taken where there are none."""
GROWN, NOTABLE = 4, 0.1
"""When so many times as many passages are there, their length is measured anew; when it differs by more, all are
weighed anew."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to which sequence a collection follows; the mean length by which words are weighed, of how many passages."""

    sequence: int
    mean: float
    measured: int


def collection(stand: Stand) -> str:
    """The name of the collection for a truth and a space."""
    return f"{family(stand)}_{sha256(f'{FORMAT} {stand.fingerprint}'.encode()).hexdigest()[:8]}"


def family(stand: Stand) -> str:
    """What the names of all collections of a truth begin with."""
    return f"signpost_{stand.identity[:16]}"


def mark(server: Server, stand: Stand) -> Mark | None:
    """How far the collection is; None where there is none, or none that was ever complete."""
    name = collection(stand)
    if name not in server.collections(family(stand)):
        return None
    told = server.rows(name, "id == 0", ["told"])
    return Mark(**json.loads(told[0]["told"])) if told else None


class Following:
    """Brings the collection of a space up to its truth; whoever calls has the right to write."""

    def __init__(self, server: Server, truth: Truth, stand: Stand) -> None:
        """Follow as far as `stand`."""
        self._server, self._truth, self._stand = server, truth, stand
        self._name = collection(stand)
        self._every = Scope(truth.index.visibilities())

    def follow(self) -> Mark:
        """Bring it up, and say how far it is now."""
        if self._name not in self._server.collections(family(self._stand)):
            self._server.create(self._name, self._stand.dimension)
        had = self._fitting(mark(self._server, self._stand))
        changed = self._truth.changed(had.sequence) if had and had.sequence <= self._stand.sequence else None
        mean = had.mean if had else self._mean()
        if changed is None:
            self._fill(mean)
        for first in range(0, len(changed or ()), DOCUMENTS):
            self._replay((changed or [])[first : first + DOCUMENTS], mean)
        self._complete(mean)
        now = Mark(self._stand.sequence, mean, had.measured if had else self._server.count(self._name))
        if now != had:
            self._server.put(self._name, [self._marked(now)])
        self._clear()
        told = mark(self._server, self._stand)  # read strongly: from now on no search sees less
        self._truth.followed(now.sequence)
        return told or now

    def _fitting(self, had: Mark | None) -> Mark | None:
        """What was had, unless there is so much more by now that words weigh something else."""
        if had is None or self._server.count(self._name) < GROWN * had.measured + DOCUMENTS:
            return had
        mean = self._mean()
        if abs(mean / had.mean - 1) > NOTABLE:
            return None
        return Mark(had.sequence, had.mean, self._server.count(self._name))

    def _mean(self) -> float:
        """How long a passage is on average, of those that everyone may see: it tells nothing of all others."""
        some = islice(self._truth.index.every_document(Scope(frozenset({EVERYONE, PUBLIC}))), SAMPLE)
        lengths = [tokens(passage) for document in some for passage in passages(document)]
        return sum(lengths) / len(lengths) if sum(lengths) else USUAL

    def _fill(self, mean: float) -> None:
        """Write everything, and take away what the truth does not have."""
        written: set[int] = set()
        for documents in _some(self._truth.index.every_document(self._every)):
            rows = self._rows(documents, self._truth.passages_of([document.id for document in documents]), mean)
            self._server.put(self._name, rows)
            written.update(int(str(one["id"])) for one in rows)
        strange = [[one for one in some if one not in written] for some in self._server.every(self._name)]
        for ids in strange:
            for first in range(0, len(ids), DOCUMENTS):
                self._server.delete(self._name, f"id in {ids[first : first + DOCUMENTS]}")

    def _replay(self, changed: Sequence[str], mean: float) -> None:
        """Write what there is of these documents, and take away what there is no more."""
        documents = self._truth.index.documents(changed, self._every)
        rows = self._rows(documents, self._truth.passages_of(changed), mean)
        self._server.put(self._name, rows)
        self._server.delete(self._name, f"{of_documents(changed)} and id not in {[0, *(one['id'] for one in rows)]}")

    def _complete(self, mean: float) -> None:
        """Write anew what had no vector, as far as it has one now."""
        lacking = [key for some in self._server.every(self._name, "embedded == false") for key in some]
        for first in range(0, len(lacking), DOCUMENTS):
            some = lacking[first : first + DOCUMENTS]
            held = sorted({one.document_id for one in self._truth.index.passages(some).values()})
            rows = self._rows(self._truth.index.documents(held, self._every), some, mean)
            self._server.put(self._name, [one for one in rows if one["embedded"]])

    def _rows(self, documents: Sequence[Document], ids: Sequence[int], mean: float) -> list[Row]:
        held = self._truth.index.passages(ids)
        whose = {document.id: filtered(document) for document in documents}
        rows = self._vectors([passage.text_hash for passage in held.values()])
        return [
            whose[passage.document_id] | row(key, passage, rows.get(passage.text_hash), mean, self._stand.dimension)
            for key, passage in held.items()
            if passage.document_id in whose
        ]

    def _vectors(self, hashes: Iterable[str]) -> dict[str, Vectors]:
        told = self._truth.index.vectors(self._stand.fingerprint, list(dict.fromkeys(hashes)))
        return dict(zip(told.hashes, told.vectors, strict=True))

    def _marked(self, now: Mark) -> Row:
        """The row that says so; it has no visibility, so that no search brings it up."""
        empty: Row = dict.fromkeys(("id", "source", *NUMBERS), 0) | {name: [] for name in LISTS}
        dense = [0.0] * self._stand.dimension
        return empty | {"embedded": True, "told": json.dumps(asdict(now)), "dense": dense, "words": EVERY}

    def _clear(self) -> None:
        """Take away the collections of spaces that are searched no more."""
        for name in self._server.collections(family(self._stand)):
            if name != self._name:
                self._server.drop(name)


def _some(documents: Iterator[Document]) -> Iterator[list[Document]]:
    while some := list(islice(documents, DOCUMENTS)):
        yield some
