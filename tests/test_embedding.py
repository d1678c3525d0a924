"""The embedders: one contract for the stand-in, the reference and the compiled model."""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.embedding.batches import PACKED, PADDED, Budget, batches, padded
from indexer.embedding.bundle import bundle_of, cache_folder, read_manifest
from indexer.embedding.compiled import CompiledEmbedder
from indexer.embedding.feeding import FEWEST, end_to_end, in_rows
from indexer.embedding.opening import open_embedder
from indexer.embedding.protocol import Embedder
from indexer.embedding.quantised import calibration_texts, quantised_of
from indexer.embedding.sound import sound
from indexer.embedding.weights import DEFAULT, folder_of, verified_digest
from indexer.errors import ModelError
from tests.contracts_embedder import TEXTS, EmbedderContract, TokenContract
from tests.fakes import HashingEmbedder, TokenHashingEmbedder


class TestHashing(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return HashingEmbedder()


class TestTokenHashing(EmbedderContract, TokenContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return TokenHashingEmbedder()


@pytest.mark.model
class TestCompiled(EmbedderContract, TokenContract):
    @pytest.fixture(scope="class")
    @classmethod
    def embedder(cls) -> Embedder:
        return open_embedder()

    def test_many_texts_have_the_vectors_that_they_have_alone(self, embedder: Embedder) -> None:
        texts = calibration_texts()  # so many that batches are read side by side, where there are processors

        together = np.concatenate([embedder.embed(texts), embedder.embed(texts)])

        alone = np.concatenate([embedder.embed([text]) for text in texts[::8]])
        assert np.sum(together[: len(texts) : 8] * alone, axis=1).min() > 0.9995
        assert np.sum(together[len(texts) :: 8] * alone, axis=1).min() > 0.9995


@pytest.mark.model
class TestQuantised(EmbedderContract, TokenContract):
    @pytest.fixture(scope="class")
    @classmethod
    def embedder(cls) -> Embedder:
        return open_embedder(precision="int8")

    def test_the_faithful_model_says_nearly_the_same(self, embedder: Embedder) -> None:
        asked = calibration_texts()[:100]

        cosines = np.sum(embedder.embed(asked) * open_embedder().embed(asked), axis=1)

        assert cosines.min() > 0.97
        assert cosines.mean() > 0.99

    def test_its_vectors_are_not_compared_with_those_of_others(self, embedder: Embedder) -> None:
        others = {open_embedder().fingerprint, open_embedder(precision="f32").fingerprint}

        assert embedder.fingerprint not in others
        assert "int8" in embedder.fingerprint

    def test_it_is_made_once(self) -> None:
        whole = bundle_of(DEFAULT, cache_folder())
        made = (quantised_of(whole) / "manifest.json").stat().st_mtime_ns

        assert (quantised_of(whole) / "manifest.json").stat().st_mtime_ns == made


def test_int8_without_the_library_that_makes_it_is_told_with_a_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.embedding.quantised.find_spec", lambda name: None)

    with pytest.raises(ModelError, match=r'pip install "signpost\[int8\]"'):
        quantised_of(tmp_path / "bundle")


def test_int8_is_fitted_to_texts_of_all_lengths() -> None:
    lengths = sorted(len(text) for text in calibration_texts())

    assert len(set(calibration_texts())) == len(lengths) >= 256
    assert lengths[0] < 20
    assert lengths[-1] > 500


@pytest.mark.model
@pytest.mark.filterwarnings("default")  # torch and transformers warn about themselves
class TestReference(EmbedderContract, TokenContract):
    @pytest.fixture(scope="class")
    @classmethod
    def embedder(cls) -> Embedder:
        return open_embedder(precision="reference")

    def test_the_compiled_model_says_the_same(self, embedder: Embedder) -> None:
        compiled = open_embedder()

        cosines = np.sum(embedder.embed(TEXTS) * compiled.embed(TEXTS), axis=1)

        assert cosines.min() > 0.999


@pytest.mark.model
@pytest.mark.filterwarnings("default")  # torch and transformers warn about themselves
def test_a_model_that_cannot_read_texts_end_to_end_is_compiled_nevertheless(tmp_path: Path) -> None:
    small = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
    _save_untrained("MPNet", small, tmp_path / "model")  # whose attention knows how far apart tokens are

    compiled = open_embedder(str(tmp_path / "model"), precision="f32", cache=tmp_path / "cache")
    reference = open_embedder(str(tmp_path / "model"), precision="reference")

    assert np.sum(compiled.embed(TEXTS) * reference.embed(TEXTS), axis=1).min() > 0.999


def _save_untrained(kind: str, shape: dict[str, int], folder: Path) -> None:
    """A model of that kind with weights drawn at random, and the default model's tokens."""
    import transformers
    from sentence_transformers import SentenceTransformer

    models = import_module("sentence_transformers.models")
    source = str(folder_of(DEFAULT))
    config = getattr(transformers, f"{kind}Config")(vocab_size=30_522, **shape)
    getattr(transformers, f"{kind}Model")(config).save_pretrained(folder / "bare")
    transformers.AutoTokenizer.from_pretrained(source).save_pretrained(folder / "bare")
    reader = models.Transformer(str(folder / "bare"), max_seq_length=128)
    SentenceTransformer(modules=[reader, models.Pooling(shape["hidden_size"])], device="cpu").save(str(folder))


@pytest.mark.model
def test_a_bundle_of_an_older_format_is_not_opened(tmp_path: Path) -> None:
    whole = bundle_of(DEFAULT, cache_folder())
    for name in ("model.xml", "model.bin", "tokenizer.json"):
        (tmp_path / name).symlink_to(whole / name)
    told = (whole / "manifest.json").read_text(encoding="utf-8")
    (tmp_path / "manifest.json").write_text(told.replace('"format": 3', '"format": 2'), encoding="utf-8")

    assert read_manifest(whole)
    assert read_manifest(tmp_path) is None


def test_a_cache_folder_that_cannot_be_written_is_told_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file", encoding="utf-8")

    with pytest.raises(ModelError, match=r"cannot be kept in .*cache.* XDG_CACHE_HOME"):
        bundle_of(DEFAULT, tmp_path / "cache" / "signpost")


@pytest.mark.model
@pytest.mark.parametrize("step", ["compiled", "export", "quantising"])
def test_neither_running_nor_compiling_a_model_reports_home(step: str, tmp_path: Path) -> None:
    program = (
        "import sys, time; sys.addaudithook(lambda name, told: name in "
        "{'socket.connect', 'socket.getaddrinfo'} and print(name, told[:2]));"
        f"import indexer.embedding.{step}; {'import nncf;' if step == 'quantising' else ''}"
        "from indexer.embedding.runtime import openvino;"
        "from openvino.tools.ovc.telemetry_utils import tm; print(tm.__name__); time.sleep(0.2)"
    )
    home = {**os.environ, "HOME": str(tmp_path)}

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env=home)

    assert done.stdout.split() == ["openvino.tools.ovc.telemetry_stub"]
    assert not (tmp_path / "intel").exists()


@pytest.mark.model
def test_searching_never_loads_torch() -> None:
    program = (
        "import sys; from indexer.embedding.opening import open_embedder; open_embedder().embed(['rail']);"
        "sys.exit(' '.join({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)) or 0)"
    )
    open_embedder()  # compiled by now, if it was not before

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


SIGNALLED = """
import gc, os, signal
from indexer.embedding.opening import open_embedder
signal.signal(signal.SIGTERM, lambda number, frame: print("told to stop"))
first, second = open_embedder(), open_embedder()
first.embed(["Bahn"]), second.embed(["Bahn"])
del first
gc.collect()
del second
gc.collect()
os.kill(os.getpid(), signal.SIGTERM)
"""


@pytest.mark.model
def test_a_signal_is_heard_after_models_were_let_go() -> None:
    ran = subprocess.run([sys.executable, "-c", SIGNALLED], capture_output=True, text=True, timeout=120, check=False)

    assert (ran.returncode, ran.stdout) == (0, "told to stop\n")


@pytest.mark.model
def test_a_damaged_bundle_is_noticed(tmp_path: Path) -> None:
    whole = bundle_of(DEFAULT, cache_folder())
    for name in ("model.xml", "model.bin", "tokenizer.json", "manifest.json"):
        (tmp_path / name).write_bytes((whole / name).read_bytes())
    assert read_manifest(tmp_path)
    flipped = bytearray((tmp_path / "model.bin").read_bytes())
    flipped[len(flipped) // 2] ^= 1
    (tmp_path / "model.bin").write_bytes(flipped)

    with pytest.raises(ModelError, match="damaged"):
        CompiledEmbedder(tmp_path)


def test_altered_weights_of_the_default_model_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"not what was published")

    with pytest.raises(ModelError, match="pip install --force-reinstall"):
        verified_digest(DEFAULT, tmp_path)


def test_pickled_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x04.")

    with pytest.raises(ModelError, match="safetensors"):
        folder_of(str(tmp_path))


def test_a_model_that_cannot_be_compiled_leaves_nothing_behind(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "model.safetensors").write_bytes(b"{}")
    (broken / "config.json").write_text("{}")

    with pytest.raises(ModelError, match="could not be prepared"):
        bundle_of(str(broken), tmp_path / "cache")

    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize("bad", [[[0.0, 0.0]], [[float("nan"), 1.0]], [[float("inf"), 1.0]]])
def test_a_vector_without_direction_is_refused(bad: list[list[float]]) -> None:
    with pytest.raises(ModelError):
        sound(np.array(bad, dtype=np.float32))


BUDGETS = st.sampled_from([PADDED, PACKED, Budget(tokens=1024, texts=16)])


@given(st.lists(st.integers(1, 512)), BUDGETS)
def test_batches_hold_every_text_once_and_stay_in_their_budget(lengths: list[int], budget: Budget) -> None:
    made = list(batches(lengths, budget))

    assert sorted(i for batch in made for i in batch) == list(range(len(lengths)))
    for batch in made:
        longest = max(lengths[i] for i in batch)
        held = longest * len(batch) if budget.power == 1 else sum(lengths[i] for i in batch)
        assert len(batch) == 1 or held <= budget.tokens
        assert len(batch) <= budget.texts


@given(st.lists(st.integers(1, 512)), BUDGETS)
def test_short_texts_are_not_read_at_the_length_of_a_long_one(lengths: list[int], budget: Budget) -> None:
    for batch in batches(lengths, budget):
        longest = max(lengths[i] for i in batch)
        assert sum(longest**budget.power - lengths[i] ** budget.power for i in batch) <= budget.wasted


TEXTS_OF_TOKENS = st.lists(st.lists(st.integers(100, 30_000), min_size=1, max_size=40), min_size=1, max_size=12)


@given(TEXTS_OF_TOKENS)
def test_end_to_end_every_token_is_found_where_attention_looks_for_it(tokens: list[list[int]]) -> None:
    fed = end_to_end(tokens)
    rows = np.where(fed["attention_mask"] == 1, fed["input_ids"][fed["places"]], 0)

    assert np.array_equal(rows, in_rows(tokens)["input_ids"])
    assert np.array_equal(fed["attention_mask"], in_rows(tokens)["attention_mask"])


def test_questions_alone_are_all_of_one_shape() -> None:
    fed = [end_to_end([[7] * length]) for length in (3, 11, 17, FEWEST)]

    assert {tuple(values.shape for values in one.values()) for one in fed} == {((24,), (24,), (24,), (1, 24), (1, 24))}


@given(TEXTS_OF_TOKENS)
def test_end_to_end_every_token_gets_back_what_attention_made_of_it(tokens: list[list[int]]) -> None:
    fed = end_to_end(tokens)
    count = sum(map(len, tokens))

    assert np.array_equal(fed["places"].reshape(-1)[fed["cells"][:count]], np.arange(count))
    assert fed["position_ids"][:count].tolist() == [place for own in tokens for place in range(len(own))]
    assert len(fed["input_ids"]) in {padded(count), FEWEST}


@given(st.integers(1, 10_000))
def test_padding_adds_less_than_a_step(length: int) -> None:
    assert padded(length) % 8 == 0
    assert 0 <= padded(length) - length < 8
