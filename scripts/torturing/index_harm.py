"""A file of a generation → damaged, as disks and people damage files; returns the generations that are harmed by it."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

from indexer.engines import generations

PAGE = 4_096
Content = Callable[[bytes, Random], bytes]


def _flipped(content: bytes, dice: Random) -> bytes:
    place, bit = dice.randrange(len(content)), 1 << dice.randrange(8)
    return content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :]


def _cut(content: bytes, dice: Random) -> bytes:
    return content[: dice.randrange(len(content))]


def _emptied(content: bytes, dice: Random) -> bytes:
    return b""


def _zeroed(content: bytes, dice: Random) -> bytes:
    """A page that was never written, somewhere."""
    place = dice.randrange(0, len(content), PAGE)
    return content[:place] + bytes(len(content[place : place + PAGE])) + content[place + PAGE :]


def _appended(content: bytes, dice: Random) -> bytes:
    return content + dice.randbytes(dice.randint(4, 600))


CONTENTS: Mapping[str, Content] = {
    "bit flipped": _flipped,
    "cut off": _cut,
    "emptied": _emptied,
    "page of zeros": _zeroed,
    "bytes behind": _appended,
}
SWAPPED, DELETED = "swapped", "deleted"
HARMS = (*CONTENTS, SWAPPED, DELETED)


def harmed(path: Path, harm: str, dice: Random) -> set[Path]:
    """Harm a file so; the folders of all generations that have it, none where that would change nothing."""
    folder = _generation(path)
    if harm == DELETED:
        path.unlink()
        return {folder}
    if harm == SWAPPED:
        return {folder} if _swapped(path, folder, dice) else set()
    before = path.read_bytes()
    after = CONTENTS[harm](before, dice) if before else before
    if after == before:
        return set()
    names = [one for one in folder.parent.rglob("*") if one.is_file() and one.samefile(path)]
    fresh = folder.parent / "harmed"
    fresh.write_bytes(after)
    for name in names:  # what two generations share is harmed in both
        name.unlink()
        os.link(fresh, name)
    fresh.unlink()
    return {_generation(name) for name in names}


def _swapped(path: Path, folder: Path, dice: Random) -> bool:
    """Put the file of another generation in its place: of the same name where there is one, else of the same kind."""
    others = [one for other in generations.folders(folder.parent) if other != folder for one in other.rglob("*")]
    alike = [one for one in others if one.suffix == path.suffix and one.is_file()]
    same = [one for one in alike if one.name == path.name]
    different = [one for one in same or alike if one.read_bytes() != path.read_bytes()]
    if not different:
        return False
    content = dice.choice(different).read_bytes()
    path.unlink()
    path.write_bytes(content)
    return True


def _generation(path: Path) -> Path:
    return next(parent for parent in path.parents if generations.NAMED.fullmatch(parent.name))
