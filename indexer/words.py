"""BM25 over passages. The only door to tantivy.

Words are folded (case, diacritics) and looked for twice, by their English stem and as they stand: the stem finds
"references" for "reference", the plain form keeps names and codes apart. Queries are built from terms, never parsed, so
that no text is a syntax error. Scores are shares of the most that a query could reach.
"""

import math
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from tantivy import Document, Filter, Index, Occur, Query, SchemaBuilder, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from indexer.allowed import Allowed
from indexer.wording import LETTERS

STEMS, PLAIN, ID = "stems", "plain", "id"
LONGEST = 80
"""Characters; what is longer is no word but an encoded file."""
TERMS = 40
"""A long text is looked for by its rarest terms."""
FEW = 2000
"""So many allowed passages, if under a quarter of all, are named to tantivy; else hits come in ever longer lists."""
RARE = re.compile(f"[{''.join(map(chr, LETTERS))}]")
KNOWN = 20_000
"""Terms of which it is remembered how many passages have them: those of a mail are asked again with each window."""
UMLAUT = re.compile("([aou])e", re.IGNORECASE)
HEAP = 64 << 20
SATURATION = 2.2
"""k1 + 1: what BM25 gives a term that fills a passage, in units of its idf."""

Term = tuple[str, str]
"""A field, and a word as it stands in it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is indexed of one passage."""

    id: int
    context: str
    text: str


