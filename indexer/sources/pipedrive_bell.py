"""A webhook call of Pipedrive (version 2, or 1) → ids of the documents to read again. Pure."""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from indexer.sources.loose import record, string
from indexer.sources.pipedrive_shapes import SHAPES

_KINDS = {shape.word: shape.kind for shape in SHAPES.values()}


@dataclass(frozen=True, slots=True)
class Bell:
    """User and password (HTTP basic authentication) that the webhook was made with: Pipedrive signs nothing."""

    user: str
    password: str = field(repr=False)

    def rung(self, headers: Mapping[str, str], raw: bytes, source: str) -> tuple[str, ...] | None:
        """Ids to read again, none for a full look; None where the call does not come from our webhook."""
        told = {name.lower(): value for name, value in headers.items()}.get("authorization", "")
        scheme, _, given = told.partition(" ")
        try:
            said = base64.b64decode(given.strip(), validate=True)
        except (ValueError, binascii.Error):
            return None
        right = f"{self.user}:{self.password}".encode()
        if not self.password or scheme.lower() != "basic" or not hmac.compare_digest(said, right):
            return None
        try:
            meta = record(record(json.loads(raw)).get("meta"))
        except (ValueError, RecursionError):
            return ()
        kind = _KINDS.get(string(meta.get("entity")) or string(meta.get("object")))
        number = string(meta.get("entity_id")) or string(meta.get("id"))
        return (f"{source}:{kind}:{number}",) if kind and number.isdecimal() and number.isascii() else ()
