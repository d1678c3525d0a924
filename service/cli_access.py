"""The commands that look after who gets in: people with passwords, tokens of programs, and what was done."""

import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from indexer.errors import SignpostError
from service.terminal import DONE, IN_PART, Config, Json, opened, show

people = typer.Typer(help="Who may log in by a password ([access] login = local).", no_args_is_help=True)
tokens = typer.Typer(help="Tokens by which programs use the API.", no_args_is_help=True)
Who = Annotated[str, typer.Argument(help="The mail address.", metavar="ADDRESS")]


@people.command("add")
def add(
    email: Who,
    name: Annotated[str, typer.Option(help="How pages call them.")] = "",
    config: Config = None,
) -> None:
    """Let somebody in, or give them another password. It is asked for; no terminal: read from stdin."""
    from service.access.passwords import hashed, weakness

    address = _address(email)
    password = typer.prompt("Password", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if wrong := weakness(password, (address, name)):
        raise SignpostError(f"This password is not good enough. {wrong}")
    with opened(config) as app:
        app.ledger.people.put(address, name, hashed(password), _now())
        app.ledger.audit.note("", "person added", {"email": address}, _now())
        asks = app.settings.entry.login == "local"
    typer.echo(f"{address} may log in now." if asks else f'{address} may log in once [access] has login = "local".')


@people.command("remove")
def remove(email: Who, config: Config = None) -> None:
    """Let somebody in no more: they are logged out, and their tokens end."""
    address = _address(email)
    with opened(config) as app:
        if not app.ledger.people.remove(address):
            raise SignpostError(f"{address} has no password here. `signpost people list` shows who has.")
        app.ledger.audit.note("", "person removed", {"email": address}, _now())
    typer.echo(f"{address} gets in no more.")


@people.command("list")
def list_people(config: Config = None, as_json: Json = False) -> None:
    """Show who may log in."""
    with opened(config) as app:
        told = app.ledger.people.all()
    show(told, as_json, lambda all_: "\n".join(f"{a.email}  {a.name}" for a in all_) or "Nobody yet.")


@tokens.command("make")
def make(
    email: Who,
    label: Annotated[str, typer.Option(help="What it is for.", prompt=True)],
    scope: Annotated[list[str] | None, typer.Option(help="search, receipts or feedback; several times.")] = None,
    days: Annotated[int, typer.Option(help="How long it holds.", min=1, max=366)] = 90,
    config: Config = None,
) -> None:
    """Make a token that sees what this person sees, and print it; it is not kept and never shown again."""
    from service.access.visitor import SCOPES

    wanted = {known for known in SCOPES if known in (scope or ["search"])}
    if unknown := set(scope or ()) - wanted:
        raise typer.BadParameter(f"There is no scope {min(unknown)}; there are {', '.join(sorted(SCOPES))}.")
    address = _address(email)
    with opened(config) as app:
        token = app.ledger.tokens.make(address, label, wanted, _now(), timedelta(days=days))
        app.ledger.audit.note("", "token made", {"of": address, "label": label}, _now())
    typer.echo(token)


@tokens.command("list")
def list_tokens(config: Config = None, as_json: Json = False) -> None:
    """Show which tokens there are, whose they are, and when they were used last."""
    with opened(config) as app:
        told = app.ledger.tokens.all()
    line = "{0.id}  {0.email}  {0.label}  may {1}  until {0.until:%Y-%m-%d}  {2}"
    used = (f"used {t.used_at:%Y-%m-%d}" if t.used_at else "never used" for t in told)
    lines = [line.format(t, ", ".join(sorted(t.scopes)), u) for t, u in zip(told, used, strict=True)]
    show(told, as_json, lambda _: "\n".join(lines) or "None yet.")


@tokens.command("revoke")
def revoke(
    token_id: Annotated[str, typer.Argument(help="As `signpost tokens list` shows it.")], config: Config = None
) -> None:
    """End a token."""
    with opened(config) as app:
        if not app.ledger.tokens.revoke(token_id):
            raise SignpostError(f"There is no token {token_id}. `signpost tokens list` shows all.")
        app.ledger.audit.note("", "token revoked", {"id": token_id}, _now())
    typer.echo("It counts no more.")


def audit(
    number: Annotated[int, typer.Option("--number", "-n", help="How many.", min=1, max=10_000)] = 50,
    who: Annotated[str, typer.Option(help="Only by this address.")] = "",
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Show what people did: logins, tokens, marks, pauses."""
    with opened(config) as app:
        told = app.ledger.audit.latest(number, who.strip().lower())
    line = "{0.at:%Y-%m-%d %H:%M}  {0.who}  {0.what}  {1}"
    lines = [line.format(e, ", ".join(f"{k}: {v}" for k, v in e.told.items())).rstrip() for e in told]
    show(told, as_json, lambda _: "\n".join(lines) or "Nothing yet.")


def forget(
    who: Annotated[str, typer.Argument(help="A person's mail address or full name.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether to.")] = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Forget a person: take them out of index and ledger, and of whatever sources tell later.

    Sources and mailboxes are not touched: what stands there is removed there.
    """
    from service.erasing import Erasing
    from service.printing import erased_text

    with opened(config) as app:
        erasing = Erasing(app.settings, app.knowledge, app.ledger)
        names, addresses = erasing.who(who)
        if not yes:
            typer.confirm(f"Forget {', '.join([*names, *addresses])} for good?", abort=True)
        told = erasing.erase(names, addresses, _now())
        app.ledger.audit.note("", "person forgotten", {"documents": str(told.documents)}, _now())
    show(told, as_json, erased_text)
    raise typer.Exit(IN_PART if told.left else DONE)


def _address(email: str) -> str:
    from service.mail.letter import Address
    from service.replies.audience import is_plain

    told = email.strip().lower()
    if not is_plain(Address(told)):
        raise SignpostError(f"{email!r} is no mail address.")
    return told


def _now() -> datetime:
    return datetime.now(UTC)
