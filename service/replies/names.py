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
_BETWEEN = re.compile(r"[\s,./&+-]+")
_AFTER_NAME = re.compile(r"[(\[|/].*|\s[-–—]\s.*")


def first_name(display: str) -> str:
    """What to call this person: `Köhler, Dr. Jana (Sales)` → `Jana`. Empty where nobody could tell."""
    name = _AFTER_NAME.sub("", one_line(display, 200)).strip("\"' ")
    if "@" in display or not _ROLES.isdisjoint(_BETWEEN.split(name.casefold())):
        return ""
    words = _given(name)
    if not words or not _is_name(words[0]):
        return ""
    called = _written(words[0]) if _is_western(words[0]) else name
    return called if len(called) <= _LONGEST else ""


def _given(name: str) -> list[str]:
    """The name in the order in which it is spoken, without titles."""
    family, _, given = name.partition(",")
    return [word for word in (given if given.strip() else family).split() if not _is_title(word)]


def _is_title(word: str) -> bool:
    """`Dr`, `Prof.`, `Dipl.-Ing.`; not the initials of `J.-P. Köhler`."""
    shortened = word.endswith(".") and any(len(part) > 1 for part in _BETWEEN.split(word))
    return shortened or word.casefold() in _TITLES


def _is_name(word: str) -> bool:
    """More than an initial, and nothing but letters."""
    return len(word) > 1 and all(c in "-'’" or unicodedata.category(c)[0] in "LM" for c in word)


def _is_western(word: str) -> bool:
    """Written in a script whose names put the given name first."""
    return unicodedata.name(word[0], "").startswith(("LATIN", "GREEK", "CYRILLIC"))


def _written(word: str) -> str:
    """`JANA` and `jana` → `Jana`; what has both cases is left as its bearer writes it."""
    return word.title() if (word.isupper() and len(word) > 2) or word.islower() else word
