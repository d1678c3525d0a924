"""A display name → the name to greet with. Pure."""

import re
import unicodedata

from service.replies.clean import one_line

_LONGEST = 40
_TITLES = {
    *("dr", "prof", "professor", "mr", "mrs", "ms", "miss", "mx", "sir", "herr", "frau", "hr", "fr", "ing", "dipl"),
    *("mag", "m", "mme", "mlle", "dhr", "mevr", "sr", "sra", "sig", "dott"),
}
_ROLES = {
    *("account", "accounting", "accounts", "admin", "billing", "buchhaltung", "contact", "crm", "customer", "desk"),
    *("department", "einkauf", "equipe", "équipe", "helpdesk", "info", "it", "kontakt", "legal", "mail", "marketing"),
    *("news", "office", "operations", "ops", "presales", "procurement", "projects", "reception", "sales", "service"),
    *("services", "staff", "success", "support", "team", "vendite", "ventas", "ventes", "verkoop", "vertrieb"),
}
_AFTER_NAME = re.compile(r"[(\[|/].*|\s[-–—]\s.*")


def first_name(display: str) -> str:
    """What to call this person: `Köhler, Dr. Jana (Sales)` → `Jana`. Empty where nobody could tell."""
    name = _AFTER_NAME.sub("", one_line(display, 200)).strip("\"' ")
    family, comma, given = name.partition(",")
    words = [w for w in (given if comma and given.strip() else family).split() if _is_name(w)]
    if not words or "@" in display or any(w.strip(".").casefold() in _ROLES for w in name.replace(",", " ").split()):
        return ""
    if not _is_western(words[0]):
        return name if len(name) <= _LONGEST else ""
    return _written(words[0]) if len(words[0]) <= _LONGEST else ""


def _is_name(word: str) -> bool:
    bare = word.strip(".").casefold()
    return len(bare) > 1 and bare not in _TITLES and not word.endswith(".") and _is_letters(bare)


def _is_letters(word: str) -> bool:
    return all(c in "-'’" or unicodedata.category(c)[0] in "LM" for c in word)


def _is_western(word: str) -> bool:
    """Written in a script whose names put the given name first."""
    return unicodedata.name(word[0], "").startswith(("LATIN", "GREEK", "CYRILLIC"))


def _written(word: str) -> str:
    """`JANA` and `jana` → `Jana`; what has both cases is left as its bearer writes it."""
    return word.title() if (word.isupper() and len(word) > 2) or word.islower() else word
