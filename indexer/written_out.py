"""Names that no record bears but documents write out, such as a company that stands on a card alone. Pure."""

from collections.abc import Iterable, Sequence

from indexer.asking import Mention
from indexer.documents import Document
from indexer.names import DOUBTFUL, LEGAL
from indexer.wording import fold, key, tokens

IN_TITLE, IN_LONGER_NAME = 0.9, 0.7
"""How sure it is that a document is about a name that its title writes out: by itself, or only within the longer name
of its own customer ("OpenShift" where that is Red Hat OpenShift). In its text alone it is a guess."""


def written_out(names: Sequence[str], documents: Iterable[Document]) -> dict[str, Mention]:
    """Document id → the mention, for each document that writes one of `names` word for word."""
    wanted = [(name, words) for name in names if (words := _words(name, without_legal_form=True))]
    found: dict[str, Mention] = {}
    for document in documents:
        for name, words in wanted:
            sureness = _sureness(words, document)
            if sureness > (found[document.id].sureness if document.id in found else 0.0):
                found[document.id] = Mention(name, name, "company", sureness)
    return found


def _sureness(words: str, document: Document) -> float:
    if _holds(document.title, words):
        return IN_TITLE if _stands_alone(document, words) else IN_LONGER_NAME
    return DOUBTFUL if any(_holds(section.text, words) for section in document.sections) else 0.0


def _stands_alone(document: Document, words: str) -> bool:
    """Whether a title has the words elsewhere than within the longer name of whom the document is about."""
    rest = _words(document.title)
    for customer in document.customers:
        name = _words(customer.name, without_legal_form=True)
        if words in name and words != name:
            rest = rest.replace(name, "  ")
    return words in rest


def _holds(text: str, words: str) -> bool:
    """The longest word is looked for first, since cutting a text into words takes a hundred times as long."""
    return max(words.split(), key=len) in fold(text) and words in _words(text)


def _words(text: str, without_legal_form: bool = False) -> str:
    """The words as they are compared, with a blank on either side, so that only whole words are found in it."""
    keys = [word for token in tokens(text) if (word := key(token.text))]
    while without_legal_form and len(keys) > 1 and keys[-1] in LEGAL:
        keys.pop()
    return f" {' '.join(keys)} " if keys else ""
