"""Real mail servers on free ports of this machine: pymap always, Dovecot where it is installed."""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from imapclient import IMAPClient

from service.mailbox.account import ImapAccount, Security

PASSWORD = "geheim-Ärger7"
PYMAP = (sys.executable, "-W", "ignore", "-c", "from pymap.main import main; main()")


@dataclass(frozen=True)
class Server:
    """A running server: where it listens, who may log in, and the authority that signed its certificate, if any."""

    port: int
    user: str
    password: str
    tls_port: int = 0
    ca_file: str = ""

    def account(self, security: Security = "none", **more: Any) -> ImapAccount:
        """How Signpost reaches it."""
        port = self.tls_port if security == "tls" else self.port
        facts: dict[str, Any] = {"host": "localhost", "user": self.user, "password": self.password, "port": port}
        return ImapAccount(**facts | {"security": security, "ca_file": self.ca_file, "timeout": 10.0} | more)

    def someone_new(self) -> "Server":
        """The same server and an account on it that is still empty; only where any user may log in."""
        return replace(self, user=f"anna{time.monotonic_ns()}")


@contextmanager
def pymap(port: int = 0, password: str = PASSWORD) -> Iterator[Server]:
    """Pymap with one account in memory: an empty INBOX and nothing else."""
    port = port or free_port()
    where = ("--host", "127.0.0.1", "--port", str(port), "--no-tls")
    who = ("dict", "--demo-user", "anna", "--demo-password", password)
    with running([*PYMAP, *where, *who], port):
        yield Server(port, "anna", password)


@contextmanager
def dovecot() -> Iterator[Server]:
    """Dovecot, which takes any user with the password, with TLS; skips the test where it is not installed."""
    missing = [tool for tool in ("dovecot", "openssl", "setpriv") if not shutil.which(tool)]
    if missing:
        pytest.skip(f"{' and '.join(missing)} not installed (apt-get install dovecot-imapd)")
    folder = Path(tempfile.mkdtemp(prefix="signpost-dovecot-"))
    try:
        ports = free_port(), free_port()
        command = [*_as_nobody(folder), "dovecot", "-F", "-c", str(_dovecot_conf(folder, *ports))]
        with running(command, ports[0]):
            yield Server(ports[0], "anna", PASSWORD, ports[1], str(folder / "ca.pem"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(command: Sequence[str], port: int) -> Iterator[None]:
    """Run a server until the block ends; starts when it answers on its port."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            assert process.poll() is None, f"{command[0]} ended with {process.returncode}"
            if _answers(port):
                break
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


class World:
    """What people and their mail programs do on a server, over a connection of their own."""

    def __init__(self, server: Server) -> None:
        self.client = IMAPClient("127.0.0.1", server.port, ssl=False, timeout=10)
        self.client.plain_login(server.user, server.password)

    def deliver(self, raw: bytes, folder: str = "INBOX") -> int:
        self.client.append(folder, raw)
        return max(self.uids(folder))

    def uids(self, folder: str) -> list[int]:
        self.client.select_folder(folder, readonly=True)
        return list(self.client.search("ALL"))

    def state(self, folder: str) -> dict[int, tuple[bytes, frozenset[str]]]:
        uids = self.uids(folder)
        found = self.client.fetch(uids, ["BODY.PEEK[]", "FLAGS"])
        return {u: (f[b"BODY[]"], frozenset(x.decode() for x in f[b"FLAGS"])) for u, f in found.items()}

    def flag(self, folder: str, uid: int, flag: str) -> None:
        self.client.select_folder(folder)
        self.client.add_flags([uid], [flag])

    def remove(self, folder: str, uid: int) -> None:
        self.flag(folder, uid, "\\Deleted")
        self.client.expunge()

    def create(self, folder: str) -> None:
        if not self.client.folder_exists(folder):
            self.client.create_folder(folder)

    def renumber(self, folder: str) -> None:
        """Delete the folder and make it again from its mails, as a restore does."""
        kept = [raw for raw, _ in self.state(folder).values()]
        self.client.select_folder("INBOX", readonly=True)
        self.client.delete_folder(folder)
        self.client.create_folder(folder)
        for raw in reversed(kept):
            self.client.append(folder, raw)

    def empty(self) -> None:
        """Remove all mail and every folder but INBOX."""
        self.client.select_folder("INBOX", readonly=True)  # whoever deletes the folder he is in is thrown out
        for _, _, name in self.client.list_folders():
            if name != "INBOX":
                self.client.delete_folder(name)
        for uid in self.uids("INBOX"):
            self.remove("INBOX", uid)

    def close(self) -> None:
        self.client.logout()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as one:
            return bool(one.recv(4))
    except OSError:
        return False


def _as_nobody(folder: Path) -> list[str]:
    """Dovecot's login process does not run as root."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, "nobody", "nogroup")
    for path in folder.iterdir():
        shutil.chown(path, "nobody", "nogroup")
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]


def _dovecot_conf(folder: Path, port: int, tls_port: int) -> Path:
    certificates(folder)
    root = os.geteuid() == 0
    user = "nobody" if root else pwd.getpwuid(os.geteuid()).pw_name
    group = "nogroup" if root else str(os.getegid())
    text = _CONF.format(folder=folder, user=user, group=group, port=port, tls=tls_port, password=PASSWORD)
    conf = folder / "dovecot.conf"
    conf.write_text(text, encoding="utf-8")
    if root:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, "nobody", "nogroup")
    return conf


def certificates(folder: Path) -> None:
    """An authority (ca.pem) and a server's certificate (srv.pem, srv.key) for localhost, in this folder."""

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    (folder / "san").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    ca = ("-keyout", "ca.key", "-out", "ca.pem", "-addext", "keyUsage=critical,keyCertSign")
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Test CA", *ca)
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", "srv.key", "-out", "srv.csr")
    signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "srv.pem", "-extfile", "san")
    openssl("x509", "-req", "-in", "srv.csr", *signed)


_CONF = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
ssl = yes
ssl_cert = <{folder}/srv.pem
ssl_key = <{folder}/srv.key
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:~/Maildir
mail_max_userip_connections = 100
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
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""
