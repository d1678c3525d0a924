"""A word → the same word as hurried fingers type it. Pure: the chance is passed in.

Letters are left out, swapped, doubled, or replaced by a neighbour on the keyboard, in about the shares that collections
of typing mistakes show; the first letter mostly stays.
"""

from random import Random

ROWS = {"en": ("qwertyuiop", "asdfghjkl", "zxcvbnm"), "de": ("qwertzuiopü", "asdfghjklöä", "yxcvbnm")}
WAYS = ("left out", "swapped", "neighbour", "doubled")
SHARES = (30, 28, 30, 12)
SHORTEST = 5


def slip(word: str, random: Random, language: str = "en") -> str:
    """The word with one mistake; one that is too short or has no letter to spoil comes back as it is."""
    places = [i for i in range(1, len(word) - 1) if word[i].isalpha() and word[i + 1].isalpha()]
    if len(word) < SHORTEST or not places:
        return word
    at, way = random.choice(places), random.choices(WAYS, SHARES)[0]
    if way == "swapped" and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if way == "doubled":
        return word[:at] + word[at] + word[at:]
    if way == "neighbour" and (near := _neighbours(word[at].lower(), language)):
        return word[:at] + random.choice(near) + word[at + 1 :]
    return word[:at] + word[at + 1 :]


def slip_in(text: str, random: Random, language: str = "en") -> str:
    """The text with one mistake in one of its longer words; none where it has no such word."""
    words = text.split(" ")
    long = [i for i, word in enumerate(words) if len(word) >= SHORTEST and "{" not in word and "@" not in word]
    if not long:
        return text
    at = random.choice(long)
    return " ".join([*words[:at], slip(words[at], random, language), *words[at + 1 :]])


def _neighbours(letter: str, language: str) -> list[str]:
    """Letters beside, above and below on the keyboard."""
    rows = ROWS.get(language, ROWS["en"])
    found = []
    for y, row in enumerate(rows):
        if (x := row.find(letter)) >= 0:
            around = [(y, x - 1), (y, x + 1), (y - 1, x), (y - 1, x + 1), (y + 1, x), (y + 1, x - 1)]
            found += [rows[b][a] for b, a in around if 0 <= b < len(rows) and 0 <= a < len(rows[b])]
    return found
