"""An index made by an older model or older rules → the same documents by today's. The old serve until the end."""

from collections.abc import Callable
from datetime import datetime

from indexer.engines.protocol import Batch, Index
from indexer.passages import passages
from indexer.updating import TEXTS, Progress
from indexer.vectorising import Vectoriser

MANY = 20_000
"""Texts fetched at once."""
DOCUMENTS = 500


def restate(index: Index, vectoriser: Vectoriser, now: datetime, tell: Callable[[Progress], None]) -> None:
    """Embed whatever has no vector in the model's space, search that space, then cut old documents anew.

    Safe to stop anywhere: what is embedded stays, and the old space is searched until the new one is whole.
    """
    embedder = vectoriser.embedder
    _embed_lacking(index, vectoriser, tell)
    if index.fingerprint != embedder.fingerprint:
        index.adopt(embedder.fingerprint, embedder.dimension)
    _cut_outdated(index, vectoriser, now)


def _embed_lacking(index: Index, vectoriser: Vectoriser, tell: Callable[[Progress], None]) -> None:
    fingerprint, done = vectoriser.embedder.fingerprint, 0
    texts, total = index.lacking(fingerprint, MANY)
    while texts:
        vectoriser.expect(dict(texts))
        for first in range(0, len(texts), TEXTS):
            some = dict(texts[first : first + TEXTS])
            if vectors := vectoriser.vectors(some):
                index.embed(vectors)
            tell(Progress("all sources", "embedding", done := done + len(some), total))
        texts, _ = index.lacking(fingerprint, MANY)


def _cut_outdated(index: Index, vectoriser: Vectoriser, now: datetime) -> None:
    while documents := index.outdated(DOCUMENTS):
        cut = tuple((document, passages(document)) for document in documents)
        texts = {passage.text_hash: passage.embedded_text for _, found in cut for passage in found}
        missing = index.unembedded(vectoriser.embedder.fingerprint, tuple(texts))
        vectors = vectoriser.vectors({key: text for key, text in texts.items() if key in missing}) if missing else None
        index.write(Batch(documents[0].source, cut, embedded=vectors), now)
