"""A written name → the known names a few letters away. Pure but for rapidfuzz."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from indexer.mapped import Array, Arrays, Column, Lists, Numbers, Texts, grouped, lists, texts
from indexer.names import DOUBTFUL, SHORTENED, Spelling

SHORTEST = 3
SURE_LETTERS = 5
"""Shorter names must be exact; one slip away from them is a doubtful guess, where the sentence asks for a name."""
EDITS_OF_LETTERS = ((10, 2), (SHORTEST, 1))
"""From how many letters on how many typing mistakes are looked for."""
FARTHEST = 3
"""Letters between an unknown name and the nearest known one that is still worth showing."""
_Near = tuple[int, str, int]
"""How many letters lie between, the name, and its number."""


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Names run together, in memory or in a file: their lengths, who bears each, in which words, and their triples.

    `triples` are the letter triples of all names, in order; `holders` lists for each of them the names that hold it.
    """

    names: Column
    words: Column
    lengths: Numbers
    bearers: Lists
    triples: NDArray[np.int64]
    holders: Lists


def runs_of(spelled: Iterable[Sequence[tuple[int, Spelling]]]) -> Arrays:
    """All spellings that may be written with a slip, with the positions of who is written so, as `Runs` packed."""
    found: dict[str, dict[int, Spelling]] = defaultdict(dict)
    for number, spelling in (pair for some in spelled for pair in some):
        if spelling.sureness >= SHORTENED and len("".join(spelling.words)) >= SHORTEST:
            found["".join(spelling.words)].setdefault(number, spelling)
    words = (dict.fromkeys(" ".join(one.words) for one in some.values()) for some in found.values())
    lengths = np.fromiter(map(len, found), dtype=np.int32, count=len(found))
    return {
        **texts("runs.names", found),
        **texts("runs.words", map("\n".join, words)),
        "runs.lengths": lengths,
        **lists("runs.bearers", map(list, found.values())),
        **_holders("".join(f"  {run} " for run in found), lengths),
    }


def unpacked(arrays: Mapping[str, Array]) -> Runs:
    """What `runs_of` packed."""
    names, words = Texts(arrays, "runs.names"), Texts(arrays, "runs.words")
    lengths, bearers = arrays["runs.lengths"], Lists(arrays, "runs.bearers")
    return Runs(names, words, lengths, bearers, arrays["runs.triples"], Lists(arrays, "runs.holders"))


class Lookalikes:
    """Names that are a typing mistake away. Candidates share letter triples; only they are measured."""

    def __init__(self, runs: Runs) -> None:
        """Look among these."""
        self._runs = runs

    def nearest(self, words: Sequence[str]) -> tuple[tuple[int, ...], float] | None:
        """Positions of the entities nearest to a written name, and how sure that is; None where none is near."""
        text = "".join(words)
        near = self._slips(words, text) if text else []
        if not near:
            return None
        least, run, _ = min(near)
        short = len(run) < SURE_LETTERS or len(text) < SURE_LETTERS
        sureness = DOUBTFUL if short else round(max(0.7, 0.97 - 1.2 * least / len(run)), 3)
        return self._bearing(number for distance, _, number in near if distance == least), sureness

    def closest(self, words: Sequence[str]) -> tuple[tuple[int, ...], int] | None:
        """Positions of those whose names are nearest to one that nobody bears, and how many letters lie between."""
        text = "".join(words)
        most = min(FARTHEST, len(text) // SHORTEST)
        found = self._measured(text, most, most)
        if not found:
            return None
        least = min(distance for distance, _, _ in found)
        return self._bearing(number for distance, _, number in found if distance == least), least

    def _bearing(self, runs: Iterable[int]) -> tuple[int, ...]:
        return tuple(sorted({number for run in runs for number in self._runs.bearers[run].tolist()}))

    def _slips(self, words: Sequence[str], text: str) -> list[_Near]:
        """Names that the words, run together as `text`, may be a slip of."""
        near = self._measured(text, _edits(len(text) + 1), 2)
        return [one for one in near if one[0] <= _edits(len(one[1])) and self._is_slip(words, one)]

    def _measured(self, text: str, edits: int, most: int) -> list[_Near]:
        """Names that lie at most so many letters away, of those that share enough triples."""
        near = {number: self._runs.names[number] for number in self._near(text, edits)}
        found = extract(text, near, scorer=OSA.distance, score_cutoff=most, limit=None)
        return [(int(distance), run, number) for run, distance, number in found]

    def _near(self, text: str, edits: int) -> list[int]:
        triples, known = np.array(sorted(set(_triples(f"  {text} ").tolist()))), self._runs.triples
        places = np.searchsorted(known[:-1], triples)
        held = [self._runs.holders[at] for at in places[known[places] == triples].tolist()] if len(known) else []
        if not held:
            return []
        shared = np.bincount(np.concatenate(held), minlength=len(self._runs.lengths))
        near = (shared >= max(1, len(triples) - 4 * edits)) & (abs(self._runs.lengths - len(text)) <= edits)
        return np.flatnonzero(near).tolist()

    def _is_slip(self, words: Sequence[str], near: _Near) -> bool:
        """Whether a difference is a slip of the hand: same digits, same first letter, and each word near its own."""
        text, (distance, run, number) = "".join(words), near
        if [c for c in text if c.isdigit()] != [c for c in run if c.isdigit()]:
            return False
        if text[0] != run[0] and not (distance == 1 and len(text) >= 8):
            return text[:2] == run[1::-1]
        return any(_words_agree(words, told.split(" ")) for told in self._runs.words[number].split("\n"))


def _words_agree(words: Sequence[str], others: Sequence[str]) -> bool:
    if len(words) != len(others) or len(words) == 1:
        return True
    return all(OSA.distance(a, b) <= 1 + (len(a) > 8) for a, b in zip(words, others, strict=True))


def _triples(text: str) -> NDArray[np.int64]:
    """Each three letters of a text in a number: 21 bits a letter."""
    letters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int64)
    return letters[:-2] << 42 | letters[1:-1] << 21 | letters[2:]


def _holders(padded: str, lengths: Numbers) -> Arrays:
    """For each triple the names that hold it; the names stand one behind another, with three blanks around each."""
    if not padded:
        return {"runs.triples": np.zeros(0, dtype=np.int64), **lists("runs.holders", [])}
    runs = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths + 3)
    within = runs[:-2] == runs[2:]
    found, holders = _triples(padded)[within], runs[:-2][within]
    order = np.argsort(found, kind="stable")
    found, holders = found[order], holders[order]
    first = np.diff(found, prepend=-1) != 0
    is_new = first | (np.diff(holders, prepend=-1) != 0)
    kinds = np.cumsum(first) - 1
    return {"runs.triples": found[first], **grouped("runs.holders", kinds[is_new], holders[is_new])}


def _edits(letters: int) -> int:
    return next((edits for least, edits in EDITS_OF_LETTERS if letters >= least), 0)
