"""Who asks, and what they may see and do. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from indexer.asking import Viewer

Scope = Literal["search", "receipts", "feedback"]
SCOPES: frozenset[Scope] = frozenset({"search", "receipts", "feedback"})
"""What a token may be made for: to find documents; to read what became of mails; to say what was right and wrong."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who opened a page or calls the API. `email` is empty where nobody has to log in.

    `groups` decide which documents they see beside those for everyone. An admin sees the receipts of every mailbox;
    others those of mailboxes that have their address.
    """

    email: str = ""
    name: str = ""
    groups: frozenset[str] = frozenset()
    is_admin: bool = False
    scopes: frozenset[Scope] = SCOPES

    @property
    def viewer(self) -> Viewer:
        """Which documents they may see."""
        return Viewer(self.groups)

    def mailboxes(self, owners: Mapping[str, frozenset[str]]) -> frozenset[str] | None:
        """Of which mailboxes they may read the receipts; None: of all. `owners` holds the addresses of each."""
        if self.is_admin:
            return None
        return frozenset(name for name, addresses in owners.items() if self.email and self.email in addresses)


HERE = Visitor(is_admin=True)
"""Whoever sits at the machine itself, where nobody has to log in."""
