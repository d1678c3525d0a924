"""What stands near a document: what its text links to, and what else there is about its companies or on its board."""

from collections.abc import Iterator
from dataclasses import dataclass

from indexer.asking import AskOptions, Filters, Question, Viewer
from indexer.documents import Document
from service.web import links
from service.web.results import Card, card
from service.web.site import Site
from service.web.wording import URL, short

MOST_LINKS, MOST_LED, MOST_BESIDE = 60, 8, 5


@dataclass(frozen=True, slots=True)
class Beside:
    """Other documents that have something in common with one: what that is, the newest of them, and where all are."""

    about: str
    cards: tuple[Card, ...]
    all_documents: str


@dataclass(frozen=True, slots=True)
class Nearby:
    """What a document's text links to, and what stands beside it."""

    led: tuple[Card, ...]
    beside: Beside | None


def nearby(site: Site, viewer: Viewer, document: Document) -> Nearby:
    """What stands near a document, as far as the viewer may see it."""
    found = site.knowledge.linked(tuple(_linked(document)), viewer)
    led = [one for one in found if one.id != document.id][:MOST_LED]
    known = frozenset((document.id, *(one.id for one in led)))
    return Nearby(tuple(card(one, site.now) for one in led), _beside(site, viewer, document, known))


def _linked(document: Document) -> Iterator[str]:
    """The addresses in a document's text and fields."""
    texts = [*(section.text for section in document.sections), *(value for _, value in document.fields)]
    found = (url.group().rstrip(".,;:!?)*_") for text in texts for url in URL.finditer(text))
    seen = dict.fromkeys(url for url in found if links.safe(url))
    return iter(list(seen)[:MOST_LINKS])


def _beside(site: Site, viewer: Viewer, document: Document, known: frozenset[str]) -> Beside | None:
    """Others about the same company; where it names none, others of the same board or deal."""
    names = tuple(dict.fromkeys(c.name for c in document.customers if c.name))[:3]
    if not (names or document.parent):
        return None
    filters = Filters(customer=names) if names else Filters(parent=(document.parent,))
    options = AskOptions(filters=filters, limit=MOST_BESIDE + len(known))
    hits = site.knowledge.answer([Question("")], viewer, options)[0].hits
    cards = tuple(card(hit.document, site.now) for hit in hits if hit.document.id not in known)[:MOST_BESIDE]
    about = " and ".join(names) if names else f"On {document.parent}"
    pairs = [("customer", name) for name in names] or [("parent", document.parent)]
    return (
        Beside(short(about if not names else f"Also about {about}", 120), cards, links.search(pairs)) if cards else None
    )
