"""Is this the line that says who wrote what follows? "On Monday Ada wrote:", in any language. Pure, linear.

Not one pattern for each client and language, but what all of them share: a date or an address, a verb of writing,
a colon at the end. Lines are looked at in windows of a few hundred characters, so no input makes it slow.
"""

import re
from collections.abc import Sequence

from service.mail.markers import ON, WEEKDAY, WROTE

LONGEST = 400
MOST_LINES = 5
QUOTE_MARKS = re.compile(r"\A[\s>*|]+")
DIRECTION = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
EMAIL = re.compile(r"<?[^\s<>()\"',;:]{1,80}@[^\s<>()\"',;:]{1,80}")
ON_WORD = re.compile(rf"(?:{ON})[\s,:.]|在|於|于", re.IGNORECASE)
ON_DATE = re.compile(
    rf"(?:on|am|le|el|il|op|den|em|dnia) (?:(?:{WEEKDAY})\w{{0,8}}[.,]?,? )?(?:[^\W\d_]{{3,12}}\.? )?\d",
    re.IGNORECASE,
)
ON_WEEKDAY = re.compile(rf"(?:{ON})\s(?:{WEEKDAY})\w{{0,8}}[.,]", re.IGNORECASE)
DATE_FIRST = re.compile(rf"(?:\d{{1,4}}[./\-\s年년]|(?:{WEEKDAY})\w{{0,8}}[.,]{{0,2}}\s)", re.IGNORECASE)
DATE = re.compile(
    r"\d{1,4}\s?[./年년월-]\s?\d{1,2}|\d{1,2}[:.]\d{2}|\b\d{1,2}\.?(?:st|nd|rd|th)?,? (?:de )?[^\W\d_]{3,}|"
    r"[^\W\d_]{3,}\.? \d{1,2}\b",
    re.IGNORECASE,
)
STAMPED_END = re.compile(r"\d\d\s?:\Z")
# What Notes writes behind the verb: "Ada Byron/Corp wrote on 01.02.2026 10:00:00:"
STAMP = re.compile(r"\s(?:on|am|le|el|il|op|den|em)\s[\d./: ,-]{8,24}(?:[ap]m)?\s?:", re.IGNORECASE)
NAME_FIRST = re.compile(
    r"[\"'“„]?[^<>(\[:?!]{0,60}?[\"'”]?\s{0,2}[<(\[](?:mailto:)?[^\s<>()]{1,80}@[^\s<>()]{1,120}[>)\]]+\s",
)
# Verbs written without a space before what they follow (Chinese, Japanese, Korean, Thai) are looked for anywhere.
_SPACED = [verb for verb in WROTE if verb[0] < "\u0e00"]
_JOINED = [verb for verb in WROTE if verb[0] >= "\u0e00"]
VERB = re.compile(
    rf"(?<![^\W\d_])(?:{'|'.join(sorted(map(re.escape, _SPACED), key=len, reverse=True))})(?![^\W\d_])"
    rf"|{'|'.join(map(re.escape, _JOINED))}",
    re.IGNORECASE,
)
ENDS = re.compile(r"(?:[:：]|-{2,}|\.{3}|…)\s{0,3}[\"*_>]{0,3}\Z")
LONGEST_VERB = max(map(len, WROTE))
WORDS = re.compile(r"[^\s:：\"'<>,;()]+")
LAST_WORDS = frozenset(verb.rpartition(" ")[2] for verb in WROTE)
DASHED = re.compile(r"-{3,4} ?(?:on|am|le|el|il|op)? .{5,250}-{3,4}\Z", re.IGNORECASE)
# Google's own short forms: "2016-03-03 17:21 GMT+01:00 Ada Byron <ada@x>" and "2013/7/20 Ada via List <list@x>"
STAMPED = re.compile(r"\d{4}-\d\d-\d\d \d{1,2}:\d\d (?:GMT|UTC)[+-]\d\d:?\d\d .{1,160}")
DATE_NAME_EMAIL = re.compile(
    r"\d{4}[/-]\d{1,2}[/-]\d{1,2} [^<>:]{1,80}<[^\s<>]{3,120}>:?\s*|"
    r"\d{4}年\d{1,2}月\d{1,2}日.{0,80}<[^\s<>]{3,120}>\s?[:：]\s*"
)


