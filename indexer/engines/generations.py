"""Folders of cache files that are all there and unaltered, or count for nothing.

A generation is written beside the others, fsynced and renamed into place; its manifest holds the checksum of each file
and of itself. The highest name that passes its check is the current one; a damaged one is passed over.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from indexer.checksums import digest, is_sum_of
from indexer.errors import IndexProblem

MANIFEST = "manifest.json"
NAMED = re.compile(r"\d{15}-\d{6}")
"""How the folder of a generation is called: its sequence, then a number that grows."""
KEPT = 2
"""Generations that stay: a reader may be about to open the one before the newest."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a generation holds: passages up to `sequence` of the store `identity`, as files of `format`."""

    identity: str
    sequence: int
    format: str
    fingerprint: str = ""
    count: int = 0
    last: int = 0
    """The highest passage id in it."""


@dataclass(frozen=True, slots=True)
class Generation:
    """A folder that passed its check."""

    folder: Path
    facts: Facts


def current(shelf: Path, wanted: Callable[[Facts], bool] = lambda facts: True) -> Generation | None:
    """The newest intact generation on a shelf that is wanted, or None."""
    told = (folder for folder in folders(shelf) if (facts := _facts_of(folder)) and wanted(facts))
    # What is not wanted is not summed either: that takes as long as reading all of it
    return next((g for folder in told if (g := checked(folder)) and wanted(g.facts)), None)


def folders(shelf: Path) -> list[Path]:
    """All generations on a shelf, newest first, unchecked."""
    try:
        return sorted((p for p in shelf.iterdir() if NAMED.fullmatch(p.name) and p.is_dir()), reverse=True)
    except OSError:
        return []


def checked(folder: Path) -> Generation | None:
    """The generation in a folder if every byte is what was written, else None."""
    try:
        told = json.loads((folder / MANIFEST).read_bytes())
        if told["checksum"] != _sum_of(told["facts"], told["files"]):
            return None
        intact = all(is_sum_of(checksum, folder / name) for name, checksum in told["files"].items())
        return Generation(folder, Facts(**told["facts"])) if intact else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _facts_of(folder: Path) -> Facts | None:
    """What a generation says of itself, unchecked."""
    try:
        return Facts(**json.loads((folder / MANIFEST).read_bytes())["facts"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def publish(shelf: Path, facts: Facts, fill: Callable[[Path], None]) -> Generation:
    """Let `fill` write files into a fresh folder, then make that the current generation in one rename.

    Only one process may publish on a shelf at a time. Raises IndexProblem when the disk will not have it; what was
    current then still is.
    """
    try:
        place = _written(shelf, facts, fill)
    except (OSError, RuntimeError, ValueError) as error:  # faiss and tantivy tell of a full disk by the latter two
        raise IndexProblem(f"The cache {shelf} cannot be written ({error}). Check its disk and permissions.") from error
    for old in folders(shelf)[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
    return Generation(place, facts)


def clear(*shelves: Path) -> None:
    """Remove every generation, also the current one; they are made anew from what they were made of."""
    for shelf in shelves:
        _sweep(shelf)
        for folder in folders(shelf):
            shutil.rmtree(folder, ignore_errors=True)


def weed(*used: Generation) -> None:
    """Remove what lies above the generations that are used: it was passed over as damaged. Only for who may publish."""
    for generation in used:
        for folder in folders(generation.folder.parent):
            if folder.name > generation.folder.name:
                shutil.rmtree(folder, ignore_errors=True)


def problems(*shelves: Path) -> list[str]:
    """A sentence for each newest generation that fails its check."""
    newest = [next(iter(folders(shelf)), None) for shelf in shelves]
    return [
        f"The cache {folder.parent.name}/{folder.name} is damaged; it is rebuilt with the next update."
        for folder in newest
        if folder and not checked(folder)
    ]


def _written(shelf: Path, facts: Facts, fill: Callable[[Path], None]) -> Path:
    shelf.mkdir(parents=True, exist_ok=True)
    _sweep(shelf)
    fresh = shelf / f"new-{os.getpid()}"
    fresh.mkdir()
    fill(fresh)
    files = {path.relative_to(fresh).as_posix(): digest(path) for path in _lasting(fresh)}
    told = {"facts": asdict(facts), "files": files, "checksum": _sum_of(asdict(facts), files)}
    (fresh / MANIFEST).write_text(json.dumps(told), encoding="utf-8")
    for path in (*_lasting(fresh), *(p for p in fresh.iterdir() if p.is_dir()), fresh):
        _sync(path)
    place = shelf / f"{facts.sequence:015d}-{_next(shelf):06d}"
    fresh.rename(place)
    _sync(shelf)
    return place


def _lasting(folder: Path) -> Iterator[Path]:
    """Files that count: tantivy's lock files come and go."""
    return (path for path in sorted(folder.rglob("*")) if path.suffix != ".lock" and path.is_file())


def _sum_of(facts: dict[str, object], files: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps([facts, files], sort_keys=True).encode()).hexdigest()


def _next(shelf: Path) -> int:
    """A number higher than that of any generation: one that is made again at the same sequence comes after."""
    return max((int(folder.name.split("-")[1]) for folder in folders(shelf)), default=0) + 1


def _sweep(shelf: Path) -> None:
    """Remove what an interrupted publication left."""
    for left in shelf.glob("new-*"):
        shutil.rmtree(left, ignore_errors=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
