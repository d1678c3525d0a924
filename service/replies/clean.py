"""Other people's text → text that is what it looks like: nothing invisible, no second line in a header. Pure."""

import re

_NEWLINES = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Controls, soft hyphens, zero-width blanks, marks that turn the direction of reading, tag characters. The joiners
# U+200C and U+200D stay: Persian, Hindi and emoji need them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\U000e0000-\U000e007f]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")


def lines(text: str) -> str:
    """The text with plain newlines and only characters that are seen."""
    return _SURROGATES.sub("\ufffd", _UNSEEN.sub("", _NEWLINES.sub("\n", text)))


def one_line(text: str, limit: int) -> str:
    """The text on one line, at most `limit` characters, cut between words."""
    whole = " ".join(lines(text).split())
    return whole if len(whole) <= limit else f"{head(whole, limit - 1)}…"


def head(text: str, length: int) -> str:
    """The first `length` characters, less the word that is cut by that; a single long word is cut."""
    if len(text) <= length:
        return text
    end = length if text[length].isspace() else text.rfind(" ", 0, length)
    return text[: end if end > length // 2 else length].rstrip()


def tail(text: str, length: int) -> str:
    """The last `length` characters, less the word that is cut by that."""
    if len(text) <= length:
        return text
    start = len(text) - length
    if not text[start - 1].isspace():
        blank = text.find(" ", start, start + length // 2)
        start = blank + 1 if blank >= 0 else start
    return text[start:].lstrip()
