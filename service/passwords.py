"""A mailbox's password and a source's token: from the variable, the file or the keyring, when needed and not before."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from indexer.errors import SettingsError
from service.settings_given import variable
from service.settings_models import MailboxSettings
from service.settings_sources import ServiceOptions, SourceSettings

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
        return secret_in(mailbox.password_file, mailbox.name)
    return keyring(mailbox.name) or ""


def token_of(source: SourceSettings, keyring: Callable[[str], str | None] = keyring_entry) -> str:
    """The token of a service. Raises SettingsError with the places it can be put in when there is none."""
    entry, options = f"{source.kind}:{source.name}", source.chosen
    if source.token is not None:
        return source.token.get_secret_value()
    if isinstance(options, ServiceOptions) and options.token_file:
        return secret_in(Path(options.token_file), entry)
    if found := keyring(entry):
        return found
    raise SettingsError([f"The source {entry} has no token. {where_a_token_goes(source)}"])


def where_a_token_goes(source: SourceSettings) -> str:
    """A sentence with the places that the token of a source can be put in."""
    return (
        f"Put it into the variable {variable('sources', source.name, 'token')}, or into a file that token_file names, "
        f"or into the keyring: keyring set {SERVICE} {source.kind}:{source.name}"
    )


def webhook_secret_of(source: SourceSettings) -> str:
    """What a service signs its webhooks with; empty where it does not call."""
    options = source.chosen
    if source.webhook_secret is not None:
        return source.webhook_secret.get_secret_value()
    file = options.webhook_secret_file if isinstance(options, ServiceOptions) else ""
    return secret_in(Path(file), f"{source.kind}:{source.name}") if file else ""


def secret_in(file: Path, name: str) -> str:
    """The password or token in a file. Raises SettingsError where it holds none, or cannot be read."""
    try:
        password = file.read_text(encoding="utf-8-sig").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as fault:
        why = fault.strerror if isinstance(fault, OSError) else "it is not UTF-8"
        raise SettingsError([f"The file {file} with the password or token of {name} cannot be read: {why}."]) from fault
    if not password or "\n" in password:
        raise SettingsError([f"The file {file} has to hold the password or token of {name} on a single line."])
    return password
