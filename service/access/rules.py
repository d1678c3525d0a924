"""A proven address → a visitor: which groups, whether an admin, whether one of us at all. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address

from service.access.visitor import SCOPES, Scope, Visitor
from service.mail.letter import Address
from service.replies.audience import is_internal, is_plain


@dataclass(frozen=True, slots=True)
class Rules:
    """What the settings say of people. Of a login from elsewhere only addresses inside `domains` are let in.

    `login` is the way: none, local, proxy or oidc. `proxies`, `header` and `groups_header` belong to proxy.
    """

    login: str = "none"
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    admins: frozenset[str] = frozenset()
    domains: tuple[str, ...] = ()
    lasts: timedelta = timedelta(hours=12)
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    header: str = ""
    groups_header: str = ""

    def visitor(
        self, email: str, name: str = "", told: Collection[str] = (), scopes: frozenset[Scope] = SCOPES
    ) -> Visitor:
        """Somebody whose address is proven, with the groups that the settings and the login `told` put them in."""
        of_settings = {group for group, members in self.groups.items() if email in members}
        return Visitor(email, name or email, frozenset({*of_settings, *told}), email in self.admins, scopes)

    def lets_in(self, email: str) -> bool:
        """Whether an address that somebody else vouches for is one of us."""
        address = Address(email)
        return is_plain(address) and is_internal(address, self.domains)

    def is_proxy(self, client: str) -> bool:
        """Whether a connection comes from one of the proxies that may tell who somebody is."""
        try:
            address = ip_address(client)
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None) or address
        return any(mapped in network for network in self.proxies if network.version == mapped.version)
