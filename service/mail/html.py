"""HTML → the text a reader sees; the only door to resiliparse. Pure, never raises, linear.

What a reader does not see (preheaders, `display:none`, zero-width padding, head and script) is left out. What a
client marked as the quoted mail comes out as lines that start with `> `, as it would in a plain text mail. Both are
done on the tags, before the library builds its tree: changing the tree costs it quadratic time (10,000 quotes: 7 min).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from resiliparse.extract.html2text import extract_plain_text

MOST_CHARACTERS = 256 * 1024
LONGEST_TAG = 4 * 1024
MOST_TAGS = 20_000
DEEPEST = 200
# Private-use characters that stand where a quote container begins and ends.
OPEN, CLOSE = "\ue0f1", "\ue0f2"
TAG = re.compile(r"<(?:(/?)([A-Za-z][A-Za-z0-9:]*)|!--)")
VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
# Elements whose closing tag may be left out: they end where the next block begins.
OPTIONAL_END = frozenset(["p", "li", "dt", "dd", "td", "th", "tr", "option"])
UNSEEN = frozenset(["head", "script", "style", "template", "noscript", "title", "svg", "object"])
INVISIBLE_STYLE = re.compile(
    r"(?:[;\"'\s])(?:display\s?:\s?none|visibility\s?:\s?hidden|mso-hide\s?:\s?all|opacity\s?:\s?0\s?[;\"'!]"
    r"|font-size\s?:\s?[01](?:px|pt|em)?\s?[;\"'!]|max-height\s?:\s?0(?:px)?\s?[;\"'!])",
    re.IGNORECASE,
)
HIDDEN_ATTRIBUTE = re.compile(r"\s(?:hidden(?=[\s>/=])|aria-hidden\s?=\s?[\"']?true)", re.IGNORECASE)
QUOTE_DIV = re.compile(
    r"(?:class|id|name)\s?=\s?[\"']?[^\"'>]{0,80}\b(?:yahoo_quoted|protonmail_quote|zmail_extra|tutanota_quote"
    r"|mail-editor-reference-message-container|replySplit|__aliyun_previous_body_wrap"
    r"|mail_android_quote|reply_quote|mailbox_signature_quote)\b",
    re.IGNORECASE,
)
# Zero-width and filler characters that pad the preview line of newsletters.
PADDING = re.compile(r"[\u034f\u00ad\u200b-\u200f\u2007\u2060\u2061-\u2064\ufeff\u180e\u115f\u1160\u3164\u17b4\u17b5]+")


def text_of(html: str) -> str:
    """Turn an HTML body into text: a line a block, quoted mail marked, invisible things gone."""
    tamed = "".join(_Scan(html[:MOST_CHARACTERS].replace(OPEN, "").replace(CLOSE, "").replace("\0", "")).pieces())
    told = extract_plain_text(tamed, preserve_formatting=True, links=False, alt_texts=False, list_bullets=True)
    return _quoted(PADDING.sub("", str(told).replace("\r", "")))


@dataclass(slots=True)
class _Scan:
    """One walk over the tags: drops what is invisible or excessive, marks quotes."""

    text: str
    stack: list[tuple[str, bool]] = field(default_factory=list)
    """The open elements, and whether each is a quote container."""
    unclosed: set[str] = field(default_factory=set)
    """Heads and titles without an end: looked for once, not once for each."""

    def pieces(self) -> Iterator[str]:
        """The parts of the document that are kept, in order."""
        at = tags = 0
        while (tag := TAG.search(self.text, at)) is not None:
            yield self.text[at : tag.start()]
            tags += 1
            if tags > MOST_TAGS:
                return
            end = self._end(tag)
            whole = self.text[tag.start() : end]
            if tag[2] and not tag[1] and self._is_unseen(tag[2].lower(), whole):
                at = self._behind(tag[2].lower(), end)
                if at == end:
                    self.unclosed.add(tag[2].lower())
                continue
            at = end
            yield from self._kept(tag, whole)
        yield self.text[at:]

    def _end(self, tag: re.Match[str]) -> int:
        if tag[2] is None:
            closing = self.text.find("-->", tag.end() - 2)
            return closing + 3 if closing >= 0 else len(self.text)
        closing = self.text.find(">", tag.end(), tag.end() + LONGEST_TAG)
        return closing + 1 if closing >= 0 else min(len(self.text), tag.end() + LONGEST_TAG)

    def _is_unseen(self, name: str, whole: str) -> bool:
        if name in UNSEEN:
            return True
        if name in VOID or name in ("body", "html", "table", "tbody"):
            return False
        return INVISIBLE_STYLE.search(whole) is not None or HIDDEN_ATTRIBUTE.search(whole) is not None

    def _behind(self, name: str, at: int) -> int:
        """Where an unseen element ends: behind its closing tag, or where the next block starts."""
        depth = 1
        if name in self.unclosed:
            return at
        for tag in TAG.finditer(self.text, at):
            if tag[2] is None or (other := tag[2].lower()) != name:
                if name in OPTIONAL_END and tag[2] and tag[2].lower() in OPTIONAL_END | {"div", "table"}:
                    return tag.start()
                continue
            if name in OPTIONAL_END and not tag[1]:
                return tag.start()
            depth += -1 if tag[1] else int(other not in UNSEEN)
            if not depth:
                return self._end(tag)
        return len(self.text) if name not in ("head", "title") else at

    def _kept(self, tag: re.Match[str], whole: str) -> Iterator[str]:
        if tag[2] is None:
            return
        name = tag[2].lower()
        if name in VOID:
            yield whole
        elif tag[1]:
            yield from self._closed(name, whole)
        elif len(self.stack) < DEEPEST and whole.endswith(">"):
            is_quote = name == "blockquote" or (name == "div" and QUOTE_DIV.search(whole) is not None)
            if name not in OPTIONAL_END:
                self.stack.append((name, is_quote))
            yield f"{whole}<div>{OPEN}</div>" if is_quote else whole

    def _closed(self, name: str, whole: str) -> Iterator[str]:
        """Close the innermost open element of this name; what lies open within it closes with it."""
        if name in OPTIONAL_END:
            yield whole
            return
        place = next((i for i in range(len(self.stack) - 1, -1, -1) if self.stack[i][0] == name), None)
        if place is None:
            return
        marks = sum(is_quote for _, is_quote in self.stack[place:])
        del self.stack[place:]
        yield f"<div>{CLOSE * marks}</div>{whole}" if marks else whole


def _quoted(text: str) -> str:
    """Turn the marks into `> ` in front of every line between them."""
    depth, lines = 0, list[str]()
    for line in text.split("\n"):
        opened, closed = line.count(OPEN), line.count(CLOSE)
        bare = line.replace(OPEN, "").replace(CLOSE, "").strip() if opened or closed else line.rstrip()
        depth += opened
        if bare or not (opened or closed):
            lines.append(f"{'>' * min(depth, 20)} {bare}".rstrip() if depth else bare)
        depth = max(0, depth - closed)
    return "\n".join(lines).strip("\n")
