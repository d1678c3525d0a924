"""The data folder is for its owner alone, whatever was there before and whatever the umask."""

import os
from pathlib import Path

import pytest

from indexer.errors import SettingsError
from service.privacy import keep_private


def modes(folder: Path) -> dict[str, int]:
    every = (folder, *folder.rglob("*"))
    return {path.name: path.stat().st_mode & 0o777 for path in every if not path.is_symlink()}


def test_a_folder_is_made_for_its_owner(tmp_path: Path) -> None:
    keep_private(tmp_path / "a" / "data")

    assert modes(tmp_path / "a" / "data") == {"data": 0o700}


def test_what_lies_there_already_is_closed_to_others(tmp_path: Path) -> None:
    data, elsewhere = tmp_path / "data", tmp_path / "elsewhere"
    (data / "index").mkdir(parents=True)
    for file in (data / "ledger.db", data / "index" / "vectors.faiss", elsewhere):
        file.write_text("Brückner")
        file.chmod(0o644)
    (data / "index" / "run").write_text("")
    (data / "index" / "run").chmod(0o755)
    (data / "link").symlink_to(elsewhere)
    for folder in (data, data / "index"):
        folder.chmod(0o775)

    keep_private(data)

    folders, files = {"data": 0o700, "index": 0o700}, {"ledger.db": 0o600, "vectors.faiss": 0o600, "run": 0o700}
    assert modes(data) == folders | files
    assert elsewhere.stat().st_mode & 0o777 == 0o644


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(SettingsError, match=r"data folder .* cannot be used: Not a directory"):
        keep_private(tmp_path / "file" / "data")


def test_doing_it_again_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_text("")
    keep_private(tmp_path)
    before = os.stat(tmp_path / "ledger.db")

    keep_private(tmp_path)

    assert os.stat(tmp_path / "ledger.db") == before
