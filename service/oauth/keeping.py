"""Where a login is kept between runs: in the keyring of this machine, or in a file that only its owner may read."""

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from indexer.errors import SettingsError

Look = Callable[[str], str | None]
Put = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Login:
    """What a person agreed to: the refresh token, and the client and server that it is for."""

    client_id: str
    token_url: str
    refresh_token: str = field(repr=False)


class Logins:
    """The logins of all mailboxes, by name. Safe with several processes, and across a power cut."""

    def __init__(self, folder: Path, look: Look, put: Put) -> None:
        """Keep files in this folder where the keyring, reached by `look` and `put`, does not take a login."""
        self._folder = folder
        self._look = look
        self._put = put

    def load(self, name: str) -> Login | None:
        """The login of a mailbox; None where nobody logged in yet, or what is kept cannot be read."""
        text = self._text(name)
        try:
            return Login(**json.loads(text)) if text else None
        except (ValueError, TypeError):
            return None

    def save(self, name: str, login: Login) -> str:
        """Keep it, whole or not at all, and tell where. Raises SettingsError where it cannot be kept."""
        facts = {"client_id": login.client_id, "token_url": login.token_url, "refresh_token": login.refresh_token}
        text = json.dumps(facts)
        file = self._file(name)
        try:
            if self._put(_entry(name), text):
                # The file goes first when a login is looked for: an old one in it must not win
                file.unlink(missing_ok=True)
                return "the keyring"
            self._write(file, text)
        except OSError as fault:
            raise SettingsError([f"The login of {name} cannot be kept in {file}: {fault.strerror}."]) from fault
        return str(file)

    def mark(self, name: str) -> str:
        """Something that changes when the login does, and tells nothing about it."""
        return hashlib.sha256((self._text(name) or "").encode()).hexdigest()[:16]

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """Nobody else renews this login meanwhile: many servers take a refresh token only once."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(self._file(name).with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as fault:
            raise SettingsError([f"The folder {self._folder} cannot be used: {fault.strerror}."]) from fault
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _text(self, name: str) -> str | None:
        try:
            return self._file(name).read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            return self._look(_entry(name))
        except (OSError, UnicodeDecodeError):
            return None

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.json"

    def _write(self, file: Path, text: str) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = file.with_suffix(".new")
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as new:
            new.write(text)
            new.flush()
            os.fsync(new.fileno())
        beside.replace(file)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _entry(name: str) -> str:
    """What the keyring calls it; the plain name is the password's."""
    return f"{name} login"
