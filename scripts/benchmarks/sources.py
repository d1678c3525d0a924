"""What sources recover and how fast: files of the demo world and, with --data, real exports; then Trello, live."""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from indexer.documents import Document
from indexer.sources.contents import FileSource
from indexer.sources.crm_csv import CrmCsv
from indexer.sources.protocol import Failure, Upsert
from indexer.sources.trello_export import TrelloExport
from indexer.sources.vcard import VcardFile
from scripts.benchmarks import sources_chaos, sources_size, sources_trello
from scripts.benchmarks.table import Line
from service.demo.world import build


def lines(data: Path | None) -> Iterator[Line]:
    """Measure the demo world, the real exports below `data`, where a folder of them is named, and live sources."""
    with tempfile.TemporaryDirectory(prefix="signpost-bench-") as scratch:
        world = build(Path(scratch))
        crm = CrmCsv(list(world.crm.values()), "demo")
        boards = TrelloExport(world.boards[0].parent, "demo")
        yield from _speed("board cards read", boards)
        yield from _speed("CRM records read and joined", crm)
        notes = [d for d in _documents(crm) if d.kind == "note"]
        yield _share("CRM notes joined with company and contact", notes, _is_joined)
    if data is not None:
        yield from _real(data if (data / "vcard").is_dir() else data / "sources")
    for live in (sources_trello, sources_size, sources_chaos):
        yield from live.lines(data)


def _real(folder: Path) -> Iterator[Line]:
    boards = folder / "trello" / "exports_licensed"
    if boards.is_dir():
        read = sum(not TrelloExport(file, "real").check() for file in boards.glob("*.json"))
        yield Line("real boards read", read, "boards", goal=len([*boards.glob("*.json")]))
    crm = folder / "crm" / "salesforce_dataloader"
    if crm.is_dir():
        documents = _documents(CrmCsv(crm, "real"))
        yield Line("real accounts read", sum(d.kind == "company" for d in documents), goal=423)
        deals = [d for d in documents if d.kind == "deal"]
        yield _share(
            "real opportunities joined with their account", deals, lambda d: bool(d.customers and d.customers[0].id)
        )
    cards = folder / "vcard"
    if cards.is_dir():
        files = [*cards.glob("*.vcf")]
        named = sum(bool(_documents(VcardFile(file, "real"))) for file in files)
        yield Line("real vCard files read with names", named, "files", goal=len(files))


def _speed(what: str, source: FileSource) -> Iterator[Line]:
    started = time.perf_counter()
    count = len(source.load().documents)
    yield Line(what, count / (time.perf_counter() - started), "a second", goal=200)


def _share(what: str, documents: list[Document], is_so: Callable[[Document], bool]) -> Line:
    return Line(what, sum(map(is_so, documents)), f"of {len(documents)}", goal=len(documents))


def _is_joined(note: Document) -> bool:
    return any(c.id for c in note.customers) and any(p.role == "contact" for p in note.people)


def _documents(source: FileSource) -> list[Document]:
    """The documents of a source that was read without failure; none of one that was not."""
    events = list(source.pull(None))
    return [] if any(isinstance(e, Failure) for e in events) else [e.document for e in events if isinstance(e, Upsert)]
