"""The command line: what it says, what it exits with, and what it does not load."""

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service.cli import cli
from service.ledger import Ledger
from service.printing import pass_text
from service.version import version
from tests.builders import a_board
from tests.pages import a_receipt

COMMANDS = [
    "init",
    "reindex",
    "search",
    "watch",
    "serve",
    "explain",
    "read",
    "status",
    "demo",
    "login",
    "retry",
    "confirm",
]
HEAVY = {"torch", "transformers", "sentence_transformers", "openvino", "faiss", "tantivy", "fastapi", "numpy"}


def signpost(*arguments: str, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "service", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)


def in_process(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    board = a_board({"name": "Pilot with Brückner Logistik", "shortUrl": "https://trello.com/c/brueck01"})
    (tmp_path / "sales.json").write_text(json.dumps(board), encoding="utf-8")
    file = tmp_path / "signpost.toml"
    file.write_text('[[sources]]\nkind = "trello-export"\npath = "sales.json"\n', encoding="utf-8")
    return file


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    done = in_process(command, "--help")

    assert done.exit_code == 0
    assert "Usage" in done.output


def test_help_loads_no_model_and_no_web() -> None:
    program = (
        "import sys; from typer.testing import CliRunner; from service.cli import cli;"
        "assert CliRunner().invoke(cli, ['reindex', '--help']).exit_code == 0;"
        f"sys.exit(' '.join({HEAVY!r} & set(sys.modules)) or 0)"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_the_version_is_told() -> None:
    assert in_process("--version").output == f"signpost {version()}\n"


def test_init_writes_settings_that_are_valid_and_does_not_overwrite_them(tmp_path: Path) -> None:
    first = signpost("init", cwd=tmp_path)
    second = signpost("init", cwd=tmp_path)

    assert (first.returncode, second.returncode) == (0, 1)
    assert "--force" in second.stderr
    assert "internal_domains" in (tmp_path / "signpost.toml").read_text(encoding="utf-8")
    assert signpost("status", cwd=tmp_path).returncode in {0, 3}


@pytest.mark.model
def test_reindex_then_search_finds_the_card(config: Path) -> None:
    report = in_process("reindex", "-c", str(config), "--json")
    found = in_process("search", "Brückner Logistik", "-c", str(config), "--json")

    assert json.loads(report.output)["sources"][0]["added"] == 1
    assert json.loads(found.output)["hits"][0]["document"]["url"] == "https://trello.com/c/brueck01"
    assert "Pilot with Brückner Logistik" in in_process("search", "Brückner", "-c", str(config)).output


def test_a_dry_run_changes_nothing(config: Path) -> None:
    done = in_process("reindex", "--dry-run", "-c", str(config))

    assert "1 added" in done.output
    assert not (config.parent / "signpost-data" / "index").exists()


@pytest.mark.model
def test_what_a_source_told_that_is_no_longer_named_is_pointed_out_and_can_be_dropped(config: Path) -> None:
    in_process("reindex", "-c", str(config))
    (config.parent / "sales.json").rename(config.parent / "other.json")
    config.write_text(config.read_text(encoding="utf-8").replace("sales", "other"), encoding="utf-8")

    told = in_process("reindex", "-c", str(config))
    dropped = in_process("reindex", "--forget", "trello:sales", "-c", str(config))
    again = in_process("reindex", "-c", str(config))

    assert "signpost reindex --forget trello:sales" in told.stderr
    assert "1 documents forgotten" in dropped.stderr
    assert "forget" not in again.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("search", "rail"), 1, "signpost reindex"),
        (("explain", "<nobody@example.com>"), 1, "nobody@example.com"),
        (("watch", "--once"), 2, "[[mailboxes]]"),
        (("reindex", "nowhere"), 1, "nowhere"),
        (("reindex", "--forget", "trello:sales"), 1, "left over: none"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_with_a_way_out(
    config: Path, arguments: tuple[str, ...], code: int, says: str
) -> None:
    done = signpost(*arguments, "-c", str(config))

    assert done.returncode == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_settings_are_all_told_at_once_with_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "signpost.toml").write_text('dta = "x"\n[replies]\nenough = 7\n', encoding="utf-8")

    done = signpost("status", cwd=tmp_path)

    assert done.returncode == 2
    assert "data" in done.stderr
    assert "enough" in done.stderr


def test_a_folder_stands_for_the_settings_in_it(config: Path) -> None:
    assert in_process("reindex", "--dry-run", "-c", str(config.parent)).exit_code == 0
    assert "toml. Write one: signpost init" in signpost("status", "-c", str(config.parent / "lost.toml")).stderr


def test_a_dry_run_says_that_nothing_is_changed_yet(config: Path) -> None:
    done = in_process("reindex", "--dry-run", "-c", str(config))

    assert done.output.startswith("Nothing is changed yet. A reindex would do this:\ntrello:sales: 1 added; ")
    assert "passages to embed" in done.output


@pytest.mark.model
def test_a_value_that_no_document_has_is_pointed_out_when_nothing_is_found(config: Path) -> None:
    in_process("reindex", "-c", str(config))

    found = in_process("search", "Brückner", "--kind", "crad", "-c", str(config))

    assert found.stdout == "Nothing found. Try other words, or fewer filters.\n"
    assert found.stderr == "signpost: No document has the kind “crad”; did you mean “card”?\n"


@pytest.mark.model
def test_bytes_that_are_no_utf_8_and_a_terminal_that_knows_no_umlauts_do_no_harm(config: Path) -> None:
    in_process("reindex", "-c", str(config))
    start: list[str | bytes] = [sys.executable, "-m", "service", "search", "-c", str(config)]
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii"}

    for query in ([b"Br\xfcckner", "--board", b"\xfc"], ["Brückner"]):
        done = subprocess.run([*start, *query], capture_output=True, check=False, env=ascii_only)
        assert (done.returncode, b"Traceback" in done.stderr) == (0, False)


def test_a_day_that_is_none_is_wrong_usage() -> None:
    done = in_process("search", "rail", "--since", "gestern")

    assert done.exit_code == 2
    assert "2026-03-31" in done.stderr


def test_what_the_system_refuses_is_told_with_the_file(tmp_path: Path) -> None:
    done = signpost("init", "-c", str(tmp_path / "lost" / "signpost.toml"))

    assert done.returncode == 1
    assert done.stderr == f"signpost: {tmp_path / 'lost' / 'signpost.toml'}: No such file or directory\n"


def test_status_tells_everything_although_a_password_is_missing(config: Path) -> None:
    with config.open("a", encoding="utf-8") as file:
        file.write('[[mailboxes]]\nuser = "anna@firma.example"\nhost = "imap.firma.example"\n')
        file.write('[replies]\ninternal_domains = ["firma.example"]\n')

    done = signpost("status", "--check", "-c", str(config))

    assert done.returncode == 3
    assert "mails: none seen yet" in done.stdout
    assert "! anna@firma.example: The mailbox anna@firma.example has no password." in done.stdout
    assert done.stdout.count("Nothing has been indexed yet") == 1


def test_a_pass_without_mail_says_so_and_a_first_contact_says_what_happens_now() -> None:
    assert pass_text([]) == "No new mail."
    assert pass_text([], ["anna INBOX"]).startswith("First contact with anna INBOX: older mail is left alone")
    assert pass_text([a_receipt(state="shadow")]).startswith(
        "draft   Who talks to Brückner? — lea@ours.example (shadow: not written)\n        "
    )


def test_explain_lists_the_last_mails_with_their_ids(config: Path) -> None:
    with closing(Ledger.open(config.parent / "signpost-data" / "ledger.db")) as ledger:
        ledger.keep([a_receipt(subject="Brückner\x1b[2J?", message_id="<ask-1@firma.example>")])

    listed = in_process("explain", "-c", str(config)).output

    assert "<ask-1@firma.example>" in listed
    assert "\x1b" not in listed
    assert in_process("explain", "ask-1@firma.example", "-c", str(config)).exit_code == 0


@pytest.mark.parametrize("content", [b"", b"{", b"[1, 2]", b"\xff\xfe\x00", b'{"cards": "none"}'])
def test_a_broken_export_is_explained_and_exits_with_3(config: Path, content: bytes) -> None:
    (config.parent / "sales.json").write_bytes(content)

    done = signpost("reindex", "-c", str(config))

    assert done.returncode == 3
    assert "sales.json" in done.stdout
    assert "Traceback" not in done.stderr
