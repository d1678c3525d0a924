"""A real Kanboard (PHP and SQLite) on a free port of this machine, and what people do on it."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.radicale_server import await_port
from tests.servers import free_port

TOKEN = "geheim-Aerger7"
PASSWORD = "geheim-Brezel8"
_UNPACKED = Path(__file__).parents[1] / ".venv" / "kanboard"
_PLACES = (_UNPACKED / "usr" / "share" / "kanboard", Path("/usr/share/kanboard"))
_SETTINGS = """<?php
define('DATA_DIR', '{folder}'); define('CACHE_DIR', '{folder}/cache'); define('PLUGINS_DIR', '{folder}/plugins');
define('FILES_DIR', '{folder}/files'); define('API_AUTHENTICATION_TOKEN', '{token}');
"""


@dataclass(frozen=True)
class Board:
    """A running Kanboard, as one who may do anything there."""

    origin: str

    def call(self, method: str, **params: object) -> Any:
        """Do something that has to be granted, and give its result."""
        (result,) = self.calls((method, params))
        return result

    def calls(self, *told: tuple[str, dict[str, object]]) -> list[Any]:
        """Do several things, one after the other."""
        body = [{"jsonrpc": "2.0", "id": i, "method": name, "params": params} for i, (name, params) in enumerate(told)]
        results = [answer.get("result", False) for answer in self._posted(body)]
        assert all(result is not False for result in results), (told, results)
        return results

    def _posted(self, body: Sequence[object]) -> list[dict[str, Any]]:
        login = base64.b64encode(f"jsonrpc:{TOKEN}".encode()).decode()
        headers = {"Content-Type": "application/json", "Authorization": f"Basic {login}"}
        request = urllib.request.Request(f"{self.origin}/jsonrpc.php", json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=20) as reply:
            answers: list[dict[str, Any]] = json.loads(reply.read())
        return answers


@contextmanager
def kanboard() -> Iterator[Board]:
    """A Kanboard with nothing on it; skips the test where PHP or Kanboard is not installed."""
    home = next((place for place in _PLACES if (place / "jsonrpc.php").is_file()), None)
    if home is None or not shutil.which("php"):
        pytest.skip("PHP or Kanboard is not installed (scripts/servers says how)")
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="signpost-kanboard-", dir=memory))
    (folder / "settings.php").write_text(_SETTINGS.format(folder=folder, token=TOKEN), encoding="utf-8")
    port = free_port()
    options = {"auto_prepend_file": folder / "settings.php", "include_path": home.parent / "php", "display_errors": 0}
    command = [
        "php",
        *(f"-d{name}={value}" for name, value in options.items()),
        "-S",
        f"127.0.0.1:{port}",
        "-t",
        str(home),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=_environment())
    try:
        await_port(process, port)
        board = Board(f"http://127.0.0.1:{port}")
        _greet(board)
        yield board
    finally:
        process.terminate()
        process.wait(timeout=20)
        shutil.rmtree(folder, ignore_errors=True)


def _greet(board: Board) -> None:
    """Skip where the Kanboard that is installed does not get on with the PHP that is."""
    try:
        board.call("getVersion")
    except (OSError, ValueError) as problem:
        pytest.skip(f"the Kanboard that is installed does not run here ({problem})")


def _environment() -> dict[str, str]:
    """Without a proxy: Kanboard would ask it for nothing but could."""
    return {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
