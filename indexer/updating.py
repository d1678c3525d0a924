"""Sources → the index: read, compare, embed what is new, write in batches, delete with care.

Whatever moment it dies, the index holds whole batches only, and running again goes on where it stopped: what is in
already counts as unchanged, and a source's cursor is stored after everything told before it.
"""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime

from indexer.documents import Document, Passage, published
from indexer.engines.protocol import Batch, Index
from indexer.errors import SourceError
from indexer.passages import passages
from indexer.plan import NUMBER, Changes, Seen, changes
from indexer.sources.protocol import Census, Checkpoint, Delete, Event, Failure, Notice, Source, Upsert
from indexer.vectorising import Vectoriser

CHUNK = 10_000
"""Documents read before they are compared and written: enough for a progress bar to know how much there is to do."""
TEXTS = 1024
"""New texts that make a batch: one call of the model and one transaction."""
DOCUMENTS = 500
"""Documents that make a batch, however little of them is new."""
WRITTEN = "written in this update"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a source is: `stage` is reading, embedding or writing; `total` is 0 while nobody knows."""

    source: str
    stage: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class UpdateOptions:
    """How to update: only look (`dry_run`), believe a sudden shrink (`allow_shrink`), whom to tell how far it is.

    Once `halted` says so, the batch in work is written and nothing more is asked for. `abandoned` is called when an
    update is broken off (Ctrl-C): it may end whatever a source waits for. `struck` takes out of a document what must
    not be kept; None where nothing of it may.
    """

    dry_run: bool = False
    allow_shrink: bool = False
    progress: Callable[[Progress], None] | None = None
    halted: Callable[[], bool] = lambda: False
    abandoned: Callable[[], None] = lambda: None
    struck: Callable[[Document], Document | None] = lambda document: document


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What an update did to one source, or would do. `listed`: how many documents a whole census of its own has."""

    source: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0
    held: int = 0
    passages_embedded: int = 0
    failures: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    seconds: float = 0.0
    listed: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What an update did, source by source."""

    sources: tuple[SourceReport, ...] = ()


_Cut = tuple[Document, tuple[Passage, ...]]


@dataclass(slots=True)
class _Told:
    """What a source has told so far and nobody has acted on."""

    documents: dict[str, Document] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    buried: set[str] = field(default_factory=set)
    cursor: str | None = None


class SourceUpdate:
    """One source's way into the index."""

    def __init__(self, index: Index, vectoriser: Vectoriser, options: UpdateOptions, now: datetime) -> None:
        """Write to `index`, inside its `writing()` unless this is a dry run; a model is made when first needed."""
        self._index, self._vectoriser, self._options, self._now = index, vectoriser, options, now
        self._report, self._told = SourceReport(""), _Told()
        self._known: dict[str, str] = {}
        self._size: int | None = None

    def run(self, source: Source) -> SourceReport:
        """Bring the index up to what the source tells. A SourceError ends this source only."""
        self._begin(source)
        self._known, self._size = dict(self._index.known(source.name)), None
        told = source.pull(self._index.cursor(source.name) if self._known else None)
        return self._through(told, lambda: self._confirmed(source))

    def reread(self, source: Source, ids: Sequence[str]) -> SourceReport:
        """Bring these documents up to what the source tells of them, and leave all others and the cursor alone."""
        self._begin(source)
        self._known, self._size = {}, self._index.size(source.name)
        return self._through(source.fetch(ids), lambda: Census(frozenset(), complete=False))

    def _begin(self, source: Source) -> None:
        self._report, self._told = SourceReport(source.name), _Told()

    def _look_up(self, ids: Set[str]) -> None:
        """What is known of these documents, where not all that the source has was read."""
        unknown = ids - self._known.keys() if self._size is not None else ()
        lacking = sorted(key for key in unknown if _is_whole(key))
        self._known |= self._index.known(self._report.source, lacking) if lacking else {}

    def _through(self, events: Iterator[Event], census: Callable[[], Census]) -> SourceReport:
        began = time.monotonic()
        try:
            for event in events:
                self._take(event)
                if self._options.halted():
                    break
            self._flush()
            if not self._options.halted():
                self._bury(census())
        except SourceError as error:
            self._fail(str(error))
            self._flush()
        return replace(self._report, seconds=time.monotonic() - began)

    def _take(self, event: Event) -> None:
        told = self._told
        match event:
            case Upsert(document):
                self._put(document)
            case Delete(document_id):
                told.documents.pop(document_id, None)
                told.seen.discard(document_id)
                told.buried.add(document_id)
            case Failure(what):
                self._fail(what)
            case Notice(text):
                self._notice(text)
            case Checkpoint(cursor):
                told.cursor = cursor
                if len(told.documents) >= CHUNK:
                    self._flush()

    def _put(self, document: Document) -> None:
        name = self._report.source
        if not document.id.startswith(f"{name}:"):
            return self._fail(f"{document.id!a} was left out: its id does not begin with “{name}:”.")
        if (kept := self._options.struck(document)) is None:
            return self._take(Delete(document.id, "it is forgotten"))
        self._told.documents[document.id] = published(kept)
        self._told.seen.add(document.id)
        self._told.buried.discard(document.id)
        self._tell("reading", len(self._told.seen), 0)

    def _fail(self, what: str) -> None:
        self._report = replace(self._report, failures=(*self._report.failures, what))

    def _notice(self, text: str) -> None:
        self._report = replace(self._report, notices=(*self._report.notices, text))

    def _flush(self) -> None:
        """Write what was told so far. While a tombstone waits for the end, the cursor must not pass it."""
        step, told = self._step(), self._told
        written = self._write(step.put)
        report = self._report
        self._report = replace(
            report,
            added=report.added + sum(document.id in written for document in step.added),
            changed=report.changed + sum(document.id in written for document in step.changed),
            unchanged=report.unchanged + step.unchanged,
        )
        self._known |= dict.fromkeys(written, WRITTEN)
        told.documents = {}
        if told.cursor is not None and not told.buried and len(written) == len(step.put):
            self._send(Batch(report.source, cursor=told.cursor))

    def _step(self) -> Changes:
        """What of the documents told is new. One that no file could hold is left out, and said."""
        self._look_up(self._told.documents.keys())
        try:
            return changes(self._known, Seen(tuple(self._told.documents.values())))
        except UnicodeEncodeError:
            whole = {key: d for key, d in self._told.documents.items() if _is_text(d)}
            for key in self._told.documents.keys() - whole.keys():
                self._fail(f"{key!a} was left out: it holds half a character. Save it again in its own program.")
            self._told.documents = whole
            return changes(self._known, Seen(tuple(whole.values())))

    def _confirmed(self, source: Source) -> Census:
        """The source's census, with what its pages skipped: documents that are there when they are asked for."""
        census, told = source.census(), self._told
        lacking = self._known.keys() - census.ids - told.seen - told.buried
        if not (census.complete and census.in_pages and 0 < len(lacking) <= NUMBER):
            return census
        gone = set[str]()
        for event in source.fetch(sorted(lacking)):
            if isinstance(event, Delete):
                gone.add(event.document_id)
            else:
                self._take(event)
        self._flush()
        return replace(census, ids=census.ids | (lacking - gone))

    def _bury(self, census: Census) -> None:
        """Drop what is gone by tombstone or census, unless it is too much at once; then the cursor stays back too."""
        told, report = self._told, self._report
        whole = Census(census.ids | told.seen, census.complete)
        self._look_up(told.buried)
        step = changes(self._known, Seen((), frozenset(told.buried), whole), self._options.allow_shrink, self._size)
        notices = (*report.notices, step.why_held) if step.held else report.notices
        listed = len(whole.ids) if census.complete else None
        self._report = replace(report, deleted=len(step.drop), held=len(step.held), notices=notices, listed=listed)
        self._send(Batch(report.source, drops=step.drop, cursor=None if step.held else told.cursor))

    def _write(self, documents: Sequence[Document]) -> set[str]:
        """Write documents in batches; the ids of those that were, which are all unless the update is halted."""
        cut = [(document, passages(document)) for document in documents]
        missing = self._missing(cut)
        total, written = len(missing), set[str]()
        if missing and not self._options.dry_run:
            self._vectoriser.expect({p.text_hash: p.embedded_text for p in _of(cut) if p.text_hash in missing})
        for batch in _batches(cut, missing):
            if written and self._options.halted():
                break
            texts = {p.text_hash: p.embedded_text for p in _of(batch) if p.text_hash in missing}
            missing.difference_update(texts)
            written.update(document.id for document, _ in batch)
            self._report = replace(self._report, passages_embedded=total - len(missing))
            if not self._options.dry_run:
                self._put_in(batch, texts)
                self._tell("embedding", total - len(missing), total)
        return written

    def _put_in(self, batch: tuple[_Cut, ...], texts: Mapping[str, str]) -> None:
        vectors = self._vectoriser.vectors(texts) if texts else None
        self._send(Batch(self._report.source, batch, embedded=vectors))
        for one in self._vectoriser.aside(tuple(texts)):
            name = next(p.document_id for p in _of(batch) if p.text_hash == one.text_hash)
            self._notice(f"A text of {name} could not be embedded ({one.why}). It is found by its words alone.")

    def _missing(self, cut: Sequence[_Cut]) -> set[str]:
        hashes = {passage.text_hash for passage in _of(cut)}
        return set(self._index.unembedded(self._index.fingerprint, tuple(hashes)))

    def _send(self, batch: Batch) -> None:
        if not self._options.dry_run:
            self._index.write(batch, self._now)

    def _tell(self, stage: str, done: int, total: int) -> None:
        if self._options.progress:
            self._options.progress(Progress(self._report.source, stage, done, total))


def _of(cut: Sequence[_Cut]) -> Iterator[Passage]:
    return (passage for _, found in cut for passage in found)


def _batches(cut: Sequence[_Cut], missing: Collection[str]) -> Iterator[tuple[_Cut, ...]]:
    """Documents in order, in batches of about TEXTS new texts."""
    batch: list[_Cut] = []
    new = 0
    for document, found in cut:
        batch.append((document, found))
        new += sum(passage.text_hash in missing for passage in found)
        if new >= TEXTS or len(batch) >= DOCUMENTS:
            yield tuple(batch)
            batch, new = [], 0
    if batch:
        yield tuple(batch)


def _is_whole(text: str) -> bool:
    """Whether no half of a character is in a text: a file or a server would not take it."""
    return text.encode(errors="ignore").decode() == text


def _is_text(document: Document) -> bool:
    try:
        return bool(document.content_hash)
    except UnicodeEncodeError:
        return False
