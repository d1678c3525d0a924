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
    if match.sureness == ACRONYM:
        return _is_spelled_out(words)
    if _is_link(words[0]) or _is_link(words[-1]):
        return len(words) > 2
    if _is_asked_for(told, match):
        return True
    if all(is_ordinary(word.key) for word in words):
        return _is_everyday_name(told, words)
    return _is_shown(told, words) or _is_clear(words, match.sureness)


def _is_spelled_out(words: Sequence[Token]) -> bool:
    """Whether an acronym of three letters or more is written as one."""
    return _letters(words) > 2 and words[0].text.isupper()


def _is_everyday_name(told: Sentence, words: Sequence[Token]) -> bool:
    """Whether everyday words are marked as a name; in German capitals do not tell."""
    return not told.german and _is_shown(told, words) and not all(is_function(word.key) for word in words)


def _is_asked_for(told: Sentence, match: Match) -> bool:
    return any(span.slot and span.first <= match.first and match.last <= span.last for span in told.spans)


def _is_shown(told: Sentence, words: Sequence[Token]) -> bool:
    """Whether a capital that need not be there marks the words as a name."""
    return told.capitals and any(word.capital and not word.opens for word in words)


def _is_clear(words: Sequence[Token], sureness: float) -> bool:
    """Whether words that are no everyday ones are enough of a name to need no capital."""
    return sureness > HEAD and _letters(words) > 3


def _is_link(word: Token) -> bool:
    """Whether a word ties others together, as "of" and "und" do."""
    return is_function(word.key) and not word.capital


def _letters(words: Sequence[Token]) -> int:
    return sum(len(word.key) for word in words)


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
