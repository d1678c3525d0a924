"""The default model as it is, word by word: how well each word of a question is met in a passage. No training.

This is the cheap judge: late interaction (for every token of the question its nearest one in the passage) and which
rare words and numbers of the question the passage lacks, weighed by a logistic regression.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModel, AutoTokenizer

from indexer.wording import fold
from scripts.judging.asked import AskedSet
from scripts.judging.logistic import fitted, log_odds
from scripts.judging.pairs import evidence
from scripts.judging.verdict import EVEN, READ, Opinion

WORD = re.compile(r"\w+")
TOKENS = 256
TOGETHER = 32
Floats = NDArray[np.float64]


class Tokens:
    """Texts to one unit vector a token, by the model in a folder."""

    def __init__(self, start: Path) -> None:
        """Load the model."""
        torch.set_num_threads(1)
        self._tokenizer: Any = AutoTokenizer.from_pretrained(str(start))
        self._model: Any = AutoModel.from_pretrained(str(start), use_safetensors=True).eval()

    def of(self, texts: Iterable[str]) -> dict[str, NDArray[np.float16]]:
        """For each different text an array of shape (tokens, dimension), without the marks at both ends."""
        order = sorted(set(texts), key=lambda text: (len(text), text))
        found: dict[str, NDArray[np.float16]] = {}
        for at in range(0, len(order), TOGETHER):
            part = order[at : at + TOGETHER]
            found |= zip(part, self._read(part), strict=True)
        return found

    def _read(self, texts: Sequence[str]) -> Iterator[NDArray[np.float16]]:
        told = self._tokenizer(list(texts), truncation=True, max_length=TOKENS, padding=True, return_tensors="pt")
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            found = self._model(**told).last_hidden_state.float()
        rows = torch.nn.functional.normalize(found, dim=2).numpy()
        for row, end in zip(rows, told["attention_mask"].sum(1).tolist(), strict=True):
            yield row[1 : end - 1].astype(np.float16)


def opinions(sets: Sequence[AskedSet], start: Path) -> list[Opinion]:
    """What the cheap judge says of the first hits of every set, fitted to the other sets. At least two are needed."""
    tokens = Tokens(start)
    rows = [np.array(list(_rows(part, tokens)), dtype=np.float64) for part in sets]
    right = [np.array([a.answers(h) for a in part.asked for h in a.seen[:READ]], dtype=np.float64) for part in sets]
    return [_opinion(part, number, rows, right) for number, part in enumerate(sets)]


def _opinion(part: AskedSet, number: int, rows: Sequence[Floats], right: Sequence[Floats]) -> Opinion:
    others = [n for n in range(len(rows)) if n != number]
    weight = np.concatenate([np.full(len(rows[n]), EVEN / len(rows[n])) for n in others])
    fit = fitted(np.vstack([rows[n] for n in others]), np.concatenate([right[n] for n in others]), weight)
    fit[:2] = 0  # what score and margin say is known without a judge
    said = iter(log_odds(rows[number], fit).tolist())
    return Opinion(part, [[next(said) for _ in asked.seen[:READ]] for asked in part.asked])


def _rows(part: AskedSet, tokens: Tokens) -> Iterator[tuple[float, ...]]:
    """For each hit score and margin, then how its words meet the question's."""
    passages = {hit.text for asked in part.asked for hit in asked.seen[:READ]}
    known = Counter(word for text in passages for word in set(_words(text)))
    read = tokens.of([*passages, *(asked.label.question.text for asked in part.asked)])
    for asked in part.asked:
        question = asked.label.question.text
        for hit in asked.seen[:READ]:
            met = _met(read[question].astype(np.float32), read[hit.text].astype(np.float32))
            yield (*evidence(asked, hit), *met, *_missing(question, hit.text, known, len(passages)))


def _met(question: NDArray[np.float32], passage: NDArray[np.float32]) -> tuple[float, float, float]:
    """How near the passage comes to the question's tokens: the mean, the least, the middle of the lower half."""
    if not len(question) or not len(passage):
        return 0.0, 0.0, 0.0
    near = np.sort((question @ passage.T).max(axis=1))
    return float(near.mean()), float(near[0]), float(np.median(near[: (len(near) + 1) // 2]))


def _missing(question: str, passage: str, known: Mapping[str, int], count: int) -> tuple[float, ...]:
    """The share of the question's rarity that the passage lacks, its rarest missing word, its missing numbers."""
    wanted = set(_words(question))
    rare = {word: math.log((count + 1) / (known.get(word, 0) + 1)) for word in wanted}
    lacking = wanted - set(_words(passage))
    most = sum(rare.values()) or 1.0
    numbers = sum(any(c.isdigit() for c in word) for word in lacking)
    return sum(rare[w] for w in lacking) / most, max((rare[w] for w in lacking), default=0.0), float(numbers)


def _words(text: str) -> list[str]:
    return [word[:5] for word in WORD.findall(fold(text))]
