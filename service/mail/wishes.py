"""Does a sentence want something of its reader? A small linear model over its words. Pure, linear.

It tells asking from telling where rules cannot: "A reference in rail by Friday, please" from "The reference in rail
is done". Its weights were learned by `scripts/train_wishes.py` and are listed in `wish_weights.py`.
"""

import math
import re
from collections.abc import Iterator
from itertools import pairwise

from service.mail.wish_weights import BIAS, WEIGHTS

MOST_WORDS = 60
WORD = re.compile(r"\$?\w+(?:'\w+)?|[?!]")


def wish(sentence: str) -> float:
    """The probability that this sentence asks for, requests or proposes something."""
    return 1 / (1 + math.exp(-BIAS - sum(WEIGHTS.get(feature, 0.0) for feature in features(sentence))))


def features(sentence: str) -> frozenset[str]:
    """Its words, its pairs of neighbours, and how it begins (marked `^`); numbers are all `0`."""
    text = sentence[:1000].lower().replace("’", "'")
    words = ["0" if word[0].isdigit() else word for word in WORD.findall(text)[:MOST_WORDS]]
    return frozenset(_features(words))


def _features(words: list[str]) -> Iterator[str]:
    yield from words
    yield from (f"{one} {two}" for one, two in pairwise(words))
    yield from ("^" + " ".join(words[:count]) for count in (1, 2, 3))
    yield "=short" if len(words) < 5 else "=long" if len(words) > 25 else "=middling"
