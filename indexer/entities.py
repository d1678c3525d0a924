"""Documents → the companies and people a text can name, and a text → who of them it names. Pure."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace

from indexer.asking import Mention, Near
from indexer.bearers import Told, bearers_of
from indexer.documents import Document
from indexer.gathering import gathered
from indexer.matter import beyond_touch
from indexer.names import (
    DOUBTFUL,
    JOINTS,
    LEGAL,
    LONGEST_NAME,
    SHORTENED,
    WRITTEN,
    Entity,
    core,
    domains_in,
    is_telling,
    registrable,
)
from indexer.ordinary import is_ordinary
from indexer.readings import Match, bare, cuts, is_meant, named_words, overlapping, unexplained, written
from indexer.spans import Sentence, Span, is_droppable, sentence
from indexer.wording import Token, collapse, listed, tokens

__all__ = ["Directory", "Entity", "entities_of", "told_of"]

LONGEST = 6
"""Words of the longest name that is looked up."""
TEXTS = 64
"""Texts that are remembered as they were read: those of the last mails."""
LONGEST_TEXT = 20_000
"""Characters of a text that are read for names; nobody asks a longer question."""
PARTICLES = listed("de du des d la le les of the von van der del della di da y e")
MOST_NEAR = 3
"""Known names that are shown for an unknown one, where several are equally near."""

_Read = tuple[Sentence, Sequence[Match], Sequence[Match]]
"""The words of a text, the names in it that are spelled to the letter, and all that are meant."""


def entities_of(documents: Iterable[Document]) -> tuple[Entity, ...]:
    """Every company and person the documents speak of; where no customer is stated, a name in the title counts."""
    return tuple(told_of(documents))


def told_of(documents: Iterable[Document]) -> Told:
    """The same, and who of them bears which name."""
    held = tuple(documents)
    told = Told(gathered(held))
    directory = Directory(told)
    about: dict[int, list[str]] = defaultdict(list)
    for document in held:
        if not document.customers and document.kind not in ("company", "contact"):
            for number in directory.named_in_title(document.title):
                about[number].append(document.id)
    entities = [
        replace(entity, document_ids=tuple(dict.fromkeys((*entity.document_ids, *about[number]))))
        if number in about
        else entity
        for number, entity in enumerate(told)
    ]
    return Told(entities, told.spellings)


class Directory:
    """Knows who bears which name. Ten thousand entities are searched in well under a millisecond."""

    def __init__(self, entities: Sequence[Entity], vocabulary: Container[str] = frozenset()) -> None:
        """Index the entities; nothing is left to do where that was written down with them (`Enrolled`).

        `vocabulary` holds folded words of the documents: such a word is no unknown name unless the sentence asks for a
        company or person there ("working on Kubernetes", not "talking to Kubernetes").
        """
        self.bearers = bearers_of(entities)
        self._vocabulary = vocabulary
        self._texts: dict[str, _Read] = {}

    def find(self, text: str, domains: Sequence[str] = ()) -> tuple[Mention, ...]:
        """Who a text names, in its order; then whose mail domains it cites or come with it."""
        text = text[:LONGEST_TEXT]
        told, _, meant = self._read(text)
        mentions = [self._mention(written(told, match), match) for match in meant]
        cited = [(text[start:end], domain) for start, end, domain in domains_in(text)]
        for words, domain in [*cited, *((domain, registrable(domain)) for domain in domains)]:
            bearers = self.bearers.reached(domain) if is_telling(domain) else ()
            if bearers:
                mentions.append(self._mention(words, Match(0, 0, tuple(bearers), WRITTEN)))
        return tuple({(m.kind, m.name): m for m in reversed(mentions)}.values())[::-1]

    def unknown(self, text: str) -> tuple[str, ...]:
        """Names in a text that nobody bears, as written; no everyday words, weekdays or sentence openings."""
        told, exact, meant = self._read(text[:LONGEST_TEXT])
        sure = [match for match in meant if match.sureness > DOUBTFUL]
        spans = [span for span in told.spans if span.telling and not overlapping(span, sure)]
        # A name that is longer than one we know ("Siemens Energy") is somebody else, however common its words.
        names = [bare(told, s) for s in spans if overlapping(s, exact) or self._is_new(told, s)]
        return tuple(dict.fromkeys(names or self._all_that_is_asked_about(told, text, sure)))

    def _all_that_is_asked_about(self, told: Sentence, text: str, sure: Sequence[Match]) -> list[str]:
        """A name of several words where nothing is asked beyond it: a new one, though documents know each word.

        What no document writes is taken for a slip of the pen, not for something that is asked.
        """
        spans = [span for span in _capital_runs(told) if not overlapping(span, sure)]
        named = {word.key for span in spans for word in told.words[span.first : span.last]}
        asked = beyond_touch(text) if spans else ()
        more = any(word in self._vocabulary and word not in named and word not in LEGAL for word in asked)
        return [] if more else [bare(told, span) for span in spans]

    def nearest(self, name: str) -> tuple[Near, ...]:
        """The known names nearest to one that nobody bears; nothing where none is near."""
        words = core(tokens(name[:LONGEST_NAME]))
        numbers, letters = self.bearers.similar.closest(words) or (self._beginning(words), 0)
        named = sorted(map(self.bearers.named, numbers), key=lambda entity: (entity.kind, entity.name))
        return tuple(Near(name, entity.name, entity.kind, letters) for entity in named[:MOST_NEAR])

    def documents_of(self, mention: Mention) -> frozenset[str]:
        """Ids of the documents about whom a mention means; all readings of an ambiguous one."""
        numbers = [n for name in (mention.name, *mention.others) for n in self.bearers.called(mention.kind, name)]
        return frozenset(id_ for number in numbers for id_ in self.bearers.documents_of(number))

    def about(self, mention: Mention) -> Entity | None:
        """Whom a mention means; None where it is ambiguous, a mere guess, or nobody is called so any more."""
        numbers = self.bearers.called(mention.kind, mention.name)
        sure = mention.sureness > DOUBTFUL and not mention.others and len(numbers) == 1
        return self.bearers[numbers[0]] if sure else None

    def named_in_title(self, title: str) -> set[int]:
        """Positions of the companies that a title names to the letter."""
        told = Sentence(tuple(tokens(title[:LONGEST_NAME])), True, False, ())
        found = [match for match in self._exact(told) if match.sureness >= SHORTENED and len(match.entities) == 1]
        numbers = {number for match in found for number in match.entities}
        return {number for number in numbers if self.bearers.named(number).kind == "company"}

    def _beginning(self, words: Sequence[str]) -> tuple[int, ...]:
        """Who bears the beginning of a longer name: "Siemens" of "Siemens Energy"."""
        runs = (collapse("".join(words[:last])) for last in range(len(words) - 1, 0, -1))
        numbers, sureness = next(filter(None, map(self.bearers.spelled, runs)), ((), 0.0))
        return numbers if sureness >= SHORTENED else ()

    def _mention(self, words: str, match: Match) -> Mention:
        named = map(self.bearers.named, match.entities)
        first, *others = sorted(named, key=lambda entity: (entity.kind, entity.name))
        letters = words.casefold() in {name.casefold() for name in (first.name, *first.aliases, *first.domains)}
        sureness = match.sureness if letters else min(match.sureness, 0.98)
        return Mention(words, first.name, first.kind, round(sureness, 3), tuple(e.name for e in others))

    def _read(self, text: str) -> _Read:
        """What a text was read as; the questions of a mail have windows in common, and each is asked several things."""
        found = self._texts.get(text)
        if found is None:
            told = sentence(text)
            exact = self._exact(told)
            found = told, exact, self._matches(told, exact)
            if len(self._texts) >= TEXTS:
                self._texts.clear()
            self._texts[text] = found
        return found

    def _matches(self, told: Sentence, exact: Sequence[Match]) -> list[Match]:
        """Names to the letter, but not where a run holds more than they explain; typing mistakes for the rest."""
        rejected: set[Match] = set()
        meant: list[Match] = []
        for span in told.spans:
            inside = overlapping(span, exact)
            if not unexplained(told, span, inside):
                continue
            similar = self._mistyped(told, span)
            rejected.update(inside)
            meant += [similar] if similar else []
        return sorted([*(match for match in exact if match not in rejected), *meant], key=lambda match: match.first)

    def _exact(self, told: Sentence) -> list[Match]:
        found = [match for first in range(len(told.words)) for match in self._starting_at(told, first)]
        kept: list[Match] = []
        taken: set[int] = set()
        for match in sorted(found, key=lambda m: (m.first - m.last, -m.sureness)):
            words = range(match.first, match.last)
            if taken.isdisjoint(words):
                kept.append(match)
                taken.update(words)
        return kept

    def _starting_at(self, told: Sentence, first: int) -> Iterator[Match]:
        run = ""
        for last in range(first, min(first + LONGEST, len(told.words))):
            word = told.words[last]
            if last > first and not word.joined:
                return
            run += "" if word.key in JOINTS and last > first else word.key
            meant = None if word.key in JOINTS else self.bearers.spelled(collapse(run))
            if meant:
                match = Match(first, last + 1, *meant)
                if is_meant(told, match):
                    yield match

    def _mistyped(self, told: Sentence, span: Span) -> Match | None:
        """Whom a span names with a typing mistake; None where it is too far from all."""
        words = told.words[span.first : span.last]
        if not span.slot and all(is_ordinary(word.key) for word in words):
            return None
        for first, last in cuts(told, span):
            part = told.words[first:last]
            for run in dict.fromkeys((tuple(word.key for word in part), tuple(core(part)))):
                found = self.bearers.similar.nearest(run)
                if found and (found[1] > DOUBTFUL or span.slot):
                    return Match(first, last, *found)
        return None

    def _is_new(self, told: Sentence, span: Span) -> bool:
        named = named_words(told, span)
        if span.slot and told.capitals and any(word.capital and not word.opens for word in named):
            return True
        words = [word.key for word in named if not is_droppable(word, told.german)]
        return any(word not in self._vocabulary and not is_ordinary(word) for word in words)


def _capital_runs(told: Sentence) -> Iterator[Span]:
    """Where two or more words with capitals that tell something follow each other; nouns in German too."""
    start, last = 0, -1
    for at, word in enumerate((*told.words, None)):
        if word and word.joined and last >= 0 and (word.capital or word.key in LEGAL or _links(word, told)):
            last = at if word.capital else last
            continue
        if last > start and told.capitals:
            yield Span(start, last + 1, slot=True, telling=True)
        start, last = (at, at) if word and word.capital and not word.opens else (at, -1)


def _links(word: Token, told: Sentence) -> bool:
    """Whether a small word may stand inside a name: "Machines-Outils du Ponant"; "Retrofit von Anlagen" is none."""
    return word.key in JOINTS or (not told.german and word.key in PARTICLES)
