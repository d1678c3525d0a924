"""How an index stands, for people. Pure."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """How the index stands. `says` is a sentence that tells what is wrong when it is not `healthy`."""

    documents: int = 0
    passages: int = 0
    sequence: int = 0
    by_source: tuple[tuple[str, int], ...] = ()
    updated_at: datetime | None = None
    model: str = ""
    healthy: bool = True
    says: str = ""
