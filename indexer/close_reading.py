"""The long passages of the first hits, read closely for many questions in one call of the model. Others cost none."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from indexer.asking import Candidate
from indexer.closeness import DEPTH, closeness, closer, long_passages
from indexer.documents import Passage
from indexer.embedding.protocol import Tokens
from indexer.evidence import candidates_of
from indexer.ranking import Ranked

TOGETHER = 32
"""Questions whose passages are read in one call of the model; more would hold too many vectors at once."""
KEPT_BYTES = 64 * 2**20
"""Of vectors of tokens: about 450 passages of the default model."""

ReadTokens = Callable[[Sequence[str]], Sequence[Tokens] | None]
"""Texts → their tokens; None where the model tells none."""
Passages = Callable[[Sequence[int]], Mapping[int, Passage]]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for a question: hits, best first, and the candidates of its texts."""

    asked: str
    ranked: Sequence[Ranked]
    candidates: Sequence[Sequence[Candidate]]


def read_closely(found: Sequence[Found], passages: Passages, read: ReadTokens) -> list[list[Ranked]]:
    """For each question its hits in order, after their long passages were read; unchanged where there are not two."""
    told: list[list[Ranked]] = []
    rest = iter(found)
    while some := list(islice(rest, TOGETHER)):
        told += _together(some, passages, read)
    return told


def _together(found: Sequence[Found], passages: Passages, read: ReadTokens) -> list[list[Ranked]]:
    long = [long_passages(one.ranked, candidates_of(one.ranked[:DEPTH], one.candidates)) for one in found]
    wanted = [ids if len(ids) > 1 else {} for ids in long]
    held = passages(sorted({passage for ids in wanted for passage in ids.values()})) if any(wanted) else {}
    texts = {passage.embedded_text for passage in held.values()}
    texts |= {one.asked for one, ids in zip(found, wanted, strict=True) if ids}
    tokens = _read(sorted(texts), read)
    return [_closer(one, ids, held, tokens) for one, ids in zip(found, wanted, strict=True)]


def _closer(
    one: Found, ids: Mapping[str, int], held: Mapping[int, Passage], tokens: Mapping[str, Tokens]
) -> list[Ranked]:
    question = tokens.get(one.asked)
    texts = {document: held[passage].embedded_text for document, passage in ids.items() if passage in held}
    if question is None:
        return list(one.ranked)
    close = {document: closeness(one.asked, question, tokens[text]) for document, text in texts.items()}
    return closer(one.ranked, {document: value for document, value in close.items() if value is not None})


def _read(texts: Sequence[str], read: ReadTokens) -> dict[str, Tokens]:
    told = read(texts) if texts else None
    return dict(zip(texts, told, strict=True)) if told is not None else {}


@dataclass(frozen=True, slots=True, eq=False)
class _Half:
    """Tokens in half precision."""

    vectors: NDArray[np.float16]
    spans: tuple[tuple[int, int], ...]


class RememberedTokens:
    """Tokens of texts that were read lately, in half precision. Threads may share one."""

    def __init__(self, most: int = KEPT_BYTES) -> None:
        """Keep at most so many bytes of vectors."""
        self._most, self._bytes = most, 0
        self._kept: OrderedDict[str, _Half] = OrderedDict()
        self._lock = Lock()

    def tokens(self, texts: Sequence[str], read: ReadTokens) -> list[Tokens] | None:
        """The tokens of these texts in their order; only unknown ones are read, in one call."""
        with self._lock:
            found = {text: self._kept[text] for text in texts if text in self._kept}
        new = tuple(dict.fromkeys(text for text in texts if text not in found))
        told = read(new) if new else ()
        if told is None:
            return None
        found |= {text: _Half(one.vectors.astype(np.float16), one.spans) for text, one in zip(new, told, strict=True)}
        self._keep(found)
        return [Tokens(found[text].vectors.astype(np.float32), found[text].spans) for text in texts]

    def _keep(self, found: Mapping[str, _Half]) -> None:
        with self._lock:
            for text, told in found.items():
                self._bytes += 0 if text in self._kept else told.vectors.nbytes
                self._kept[text] = told
                self._kept.move_to_end(text)
            while self._bytes > self._most:
                _, gone = self._kept.popitem(last=False)
                self._bytes -= gone.vectors.nbytes
