"""How an index stands, for people. Pure."""

from dataclasses import dataclass
from datetime import datetime

from indexer.engines.protocol import Standing


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """How the index stands. `says` is a sentence that tells what is wrong when it is not `healthy`.

    `copied` tells how the copy stands that answers on this machine, where there is one.
    """

    documents: int = 0
    passages: int = 0
    sequence: int = 0
    by_source: tuple[tuple[str, int], ...] = ()
    updated_at: datetime | None = None
    model: str = ""
    healthy: bool = True
    says: str = ""
    copied: str = ""


def stated(standing: Standing) -> IndexStatus:
    """What people are told of how an index stands."""
    s, says = standing, " ".join(standing.problems)
    told = (s.documents, s.passages, s.sequence, s.by_source, s.updated_at, s.fingerprint)
    return IndexStatus(*told, healthy=not s.problems, says=says, copied=s.copied)
