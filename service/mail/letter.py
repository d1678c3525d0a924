"""The records of a mail that was read. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from indexer.asking import Question


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox of a header. `email` is as written but with its domain in lower case."""

    email: str
    name: str = ""

    @property
    def domain(self) -> str:
        """What stands behind the last @, lower case; empty where there is none."""
        return self.email.rpartition("@")[2].lower() if "@" in self.email else ""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as its bytes say it; nothing here is trusted.

    `sender` is None where From is missing, doubled, or cannot be read as exactly one address: then nobody may be
    taken for the sender. `text` is the body as a reader sees it (plain text, else HTML turned into text), quotes
    included. `headers` holds every header in order, names in lower case, values decoded and unfolded.
    `parts` lists the content types in the order they occur. `identity` is a SHA-256 over the headers that never
    change and the body, because Message-IDs are missing, reused and forged.
    """

    identity: str
    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    subject: str = ""
    sender: Address | None = None
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    date: datetime | None = None
    text: str = ""
    html: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    parts: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    defects: tuple[str, ...] = ()
    authors: tuple[Address, ...] = ()
    """What From says however broken it is: to be shown, never to be believed."""

    def header(self, name: str) -> str:
        """The first header of this name (any case), or an empty string."""
        return next(iter(self.all_headers(name)), "")

    def all_headers(self, name: str) -> tuple[str, ...]:
        """Every header of this name (any case), topmost first."""
        return tuple(value for key, value in self.headers if key == name.lower())


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What this sender wrote just now, and what was cut away as quote, signature or disclaimer.

    `context` holds the quoted lines that an inline reply answers to, and a forwarded mail; `cut` the removed pieces,
    each as the name of the rule that removed it and the text, so that no word disappears unreported. `reply` is what
    a person would keep of the whole: the own words with the quoted lines they answer in their place.
    """

    text: str
    context: str = ""
    cut: tuple[tuple[str, str], ...] = ()
    reply: str = ""


@dataclass(frozen=True, slots=True)
class Automatic:
    """This mail was not written by a person to be answered; `rule` names why, `says` explains it."""

    rule: str
    says: str


@dataclass(frozen=True, slots=True)
class Trust:
    """Whether the sender is who the From header says.

    `proven`: aligned authentication was seen from the configured server. `forged`: it failed, or the header is
    made to deceive. `unproven`: nothing says either.
    """

    verdict: Literal["proven", "unproven", "forged"]
    says: str


@dataclass(frozen=True, slots=True)
class Reading:
    """All that reading a mail yields; `language` is an ISO 639-1 code of the own words, `en` when unsure."""

    mail: Mail
    own: OwnWords
    automatic: Automatic | None
    trust: Trust
    questions: tuple[Question, ...] = ()
    language: str = "en"
