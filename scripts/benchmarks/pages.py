"""What each page costs where 100,000 documents are known: from the request to the last byte, without the embedding.

Known are the organisations of `scripts/world`. The model reads nothing here: words decide, hashed into the same space
as passages. Each address is asked once before, as a browser that was there before would have.
"""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlencode

from fastapi.testclient import TestClient

from indexer.asking import EVERYBODY, Question
from indexer.documents import Document
from indexer.knowledge import Knowledge
from scripts.benchmarks.cost import Hashed, known
from scripts.benchmarks.table import Line
from scripts.world.shelves import Shelf
from service.ledger import Ledger
from service.templates import Templates
from service.web.app import create
from service.web.options import WebOptions

DOCUMENTS = 100_000
TIMES = 150
"""Different addresses of each kind."""
GOAL = 100.0
BASE = "http://127.0.0.1:8080"


def lines(data: Path | None) -> Iterator[Line]:
    """Measure once, all in this run. `data` is not used: what is known is made."""
    with TemporaryDirectory(prefix="signpost-bench-") as folder:
        documents, questions = known(DOCUMENTS)
        knowledge = Knowledge.open(Path(folder) / "index", Hashed)
        knowledge.update([Shelf("crm:known", documents)])
        ledger = Ledger.open(Path(folder) / "ledger.db")
        options = WebOptions(BASE, "0", Templates(), lambda: datetime.now(UTC))
        client = TestClient(create(knowledge, ledger, options), base_url=BASE)
        for page, addresses in _addresses(knowledge, documents, questions).items():
            yield from _measured(client, page, addresses)
        ledger.close()
        knowledge.close()


def _addresses(
    knowledge: Knowledge, documents: Sequence[Document], questions: Sequence[Question]
) -> dict[str, list[str]]:
    """Kind of page → different addresses of it."""
    draw = Random(0)
    texts = [quote(one.text) for one in questions[:TIMES]]
    some = draw.sample(list(documents), TIMES)
    entities = knowledge.entities(EVERYBODY)
    companies = draw.sample([e.name for e in entities if e.kind == "company"], TIMES)
    people = draw.sample([e.name for e in entities if e.kind == "person"], TIMES)
    kinds = sorted({document.kind for document in documents})
    return {
        "start": ["/"] * TIMES,
        "question": [f"/?q={text}" for text in texts],
        "question and filter": [f"/?q={text}&kind={draw.choice(kinds)}" for text in texts],
        "question, by date": [f"/?q={text}&sort=newest" for text in texts],
        "filters alone": [f"/?{urlencode({'kind': draw.choice(kinds), 'page': n % 9 + 1})}" for n in range(TIMES)],
        "more like this": [f"/?like={quote(one.id)}" for one in some],
        "document": [f"/documents/{quote(one.id)}" for one in some],
        "company": [f"/companies/{quote(name)}" for name in companies],
        "person": [f"/people/{quote(name)}" for name in people],
        "suggestions": [f"/api/v1/suggest?q={quote(name[:4])}" for name in companies],
        "figures": ["/figures"] * TIMES,
        "health": ["/health"] * TIMES,
    }


def _measured(client: TestClient, page: str, addresses: Sequence[str]) -> Iterator[Line]:
    clock, processors, sizes = [], [], []
    client.get(addresses[0]).raise_for_status()
    for address in addresses:
        began, used = time.perf_counter(), time.process_time()
        answer = client.get(address)
        clock.append((time.perf_counter() - began) * 1000)
        processors.append((time.process_time() - used) * 1000)
        sizes.append(len(answer.content) / 1000)
        answer.raise_for_status()
    yield Line(
        f"{page}: p99 of {len(addresses)}, processor time",
        quantiles(processors, n=100)[98],
        "ms",
        goal=GOAL,
        better="lower",
    )
    yield Line("… median, processor time", median(processors), "ms")
    yield Line("… p99 by the clock", quantiles(clock, n=100)[98], "ms")
    yield Line("… the largest, uncompressed", max(sizes), "kB", goal=50, better="lower")
