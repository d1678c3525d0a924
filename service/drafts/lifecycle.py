"""A draft after it was written: what the ledger knows × what the mailbox shows × what is still true → a step. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from indexer.asking import Viewer
from service.mailbox.protocol import PLAIN, UNTOLD, Place, Reply, Sought, bare, is_plain

ALIKE = 0.5
"""A reply under another Message-ID counts as the draft, edited and sent, from this similarity on."""

UNUSED, TAKEN_BACK = "Nobody used it for", "wanted it taken back."
_LEFT_ALONE = "Signpost leaves it alone from now on."
"""In which words receipts say so; what is counted as unused is known by them."""

Stage = Literal["written", "withdrawing", "left", "edited", "deleted", "dropped", "withdrawn", "sent"]
End = Literal["sent", "edited", "deleted", "withdrawn", "left"]


@dataclass(frozen=True, slots=True)
class Basis:
    """What a draft rests on: the documents it links to, for whom, and its words as shingles."""

    documents: frozenset[str] = frozenset()
    viewer: Viewer = Viewer()
    words: bytes = b""


@dataclass(frozen=True, slots=True)
class Life:
    """A draft that was written, as the ledger knows it. `place` is where it was put or seen last.

    `withdrawing` is one whose removal was decided and perhaps carried out, `why` says for which reason; `left` is one
    that the server could not remove; `dropped` one that was given up before it was seen.
    """

    mailbox: str
    identity: str
    message_id: str
    fingerprint: str
    source: Sought
    at: datetime
    place: Place
    basis: Basis = field(default_factory=Basis)
    stage: Stage = "written"
    why: str = ""


@dataclass(frozen=True, slots=True)
class Copy:
    """A mail in Drafts that bears the draft's Message-ID; `same` is None where its text was not compared yet."""

    place: Place
    flags: frozenset[str] = frozenset()
    same: bool | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What the mailbox shows of a draft, and which of its documents are gone by now.

    `begun`: another mail in Drafts answers the same mail. `sent` is the similarity of the mail in Sent that was this
    draft; `named` that it bears its very Message-ID. `rivalled`: it was given up, and another draft of ours took its
    place in the thread. `wanted` is who wants it taken back.
    """

    copies: tuple[Copy, ...] = ()
    begun: bool = False
    reply: Reply | None = None
    named: bool = False
    sent: float | None = None
    missing: frozenset[str] = frozenset()
    rivalled: bool = False
    wanted: str = ""


@dataclass(frozen=True, slots=True)
class Keep:
    """Nothing happened to it."""


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Nobody touched it and it is of no use any more: these copies are to be removed."""

    places: tuple[Place, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Sweep:
    """It lies there more than once, untouched: these copies are to be removed."""

    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of it, as a word and a sentence. `places` are untouched copies that are left and to be removed."""

    state: End
    says: str
    similarity: float | None = None
    places: tuple[Place, ...] = ()


Step = Keep | Withdraw | Sweep | Settled


def judge(life: Life, seen: Seen, now: datetime, keep: timedelta | None) -> Step:
    """What to do about a draft. Any doubt whether a person touched it means: hands off, for ever."""
    if life.stage == "dropped" and not is_late(life, seen):
        return Keep()
    copies = tuple(copy for copy in seen.copies if not _thrown_away(copy, life))
    if life.stage in ("withdrawn", "sent"):
        return _again(life, copies)
    if seen.named or (seen.sent is not None and not copies):
        return replace(_sent(seen.sent), places=_left_over(life, copies))
    if not copies:
        return _gone(life, seen)
    if life.stage in ("edited", "deleted") or any(UNTOLD in copy.flags for copy in copies):
        return Keep()
    if not all(is_untouched(copy, life) for copy in copies):
        return Settled("edited", f"Somebody changed or flagged this draft; {_LEFT_ALONE}{_not_taken_back(seen)}")
    return _untouched(life, [copy.place for copy in copies], _half_removed(life, seen), _useless(life, seen, now, keep))


def is_late(life: Life, seen: Seen) -> bool:
    """Whether a draft that was given up is there after all: the server took it, and showed it late."""
    return life.stage == "dropped" and bool(seen.copies or seen.named)


def is_untouched(copy: Copy, life: Life) -> bool:
    """Whether nobody changed or flagged it.

    A server never changes the text under a number, so a copy that was not read counts where it lies as it was left.
    """
    plain = {flag.lower() for flag in copy.flags} <= _allowed(life)
    return plain and (copy.place == life.place if copy.same is None else copy.same)


def _again(life: Life, copies: Sequence[Copy]) -> Step:
    """A draft that had come to its end and lies in Drafts once more; only what was sent is surely of no use there."""
    if not copies or any(UNTOLD in copy.flags for copy in copies):
        return Keep()
    if life.stage == "withdrawn":
        return Settled("left", f"{life.why} {_BACK}")
    untouched = all(is_untouched(copy, life) for copy in copies)
    return Sweep(tuple(copy.place for copy in copies)) if untouched else Keep()


_BACK = (
    "It was removed and lies in Drafts again: it was written twice and shown late, or somebody took it back. "
    "Signpost leaves it alone; please delete it if nobody needs it."
)


def _left_over(life: Life, copies: Sequence[Copy]) -> tuple[Place, ...]:
    """What still lies there of a draft that was sent: a double, or what the mail program is about to remove itself.

    Also where a person had changed another copy and sent that: what nobody touched is of no use any more.
    """
    return tuple(copy.place for copy in copies) if all(is_untouched(copy, life) for copy in copies) else ()


def _allowed(life: Life) -> frozenset[str]:
    # The first half of a removal, if the line broke before the second
    return PLAIN | {"\\deleted"} if life.stage == "withdrawing" else PLAIN


def _thrown_away(copy: Copy, life: Life) -> bool:
    return "\\deleted" in {flag.lower() for flag in copy.flags} - _allowed(life)


def _half_removed(life: Life, seen: Seen) -> list[Place]:
    """Doubles that are only flagged as deleted: the line broke in the middle of a sweep."""
    marked = [copy for copy in seen.copies if _thrown_away(copy, life) and copy.place != life.place]
    return [copy.place for copy in marked if copy.same and is_plain(copy.flags)]


def _untouched(life: Life, places: Sequence[Place], half_removed: Sequence[Place], why: str) -> Step:
    first, *doubles = sorted(places, key=lambda place: place.uid)
    doubles += half_removed
    if life.stage == "withdrawing":
        return Withdraw((first, *doubles), life.why)
    if why and life.stage != "left":
        return Withdraw((first, *doubles), why)
    return Sweep(tuple(doubles)) if doubles else Keep()


def _useless(life: Life, seen: Seen, now: datetime, keep: timedelta | None) -> str:
    """Why nobody needs this draft any more; empty while somebody may."""
    if seen.missing:
        return "A document that it links to is gone, or its readers may not see it any more."
    if seen.reply and seen.reply.where == "flag":
        return "The mail was marked as answered."
    if seen.reply and seen.reply.where == "sent" and bare(seen.reply.message_id) != bare(life.message_id):
        return "A person answered first."
    if seen.rivalled:
        return "The mail server showed it only after another draft of Signpost had been made for this thread."
    if keep and now - life.at > keep:
        return f"{UNUSED} {keep.days} days."
    return f"{seen.wanted} {TAKEN_BACK}" if seen.wanted else ""


def _not_taken_back(seen: Seen) -> str:
    """That a wish was not carried out: what a person worked on is theirs."""
    return f" {seen.wanted} {TAKEN_BACK[:-1]}, which it is not for that reason." if seen.wanted else ""


def _gone(life: Life, seen: Seen) -> Step:
    """What a draft became that is not in Drafts any more, as far as can be told."""
    if life.stage == "deleted":
        return Keep()
    if life.stage == "withdrawing":
        return Settled("withdrawn", life.why)
    if seen.begun:
        changed = f"Somebody works on it under another Message-ID; {_LEFT_ALONE}{_not_taken_back(seen)}"
        return Keep() if life.stage == "edited" else Settled("edited", changed)
    if seen.reply and seen.reply.where == "sent":
        return Settled("deleted", "A person answered in their own words and the draft is gone. No other one is made.")
    return Settled("deleted", "A person deleted it. No other one is made for this mail.")


def _sent(similarity: float | None) -> Settled:
    if similarity is None:
        return Settled("sent", "It was sent.")
    changed = "as it was" if similarity > 0.99 else f"with changes: {similarity:.0%} of its text was kept"
    return Settled("sent", f"It was sent {changed}.", round(similarity, 3))
