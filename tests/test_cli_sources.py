"""The commands about sources, as people type them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service.cli import cli
from tests.builders import a_board

pytestmark = pytest.mark.model


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "sales.json").write_text(json.dumps(a_board({"name": "Pilot with Brückner"})), encoding="utf-8")
    file = tmp_path / "signpost.toml"
    file.write_text('[[sources]]\nkind = "trello-export"\npath = "sales.json"\n', encoding="utf-8")
    return file


def run(config: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, [*words, "--config", str(config)])


def test_sync_reads_what_changed_and_sources_tells_how_each_stands(config: Path) -> None:
    before = run(config, "sources")
    synced = run(config, "sync", "sales")
    after = run(config, "sources", "--check")

    assert (before.exit_code, "trello:sales: never read; 0 documents here" in before.stdout) == (0, True)
    assert (synced.exit_code, "trello:sales: 1 added" in synced.stdout) == (0, True)
    assert after.exit_code == 0
    assert "trello:sales: fine; 1 documents here of 1 there; last read just now" in after.stdout


def test_a_source_in_trouble_is_told_with_its_exit_code(config: Path) -> None:
    run(config, "sync")
    (config.parent / "sales.json").write_text("{", encoding="utf-8")

    synced, told = run(config, "sync"), run(config, "sources", "--json")

    assert (synced.exit_code, told.exit_code) == (3, 3)
    (source,) = json.loads(told.stdout)
    assert (source["state"], source["indexed"], source["listed"]) == ("in trouble", 1, 1)
    assert "sales.json is not valid JSON" in source["lacking"][0]


def test_following_all_sources_takes_no_names(config: Path) -> None:
    assert run(config, "sync", "--follow", "sales").exit_code == 2
