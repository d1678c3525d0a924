"""Markdown and HTML → plain text in which no two words are glued together. Pure."""

import re
from html.entities import html5

from indexer.sources.text import clean, safe_link

_BLOCKS = frozenset(
    re.split(
        r"\s+",
        "address article aside blockquote body br caption dd details div dl dt fieldset figure footer form h1 h2 h3 h4"
        " h5 h6 head header hr html li main nav ol option p pre section select summary table tbody tfoot thead title"
        " tr ul",
    )
)
_CELLS = frozenset({"td", "th"})
_TAG = re.compile(
    r"</?(?:a|article|b|blockquote|body|br|center|code|div|em|font|h[1-6]|head|hr|html|i|img|li|ol|p|pre|s|section"
    r"|small|span|strike|strong|style|sub|sup|table|tbody|td|th|thead|tr|u|ul)(?:\s[^<>]{0,4000})?/?>",
    re.IGNORECASE,
)
# No `<` may stand inside, so that a text full of unclosed tags is read in one go; the parser of the standard library
# reads such a text again from every `<`.
_MARK = re.compile(r"<(/?)([A-Za-z][\w:-]{0,40})((?:[^<>\"']|\"[^\"<]*\"|'[^'<]*'|[\"'](?=\s*/?>))*)>|<[!?][^<>]*>")
_HREF = re.compile(r"\bhref\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
_SILENT = (
    (re.compile(r"<!--"), "-->"),
    (re.compile(r"<script\b", re.IGNORECASE), "</script>"),
    (re.compile(r"<style\b", re.IGNORECASE), "</style>"),
)
_SOURCE_BREAKS = re.compile(r"[ \t\r\n\f]+")
_ENTITY = re.compile(r"&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")

# Every repetition is bounded, so that no text can make a pattern run away.
_CODE = re.compile(r"^[ \t]{0,9}```[^`\n]*\n(.*?)(?:```|\Z)|`([^`\n]{1,500})`", re.DOTALL | re.MULTILINE)
_IMAGE = re.compile(r"!\[([^\[\]\n]{0,500})\]\([^()\n]{0,2000}\)")
_LINK = re.compile(r"\[([^\[\]\n]{0,500})\]\(\s{0,9}<?((?:[^\s()<>]|\([^\s()<>]{0,500}\)){0,2000})>?[^()\n]{0,300}\)")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^\s<>]{1,2000})>", re.IGNORECASE)
_STRONG = re.compile(r"(?<!\w)(\*\*|__|~~)(?=\S)([^\n]{1,300}?)(?<=\S)\1(?!\w)")
_STRONG_INSIDE = re.compile(r"\*\*(?=\S)([^*\n]{1,1000})(?<=\S)\*\*")
_EMPHASIS = re.compile(r"(?<![\w*\\])\*(?=\S)([^*\n]{1,1000}?)(?<=[^\s\\])\*(?![\w*])")
_UNDERLINE = re.compile(r"(?<![\w\\])_(?=\S)([^_\n]{1,1000}?)(?<=[^\s\\])_(?!\w)")
_LINE_MARKS = re.compile(r"^[ \t]{0,3}(?:#{1,6}[ \t]+|>[ \t]?)+", re.MULTILINE)
_RULE = re.compile(
    r"^[ \t]{0,3}(?:-[ \t]*){3,}$|^[ \t]{0,3}(?:\*[ \t]*){3,}$|^[ \t]{0,3}(?:_[ \t]*){3,}$", re.MULTILINE
)
_BULLET = re.compile(r"^([ \t]*)[*+](?=[ \t])", re.MULTILINE)
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!>~|])")


def from_markdown(text: str) -> str:
    """What a reader of the rendered Markdown sees; a link keeps its address behind its words; code stays as it is."""
    pieces: list[str] = []
    end = 0
    for code in _CODE.finditer(text):
        pieces += [_prose(text[end : code.start()]), code.group(1) or code.group(2) or ""]
        end = code.end()
    return clean("".join([*pieces, _prose(text[end:])]))


def _prose(text: str) -> str:
    text = _AUTOLINK.sub(r"\1", _LINK.sub(_link, _IMAGE.sub(r"\1", text)))
    text = _LINE_MARKS.sub("", _RULE.sub("", text))
    text = _STRONG_INSIDE.sub(r"\1", _STRONG.sub(r"\2", text))
    text = _UNDERLINE.sub(r"\1", _EMPHASIS.sub(r"\1", _BULLET.sub(r"\1-", text)))
    return _ESCAPED.sub(r"\1", text)


def _link(match: re.Match[str]) -> str:
    return _words_and_address(match.group(1).strip(), match.group(2))


def _words_and_address(words: str, address: str) -> str:
    address = safe_link(address)
    if not address or address.removeprefix("mailto:") == words:
        return words
    return f"{words} ({address})" if words and words != address else address


def from_html(text: str) -> str:
    """The text of an HTML piece: blocks and table rows on lines of their own, scripts, styles and comments left out."""
    for opening, closing in _SILENT:
        text = _without(text, opening, closing)
    pieces: list[str] = []
    links: list[tuple[str, int]] = []
    end = 0
    for mark in _MARK.finditer(text):
        pieces.append(_SOURCE_BREAKS.sub(" ", text[end : mark.start()]))
        _apply(mark, pieces, links)
        end = mark.end()
    told = "".join([*pieces, _SOURCE_BREAKS.sub(" ", text[end:])])
    return clean(re.sub(r"[ \t]{2,}", " ", decoded(told)))


def _apply(mark: re.Match[str], pieces: list[str], links: list[tuple[str, int]]) -> None:
    """What a tag does to the text before it or behind it."""
    tag = f"{mark[1] or ''}{mark[2] or ''}".lower()
    if tag == "a":
        links.append((_address(mark[3]), len(pieces)))
    elif tag == "/a" and links:
        address, start = links.pop()
        pieces[start:] = [_words_and_address("".join(pieces[start:]).strip("\n"), address)]
    elif tag.removeprefix("/") in _BLOCKS:
        pieces.append("\n- " if tag == "li" else "\n")
    elif tag in _CELLS:
        pieces.append("  ")


def _address(attributes: str) -> str:
    """Where a link leads, or nothing."""
    found = _HREF.search(attributes)
    return decoded(next(filter(None, found.groups()), "")) if found else ""


def _without(text: str, opening: re.Pattern[str], closing: str) -> str:
    """The text without what stands between `opening` and `closing`; without the rest where nothing closes."""
    folded = text.lower()
    folded = folded if len(folded) == len(text) else text
    pieces: list[str] = []
    end = 0
    while start := opening.search(text, end):
        pieces.append(text[end : start.start()])
        close = folded.find(closing, start.end())
        end = close + len(closing) if close >= 0 else len(text)
    return "".join([*pieces, text[end:]])


def from_either(text: str) -> str:
    """Plain text from a field that some products fill with HTML and others do not."""
    return from_html(text) if _TAG.search(text) else clean(decoded(text))


def decoded(text: str) -> str:
    """The text with its HTML entities (`&amp;`, `&eacute;`, `&#8217;`) as characters; others stay untouched."""
    return _ENTITY.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    name = match.group(1)
    if not name.startswith("#"):
        return html5.get(f"{name};", match.group())
    code = int(name[2:], 16) if name[1] in "xX" else int(name[1:])
    return chr(code) if 0 < code < 0x110000 else match.group()
