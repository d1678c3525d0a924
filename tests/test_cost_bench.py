"""What the bench of costs asks: mails that are read as any mail is, and vectors that stand in for the model's."""

import numpy as np

from indexer.asking import Question
from scripts.benchmarks.cost import ASKED, WINDOWS, Hashed, mail

NAMES = ("Brückner", "Ostwerk", "Hülsmann", "Lübbers", "Fährmann", "Größner", "Weiß", "Zöllner")


def test_a_mail_of_the_bench_asks_as_many_texts_as_it_says() -> None:
    asked = mail([Question(f"Who is talking to {name} Logistik?") for name in NAMES])

    assert len(asked) == ASKED
    assert len({text for one in asked for text in (one.text, *one.windows)}) == WINDOWS


def test_texts_that_share_words_are_near_each_other() -> None:
    crane, jib, soup = Hashed().embed(["the crane of the harbour", "harbour crane", "soup for lunch?"])

    assert np.allclose(np.linalg.norm([crane, jib, soup], axis=1), 1, atol=1e-5)
    assert crane @ jib > crane @ soup
