"""The index or the ledger of the settings → another place: a database by its URL, or a folder or file."""

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from indexer.engines.moving import Moved
from indexer.engines.moving import move as copy
from indexer.engines.opening import open_index
from indexer.errors import SettingsError
from indexer.updating import Progress
from service.ledgers.moving import Carried, move
from service.ledgers.opening import at
from service.privacy import keep_private
from service.settings import Settings


def move_index(settings: Settings, to: str, tell: Callable[[Progress], None]) -> Moved:
    """Copy the index, and compare. The old one stays as it is, and is used until the settings name the other."""
    here = settings.data / "index", settings.index_at
    there = (here[0], to) if "://" in to else (Path(to), "")
    if here == there or (not here[1] and not there[1] and here[0].resolve() == there[0].resolve()):
        raise SettingsError(["The index is there already. Name another place after --to."])
    if not there[1]:
        keep_private(there[0])
    with closing(open_index(*here)) as source, closing(open_index(*there, create=True)) as target:
        return copy(source, target, datetime.now(UTC), tell)


def move_ledger(settings: Settings, to: str) -> Carried:
    """Copy the ledger, row by row. The old one stays as it is and says from now on that it was moved."""
    here = settings.ledger_file, settings.ledger_at
    there = (here[0], to) if "://" in to else (Path(to), "")
    if here == there or (not here[1] and not there[1] and here[0].resolve() == there[0].resolve()):
        raise SettingsError(["The ledger is there already. Name another place after --to."])
    if not here[1] and not there[1]:
        raise SettingsError(
            [
                "The ledger is a file of the data folder. After --to belongs postgresql://…; to have it elsewhere, "
                "end Signpost, move the data folder, and say so in the settings (data)."
            ]
        )
    if there[0].is_dir() and not there[1]:
        raise SettingsError([f"{to} is a folder. Name a file in it after --to."])
    with closing(at(*here)) as source, closing(at(*there)) as target:
        return move(source, target)
