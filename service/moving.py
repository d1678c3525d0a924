"""The index of the settings → another place: a database by its URL, or a folder."""

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from indexer.engines.moving import Moved, move
from indexer.engines.opening import open_index
from indexer.errors import SettingsError
from indexer.updating import Progress
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
        return move(source, target, datetime.now(UTC), tell)
