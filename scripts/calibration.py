"""Writes the texts that int8 is fitted to: passages of the demo world and what its mails ask, of all lengths.

    .venv/bin/python -m scripts.calibration

Other texts make other vectors, so every index in int8 is embedded anew once the file changes.
"""

import random
import tempfile
from pathlib import Path

from indexer.embedding.quantised import TEXTS
from scripts.benchmarks.speed_world import questions_of, texts_of
from service.demo.world import World, build

PASSAGES = 260


def drawn(world: World) -> list[str]:
    """All questions of the mails, and as many passages as are to be drawn; a text a line."""
    texts, asked = ([" ".join(text.split()) for text in some] for some in (texts_of(world), questions_of(world)))
    return [*asked, *random.Random(1).sample(texts, PASSAGES)]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        TEXTS.write_text("\n".join(drawn(build(Path(folder)))) + "\n", encoding="utf-8")
