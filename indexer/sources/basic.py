"""Basic authentication (RFC 7617): a user and a password as a header. Pure."""

import base64
from collections.abc import Mapping


def basic(user: str, password: str) -> Mapping[str, str]:
    """The header that lets a user in, in UTF-8; a colon cannot be part of a user's name and is left out."""
    pair = f"{user.replace(':', '')}:{password}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}
