"""`signpost login`: from the settings to a mailbox that opens, through real servers; and what it says when not."""

import socket
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service.cli import cli
from service.ledger import Ledger
from tests.authority import Authority, authority
from tests.scripted import scripted
from tests.test_mailbox_sasl import XOAUTH2, a_line

SETTINGS = """
[[mailboxes]]
name = "anna"
user = "anna@firma.example"
host = "127.0.0.1"
port = {port}
tls = "none"
auth = "oauth2"
oauth = {{client_id = "signpost-app", token_url = "{url}/token", device_url = "{url}/device", scope = "{scope}"}}

[replies]
internal_domains = ["firma.example"]
"""


@pytest.fixture
def server() -> Iterator[Authority]:
    with authority() as running:
        running.interval = 1.0
        yield running


@pytest.fixture
def config(tmp_path: Path, server: Authority) -> Iterator[Path]:
    """Settings for a mail server that takes what the login server handed out."""

    def judge(connection: socket.socket, tag: str, command: str) -> None:
        connection.sendall(b"+ \r\n")
        said = b64decode(a_line(connection)).decode()
        good = any(f"auth=Bearer {token}\x01" in said for token in server.access)
        connection.sendall(f"{tag} {'OK welcome' if good else 'NO [AUTHENTICATIONFAILED] no'}\r\n".encode())

    with scripted(CAPABILITY=XOAUTH2, AUTHENTICATE=judge) as account:
        file = tmp_path / "signpost.toml"
        file.write_text(SETTINGS.format(port=account.port, url=server.address, scope="mail offline_access"), "utf-8")
        yield file


def signpost(*arguments: str) -> Result:
    done = CliRunner().invoke(cli, list(arguments))
    assert "CANARY" not in done.output + done.stderr + repr(done.exception)
    return done


def test_after_a_login_the_mailbox_opens_now_and_later(config: Path, server: Authority) -> None:
    done = signpost("login", "-c", str(config))
    again = signpost("login", "--check", "-c", str(config))

    assert "type the code WDJB-MJHT" in done.output
    assert (done.exit_code, again.exit_code) == (0, 0)
    assert again.output == "anna: the mail server takes the login.\n"
    file = config.parent / "signpost-data" / "logins" / "anna.json"
    assert (file.stat().st_mode & 0o777, "CANARY-refresh" in file.read_text()) == (0o600, True)


def test_no_token_is_in_the_ledger(config: Path, server: Authority) -> None:
    signpost("login", "-c", str(config))
    server.good.clear()
    told = signpost("status", "--check", "-c", str(config))

    assert "! anna: The login of anna is not good any more (invalid_grant" in told.output
    Ledger.open(config.parent / "signpost-data" / "ledger.db").close()
    assert b"CANARY" not in (config.parent / "signpost-data" / "ledger.db").read_bytes()


def test_what_a_login_lacks_is_told(config: Path) -> None:
    told = signpost("login", "--check", "-c", str(config))

    assert (told.exit_code, told.stderr) == (3, "signpost: Nobody logged in to anna yet. Run: signpost login anna\n")
    assert 'no mailbox tom with auth = "oauth2"; there are: anna.' in repr(signpost("login", "tom", "-c", str(config)))


def test_several_mailboxes_are_logged_in_to_one_by_one(config: Path, server: Authority) -> None:
    text = config.read_text("utf-8")
    config.write_text(text + text.partition("[replies]")[0].replace("anna", "joerg"), "utf-8")

    assert "signpost login anna" in repr(signpost("login", "-c", str(config)).exception)
    assert signpost("login", "joerg", "-c", str(config)).exit_code == 0
    assert signpost("login", "--check", "-c", str(config)).exit_code == 3
