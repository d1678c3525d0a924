"""What runs day by day never loads the library that the model came with, nor the one that made it small."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.embedding.opening import open_embedder
from tests.builders import a_board

DAY = """
import sys
from pathlib import Path
from indexer.asking import Filters
from service.app import App
from service.mailbox.memory import MemoryMailbox, MemoryServer

server = MemoryServer()
with App.open(Path(sys.argv[1])) as app:
    app.mailbox_of = lambda told: MemoryMailbox(server, told.name)
    app.reindex()
    assert app.search("who is talking to Brückner Logistik?", Filters(), 3).hits
    app.watch_once()
    server.deliver((Path(sys.argv[1]) / "mail.eml").read_bytes())
    (receipt,) = app.watch_once()
    assert receipt.outcome == "draft", receipt
    with app.serving():
        pass
sys.exit(" ".join({"torch", "transformers", "sentence_transformers", "nncf"} & set(sys.modules)) or 0)
"""
SETTINGS = """
[[sources]]
kind = "trello-export"
path = "sales.json"

[[mailboxes]]
name = "anna"
user = "anna@firma.example"
host = "imap.firma.example"

[replies]
internal_domains = ["firma.example"]

[web]
port = 0

[model]
precision = "{precision}"
"""
MAIL = """\
From: Jo Weiß <jo@firma.example>
To: anna@firma.example
Message-ID: <1@firma.example>
Subject: Brückner

Who is talking to Brückner Logistik?
"""


@pytest.mark.model
@pytest.mark.parametrize("precision", ["bf16", "int8"])
def test_indexing_searching_watching_and_serving_load_no_torch(precision: str, tmp_path: Path) -> None:
    open_embedder(precision="bf16" if precision == "bf16" else "int8")  # made by now, if it was not before
    card = {"name": "Pilot with Brückner Logistik", "desc": "Jörg talks to Brückner Logistik."}
    (tmp_path / "sales.json").write_text(json.dumps(a_board(card)), encoding="utf-8")
    (tmp_path / "signpost.toml").write_text(SETTINGS.format(precision=precision), encoding="utf-8")
    (tmp_path / "mail.eml").write_text(MAIL, encoding="utf-8", newline="\r\n")

    day = [sys.executable, "-c", DAY, str(tmp_path)]
    done = subprocess.run(day, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
