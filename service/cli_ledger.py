"""The commands that look after the ledger: where it is kept."""

from typing import TYPE_CHECKING, Annotated

import typer

from service.terminal import Config, Json, opened, show

if TYPE_CHECKING:
    from service.ledgers.moving import Carried

ledger = typer.Typer(help="Where the ledger is kept: docs/scaling.md.", no_args_is_help=True)


@ledger.callback()
def about() -> None:
    """Where the ledger is kept: docs/scaling.md."""


@ledger.command("move")
def move(
    to: Annotated[
        str,
        typer.Option(
            help="postgresql://…, or a file. The password may stand in ~/.pgpass or PGPASSWORD instead.",
            metavar="PLACE",
        ),
    ],
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Copy the ledger to another place and compare every row. The old one is not used any more after that."""
    from service.moving import move_ledger

    with opened(config) as app:
        told = move_ledger(app.settings, to)
    show(told, as_json, _text)


def _text(told: "Carried") -> str:
    copied = "were copied and compared" if told.copied else "were there already, and are the same"
    return (
        f"{told.place}: {told.rows:,} rows, {told.receipts:,} of them receipts, {copied}.\n"
        "To use it, on every machine: SIGNPOST_LEDGER_URL is its URL; without one, it is the file ledger.db in the "
        "data folder. The old ledger refuses to be used from now on."
    )
