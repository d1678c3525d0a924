"""The commands that look after the index itself: where it is kept, and who embeds for it."""

from typing import TYPE_CHECKING, Annotated

import typer

from service.terminal import DONE, IN_PART, Config, Json, opened, show

if TYPE_CHECKING:
    from indexer.engines.moving import Moved

Seconds = Annotated[
    float,
    typer.Option(min=1, help="A worker that has texts for longer than this is taken for dead.", metavar="SECONDS"),
]

index = typer.Typer(help="Where the index is kept: docs/scaling.md.", no_args_is_help=True)


@index.callback()
def about() -> None:
    """Where the index is kept: docs/scaling.md."""


@index.command("move")
def move(
    to: Annotated[
        str,
        typer.Option(
            help="postgresql://…, or a folder. The password may stand in ~/.pgpass or PGPASSWORD instead.",
            metavar="PLACE",
        ),
    ],
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Copy the index to another place, without embedding anything again, and compare the two."""
    from service.moving import move_index
    from service.printing import progress_bar

    with opened(config) as app, progress_bar(as_json) as bar:
        told = move_index(app.settings, to, bar or (lambda _: None))
    show(told, as_json, _text)
    raise typer.Exit(IN_PART if told.problems else DONE)


@index.command("retry")
def retry(config: Config = None) -> None:
    """Let texts be tried again that no worker could embed: what `signpost status` tells as set aside."""
    with opened(config) as app:
        queue = app.knowledge.queue()
        number = queue.retry() if queue else 0
    typer.echo(f"{number:,} texts are tried again with the next `signpost reindex`.")


def _text(moved: "Moved") -> str:
    now, lines = moved.after, list(moved.problems)
    lines.append(
        f"{now.documents} documents with {now.passages} passages and {now.confirmed} confirmed questions are there; "
        f"{moved.copied} documents were copied just now."
    )
    lines.append(f"Of the first hits for {moved.asked} titles, {moved.overlap:.1%} are the same.")
    if not moved.problems:
        lines.append(
            "To use it: SIGNPOST_INDEX_URL is its URL; without one, it is the folder index in the data folder."
        )
    return "\n".join(lines)


def embed_worker(
    config: Config = None,
    until_empty: Annotated[bool, typer.Option("--until-empty", help="End once nothing waits any more.")] = False,
    lease: Seconds = 60.0,
) -> None:
    """Embed for an index on PostgreSQL what waits there, beside any number of others. SIGTERM ends it cleanly."""
    from service.embedding import embed
    from service.printing import log_to_stderr

    log_to_stderr()
    with opened(config) as app:
        number = embed(app.settings, until_empty, lease)
    typer.echo(f"{number:,} texts embedded.")
