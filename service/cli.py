"""The command `signpost`. Each command is a few lines: what it does lives elsewhere, and is loaded only when it runs.

Exit codes: 0 done; 1 it could not be done, and the sentence on stderr says why; 2 wrong usage or settings;
3 done in part: a source or a mailbox failed, the rest is done.
"""

import io
import os
import sys
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from indexer.asking import Archived, Filters, Sort
from indexer.errors import SettingsError, SignpostError
from service.cli_access import audit, forget, people, tokens
from service.cli_index import embed_worker, index
from service.cli_learning import confirm
from service.cli_ledger import ledger
from service.cli_mailboxes import login, pause, resume, retry
from service.cli_quality import quality
from service.cli_sources import sources as show_sources
from service.cli_sources import sync
from service.terminal import DONE, FAILED, IN_PART, WRONG_USAGE, Config, Json, as_text, opened, show

cli = typer.Typer(
    name="signpost",
    epilog="Exit codes: 0 done · 1 not done, stderr says why · 2 wrong usage or settings · 3 done in part.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
cli.add_typer(quality)
cli.add_typer(index, name="index")
cli.add_typer(ledger, name="ledger")
cli.add_typer(people, name="people")
cli.add_typer(tokens, name="tokens")

Many = list[str] | None


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError as fault:
        raise typer.BadParameter(f"{given!r} is no day. Write it as in 2026-03-31.") from fault


def main() -> None:
    """Run the command line. What can be explained becomes a sentence on stderr and an exit code, never a traceback."""
    os.umask(0o077)  # what is written holds mail and cards: for its owner alone
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that knows no “…” shows a ?
    try:
        cli()
    except SettingsError as problem:
        sys.exit(_complain(problem, WRONG_USAGE))
    except SignpostError as problem:
        sys.exit(_complain(problem, FAILED))
    except BrokenPipeError:
        sys.exit(FAILED)
    except OSError as problem:
        sys.exit(_complain(_said(problem), FAILED))


def _tell_version(asked: bool) -> None:
    if asked:
        from service.version import version

        typer.echo(f"signpost {version()}")
        raise typer.Exit


@cli.callback()
def top(
    _: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Answers email with a link to where the answer already stands."""


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
    typer.echo(f"Wrote {file}. Name your exports and your mailbox in it, then run: signpost reindex --dry-run")


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

    with opened(config) as app, progress_bar(quiet=as_json) as bar:
        if forget:
            typer.echo(f"signpost: {app.forget(forget)} documents forgotten", err=True)
        report = app.reindex(sources or (), UpdateOptions(dry_run, allow_shrink, bar))
        left_over = app.sourcing.left_over()
    show(report, as_json, partial(report_text, dry_run=dry_run))
    for name in left_over:
        typer.echo(f"signpost: {name} is no longer in the settings, but stays findable. Drop it: ", err=True, nl=False)
        typer.echo(f"signpost reindex --forget {name}", err=True)
    raise typer.Exit(IN_PART if any(s.failures or s.held for s in report.sources) else DONE)


@cli.command()
def search(
    query: Annotated[str, typer.Argument(help="What you want to know, in your own words.")],
    config: Config = None,
    source: Annotated[
        Many, typer.Option(help="Only from here, such as crm:hubspot. All these may be repeated.")
    ] = None,
    kind: Annotated[Many, typer.Option(help="card, note, contact, company, deal or activity.")] = None,
    parent: Annotated[Many, typer.Option("--board", "--parent", help="Board, company or deal it belongs to.")] = None,
    lane: Annotated[Many, typer.Option("--list", "--lane", help="List or stage it stands in.")] = None,
    customer: Annotated[Many, typer.Option(help="Company it is about.")] = None,
    person: Annotated[Many, typer.Option(help="Somebody who owns it, wrote it or is named in it.")] = None,
    status: Annotated[Many, typer.Option(help="open, done, won, lost or archived.")] = None,
    since: Annotated[
        date | None, typer.Option(parser=_day, metavar="YYYY-MM-DD", help="Changed then or later.")
    ] = None,
    until: Annotated[
        date | None, typer.Option(parser=_day, metavar="YYYY-MM-DD", help="Changed then or before.")
    ] = None,
    archived: Annotated[
        Archived, typer.Option(help="Archived documents: with (ranked lower), without or only.")
    ] = "with",
    sort: Annotated[Sort, typer.Option(help="best, newest or oldest first.")] = "best",
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many to show.")] = 5,
    as_json: Json = False,
) -> None:
    """Find where something already stands."""
    from service.printing import answer_text

    narrowed = {
        "source": source, "kind": kind, "parent": parent, "lane": lane,
        "customer": customer, "person": person, "status": status,
    }  # fmt: skip
    given: dict[str, Any] = {name: tuple(map(as_text, values)) for name, values in narrowed.items() if values}
    filters = Filters(**given, since=since, until=until, archived=archived)
    with opened(config) as app:
        found = app.search(as_text(query), filters, limit, sort)
        strange = [] if found.hits else app.strange(filters)
    show(found, as_json, answer_text)
    for sentence in strange:
        typer.echo(f"signpost: {sentence}", err=True)


@cli.command()
def watch(
    config: Config = None,
    once: Annotated[bool, typer.Option("--once", help="One pass over every mailbox, then end.")] = False,
    shadow: Annotated[bool, typer.Option("--shadow", help="Decide and record; write no draft.")] = False,
) -> None:
    """Watch the mailboxes and leave drafts. Never sends, never marks as read."""
    from service.printing import log_to_stderr, pass_text, printable

    log_to_stderr()
    failed: list[str] = []
    with opened(config, {"watch": {"shadow": True}} if shadow else None) as app:
        if not once:
            return app.watch()
        unmet, receipts = app.unmet(), app.watch_once(failed.append)
        met = sorted(set(unmet) - set(app.unmet()))
    if receipts or met or not failed:
        typer.echo(printable(pass_text(receipts, met)))
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
    with opened(config, {"web": given}) as app:
        app.serve(lambda address: typer.echo(f"Serving {address} (Ctrl-C ends it)"))


cli.command()(login)
cli.command()(retry)
cli.command()(pause)
cli.command()(resume)
cli.command()(confirm)
cli.command()(sync)
cli.command()(audit)
cli.command()(forget)
cli.command()(embed_worker)
cli.command("sources")(show_sources)


@cli.command()
def explain(
    message_id: Annotated[
        str | None, typer.Argument(help="The Message-ID of a mail or a draft, with or without < >.")
    ] = None,
    config: Config = None,
    as_json: Json = False,
    raw: Annotated[Path | None, typer.Option(help="Write a mail of the quarantine to this file as it came in.")] = None,
) -> None:
    """Say what became of a mail, and why; without a Message-ID list the last ten mails with theirs."""
    from service.printing import latest_text, receipt_text

    with opened(config) as app:
        if raw and message_id:
            whole = app.quarantine.raw(as_text(message_id))
            raw.touch(mode=0o600, exist_ok=False)
            raw.write_bytes(whole)
        if message_id is None:
            show(app.latest(), as_json, latest_text)
        else:
            show(app.explain(as_text(message_id)), as_json, receipt_text)


@cli.command()
def read(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A mail, as mail programs save it.")],
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Show what is understood of a mail: sender and trust, own words, questions. Writes nothing."""
    from service.mail.telling import told
    from service.reading.file import read_file

    show(read_file(file, config), as_json, lambda reading: told(reading).rstrip())


@cli.command()
def status(
    config: Config = None,
    check: Annotated[bool, typer.Option("--check", help="Also read the sources and log in to the mailboxes.")] = False,
    as_json: Json = False,
) -> None:
    """Show what is indexed, what the watcher did, and what needs attention."""
    from service.printing import state_text

    with opened(config) as app:
        state = app.state(check)
    show(state, as_json, state_text)
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


def _said(problem: OSError) -> str:
    file = f"{problem.filename}: " if problem.filename else ""
    return f"{file}{problem.strerror or problem}"


def _complain(problem: Exception | str, code: int) -> int:
    print(f"signpost: {problem}", file=sys.stderr)
    return code
