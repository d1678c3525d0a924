"""The commands that look after mailboxes: logging in to one, and trying mails of the quarantine again."""

from typing import Annotated

import typer

from service.terminal import DONE, IN_PART, Config, as_text, opened


def login(
    name: Annotated[str | None, typer.Argument(help="The mailbox, where several have auth = oauth2.")] = None,
    config: Config = None,
    check: Annotated[bool, typer.Option("--check", help="Only try the logins that are kept.")] = False,
) -> None:
    """Log in to a mailbox at Microsoft, Google or your own provider, in a browser; once is enough."""
    with opened(config) as app:
        if not check:
            where = app.login(as_text(name) if name else None, typer.echo)
            typer.echo(f"Logged in; the login is kept in {where}.")
        tried = app.try_logins(as_text(name) if name else None)
    for mailbox, problems in tried:
        typer.echo(f"{mailbox}: the mail server takes the login." if not problems else f"{mailbox}:")
        for problem in problems:
            typer.echo(f"signpost: {problem}", err=True)
    raise typer.Exit(IN_PART if any(problems for _, problems in tried) else DONE)
