"""Texts ↔ what PostgreSQL can keep: it takes neither NUL nor half of a surrogate pair. Pure."""

import re

MARK = "\ufdd0"
"""A code point that Unicode keeps free for such use; where a text has it all the same, it is escaped too."""
_STRANGE = re.compile(f"[\x00\ud800-\udfff{MARK}]")
_ESCAPED = re.compile(f"{MARK}([0-9a-f]{{4}})")


def escaped(text: str) -> str:
    """The text with each such character as the mark and four digits; nearly every text stays as it is."""
    return _STRANGE.sub(lambda found: f"{MARK}{ord(found[0]):04x}", text)


def unescaped(text: str) -> str:
    """The text that was escaped."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if MARK in text else text
