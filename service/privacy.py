"""The data folder is its owner's alone: mails, cards and logins are in it."""

import os
from collections.abc import Iterator
from pathlib import Path

from indexer.errors import SettingsError


def keep_private(folder: Path) -> None:
    """Make the folder where it is missing, and let nobody but its owner into it and all it holds.

    Raises SettingsError where that cannot be done.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in (folder, *_below(folder)):
            _restrict(path)
    except OSError as fault:
        raise SettingsError([f"The data folder {folder} cannot be used: {fault.strerror or fault}."]) from fault


def _below(folder: Path) -> Iterator[Path]:
    for top, folders, files in os.walk(folder):
        yield from (Path(top, name) for name in (*folders, *files))


def _restrict(path: Path) -> None:
    """Take from others what they may do; what another process removes meanwhile, or owns, is let be."""
    try:
        mode = path.lstat().st_mode & 0o777
        if mode & 0o077 and not path.is_symlink():
            path.chmod(mode & 0o700)
    except (FileNotFoundError, PermissionError):
        return
