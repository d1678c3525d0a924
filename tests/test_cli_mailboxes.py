"""`retry`, `explain --raw`, `pause` and `resume`: what looks after mailboxes says what it did, in sentences."""

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from indexer.errors import SignpostError
from service.cli import cli
from service.ledger import Ledger
from service.mailbox.protocol import Place
from tests.test_ledger import a_receipt

SETTINGS = """
[[mailboxes]]
user = "sales@brueckner.example"
host = "imap.brueckner.example"

[replies]
internal_domains = ["brueckner.example"]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Settings, and a ledger with a mail that was given up."""
    (tmp_path / "signpost.toml").write_text(SETTINGS, encoding="utf-8")
    with closing(Ledger.open(tmp_path / "signpost-data" / "ledger.db")) as ledger:
        told = a_receipt(outcome="quarantine", reason="reading", says="ZeroDivisionError: \x1b[2J")
        ledger.keep([told, a_receipt("2")])
        ledger.progress.met(told.mailbox, [(Place("INBOX", 7, 1), told.identity)])
        ledger.quarantine.keep(told.mailbox, [(told.identity, b"From: joerg\xfc\r\n\r\nhallo")], datetime.now(UTC))
    return tmp_path / "signpost.toml"


def signpost(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, [*arguments, "-c", str(config)])


def problem(result: Result) -> str:
    assert isinstance(result.exception, SignpostError)
    return str(result.exception)


def test_status_counts_and_names_the_way_out(config: Path) -> None:
    assert "quarantine: 1; `signpost retry` lists" in signpost(config, "status").output


def test_alone_it_lists_them_with_their_ids(config: Path) -> None:
    listed = signpost(config, "retry").output

    assert ("<mail-1@x>" in listed, "<mail-2@x>" in listed, "\x1b" in listed) == (True, False, False)
    assert "signpost retry --all" in listed
    assert json.loads(signpost(config, "retry", "--json").output)[0]["identity"] == "id-1"


def test_one_or_all_are_put_back(config: Path) -> None:
    for how in (["mail-1@x"], ["id-1"], ["--all"]):
        done = signpost(config, "retry", *how)
        assert (done.exit_code, done.output.startswith("1 to be tried again at the next pass")) == (0, True)

    with closing(Ledger.open(config.parent / "signpost-data" / "ledger.db")) as ledger:
        assert [w.identity for w in ledger.quarantine.wanted(a_receipt().mailbox)] == ["id-1"]


def test_what_cannot_be_put_back_is_told(config: Path) -> None:
    assert "it ended as pass – no question" in problem(signpost(config, "retry", "<mail-2@x>"))
    assert "no such mail was seen" in problem(signpost(config, "retry", "<other@x>"))
    assert signpost(config, "retry", "id-1", "--all").exit_code == 2


def test_a_mail_is_handed_out_as_it_came_in_for_its_owner_and_over_no_other_file(config: Path) -> None:
    file = config.parent / "mail.eml"
    done = signpost(config, "explain", "<mail-1@x>", "--raw", str(file))

    assert (done.exit_code, file.read_bytes()) == (0, b"From: joerg\xfc\r\n\r\nhallo")
    assert file.stat().st_mode & 0o777 == 0o600
    assert isinstance(signpost(config, "explain", "<mail-1@x>", "--raw", str(file)).exception, FileExistsError)
    assert "not in quarantine" in problem(signpost(config, "explain", "<mail-2@x>", "--raw", str(file)))


def test_a_mailbox_is_paused_and_goes_on(config: Path) -> None:
    assert signpost(config, "pause").output == "No mailbox is paused.\n"

    told = signpost(config, "pause", "sales@brueckner.example").output

    assert told == "sales@brueckner.example is paused. Go on: signpost resume sales@brueckner.example\n"
    assert "sales@brueckner.example is paused at this machine, since " in signpost(config, "pause").output
    assert json.loads(signpost(config, "pause", "--json").output)[0]["who"] == "here"
    assert "\npaused: sales@brueckner.example is paused at this machine, since " in signpost(config, "status").output
    assert "was paused already" in signpost(config, "pause", "sales@brueckner.example").output
    assert signpost(config, "resume", "sales@brueckner.example").output == "sales@brueckner.example goes on.\n"
    assert "was not paused" in signpost(config, "resume", "sales@brueckner.example").output


def test_only_mailboxes_of_the_settings_are_paused(config: Path) -> None:
    assert "there are sales@brueckner.example" in problem(signpost(config, "pause", "support"))
