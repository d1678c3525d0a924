"""Markdown and HTML → plain text in which no two words are glued together. Pure."""

import re
from html.entities import html5
from html.parser import HTMLParser

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
_SILENT = frozenset({"script", "style", "template"})
_TAG = re.compile(
    r"</?(?:a|article|b|blockquote|body|br|center|code|div|em|font|h[1-6]|head|hr|html|i|img|li|ol|p|pre|s|section"
    r"|small|span|strike|strong|style|sub|sup|table|tbody|td|th|thead|tr|u|ul)(?:\s[^<>]{0,4000})?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")

# Every repetition is bounded, so that no text can make a pattern run away.
_CODE = re.compile(r"```[^\n]*\n(.*?)(?:```|\Z)|`([^`\n]{1,500})`", re.DOTALL)
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
    """The text of an HTML piece: blocks and table rows on lines of their own, scripts and styles left out."""
    reader = _Reader()
    try:
        reader.feed(text)
        reader.close()
    except AssertionError:  # the parser's answer to a malformed `<![` section
        return clean(decoded(re.sub(r"<[^<>]{0,4000}>", " ", text)))
    return clean(re.sub(r"[ \t]{2,}", " ", "".join(reader.pieces)))


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


class _Reader(HTMLParser):
    """Collects the visible text in `pieces`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._silent = ""
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Start a line, a cell or a link, or fall silent."""
        if tag in _SILENT:
            self._silent = tag
        elif tag == "a":
            self._links.append((dict(attrs).get("href") or "", len(self.pieces)))
        elif tag in _BLOCKS:
            self.pieces.append("\n- " if tag == "li" else "\n")
        elif tag in _CELLS:
            self.pieces.append("  ")

    def handle_endtag(self, tag: str) -> None:
        """End a line or a link, or speak again."""
        if tag == self._silent:
            self._silent = ""
        elif tag == "a" and self._links:
            address, start = self._links.pop()
            self.pieces[start:] = [_words_and_address("".join(self.pieces[start:]).strip("\n"), address)]
        elif tag in _BLOCKS and tag != "br":
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        """Keep text; the line breaks of the source are spaces in HTML."""
        if not self._silent:
            self.pieces.append(re.sub(r"[ \t\r\n\f]+", " ", data))
