"""A compiled model on disk: graph, tokenizer and a manifest that vouches for both."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from indexer.embedding.weights import digest_of, folder_of, verified_digest
from indexer.errors import ModelError

FORMAT = 3
"""1 held no vectors of tokens, 2 padded all texts."""
EXPORT = "indexer.embedding.export"
FILES = ("model.xml", "model.bin", "tokenizer.json")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a bundle was made of. `files` is the SHA-256 of FILES, in their order.

    `calibration` is that of the texts by which int8 was fitted; empty where nothing was.
    """

    weights: str
    max_tokens: int
    dimension: int
    files: str = ""
    format: int = FORMAT
    calibration: str = ""


def cache_folder() -> Path:
    """Where compiled models are kept for all of a user's data folders (XDG Base Directory Specification)."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "signpost" / "models"


def bundle_of(model: str, cache: Path) -> Path:
    """The folder of the compiled `model`, made now if it is not there yet or is damaged (about 15 seconds).

    Raises ModelError when the weights are missing, altered, or cannot be compiled, and when `cache` may not be written.
    """
    with kept_in(cache):
        source = folder_of(model) or _downloaded(model, cache)
        digest = _known(cache).get(_stamp(source)) or verified_digest(model, source)
        folder = cache / f"{digest[:16]}-{FORMAT}"
        if read_manifest(folder) is None:
            made(folder, EXPORT, "compile", str(source), digest)
            _remember(source, cache, digest)
        return folder


@contextmanager
def kept_in(cache: Path) -> Iterator[None]:
    """Write to `cache`; whatever keeps that from being done is a ModelError with a way out."""
    try:
        yield
    except OSError as fault:
        raise ModelError(
            f"The compiled model cannot be kept in {cache} ({fault.strerror}). Give that folder to this user, or name "
            "another one for caches in the variable XDG_CACHE_HOME."
        ) from fault


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a bundle whose files are all as they were written, else None."""
    try:
        told = Manifest(**json.loads((folder / "manifest.json").read_text()))
        whole = digest_of([folder / name for name in FILES]) == told.files
    except (OSError, ValueError, TypeError):
        return None
    return told if whole and told.format == FORMAT else None


def write_manifest(folder: Path, told: Manifest) -> None:
    """Vouch for the bundle's files as they are now."""
    now = replace(told, files=digest_of([folder / name for name in FILES]))
    (folder / "manifest.json").write_text(json.dumps(asdict(now)))


def made(folder: Path, module: str, *arguments: str) -> None:
    """Make `folder` in a process of its own, so that torch is never loaded here; then put it in place at once.

    The process is `module` with these arguments and then the folder to write to. Raises ModelError where it fails.
    """
    making = folder.with_name(f"{folder.name}.{os.getpid()}.making")
    making.mkdir(parents=True)
    try:
        _run(module, *arguments, str(making))
        shutil.rmtree(folder, ignore_errors=True)
        making.rename(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _downloaded(model: str, cache: Path) -> Path:
    """A folder with the model of that name, through sentence-transformers and its hub."""
    folder = cache / "downloads" / model.replace("/", "--")
    if not folder.is_dir():
        made(folder, EXPORT, "download", model)
    return folder


def _run(module: str, step: str, what: str, *more: str) -> None:
    command = [sys.executable, "-m", module, step, what, *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ModelError(f"The model {what} could not be prepared ({step}): {last}")


def _stamp(source: Path) -> str:
    """Path, size and time of the weights: while they stay, the digest need not be taken again."""
    return "|".join(f"{p}:{p.stat().st_size}:{p.stat().st_mtime_ns}" for p in sorted(source.rglob("*.safetensors")))


def _known(cache: Path) -> dict[str, str]:
    try:
        known = json.loads((cache / "known.json").read_text())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _remember(source: Path, cache: Path, digest: str) -> None:
    passing = cache / f"known.{os.getpid()}.json"
    passing.write_text(json.dumps(_known(cache) | {_stamp(source): digest}))
    passing.replace(cache / "known.json")
