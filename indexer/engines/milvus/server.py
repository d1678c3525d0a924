"""A Milvus server, cluster or file: collections of passages, errors as sentences. The only door to pymilvus."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from grpc import RpcError
from pymilvus import DataType, MilvusClient
from pymilvus.exceptions import MilvusException

from indexer.engines.milvus.rows import Row
from indexer.errors import IndexProblem

NUMBERS = ("document", "kind", "parent", "lane", "status", "visibility", "day")
LISTS = ("people", "customers")
NAMED = 2048
"""Names in a list: a thousand people by name and by address."""
TOLD = 1000
PATIENCE, LONG = 10.0, 120.0
"""Seconds for a question, and for what is written or made."""
MOST = 16_384
"""Rows in one answer."""
PUT = 2_000
"""Rows in one message, which may have 64 MB."""
EF = 512
"""Passages that a walk through the index on vectors keeps in view."""
STRONG, BOUNDED = "Strong", "Bounded"

logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # what goes wrong is told once, as a sentence


class Server:
    """Collections on one Milvus, and this process's connection to it. Threads may share one."""

    def __init__(self, url: str, token: str = "") -> None:
        """Connect to nothing yet. Raises IndexProblem for what is no URL."""
        told, port = urlsplit(url), _port(url)
        if told.scheme in ("milvus", "http", "https", "tcp") and told.hostname and port:
            scheme = "https" if told.scheme == "https" else "http"
            self._uri, self.name = f"{scheme}://{told.hostname}:{port}", f"Milvus on {told.hostname}:{port}"
        elif "://" not in url and url.endswith(".db"):
            self._uri, self.name = url, f"The Milvus file {url}"
        else:
            raise IndexProblem("SIGNPOST_SEARCH_URL is no URL like http://host:19530, and no file that ends in .db.")
        self._token = token or (f"{told.username}:{told.password}" if told.username else "")
        self._database = told.path.strip("/") if "://" in url else ""
        self._client: MilvusClient | None = None
        self._lock = Lock()

    def collections(self, beginning: str) -> list[str]:
        """The names of all collections that begin so."""
        with self._told() as client:
            return sorted(name for name in client.list_collections(timeout=PATIENCE) if name.startswith(beginning))

    def create(self, name: str, dimension: int) -> None:
        """Make an empty collection for passages with vectors of this dimension."""
        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("source", DataType.INT64, is_partition_key=True)
        for field in NUMBERS:
            schema.add_field(field, DataType.INT64)
        for field in LISTS:
            schema.add_field(field, DataType.ARRAY, element_type=DataType.INT64, max_capacity=NAMED)
        schema.add_field("embedded", DataType.BOOL)
        schema.add_field("told", DataType.VARCHAR, max_length=TOLD)
        schema.add_field("dense", DataType.FLOAT_VECTOR, dim=dimension)
        schema.add_field("words", DataType.SPARSE_FLOAT_VECTOR)
        indexes = MilvusClient.prepare_index_params()
        walk = {"M": 32, "efConstruction": 200}
        indexes.add_index("dense", index_type="HNSW", metric_type="IP", params=walk)
        indexes.add_index("words", index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
        for field in ("document", "visibility"):
            indexes.add_index(field, index_type="INVERTED")
        with self._told() as client:
            client.create_collection(name, schema=schema, consistency_level=BOUNDED, timeout=LONG)
            client.create_index(name, indexes, sync=False, timeout=LONG)  # nothing is in it, so there is nothing to do
            client.load_collection(name, timeout=LONG)

    def drop(self, name: str) -> None:
        """Take a collection away."""
        with self._told() as client:
            client.drop_collection(name, timeout=LONG)

    def put(self, name: str, rows: Sequence[Row]) -> None:
        """Write these rows, in place of those with the same ids."""
        with self._told() as client:
            for first in range(0, len(rows), PUT):
                client.upsert(name, list(rows[first : first + PUT]), timeout=LONG)

    def delete(self, name: str, where: str) -> None:
        """Take all rows away that meet a condition."""
        with self._told() as client:
            client.delete(name, filter=where, timeout=LONG)

    def rows(self, name: str, where: str, fields: Sequence[str], limit: int = MOST) -> list[Mapping[str, Any]]:
        """Rows that meet a condition, as they are now: everything acknowledged before is seen, from now on by all."""
        with self._told() as client:
            told = client.query(
                name, filter=where, output_fields=list(fields), limit=limit, consistency_level=STRONG, timeout=LONG
            )
            return list(told)

    def count(self, name: str) -> int:
        """How many passages a collection has."""
        with self._told() as client:
            told = client.query(
                name, filter="id > 0", output_fields=["count(*)"], consistency_level=STRONG, timeout=PATIENCE
            )
            return int(told[0]["count(*)"])

    def every(self, name: str, where: str = "id > 0") -> Iterator[list[int]]:
        """The ids of all passages that meet a condition, some at a time."""
        with self._told() as client:
            walk = client.query_iterator(
                name, batch_size=MOST // 2, filter=where, output_fields=["id"], consistency_level=STRONG, timeout=LONG
            )
            while some := walk.next():
                yield [int(one["id"]) for one in some]
            walk.close()

    def best(
        self, name: str, field: str, asked: Sequence[object], where: str, limit: int
    ) -> list[list[tuple[int, float]]]:
        """For each that is asked the rows that come to most in a field and meet the condition, best first."""
        params = {"params": {"ef": max(limit, EF)}} if field == "dense" else {}
        with self._told() as client:
            found = client.search(
                name,
                data=list(asked),
                anns_field=field,
                filter=where,
                limit=min(limit, MOST),
                output_fields=["id"],
                search_params={"metric_type": "IP", **params},
                consistency_level=BOUNDED,
                timeout=PATIENCE,
            )
            return [[(int(hit["id"]), float(hit["distance"])) for hit in hits] for hits in found]

    def close(self) -> None:
        """Let go of the connection."""
        with self._lock:
            client, self._client = self._client, None
        if client:
            client.close()

    @contextmanager
    def _told(self) -> Iterator[MilvusClient]:
        """A connection, and what goes wrong with it as a sentence."""
        try:
            yield self._connected()
        except (MilvusException, RpcError, OSError) as error:
            raise self._problem(error) from error

    def _connected(self) -> MilvusClient:
        with self._lock:
            if self._client is None:
                self._client = MilvusClient(self._uri, token=self._token, db_name=self._database, timeout=PATIENCE)
            return self._client

    def _problem(self, error: Exception) -> IndexProblem:
        said = getattr(error, "message", "") or str(error)
        if "auth" in said.lower() or "permission" in said.lower():
            return IndexProblem(f"{self.name} refuses the token ({said}). Check SIGNPOST_SEARCH_TOKEN.")
        away = ("connect", "unavailable", "deadline", "timeout", "timed out", "retry")
        if any(word in said.lower() for word in away):
            return IndexProblem(
                f"{self.name} does not answer. See that it runs and that SIGNPOST_SEARCH_URL names it; without "
                "SIGNPOST_SEARCH_URL the index searches by itself."
            )
        return IndexProblem(f"{self.name} cannot do what was asked: {said}")


def _port(url: str) -> int:
    """The port of a URL, or the usual one; 0 where it names what is none."""
    try:
        told = urlsplit(url)
        return told.port or (443 if told.scheme == "https" else 19530)
    except ValueError:
        return 0
