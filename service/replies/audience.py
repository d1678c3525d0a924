"""A mail that was read → everyone whom a reply to it would reach, and what they may see. Pure."""

import re
from collections.abc import Collection
from unicodedata import normalize

from indexer.asking import NOBODY, OUTSIDER, Viewer
from service.mail.letter import Address, Reading
from service.replies.outcome import Audience, Policy

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_OTHER_DOTS = re.compile("[\u3002\uff0e\uff61]")
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*")


def audience_of(reading: Reading, policy: Policy) -> Audience:
    """Who a reply would be addressed to: the sender alone, or one Reply-To that is inside as well. Never a Cc.

    It is empty when the sender cannot be read as one plain address, or is the watched account itself. A Reply-To
    that leads outside is among the outsiders although the reply is not addressed to it: it tells of a trap.
    """
    mail = reading.mail
    if mail.sender is None or not is_plain(mail.sender) or is_own(mail.sender, policy):
        return Audience(())
    others = tuple(a for a in mail.reply_to if not is_own(a, policy))
    outside = [a for a in (mail.sender, *others) if not is_internal(a, policy.internal)]
    to = others[0] if len(others) == 1 and not outside else mail.sender
    return Audience((to,), outsiders=tuple(_distinct(outside)))


def viewer_of(audience: Audience, policy: Policy) -> Viewer:
    """What all of the audience may see together: what everyone inside may; with an outsider, what is public or nothing.

    Beside that, what is for a group to which all of them belong, and all who open the watched account, where the draft
    lies. A sender who need not be authenticated may be anybody, so then no group counts.
    """
    reached = (*audience.to, *audience.cc)
    inside = all(is_internal(a, policy.internal) for a in reached)
    if not reached or not inside or audience.outsiders:
        return OUTSIDER if reached and policy.answers_outsiders else NOBODY
    readers = {a.email.lower() for a in reached} | _lower(policy.own)
    shared = {name for name, members in policy.groups.items() if readers <= members} if policy.require_proof else ()
    return Viewer(frozenset(shared))


def is_internal(address: Address, internal: Collection[str]) -> bool:
    """Whether one of the internal domains, or this very address, is named."""
    if not is_plain(address):
        return False
    domain = ascii_domain(address.domain)
    return address.email.lower() in _lower(internal) or any(_covers(i, domain) for i in _lower(internal))


def is_own(address: Address, policy: Policy) -> bool:
    """Whether this is an address of the watched account."""
    return address.email.lower() in _lower(policy.own)


def is_plain(address: Address) -> bool:
    """Whether it can be read in one way only: dots and letters before the @, a host name behind it."""
    local, at, _ = address.email.rpartition("@")
    return bool(at and len(local) <= 64 and _LOCAL.fullmatch(local) and ascii_domain(address.domain))


def ascii_domain(domain: str) -> str:
    """The domain as DNS knows it, `brückner.example` as `xn--brckner-o2a.example`; empty where it is none.

    Wide letters, ligatures and other dots are none: DNS programs turn them into plain ones, others do not.
    """
    if _OTHER_DOTS.search(domain) or normalize("NFKC", domain) != normalize("NFC", domain):
        return ""
    try:
        host = domain.lower() if domain.isascii() else domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""
    return host if len(host) <= 253 and _HOST.fullmatch(host) else ""


def _covers(rule: str, domain: str) -> bool:
    if "@" in rule:
        return False
    host = ascii_domain(rule.removeprefix("."))
    return bool(host) and (domain == host or (rule.startswith(".") and domain.endswith(f".{host}")))


def _lower(names: Collection[str]) -> frozenset[str]:
    return frozenset(n.lower() for n in names)


def _distinct(addresses: Collection[Address]) -> Collection[Address]:
    return {a.email.lower(): a for a in addresses}.values()
