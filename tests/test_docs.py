"""The documents say what is so: every command in the README is run, every setting is listed."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_group

from service.cli import cli
from service.settings import example, load
from tests.builders import a_board
from tests.servers import PASSWORD, pymap

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHELL = [
    line.split("  #")[0].strip() for block in re.findall(r"```sh\n(.*?)```", README, re.S) for line in block.split("\n")
]
COMMANDS = [line for line in SHELL if line.startswith("signpost ")]
ENDLESS = {"signpost watch", "signpost serve"}
SETTINGS = """
[[sources]]
kind = "trello-export"
path = "sales.json"

[[mailboxes]]
user = "{user}"
addresses = ["anna@firma.example"]
host = "127.0.0.1"
port = {port}
tls = "none"
password_file = "password"

[replies]
internal_domains = ["firma.example"]

[web]
port = 0
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of somebody who follows the README, with an export and a mailbox at hand."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "sales.json").write_text(json.dumps(a_board({"name": "Pilot with Brückner Logistik"})), encoding="utf-8")
    (folder / "mail.eml").write_text("From: Jo <jo@firma.example>\n\nWho covers Brückner Logistik?", encoding="utf-8")
    (folder / "password").write_text(PASSWORD, encoding="utf-8")
    (folder / "labels.jsonl").write_text('{"text": "Who covers Brückner?", "relevant": []}', encoding="utf-8")
    with pymap() as server:
        (folder / "settings").write_text(SETTINGS.format(user=server.user, port=server.port), encoding="utf-8")
        yield folder


@pytest.mark.model
@pytest.mark.server
@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_of_the_readme_does_what_it_says(home: Path, line: str) -> None:
    words = [sys.executable, "-m", "service", *shlex.split(line)[1:]]
    if line in ENDLESS:
        code, output = interrupted(words, home)
    else:
        done = subprocess.run(words, cwd=home, capture_output=True, text=True, check=False)
        code, output = done.returncode, done.stdout + done.stderr
    if line == "signpost init":  # … name your exports and mailbox in it
        (home / "signpost.toml").write_text((home / "settings").read_text(encoding="utf-8"), encoding="utf-8")

    assert "Traceback" not in output
    assert code == (1 if "explain" in line else 0), output


def interrupted(words: list[str], home: Path) -> tuple[int, str]:
    """Start a command that goes on until Ctrl-C, press it after its first line, and see how it ends."""
    with subprocess.Popen(
        words,
        cwd=home,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as running:
        assert running.stdout
        first = running.stdout.readline()
        running.send_signal(signal.SIGINT)
        rest, _ = running.communicate(timeout=60)
    return running.returncode, first + rest


def test_the_readme_names_every_command_and_shows_no_other() -> None:
    commands = set(get_group(cli).commands)

    assert {line.split()[1] for line in COMMANDS} <= commands
    assert commands - {"demo"} <= set(re.findall(r"\bsignpost ([a-z-]+)", README))


def test_the_settings_in_the_readme_are_enough(tmp_path: Path) -> None:
    (shown,) = re.findall(r"```toml\n(.*?)```", README, re.S)
    (tmp_path / "signpost.toml").write_text(shown, encoding="utf-8")

    settings = load(tmp_path / "signpost.toml", {})

    assert (len(settings.sources), len(settings.mailboxes)) == (1, 1)


@pytest.mark.parametrize("line", [line for line in SHELL if line.startswith("scripts/")])
def test_every_script_of_the_readme_is_there_and_can_be_run(line: str) -> None:
    script = ROOT / line.split()[0]

    assert os.access(script, os.X_OK)
    assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0


def test_the_settings_page_holds_every_setting_as_it_is() -> None:
    told = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")

    assert example() in told, "Put what `signpost init` writes into docs/settings.md"


@pytest.mark.parametrize(
    "page", sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md")), ids=lambda p: p.name
)
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text(encoding="utf-8"))

    assert [target for target in targets if not (page.parent / target).exists()] == []
