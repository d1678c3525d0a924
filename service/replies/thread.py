"""Where a reply belongs: In-Reply-To and References (RFC 5322 §3.6.4). Pure."""

import re
from collections.abc import Iterable

from service.mail.letter import Mail

LAST_KEPT = 20
_ID = re.compile(r"[!-;=?-~]{1,250}")


def message_id(told: str) -> str:
    """The id in angle brackets, or nothing where it could not stand in a header."""
    bare = told.strip().removeprefix("<").removesuffix(">").strip()
    return f"<{bare}>" if _ID.fullmatch(bare) else ""


def in_reply_to(mail: Mail) -> str:
    """The id of the mail that is answered; empty where it has none."""
    return message_id(mail.message_id)


def references(mail: Mail) -> tuple[str, ...]:
    """The ids of the thread so far: the first, which names it, and the last twenty, the answered mail's at the end."""
    before = mail.references or tuple(mail.in_reply_to.split())
    own = in_reply_to(mail)
    ids = [*(i for i in _known(before) if i != own), *([own] if own else [])]
    return (ids[0], *ids[-LAST_KEPT:]) if len(ids) > LAST_KEPT + 1 else tuple(ids)


def _known(told: Iterable[str]) -> list[str]:
    return [i for i in dict.fromkeys(map(message_id, told)) if i]
