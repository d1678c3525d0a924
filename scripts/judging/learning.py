"""Pairs → a cross-encoder's weights: seeded, and resumable to the same weights.

The model is a BERT with one output, begun from a sentence-transformers folder, and is saved so that
`sentence_transformers.CrossEncoder` opens it. One thread and a seed for each step: the same pairs give the same weights
on the same machine, also after a kill. Embeddings stay as they are: a few thousand pairs hold too few words for them.
"""

import hashlib
import json
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from indexer.embedding.weights import digest_of, weights_in
from indexer.errors import ModelError
from scripts.judging.pairs import Pair
from scripts.judging.recipe import Recipe

POOL = 16
"""Batches that are drawn together and parted by length, so that short pairs are not padded to long ones."""
WARM = 0.1
"""The first part of the steps, in which the rate rises; then it falls to 0."""
HEAD_FASTER = 10
KEPT = "checkpoint.safetensors"


class Lesson:
    """One training: a model, its optimizer, and where it stands."""

    def __init__(self, start: Path, pairs: Sequence[Pair], recipe: Recipe, place: Path) -> None:
        """Begin with the weights of `start`; `place` keeps the checkpoint. Nothing is trained yet."""
        self._pairs, self._recipe, self._place = pairs, recipe, place
        self._tokenizer: Any = AutoTokenizer.from_pretrained(str(start))
        self._model = begun(start, recipe.seed)
        self._tasks = list(_batches(pairs, recipe))
        self._told = _told_of(start, pairs, recipe)
        self._learning = _unfrozen(self._model, recipe.layers)
        self._optimizer = _optimizer(self._learning, recipe.rate)
        self.step = 0

    @property
    def steps(self) -> int:
        """How many steps the whole lesson takes."""
        return len(self._tasks)

    def learn(self) -> Iterator[tuple[int, float]]:
        """Train to the end from where it stands; tells after each step its number (from 1) and its loss."""
        self._model.train()
        while self.step < self.steps:
            loss = self._learned(self._tasks[self.step])
            self.step += 1
            if self.step % self._recipe.keep_every == 0 or self.step == self.steps:
                self.keep()
            yield self.step, loss

    def _learned(self, task: Sequence[int]) -> float:
        """One step. Its dropout comes from its own seed, so that a resumed lesson draws the same."""
        torch.manual_seed(self._recipe.seed * 1_000_003 + self.step)
        for group in self._optimizer.param_groups:
            group["lr"] = group["most"] * _warmth((self.step + 1) / self.steps)
        pairs = [self._pairs[number] for number in task]
        told = _read(self._tokenizer, pairs, self._recipe.tokens)
        with torch.autocast("cpu", torch.bfloat16, enabled=self._recipe.half):
            said = self._model(**told).logits[:, 0].float()
        prior, right = torch.tensor([p.prior for p in pairs]), torch.tensor([float(p.answers) for p in pairs])
        loss: Any = torch.nn.functional.binary_cross_entropy_with_logits(said + prior, right)
        self._optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._learning.values(), 1.0)
        self._optimizer.step()
        return float(loss.detach())

    def keep(self) -> None:
        """Write the checkpoint: whole, then in place."""
        kept = {f"weight.{name}": weight.detach() for name, weight in self._learning.items()}
        for name, weight in self._learning.items():
            state = self._optimizer.state[weight]
            kept |= {f"mean.{name}": state["exp_avg"], f"square.{name}": state["exp_avg_sq"]}
        kept["step"] = torch.tensor(self.step)
        kept["lesson"] = torch.tensor(list(self._told.encode()), dtype=torch.uint8)
        making = self._place / f"{KEPT}.making"
        save_file(kept, making)
        os.replace(making, self._place / KEPT)

    def resume(self) -> None:
        """Go on from the checkpoint, if there is one. Raises ModelError where it is of another lesson."""
        file = self._place / KEPT
        if not file.is_file():
            return
        kept = load_file(file)
        if bytes(kept["lesson"].tolist()).decode() != self._told:
            raise ModelError(f"{file} is of another model, other pairs or another recipe. Delete it to begin anew.")
        self.step = int(kept["step"])
        for name, weight in self._learning.items():
            weight.data.copy_(kept[f"weight.{name}"])
            mean, square = kept[f"mean.{name}"], kept[f"square.{name}"]
            step = torch.tensor(float(self.step))
            self._optimizer.state[weight] = {"step": step, "exp_avg": mean, "exp_avg_sq": square}

    def save(self) -> None:
        """Write weights (safetensors), configuration and tokenizer."""
        self._model.save_pretrained(str(self._place))
        self._tokenizer.save_pretrained(str(self._place))

    def forget(self) -> None:
        """Throw the checkpoint away, which is several times as large as what is learned from it."""
        (self._place / KEPT).unlink(missing_ok=True)

    def weights(self) -> dict[str, torch.Tensor]:
        """A copy of every weight, by name."""
        return {name: weight.detach().clone() for name, weight in self._model.named_parameters()}

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """What the model says of each pair, as log-odds."""
        said = [0.0] * len(pairs)
        order = sorted(range(len(pairs)), key=lambda number: len(pairs[number][0]) + len(pairs[number][1]))
        self._model.eval()
        for at in range(0, len(order), 32):
            part = order[at : at + 32]
            told = _read(self._tokenizer, [Pair(*pairs[number], False) for number in part], self._recipe.tokens)
            with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=self._recipe.half):
                values = self._model(**told).logits[:, 0].float().tolist()
            for number, value in zip(part, values, strict=True):
                said[number] = value
        return said


