"""The queue of texts to embed in a database: any number of workers on any machine take from it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from indexer.engines.postgres import leasing, reading, writing
from indexer.engines.postgres.server import Server
from indexer.engines.protocol import Embedded
from indexer.engines.queued import Leased, Queued, SetAside

EXAMPLES = 5


class Queue:
    """Texts that wait to be embedded. Threads may share one. Putting in needs the right to write, all else does not."""

    def __init__(self, server: Server) -> None:
        """The queue in the schema `signpost` of a database."""
        self._server = server

    def put(self, fingerprint: str, texts: Mapping[str, str]) -> int:
        """Let texts, by their hashes, wait for whoever has the model of that fingerprint; how many are new."""
        with self._server.writing() as transaction:
            return leasing.put(transaction, fingerprint, texts)

    def take(self, fingerprint: str, tokens: int, seconds: float) -> Leased | None:
        """About so many tokens of texts, for so many seconds; None where none is free."""
        with self._server.writing() as transaction:
            return leasing.take(transaction, fingerprint, tokens, seconds)

    def finish(self, lease: Leased, embedded: Embedded) -> int:
        """Keep vectors, as far as the texts are still this lease's; how many that were."""
        with self._server.writing() as transaction:
            return leasing.finish(transaction, lease.number, embedded)

    def fail(self, lease: Leased, fingerprint: str, why: Mapping[str, str]) -> None:
        """Say why texts could not be embedded. They are tried again, a few times in all, and then set aside."""
        with self._server.writing() as transaction:
            leasing.fail(transaction, lease.number, fingerprint, why)

    def give_back(self, lease: Leased, fingerprint: str) -> None:
        """Let others have what was not begun."""
        with self._server.writing() as transaction:
            leasing.give_back(transaction, lease.number, fingerprint, tuple(lease.texts))

    def pending(self, fingerprint: str, hashes: Sequence[str]) -> frozenset[str]:
        """Which of these texts have no vector yet and were not set aside."""
        with self._server.reading() as transaction:
            return reading.unembedded(transaction, fingerprint, hashes)

    def aside(self, hashes: Sequence[str]) -> list[SetAside]:
        """Which of these texts were set aside, and why."""
        with self._server.reading() as transaction:
            return leasing.aside(transaction, hashes, len(hashes))

    def others(self, fingerprint: str) -> list[str]:
        """The models of texts that wait for another one than this."""
        with self._server.reading() as transaction:
            return leasing.others(transaction, fingerprint)

    def counted(self) -> Queued:
        """How the queue stands."""
        with self._server.reading() as transaction:
            return leasing.counted(transaction, EXAMPLES)

    def retry(self) -> int:
        """Let what was set aside be tried again by the next update; how many texts that were."""
        with self._server.writing() as transaction:
            return leasing.retry(transaction)

    def clear(self) -> None:
        """Forget what nobody waits for any more. Only inside `writing`, when no update is at work."""
        with self._server.writing() as transaction:
            writing.lock(transaction)
            leasing.clear(transaction)

    @contextmanager
    def listening(self) -> Iterator[Callable[[float], bool]]:
        """A function that waits so many seconds, or until somebody puts something in or brings something back."""
        with self._server.listening(leasing.CHANNEL) as wait:
            yield wait
