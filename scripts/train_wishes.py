"""Learn the weights of `service/mail/wishes.py` and print them as the module `service/mail/wish_weights.py`.

    .venv/bin/python -m scripts.train_wishes ../shared/data/mail/questions_train/parakweet_train.txt

The file holds a sentence a line: Yes or No, a tab, the sentence. A tenth of them (by a hash of the sentence) is never
learned from: `scripts/bench mail` measures on that tenth. Weights near zero are left out by the L1 penalty.
"""

import argparse
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

PENALTY = 0.6
HEAD = '''"""What words say about whether a sentence wants something: learned constants. Pure data.

Printed by `python -m scripts.train_wishes FILE` from the ParakweetLabs EmailIntentDataSet (Apache-2.0), which holds
sentences of mails with intent yes or no. Each entry reads `word weight`; `^` marks the beginning of a sentence.
"""

BIAS = {bias:.2f}
_TABLE = """
{table}
"""
WEIGHTS = {{
    feature: float(weight)
    for feature, _, weight in (entry.strip().rpartition(" ") for entry in _TABLE.split(";"))
    if feature
}}
'''


def labelled(file: Path) -> list[tuple[str, bool]]:
    """Every sentence of the file, and whether it wants something."""
    lines = (line.partition("\t") for line in file.read_text(encoding="utf-8", errors="replace").splitlines())
    return [(sentence, label == "Yes") for label, _, sentence in lines if sentence]


def is_held_back(sentence: str) -> bool:
    """One in ten, the same ones every time."""
    return int(hashlib.sha256(sentence.encode()).hexdigest(), 16) % 10 == 0


def learned(told: Sequence[tuple[str, bool]]) -> tuple[float, dict[str, float]]:
    """The bias and the weight of each feature that counts."""
    from service.mail.wishes import features

    vectorizer = DictVectorizer()
    matrix = vectorizer.fit_transform([dict.fromkeys(features(sentence), 1) for sentence, _ in told])
    matrix.indices, matrix.indptr = matrix.indices.astype("int32"), matrix.indptr.astype("int32")
    model = LogisticRegression(penalty="l1", C=PENALTY, solver="liblinear", max_iter=1000, random_state=0)
    model.fit(matrix, [wants for _, wants in told])
    weights = dict(zip(vectorizer.get_feature_names_out(), model.coef_[0], strict=True))
    return float(model.intercept_[0]), {name: float(w) for name, w in weights.items() if abs(w) >= 0.01}


def table(weights: dict[str, float]) -> Iterator[str]:
    """Entries sorted from the strongest yes to the strongest no, as many a line as fit."""
    line = ""
    for name, weight in sorted(weights.items(), key=lambda item: -item[1]):
        entry = f"{name} {weight:.2f}; "
        if len(line) + len(entry) > 118:
            yield line.rstrip()
            line = ""
        line += entry
    yield line.rstrip()


def main() -> None:
    """Read, learn on nine tenths, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    told = [row for row in labelled(parser.parse_args().file) if not is_held_back(row[0])]
    bias, weights = learned(told)
    print(HEAD.format(bias=bias, table="\n".join(table(weights))), end="")


if __name__ == "__main__":
    main()
