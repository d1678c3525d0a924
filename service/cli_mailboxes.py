"""The commands that look after mailboxes: logging in, pausing one, and trying mails of the quarantine again."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from indexer.errors import SignpostError
from service.access.audit import HERE
from service.terminal import DONE, IN_PART, Config, Json, as_text, opened, show


def login(
    name: Annotated[str | None, typer.Argument(help="The mailbox, where several have auth = oauth2.")] = None,
    config: Config = None,
    check: Annotated[bool, typer.Option("--check", help="Only try the logins that are kept.")] = False,
) -> None:
    """Log in to a mailbox at Microsoft, Google or your own provider, in a browser; once is enough."""
    with opened(config) as app:
        if not check:
            where = app.entrance.login(as_text(name) if name else None, typer.echo)
            typer.echo(f"Logged in; the login is kept in {where}.")
        tried = app.entrance.try_logins(as_text(name) if name else None)
    for mailbox, problems in tried:
        typer.echo(f"{mailbox}: the mail server takes the login." if not problems else f"{mailbox}:")
        for problem in problems:
            typer.echo(f"signpost: {problem}", err=True)
    raise typer.Exit(IN_PART if any(problems for _, problems in tried) else DONE)


def retry(
    message_id: Annotated[str | None, typer.Argument(help="Its Message-ID, or what the list calls it.")] = None,
    config: Config = None,
    every: Annotated[bool, typer.Option("--all", help="All mails of the quarantine.")] = False,
    as_json: Json = False,
) -> None:
    """Try mails of the quarantine again at the next pass of `signpost watch`; alone it lists them."""
    from service.printing import quarantine_text

    if message_id and every:
        raise typer.BadParameter("Name a mail, or give --all, not both.")
    with opened(config) as app:
        if not (message_id or every):
            return show(app.quarantine.every(), as_json, quarantine_text)
        again = app.quarantine.retry(as_text(message_id) if message_id else None)
    if not again:
        raise SignpostError("There is no mail in quarantine that can be tried again.")
    typer.echo(f"{len(again)} to be tried again at the next pass of `signpost watch`, which runs or is to be run.")


def pause(
    mailbox: Annotated[
        str | None, typer.Argument(help="The mailbox's name; without it, those that are paused.")
    ] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Write no drafts into a mailbox until it is resumed; its mails are decided on and recorded all the same."""
    from service.pausing import paused_text

    with opened(config) as app:
        if mailbox is None:
            return show(app.ledger.pauses.every(), as_json, paused_text)
        name = _named(as_text(mailbox), [told.name for told in app.settings.mailboxes])
        changed = app.ledger.pauses.pause(name, HERE, datetime.now(UTC))
        app.ledger.audit.note(HERE, "pause", {"mailbox": name}, datetime.now(UTC))
    typer.echo(f"{name} is paused. Go on: signpost resume {name}" if changed else f"{name} was paused already.")


def resume(
    mailbox: Annotated[str, typer.Argument(help="The mailbox's name.")],
    config: Config = None,
) -> None:
    """Write drafts into a mailbox again, for mail that is looked at from now on."""
    with opened(config) as app:
        name = _named(as_text(mailbox), [told.name for told in app.settings.mailboxes])
        changed = app.ledger.pauses.resume(name, datetime.now(UTC))
        app.ledger.audit.note(HERE, "resume", {"mailbox": name}, datetime.now(UTC))
    typer.echo(f"{name} goes on." if changed else f"{name} was not paused.")


def _named(given: str, known: Sequence[str]) -> str:
    if given not in known:
        raise SignpostError(f"There is no mailbox {given} in the settings; there are {', '.join(known) or 'none'}.")
    return given
