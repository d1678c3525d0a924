"""A message of a Trello webhook → the cards it is about. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from indexer.sources.loose import record, string
from indexer.sources.rings import header, is_signed, said


@dataclass(frozen=True, slots=True)
class Bell:
    """What Trello signs its messages with, the secret of the key's application, and the address it was told to call."""

    secret: str = field(repr=False)
    address: str

    def rung(self, headers: Mapping[str, str], raw: bytes) -> tuple[str, ...] | None:
        """The ids of the cards it is about, () where it takes a full look; None for what Trello did not sign.

        The signature is base64(HMAC-SHA1(secret, body + address)); what the body says is never believed for data.
        """
        signature = header(headers, "x-trello-webhook")
        if not is_signed(signature, self.secret, raw + self.address.encode(), "sha1"):
            return None
        data = record(record(record(said(raw)).get("action")).get("data"))
        ids = (string(record(data.get(kind)).get("id")) for kind in ("card", "cardSource"))
        return tuple(dict.fromkeys(key for key in ids if key))
