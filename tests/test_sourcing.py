"""A team's board on Trello, live: found, rung for, asked once more before a draft, and withdrawn when it is gone."""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import httpx2
import pytest

from indexer.asking import Filters
from indexer.errors import SettingsError, SignpostError
from indexer.updating import UpdateOptions
from service.app import App
from service.connecting import Connected
from service.mailbox.memory import MemoryMailbox, MemoryServer
from service.printing import sources_text
from service.sourcing import source_named, standing
from tests.builders import NOW
from tests.telling import Told
from tests.trello_service import TrelloService

pytestmark = pytest.mark.model
SITE = "https://signpost.example"
SETTINGS = """
[[sources]]
kind = "trello"
name = "sales"
options = {{key = "{key}", boards = ["{board}"], url = "{url}", token_file = "token", webhook_secret_file = "secret"}}

[[mailboxes]]
name = "anna"
user = "anna@firma.example"
host = "imap.firma.example"

[replies]
internal_domains = ["firma.example"]

[web]
port = 0
base_url = "{site}"

[access]
login = "local"
"""
ASKS = (
    b"From: Tom <tom@firma.example>\r\nTo: anna@firma.example\r\nSubject: A customer\r\n"
    b"Message-ID: <1@firma.example>\r\nDate: Mon, 02 Feb 2026 09:00:00 +0000\r\n\r\n"
    b"Who is talking to Brueckner Logistik?\r\n"
)


class Team(NamedTuple):
    """A board with one card about a customer, the mailbox, and Signpost between them."""

    trello: TrelloService
    board: str
    card: str
    server: MemoryServer
    app: App

    def titles(self) -> list[str]:
        return [hit.document.title for hit in self.app.search("Brückner Logistik", Filters(), 5).hits]

    def drafts(self) -> int:
        return len(self.server.folders["Drafts"].mails)

    def look(self) -> None:
        self.app.reindex()

    def states(self) -> list[tuple[str, str]]:
        return [(told.outcome, told.state) for told in self.app.latest()]


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    trello, server = TrelloService(post=lambda *_: 200), MemoryServer(password="secret")
    board = trello.add_board("Sales", "public")
    label = trello.add_label(board, "Customer: Brückner Logistik")
    card = trello.add_card(trello.add_list(board, "Doing"), "Pilot with Brückner Logistik", "Night trains.")
    trello.put_label(card, label)
    trello.assign(card, trello.owner)
    (tmp_path / "token").write_text(f"{trello.token}\n", encoding="utf-8")
    (tmp_path / "secret").write_text(trello.secret, encoding="utf-8")
    with trello.serving() as url:
        told = SETTINGS.format(key=trello.key, board=board, url=url, site=SITE)
        (tmp_path / "signpost.toml").write_text(told, encoding="utf-8")
        with App.open(tmp_path) as app:
            app.mailbox_of = lambda told: MemoryMailbox(server, told.name, "secret")
            app.reindex()
            app.watch_once()
            yield Team(trello, board, card, server, app)


def test_a_board_is_found_and_what_changes_on_it_too(team: Team) -> None:
    assert team.titles() == ["Pilot with Brückner Logistik"]
    team.trello.rename(team.card, "Rollout at Brückner Logistik")

    team.look()

    assert team.titles() == ["Rollout at Brückner Logistik"]
    assert team.trello.secrets_in_urls == 0
    asked = team.app.sourcing.asked("trello:sales")
    assert re.fullmatch(rf"{team.trello.requests} requests, [\d,]+ more allowed now", asked)


def test_how_the_board_stands_is_told(team: Team) -> None:
    team.trello.revoke(team.trello.token)
    team.look()

    (told,) = team.app.sourcing.standing(datetime.now(UTC))

    assert (told.state, told.indexed, told.listed) == ("in trouble", 1, 1)
    text = sources_text([told], datetime.now(UTC))
    assert "trello:sales: in trouble; 1 documents here of 1 there; last read" in text
    assert "SIGNPOST_SOURCES__SALES__TOKEN" in text
    assert team.trello.token not in text
    assert team.titles() == ["Pilot with Brückner Logistik"]
    assert any("trello:sales" in problem for problem in team.app.state().problems)


