"""An index made by an older model or older rules → the same documents by today's. The old serve until the end."""

from collections.abc import Callable
from datetime import datetime

from indexer.embedding.protocol import Embedder
from indexer.engines.protocol import Batch, Index
from indexer.passages import passages
from indexer.updating import TEXTS, Progress, embedded

MANY = 20_000
"""Texts fetched at once."""
DOCUMENTS = 500


def restate(index: Index, embedder: Embedder, now: datetime, tell: Callable[[Progress], None]) -> None:
    """Embed whatever has no vector in the embedder's space, search that space, then cut old documents anew.

    Safe to stop anywhere: what is embedded stays, and the old space is searched until the new one is whole.
    """
    _embed_lacking(index, embedder, tell)
    if index.fingerprint != embedder.fingerprint:
        index.adopt(embedder.fingerprint, embedder.dimension)
    _cut_outdated(index, embedder, now)


def _embed_lacking(index: Index, embedder: Embedder, tell: Callable[[Progress], None]) -> None:
    texts, total = index.lacking(embedder.fingerprint, MANY)
    done = 0
    while texts:
        for first in range(0, len(texts), TEXTS):
            some = dict(texts[first : first + TEXTS])
            index.embed(embedded(embedder, some))
            tell(Progress("all sources", "embedding", done := done + len(some), total))
        texts, _ = index.lacking(embedder.fingerprint, MANY)


def _cut_outdated(index: Index, embedder: Embedder, now: datetime) -> None:
    while documents := index.outdated(DOCUMENTS):
        cut = tuple((document, passages(document)) for document in documents)
        texts = {passage.text_hash: passage.embedded_text for _, found in cut for passage in found}
        missing = index.unembedded(embedder.fingerprint, tuple(texts))
        vectors = embedded(embedder, {key: text for key, text in texts.items() if key in missing}) if missing else None
        index.write(Batch(documents[0].source, cut, embedded=vectors), now)
