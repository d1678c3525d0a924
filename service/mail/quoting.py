"""The text of a mail → what its sender wrote just now. Pure, linear, and every cut is reported.

The policy, decided once:

- Sign-offs ("Thanks, Ada") are kept: they are the sender's words. What follows a signature mark (`--`), device lines
  ("Sent from my phone"), legal notices, and warnings of the receiving system are cut.
- A quoted mail at the end is cut, with its attribution, header block or "Original Message" line. So is a short text
  under it that asks nothing (a footer); a longer one, or one that asks, is the reply.
- An inline reply keeps every own line; the quoted lines between them go to `context` and stay in `reply`.
- A forwarded mail with words above it goes to `context`; forwarded without a word, it is the content.
- Nothing but quotes: there are no own words; `reply` still shows the quote.
"""

import re
from collections.abc import Iterable, Sequence

from service.mail.attributions import attribution, bare
from service.mail.footers import SHORT, asks, footers
from service.mail.letter import OwnWords
from service.mail.lines import Kind, Lines, classified, looked_at
from service.mail.markers import FORWARD_LINE

MOST_CHARACTERS = 1024 * 1024
MOST_CONTEXT = 4000
SALUTATION = re.compile(
    r"(?:hi|hello|hey|dear|good (?:morning|afternoon|day|evening)|hallo|liebe[rs]?|guten (?:tag|morgen|abend)|"
    r"moin|servus|"
    r"sehr geehrte[rsn]?|bonjour|bonsoir|salut|cher|chère|madame|monsieur|hola|buenos|buenas|estimad[oa]s?|"
    r"querid[oa]s?|"
    r"beste|geachte|dag|goede\w*|hej|hei|ciao|gentile|buongiorno|olá|bom dia|caro|cara|prezad[oa]s?|cześć|dzień dobry|"
    r"добрый|здравствуйте|привет)\b[^.?!]{0,50}[,!.:–-]?|[^\W\d_][\w'.-]{1,20},",
    re.IGNORECASE,
)
# What becomes of a line: own words, or the name of the rule that took it away. These stay visible or give context:
INLINE, ANSWERED, FORWARDED = "inline quote", "answered quote", "forwarded mail"
GIVES_CONTEXT = frozenset({INLINE, ANSWERED, FORWARDED})


def own_words(text: str, subject: str = "") -> OwnWords:
    """Separate the own words from all that is quoted, signed or attached below."""
    shown, middle = looked_at(text[:MOST_CHARACTERS].replace("\r\n", "\n"))
    files = FILE_IN_TEXT.findall(shown) if "begin " in shown else []
    shown = FILE_IN_TEXT.sub("", shown) if files else shown
    lines = classified(unquoted(shown) if is_bare_forward(shown) else shown)
    rules = _Decision(lines, footers(lines), is_reply(subject)).rules()
    cut = [*(("file", file) for file in files), ("too long", middle + text[MOST_CHARACTERS:])]
    return _put_together(lines.texts, rules, cut)


def is_bare_forward(text: str) -> bool:
    """Whether the mail is nothing but a forwarded one that the client quoted, as Apple Mail does."""
    lines = (line for line in text.split("\n", 60)[:60] if line.strip())
    first = next(lines, "")
    return first.startswith(">") and len(first) <= 200 and FORWARD_LINE.fullmatch(first) is not None


def unquoted(text: str) -> str:
    """The text without the outermost quote mark of each line."""
    return "\n".join(line[2:] if line.startswith("> ") else line.removeprefix(">") for line in text.split("\n"))


# A file that an old mail program wrote into the text (uuencode): every line but the last begins with M.
FILE_IN_TEXT = re.compile(
    r"^begin [0-7]{3,4} \S[^\n]{0,200}\n(?:M[^\n]{50,80}\n)+(?:[^\n]{0,80}\n){0,3}?end[ \t]*$",
    re.MULTILINE,
)
WORD = re.compile(r"\w")
REPLY_PREFIX = re.compile(
    r"\s*(?:re|aw|antw|sv|vs|rép|odp|ynt|res|vá|atb|отв|回复|答复|rif)\s?(?:\[\d+\])?\s?[:：]",
    re.IGNORECASE,
)


def is_reply(subject: str) -> bool:
    """Whether a subject says that the mail replies: `Re:`, `AW:`, `SV:` …"""
    return REPLY_PREFIX.match(subject[:40]) is not None


def _put_together(texts: Sequence[str], rules: Sequence[str], beside: list[tuple[str, str]]) -> OwnWords:
    pairs = list(zip(texts, rules, strict=True))
    own = _joined(line for line, rule in pairs if not rule)
    shown = _joined(line for line, rule in pairs if rule in ("", INLINE))
    if not own:
        bares = [bare(line) for line in texts]
        shown = _joined(line for n, line in enumerate(texts) if rules[n] in ("", INLINE) and not attribution(bares, n))
        shown = shown if WORD.search(shown) else ""
    context = _joined(line.lstrip("> |") for line, rule in pairs if rule in GIVES_CONTEXT)[:MOST_CONTEXT]
    cut = [*_cuts(pairs), *(piece for piece in beside if piece[1])]
    return OwnWords(text=own, context=context, cut=tuple(cut), reply=shown)


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(lines).strip("\n \t\u00a0")


