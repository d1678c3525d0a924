"""Many questions → many answers: one call of the model, one of the index, then plain thinking."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from indexer import confidence, ranking
from indexer.asking import Answer, AskOptions, Candidate, Hit, Mention, Near, Question, Viewer
from indexer.calibrating import signs
from indexer.close_reading import Found, ReadTokens, read_closely
from indexer.documents import Document, Passage
from indexer.embedding.protocol import Vectors
from indexer.engines.protocol import Index, Query, Scope
from indexer.entities import Directory, Entity
from indexer.evidence import candidates_of, telling
from indexer.matter import matter
from indexer.passages import passages
from indexer.ranked import NEAR
from indexer.ranking import Evidence, Ranked
from indexer.touches import People, is_one_of_us, people
from indexer.written_out import written_out

ORDERED = 40
"""Hits whose whole documents are read to put them in order; below that raw scores decide."""

READ = 300
"""Documents about somebody that are read to tell who of us is in touch with them: those that changed last."""
ABOUT_PEOPLE = frozenset({"who", "other"})

Embed = Callable[[Sequence[str]], Vectors | None]
"""Texts → vectors in the space of the index; None where the model at hand speaks of another."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A model as questions need it: a vector a text, and a vector a token."""

    embed: Embed
    tokens: ReadTokens


@dataclass(frozen=True, slots=True)
class _Understood:
    """A question, who it names, which names nobody bears, and the visible documents about those named."""

    question: Question
    mentions: tuple[Mention, ...]
    unknown: tuple[str, ...]
    about: Mapping[str, Mention]

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything that is asked for this question: its text, or what it is about first, then its windows."""
        texts = (self.question.text, *self.question.windows)
        return tuple(dict.fromkeys((self._matter, *texts))) if self._matter else texts

    @property
    def _matter(self) -> str:
        """What is asked about, where many documents may answer and nobody is named; a window's if need be."""
        if self.mentions or self.question.kind not in confidence.ANY_OF_MANY:
            return ""
        return next(filter(None, map(matter, (self.question.text, *self.question.windows))), "")


@dataclass(frozen=True, slots=True)
class _Found:
    """A question as it was understood at last, what its texts brought up, the hits, and the upper ones' documents."""

    one: _Understood
    candidates: Sequence[Sequence[Candidate]]
    documents: Mapping[str, Document]
    ranked: Sequence[Ranked]


