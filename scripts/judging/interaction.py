"""The default model as it is, word by word: how well each word of a question is met in a passage. No training.

This is the cheap judge: late interaction (for every token of the question its nearest one in the passage) and which
rare words and numbers of the question the passage lacks, weighed by a logistic regression.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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
    """Texts to one unit vector a token, by the model in a folder; no text is read twice."""

    def __init__(self, start: Path) -> None:
        """Load the model."""
        torch.set_num_threads(1)
        self._tokenizer: Any = AutoTokenizer.from_pretrained(str(start))
        self._model: Any = AutoModel.from_pretrained(str(start), use_safetensors=True).eval()
        self._kept: dict[str, NDArray[np.float32]] = {}

    def of(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        """For each text an array of shape (tokens, dimension), without the marks at both ends."""
        new = sorted({text for text in texts if text not in self._kept}, key=len)
        for at in range(0, len(new), TOGETHER):
            self._read(new[at : at + TOGETHER])
        return [self._kept[text] for text in texts]

    def _read(self, texts: Sequence[str]) -> None:
        told = self._tokenizer(list(texts), truncation=True, max_length=TOKENS, padding=True, return_tensors="pt")
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            found = self._model(**told).last_hidden_state.float()
        found = torch.nn.functional.normalize(found, dim=2).numpy()
        for text, row, mask in zip(texts, found, told["attention_mask"].sum(1).tolist(), strict=True):
            self._kept[text] = row[1 : mask - 1].copy()


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
    tokens.of(sorted(passages))
    for asked in part.asked:
        question = asked.label.question.text
        (own,) = tokens.of([question])
        for hit, found in zip(asked.seen, tokens.of([h.text for h in asked.seen[:READ]]), strict=False):
            near = np.sort((own @ found.T).max(axis=1)) if len(own) and len(found) else np.zeros(1)
            yield (*evidence(asked, hit), *_met(near), *_missing(question, hit.text, known, len(passages)))


def _met(near: NDArray[np.floating]) -> tuple[float, ...]:
    """How near the passage comes to the question's tokens: the mean, the least, the middle of the lower half."""
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
