"""Knowledge: what was indexed, kept up to date and asked. The face of the package."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Lock
from typing import TYPE_CHECKING

from indexer.answering import Answering, Reader
from indexer.asking import Answer, AskOptions, Filters, Question, Viewer
from indexer.close_reading import RememberedTokens
from indexer.confirming import Confirmation, usable
from indexer.documents import Document
from indexer.embedding.protocol import Embedder, TokenEmbedder, Tokens, Vectors
from indexer.engines.opening import Place, open_index
from indexer.engines.protocol import Embedded, Index, Scope
from indexer.entities import Entity, entities_of
from indexer.erasing import erase
from indexer.errors import IndexProblem, NoIndex
from indexer.forgetting import Forgotten
from indexer.index_status import IndexStatus, stated
from indexer.known import Known, RememberedNames
from indexer.remembering import RememberedChoices, RememberedVectors
from indexer.resembling import resembling
from indexer.restating import restate
from indexer.right import SharedRight
from indexer.sources.protocol import Source
from indexer.updating import Progress, Report, SourceReport, SourceUpdate, UpdateOptions
from indexer.vectorising import Here, leave, queue_of, vectoriser_of

if TYPE_CHECKING:
    from indexer.engines.postgres.queue import Queue

__all__ = [
    "AskOptions",
    "IndexStatus",
    "Knowledge",
    "Progress",
    "Report",
    "SourceReport",
    "UpdateOptions",
]

WRITE, FIRST_TEN = UpdateOptions(), AskOptions()
MOST_AT_ONCE = 8
"""Sources that are read at the same time; each of them waits for a network most of the time."""
Reports = tuple[SourceReport, ...]
_Whom = Callable[[], Forgotten]
_Make = Callable[[], Embedder]
_Do = Callable[[SourceUpdate, Source], SourceReport]


@dataclass(frozen=True, slots=True, eq=False)
class _Opened:
    """An index that is open, and what is remembered of it."""

    index: Index
    names: RememberedNames
    choices: RememberedChoices


class Knowledge:
    """An index in a folder and the model that reads for it. Threads may share one; processes may share the folder."""

    def __init__(self, folder: Path, embedder: _Make, forgotten: _Whom = Forgotten, url: Place | str = "") -> None:
        """Prefer `Knowledge.open`."""
        self._folder, self._forgotten, self._url = folder, forgotten, url
        self._vectors, self._tokens = RememberedVectors(embedder), RememberedTokens()
        self._lock, self._settling = Lock(), Lock()
        self._held: _Opened | None = None
        self._right = SharedRight(leave)

    @classmethod
    def open(cls, folder: Path, embedder: _Make, forgotten: _Whom = Forgotten, url: Place | str = "") -> "Knowledge":
        """What was indexed in a folder or at a URL, if it was yet; the embedder is made when first needed.

        Whom `forgotten` tells at the time of an update is taken out of everything that sources tell.
        """
        return cls(folder, embedder, forgotten, url)

    def update(self, sources: Sequence[Source], options: UpdateOptions = WRITE) -> Report:
        """Bring the index up to its sources, all side by side. One that fails or is slow does not stop the others.

        Raises BusyIndex while another process updates, DamagedIndex, or ModelError; what is in by then stays in.
        """
        if options.dry_run:
            return self._looked(sources, options)
        index = self._opened(create=True).index
        with self._writing(index):
            with self._settling:
                vectoriser = vectoriser_of(index, lambda: self._vectors.embedder)
                restate(index, vectoriser, datetime.now(UTC), options.progress or (lambda _: None))
            return Report(self._side_by_side(index, sources, options, lambda update, source: update.run(source)))

    def reread(self, asked: Mapping[Source, Sequence[str]], options: UpdateOptions = WRITE) -> Report:
        """Bring single documents up to their sources: what a webhook rang for. Raises like `update`, and NoIndex."""
        index = self._opened().index
        with self._writing(index):
            return Report(self._side_by_side(index, tuple(asked), options, lambda u, one: u.reread(one, asked[one])))

    def _side_by_side(self, index: Index, sources: Sequence[Source], options: UpdateOptions, do: _Do) -> Reports:
        """Each source in a thread of its own; what one has told is to be found before the others are done."""
        now, stop = datetime.now(UTC), Event()
        halted = options.halted
        struck = self._forgotten().document
        options = replace(options, halted=lambda: stop.is_set() or halted(), struck=struck)
        vectoriser = vectoriser_of(index, lambda: self._vectors.embedder)

        def one(source: Source) -> SourceReport:
            report = do(SourceUpdate(index, vectoriser, options, now), source)
            with self._settling:
                index.settle()
                self._opened().names.settle()
            return report

        with ThreadPoolExecutor(min(MOST_AT_ONCE, len(sources)) or 1, "source") as pool:
            try:
                return tuple(pool.map(one, sources))
            except BaseException:
                stop.set()
                options.abandoned()
                raise

    def forget(self, sources: Sequence[str]) -> int:
        """Drop everything that came from these sources (`trello:sales`), and say how many documents that were.

        All of it goes in one step. Raises NoIndex, BusyIndex while another process updates, or DamagedIndex.
        """
        opened = self._opened()
        with self._writing(opened.index), self._settling:
            dropped = opened.index.forget(sources, datetime.now(UTC))
            if dropped:
                opened.index.settle()
                opened.names.settle()
        return dropped

    def erase(self, who: Forgotten) -> int:
        """Take somebody out of everything, down to the last byte; how many documents named them. Raises as `forget`."""
        opened = self._opened()
        with self._writing(opened.index), self._settling:
            erased = erase(opened.index, self._vectors.embedder, who, datetime.now(UTC))
            opened.names.settle(anew=True)
        return erased

    def every_entity(self) -> tuple[Entity, ...]:
        """Companies and people of all documents, whoever may see them: to look after the index, to show nobody."""
        index = self._opened().index
        return entities_of(list(index.every_document(Scope(index.visibilities()))))

    def confirm(self, confirmations: Sequence[Confirmation]) -> int:
        """Let documents be found, from the next answer on, by questions that they answered; how many are new.

        Nothing but these questions is embedded, and each only once. Confirming again changes nothing but the time.
        What asks nothing, or is of a document that is not there, is passed over. Raises NoIndex, BusyIndex or
        ModelError; then none is kept.
        """
        index, told = self._opened().index, usable(confirmations)
        texts = {one.text_hash: one.question for one in index.unconfirmed(told)}
        missing = sorted(index.unembedded(index.fingerprint, tuple(texts)))
        vectors = self._embedded(index, [texts[key] for key in missing]) if missing else None
        embedded = None if vectors is None else Embedded(index.fingerprint, tuple(missing), vectors)
        return index.confirm(told, embedded) if told else 0

    def confirmed(self) -> list[Confirmation]:
        """All that was confirmed, as far as its documents are there. Raises NoIndex."""
        return self._opened().index.confirmed()

    def unconfirmed(self, confirmations: Sequence[Confirmation]) -> list[Confirmation]:
        """Those that would be new, of documents that are there. Raises NoIndex."""
        return self._opened().index.unconfirmed(usable(confirmations))

    def refute(self, confirmations: Sequence[Confirmation]) -> int:
        """Take back that documents answered these questions, whoever said so and when; how many that were.

        Raises NoIndex or BusyIndex.
        """
        return self._opened().index.refute(usable(confirmations))

    def sources(self) -> tuple[str, ...]:
        """The names of all sources that the index holds something of, whether or not anybody still reads them."""
        try:
            return self._opened().index.sources()
        except NoIndex:
            return ()

    def names_mark(self) -> int:
        """Grows whenever documents may have gone, or out of somebody's sight, or tell other names. Raises NoIndex."""
        return self._opened().index.names_sequence

    def answer(self, questions: Sequence[Question], viewer: Viewer, options: AskOptions = FIRST_TEN) -> list[Answer]:
        """An answer for each question, in their order. Raises NoIndex when nothing was ever indexed."""
        opened = self._opened()
        directory = opened.names.lately(viewer.visibilities).directory
        reader = Reader(partial(self._embedded, opened.index), partial(self._read, opened.index))
        return Answering(opened.index, reader, directory, viewer, options).answers(questions, datetime.now(UTC))

    def like(self, document_id: str, viewer: Viewer, options: AskOptions = FIRST_TEN) -> Answer | None:
        """What is near in meaning to a document; None where there is no such document that the viewer may see."""
        index = self._opened().index
        held = index.documents([document_id], Scope(viewer.visibilities))
        return resembling(index, held[0], viewer, options) if held else None

    def documents(self, ids: Sequence[str], viewer: Viewer) -> list[Document]:
        """These documents in this order: those that exist and that the viewer may see."""
        return self._opened().index.documents(ids, Scope(viewer.visibilities))

    def linked(self, links: Sequence[str], viewer: Viewer) -> list[Document]:
        """The documents that these links lead to, in the order of the links."""
        return self._opened().index.with_links(links, Scope(viewer.visibilities))

    def choices(self, viewer: Viewer) -> dict[str, tuple[tuple[str, int], ...]]:
        """For each filter its values with how many documents have it, counting only what the viewer may see."""
        return dict(self._opened().choices.of(viewer.visibilities))

    def choices_under(self, filters: Filters, viewer: Viewer) -> dict[str, tuple[tuple[str, int], ...]]:
        """The same, each value counted among the documents that all other filters let through."""
        return self._opened().choices.under(viewer.visibilities, filters)

    def choices_among(self, ids: Sequence[str], viewer: Viewer) -> dict[str, tuple[tuple[str, int], ...]]:
        """The same for these documents alone."""
        return self._opened().index.tally(viewer.visibilities, ids).counts()

    def count(self, viewer: Viewer) -> int:
        """How many documents the viewer may see."""
        return sum(count for _, count in self._opened().choices.of(viewer.visibilities)["source"])

    def entities(self, viewer: Viewer) -> Sequence[Entity]:
        """Companies, then people, as far as documents that the viewer may see speak of them."""
        return self._opened().names.of(viewer.visibilities).entities

    def known_lately(self, viewer: Viewer) -> Known:
        """The same, at once, and who bears which name: as it was a moment ago. Ask `visible` before one is shown."""
        return self._opened().names.lately(viewer.visibilities)

    def visible(self, ids: Sequence[str], viewer: Viewer) -> frozenset[str]:
        """Which of these documents the viewer may see now."""
        return self._opened().index.among(ids, Scope(viewer.visibilities))

    def status(self) -> IndexStatus:
        """How the index stands, quickly; `check` looks closer."""
        try:
            return stated(self._opened().index.standing())
        except IndexProblem as error:
            return IndexStatus(healthy=False, says=str(error))

    def queue(self) -> "Queue | None":
        """The texts that wait to be embedded, where many may take them. Raises NoIndex."""
        return queue_of(self._opened().index)

    def check(self) -> list[str]:
        """Read every file of the index and say what is damaged; slow on a large one."""
        return self._opened().index.check()

    def close(self) -> None:
        """Let go of all files."""
        with self._lock:
            held, self._held = self._held, None
        if held:
            held.index.close()

    def _opened(self, create: bool = False) -> _Opened:
        with self._lock:
            if self._held is None:
                index = open_index(self._folder, self._url, create)
                names = RememberedNames.in_folder(self._folder / "names", index)
                self._held = _Opened(index, names, RememberedChoices(index))
            return self._held

    def _writing(self, index: Index) -> AbstractContextManager[None]:
        """The right to write, which all threads that use this knowledge share. Raises BusyIndex."""
        return self._right.writing(index)

    def _embedded(self, index: Index, texts: Sequence[str]) -> Vectors | None:
        """Vectors of what is asked; None where the index was embedded by another model, and only words can be asked."""
        return self._vectors.vectors(texts) if self._vectors.embedder.fingerprint == index.fingerprint else None

    def _read(self, index: Index, texts: Sequence[str]) -> list[Tokens] | None:
        """Tokens of what is asked and found; None where the index was embedded by another model, or this tells none."""
        embedder = self._vectors.embedder
        if embedder.fingerprint != index.fingerprint or not isinstance(embedder, TokenEmbedder):
            return None
        return self._tokens.tokens(texts, embedder.tokens)

    def _looked(self, sources: Sequence[Source], options: UpdateOptions) -> Report:
        """What an update would do; on an empty index that is gone afterwards where there is none yet."""
        now = datetime.now(UTC)
        with TemporaryDirectory() as empty, ExitStack() as stack:
            try:
                index = self._opened().index
            except NoIndex:
                index = stack.enter_context(closing(open_index(Path(empty), create=True)))
            update = SourceUpdate(index, Here(lambda: self._vectors.embedder), options, now)
            return Report(tuple(update.run(source) for source in sources))
