"""The demo world, that speed is measured on: its sources, passages and questions."""

from indexer.passages import passages
from indexer.sources.crm_csv import CrmCsv
from indexer.sources.protocol import Source, Upsert
from indexer.sources.trello_export import TrelloExport
from indexer.sources.vcard import VcardFile
from service.demo.world import World

MEANT = 80
"""Characters of a text that says enough to be sought."""


def sources_of(world: World) -> list[Source]:
    """The demo world's sources."""
    folder = next(iter(world.crm.values())).parent
    boards = [TrelloExport(board, board.stem) for board in world.boards]
    return [*boards, CrmCsv(folder, "hubspot", visibility="everyone"), VcardFile(world.contacts, "people", "everyone")]


def texts_of(world: World) -> list[str]:
    """Every passage of it as it is embedded, each once, in the order of the sources."""
    told = (event.document for source in sources_of(world) for event in source.pull(None) if isinstance(event, Upsert))
    return list(dict.fromkeys(passage.embedded_text for document in told for passage in passages(document)))


def questions_of(world: World) -> list[str]:
    """What its mails ask, in their words, each once."""
    return list(dict.fromkeys(question.words for mail in world.mails for question in mail.questions))


def known_items(world: World, most: int) -> list[tuple[str, str]]:
    """Titles of documents with the first text of their own that does not hold it: who asks the one seeks the other."""
    told = (event.document for source in sources_of(world) for event in source.pull(None) if isinstance(event, Upsert))
    pairs = [(document.title, document.sections[0].text) for document in told if document.sections]
    apart = {text: (title, text) for title, text in pairs if len(text) > MEANT and title not in text}
    return list(apart.values())[:: max(1, len(apart) // most)][:most]
