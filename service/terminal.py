"""What the commands share: options, opening the application, printing what it told."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from service.app import App

DONE, FAILED, WRONG_USAGE, IN_PART = 0, 1, 2, 3

Config = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="The settings file.", show_default="signpost.toml", envvar="SIGNPOST_CONFIG"),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


def opened(config: Path | None, options: dict[str, Any] | None = None) -> "App":
    """The application with these settings."""
    from service.app import App

    return App.open(config, options)


def as_text(given: str) -> str:
    """An argument as text that can be stored and searched: bytes that are no UTF-8 become �."""
    return given.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def show(told: Any, as_json: bool, text: Callable[[Any], str]) -> None:
    """Print what was told, as JSON or as `text` makes it."""
    from service.printing import plain, printable

    typer.echo(json.dumps(plain(told), ensure_ascii=False, indent=1) if as_json else printable(text(told)))
