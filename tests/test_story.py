"""The main job: a card goes in, a mail comes in, a draft with the right link lies in the thread."""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from indexer.asking import Filters
from service.app import App
from tests.builders import a_board, a_comment
from tests.servers import PASSWORD, Server, World, dovecot, pymap

BOARD = a_board(
    {
        "name": "Pilot with Brückner Logistik",
        "desc": "Sorting line in Fürth. Jörg visits them on Thursdays.",
        "shortUrl": "https://trello.com/c/brueck01",
        "badges": {"comments": 1},
    },
    {"name": "Trade fair stand", "desc": "Carpets, coffee, chairs.", "shortUrl": "https://trello.com/c/fair0001"},
    actions=[a_comment("Spoke to Ms Öztürk of Brückner: they want an offer until May.")],
)
SETTINGS = """
[[sources]]
kind = "trello-export"
path = "sales.json"

[[mailboxes]]
name = "anna@firma.example"
user = "{user}"
host = "127.0.0.1"
port = {port}
tls = "none"
password_file = "password"
addresses = ["Anna Weiß <anna@firma.example>"]

[replies]
internal_domains = ["firma.example"]
"""
pytestmark = [pytest.mark.model, pytest.mark.server]
ASKED = """\
Hi Anna,

the people at Brückner Logistik called again. Who is talking to Brückner Logistik at the moment?

Thanks, Jana
"""


@pytest.fixture(params=[pymap, dovecot], ids=["pymap", "dovecot"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    started: AbstractContextManager[Server] = request.param()
    with started as running:
        yield running


@pytest.fixture
def people(server: Server) -> Iterator[World]:
    world = World(server)
    yield world
    world.close()


@pytest.fixture
def app(server: Server, tmp_path: Path) -> Iterator[App]:
    (tmp_path / "sales.json").write_text(json.dumps(BOARD), encoding="utf-8")
    (tmp_path / "password").write_text(PASSWORD, encoding="utf-8")
    config = tmp_path / "signpost.toml"
    config.write_text(SETTINGS.format(user=server.user, port=server.port), encoding="utf-8")
    with App.open(config) as opened:
        yield opened


def a_question(text: str = ASKED, sender: str = "Jana Köhler <jana@firma.example>") -> bytes:
    mail = EmailMessage()
    mail["Message-ID"], mail["From"], mail["To"] = "<ask-1@firma.example>", sender, "anna@firma.example"
    mail["Subject"], mail["Date"] = "Brückner", "Mon, 02 Mar 2026 09:00:00 +0100"
    mail.set_content(text)
    return mail.as_bytes()


def drafts(people: World) -> list[EmailMessage]:
    if not people.client.folder_exists("Drafts"):
        return []
    return [message_from_bytes(raw, policy=policy.default) for raw, _ in people.state("Drafts").values()]


def test_a_question_that_a_card_answers_gets_one_draft_in_its_thread(app: App, people: World) -> None:
    app.reindex()
    app.watch_once()
    people.deliver(a_question())
    before = people.state("INBOX")

    receipts = app.watch_once() + app.watch_once()

    (draft,) = drafts(people)
    assert [told.outcome for told in receipts] == ["draft"]
    assert draft["In-Reply-To"] == "<ask-1@firma.example>"
    assert draft["To"] == "Jana Köhler <jana@firma.example>"
    assert draft["Subject"] == "Re: Brückner"
    for part in ("plain", "html"):
        body = draft.get_body((part,))
        assert body is not None
        assert "https://trello.com/c/brueck01" in body.get_content()
        assert "fair0001" not in body.get_content()
    assert people.state("INBOX") == before


def test_the_page_and_the_command_line_find_what_the_draft_links_to(app: App) -> None:
    app.reindex()

    found = app.search("Who is talking to Brückner Logistik at the moment?", Filters(), 3)

    assert found.hits[0].document.url == "https://trello.com/c/brueck01"


@pytest.mark.parametrize(
    ("mail", "reason"),
    [
        (a_question(sender="Eve <eve@elsewhere.example>"), "outside sender"),
        (a_question("Hi Anna,\n\nBrückner Logistik signed today. Cheers, Jana\n"), "no question"),
        (a_question("Who is talking to Quixwell Aerospace?\n"), "not sure enough"),
    ],
    ids=["an outsider", "a statement", "an unknown company"],
)
def test_who_should_get_no_draft_gets_none_and_a_reason(app: App, people: World, mail: bytes, reason: str) -> None:
    app.reindex()
    app.watch_once()
    people.deliver(mail)

    (receipt,) = app.watch_once()

    assert (receipt.outcome, receipt.reason) == ("pass", reason)
    assert receipt.says
    assert drafts(people) == []


def test_mail_that_was_there_before_signpost_is_left_alone(app: App, people: World) -> None:
    people.deliver(a_question())
    app.reindex()

    assert app.watch_once() + app.watch_once() == []
    assert drafts(people) == []


def test_a_card_that_is_gone_from_the_board_is_gone_from_the_answers(app: App, tmp_path: Path) -> None:
    app.reindex()
    (tmp_path / "sales.json").write_text(json.dumps({**BOARD, "cards": BOARD["cards"][1:]}), encoding="utf-8")

    report = app.reindex()

    assert report.sources[0].deleted == 1
    assert "Brückner" not in " ".join(h.document.title for h in app.search("Brückner", Filters(), 9).hits)
