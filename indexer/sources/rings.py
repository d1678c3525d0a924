"""What the messages of all webhooks have in common: headers, a signature, and a body that is JSON, or not. Pure."""

import base64
import hmac
import json
from collections.abc import Mapping


def header(headers: Mapping[str, str], name: str) -> str:
    """A header, however its name is written; `name` is in lower case."""
    return {key.lower(): value for key, value in headers.items()}.get(name, "")


def is_signed(signature: str, secret: str, message: bytes, digest: str) -> bool:
    """Whether base64(HMAC(secret, message)) is the signature. Nothing is signed with no secret at all."""
    right = base64.b64encode(hmac.digest(secret.encode(), message, digest))
    return bool(secret) and hmac.compare_digest(right, signature.encode("utf-8", "replace"))


def said(raw: bytes) -> object:
    """The body as JSON, None where it is none."""
    try:
        told: object = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return told
