"""Questions → groups that mean the same, and which of them nobody has written an answer down for. Pure.

Two questions mean the same when they name the same companies and ask the same kind of thing; where they name none, when
they have enough words in common, rare ones counting more. That can be explained to whoever reads the list, needs no
model, and keeps two customers apart whose names look alike, which vectors do not.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from indexer.matter import matter
from indexer.wording import stem, tokens
from service.analytics import Asking

ALIKE = 0.3
"""The cosine of weighted words from which on two questions that name nobody count as one."""
FORTNIGHT = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that mean the same, oldest first."""

    asked: tuple[Asking, ...]

    @property
    def text(self) -> str:
        """How it was asked last."""
        return self.asked[-1].text

    @property
    def people(self) -> int:
        """How many people asked it."""
        return len({one.sender for one in self.asked})


@dataclass(frozen=True, slots=True)
class Gap:
    """What was asked and is nowhere written down: how often, by how many, since when and how lately."""

    text: str
    kind: str
    asks: int
    people: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Again:
    """Of so many answers that were sent, the asker asked the same again within a fortnight; `open` are too young."""

    sent: int
    again: int
    open: int


def gaps(groups: Iterable[Group], now: datetime) -> list[Gap]:
    """Groups that were not answered when they were last asked; what is asked often and lately comes first."""
    open_ones = [group for group in groups if not group.asked[-1].answered]
    ranked = sorted(open_ones, key=lambda group: (-_urgency(group, now), group.text))
    return [_gap(group) for group in ranked]


def _urgency(group: Group, now: datetime) -> float:
    """Asks, each counting half as much for every four weeks that it lies back."""
    ages = (max(0.0, (now - one.at) / timedelta(weeks=4)) for one in group.asked)
    return math.fsum(math.pow(0.5, age) for age in ages)


def _gap(group: Group) -> Gap:
    first, last = group.asked[0], group.asked[-1]
    return Gap(last.text, last.kind, len(group.asked), group.people, first.at.date(), last.at.date())


def asked_again(groups: Iterable[Group], now: datetime) -> Again:
    """How many that were sent an answer asked the same again within 14 days."""
    sent = again = open_ = 0
    for group in groups:
        for one in group.asked:
            later = [o for o in group.asked if o.sender == one.sender and one.at < o.at <= one.at + FORTNIGHT]
            if one.sent and later:
                again += 1
            if one.sent and (later or now - one.at >= FORTNIGHT):
                sent += 1
            elif one.sent:
                open_ += 1
    return Again(sent, again, open_)


def grouped(asked: Sequence[Asking]) -> list[Group]:
    """Each question in exactly one group; the order in which they are given does not matter."""
    asked = sorted(asked, key=lambda one: (one.at, one.sender, one.text))
    named: dict[tuple[object, ...], list[Asking]] = defaultdict(list)
    for one in asked:
        if one.names:
            named[frozenset(one.names), one.kind].append(one)
    nameless = [one for one in asked if not one.names]
    return [Group(tuple(group)) for group in (*named.values(), *_by_words(nameless))]


def _by_words(asked: Sequence[Asking]) -> list[list[Asking]]:
    """Each question joins the group that has most in common with it, or begins one."""
    rarity = _rarity([_words(one.text) for one in asked])
    groups: list[list[Asking]] = []
    middles: list[Counter[str]] = []
    having: dict[str, set[int]] = defaultdict(set)
    for one in asked:
        vector = {word: rarity[word] for word in _words(one.text)}
        near = sorted({number for word in vector for number in having[word]})
        alike, best = max(((_cosine(vector, middles[n]), -n) for n in near), default=(0.0, 0))
        if alike < ALIKE:
            best = -len(groups)
            groups.append([])
            middles.append(Counter())
        groups[-best].append(one)
        middles[-best].update(vector)
        for word in vector:
            having[word].add(-best)
    return groups


def _words(text: str) -> frozenset[str]:
    """What a question is about, word by word; all its words where it is about nothing beyond asking."""
    return frozenset(stem(word.key) for word in tokens(matter(text)) or tokens(text))


def _rarity(texts: Sequence[frozenset[str]]) -> dict[str, float]:
    counts = Counter(word for words in texts for word in words)
    return {word: math.log(1 + len(texts) / count) for word, count in counts.items()}


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    product = sum(weight * other.get(word, 0.0) for word, weight in one.items())
    length = math.sqrt(sum(w * w for w in one.values()) * sum(w * w for w in other.values()))
    return product / length if length else 0.0
