"""A run of the judge's training or measuring, in a folder of its own, that may be killed and gone on with.

RUN/run.json says what was asked for, RUN/asked.json what Signpost answered, RUN/figures.json what was measured. The
folder of a lesson holds its checkpoint, then what it said; RUN/judge is the trained judge with its card.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from indexer.embedding.protocol import Embedder
from indexer.errors import SignpostError
from scripts.judging.asked import AskedSet, asked_sets, loaded, saved
from scripts.judging.learning import Lesson
from scripts.judging.pairs import Pair, pairs
from scripts.judging.recipe import Recipe
from scripts.judging.verdict import READ, Opinion

Tell = Callable[[str], None]
Card = Callable[[Path, Sequence[Pair]], dict[str, Any]]
EVERY = 20
"""Steps between two words on the progress."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a run learns from, and how: questions a set and pairs a lesson at most."""

    sets: tuple[Path, ...]
    start: Path
    questions: int = 400
    pairs: int = 3000
    recipe: Recipe = Recipe()


class Run:
    """One folder, and what is done in it."""

    def __init__(self, place: Path, options: Options, tell: Tell) -> None:
        """Work in `place`, which `begin` has to open first."""
        self._place, self._options, self._tell = place, options, tell

    def begin(self, what: dict[str, Any], resume: bool) -> None:
        """Open the folder, for a new run or to go on with this very one. Raises SignpostError where it is another."""
        note = self._place / "run.json"
        if note.is_file() and not resume:
            raise SignpostError(
                f"{self._place} holds a run already. Go on with it by --resume, or name another folder."
            )
        if note.is_file() and json.loads(note.read_text(encoding="utf-8")) != what:
            raise SignpostError(
                f"{self._place} holds a run with other arguments. Repeat those of {note}, or begin anew."
            )
        self._place.mkdir(parents=True, exist_ok=True)
        _write(note, what)

    def asked(self, embedder: Callable[[], Embedder]) -> list[AskedSet]:
        """What Signpost answers to the questions of all sets; asked once a run."""
        kept = self._place / "asked.json"
        if not kept.is_file():
            options = self._options
            _write(kept, saved(asked_sets(options.sets, embedder(), options.questions, options.recipe.seed)))
        return loaded(json.loads(kept.read_text(encoding="utf-8")))

    def apart(self, sets: Sequence[AskedSet]) -> list[Opinion]:
        """Each set judged by a lesson in all the others."""
        if len(sets) < 3:
            raise SignpostError("Leaving one set out takes three sets or more. Name more of them, or use --by halves.")
        return [self._judged_by(f"apart-{one.name}", [s for s in sets if s is not one], [one])[0] for one in sets]

    def halves(self, sets: Sequence[AskedSet]) -> list[Opinion]:
        """Every second question judged by a lesson in the others of all sets: cards are known, questions are new."""
        taught = [replace(one, asked=one.asked[::2]) for one in sets]
        return self._judged_by("halves", taught, [replace(one, asked=one.asked[1::2]) for one in sets])

    def taught(self, sets: Sequence[AskedSet], card: Card) -> Path:
        """A judge that learned from all sets, in a folder that CrossEncoder opens; its card is written last."""
        place = self._place / "judge"
        if not (place / "card.json").is_file():
            learned = self._pairs(sets)
            lesson = self._lesson(place, learned)
            lesson.save()
            _write(place / "card.json", card(place, learned))
            lesson.forget()
        return place

    def figures(self) -> dict[str, Any]:
        """What was measured in this run, by the way it was."""
        kept = self._place / "figures.json"
        return dict(json.loads(kept.read_text(encoding="utf-8"))) if kept.is_file() else {}

    def note(self, way: str, figures: dict[str, Any]) -> None:
        """Keep what was measured, for the card."""
        _write(self._place / "figures.json", self.figures() | {way: figures})

    def _judged_by(self, name: str, taught: Sequence[AskedSet], held: Sequence[AskedSet]) -> list[Opinion]:
        place = self._place / name
        kept = place / "said.json"
        if not kept.is_file():
            lesson = self._lesson(place, self._pairs(taught))
            _write(kept, [one.said for one in opinions(held, lesson.judge)])
            lesson.forget()
        said = json.loads(kept.read_text(encoding="utf-8"))
        return [Opinion(part, told) for part, told in zip(held, said, strict=True)]

    def _pairs(self, sets: Sequence[AskedSet]) -> list[Pair]:
        recipe = self._options.recipe
        return pairs(sets, self._options.pairs, recipe.seed, recipe.knowing)

    def _lesson(self, place: Path, learned: Sequence[Pair]) -> Lesson:
        """The lesson, learned to its end, from where it was left."""
        place.mkdir(exist_ok=True)
        lesson = Lesson(self._options.start, learned, self._options.recipe, place)
        lesson.resume()
        losses = []
        for step, loss in lesson.learn():
            losses.append(loss)
            if step % EVERY == 0 or step == lesson.steps:
                recent = losses[-EVERY:]
                self._tell(f"{place.name}: step {step} of {lesson.steps}, loss {sum(recent) / len(recent):.3f}")
        return lesson


def opinions(sets: Sequence[AskedSet], judge: Callable[[Sequence[tuple[str, str]]], list[float]]) -> list[Opinion]:
    """What a judge says of the first hits of every question."""
    return [Opinion(part, list(_said(part, judge))) for part in sets]


def _said(part: AskedSet, judge: Callable[[Sequence[tuple[str, str]]], list[float]]) -> Iterator[list[float]]:
    read = [(asked.label.question.text, hit.text) for asked in part.asked for hit in asked.seen[:READ]]
    told = iter(judge(read))
    for asked in part.asked:
        yield [next(told) for _ in asked.seen[:READ]]


def _write(file: Path, told: Any) -> None:
    """Whole, then in place."""
    making = file.with_name(f"{file.name}.making")
    making.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    os.replace(making, file)