class Answering:
    """Answers for one viewer, from one state of the index."""

    def __init__(self, index: Index, reader: Reader, directory: Directory, viewer: Viewer, options: AskOptions) -> None:
        """Ask `index` within what `viewer` may see and the filters of `options`."""
        self._index, self._reader, self._directory, self._options = index, reader, directory, options
        self._scope = Scope(viewer.visibilities, options.filters)

    def answers(self, questions: Sequence[Question], now: datetime) -> list[Answer]:
        """An answer for each question, in order; one without a text lists what the filters let through."""
        asked = [self._understood(question) for question in questions if question.text.strip()]
        found = [self._found(one, seen) for one, seen in zip(asked, self._searched(asked), strict=True)]
        told = zip(self._closer(found), self._people(asked, now), strict=True)
        judged = iter([replace(self._judged(one, now), people=known) for one, known in told])
        return [next(judged) if q.text.strip() else self._browsed(q) for q in questions]

    def _understood(self, question: Question) -> _Understood:
        """Who a question names: in its own words, else in the nearest window that names somebody, and by domains."""
        directory = self._directory
        texts = (question.text, *question.windows)
        naming = next((text for text in texts if directory.find(text)), question.text)
        meant = self._visible(directory.find(naming, question.domains))
        unknown = directory.unknown(question.text)
        if not meant and not unknown and question.kind == "who" and question.windows:
            unknown = directory.unknown(question.windows[0])
        return _Understood(question, tuple(meant), unknown, self._about(meant))

    def _visible(self, mentions: Sequence[Mention]) -> dict[Mention, frozenset[str]]:
        """Mentions of whom the viewer may know now, with the documents; a remembered directory may know of more."""
        meant = {mention: self._directory.documents_of(mention) for mention in mentions}
        everything = tuple({document for documents in meant.values() for document in documents})
        seen = self._index.among(everything, Scope(self._scope.visibilities)) if everything else frozenset()
        return {mention: documents & seen for mention, documents in meant.items() if documents & seen}

    def _about(self, meant: Mapping[Mention, frozenset[str]]) -> dict[str, Mention]:
        """Document → the surest mention of whom it is about, as far as the filters let it through."""
        surest = sorted(meant, key=lambda mention: mention.sureness)
        about = {document: mention for mention in surest for document in meant[mention]}
        through = self._index.among(tuple(about), self._scope) if about else frozenset()
        return {document: mention for document, mention in about.items() if document in through}

    def _searched(self, asked: Sequence[_Understood]) -> list[list[tuple[Candidate, ...]]]:
        """For each question the candidates of its text and of each window."""
        of_each = [one.texts for one in asked]
        texts = [text for texts in of_each for text in texts]
        vectors = self._reader.embed(texts) if texts else None
        about = (frozenset(one.about) for one in asked)
        named = [documents for documents, texts in zip(about, of_each, strict=True) for _ in texts]
        queries = [Query(t, None if vectors is None else vectors[n], named[n]) for n, t in enumerate(texts)]
        found = iter(self._index.search(queries, self._scope))
        return [[next(found) for _ in texts] for texts in of_each]

    def _found(self, one: _Understood, candidates: Sequence[Sequence[Candidate]]) -> _Found:
        """All that was brought up in one ranking, by names too that only documents write out."""
        documents, fused = self._fused(one, candidates)
        if told := written_out(one.unknown, documents.values()):
            one = _better_understood(one, told)
            documents, fused = self._fused(one, candidates)
        return _Found(one, candidates, documents, fused)

    def _closer(self, found: Sequence[_Found]) -> list[_Found]:
        """The same after the long passages of the first hits were read closely."""
        asked = [Found(one.one.question.text, one.ranked, one.candidates) for one in found]
        ranked = read_closely(asked, self._index.passages, self._reader.tokens)
        return [replace(one, ranked=hits) for one, hits in zip(found, ranked, strict=True)]

    def _judged(self, found: _Found, now: datetime) -> Answer:
        one, documents = found.one, found.documents
        ordered = ranking.order(one.question, found.ranked, documents, now)
        arranged = self._arranged(ordered)
        shown, documents = self._shown(one.question, arranged, documents)
        said = confidence.probability(one.question, ordered, one.mentions, one.unknown)
        return Answer(
            one.question,
            tuple(self._hits(one.question, shown, documents, candidates_of(shown, found.candidates))),
            said,
            one.mentions,
            one.unknown,
            len(arranged),
            self._nearest(one.unknown),
            signs=signs(said, ordered, one.mentions),
            found=tuple(r.document_id for r in arranged) if self._options.all_ids else (),
        )

    def _arranged(self, ordered: Sequence[Ranked]) -> Sequence[Ranked]:
        """The hits in the order that is wanted; by time only those with a reason of their own to be there."""
        if self._options.sort == "best":
            return ordered
        telling = {r.document_id: r for r in ordered if r.entity or r.words or r.meaning >= NEAR}
        ids = self._index.newest(tuple(telling), len(telling), oldest=self._options.sort == "oldest")
        return [telling[id_] for id_ in ids]

    def _shown(
        self, question: Question, arranged: Sequence[Ranked], documents: Mapping[str, Document]
    ) -> tuple[list[Ranked], Mapping[str, Document]]:
        """The hits that are shown, and their documents."""
        last = self._options.offset + self._options.limit
        if self._options.sort == "best":
            return [r for r in arranged if r.document_id in documents][self._options.offset : last], documents
        shown = arranged[self._options.offset : last]
        held = {d.id: d for d in self._index.documents([r.document_id for r in shown], self._scope)}
        return ranking.explained(question, [r for r in shown if r.document_id in held], held), held

    def _nearest(self, unknown: Sequence[str]) -> tuple[Near, ...]:
        """Known names near those that nobody bears, as far as the viewer may know of them now."""
        near = [found for name in unknown for found in self._directory.nearest(name)]
        visible = self._visible([Mention(n.written, n.name, n.kind, 0.0) for n in near])
        return tuple(n for n in near if Mention(n.written, n.name, n.kind, 0.0) in visible)

    def _people(self, asked: Sequence[_Understood], now: datetime) -> list[People | None]:
        """For each question who of us is in touch with the one company or person that it names for sure."""
        about = [self._only(one) for one in asked]
        read = [self._read(entity) if entity else () for entity in about]
        ids = dict.fromkeys(id_ for some in read for id_ in some)
        held = {d.id: d for d in self._index.documents(tuple(ids), Scope(self._scope.visibilities))} if ids else {}
        documents = [[held[id_] for id_ in some if id_ in held] for some in read]
        return [_in_touch(one, some, now) if one else None for one, some in zip(about, documents, strict=True)]

    def _read(self, entity: Entity) -> Sequence[str]:
        """The documents about somebody that are read, in the order in which they came."""
        if len(entity.document_ids) <= READ:
            return entity.document_ids
        newest = frozenset(self._index.newest(entity.document_ids, READ))
        return [id_ for id_ in entity.document_ids if id_ in newest]

    def _only(self, one: _Understood) -> Entity | None:
        """Whom alone a question names, a company before people; None where that is not sure."""
        companies = [mention for mention in one.mentions if mention.kind == "company"]
        named = companies or one.mentions
        alone = len(named) == 1 and not one.unknown and one.question.kind in ABOUT_PEOPLE
        return self._directory.about(named[0]) if alone else None

    def _fused(
        self, one: _Understood, found: Sequence[Sequence[Candidate]]
    ) -> tuple[dict[str, Document], list[Ranked]]:
        """All that was found in one ranking, and the whole documents of its upper part."""
        fused = ranking.fuse(one.question, Evidence(found, one.about))
        first = [r.document_id for r in fused[: max(ORDERED, self._options.offset + self._options.limit)]]
        return {document.id: document for document in self._index.documents(first, self._scope)}, fused

    def _hits(
        self,
        question: Question,
        shown: Sequence[Ranked],
        documents: Mapping[str, Document],
        brought_up: Mapping[str, Sequence[Candidate]],
    ) -> list[Hit]:
        held = self._index.passages(tuple({c.passage_id for candidates in brought_up.values() for c in candidates}))
        hits = []
        for ranked in shown:
            document = documents[ranked.document_id]
            passage = telling(question, brought_up[document.id], held) or _beginning(document)
            text = passage.text if passage else document.title
            anchor = (passage.anchor if passage else None) or document.url
            hits.append(Hit(document, ranked.score, text, anchor, ranked.why, ranking.highlights(question.text, text)))
        return hits

    def _browsed(self, question: Question) -> Answer:
        """What the filters let through, newest first unless the oldest are wanted."""
        o = self._options
        ids, total = self._index.browse(self._scope, o.limit, o.offset, oldest=o.sort == "oldest")
        hits = []
        for document in self._index.documents(ids, self._scope):
            passage = _beginning(document)
            text, anchor = (passage.text, passage.anchor) if passage else (document.title, None)
            hits.append(Hit(document, 0.0, text, anchor or document.url))
        return Answer(question, tuple(hits), total=total)


def _in_touch(about: Entity, documents: Sequence[Document], now: datetime) -> People | None:
    """Who is in touch with somebody; None with one of us, and where nobody can be said to be in none of so much."""
    if not documents or (about.kind == "person" and is_one_of_us(documents, about)):
        return None
    found = people(documents, about, now)
    return found if found.team or len(about.document_ids) <= READ else None


def _better_understood(one: _Understood, told: Mapping[str, Mention]) -> _Understood:
    """Names that no record bears are known after all where a document writes them out."""
    named = {mention.name: mention for mention in sorted(told.values(), key=lambda mention: mention.sureness)}
    unknown = tuple(name for name in one.unknown if name not in named)
    return _Understood(one.question, (*one.mentions, *named.values()), unknown, {**told, **one.about})


def _beginning(document: Document) -> Passage | None:
    """What to show of a document that nothing in particular was asked of: the beginning of its text."""
    found = passages(document)
    return next(
        (p for kind in ("body", "comment", "checklist", "field", "title") for p in found if p.kind == kind), None
    )
