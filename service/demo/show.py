"""The whole of Signpost on a sample sales team: real files, a real IMAP server on loopback, real drafts."""

import shlex
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from indexer.knowledge import UpdateOptions
from service.app import App
from service.demo.post import PASSWORD, ImapPost, Post, post_office
from service.demo.server import free_port
from service.demo.tally import Tally, tally
from service.demo.world import World, build
from service.printing import printable, progress_bar, receipt_lines, report_text
from service.settings import load

FOLDER = Path("signpost-demo")


def run(folder: Path | None, check: bool, port: int) -> int:
    """Show it, then serve until Ctrl-C; with `check` end after one pass. Returns the exit code."""
    with _home(folder, check) as home:
        world = build(home / "world", today=datetime.now(UTC).date())
        with post_office(world.mailbox) as (post, mailbox):
            config = _settings(home, world, post, free_port() if check else port)
            with App(load(config, {})) as app:  # the demo's own settings, whatever variables say of others
                if mailbox:
                    app.mailbox_of = lambda _: mailbox()
                return _show(app, world, post, check)


def _show(app: App, world: World, post: Post, check: bool) -> int:
    _say(f"A sample sales team: {', '.join(f'{count} {what}' for what, count in world.counts.items())}.")
    _say("\nReading boards, CRM and address book into the index (one to three minutes the first time) …")
    with progress_bar() as show:
        report = app.reindex(options=UpdateOptions(progress=show))
    _say(report_text(report))
    app.watch_once()  # first contact: what lies there already stays unanswered
    post.deliver(world)
    _say(f"\n{len(world.mails)} mails arrive in the mailbox of {world.owner} …")
    receipts = app.watch_once()
    for receipt in receipts:
        _say(printable(receipt_lines(receipt)))
    result = tally(world.mails, receipts, post.drafts())
    _say("\n" + result.says)
    return _checked(app, result) if check else _served(app, post)


def _served(app: App, post: Post) -> int:
    app.serve(lambda address: _say(_where(address, post, app.settings.data.parent)), watching=True)
    return 0


def _where(address: str, post: Post, home: Path) -> str:
    command, config = _typed(Path(sys.argv[0])), f"--config {_typed(home)}"
    return (
        f"\nThe drafts lie in the Drafts folder, for any mail client to open:\n  {post.says}\n"
        f"The search page:       {address}/\n"
        f"Every mail's decision: {address}/receipts\n"
        "Mail put into that INBOX is answered as it comes. Ctrl-C ends the demo.\n"
        f"\nMeanwhile, in another terminal:\n"
        f'  {command} search {config} "who is talking to Brückner Logistik?"\n'
        f"  {command} explain {config}"
    )


def _typed(path: Path) -> str:
    """A path as somebody in this folder would type it."""
    here = Path.cwd()
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))


def _checked(app: App, result: Tally) -> int:
    with app.serving() as address, urllib.request.urlopen(f"{address}/healthz", timeout=30) as page:
        _say(f"The pages answer: {page.status}")
    return 0 if result.promises_kept and result.right > result.wrong + result.needless else 1


@contextmanager
def _home(folder: Path | None, check: bool) -> Iterator[Path]:
    """The demo's folder. The ledger starts anew each time, as the mailbox does; the index is kept."""
    if check and folder is None:
        with tempfile.TemporaryDirectory(prefix="signpost-") as scratch:
            yield Path(scratch)
        return
    home = (folder or FOLDER).resolve()
    home.mkdir(parents=True, exist_ok=True)
    for left in (home / "data").glob("ledger.db*"):
        left.unlink()
    yield home


def _settings(home: Path, world: World, post: Post, port: int) -> Path:
    """Write signpost.toml, with which every other command works on the demo too."""
    (home / "password").write_text(PASSWORD, encoding="utf-8")
    account = post.account if isinstance(post, ImapPost) else None
    crm_folder = next(iter(world.crm.values())).parent
    told = [
        'data = "data"\n',
        *(_source("trello-export", path.stem, path) for path in (*world.boards, world.private_board)),
        _source("crm-csv", "hubspot", crm_folder) + 'visibility = "everyone"\n',
        _source("vcard", "colleagues", world.contacts) + 'visibility = "everyone"\n',
        f'\n[[mailboxes]]\nname = "{world.mailbox}"\nuser = "{world.mailbox}"\npassword_file = "password"\n',
        f'addresses = ["{world.owner} <{world.mailbox}>"]\n',
        f'host = "127.0.0.1"\nport = {account.port if account else 143}\ntls = "none"\n',
        f'\n[replies]\ninternal_domains = ["{world.domain}"]\nauthserv_id = "{world.authserv_id}"\nper_day = 1000\n',
        f'\n[web]\nport = {port}\nbase_url = "http://127.0.0.1:{port}"\n',
    ]
    (home / "signpost.toml").write_text("".join(told), encoding="utf-8")
    return home / "signpost.toml"


def _source(kind: str, name: str, path: Path) -> str:
    return f'\n[[sources]]\nkind = "{kind}"\nname = "{name}"\npath = "{path.as_posix()}"\n'


def _say(text: str) -> None:
    print(text, flush=True)
