"""One signpost.toml and SIGNPOST_* variables → Settings, or every mistake in them at once."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from indexer.errors import SettingsError
from service.settings_example import example
from service.settings_given import Given, add_options, add_variables, called, read_file
from service.settings_models import (
    MailboxSettings,
    ModelSettings,
    ReplySettings,
    Settings,
    WatchSettings,
    WebSettings,
)
from service.settings_problems import sentences
from service.settings_sources import SourceSettings

__all__ = [
    "MailboxSettings",
    "ModelSettings",
    "ReplySettings",
    "Settings",
    "SourceSettings",
    "WatchSettings",
    "WebSettings",
    "example",
    "load",
]


def load(
    path: Path | None, environ: Mapping[str, str], options: Mapping[str, Mapping[str, Any]] | None = None
) -> Settings:
    """The settings of the file (None: the defaults), then the variables, then the command line's `options`.

    Relative paths are taken from the folder of the file. Raises SettingsError with all that is wrong.
    """
    given = read_file(path) if path else Given()
    add_variables(given, environ, Settings)
    add_options(given, options or {})
    file = path.name if path else "settings"
    problems = [*given.problems, *_together(given.values, file)]
    try:
        settings = Settings.model_validate(given.values, context={"folder": (path or Path("x")).absolute().parent})
    except ValidationError as fault:
        raise SettingsError([*problems, *sentences(fault, given, file, Settings)]) from fault
    if problems:
        raise SettingsError(problems)
    return settings


def _together(values: Mapping[str, Any], file: str) -> Iterator[str]:
    """What is wrong between tables, each of which may be right by itself."""
    for table in ("sources", "mailboxes"):
        for name in _twice(values.get(table)):
            yield f"{file}: two [[{table}]] are called {name}. Give each a name of its own."
    replies = values.get("replies")
    domains = replies.get("internal_domains") if isinstance(replies, dict) else None
    if values.get("mailboxes") and not domains:
        yield (
            f"{file}: [replies] internal_domains is missing, so nobody would get a draft. "
            'Name your own mail domains, for example internal_domains = ["example.com"].'
        )


def _twice(told: Any) -> list[str]:
    """Names that several tables have; sources of different kinds may share one."""
    tables = [t for t in told if isinstance(t, dict)] if isinstance(told, list) else []
    named = [(t.get("kind"), called(t)) for t in tables]
    return [name for (_, name), count in Counter(named).items() if count > 1 and name]
