"""Sums by which damage is told, and texts are found again: of files and of keys. Door to xxhash.

XXH3 reads ten times as fast as SHA-256, and that is most of what a process does that starts on a large index. It tells
whatever a disk, a cut or a bug may do to a file. Against somebody who writes into the folder no sum would help: the sum
lies beside the file.
"""

import hashlib
from pathlib import Path

from xxhash import xxh3_64_intdigest, xxh3_128

AT_ONCE = 1 << 20
"""Bytes that are read at a time: so few stay in the processor's cache while they are summed."""
_SHA256 = 64


def digest(path: Path) -> str:
    """XXH3 (128 bits, hex) of a file."""
    told, buffer = xxh3_128(), bytearray(AT_ONCE)
    view = memoryview(buffer)
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(buffer):
            told.update(view[:count])
    return told.hexdigest()


def is_sum_of(checksum: str, path: Path) -> bool:
    """Whether a file has this checksum; SHA-256, as older versions wrote it, is known too."""
    if len(checksum) == _SHA256:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == checksum
    return digest(path) == checksum


def code(text: str) -> int:
    """64 bits that stand for a text in every process."""
    return xxh3_64_intdigest(text.encode("utf-8", "surrogatepass"))
