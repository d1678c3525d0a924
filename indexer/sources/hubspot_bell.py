"""A webhook call of HubSpot → ids of the documents to read again. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from indexer.sources.hubspot_shapes import SHAPES
from indexer.sources.loose import Record, records, string
from indexer.sources.rings import header, is_signed, said

_STALE = 300_000
_TYPES = {told: shape for shape in SHAPES.values() for told in (shape.number, shape.word)}
_SIDES = (("objectTypeId", "objectId"), ("objectTypeId", "primaryObjectId"), ("fromObjectTypeId", "fromObjectId"))


@dataclass(frozen=True, slots=True)
class Bell:
    """What HubSpot signs its calls with: the app's client secret, and the address it was told to call."""

    secret: str = field(repr=False)
    address: str

    def rung(self, headers: Mapping[str, str], raw: bytes, now: datetime, source: str) -> tuple[str, ...] | None:
        """Ids to read again, none for a full look; None where HubSpot did not call so in the last five minutes."""
        at = header(headers, "x-hubspot-request-timestamp")[:20]
        if not (at.isascii() and at.isdecimal()) or abs(now.timestamp() * 1000 - int(at)) > _STALE:
            return None
        signed = b"POST" + self.address.encode() + raw + at.encode()
        if not is_signed(header(headers, "x-hubspot-signature-v3"), self.secret, signed, "sha256"):
            return None
        return tuple(dict.fromkeys(f"{source}:{each}" for event in records(said(raw)) for each in _ids(event)))


def _ids(event: Record) -> Iterator[str]:
    """`deal:12` for each record of an event: its own, both of an association, all of a merge."""
    word = string(event.get("subscriptionType")).partition(".")[0]
    other = string(event.get("toObjectTypeId")) or string(event.get("associationType")).lower().partition("_to_")[2]
    merged = event.get("mergedObjectIds")
    told = [(string(event.get(kind)) or word, event.get(number)) for kind, number in _SIDES]
    told += [(other, event.get("toObjectId"))]
    told += [(string(event.get("objectTypeId")) or word, each) for each in (merged if isinstance(merged, list) else ())]
    for kind, number in told:
        if (shape := _TYPES.get(kind)) and string(number).isdecimal():
            yield shape.key(string(number))
