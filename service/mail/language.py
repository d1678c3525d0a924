"""Own words → the language they are in, by their commonest words and their script. Pure, linear.

Rough on purpose: it chooses the wording of a draft's frame and which question rules are asked first. Unsure means
English.
"""

import re
from collections import Counter

MOST_CHARACTERS = 4000
WORDS = re.compile(r"[^\W\d_]+")
COMMON = {
    "en": (
        "the and to of is in that for you it we with have are on this be not do at any who our from can i "
        "what know about would has please"
    ),
    "de": (
        "der die das und ist zu in den wir nicht mit für ein eine auf sie ich es von dem haben bei uns wer "
        "hat gibt auch noch einen kann oder schon im als wie"
    ),
    "fr": (
        "le la les et est de des un une pour que nous vous dans pas avec sur au qui je ce du avons par il y "
        "a-t-il ont quelqu avez en bonjour merci"
    ),
    "es": (
        "el la los las y es de que en un una para con por no se nos del lo hay tenemos quién qué al su me "
        "como alguien está hola gracias este"
    ),
    "nl": (
        "de het een en is van in dat op te voor met wij niet zijn er we je ik aan heeft hebben wie ook naar "
        "bij om kan iemand graag deze"
    ),
    "it": (
        "il lo la gli e di che un una per con non in del della sono abbiamo chi si ci è da al questo anche "
        "come qualcuno ha"
    ),
    "pt": ("o a os as e de que um uma para com não em do da no na por temos quem se nos está há este alguém você"),
    "sv": "och att det en ett i är på som för med vi inte av till har den om vem jag kan någon finns",
    "da": "og at det en et i er på som for med vi ikke af til har den om hvem jeg kan nogen der",
    "no": "og å det en et i er på som for med vi ikke av til har den om hvem jeg kan noen",
    "fi": "ja on ei se että hän me kuka mutta ole minä ovat onko meillä tämä joka kun",
    "pl": "i w nie na się z do jest że to kto czy mamy jak dla od za o są",
    "cs": "a v na je se že to s z do kdo jsme máme pro ale jak jsou by",
    "hu": "a az és hogy nem van egy ez ki is volt meg de ha mi kell",
    "tr": "ve bir bu için ile de da mi mı kim var ne çok olarak bizim",
    "ro": "și de la în pe cu un o este nu să avem cine care pentru din",
}
SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("uk", re.compile(r"[іїєґІЇЄҐ]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
)
_LANGUAGES_OF: dict[str, list[str]] = {}
for _language, _words in COMMON.items():
    for _word in dict.fromkeys(_words.split()):
        _LANGUAGES_OF.setdefault(_word, []).append(_language)


def language_of(text: str) -> str:
    """An ISO 639-1 code; `en` where too little speaks for another."""
    head = text[:MOST_CHARACTERS]
    by_script = _script(head)
    if by_script:
        return by_script
    votes: Counter[str] = Counter()
    for word in WORDS.findall(head.lower()):
        for language in _LANGUAGES_OF.get(word, ()):
            # a word that few languages share says more
            votes[language] += 12 // len(_LANGUAGES_OF[word])
    best = votes.most_common(1)
    return best[0][0] if best and best[0][1] > votes["en"] and best[0][1] >= 12 else "en"


def _script(text: str) -> str:
    if text.isascii():
        return ""
    letters = sum(char.isalpha() for char in text)
    for language, pattern in SCRIPTS:
        found = len(pattern.findall(text))
        if found * 4 > letters or (language in ("uk", "ja") and found * 40 > letters > 0):
            return language
    return ""
