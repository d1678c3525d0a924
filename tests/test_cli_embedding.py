"""`signpost embed-worker` beside `signpost reindex`: real processes, the real model, a real server."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest

from indexer.engines.postgres.index import PostgresIndex
from indexer.engines.protocol import Embedded
from indexer.vectorising import FEW
from tests.builders import a_board
from tests.embedding_process import ended, line
from tests.postgres_server import Postgres, postgres

pytestmark = [pytest.mark.server, pytest.mark.model]
SETTINGS = '[[sources]]\nkind = "trello-export"\npath = "sales.json"\n'
STARTED = "for whoever reindexes"


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres(fsync="off") as running:
        yield running


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """The settings of a machine, with a board of many cards."""
    names = [{"name": f"Interlocking number {n} for the depot of Lübeck", "id": f"{n:024x}"} for n in range(10 * FEW)]
    (tmp_path / "sales.json").write_text(json.dumps(a_board(*names)), encoding="utf-8")
    file = tmp_path / "signpost.toml"
    file.write_text(SETTINGS, encoding="utf-8")
    return file


def started(machine: Path, url: str, *words: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "service", *words, "--config", str(machine)]
    told = {**os.environ, "SIGNPOST_INDEX_URL": url}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=told)


def said(process: "subprocess.Popen[str]", code: int = 0) -> str:
    told, _ = process.communicate(timeout=120)
    assert process.returncode == code, told
    return told


def vectors_of(server: Postgres, url: str) -> Embedded:
    """All vectors of an index, in the order of their hashes."""
    rows = server.run("SELECT text_hash FROM signpost.vectors ORDER BY 1", database=url.rpartition("/")[2])
    with closing(PostgresIndex.open(url)) as index:
        told = index.vectors(index.fingerprint, [bytes(row[0]).hex() for row in rows])  # type: ignore[call-overload]
    order = np.argsort(told.hashes)
    return Embedded(told.fingerprint, tuple(sorted(told.hashes)), told.vectors[order])


@contextmanager
def two_workers(machine: Path, url: str) -> Iterator[list["subprocess.Popen[str]"]]:
    """Workers that have their model and wait."""
    workers = [started(machine, url, "embed-worker") for _ in range(2)]
    try:
        for worker in workers:
            told = line(worker)
            assert told.endswith(STARTED), told
        yield workers
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()


def test_workers_make_of_an_index_what_one_process_makes_of_it(server: Postgres, machine: Path) -> None:
    alone, shared = server.database(), server.database()
    said(started(machine, alone, "reindex"))
    PostgresIndex.open(shared, create=True).close()
    with two_workers(machine, shared) as workers:
        assert f"{10 * FEW} passages embedded" in said(started(machine, shared, "reindex"))
        for worker in workers:
            ended(worker)

    one, many = vectors_of(server, alone), vectors_of(server, shared)
    assert one.hashes == many.hashes
    assert np.einsum("ij,ij->i", one.vectors, many.vectors).min() > 0.999
    assert "0 texts wait, 0 are being embedded, 0 were set aside" in said(started(machine, shared, "status"))


def test_a_worker_for_an_index_in_a_folder_says_where_it_is_needed(machine: Path) -> None:
    assert "SIGNPOST_INDEX_URL" in said(started(machine, "", "embed-worker"), 2)


def test_a_worker_with_another_model_is_told_which(server: Postgres, machine: Path) -> None:
    url = server.database()
    with closing(PostgresIndex.open(url, create=True)) as index:
        index.queue.put("minilm-of-somebody", {"ab" * 32: "Depot"})
    assert "by the model minilm-of-somebody" in said(started(machine, url, "embed-worker"), 1)


def test_what_was_set_aside_stands_in_the_status_and_can_be_tried_again(server: Postgres, machine: Path) -> None:
    url = server.database()
    said(started(machine, url, "reindex"))
    aside = "INSERT INTO signpost.jobs (text_hash, fingerprint, size, state, why) SELECT text_hash, 'm', 1, 'aside', "
    server.run(f"{aside} 'it is too strange' FROM signpost.passages LIMIT 1", database=url.rpartition("/")[2])

    told = said(started(machine, url, "status"), 3)
    assert "1 text was set aside" in told
    assert ": it is too strange). Try once more: signpost index retry" in told
    assert "1 texts are tried again" in said(started(machine, url, "index", "retry"))
    assert "0 were set aside" in said(started(machine, url, "status"))
