"""Where an index and its copy are → both as one index."""

from pathlib import Path

from indexer.engines.following.follower import Follower
from indexer.engines.following.index import FollowingIndex
from indexer.engines.following.waking import Waking
from indexer.engines.postgres import tables, touched
from indexer.engines.postgres.index import PostgresIndex
from indexer.engines.postgres.server import Server


def open_following(folder: Path, url: str, create: bool) -> FollowingIndex:
    """The index at a URL, answered from a copy in a folder. Raises NoIndex when none is to be created."""
    server = Server(url)
    try:
        tables.open_tables(server, create)
        touched.keep_log(server, touched.MOMENTS, "moments")
    except BaseException:
        server.close()
        raise
    follower = Follower(server, folder)
    return FollowingIndex(PostgresIndex(server), follower, Waking(server, follower))
