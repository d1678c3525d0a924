"""A document → others like it, by the vectors that the index holds: no model is asked."""

from collections.abc import Sequence

from indexer.asking import Answer, AskOptions, Candidate, Hit, Question, Viewer, Why
from indexer.documents import Document
from indexer.engines.protocol import Index, Scope
from indexer.ranked import NEAR


def resembling(index: Index, document: Document, viewer: Viewer, options: AskOptions) -> Answer:
    """What is near in meaning to a document, best first, of what the viewer may see and the filters let through."""
    scope = Scope(viewer.visibilities, options.filters)
    best: dict[str, Candidate] = {}
    told: dict[str, Candidate] = {}
    for candidate in index.resembling(document.id, scope):
        if candidate.meaning >= NEAR:
            best.setdefault(candidate.document_id, candidate)
            if not candidate.is_title:
                told.setdefault(candidate.document_id, candidate)
    ids = _ordered(index, tuple(best), options)
    shown = ids[options.offset : options.offset + options.limit]
    passages = index.passages([told[id_].passage_id for id_ in shown if id_ in told])
    hits = []
    for found in index.documents(shown, scope):
        passage = passages.get(told[found.id].passage_id) if found.id in told else None
        why = Why("meaning", f"like “{document.title[:80]}”", round(best[found.id].meaning, 4))
        text, anchor = (passage.text, passage.anchor) if passage else (found.title, None)
        hits.append(Hit(found, best[found.id].meaning, text, anchor or found.url, (why,)))
    every = tuple(ids) if options.all_ids else ()
    return Answer(Question(""), tuple(hits), total=len(ids), found=every)


def _ordered(index: Index, ids: Sequence[str], options: AskOptions) -> Sequence[str]:
    return ids if options.sort == "best" else index.newest(ids, len(ids), oldest=options.sort == "oldest")
