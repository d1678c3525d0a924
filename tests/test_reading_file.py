"""`signpost read`: what is understood of a mail in a file, by the settings."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from indexer.errors import SettingsError
from service.cli import cli
from service.settings import load

RAW = """Authentication-Results: mx.firma.example; dmarc=pass header.from=firma.example
From: Jörg Weber <joerg@firma.example>
To: anna@firma.example
Subject: Rückfrage
Content-Type: text/plain; charset=utf-8

Hallo Anna,

wer betreut eigentlich Brückner Logistik?

Viele Grüße
Jörg
"""
SETTINGS = '[replies]\ninternal_domains = ["firma.example"]\nauthserv_id = "mx.firma.example"\n'


def read(folder: Path, *options: str, settings: str = SETTINGS) -> Result:
    (folder / "signpost.toml").write_text(settings, encoding="utf-8")
    (folder / "mail.eml").write_text(RAW, encoding="utf-8")
    config = ["--config", str(folder / "signpost.toml")]
    return CliRunner().invoke(cli, ["read", str(folder / "mail.eml"), *config, *options])


def test_a_mail_in_a_file_is_told_as_it_is_understood(tmp_path: Path) -> None:
    done = read(tmp_path)

    assert done.exit_code == 0
    assert "Sender:     joerg@firma.example" in done.output
    assert "Trust:      proven" in done.output
    assert "who: wer betreut eigentlich Brückner Logistik?" in done.output


def test_it_is_told_to_scripts_as_json(tmp_path: Path) -> None:
    told = json.loads(read(tmp_path, "--json").output)

    assert told["trust"]["verdict"] == "proven"
    assert told["language"] == "de"
    assert [question["kind"] for question in told["questions"]] == ["who"]


def test_the_settings_decide_whose_word_counts(tmp_path: Path) -> None:
    assert "Trust:      unproven" in read(tmp_path, settings="").output


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["read", str(tmp_path / "none.eml")])

    assert done.exit_code == 2
    assert "does not exist" in done.output


def test_forwarders_are_domains(tmp_path: Path) -> None:
    file = tmp_path / "signpost.toml"
    file.write_text('[replies]\ntrusted_forwarders = ["Lists.Example.org", "brückner.example"]\n', encoding="utf-8")
    assert load(file, {}).replies.trusted_forwarders == ("lists.example.org", "xn--brckner-o2a.example")

    file.write_text('[replies]\ntrusted_forwarders = ["list@example.org"]\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="has to hold domains"):
        load(file, {})