def _cuts(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Neighbouring lines that the same rule removed, as one piece."""
    cuts: list[tuple[str, list[str]]] = []
    last = ""
    for line, rule in pairs:
        if rule and rule == last:
            cuts[-1][1].append(line)
        elif rule and line.strip():
            cuts.append((rule, [line]))
        last = rule if rule and cuts and cuts[-1][0] == rule else ""
    return [(rule, "\n".join(lines).rstrip()) for rule, lines in cuts]


class _Decision:
    """Walks the structure from top to bottom; what lies ahead was counted once from the bottom up."""

    def __init__(self, lines: Lines, rules: list[str], replies: bool) -> None:
        self.lines, self.cut, self.replies = lines, rules, replies
        self.greeted = self.own = False  # was there any text above; was it more than a salutation
        size = len(rules)
        self.texts_ahead, self.quotes_ahead, self.asks_ahead = [0] * (size + 1), [0] * (size + 1), [False] * (size + 1)
        for at in range(size - 1, -1, -1):
            is_text = lines.kinds[at] is Kind.TEXT and not rules[at]
            is_quote = lines.kinds[at] is Kind.QUOTE
            self.texts_ahead[at] = self.texts_ahead[at + 1] + is_text
            self.quotes_ahead[at] = self.quotes_ahead[at + 1] + is_quote
            self.asks_ahead[at] = self.asks_ahead[at + 1] or (is_text and asks(lines.texts[at]))

    def rules(self) -> list[str]:
        """The rule that takes each line away, or an empty string for an own line."""
        at = 0
        while at < len(self.cut):
            kind = self.lines.kinds[at]
            if self.cut[at] or kind is Kind.EMPTY:
                at += 1
            elif kind in (Kind.ORIGINAL, Kind.FORWARD, Kind.HEADERS):
                at = self._mail_below(at)
            elif kind in (Kind.ATTRIBUTION, Kind.QUOTE):
                at = self._quote(at)
            else:
                self.greeted = True
                self.own = self.own or not SALUTATION.fullmatch(self.lines.texts[at].strip()[:100])
                at += 1
        return self.cut

    def _mail_below(self, at: int) -> int:
        """A whole mail follows under its headers: somebody else's, unless nothing stands above it."""
        forwarded = self._is_forward(at)
        if self.greeted or (self.replies and not forwarded):
            return self._all(at, FORWARDED if forwarded else "quoted mail")
        end = at
        while end < len(self.cut) and self.lines.kinds[end] in (Kind.ORIGINAL, Kind.FORWARD, Kind.HEADERS, Kind.EMPTY):
            end += 1
        return self._to(end, at, "forward headers")

    def _is_forward(self, at: int) -> bool:
        return self.lines.kinds[at] is Kind.FORWARD or (
            self.lines.kinds[at] is Kind.HEADERS and not self.replies and self.lines.kinds[at - 1] is Kind.FORWARD
        )

    def _quote(self, at: int) -> int:
        """An attribution, a quote, or both: quoted above, below, or between the own words."""
        begin = self._past(at, (Kind.ATTRIBUTION, Kind.EMPTY))
        attributed = self.lines.kinds[at] is Kind.ATTRIBUTION
        is_marked = begin < len(self.cut) and self.lines.kinds[begin] is Kind.QUOTE
        if not is_marked:
            return self._unmarked(at, begin)
        end = self._past(begin, (Kind.QUOTE, Kind.EMPTY, Kind.ATTRIBUTION, Kind.HEADERS, Kind.ORIGINAL, Kind.FORWARD))
        if not self.texts_ahead[end]:
            return self._last(at, begin)
        if self.own and attributed and self._is_footer(end):
            return self._all(at, "quote")
        self._to(begin, at, "attribution")
        return self._to(end, begin, INLINE if self.own or not attributed else ANSWERED)

    def _is_footer(self, at: int) -> bool:
        """What stands under a quoted mail is a footer where it is short, asks nothing and no quote follows."""
        return self.texts_ahead[at] <= SHORT and not self.asks_ahead[at] and not self.quotes_ahead[at]

    def _unmarked(self, at: int, begin: int) -> int:
        """An attribution without quote marks below: all of it is quoted, unless nothing stands above."""
        if self.greeted:
            return self._all(at, "quoted mail")
        return self._to(begin, at, "attribution")

    def _last(self, at: int, begin: int) -> int:
        """The quote that ends the mail; with no own words at all it is what a person would look at."""
        if self.greeted:
            return self._all(at, "quote")
        self._to(begin, at, "attribution")
        return self._all(begin, INLINE)

    def _past(self, at: int, kinds: tuple[Kind, ...]) -> int:
        while at < len(self.cut) and self.lines.kinds[at] in kinds:
            at += 1
        return at

    def _to(self, end: int, at: int, rule: str) -> int:
        for line in range(at, end):
            self.cut[line] = self.cut[line] or rule
        return end

    def _all(self, at: int, rule: str) -> int:
        return self._to(len(self.cut), at, rule)
