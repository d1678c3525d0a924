"""The commands that measure, as somebody types them: backtest, labelling with keys, figures, a comparison."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service.cli import cli
from tests.builders import a_board

SETTINGS = """
[[sources]]
kind = "trello-export"
path = "sales.json"

[replies]
internal_domains = ["firma.example"]
"""
MAIL = """From: Jörg Weber <joerg@firma.example>
To: anna@firma.example
Subject: Besuch
Date: Mon, 02 Mar 2026 10:00:00 +0000
Message-ID: <{key}@firma.example>
Content-Type: text/plain; charset=utf-8

Hallo Anna,

{text}
"""


def signpost(*arguments: object, keys: str = "") -> Result:
    return CliRunner().invoke(cli, list(map(str, arguments)), input=keys)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    board = a_board({"name": "Pilot with Brückner Logistik", "shortUrl": "https://trello.com/c/brueck01"})
    (tmp_path / "sales.json").write_text(json.dumps(board), encoding="utf-8")
    (tmp_path / "signpost.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "mails").mkdir()
    asked = ("Wer betreut Brückner Logistik?", "Who is talking to Fabrikam?", "Bis Montag!")
    for key, text in enumerate(asked):
        told = MAIL.format(key=key, text=text)
        (tmp_path / "mails" / f"{key}.eml").write_text(told, encoding="utf-8")
    return tmp_path


def config(home: Path) -> tuple[object, ...]:
    return ("-c", home / "signpost.toml")


@pytest.mark.model
def test_past_mail_is_rehearsed_labelled_measured_and_compared(home: Path) -> None:
    labels, run, here = home / "labels.jsonl", home / "run.json", config(home)
    signpost("reindex", *here)

    told = signpost("backtest", "--mbox", home / "mails", "--label", labels, *here, keys="x\n1\nq\n")
    more = signpost("label", labels, "--mbox", home / "mails", *here, keys="n\n")
    figures = signpost("eval", labels, "--json", run, *here)
    again = signpost("eval", labels, "--against", run, *here)
    promised = signpost("promise", *here)
    counted = signpost("promise", labels, *here)

    assert told.exit_code == 0, told.output
    assert "3 mails, 1 drafts" in told.output
    assert "1 labelled now, 1 in all." in told.output
    assert "1 labelled now, 2 in all." in more.output
    assert [len(json.loads(line)["relevant"]) for line in labels.read_text("utf-8").splitlines()] == [1, 0]
    assert "2 questions, 1 of them answerable\n  hit@1         1.000" in figures.output
    assert "on 2 common questions" in again.output
    assert "2 verdicts: labels" in promised.output
    assert "Nothing can be promised yet" in promised.output
    assert counted.output == promised.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("eval", "lost.jsonl"), "There is no lost.jsonl"),
        (("promise", "lost.jsonl"), "There is no lost.jsonl"),
        (("backtest",), "There are no [[mailboxes]]"),
        (("backtest", "nobody"), "There is no mailbox nobody"),
        (("backtest", "--mbox", "lost.mbox"), "There is no lost.mbox"),
        (("label", "lost/labels.jsonl"), "There is no folder lost"),
        (("backtest", "--mbox", __file__), "is no mail"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(home: Path, arguments: tuple[str, ...], says: str) -> None:
    done = signpost(*arguments, *config(home))

    assert done.exit_code == 1
    assert says in str(done.exception)
