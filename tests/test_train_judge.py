"""A judge of answers is taught from a seed, survives a kill, says what it learned from, and has to earn its place."""

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from indexer.asking import Question
from indexer.embedding.protocol import Embedder
from indexer.errors import SignpostError
from indexer.evaluation import Labelled
from indexer.knowledge import Knowledge
from scripts.judging import interaction, report
from scripts.judging.__main__ import main
from scripts.judging.asked import Asked, AskedSet, Seen, asked_rows, asked_sets, loaded, saved, sets_in
from scripts.judging.learning import Lesson
from scripts.judging.named import named_judge
from scripts.judging.pairs import Pair, pairs
from scripts.judging.recipe import Recipe
from scripts.judging.runs import Options, Run
from scripts.judging.verdict import FIGURES, Gain, Opinion, alone, by_chance, earned, gains, ruled
from scripts.question_sets import Records
from tests.builders import a_card
from tests.fakes import HashingEmbedder

WORDS = (
    *("wer", "spricht", "mit", "brückner", "kühne", "nagel", "über", "das", "lager", "in", "köln"),
    *("who", "covers", "müller", "reference", "rail", "pilot", "offer"),
)
TINY = Recipe(seed=3, rate=2e-3, batch=4, tokens=24, half=False, keep_every=3)


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of two small layers that knows a handful of words, saved as any other."""
    folder = tmp_path_factory.mktemp("tiny")
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    words: Any = Tokenizer(models.WordLevel({word: n for n, word in enumerate([*special, *WORDS])}, "[UNK]"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token"), special, strict=True))
    reading: Any = PreTrainedTokenizerFast
    reading(tokenizer_object=words, **names).save_pretrained(str(folder))
    torch.manual_seed(1)
    small: dict[str, Any] = {
        "hidden_size": 16,
        "num_attention_heads": 2,
        "intermediate_size": 32,
        "num_hidden_layers": 2,
    }
    model: Any = BertModel(BertConfig(vocab_size=len(special) + len(WORDS), max_position_embeddings=64, **small))
    model.save_pretrained(str(folder))
    return folder


def weights_of(lesson: Lesson) -> dict[str, list[float]]:
    return {name: weight.flatten().tolist() for name, weight in lesson.weights().items()}


def some_pairs(count: int = 40) -> list[Pair]:
    """Every second one answers: it tells of a pilot, where the others make an offer."""
    chance, told = random.Random(5), []
    for n in range(count):
        word, right = chance.choice(WORDS[:11]), bool(n % 2)
        told.append(Pair(f"who covers {word}", f"{word} {'pilot' if right else 'offer'}", right, chance.uniform(-1, 1)))
    return told


def learned(lesson: Lesson, steps: int = 1000) -> Lesson:
    """The lesson after so many steps, or at its end."""
    for step, _ in lesson.learn():
        if step >= steps:
            break
    return lesson


def a_hit(name: str, score: float) -> Seen:
    return Seen(name, f"Card {name}\nWe offered a pilot to {name}.", score, score)


def a_set(name: str = "sales", count: int = 40, seed: int = 1) -> AskedSet:
    """Questions whose right answer mostly stands first; every fourth has none."""
    chance, asked = random.Random(f"{name}{seed}"), []
    for n in range(count):
        hits = tuple(a_hit(f"r{n}-{rank}", 0.8 - 0.1 * (rank + chance.random())) for rank in range(6))
        relevant = frozenset() if n % 4 == 0 else frozenset({hits[0 if chance.random() < 0.7 else 1].document})
        label = Labelled(Question(f"Who covers Müller & Söhne {n}?"), relevant)
        asked.append(Asked(label, hits, round(chance.random(), 3)))
    return AskedSet(name, "CC BY 4.0", tuple(asked))


def said(part: AskedSet, knows: float, seed: int = 2) -> Opinion:
    """What a judge says who knows the answer to this degree, and guesses else."""
    chance = random.Random(seed)
    rows = [[knows * (4.0 if a.answers(h) else -4.0) + chance.gauss(0, 1) for h in a.seen[:5]] for a in part.asked]
    return Opinion(part, rows)


def test_the_same_seed_gives_the_same_weights(start: Path, tmp_path: Path) -> None:
    recipes = (TINY, TINY, replace(TINY, seed=4))
    first, second, other = (weights_of(learned(Lesson(start, some_pairs(), r, tmp_path))) for r in recipes)

    assert first == second
    assert first != other


@pytest.mark.parametrize("stopped", [1, 4, 9])
def test_a_lesson_that_was_stopped_ends_with_the_same_weights(start: Path, tmp_path: Path, stopped: int) -> None:
    whole = weights_of(learned(Lesson(start, some_pairs(), TINY, tmp_path)))
    (tmp_path / "again").mkdir()
    learned(Lesson(start, some_pairs(), TINY, tmp_path / "again"), stopped)

    again = Lesson(start, some_pairs(), TINY, tmp_path / "again")
    again.resume()

    assert again.step == stopped - stopped % TINY.keep_every
    assert weights_of(learned(again)) == whole


def test_a_checkpoint_of_another_lesson_is_refused(start: Path, tmp_path: Path) -> None:
    learned(Lesson(start, some_pairs(), TINY, tmp_path), 3)

    with pytest.raises(SignpostError, match="of another model, other pairs or another recipe"):
        Lesson(start, some_pairs(36), TINY, tmp_path).resume()


def test_only_the_top_layers_are_moved_when_only_they_are_taught(start: Path, tmp_path: Path) -> None:
    lesson = Lesson(start, some_pairs(), replace(TINY, layers=1), tmp_path)
    before = lesson.weights()

    moved = {name for name, weight in learned(lesson).weights().items() if not torch.equal(weight, before[name])}

    assert any(".layer.1." in name for name in moved)
    assert not any(".layer.0." in name or "embeddings" in name for name in moved)


def test_before_its_first_lesson_a_judge_leaves_all_to_the_ranking(start: Path, tmp_path: Path) -> None:
    lesson = Lesson(start, some_pairs(), TINY, tmp_path)

    assert lesson.judge([("who covers müller", "offer"), ("wer", "lager in köln")]) == [0.0, 0.0]


def test_a_judge_learns_and_any_cross_encoder_reads_it_alike(start: Path, tmp_path: Path) -> None:
    told = some_pairs(80)
    lesson = learned(Lesson(start, told, replace(TINY, rounds=6), tmp_path))
    lesson.save()
    asked = [(pair.question, pair.passage) for pair in told]

    own = lesson.judge(asked)

    assert named_judge(str(tmp_path))(asked) == pytest.approx(own, abs=1e-4)
    right = [value for value, pair in zip(own, told, strict=True) if pair.answers]
    assert sum(right) / len(right) > sum(own) / len(own) + 0.5


def test_word_by_word_a_judge_lacks_nothing_where_the_passage_says_the_question(start: Path) -> None:
    hits = (Seen("d1", "who covers müller", 0.5, 0.5), Seen("d2", "rail offer", 0.4, 0.4))
    asked = [Asked(Labelled(Question("who covers müller"), frozenset({"d1"})), hits, 0.5)] * 4
    sets = [AskedSet(name, "CC BY 4.0", tuple(asked)) for name in ("rail", "sales")]

    for one in interaction.opinions(sets, start):
        assert all(same > other for same, other in one.said)


def test_a_name_that_is_no_cross_encoder_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SignpostError, match="is no CrossEncoder that can be opened"):
        named_judge(str(tmp_path / "nothing"))


@given(st.integers(1, 400), st.integers(0, 9), st.booleans())
def test_pairs_are_few_enough_drawn_by_the_seed_and_in_doubt(most: int, seed: int, knowing: bool) -> None:
    sets = [a_set("sales"), a_set("rail", 12)]

    told = pairs(sets, most, seed, knowing)

    assert told == pairs(sets, most, seed, knowing)
    assert len(told) <= most
    assert all(abs(pair.prior) < 4 for pair in told)
    assert knowing or not any(pair.prior for pair in told)


def test_of_a_question_the_right_hit_and_the_highest_wrong_ones_are_learned_from() -> None:
    told = pairs([a_set(count=80)], 1000, 1)
    answerable = {a.label.question.text for a in a_set(count=80).asked if a.label.relevant}

    assert {pair.question for pair in told if pair.answers} <= answerable
    assert not any("-5\n" in pair.passage for pair in told if pair.question in answerable)


def test_what_was_asked_is_kept_without_loss() -> None:
    sets = [a_set("Kühne"), a_set("rail")]

    assert loaded(json.loads(json.dumps(saved(sets)))) == sets


def test_a_judge_that_knows_earns_its_place_and_one_that_guesses_does_not() -> None:
    sets = [a_set(name, 120) for name in ("sales", "rail", "faq")]

    knows, guesses = (gains(ruled([said(part, sure, n) for n, part in enumerate(sets)])) for sure in (1.0, 0.0))

    assert earned(knows)
    assert not earned(guesses)
    assert all(gain.low <= gain.now - gain.without <= gain.high for gain in knows)


def test_a_judge_may_not_cost_a_single_first_place() -> None:
    told = [Gain(name, 0.5, 0.9, 0.3, 0.5) for name in FIGURES]
    told[0] = Gain(FIGURES[0], 0.900, 0.899, -0.01, 0.01)

    assert not earned(told)


def test_a_gain_that_may_be_chance_is_said_to_be_so() -> None:
    told = [Gain(FIGURES[0], 0.9, 0.9, 0.0, 0.0), *(Gain(name, 0.50, 0.54, -0.01, 0.09) for name in FIGURES[1:])]

    assert earned(told)
    assert by_chance(told)
    assert not by_chance([*told, replace(told[1], low=0.02)])


def test_alone_a_judge_that_knows_is_right_and_one_that_guesses_is_not() -> None:
    part = a_set(count=200)

    (knows, knows_sure, _), (guesses, guesses_sure, _) = (alone(said(part, sure)) for sure in (2.0, 0.0))

    assert knows == 1.0
    assert knows_sure > 0.99
    assert guesses < 0.4
    assert abs(guesses_sure - 0.5) < 0.15


def test_sureness_alone_leaves_the_order_as_it_is() -> None:
    opinions = [said(a_set(name), 1.0) for name in ("sales", "rail")]

    for one in ruled(opinions, reorder=False):
        assert [j.found for j in one.by_depth[1]] == [j.found for j in one.without]


def test_the_table_names_every_set_the_mean_and_the_verdict() -> None:
    text = "\n".join(report.lines([said(a_set(name), 1.0) for name in ("sales", "rail")]))

    assert text.count("mean of 2 sets: hit@1 ") == 2
    assert "earned its place" in text
    assert all(f"  {name} (" in text for name in ("sales", "rail"))


def a_folder(place: Path, name: str, licence: str = "CC BY 4.0") -> Path:
    """A question set as others publish them."""
    folder = place / name
    folder.mkdir(parents=True)
    documents = [{"id": f"d{n}", "title": f"{word} lager", "body": f"{word} offer"} for n, word in enumerate(WORDS)]
    asked: list[dict[str, Any]] = [
        {"text": f"who covers {word}", "relevant": [f"d{n}"] if n % 3 else []} for n, word in enumerate(WORDS)
    ]
    for file, rows in (("documents", documents), ("queries", asked)):
        told = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        (folder / f"{file}.jsonl").write_text(told, encoding="utf-8")
    (folder / "README.md").write_text(f"# {name}\n\nlicence: {licence}\n", encoding="utf-8")
    return folder


def a_run(place: Path, data: Path, start: Path) -> Run:
    return Run(place, Options(tuple(sets_in(data)), start, questions=12, pairs=40, recipe=TINY), lambda told: None)


def embedder() -> Embedder:
    return HashingEmbedder()


def test_a_set_brings_its_licence_and_what_a_judge_reads(tmp_path: Path) -> None:
    a_folder(tmp_path / "sets", "rail", licence="ODbL 1.0")

    (part,) = asked_sets(sets_in(tmp_path / "sets"), embedder(), 10, 1)

    assert (part.name, part.licence, len(part.asked)) == ("rail", "ODbL 1.0", 10)
    assert all(hit.text.startswith(hit.text.split()[0] + " lager") for a in part.asked for hit in a.seen)
    assert any(a.answers(hit) for a in part.asked for hit in a.seen)


def test_own_labels_name_documents_by_their_links(tmp_path: Path) -> None:
    titles = ("Pilot with Brückner Logistik", "Rail reference of Müller & Söhne")
    cards = [a_card(title, id=f"{Records.name}:card:{n}") for n, title in enumerate(titles)]
    row = {"text": "Any reference in rail, like Müller?", "relevant": [cards[1].url]}
    (tmp_path / "mine.jsonl").write_text(json.dumps(row), encoding="utf-8")
    knowledge = Knowledge.open(tmp_path / "index", embedder)
    knowledge.update([Records(cards)])

    part = asked_rows(tmp_path / "mine.jsonl", knowledge, 10, 1)
    knowledge.close()

    (asked,) = part.asked
    assert (part.name, part.licence, asked.judged.is_right) == ("mine", "your own", True)


def test_every_set_is_judged_by_a_lesson_without_it_and_halves_by_new_questions(start: Path, tmp_path: Path) -> None:
    for name in ("faq", "rail", "sales"):
        a_folder(tmp_path / "sets", name)
    run = a_run(tmp_path / "run", tmp_path / "sets", start)
    run.begin({}, resume=False)
    sets = run.asked(embedder)

    apart, halves = run.apart(sets), run.halves(sets)

    assert [one.asked.name for one in apart] == ["faq", "rail", "sales"]
    assert [len(one.said) for one in apart] == [12, 12, 12]
    assert [len(one.said) for one in halves] == [6, 6, 6]
    assert run.apart(sets) == apart


def test_a_trained_judge_has_a_card_and_no_checkpoint(start: Path, tmp_path: Path) -> None:
    data = a_folder(tmp_path / "sets", "rail")
    given = [str(data), "--run", str(tmp_path / "run"), "--start", str(start), "--date", "2026-03-02", "--float32"]
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "asked.json").write_text(json.dumps(saved(asked_sets([data], embedder(), 12, 1))))

    assert main(given) == 0

    card = json.loads((tmp_path / "run" / "judge" / "card.json").read_text())
    assert (card["date"], card["sets"][0]["licence"], card["recipe"]["seed"]) == ("2026-03-02", "CC BY 4.0", 7)
    assert (card["figures"], card["learned from"]["pairs"] > 0) == ("not measured", True)
    assert not list((tmp_path / "run").rglob("checkpoint*"))


def told_by(capsys: pytest.CaptureFixture[str], arguments: Sequence[object]) -> str:
    assert main([str(one) for one in arguments]) == 1
    return capsys.readouterr().err


def test_what_cannot_be_done_is_said(start: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = a_folder(tmp_path / "sets", "rail")
    run = ("--run", tmp_path / "run", "--start", start)

    a_run(tmp_path / "run", data, start).begin({}, resume=False)

    assert "holds no folder with queries.jsonl" in told_by(capsys, [tmp_path / "run", *run])
    assert "holds a run already" in told_by(capsys, [data, *run])
    assert "other arguments" in told_by(capsys, [data, *run, "--resume", "--seed", "8"])
    assert "no folder" in told_by(capsys, [data, "--run", tmp_path / "other", "--start", tmp_path / "none"])
    with pytest.raises(SignpostError, match="three sets or more"):
        a_run(tmp_path / "x", data, start).apart([a_set()])
