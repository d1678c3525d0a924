"""A mailbox's settings → its password: from the variable, the file or the keyring, when it is needed and not before."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from indexer.errors import SettingsError
from service.settings_given import variable
from service.settings_models import MailboxSettings

SERVICE = "signpost"


def keyring_entry(name: str) -> str | None:
    """What the keyring of this machine holds under a name; None without the optional package `keyring`."""
    keyring = _keyring()
    if keyring is None:
        return None
    try:
        found = keyring.get_password(SERVICE, name)
    except keyring.errors.NoKeyringError:
        return None
    except keyring.errors.KeyringError as fault:
        raise SettingsError([f"The keyring does not hand out the password of {name}: {fault}."]) from fault
    return str(found) if found is not None else None


def put_into_keyring(name: str, secret: str) -> bool:
    """Keep a secret in the keyring of this machine; False where there is none that would."""
    keyring = _keyring()
    if keyring is None:
        return False
    try:
        keyring.set_password(SERVICE, name, secret)
    except keyring.errors.KeyringError:
        return False
    return True


def _keyring() -> Any:
    try:
        return importlib.import_module("keyring")
    except ImportError:
        return None


def password_of(mailbox: MailboxSettings, keyring: Callable[[str], str | None] = keyring_entry) -> str:
    """The password. Raises SettingsError with the places it can be put in when there is none."""
    if found := secret_of(mailbox, keyring):
        return found
    raise SettingsError(
        [
            f"The mailbox {mailbox.name} has no password. Put it into the variable "
            f"{variable('mailboxes', mailbox.name, 'password')}, or into a file that password_file names, "
            f"or into the keyring: keyring set {SERVICE} {mailbox.name}"
        ]
    )


def secret_of(mailbox: MailboxSettings, keyring: Callable[[str], str | None] = keyring_entry) -> str:
    """The same, but empty where there is none: a client of an authorization server need not have one."""
    if mailbox.password is not None:
        return mailbox.password.get_secret_value()
    if mailbox.password_file is not None:
        return _read(mailbox.password_file, mailbox.name)
    return keyring(mailbox.name) or ""


def _read(file: Path, name: str) -> str:
    try:
        password = file.read_text(encoding="utf-8-sig").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as fault:
        why = fault.strerror if isinstance(fault, OSError) else "it is not UTF-8"
        raise SettingsError([f"The password file {file} of the mailbox {name} cannot be read: {why}."]) from fault
    if not password or "\n" in password:
        raise SettingsError([f"The password file {file} has to hold the password of {name} on a single line."])
    return password
