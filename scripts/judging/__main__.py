"""`scripts/train_judge DATA… --run DIR`: teach a judge of answers, or measure whether one is worth having.

DATA are folders with documents.jsonl and queries.jsonl, folders of such folders, or label files of `signpost label`.
Without --by the judge learns from all of them and lies in DIR/judge with its training card, open to any CrossEncoder.
With --by it is measured, for the card too if that is in the same DIR: `apart` leaves each set out in turn, `halves`
learns from every second question of all sets, `words` takes the model as it is, and the name or folder of any
CrossEncoder measures that one; at least two sets.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import transformers

from indexer.embedding.opening import open_embedder
from indexer.embedding.weights import DEFAULT, digest_of, folder_of, weights_in
from indexer.errors import SignpostError
from scripts.judging import interaction, report
from scripts.judging.asked import AskedSet, sets_in
from scripts.judging.card import card
from scripts.judging.named import named_judge
from scripts.judging.pairs import Pair
from scripts.judging.recipe import Recipe
from scripts.judging.runs import Options, Run, opinions
from scripts.judging.verdict import Opinion

PASSING = {"run", "by", "resume", "date"}
"""Arguments that may differ when a run is gone on with."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; 1 where it cannot be done, with a sentence that says why."""
    given = _arguments(arguments)
    quiet: Any = transformers.logging
    quiet.set_verbosity_error()
    quiet.disable_progress_bar()
    try:
        _act(given)
    except SignpostError as problem:
        print(f"train_judge: {problem}", file=sys.stderr)
        return 1
    return 0


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/train_judge", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("data", nargs="+", type=Path, help="question sets")
    parser.add_argument("--run", type=Path, required=True, help="the folder of this run")
    parser.add_argument("--by", default="", metavar="WAY", help="measure: apart, halves, words, or a CrossEncoder")
    parser.add_argument("--resume", action="store_true", help="go on where this run was stopped")
    parser.add_argument("--start", default=DEFAULT, help="the folder of the BERT to begin with (%(default)s)")
    parser.add_argument("--questions", type=int, default=400, help="questions a set (%(default)s)")
    parser.add_argument("--pairs", type=int, default=3000, help="pairs a lesson (%(default)s)")
    parser.add_argument("--seed", type=int, default=Recipe().seed, help="of every draw (%(default)s)")
    parser.add_argument("--rate", type=float, default=1e-4, help="highest learning rate (%(default)s)")
    parser.add_argument("--rounds", type=int, default=1, help="times every pair is learned from (%(default)s)")
    parser.add_argument("--layers", type=int, help="train only so many layers, from the top")
    parser.add_argument("--alone", action="store_true", help="learn without what the ranking says of a pair")
    parser.add_argument("--float32", action="store_true", help="compute in float32: slower where bfloat16 is built in")
    parser.add_argument("--date", default=datetime.now(UTC).date().isoformat(), help="for the card (today)")
    return parser.parse_args(arguments)


def _act(given: argparse.Namespace) -> None:
    found = tuple(one for place in given.data for one in sets_in(place))
    options = Options(found, _start(given.start), given.questions, given.pairs, _recipe(given))
    run = Run(given.run, options, lambda told: print(told, file=sys.stderr, flush=True))
    what = {name: value for name, value in vars(given).items() if name not in PASSING}
    run.begin(what | {"data": [str(place) for place in given.data]}, given.resume)
    sets = run.asked(open_embedder)
    if not given.by:
        place = run.taught(sets, lambda place, pairs: _card(given, run, sets, place, pairs))
        print(f"The judge and its card lie in {place}.")
        return
    began = time.process_time()
    told = _opinions(given.by, run, sets, options.start)
    print("\n".join(report.lines(told)))
    run.note(given.by, report.figures(told))
    print(
        f"{sum(map(len, (o.asked.asked for o in told)))} questions, {time.process_time() - began:.0f} s of a processor"
    )


def _recipe(given: argparse.Namespace) -> Recipe:
    more = {"knowing": not given.alone, "half": not given.float32}
    return Recipe(given.seed, given.rate, rounds=given.rounds, layers=given.layers, **more)


def _start(name: str) -> Path:
    """The folder of the first weights. Raises SignpostError where there are none."""
    folder = folder_of(name)
    if folder is None:
        raise SignpostError(
            f"There is no folder {name} to begin with. Name one with the .safetensors weights of a BERT."
        )
    return folder


def _opinions(by: str, run: Run, sets: Sequence[AskedSet], start: Path) -> list[Opinion]:
    if len(sets) < 2:
        raise SignpostError(
            "What a judge is worth is fitted to other sets than those it is measured on. Name two or more."
        )
    if by in {"apart", "halves"}:
        return run.apart(sets) if by == "apart" else run.halves(sets)
    return interaction.opinions(sets, start) if by == "words" else opinions(sets, named_judge(by))


def _card(
    given: argparse.Namespace, run: Run, sets: Sequence[AskedSet], place: Path, pairs: Sequence[Pair]
) -> dict[str, Any]:
    made = {
        "date": given.date,
        "begun from": f"{given.start}, SHA-256 {digest_of(weights_in(_start(given.start)))}",
        "weights": f"SHA-256 {digest_of([place / 'model.safetensors'])}",
        "figures": run.figures() or "not measured",
        "made with": f"torch {version('torch')}, transformers {version('transformers')}",
    }
    return card(sets, pairs, _recipe(given), made)


if __name__ == "__main__":
    raise SystemExit(main())