def begun(start: Path, seed: int) -> Any:
    """A model with one output from the weights in `start`; at first it says 0 of every pair."""
    weights_in(start)
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    model: Any = AutoModelForSequenceClassification.from_pretrained(str(start), num_labels=1, use_safetensors=True)
    torch.nn.init.zeros_(model.classifier.weight)
    torch.nn.init.zeros_(model.classifier.bias)
    return model


def _unfrozen(model: Any, layers: int | None) -> dict[str, torch.nn.Parameter]:
    """The parameters that are trained: the top `layers`, the pooler and the head."""
    count = len(model.base_model.encoder.layer)
    first = 0 if layers is None else max(0, count - layers)
    within = tuple(f"encoder.layer.{number}." for number in range(first, count))
    for name, weight in model.named_parameters():
        weight.requires_grad = any(part in name for part in (*within, "pooler.", "classifier."))
    return {name: weight for name, weight in model.named_parameters() if weight.requires_grad}


def _optimizer(learning: dict[str, torch.nn.Parameter], rate: float) -> torch.optim.AdamW:
    head = [weight for name, weight in learning.items() if name.startswith("classifier.")]
    body = [weight for name, weight in learning.items() if not name.startswith("classifier.")]
    groups = [{"params": body, "most": rate}, {"params": head, "most": rate * HEAD_FASTER}]
    return torch.optim.AdamW(groups, lr=rate, weight_decay=0.01)


def _warmth(done: float) -> float:
    return min(done / WARM, max(0.0, (1 - done) / (1 - WARM)))


def _batches(pairs: Sequence[Pair], recipe: Recipe) -> Iterator[list[int]]:
    """Numbers of pairs: shuffled, parted by length within pools, the batches of a pool shuffled again."""
    chance = random.Random(recipe.seed)
    for _ in range(recipe.rounds):
        order = chance.sample(range(len(pairs)), len(pairs))
        for at in range(0, len(order), recipe.batch * POOL):
            pool = sorted(order[at : at + recipe.batch * POOL], key=lambda n: len(pairs[n].question + pairs[n].passage))
            parts = [pool[start : start + recipe.batch] for start in range(0, len(pool), recipe.batch)]
            yield from chance.sample(parts, len(parts))


def _read(tokenizer: Any, pairs: Sequence[Pair], tokens: int) -> dict[str, torch.Tensor]:
    """Token ids and masks of shape (pairs, width). The longer text is cut where both are too long."""
    texts = [pair.question for pair in pairs], [pair.passage for pair in pairs]
    return dict(tokenizer(*texts, truncation="longest_first", max_length=tokens, padding=True, return_tensors="pt"))


def _told_of(start: Path, pairs: Sequence[Pair], recipe: Recipe) -> str:
    """SHA-256 over all that decides what the weights will be."""
    told = json.dumps([asdict(recipe), [asdict(pair) for pair in pairs]], sort_keys=True)
    return hashlib.sha256((digest_of(weights_in(start)) + told).encode()).hexdigest()
