"""The commands that look after sources: reading them, once or for good, and telling how they stand."""

from functools import partial
from typing import Annotated

import typer

from service.terminal import DONE, IN_PART, Config, Json, opened, show


def sync(
    names: Annotated[list[str] | None, typer.Argument(help="Only these, by name; all when none is named.")] = None,
    config: Config = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on until Ctrl-C, each as often as it is set to.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Read what changed at the sources, all side by side. What broke off goes on where it was."""
    from indexer.knowledge import UpdateOptions
    from service.printing import log_to_stderr, progress_bar, report_text

    if follow and (names or as_json):
        raise typer.BadParameter("--follow looks at all sources and prints a line for each change; leave the rest out.")
    with opened(config) as app:
        if follow:
            log_to_stderr()
            return app.keep_up()
        with progress_bar(as_json, app.sourcing.asked) as bar:
            report = app.reindex(names or (), UpdateOptions(progress=bar))
        asked = [(one.source, app.sourcing.asked(one.source)) for one in report.sources]
    show(report, as_json, report_text)
    for source, told in asked:
        if told:
            typer.echo(f"signpost: {source}: {told}", err=True)
    raise typer.Exit(IN_PART if any(s.failures or s.held for s in report.sources) else DONE)


def sources(
    config: Config = None,
    check: Annotated[bool, typer.Option("--check", help="Also ask each what rights are missing.")] = False,
    as_json: Json = False,
) -> None:
    """Show how each source stands: last read, how much of it is here, what it lacks."""
    from datetime import UTC, datetime

    from service.printing import sources_text

    now = datetime.now(UTC)
    with opened(config) as app:
        told = app.sourcing.standing(now, check)
    show(told, as_json, partial(sources_text, now=now))
    raise typer.Exit(IN_PART if any(one.lacking for one in told) else DONE)
