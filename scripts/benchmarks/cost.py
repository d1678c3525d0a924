"""What an answer costs where much is known: a mail of 25 windows, and 32 questions at once, as production asks them.

Known are the organisations of `scripts/world`, as many as make 50,000 documents. The model reads every text that is
asked, and its time counts; then words decide, hashed into the same space as the passages: to embed these for real
takes long and changes no cost. Machines are noisy, so each time stands beside that of the model alone in the same run.
"""

import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count, islice
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from zlib import crc32

import numpy as np

from indexer.asking import EVERYBODY, Question
from indexer.documents import Document
from indexer.embedding.opening import open_embedder
from indexer.embedding.protocol import Embedder, TokenEmbedder, Tokens, Vectors
from indexer.engines.written import document as read_document
from indexer.engines.written import written
from indexer.knowledge import Knowledge
from scripts.benchmarks.table import Line
from scripts.world.facts import found
from scripts.world.letters import MAILBOX, Writer
from scripts.world.shelves import Shelf, filled
from service.mail.reading import ReadingRules, read

DOCUMENTS = 50_000
MAILS, BATCHES, TOGETHER = 81, 25, 32
ASKED, WINDOWS = 8, 25
"""Questions of a mail, the most that are read of one, and the different texts that these ask with all their windows."""
FEW_MAILS = 130
"""Mails of each organisation that are looked through for questions."""
RULES = ReadingRules(own=frozenset({MAILBOX}))
WORD = re.compile(r"\w+")


def lines(data: Path | None) -> Iterator[Line]:
    """Measure once, all in this run. `data` is not used: what is known is made."""
    reader = open_embedder()
    with TemporaryDirectory(prefix="signpost-bench-") as folder:
        knowledge, questions = filled_index(Path(folder), reader)
        yield from _measured(knowledge, reader, questions)
        knowledge.close()


def filled_index(folder: Path, reader: Embedder) -> tuple[Knowledge, list[Question]]:
    """Everything that is known, indexed, and questions to it, no two in the same words."""
    documents, questions = known()
    told = Knowledge.open(folder, lambda: Hashed())
    told.update([Shelf("crm:known", documents)])
    told.close()
    return Knowledge.open(folder, lambda: Hashed(reader)), questions


def _measured(knowledge: Knowledge, reader: Embedder, questions: Sequence[Question]) -> Iterator[Line]:
    status = knowledge.status()
    much = f"{status.documents:,} documents, {status.passages:,} passages"
    sentences = iter(questions)
    mails = [mail([next(sentences) for _ in range(ASKED)]) for _ in range(MAILS)]
    yield from _compared(f"a mail of {WINDOWS} windows; {much}", _turns(knowledge, reader, mails), 150)
    lists = [[next(sentences) for _ in range(TOGETHER)] for _ in range(BATCHES)]
    batches = [[Question(one.text, one.kind) for one in some] for some in lists]
    yield from _compared(f"{TOGETHER} questions; {much}", _turns(knowledge, reader, batches), 400)


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of one call: by the clock, and of all processors together, which a busy machine moves less."""

    clock: float
    processors: float


@dataclass(frozen=True, slots=True)
class Turn:
    """What some questions cost, and what the model costs that reads the same texts alone, right after."""

    answered: Cost
    read: Cost


def _compared(what: str, told: Sequence[Turn], goal: float) -> Iterator[Line]:
    clock = [(one.answered.clock, one.read.clock) for one in told]
    processors = [(one.answered.processors, one.read.processors) for one in told]
    yield _beside(f"{what}: p95 of {len(told)}", _p95, clock, goal)
    yield _beside("… median", median, clock)
    yield _beside("… processor time, median", median, processors)
    yield Line("… as a ratio to the model alone, median", median(ours / alone for ours, alone in clock), "×")


def _beside(
    what: str, of: Callable[[Sequence[float]], float], pairs: Sequence[tuple[float, float]], goal: float | None = None
) -> Line:
    ours, alone = (of(times) for times in zip(*pairs, strict=True))
    return Line(what, ours, "ms", alone, "the model alone", goal=goal, better="lower")


def _p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20)[18]


def _turns(knowledge: Knowledge, reader: Embedder, asked: Sequence[Sequence[Question]]) -> list[Turn]:
    """All but the first, which warms up."""
    return [_turn(knowledge, reader, questions) for questions in asked][1:]


def _turn(knowledge: Knowledge, reader: Embedder, questions: Sequence[Question]) -> Turn:
    texts = tuple(dict.fromkeys(text for one in questions for text in (one.text, *one.windows)))
    return Turn(_cost(lambda: knowledge.answer(questions, EVERYBODY)), _cost(lambda: reader.embed(texts)))


def _cost(act: Callable[[], object]) -> Cost:
    clock, processors = time.perf_counter(), time.process_time()
    act()
    return Cost((time.perf_counter() - clock) * 1000, (time.process_time() - processors) * 1000)


def known(enough: int = DOCUMENTS) -> tuple[list[Document], list[Question]]:
    """Documents of one organisation after the other until there are enough, and what is asked in their mails."""
    documents: list[Document] = []
    questions: list[Question] = []
    for seed in count(1):
        facts = found(seed)
        shelves = filled(facts, seed)
        documents += [_own(document, seed) for document in shelves.documents]
        letters = islice(Writer(facts, shelves, "test", seed).mails(), FEW_MAILS)
        asked = [question for letter in letters for question in read(letter.raw, RULES).questions]
        questions += [replace(question, text=_elsewhere(question.text, seed)) for question in asked]
        if len(documents) >= enough:
            different = list({question.text: question for question in questions}.values())
            random.Random(0).shuffle(different)
            return documents[:enough], different
    raise AssertionError


def _own(document: Document, seed: int) -> Document:
    """The document in a book of all organisations, in which each has its own domains, and customers have no numbers."""
    told = read_document(_elsewhere(written(document), seed))
    customers = tuple(replace(customer, id="") for customer in told.customers)
    return replace(told, id=f"crm:known:{told.kind}:{seed}-{told.id.rpartition(':')[2]}", customers=customers)


def _elsewhere(text: str, seed: int) -> str:
    return text.replace(".example", f"-{seed}.example")


def mail(asked: Sequence[Question]) -> tuple[Question, ...]:
    """What a mail that asks all this is understood to ask, each question with its windows."""
    said = "\r\n\r\n".join(question.text for question in asked)
    head = f"From: joerg@talweg.example\r\nTo: {MAILBOX}\r\nSubject: Before the call\r\n"
    raw = f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\nDear colleagues,\r\n\r\n{said}\r\n"
    return read(raw.encode(), RULES).questions


class Hashed:
    """Unit vectors from words, each with a direction of its own; the reader reads the texts too, if there is one."""

    fingerprint, dimension = "words, hashed", 384

    def __init__(self, reader: Embedder | None = None) -> None:
        """Know no word yet."""
        self._reader = reader

    def tokens(self, texts: Sequence[str]) -> list[Tokens] | None:
        """What the reader makes of each token: tokens are compared with tokens alone."""
        return self._reader.tokens(texts) if isinstance(self._reader, TokenEmbedder) else None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """A row a text."""
        if self._reader:
            self._reader.embed(texts)
        rows = np.stack(
            [
                _DIRECTIONS[[crc32(word.encode()) % len(_DIRECTIONS) for word in _words(text)]].sum(axis=0)
                for text in texts
            ]
        )
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


_DIRECTIONS = np.random.default_rng(0).standard_normal((1 << 15, Hashed.dimension), dtype=np.float32)


def _words(text: str) -> list[str]:
    return WORD.findall(text.lower()) or ["?"]
