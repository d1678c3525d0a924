"""A mail server with as many users as are wanted, each with a mailbox copied from a pattern: Dovecot."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

PASSWORD = "geheim-Aerger7"
MEMORY = Path("/dev/shm")


class Host(Protocol):
    """A running server. Anybody may log in with the password; whoever was never there has an empty mailbox."""

    port: int

    def copy(self, pattern: str, user: str) -> None:
        """Give a user all that another one has, under the same UIDs."""
        ...

    def remove(self, user: str) -> None:
        """Forget a user."""
        ...

    def trace(self, user: str) -> object:
        """What changes when anything of a user's mail does; looking changes nothing."""
        ...


class Dovecot:
    """Dovecot whose mailboxes lie in a folder that may be in memory: no fsync, many logins a process."""

    def __init__(self, folder: Path, port: int) -> None:
        """Its files lie here, it listens there."""
        self.folder = folder
        self.port = port

    def home(self, user: str) -> Path:
        """Where a user's mail lies."""
        return self.folder / "mail" / user / "Maildir"

    def copy(self, pattern: str, user: str) -> None:
        """Mails are linked, for nobody changes their bytes; Dovecot's own files are copied."""
        made = [self.home(user).parent]
        made[0].mkdir()
        for path in [self.home(pattern), *sorted(self.home(pattern).rglob("*"))]:
            target = self.home(user) / path.relative_to(self.home(pattern))
            if path.is_dir():
                target.mkdir()
            elif path.parent.name in ("cur", "new"):
                os.link(path, target)
                continue
            else:
                shutil.copyfile(path, target)
            made.append(target)
        owner = (self.folder / "mail").stat()
        for path in made if os.geteuid() == 0 else ():
            os.chown(path, owner.st_uid, owner.st_gid)

    def trace(self, user: str) -> object:
        """Names of files hold the flags, and `dovecot-uidlist` the numbers and what the next will be."""
        found: list[str | bytes] = []
        for folder, _, names in sorted(os.walk(self.home(user))):
            found += [f"{folder}/{name}" for name in sorted(names) if not name.startswith("dovecot")]
            found += [Path(folder, name).read_bytes() for name in names if name == "dovecot-uidlist"]
        return found

    def remove(self, user: str) -> None:
        """See `Host.remove`."""
        shutil.rmtree(self.home(user).parent, ignore_errors=True)


def missing_tools() -> list[str]:
    """What Dovecot needs and this machine does not have."""
    return [tool for tool in ("dovecot", "setpriv") if not shutil.which(tool)]


@contextmanager
def dovecot() -> Iterator[Dovecot]:
    """A Dovecot of its own until the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="signpost-torture-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None))
    try:
        host = Dovecot(folder, free_port())
        with running([*_unprivileged(), "dovecot", "-F", "-c", str(_configuration(host))], host.port):
            yield host
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def running(command: Sequence[str], port: int) -> Iterator[None]:
    """Run a server until the block ends; starts when it answers on its port."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(400):
            if process.poll() is not None:
                raise RuntimeError(f"{command} ended with {process.returncode}")
            if _answers(port):
                break
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as one:
            return bool(one.recv(4))
    except OSError:
        return False


def _unprivileged() -> list[str]:
    """Dovecot's login process does not run as root."""
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.geteuid() == 0 else []


def _configuration(host: Dovecot) -> Path:
    root = os.geteuid() == 0
    user = "nobody" if root else pwd.getpwuid(os.geteuid()).pw_name
    group = "nogroup" if root else str(os.getegid())
    facts = {"folder": host.folder, "user": user, "group": group, "port": host.port, "password": PASSWORD}
    conf = host.folder / "dovecot.conf"
    conf.write_text(_CONF.format(**facts), encoding="utf-8")
    (host.folder / "mail").mkdir()
    for path in (host.folder, *host.folder.iterdir()) if root else ():
        shutil.chown(path, user, group)
    return conf


_CONF = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
info_log_path = /dev/null
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:~/Maildir
mail_fsync = never
mail_max_userip_connections = 1000
first_valid_uid = 1
mail_uid = {user}
mail_gid = {group}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Drafts {{
    special_use = \\Drafts
    auto = subscribe
  }}
  mailbox Sent {{
    special_use = \\Sent
    auto = subscribe
  }}
  mailbox Trash {{
    special_use = \\Trash
    auto = subscribe
  }}
}}
service imap-login {{
  chroot =
  service_count = 0
  inet_listener imap {{
    port = {port}
  }}
}}
service imap {{
  service_count = 500
  process_min_avail = 2
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""
