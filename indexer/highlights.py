"""A question and a passage → which words of the passage the question holds. Pure."""

import re
from collections.abc import Sequence
from functools import lru_cache

from indexer.ordinary import is_function
from indexer.wording import Token, fold, listed, stem, tokens, written

CUES = listed("anyone anybody someone somebody know knows working work talking talk kennt weiss")


def highlights(question_text: str, passage: str) -> tuple[tuple[int, int], ...]:
    """(start, end) of every word in `passage` that the question holds, in any ending or accent; neighbours as one."""
    wanted = {stem(word) for word in content_words(question_text)}
    spans = [word.span() for word in written(passage) if stem(word[0]) in wanted] if wanted else []
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and not passage[merged[-1][1] : start].strip(" -"):
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return tuple(merged)


@lru_cache(maxsize=256)
def content_words(text: str) -> tuple[str, ...]:
    """The words of a text that say what it is about, as written, each once; all of them where nothing else is left."""
    words = tokens(text)
    telling = [word for word in words if _is_telling(word)] or words
    return tuple({stem(word.text): word.text for word in reversed(telling)}.values())[::-1]


def matching_words(wanted: Sequence[str], text: str) -> tuple[str, ...]:
    """Those of the wanted words that a text holds in any ending, in the order they were asked."""
    plain = fold(text)
    return tuple(word for word in wanted if _is_in(stem(word), plain))


def _is_in(root: str, plain: str) -> bool:
    """Whether a folded text holds a word of this stem; cutting all its words would take a hundred times as long."""
    if root not in plain:
        return False
    near = re.finditer(rf"(?<!\w){re.escape(root)}\w{{0,8}}", plain)
    return any(stem(match[0]) == root for match in near)


def _is_telling(word: Token) -> bool:
    plain = word.key
    return len(plain) > 1 and plain not in CUES and not (is_function(plain) and not word.text.isupper())
