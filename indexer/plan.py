"""Known documents × what a source told → what to put, what to drop, what to hold back. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from indexer.documents import Document
from indexer.sources.protocol import Census

SHARE = 0.2
NUMBER = 50
"""More than this share of a source and more than this number of documents do not vanish in one update by themselves."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a source told in one update: documents as they are now, ids it calls deleted, and all ids if it knows."""

    documents: tuple[Document, ...] = ()
    tombstones: frozenset[str] = frozenset()
    census: Census | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """What to do. `held` would be dropped, were there not so many of them; `why_held` says so in a sentence."""

    added: tuple[Document, ...] = ()
    changed: tuple[Document, ...] = ()
    unchanged: int = 0
    drop: frozenset[str] = frozenset()
    held: frozenset[str] = field(default=frozenset())
    why_held: str = ""

    @property
    def put(self) -> tuple[Document, ...]:
        """Everything to write, new or different."""
        return self.added + self.changed


def changes(known: Mapping[str, str], seen: Seen, allow_shrink: bool = False, size: int | None = None) -> Changes:
    """Compare the content hashes of `known` ids with what a source told. Nothing vanishes without a reason.

    A document goes when the source buried it, or when a complete census does not list it. A document that was
    told stays, whatever census or tombstone say: it was there a moment ago, and the next update will see.
    `size` is how many documents the source has, where `known` are only those that were told.
    """
    told = latest(seen.documents)
    same = {key for key, document in told.items() if known.get(key) == document.content_hash}
    drop = vanished(known, told.keys(), seen)
    size = len(known) if size is None else size
    held, why = (frozenset[str](), "") if allow_shrink else brake(size, drop, _is_emptied(size, drop, seen))
    return Changes(
        added=tuple(d for key, d in told.items() if key not in known),
        changed=tuple(d for key, d in told.items() if key in known and key not in same),
        unchanged=len(same),
        drop=drop - held,
        held=held,
        why_held=why,
    )


def _is_emptied(known: int, drop: frozenset[str], seen: Seen) -> bool:
    """Whether nothing would be left, and the source did not bury each document by name."""
    return len(drop) == known and not seen.documents and not drop <= seen.tombstones


def latest(documents: Iterable[Document]) -> dict[str, Document]:
    """Documents by id; told twice, the last word counts."""
    return {document.id: document for document in documents}


def vanished(known: Iterable[str], told: Iterable[str], seen: Seen) -> frozenset[str]:
    """Known ids that are gone by tombstone or by a complete census."""
    gone = set(seen.tombstones)
    if seen.census and seen.census.complete:
        gone.update(set(known) - seen.census.ids)
    return frozenset(gone & set(known) - set(told))


def brake(known: int, drop: frozenset[str], emptied: bool) -> tuple[frozenset[str], str]:
    """Which drops to hold back, and why: too many at once, or all there is.

    A source that is suddenly empty is more often a lost permission or a wrong file than an emptied board;
    only when it buried each document by name is that believed.
    """
    if drop and emptied:
        return drop, f"The source is empty now, but {known} documents of it are in the index. {_REMEDY}"
    if len(drop) > NUMBER and len(drop) > SHARE * known:
        return drop, f"{len(drop)} of {known} documents would vanish at once. {_REMEDY}"
    return frozenset(), ""


_REMEDY = "They were kept. Check the source; if they are really gone, update again and allow the index to shrink."
