"""Random values that prove who somebody is, of which only a hash is kept. Nothing else knows them."""

import secrets
from hashlib import sha256


def new(prefix: str = "") -> str:
    """A value that nobody guesses: 256 random bits, safe in addresses, cookies and headers."""
    return prefix + secrets.token_urlsafe(32)


def hash_of(value: str) -> str:
    """What is kept of it. It is random itself, so that a plain SHA-256 is as good as a slow hash."""
    return sha256(value.encode("utf-8", "replace")).hexdigest()
