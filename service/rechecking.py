"""Right before a draft is written: are the documents that it would link to still there, and may its readers see them?

Files are read by the next look at them; only services are asked. What cannot be asked counts as gone for this draft:
a missing draft is forgiven, a dead or a private link is not.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from indexer.asking import Viewer
from indexer.errors import SourceError
from indexer.sources.protocol import Upsert
from service.connecting import AT_ONCE, Connected
from service.watching.attempt import Failed, attempt

log = logging.getLogger(__name__)


class Rechecking:
    """Asks the services themselves."""

    def __init__(self, sources: Sequence[Connected], ring: Callable[[str, Sequence[str]], None]) -> None:
        """`ring` is told what to read again: what is found to be gone or changed here."""
        self._sources = {source.name: source for source in sources}
        self._ring = ring

    @property
    def sources(self) -> tuple[Connected, ...]:
        """Those that are asked."""
        return tuple(self._sources.values())

    def still_there(self, ids: Collection[str], viewer: Viewer) -> frozenset[str]:
        """Which of these documents exist at their source right now and may be seen by the viewer.

        Those that no service holds are taken for there: the index knows as much as their files.
        """
        asked = defaultdict[str, list[str]](list)
        for key in ids:
            asked[":".join(key.split(":", 2)[:2])].append(key)
        live = {name: keys for name, keys in asked.items() if name in self._sources}
        there = {key for name, keys in asked.items() if name not in live for key in keys}
        if live:
            with ThreadPoolExecutor(len(live), "recheck") as pool:
                there.update(*pool.map(lambda name: self._seen(name, live[name], viewer), live))
        return frozenset(there)

    def _seen(self, name: str, ids: Sequence[str], viewer: Viewer) -> set[str]:
        found = attempt(f"asking {name}", partial(self._ask, name, ids, viewer))
        there = set[str]() if isinstance(found, Failed) else found
        if gone := set(ids) - there:
            log.info("%s: %d linked documents are gone, private or could not be asked for", name, len(gone))
            self._ring(name, sorted(gone))
        return there

    def _ask(self, name: str, ids: Sequence[str], viewer: Viewer) -> set[str]:
        there = set[str]()
        try:
            with self._sources[name].within(AT_ONCE.patience):
                for event in self._sources[name].source.fetch(ids):
                    if isinstance(event, Upsert) and event.document.visibility in viewer.visibilities:
                        there.add(event.document.id)
        except SourceError as error:
            log.warning("%s", error)
        return there
