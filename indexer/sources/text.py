"""Strangers' text → clean text: no control characters, no hidden direction changes, safe links only. Pure."""

import re
import unicodedata
from urllib.parse import urlsplit

TITLE_LENGTH = 300
"""Characters of a title; a longer one is cut at a word."""

_NEWLINES = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Controls, soft hyphens, zero-width spaces, bidirectional overrides and isolates, tag characters: none is visible,
# all can make a title read differently from what it is. Joiners stay: Persian, Hindi and emoji need them.
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u180e\u200b\u2060\u202a-\u202e\u2066-\u2069\ufeff]")
_TAGS = re.compile("[\U000e0000-\U000e007f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_SPACES = re.compile("[\u00a0\u2007\u202f]")
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*){2,}")
_TRAILING = re.compile(r"(?<![ \t])[ \t]+(?=\n|$)")
_LINK = re.compile(r"https?://[^\s<>\"\\]+", re.IGNORECASE)
_MAILTO = re.compile(r"mailto:[^\s<>\"\\@]+@[^\s<>\"\\@]+", re.IGNORECASE)
_EMAIL = re.compile(r"(?<![\w.+'%-])[\w.+'%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,9}")


def clean(text: str) -> str:
    """The same text in NFC, with plain newlines and spaces, without anything invisible."""
    if text.isprintable() and unicodedata.is_normalized("NFC", text):
        return text.strip()  # most cells and names: nothing to do
    text = _UNSEEN.sub("", _NEWLINES.sub("\n", text))
    text = _SPACES.sub(" ", _SURROGATES.sub("\ufffd", _TAGS.sub("", text)))
    text = _BLANK_LINES.sub("\n\n", _TRAILING.sub("", text)).strip()
    return unicodedata.normalize("NFC", text)


def one_line(text: str, limit: int = TITLE_LENGTH) -> str:
    """The text on one line, at most `limit` characters, cut at a word and marked with `…`."""
    words = " ".join(clean(text).split())
    if len(words) <= limit:
        return words
    cut = words[: limit - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[limit // 2 :] else cut) + "…"


def first_line(text: str, limit: int = 120) -> str:
    """The first line that says something, or its first sentence where it is long: the title of a text without one."""
    line = next((line for line in clean(text).split("\n") if re.search(r"\w", line)), "")
    sentence = re.match(r".{20,}?[.!?](?=\s+[^\W\d_a-z])", line) if len(line) > limit // 2 else None
    return one_line(sentence.group() if sentence else line, limit)


def web_link(text: str) -> str:
    """The text, if it is an absolute http(s) link without a hidden login part; else an empty string."""
    text = clean(text)
    if not _LINK.fullmatch(text):
        return ""
    try:
        parts = urlsplit(text)
        return text if parts.hostname and "@" not in parts.netloc else ""
    except ValueError:
        return ""


def safe_link(text: str) -> str:
    """The text, if it is an http, https or mailto link; else an empty string."""
    text = clean(text)
    return text if _MAILTO.fullmatch(text) else web_link(text)


def emails_in(text: str) -> tuple[str, ...]:
    """The mail addresses that a text contains, lower case, each once, in order."""
    found = (match.group().strip("'.").lower() for match in _EMAIL.finditer(text[:10_000]))
    return tuple(dict.fromkeys(found))


def domain_of(text: str) -> str:
    """The bare domain of a web address or domain name (`https://www.acme.com/x` → `acme.com`), or nothing."""
    text = clean(text).lower()
    try:
        host = urlsplit(text if "://" in text else f"//{text}").hostname or ""
    except ValueError:
        return ""
    host = host.removeprefix("www.").strip(".")
    return host if re.fullmatch(r"[\w-]+(\.[\w-]+)+", host) else ""
