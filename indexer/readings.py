"""A sentence whose words spell names: which readings are meant, and which words they leave unexplained. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.names import ACRONYM, HEAD, LEGAL
from indexer.ordinary import WEAK_TAILS, is_function, is_ordinary
from indexer.spans import Sentence, Span, is_droppable
from indexer.wording import Token


@dataclass(frozen=True, slots=True)
class Match:
    """Words `first` to `last` (excluded) of a sentence read as one of `entities`."""

    first: int
    last: int
    entities: tuple[int, ...]
    sureness: float


def is_meant(told: Sentence, match: Match) -> bool:
    """Whether words that spell a name mean it: everyday and short ones only in capitals or where one is asked."""
    words = told.words[match.first : match.last]
    plain = [word.key for word in words]
    slot = any(s.slot and s.first <= match.first and match.last <= s.last for s in told.spans)
    shown = told.capitals and any(word.capital and not word.opens for word in words)
    letters = sum(len(word.key) for word in words)
    if match.sureness == ACRONYM:
        return letters > 2 and words[0].text.isupper()
    if any(is_function(end) and not word.capital for end, word in ((plain[0], words[0]), (plain[-1], words[-1]))):
        return len(words) > 2
    if all(map(is_ordinary, plain)):
        return slot or (shown and not told.german and not all(map(is_function, plain)))
    return slot or shown or (match.sureness > HEAD and letters > 3)


def overlapping(span: Span, matches: Sequence[Match]) -> list[Match]:
    """The matches that share a word with a span."""
    return [match for match in matches if match.first < span.last and span.first < match.last]


def unexplained(told: Sentence, span: Span, inside: Sequence[Match]) -> list[Token]:
    """Words of a span that no match covers and that may not be dropped."""
    covered = {i for match in inside for i in range(match.first, match.last)}
    rest = [i for i in range(span.first, span.last) if i not in covered]
    if inside:
        return [told.words[i] for i in rest if not is_droppable(told.words[i], told.german)]
    return [told.words[i] for i in rest]


def named_words(told: Sentence, span: Span) -> Sequence[Token]:
    """A span without idle words in front and behind (roles, legal forms, everyday words), if any are left."""
    whole = told.words[span.first : span.last]
    words = list(whole)
    while words and is_droppable(words[-1], told.german) and not _is_tail(words):
        words.pop()
    while words and is_droppable(words[0], told.german):
        words.pop(0)
    return words or whole


def cuts(told: Sentence, span: Span) -> Iterator[tuple[int, int]]:
    """The span whole, then with idle words cut off behind and in front, one more at a time."""
    first, last = span.first, span.last
    yield first, last
    while last - first > 1 and is_droppable(told.words[last - 1], told.german):
        last -= 1
        yield first, last
    while last - first > 1 and is_droppable(told.words[first], told.german):
        first += 1
        yield first, last


def _is_tail(words: Sequence[Token]) -> bool:
    plain = words[-1].key
    return len(words) > 1 and (plain in LEGAL or plain in WEAK_TAILS) and words[-1].capital


def bare(told: Sentence, span: Span) -> str:
    """A span as written, without everyday words and dates around it."""
    words = list(told.words[span.first : span.last])
    while len(words) > 1 and _is_aside(words[-1]):
        words.pop()
    while len(words) > 1 and _is_aside(words[0]):
        words.pop(0)
    return " ".join(word.text for word in words)


def _is_aside(word: Token) -> bool:
    plain = word.key
    return is_ordinary(plain) and (is_function(plain) or not word.capital)


def written(told: Sentence, match: Match) -> str:
    """The words of a match as they were written."""
    return " ".join(word.text for word in told.words[match.first : match.last])