def test_a_mail_gets_a_draft_and_the_next_one_none_once_the_card_is_gone(team: Team) -> None:
    team.server.deliver(ASKS)
    team.app.watch_once()
    assert team.drafts() == 1

    team.trello.delete(team.card)
    team.app.sourcing.look((), UpdateOptions(allow_shrink=True))

    assert team.titles() == []
    team.server.deliver(ASKS.replace(b"<1@", b"<2@"))
    team.app.watch_once()
    assert (team.drafts(), team.states()[0]) == (1, ("pass", ""))


@pytest.mark.parametrize("away", ["delete", "private", "refuse"])
def test_a_card_that_went_a_moment_ago_is_in_no_draft(team: Team, away: str) -> None:
    match away:
        case "delete":
            team.trello.delete(team.card)
        case "private":
            team.trello.set_permission(team.board, "private")
        case "refuse":
            team.trello.revoke(team.trello.token)
    team.server.deliver(ASKS)

    team.app.watch_once()

    assert team.drafts() == 0
    assert [outcome for outcome, _ in team.states()] == ["pass"]


def posted(address: str, path: str, raw: bytes, headers: dict[str, str]) -> int:
    return httpx2.post(f"{address}{path}", content=raw, headers=headers).status_code


def test_what_trello_rings_for_is_found_and_what_others_say_is_refused(team: Team) -> None:
    heard: list[tuple[str, dict[str, str], bytes]] = []

    def hear(method: str, address: str, headers: dict[str, str], raw: bytes) -> int:
        heard.append((address, headers, raw))
        return 200

    team.trello.bells._post = hear
    stop = threading.Event()
    syncing = threading.Thread(target=team.app.sourcing.syncing.run, args=(stop,))
    source = team.app.sourcing.sources[0]
    assert source.subscribe
    assert source.subscribe() == []
    heard.clear()
    team.trello.rename(team.card, "Rollout at Brückner Logistik")
    team.trello.ring()

    with team.app.serving() as address:
        syncing.start()
        (where, headers, raw) = heard[-1]
        path = where.removeprefix(SITE)
        assert path == "/hooks/trello/sales"
        assert httpx2.head(f"{address}{path}").status_code == httpx2.get(f"{address}{path}").status_code == 200
        assert posted(address, path, raw + b" ", headers) == 403
        assert posted(address, path, raw, {}) == 403
        assert posted(address, "/hooks/trello/other", raw, headers) == 404
        assert posted(address, path, b"x" * 1_000_001, headers) == 413
        assert posted(address, path, raw, headers) == 200
        end = datetime.now(UTC) + timedelta(seconds=20)
        while team.titles() != ["Rollout at Brückner Logistik"]:
            assert datetime.now(UTC) < end
    stop.set()
    syncing.join()


def test_a_source_without_a_token_is_told_where_to_put_it(tmp_path: Path) -> None:
    table = '[[sources]]\nkind = "{}"\nname = "x"\noptions = {{{}}}\n'
    kinds = {"trello": 'key = "k", workspace = "w"', "hubspot": "", "kanboard": 'url = "https://kb.example"'}
    text = "".join(table.format(kind, more) for kind, more in kinds.items())
    (tmp_path / "signpost.toml").write_text(text, encoding="utf-8")

    with App.open(tmp_path) as app, pytest.raises(SettingsError) as error:
        app.reindex()

    assert [problem.split(" has no token")[0] for problem in error.value.problems] == [
        "The source trello:x",
        "The source hubspot:x",
        "The source kanboard:x",
    ]
    assert "SIGNPOST_SOURCES__X__TOKEN" in error.value.problems[0]


def test_a_source_is_known_by_its_name_with_or_without_its_kind() -> None:
    sources = [Connected(Told("trello:sales"), 60), Connected(Told("crm:north"), 60)]

    assert source_named("sales", sources) is source_named("trello:sales", sources)
    with pytest.raises(SignpostError, match="There is no source south; there are trello:sales, crm:north"):
        source_named("south", sources)


def test_a_source_that_nobody_ever_looked_at_says_so() -> None:
    told = standing(Connected(Told("trello:sales"), 60), None, 0, NOW)

    assert (told.state, told.done_at, told.late) == ("never read", None, 0.0)
    assert sources_text([], NOW) == "There are no [[sources]] in the settings."
