"""Sums tell whatever happens to a file, and codes are the same in every process."""

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import checksums
from indexer.checksums import code, digest, is_sum_of
from indexer.engines import generations
from indexer.engines.generations import Facts


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sums") / "file"


@given(st.binary(max_size=64), st.integers(0, 63), st.integers(1, 255))
def test_a_changed_byte_changes_the_sum(path: Path, content: bytes, at: int, by: int) -> None:
    path.write_bytes(content)
    told = digest(path)
    path.write_bytes(content + b"\0")

    assert not is_sum_of(told, path)
    if at < len(content):
        path.write_bytes(content[:at] + bytes([content[at] ^ by]) + content[at + 1 :])
        assert not is_sum_of(told, path)
    path.write_bytes(content)
    assert is_sum_of(told, path)


@pytest.mark.parametrize("size", [0, checksums.AT_ONCE - 1, checksums.AT_ONCE, 3 * checksums.AT_ONCE + 7])
def test_every_byte_of_a_large_file_counts(path: Path, size: int) -> None:
    path.write_bytes(b"x" * size)
    told = digest(path)

    path.write_bytes(b"x" * size + b"y")
    assert digest(path) != told
    path.write_bytes(b"x" * max(0, size - 1))
    assert (digest(path) == told) == (size == 0)


def test_codes_and_sums_never_change_for_files_hold_them(path: Path) -> None:
    path.write_text("Brückner Logistik", encoding="utf-8")

    assert (code("Brückner Logistik"), digest(path)) == (1293054202666886307, "12a911732ab985cd20a6e9d7b60ec1f0")


def test_a_generation_of_an_older_version_is_believed_as_long_as_it_is_whole(tmp_path: Path) -> None:
    held = generations.publish(tmp_path, Facts("x", 1, "f"), lambda folder: write(folder / "one", b"content"))
    files = {"one": hashlib.sha256(b"content").hexdigest()}
    manifest = held.folder / generations.MANIFEST
    told = json.loads(manifest.read_bytes())
    told |= {"files": files, "checksum": generations._sum_of(told["facts"], files)}
    manifest.write_text(json.dumps(told), encoding="utf-8")

    assert generations.current(tmp_path) == held
    (held.folder / "one").write_bytes(b"contend")
    assert generations.current(tmp_path) is None


def write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
