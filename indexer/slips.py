"""Words that ask, with a slip of the hand → the same words as they were meant. Pure.

"Do you know the persoon who handles Contoso?" asks like anybody else. Only words that nobody writes on purpose are
mended (not an everyday word, not a name, no number), only to words that ask, and only where a single one is a slip
away: a letter too many, one left out, one wrong, or two swapped; in short words only one doubled or two swapped.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache

from indexer.matter import ASKS, FACTS, IN_TOUCH
from indexer.ordinary import is_ordinary
from indexer.wording import REMEMBERED, fold, listed

SHORTEST, LONG = 5, 6
"""Letters of the shortest word that is mended, and of those that any slip may have changed."""
MEANT_SO = listed(
    """
    spoke proposed leaned theme studios locked helen themes tanks stopping pleased comments rally precious
    closet auction maternal regent occupy themed albeit unsure pearson wandering swollen parsons reilly
    counterparts locking mating unseen clint propose proposer proposes wander welch laguna messed parlor
    covert covers handel showcased pleas lesions looming draper convection loomed paler savior slices fates
    showcases looted wessex acton coveted looting aground couldn wouldn shouldn others theirs actions klagten
    klagen unser eller dozing parser wheels stemmed
    """
)
"""Words that are a slip away from one that asks and yet meant: those of the model's own vocabulary, and some more."""
_WORD = re.compile(r"[^\W\d_]{4,}")


def mended(text: str) -> str:
    """The text with each slip in a word that asks put right; other words, blanks and marks stay as they are."""
    return _WORD.sub(lambda found: found[0] if _is_name(found) else meant(found[0]), text)


def _is_name(found: re.Match[str]) -> bool:
    """Whether a capital within the text marks a name, or a noun in German, which may be of any spelling."""
    before = found.string[: found.start()].rstrip(" \t\"'“„«([*-–")
    return found[0] != found[0].lower() and bool(before) and before[-1] not in ".!?:;,\n…"


@lru_cache(maxsize=REMEMBERED)
def meant(word: str) -> str:
    """The word that asks of which `word` is a slip, in small letters and without accents; else `word` itself."""
    plain = fold(word)
    known = plain in ASKS or plain in IN_TOUCH or plain in MEANT_SO or is_ordinary(plain)
    if known or len(plain) < SHORTEST - 1:
        return word
    found = {other for shorter in (plain, *_shorter(plain)) for other in _asking().get(shorter, ())}
    near = {other for other in found if _is_slip(plain, other)}
    return near.pop() if len(near) == 1 else word


@cache
def _asking() -> dict[str, list[str]]:
    """Every word that asks under itself and under what is left of it without one of its letters."""
    held: dict[str, list[str]] = defaultdict(list)
    for word in sorted((ASKS | IN_TOUCH) - FACTS):
        for run in {word, *_shorter(word)} if len(word) >= SHORTEST and word.isalpha() else ():
            held[run].append(word)
    return dict(held)


def _shorter(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1 :] for at in range(len(word)))


def _is_slip(word: str, other: str) -> bool:
    """Whether one slip parts two words that share what is left without one letter; the first letter is seldom one."""
    if len(word) == len(other):
        differ = [at for at in range(len(word)) if word[at] != other[at]]
        first, last = differ[0], differ[-1] + 1
        swapped = last - first == 2 and word[first:last] == other[first:last][::-1]
        return swapped or (first > 0 and len(differ) == 1 and len(other) >= LONG)
    doubled = any(word[:at] + word[at + 1 :] == other for at in range(1, len(word)) if word[at] == word[at - 1])
    return doubled or (word[0] == other[0] and len(other) >= LONG)
