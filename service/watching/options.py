"""How a mailbox is watched: the choices its owner makes. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from service.drafts.drafting import Caps
from service.mail.letter import Address
from service.mailbox.protocol import INBOX


@dataclass(frozen=True, slots=True)
class WatchOptions:
    """`own` are the account's addresses, the main one first; the bell hangs on the first of `folders`.

    In shadow mode everything is decided and recorded and nothing is written. `look_back_days` is how much older mail
    first contact takes in. `settle` is how long a server may take to show a draft after the connection broke. `tend`
    is how often is looked after drafts that wait, `keep` how long an untouched one waits, None for ever. `login_mark`
    tells something that changes when the password, or what else the account logs in with, does.
    """

    own: tuple[Address, ...]
    folders: tuple[str, ...] = (INBOX,)
    shadow: bool = False
    look_back_days: int = 0
    batch: int = 50
    caps: Caps = field(default_factory=Caps)
    settle: timedelta = timedelta(seconds=10)
    tend: timedelta = timedelta(minutes=3)
    keep: timedelta | None = timedelta(days=14)
    poll_seconds: float = 60.0
    login_mark: Callable[[], str] = str
