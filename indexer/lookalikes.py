"""A written name → the known names a few letters away. Pure but for rapidfuzz."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from indexer.names import DOUBTFUL, SHORTENED, Spelling

SHORTEST = 3
SURE_LETTERS = 5
"""Shorter names must be exact; one slip away from them is a doubtful guess, where the sentence asks for a name."""
EDITS_OF_LETTERS = ((10, 2), (SHORTEST, 1))
"""From how many letters on how many typing mistakes are looked for."""
FARTHEST = 3
"""Letters between an unknown name and the nearest known one that is still worth showing."""


class Lookalikes:
    """Names that are a typing mistake away. Candidates share letter triples; only they are measured."""

    def __init__(self, bearers: Mapping[str, Sequence[tuple[int, Spelling]]]) -> None:
        """Hold all spellings: each run-together key with the positions of who is written so."""
        self._found: dict[str, dict[int, Spelling]] = defaultdict(dict)
        for number, spelling in (pair for found in bearers.values() for pair in found):
            if spelling.sureness >= SHORTENED and len("".join(spelling.words)) >= SHORTEST:
                self._found["".join(spelling.words)].setdefault(number, spelling)
        self._runs = list(self._found)
        self._lengths = np.array([len(run) for run in self._runs], dtype=np.int32)
        lists: dict[str, list[int]] = defaultdict(list)
        for number, run in enumerate(self._runs):
            for triple in _triples(run):
                lists[triple].append(number)
        self._lists: dict[str, NDArray[np.int32]] = {t: np.array(found, dtype=np.int32) for t, found in lists.items()}

    def nearest(self, words: Sequence[str]) -> tuple[tuple[int, ...], float] | None:
        """Positions of the entities nearest to a written name, and how sure that is; None where none is near."""
        text = "".join(words)
        near = self._slips(words, text) if text else []
        if not near:
            return None
        least, run = min(near)
        numbers = {n for d, other in near if d == least for n in self._found[other]}
        short = len(run) < SURE_LETTERS or len(text) < SURE_LETTERS
        return tuple(sorted(numbers)), DOUBTFUL if short else round(max(0.7, 0.97 - 1.2 * least / len(run)), 3)

    def closest(self, words: Sequence[str]) -> tuple[tuple[int, ...], int] | None:
        """Positions of those whose names are nearest to one that nobody bears, and how many letters lie between."""
        text = "".join(words)
        most = min(FARTHEST, len(text) // SHORTEST)
        found = extract(text, self._near(text, most), scorer=OSA.distance, score_cutoff=most, limit=None)
        if not found:
            return None
        least = min(int(distance) for _, distance, _ in found)
        return tuple(sorted({n for run, d, _ in found if d == least for n in self._found[run]})), least

    def _slips(self, words: Sequence[str], text: str) -> list[tuple[int, str]]:
        """Names that the words, run together as `text`, may be a slip of, each behind its distance."""
        found = extract(text, self._near(text, _edits(len(text) + 1)), scorer=OSA.distance, score_cutoff=2, limit=None)
        return [(int(d), run) for run, d, _ in found if d <= _edits(len(run)) and self._is_slip(words, run, int(d))]

    def _near(self, text: str, edits: int) -> list[str]:
        triples = _triples(text)
        lists = [self._lists[triple] for triple in triples if triple in self._lists]
        if not lists:
            return []
        shared = np.bincount(np.concatenate(lists), minlength=len(self._runs))
        near = (shared >= max(1, len(triples) - 4 * edits)) & (abs(self._lengths - len(text)) <= edits)
        return [self._runs[number] for number in np.flatnonzero(near)]

    def _is_slip(self, words: Sequence[str], run: str, distance: int) -> bool:
        """Whether a difference is a slip of the hand: same digits, same first letter, and each word near its own."""
        text = "".join(words)
        if [c for c in text if c.isdigit()] != [c for c in run if c.isdigit()]:
            return False
        if text[0] != run[0] and not (distance == 1 and len(text) >= 8):
            return text[:2] == run[1::-1]
        return any(_words_agree(words, spelling.words) for spelling in self._found[run].values())


def _words_agree(words: Sequence[str], others: Sequence[str]) -> bool:
    if len(words) != len(others) or len(words) == 1:
        return True
    return all(OSA.distance(a, b) <= 1 + (len(a) > 8) for a, b in zip(words, others, strict=True))


def _triples(run: str) -> set[str]:
    padded = f"  {run} "
    return {padded[i : i + 3] for i in range(len(padded) - 2)}


def _edits(letters: int) -> int:
    return next((edits for least, edits in EDITS_OF_LETTERS if letters >= least), 0)
