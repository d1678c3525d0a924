"""Our own documents a processor second into an index: `python -m scripts.speed_ours PRECISION`, texts on stdin."""

import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from indexer.documents import EVERYONE, Document, Section
from indexer.embedding.opening import open_embedder
from indexer.knowledge import Knowledge
from scripts.benchmarks.speed_reindex import BEGAN, BOARD, Board


def rate(precision: str, texts: list[str]) -> float:
    """The model is loaded before the time counts, as it is for the others."""
    told = [
        Document(
            f"{BOARD}:card:{n}",
            "card",
            "",
            f"https://trello.com/c/{n}",
            (Section(text),),
            updated_at=BEGAN,
            visibility=EVERYONE,
        )
        for n, text in enumerate(texts)
    ]
    embedder = open_embedder(precision="int8" if precision == "int8" else "bf16")
    embedder.embed(texts[:2])
    with TemporaryDirectory() as folder:
        knowledge = Knowledge.open(Path(folder), lambda: embedder)
        began = time.process_time()
        knowledge.update([Board({document.id: document for document in told})])
        took = time.process_time() - began
        knowledge.close()
    return len(texts) / took


if __name__ == "__main__":
    print(json.dumps(rate(sys.argv[1], json.load(sys.stdin))))
