"""Text → words: where they stand, how they fold, what they stem from. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

REMEMBERED = 1 << 16
"""Words whose folded forms are remembered: the same few thousand are read again and again."""
WORD = re.compile(r"(?:[^\W_]\.){2,}[^\W_]?|[^\W_]/[^\W_](?![\w/])|[^\W_]+(?:['’](?!s\b)[^\W_]+)*", re.UNICODE)
LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ß": "ss", "ı": "i"})
POSSESSIVE = ("'", "’")
UMLAUT = re.compile("[aou]e")
ENDINGS = (
    *("ations", "ation", "ments", "ment", "ings", "ing", "ungen", "ung", "ions", "ion", "ies", "ied", "ers", "er"),
    *("ed", "es", "en", "ly", "s", "e", "y"),
)


def listed(words: str) -> frozenset[str]:
    """Words parted by blanks, as a set."""
    return frozenset(words.split())


def fold(text: str) -> str:
    """Lower case without diacritics: "Brückner Straße" → "bruckner strasse"."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKD", text.casefold()).translate(_PLAIN)


class _Plain(dict[int, int | str | None]):
    """Letter → what it is folded to; looks up each once whether it combines with the one before, and so goes."""

    def __missing__(self, letter: int) -> int | None:
        kept = self[letter] = None if unicodedata.combining(chr(letter)) else letter
        return kept


_PLAIN = _Plain(LETTERS)


@lru_cache(maxsize=REMEMBERED)
def key(word: str) -> str:
    """A word of a name for comparing: folded, letters and digits only."""
    plain = fold(word)
    return plain if plain.isalnum() else "".join(c for c in plain if c.isalnum())


def collapse(run: str) -> str:
    """What "brueckner" and "bruckner" share, so that ü, ue and u are one; for looking up, not for measuring typos."""
    return UMLAUT.sub(lambda pair: pair.group()[0], run) if len(run) > 5 else run


@lru_cache(maxsize=REMEMBERED)
def stem(word: str) -> str:
    """A folded word without its ending, for comparing only: "references", "reference" → "referenc"."""
    word = fold(word)
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= max(3, len(ending)):
            return word[: -len(ending)]
    return word


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text: as written, where (end excluded), its key, and how it stands beside the one before.

    `joined`: only a blank, hyphen or the like parts it from the word before; `glued`: not even a blank ("tru.ID").
    `opens`: it begins a sentence or a line.
    """

    text: str
    start: int
    end: int
    key: str
    joined: bool
    glued: bool
    opens: bool

    @property
    def capital(self) -> bool:
        """Whether any of its first three letters is a capital: "Siemens", "iRobot", "ABB"."""
        return any(c.isupper() for c in self.text[:3])


def tokens(text: str) -> list[Token]:
    """Every word of a text, in order."""
    found: list[Token] = []
    end = 0
    for match in WORD.finditer(text):
        gap, word = text[end : match.start()], match[0]
        if word == "s" and gap in POSSESSIVE:
            end = match.end()
            continue
        opens = not found or (gap != " " and ("\n" in gap or _ends(gap, found[-1].text)))
        joined = not opens and (gap == " " or _light(gap))
        found.append(Token(word, match.start(), match.end(), key(word), joined, joined and " " not in gap, opens))
        end = match.end()
    return found


def written(text: str) -> Iterator[re.Match[str]]:
    """Every word of a text in order, as `tokens` tells them but for how they stand, in a third of the time."""
    end = 0
    for match in WORD.finditer(text):
        if match[0] != "s" or text[end : match.start()] not in POSSESSIVE:
            yield match
        end = match.end()


def keys(text: str) -> list[str]:
    """The keys of a text's words in order."""
    return [key(match[0]) for match in written(text)]


def _light(gap: str) -> bool:
    return len(gap) <= 3 and not any(c in ',;:()[]{}"“”„«»|<>\t–—' for c in gap)


def _ends(gap: str, before: str) -> bool:
    """Whether a sentence ends here: a stop and a blank, unless it follows an abbreviation."""
    if any(c in gap for c in "!?…•"):
        return True
    return ". " in gap and not (before[:1].isupper() and len(before) <= 3) and before.lower() not in ABBREVIATED


ABBREVIATED = listed(
    "ltd inc corp co llc dr mr mrs ms prof st bzw ca vs no nr gmbh ag sa gebr fa cie ste hnos bros jr sen ing dipl"
)
