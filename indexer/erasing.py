"""An index that names somebody → the same documents without them, and no byte of the old ones left."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby

from indexer.documents import Document, Passage
from indexer.embedding.protocol import Embedder
from indexer.engines.protocol import Batch, Index, Scope
from indexer.forgetting import Forgotten
from indexer.passages import passages
from indexer.vectorising import Here

_Cut = tuple[Document, tuple[Passage, ...]]
DOCUMENTS = 500


def erase(index: Index, embedder: Embedder, who: Forgotten, now: datetime) -> int:
    """Take them out of every document and confirmed question; how many documents named them.

    Only inside `index.writing()`. Safe to stop and run again. Texts that changed are embedded anew.
    """
    every = Scope(index.visibilities())
    found = [(d, who.document(d)) for d in index.every_document(every) if who.document(d) != d]
    for source, told in groupby(sorted(found, key=lambda pair: pair[0].id), lambda pair: pair[0].source):
        pairs = list(told)
        drops = frozenset(before.id for before, after in pairs if after is None)
        for puts in _some((after, passages(after)) for _, after in pairs if after):
            _put(index, embedder, source, puts, now)
        index.write(Batch(source, drops=drops), now)
    index.refute([one for one in index.confirmed() if who.text(one.question) != one.question])
    index.purge()
    return len(found)


def _put(index: Index, embedder: Embedder, source: str, puts: tuple[_Cut, ...], now: datetime) -> None:
    texts = {passage.text_hash: passage.embedded_text for _, cut in puts for passage in cut}
    missing = index.unembedded(index.fingerprint, tuple(texts))
    lacking = {key: text for key, text in texts.items() if key in missing}
    vectors = Here(lambda: embedder).vectors(lacking) if missing else None
    index.write(Batch(source, puts, embedded=vectors), now)


def _some(puts: Iterable[_Cut]) -> Iterator[tuple[_Cut, ...]]:
    batch: list[_Cut] = []
    for put in puts:
        batch.append(put)
        if len(batch) == DOCUMENTS:
            yield tuple(batch)
            batch = []
    if batch:
        yield tuple(batch)
