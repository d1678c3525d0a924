"""Arrays, texts and look-ups in one file, used where they lie: nothing of it is read before it is asked for.

What is written here is believed as it stands; whoever opens it has checked its sum (`generations`).
"""

import json
import mmap
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from indexer.checksums import code

ALIGNED = 64
Array = NDArray[Any]
Arrays = dict[str, Array]
"""Names and arrays of one dimension, as one file holds them."""
Numbers = NDArray[np.int32]
T = TypeVar("T")


class Column(Protocol):
    """Texts by their number, in memory or in a file."""

    def __len__(self) -> int: ...
    def __getitem__(self, number: int, /) -> str: ...


class Lazy(Sequence[T], Generic[T]):
    """Things that are made when they are asked for."""

    def __init__(self, count: int, make: Callable[[int], T]) -> None:
        """So many, each made from its number."""
        self._count, self._make = count, make

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[T]: ...
    def __getitem__(self, at: int | slice) -> T | Sequence[T]:
        if isinstance(at, slice):
            return [self._make(number) for number in range(self._count)[at]]
        return self._make(range(self._count)[at])


class Texts:
    """Texts one behind another; each is made when it is asked for."""

    def __init__(self, arrays: Mapping[str, Array], name: str) -> None:
        """Those that `texts` packed under this name."""
        self._ends, self._letters = arrays[f"{name}.ends"].data, arrays[f"{name}.letters"].data

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, number: int, /) -> str:
        return str(self._letters[self._ends[number] : self._ends[number + 1]], "utf-8", "surrogatepass")


class Lists:
    """Lists of numbers, one behind another."""

    def __init__(self, arrays: Mapping[str, Array], name: str) -> None:
        """Those that `lists` packed under this name."""
        self._ends, self._values = arrays[f"{name}.ends"].data, arrays[f"{name}.values"]

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, number: int, /) -> Numbers:
        return self._values[self._ends[number] : self._ends[number + 1]]


class Places:
    """Which place a key has: the codes of all keys in order, and the keys themselves, for two may share a code."""

    def __init__(self, arrays: Mapping[str, Array], name: str) -> None:
        """Those that `places` packed under this name."""
        self._codes, self._keys = arrays[f"{name}.codes"].data, Texts(arrays, f"{name}.keys")

    def find(self, key: str) -> int | None:
        """The place of a key, None where it has none."""
        wanted, codes = code(key), self._codes
        at = bisect_left(codes, wanted)
        while at < len(codes) and codes[at] == wanted:
            if self._keys[at] == key:
                return at
            at += 1
        return None


class Keyed:
    """Keys, each with a list of numbers."""

    def __init__(self, arrays: Mapping[str, Array], name: str) -> None:
        """Those that `keyed` packed under this name."""
        self.places, self._lists = Places(arrays, name), Lists(arrays, name)

    def at(self, place: int) -> Sequence[int]:
        """The numbers at a place."""
        found: list[int] = self._lists[place].tolist()
        return found

    def find(self, key: str) -> Sequence[int]:
        """The numbers of a key; none where it is not known."""
        place = self.places.find(key)
        return () if place is None else self.at(place)


def texts(name: str, told: Iterable[str]) -> Arrays:
    """Texts, packed under a name."""
    encoded = [text.encode("utf-8", "surrogatepass") for text in told]
    return {
        f"{name}.ends": _ends(map(len, encoded)),
        f"{name}.letters": np.frombuffer(b"".join(encoded), dtype=np.uint8),
    }


def lists(name: str, told: Iterable[Sequence[int]]) -> Arrays:
    """Lists of numbers, packed under a name."""
    values, lengths = array("i"), array("q")
    for one in told:
        values.extend(one)
        lengths.append(len(one))
    return {f"{name}.ends": _ends(lengths), f"{name}.values": np.array(values, dtype=np.int32)}


def grouped(name: str, of: Array, values: Array) -> Arrays:
    """Lists of numbers, packed under a name: `values`, in the order of the lists that they are `of`."""
    return {f"{name}.ends": _ends(np.bincount(of)), f"{name}.values": values.astype(np.int32)}


def keyed(name: str, told: Mapping[str, Sequence[int]]) -> tuple[Arrays, list[str]]:
    """Keys with their numbers, packed under a name, and the keys in the order of their places."""
    codes = np.fromiter(map(code, told), dtype=np.uint64, count=len(told))
    keys = list(told)
    ordered = [keys[at] for at in np.argsort(codes, kind="stable")]
    held = {f"{name}.codes": np.sort(codes)} | texts(f"{name}.keys", ordered)
    return held | lists(name, [told[key] for key in ordered]), ordered


def _ends(lengths: Iterable[int]) -> Array:
    """Where each of several things that lie one behind another ends, behind a nought; in 32 bits where these do."""
    ends = np.fromiter(lengths, dtype=np.int64)
    ends = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(ends)])
    return ends.astype(np.int32) if ends[-1] < 1 << 31 else ends


def write(path: Path, arrays: Arrays) -> None:
    """Put arrays into a new file."""
    at, header = 0, dict[str, tuple[str, int, int]]()
    for name, one in arrays.items():
        header[name] = (one.dtype.str, len(one), at)
        at += -(-one.nbytes // ALIGNED) * ALIGNED
    told = json.dumps(header).encode()
    told += b" " * (-len(told) % ALIGNED)
    with path.open("wb") as file:
        file.write(len(told).to_bytes(ALIGNED, "little"))
        file.write(told)
        for one in arrays.values():
            file.write(one.tobytes())
            file.write(bytes(-one.nbytes % ALIGNED))


def read(path: Path) -> Arrays:
    """The arrays in a file, each a view of it. Raises OSError or ValueError where they are not there."""
    with path.open("rb") as file:
        held = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    first = ALIGNED + int.from_bytes(held[:ALIGNED], "little")
    header = json.loads(held[ALIGNED:first])
    return {name: np.frombuffer(held, dtype, count, first + at) for name, (dtype, count, at) in header.items()}