def attribution(lines: Sequence[str], at: int) -> int:
    """How many `bare` lines from `at` on make up an attribution, which may be folded; 0 where there is none."""
    first = lines[at]
    if not _may_start(first):
        return 0
    told, blanks = first, 0
    for count in range(1, MOST_LINES + 2):
        if is_attribution(told):
            return count
        if at + count >= len(lines) or len(told) > LONGEST:
            return 0
        following = lines[at + count]
        if _starts_another(following):
            return 0
        if not following:
            blanks += 1
            if blanks > 1 or not _goes_on_after_blank(lines, at + count):
                return 0
        told = f"{told} {following}".rstrip()
    return 0


def bare(line: str) -> str:
    """The line without quote marks, emphasis and surrounding blanks; only its start matters, so it is cut."""
    head = DIRECTION.sub("", line[: LONGEST + 100])
    return QUOTE_MARKS.sub("", head, count=1).strip().replace("&lt;", "<").replace("&gt;", ">")


def is_attribution(told: str) -> bool:
    """Whether this text, joined from its lines, says who wrote what follows."""
    if len(told) > LONGEST or not told:
        return False
    if STAMPED.fullmatch(told) or DATE_NAME_EMAIL.fullmatch(told):
        return True
    if DASHED.match(told) and DATE.search(told) and VERB.search(told):
        return True
    if not (ENDS.search(told, max(0, len(told) - 12)) or _ends_with_verb(told)):
        return False
    return _has_writer(told)


def _ends_with_verb(told: str) -> bool:
    """Some clients leave the colon out."""
    tail = told.rstrip(" :：*_")
    if tail[-1:] < "\u0e00" and tail.rpartition(" ")[2].lower() not in LAST_WORDS:
        return False
    return any(verb.end() == len(tail) for verb in VERB.finditer(tail, max(0, len(tail) - LONGEST_VERB - 1)))


def _verb(told: str) -> re.Match[str] | None:
    """The verb of writing; a set look-up spares most lines the search."""
    words = WORDS.findall(told.lower())
    if LAST_WORDS.isdisjoint(words) and all(word < "\u0e00" for word in words):
        return None
    return VERB.search(told)


def _has_writer(told: str) -> bool:
    """A verb beside a date and an address, or in a place where attributions have it."""
    verb, dated, mailed = _verb(told), DATE.search(told), EMAIL.search(told)
    starts_well = ON_WORD.match(told) or DATE_FIRST.match(told)
    if verb is None:
        return bool(starts_well and dated and mailed)
    if dated and mailed:
        return True
    if STAMP.fullmatch(told, verb.end()):
        return verb.start() <= 80
    if starts_well:
        return bool(dated or mailed) and told[verb.end() :].strip().count(" ") <= 12
    return bool(mailed and NAME_FIRST.match(told))


def _may_start(first: str) -> bool:
    """A cheap look that spares most lines the rest."""
    if (
        "@" in first
        or "<" in first[:120]
        or first.startswith("--")
        or STAMPED_END.search(first, max(0, len(first) - 6))
    ):
        return True
    opens = ON_WORD.match(first) or DATE_FIRST.match(first)
    return bool(opens) and (first[-1] in ":：," or any(map(str.isdigit, first)) or ON_WEEKDAY.match(first) is not None)


def _starts_another(following: str) -> bool:
    """An attribution is not folded into the next one."""
    return bool(ON_DATE.match(following))


def _goes_on_after_blank(lines: Sequence[str], at: int) -> bool:
    """Some clients fold `<mailto:…>` after an empty line."""
    return at + 1 < len(lines) and lines[at + 1].startswith("<")
