"""The application: what it tells of mailboxes that it cannot watch, or meets for the first time."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.asking import Filters
from service.app import App
from service.mailbox.memory import MemoryMailbox, MemoryServer
from service.printing import state_text
from service.watching.presence import Presence
from tests.builders import a_board

pytestmark = pytest.mark.model
SETTINGS = """
[[sources]]
kind = "trello-export"
path = "sales.json"

[[mailboxes]]
name = "anna"
user = "anna@firma.example"
host = "imap.firma.example"
folders = ["INBOX", "Vertrieb"]

[replies]
internal_domains = ["firma.example"]
"""


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    (tmp_path / "sales.json").write_text(json.dumps(a_board({"name": "Pilot with Brückner"})), encoding="utf-8")
    (tmp_path / "signpost.toml").write_text(SETTINGS, encoding="utf-8")
    server = MemoryServer(password="secret")
    with App.open(tmp_path) as opened:
        opened.mailbox_of = lambda told: MemoryMailbox(server, told.name, "secret")
        opened.reindex()
        yield opened


def test_a_watched_folder_that_is_not_there_is_told_and_the_others_are_watched(app: App) -> None:
    failed: list[str] = []

    app.watch_once(failed.append)

    (says,) = failed
    assert says.startswith("anna: ")
    assert "Vertrieb" in says
    assert app.unmet() == ["anna Vertrieb"]


def test_a_mailbox_that_another_process_watches_is_left_alone_and_told(app: App) -> None:
    failed: list[str] = []
    app.ledger.leases.take("anna", Presence("elsewhere:1"))

    assert app.watch_once(failed.append) == []
    assert failed == ["anna: Another Signpost watches this mailbox already, so this one left it alone."]


def test_the_status_tells_who_watches(app: App) -> None:
    assert app.state().watched == ()
    app.ledger.leases.take("anna", Presence("elsewhere:1"))

    (lease,) = app.state().watched
    assert (lease.mailbox, lease.holder) == ("anna", "elsewhere:1")
    assert "watching: anna is watched by elsewhere:1" in state_text(app.state()).splitlines()


def test_values_of_filters_that_no_document_has_are_told_with_the_nearest(app: App) -> None:
    assert app.strange(Filters(source=("trello:sales",))) == []
    assert app.strange(Filters(source=("trello:sale",))) == [
        "No document has the source “trello:sale”; did you mean “trello:sales”?"
    ]
