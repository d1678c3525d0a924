"""A message of a Trello webhook → the cards it is about. Pure."""

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from indexer.sources.loose import record, string


@dataclass(frozen=True, slots=True)
class Bell:
    """What Trello signs its messages with, the secret of the key's application, and the address it was told to call."""

    secret: str = field(repr=False)
    address: str

    def rung(self, headers: Mapping[str, str], raw: bytes) -> tuple[str, ...] | None:
        """The ids of the cards it is about, () where it takes a full look; None for what Trello did not sign.

        The signature is base64(HMAC-SHA1(secret, body + address)); what the body says is never believed for data.
        """
        told = {name.lower(): value for name, value in headers.items()}.get("x-trello-webhook", "")
        right = base64.b64encode(hmac.digest(self.secret.encode(), raw + self.address.encode(), "sha1"))
        if not self.secret or not hmac.compare_digest(right, told.encode("utf-8", "replace")):
            return None
        try:
            data = record(record(record(json.loads(raw)).get("action")).get("data"))
        except (ValueError, RecursionError):
            return ()
        ids = (string(record(data.get(kind)).get("id")) for kind in ("card", "cardSource"))
        return tuple(dict.fromkeys(key for key in ids if key))