class Words:
    """Passages by their words. Never changes; `grown` makes another."""

    def __init__(self, index: Index) -> None:
        """Search an index made by `build` or `opened`."""
        self._schema = index.schema
        self._searcher = index.searcher()
        self._known: dict[Term, int] = {}

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def best(self, text: str, count: int, allowed: Allowed) -> list[tuple[int, float]]:
        """The `count` best allowed passages with their scores in [0, 1], best first."""
        return best([self], text, count, allowed)

    def terms(self, text: str) -> list[Term]:
        """What is looked for where a text is asked, each once."""
        return list(dict.fromkeys(read(text)))

    def having(self, term: Term) -> int:
        """How many passages have a term."""
        found = self._known.get(term)
        if found is None:
            if len(self._known) >= KNOWN:
                self._known.clear()
            found = self._known[term] = int(self._searcher.doc_freq(*term))
        return found

    def holds(self, passages: Sequence[int]) -> bool:
        """Whether one of these passages is here."""
        query = Query.term_set_query(self._schema, ID, list(passages))
        return bool(passages) and bool(self._searcher.search(query, 1).hits)

    def hits(self, idfs: Mapping[Term, float], count: int, allowed: Allowed) -> list[tuple[int, float]]:
        """The `count` best allowed passages by terms that are worth so much each, best first."""
        each = [(Occur.Should, self._weighed(term, idf)) for term, idf in idfs.items() if self.having(term)]
        return self._allowed(Query.boolean_query(each), count, allowed) if each else []

    def _weighed(self, term: Term, idf: float) -> Query:
        """Tantivy knows what a term is worth among the passages here alone."""
        query, here = Query.term_query(self._schema, *term), rarity(self.having(term), len(self))
        return query if idf == here else Query.boost_query(query, idf / here)

    def _allowed(self, query: Query, count: int, allowed: Allowed) -> list[tuple[int, float]]:
        if len(allowed) <= min(FEW, len(self) // 4):
            query = Query.boolean_query([(Occur.Must, query), (Occur.Must, self._among(allowed))])
        asked = count
        while True:
            hits = self._searcher.search(query, asked, count=False).hits
            ids = np.array(self._searcher.fast_field_values(ID, [address for _, address in hits]), dtype=np.int64)
            kept = np.flatnonzero(allowed.among(ids))[:count]
            if len(kept) == count or len(hits) < asked:
                return [(int(ids[n]), float(hits[n][0])) for n in kept]
            asked *= 4

    def _among(self, allowed: Allowed) -> Query:
        """These passages, each a term of its own: a set of terms takes five times as long (tantivy 0.27)."""
        each = [(Occur.Should, Query.term_query(self._schema, ID, passage)) for passage in allowed.ids.tolist()]
        return Query.const_score_query(Query.boolean_query(each), 0.0)


def best(among: Sequence[Words], text: str, count: int, allowed: Allowed) -> list[tuple[int, float]]:
    """The `count` best allowed passages of several indexes, best first, as if these were one and nothing beside them.

    A long text is asked by its rarest terms; those that occur nowhere count as rare.
    """
    if not sum(map(len, among)) or not len(allowed):
        return []
    rarest = worth(among, text)
    most = sum(rarest.values()) * SATURATION
    found = [hit for one in among for hit in one.hits(rarest, count, allowed)]
    first = found if len(among) == 1 else sorted(found, key=lambda hit: (-hit[1], hit[0]))[:count]
    return [(passage, min(1.0, score / most)) for passage, score in first]


def worth(among: Sequence[Words], text: str) -> dict[Term, float]:
    """What the rarest terms of a text are worth among several indexes, as if these were one and nothing beside them."""
    size = sum(map(len, among))
    terms = among[0].terms(text) if among else []
    idfs = {term: rarity(sum(one.having(term) for one in among), size) for term in terms}
    return dict(sorted(idfs.items(), key=lambda pair: -pair[1])[:TERMS])


def rarity(having: int, size: int) -> float:
    """What a term is worth that so many of all passages have (BM25's idf)."""
    return math.log(1 + max(0.0, size - having + 0.5) / (having + 0.5))


def build(entries: Iterable[Entry], folder: Path | None = None) -> Words:
    """Index passages from nothing: into an empty folder, or in memory."""
    index = _with_analyzers(Index(_schema(), str(folder) if folder else None))
    return _write(index, entries, ())


def grow(base: Path, folder: Path, entries: Iterable[Entry], gone: Sequence[int]) -> Words:
    """The index of folder `base` with more and fewer passages, in the empty `folder`; `base` stays as it is.

    Files that tantivy never changes are shared by hard links.
    """
    for path in base.iterdir():
        if path.suffix in (".json", ".lock"):
            continue
        (folder / path.name).hardlink_to(path)
    for name in ("meta.json", ".managed.json"):
        shutil.copyfile(base / name, folder / name)
    return _write(_with_analyzers(Index.open(str(folder))), entries, gone)


def load(folder: Path) -> Words:
    """The index in a folder. Check its sums first."""
    return Words(_with_analyzers(Index.open(str(folder))))


def read(text: str) -> list[Term]:
    """Every word of a text as each field has it, as often as it stands there: for indexes that are not tantivy's."""
    return [(field, term) for field, told in folded(text).items() for term in _analyzers()[field].analyze(told)]


def whole(entry: Entry) -> str:
    """What is indexed of a passage; its context twice: what a passage is about outweighs what it mentions."""
    return f"{entry.context}\n{entry.context}\n{entry.text}"


def folded(text: str) -> dict[str, str]:
    """What each field is given of a text: letters that tantivy leaves are folded; plain words take "ue" for "ü" too."""
    if not text.isascii():
        text = RARE.sub(_plain, text.encode(errors="replace").decode())
    return {STEMS: text, PLAIN: UMLAUT.sub(r"\1", text)}


def _plain(letter: re.Match[str]) -> str:
    return str(LETTERS[ord(letter[0])])


def _schema() -> Any:
    builder = SchemaBuilder().add_unsigned_field(ID, indexed=True, fast=True)
    for field in (STEMS, PLAIN):
        builder = builder.add_text_field(field, tokenizer_name=field, index_option="freq")
    return builder.build()


def _analyzer(stemmed: bool) -> TextAnalyzer:
    builder = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(LONGEST))
    builder = builder.filter(Filter.lowercase()).filter(Filter.ascii_fold())
    return (builder.filter(Filter.stemmer("english")) if stemmed else builder).build()


@cache
def _analyzers() -> Mapping[str, TextAnalyzer]:
    return {STEMS: _analyzer(stemmed=True), PLAIN: _analyzer(stemmed=False)}


def _with_analyzers(index: Index) -> Index:
    for field, analyzer in _analyzers().items():
        index.register_tokenizer(field, analyzer)
    return index


def _write(index: Index, entries: Iterable[Entry], gone: Sequence[int]) -> Words:
    writer = index.writer(HEAP, 1)
    if gone:
        # By query: deleting by a term of a number field finds nothing (tantivy 0.27).
        writer.delete_documents_by_query(Query.term_set_query(index.schema, ID, list(gone)))
    for entry in entries:
        writer.add_document(_document(entry))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return Words(index)


def _document(entry: Entry) -> Document:
    document = Document()
    document.add_unsigned(ID, entry.id)
    for field, text in folded(whole(entry)).items():
        document.add_text(field, text)
    return document
