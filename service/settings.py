"""One signpost.toml and SIGNPOST_* variables → Settings, or every mistake in them at once."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from indexer.errors import SettingsError
from service.mailbox.account import is_loopback
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
    yield from _reachable(values, file)
    replies = values.get("replies")
    domains = replies.get("internal_domains") if isinstance(replies, dict) else None
    if values.get("mailboxes") and not domains:
        yield (
            f"{file}: [replies] internal_domains is missing, so nobody would get a draft. "
            'Name your own mail domains, for example internal_domains = ["example.com"].'
        )


def _reachable(values: Mapping[str, Any], file: str) -> Iterator[str]:
    """What keeps pages from being opened by people who did not log in, or over a line that others can read."""
    web, access = (told if isinstance(told, dict) else {} for told in (values.get("web"), values.get("access")))
    host, url = str(web.get("host", "127.0.0.1")), str(web.get("base_url", ""))
    asks = access.get("login", "none") != "none"
    if not is_loopback(host) and not asks:
        yield f"{file}: [web] host is {host!r}, so other machines could read all that is indexed. {_LOG_IN}"
    elif url and not is_loopback(urlsplit(url).hostname or "") and not asks:
        yield f"{file}: [web] base_url is {url!r}, so others than this machine are to get in. {_LOG_IN}"
    elif not is_loopback(host) and not url.startswith("https:"):
        yield (
            f"{file}: [web] host is {host!r}, but base_url is no https address, so what people type would go in the "
            "clear. Put a web server that speaks https in front, and its address into base_url."
        )
    replies = values.get("replies")
    named = access.get("domains") or (isinstance(replies, dict) and replies.get("internal_domains"))
    if access.get("login") in ("proxy", "oidc") and not named:
        yield f"{file}: [access] domains is missing. Name the mail domains whose people are let in."


_LOG_IN = 'Say how people log in: [access] login = "local", "proxy" or "oidc" (docs/access.md).'


def _twice(told: Any) -> list[str]:
    """Names that several tables have; sources of different kinds may share one."""
    tables = [t for t in told if isinstance(t, dict)] if isinstance(told, list) else []
    named = [(t.get("kind"), called(t)) for t in tables]
    return [name for (_, name), count in Counter(named).items() if count > 1 and name]
