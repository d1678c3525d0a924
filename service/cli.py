"""The command `signpost`. Each command is a few lines: what it does lives elsewhere, and is loaded only when it runs.

Exit codes: 0 done; 1 it could not be done, and the sentence on stderr says why; 2 wrong usage or settings;
3 done in part: a source or a mailbox failed, the rest is done.
"""

import json
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from indexer.errors import SettingsError, SignpostError

if TYPE_CHECKING:
    from service.app import App

DONE, FAILED, WRONG_USAGE, IN_PART = 0, 1, 2, 3

cli = typer.Typer(
    name="signpost",
    help="Answers email with a link to where the answer already stands.",
    epilog="Exit codes: 0 done · 1 not done, stderr says why · 2 wrong usage or settings · 3 done in part.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Config = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="The settings file.", show_default="signpost.toml", envvar="SIGNPOST_CONFIG"),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
Many = Annotated[list[str] | None, typer.Option(help="May be given several times: any of them.")]


def main() -> None:
    """Run the command line. What can be explained becomes a sentence on stderr and an exit code, never a traceback."""
    try:
        cli()
    except SettingsError as problem:
        sys.exit(_complain(problem, WRONG_USAGE))
    except SignpostError as problem:
        sys.exit(_complain(problem, FAILED))
    except BrokenPipeError:
        sys.exit(FAILED)
    except OSError as problem:
        sys.exit(_complain(problem, FAILED))


@cli.command()
def init(
    config: Config = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
) -> None:
    """Write a commented signpost.toml to start from."""
    from service.settings import example

    file = config or Path("signpost.toml")
    if file.exists() and not force:
        raise SignpostError(f"{file} is there already. Edit it, or overwrite it with: signpost init --force")
    file.write_text(example(), encoding="utf-8")
    typer.echo(f"Wrote {file}. Name your sources in it, then run: signpost reindex")


@cli.command()
def reindex(
    sources: Annotated[list[str] | None, typer.Argument(help="Only these, by name; all when none is named.")] = None,
    config: Config = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change; change nothing.")] = False,
    allow_shrink: Annotated[
        bool, typer.Option("--allow-shrink", help="Delete even when a large part of a source is gone.")
    ] = False,
    forget: Annotated[
        list[str] | None, typer.Option(help="Drop what a source told that is no longer in the settings.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Read the sources and bring the index up to date. Only text that changed is embedded."""
    from indexer.knowledge import UpdateOptions
    from service.printing import progress_bar, report_text

    with _open(config) as app, progress_bar(quiet=as_json) as show:
        if forget:
            typer.echo(f"signpost: {app.forget(forget)} documents forgotten", err=True)
        report = app.reindex(sources or (), UpdateOptions(dry_run, allow_shrink, show))
        left_over = app.left_over()
    _print(report, as_json, report_text)
    for name in left_over:
        typer.echo(f"signpost: {name} is no longer in the settings, but stays findable. Drop it: ", err=True, nl=False)
        typer.echo(f"signpost reindex --forget {name}", err=True)
    raise typer.Exit(IN_PART if any(s.failures or s.held for s in report.sources) else DONE)


@cli.command()
def search(
    query: Annotated[str, typer.Argument(help="What you want to know, in your own words.")],
    config: Config = None,
    source: Many = None,
    kind: Many = None,
    parent: Annotated[list[str] | None, typer.Option("--board", "--parent", help="Board, company or deal.")] = None,
    lane: Annotated[list[str] | None, typer.Option("--list", "--lane", help="List or stage.")] = None,
    customer: Many = None,
    person: Many = None,
    status: Many = None,
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Updated on or after.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Updated on or before.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 5,
    as_json: Json = False,
) -> None:
    """Find where something already stands."""
    from indexer.asking import Filters
    from service.printing import answer_text

    narrowed = {
        "source": source, "kind": kind, "parent": parent, "lane": lane,
        "customer": customer, "person": person, "status": status,
    }  # fmt: skip
    filters: dict[str, Any] = {name: tuple(values) for name, values in narrowed.items() if values}
    with _open(config) as app:
        found = app.search(query, Filters(**filters, since=_day(since), until=_day(until)), limit)
    _print(found, as_json, answer_text)


@cli.command()
def watch(
    config: Config = None,
    once: Annotated[bool, typer.Option("--once", help="One pass over every mailbox, then end.")] = False,
    shadow: Annotated[bool, typer.Option("--shadow", help="Decide and record; write no draft.")] = False,
) -> None:
    """Watch the mailboxes and leave drafts. Never sends, never marks as read."""
    from service.printing import log_to_stderr, receipt_line

    log_to_stderr()
    failed: list[str] = []
    with _open(config, {"watch": {"shadow": True}} if shadow else None) as app:
        if not once:
            return app.watch()
        for receipt in app.watch_once(failed.append):
            typer.echo(receipt_line(receipt))
    for problem in failed:
        typer.echo(f"signpost: {problem}", err=True)
    raise typer.Exit(IN_PART if failed else DONE)


@cli.command()
def serve(
    config: Config = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on; overrides the settings.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; overrides the settings.")] = None,
) -> None:
    """Serve the search page, the receipts and the API."""
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    with _open(config, {"web": given}) as app:
        app.serve(lambda address: typer.echo(f"Serving {address} (Ctrl-C ends it)"))


@cli.command()
def explain(
    message_id: Annotated[str, typer.Argument(help="The Message-ID of a mail, with or without < >.")],
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Say what became of a mail, and why."""
    from service.printing import receipt_text

    with _open(config) as app:
        _print(app.explain(message_id), as_json, receipt_text)


@cli.command()
def read(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A mail, as mail programs save it.")],
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Show what is understood of a mail: sender and trust, own words, questions. Writes nothing."""
    from service.mail.telling import told
    from service.reading_file import read_file

    _print(read_file(file, config), as_json, lambda reading: told(reading).rstrip())


@cli.command()
def status(
    config: Config = None,
    check: Annotated[bool, typer.Option("--check", help="Also read the sources and log in to the mailboxes.")] = False,
    as_json: Json = False,
) -> None:
    """Show what is indexed, what the watcher did, and what needs attention."""
    from service.printing import state_text

    with _open(config) as app:
        state = app.state(check)
    _print(state, as_json, state_text)
    raise typer.Exit(IN_PART if state.problems else DONE)


@cli.command()
def demo(
    folder: Annotated[Path | None, typer.Option(help="Where to keep it.", show_default="signpost-demo")] = None,
    check: Annotated[bool, typer.Option("--check", help="Run it end to end in a scratch folder, then end.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the search page.")] = 8025,
) -> None:
    """Show all of Signpost on a sample sales team: no account, no key."""
    from service.demo.show import run

    raise typer.Exit(run(folder, check, port))


def _open(config: Path | None, options: dict[str, Any] | None = None) -> "App":
    from service.app import App

    return App.open(config, options)


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


def _print(told: Any, as_json: bool, text: Callable[[Any], str]) -> None:
    from service.printing import plain

    typer.echo(json.dumps(plain(told), ensure_ascii=False, indent=1) if as_json else text(told))


def _complain(problem: Exception, code: int) -> int:
    print(f"signpost: {problem}", file=sys.stderr)
    return code
