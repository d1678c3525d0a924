"""A process that follows a database until it is killed: `python -m tests.following_process URL FOLDER`."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.engines.following import follower
from indexer.engines.following.opening import open_following

ROOT = Path(__file__).parents[1]
FEW = 5
"""Documents that it copies at once, so that there is much to be interrupted."""


@contextmanager
def a_follower(url: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Somebody who follows as long as the block runs, and is then killed without a word."""
    command = [sys.executable, "-m", "tests.following_process", url, str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert process.stdout
        assert process.stdout.readline() == "ready\n", process.communicate()[0]
        yield process
    finally:
        process.kill()
        process.communicate()


if __name__ == "__main__":
    follower.DOCUMENTS = FEW
    followed = open_following(Path(sys.argv[2]), sys.argv[1], create=False)
    print("ready", flush=True)
    time.sleep(600)
