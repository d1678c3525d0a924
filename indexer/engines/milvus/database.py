"""The truth on a PostgreSQL server, with a log of what changed that triggers keep."""

from collections.abc import Mapping, Sequence

from indexer.asking import Before
from indexer.embedding.protocol import Vectors
from indexer.engines.brought_up import Fact
from indexer.engines.milvus.index import MilvusIndex
from indexer.engines.milvus.server import Server as Milvus
from indexer.engines.milvus.truth import Stand, Worth
from indexer.engines.postgres import counting, reading, tables, touched
from indexer.engines.postgres.index import PostgresIndex
from indexer.engines.postgres.meaning import Meaning
from indexer.engines.postgres.narrowing import condition
from indexer.engines.postgres.server import Server
from indexer.engines.protocol import Scope
from indexer.words import SATURATION, TERMS, rarity

STAND = """SELECT m.sequence, m.identity, m.fingerprint, coalesce(s.dimension, 0)
    FROM meta m LEFT JOIN spaces s ON s.fingerprint = m.fingerprint"""


class DatabaseTruth:
    """A `Truth` that any number of machines share."""

    def __init__(self, url: str, create: bool = False) -> None:
        """Open the index in a database. Raises NoIndex when there is none and none is to be created."""
        self._server = Server(url)
        try:
            tables.open_tables(self._server, create)
            touched.keep_log(self._server, touched.DOCUMENTS, "touched_since")
        except BaseException:
            self._server.close()
            raise
        self.index = PostgresIndex(self._server)

    def stand(self) -> Stand:
        """How far it is."""
        with self._server.reading() as transaction:
            return Stand(*transaction.run(STAND)[0])

    def changed(self, since: int) -> list[str] | None:
        """Documents that were put or dropped after that sequence."""
        with self._server.reading() as transaction:
            first = transaction.run("SELECT sequence FROM touched_since")[0][0]
            statement = "SELECT id FROM touched WHERE sequence > %(since)s ORDER BY 1"
            rows = transaction.run(statement, {"since": since})
        return [row[0] for row in rows] if since >= first else None

    def followed(self, sequence: int) -> None:
        """Forget what changed up to that sequence."""
        with self._server.writing() as transaction:
            touched.forget_followed(transaction, sequence)

    def passages_of(self, documents: Sequence[str]) -> list[int]:
        """All passages of these documents."""
        statement = "SELECT p.id FROM documents d JOIN passages p ON p.number = d.number WHERE d.id = ANY(%(ids)s)"
        with self._server.reading() as transaction:
            return [row[0] for row in transaction.run(statement, {"ids": list(documents)})]

    def facts(self, passages: Sequence[int]) -> dict[int, Fact]:
        """What is known of these passages."""
        with self._server.reading() as transaction:
            return reading.facts(transaction, passages)

    def worth(self, texts: Sequence[str], visibilities: Sequence[str]) -> list[Worth]:
        """For each text what its terms are worth, counted over nothing but these visibilities."""
        terms = counting.terms_of(texts)
        every = sorted({term for told in terms.values() for term in told})
        with self._server.reading() as transaction:
            known = counting.statistics(transaction, visibilities, every)
        return [_worth(terms[text], known) for text in texts]

    def before(self, vectors: Sequence[Vectors | None], scope: Scope) -> Sequence[Mapping[str, Before]]:
        """For each vector the documents in scope that answered questions like it."""
        with self._server.reading() as transaction:
            space = reading.space(transaction)
            if space is None or not transaction.run("SELECT 1 FROM questions LIMIT 1"):
                return [{} for _ in vectors]
            lane = Meaning(transaction, space, condition(scope), False)
            return [{} if vector is None else lane.answered(vector) for vector in vectors]


def _worth(terms: Sequence[int], known: counting.Statistics) -> Worth:
    idfs = {term: rarity(known.having.get(term, 0), known.passages) for term in terms}
    rarest = dict(sorted(idfs.items(), key=lambda pair: -pair[1])[:TERMS])
    return Worth(rarest, SATURATION * sum(rarest.values()))


class QueuedMilvusIndex(MilvusIndex):
    """The same in front of a database, where many may embed."""

    def __init__(self, truth: DatabaseTruth, server: Milvus) -> None:
        """Let `server` follow `truth`."""
        super().__init__(truth, server)
        self.queue = truth.index.queue
