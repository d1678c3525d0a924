"""One index → another, whatever keeps either: documents, vectors, confirmed questions, cursors; nothing embedded anew.

A cursor is the last that is written of its source, so that a move that was broken off is no whole source to anybody,
and can be repeated: what has arrived is not copied again. In the end both are asked the same questions.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from indexer.documents import Document
from indexer.engines.protocol import Batch, Index, Query, Scope, Standing
from indexer.errors import IndexProblem, NoIndex
from indexer.passages import passages
from indexer.updating import Progress

DOCUMENTS = 500
ASKED = 100
"""Documents whose titles both are asked, spread over all."""
FIRST = 10
"""Hits of either that are compared."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What was copied, how it was and is, and the mean share of the first hits that both tell, of so many asked."""

    copied: int
    before: Standing
    after: Standing
    asked: int
    overlap: float

    @property
    def problems(self) -> tuple[str, ...]:
        """A sentence for everything that is not as it was."""
        told = (
            (f"{what} are {now}, were {then}." if isinstance(then, int) else f"{what} are not those that were.")
            for what, then, now in (
                ("Documents", self.before.documents, self.after.documents),
                ("Documents of the sources", self.before.by_source, self.after.by_source),
                ("Passages", self.before.passages, self.after.passages),
                ("Confirmed questions", self.before.confirmed, self.after.confirmed),
            )
            if then != now
        )
        return tuple(told)


def move(source: Index, target: Index, now: datetime, tell: Callable[[Progress], None]) -> Moved:
    """Copy everything, and compare. Raises IndexProblem where the target holds something else."""
    with source.writing(), target.writing():
        before = source.standing()
        if not before.fingerprint:
            raise NoIndex("Nothing has been indexed yet, so there is nothing to move.")
        every = Scope(source.visibilities())
        known = _known(source, target)
        copied = 0
        for some in _missing(source, every, known):
            _put(source, target, before.fingerprint, some, now)
            copied += len(some)
            tell(Progress("index", "copying", copied + len(known), before.documents))
        _confirm(source, target, before.fingerprint)
        for name in source.sources():
            target.write(Batch(name, cursor=source.cursor(name)), now)
        target.settle()
        asked = _asked(source, every, before.documents)
        return Moved(copied, before, target.standing(), len(asked), _overlap(source, target, asked, every))


def _known(source: Index, target: Index) -> dict[str, str]:
    """Id → content hash of what the target has already, which must be the source's."""
    there = {key: value for name in target.sources() for key, value in target.known(name).items()}
    here = {key for name in source.sources() for key in source.known(name)}
    strange = next((key for key in there if key not in here), None)
    if strange:
        raise IndexProblem(f"The index to move to holds other things already, such as {strange}. Name an empty one.")
    return there


def _missing(source: Index, every: Scope, known: dict[str, str]) -> Iterator[list[Document]]:
    missing = (document for document in source.every_document(every) if known.get(document.id) != document.content_hash)
    while some := list(islice(missing, DOCUMENTS)):
        yield some


def _put(source: Index, target: Index, fingerprint: str, documents: Sequence[Document], now: datetime) -> None:
    puts = tuple((document, passages(document)) for document in documents)
    hashes = list(dict.fromkeys(passage.text_hash for _, cut in puts for passage in cut))
    embedded = source.vectors(fingerprint, hashes)
    if target.fingerprint != fingerprint:
        target.adopt(fingerprint, embedded.vectors.shape[1])
    for name in dict.fromkeys(document.source for document in documents):
        of_it = tuple(pair for pair in puts if pair[0].source == name)
        target.write(Batch(name, of_it, embedded=embedded), now)


def _confirm(source: Index, target: Index, fingerprint: str) -> None:
    told = source.confirmed()
    if told:
        target.confirm(told, source.vectors(fingerprint, list(dict.fromkeys(one.text_hash for one in told))))


def _asked(index: Index, every: Scope, documents: int) -> list[Query]:
    """Titles of documents spread over all, with the vectors that the index has of them."""
    step = max(1, documents // ASKED)
    titles = {document.title: passages(document)[0] for document in islice(index.every_document(every), 0, None, step)}
    embedded = index.vectors(index.fingerprint, [passage.text_hash for passage in titles.values()])
    rows = dict(zip(embedded.hashes, embedded.vectors, strict=True))
    return [Query(title, rows[p.text_hash]) for title, p in titles.items() if p.text_hash in rows][:ASKED]


def _overlap(source: Index, target: Index, asked: Sequence[Query], every: Scope) -> float:
    shares = [
        len(first & second) / max(1, len(first | second))
        for first, second in zip(_first(source, asked, every), _first(target, asked, every), strict=True)
    ]
    return sum(shares) / max(1, len(shares))


def _first(index: Index, asked: Sequence[Query], every: Scope) -> list[set[str]]:
    """The documents of the first hits for each question, both lanes as good as each other."""
    found = []
    for candidates in index.search(asked, every):
        best = sorted((c for c in candidates if not c.before), key=lambda c: -(c.meaning + c.words))
        found.append(set(list(dict.fromkeys(c.document_id for c in best))[:FIRST]))
    return found
