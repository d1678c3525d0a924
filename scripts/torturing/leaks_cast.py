"""Who writes, how they show themselves, and what is true of it: the generator's own truth, apart from the product's."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

OURS, SERVER, FORWARDER = "firma.example", "mx.firma.example", "lists.partner.example"
BOX = "sales@firma.example"
OWN = frozenset({BOX, "vertrieb@firma.example"})
INTERNAL = frozenset({OURS, ".gruppe.example", "anna@freemail.example"})
GROUPS = {
    "jana@firma.example": frozenset({"board", "sales"}),
    "ben@firma.example": frozenset({"sales"}),
    "tom@firma.example": frozenset[str](),
    "ute@it.gruppe.example": frozenset[str](),
    "anna@freemail.example": frozenset({"board"}),
}
"""Everybody who is inside, letter by letter, and the groups they are in. Whoever is not here is outside."""
READERS = frozenset({"sales"})
"""Groups to which all belong who open the watched account."""
INSIDE = tuple(GROUPS)
CUSTOMERS = ("einkauf@adler.example", "eva@bussard.example")
STRANGERS = ("eve@evil.example", *CUSTOMERS)


@dataclass(frozen=True, slots=True)
class Shown:
    """A From header (or several), the domain that its server can vouch for, and whether it names an inside person."""

    kind: str
    lines: tuple[str, ...]
    domain: str
    inside: bool = False


Form = Callable[[Random], Shown]
SENDERS: dict[str, Form] = {}
"""Every way to write From, by its name."""
PLAIN = ("colleague", "colleague in groups", "colleague below a domain", "one address of a free mailer")


def _form(name: str) -> Callable[[Form], Form]:
    def add(form: Form) -> Form:
        SENDERS[name] = form
        return form

    return add


def _plain(name: str, *emails: str) -> None:
    def form(draw: Random) -> Shown:
        email = draw.choice(emails)
        shown = draw.choice((email, f"<{email}>", f"Jana Köhler <{email}>", f'"Köhler, J." <{email}>'))
        inside = email in GROUPS
        return Shown(name, (f"From: {shown}",), email.rpartition("@")[2], inside)

    SENDERS[name] = form


_plain("colleague", "tom@firma.example", "ben@firma.example")
_plain("colleague in groups", "jana@firma.example")
_plain("colleague below a domain", "ute@it.gruppe.example")
_plain("one address of a free mailer", "anna@freemail.example")
_plain("customer A", CUSTOMERS[0])
_plain("customer B", CUSTOMERS[1])
_plain("stranger", STRANGERS[0], "eve@freemail.example", "jana@adler.example")
_plain("the account itself", *sorted(OWN))
_plain("below the domain", "jana@mail.firma.example", "jana@x.firma.example")
_plain("a domain that ends alike", "jana@notfirma.example", "ute@evilgruppe.example")
_plain("a domain that begins alike", "jana@firma.example.evil.example", "jana@firma.example.co")
_plain("look-alike letters", "jana@f1rma.example", "jana@fırma.example", "jana@firmа.example", "jana@flrma.example")
_plain("look-alike in punycode", "jana@xn--frma-jye.example", "jana@xn--firm-63d.example")
_plain("another ending", "jana@firma.example.net", "jana@firma.exarnple", "jana@firma.co")


def _odd(name: str, domain: str, *lines: str) -> None:
    """A From that names an inside person somewhere, and is no plain statement of one."""

    def form(draw: Random) -> Shown:
        return Shown(name, tuple(draw.choice(lines).split("\n")), domain)

    SENDERS[name] = form


_odd(
    "two From headers",
    OURS,
    "From: jana@firma.example\nFrom: eve@evil.example",
    "From: eve@evil.example\nFrom: jana@firma.example",
    "From: jana@firma.example\nX-A: b\nFROM: jana@firma.example",
)
_odd(
    "two authors in one From",
    OURS,
    "From: jana@firma.example, eve@evil.example",
    "From: eve@evil.example; jana@firma.example",
    "From: us: jana@firma.example, ben@firma.example;",
)
_odd(
    "an address for a name",
    "evil.example",
    'From: "jana@firma.example" <eve@evil.example>',
    "From: jana@firma.example <eve@evil.example>",
    "From: =?utf-8?q?jana=40firma=2Eexample?= <eve@evil.example>",
    "From: Jana (jana@firma.example) <eve@evil.example>",
    "From: jana＠firma.example <eve@evil.example>",
)
_odd(
    "an address in an encoded word",
    "evil.example",
    "From: =?utf-8?q?Jana_<jana=40firma=2Eexample>?= <eve@evil.example>",
    "From: =?utf-8?b?amFuYUBmaXJtYS5leGFtcGxl?= <eve@evil.example>",
    "From: =?utf-8?q?jana=40firma=2Eexample=2C?= eve@evil.example",
)
_odd(
    "cannot be read in one way",
    OURS,
    "From: <jana@firma.example> <eve@evil.example>",
    "From: <eve@evil.example:jana@firma.example>",
    "From: <@evil.example:jana@firma.example>",
    "From: eve@evil.example <jana@firma.example",
    "From: jana@firma.example@evil.example",
    "From: jana@firma.example\\@evil.example",
    'From: "jana@firma.example"@evil.example',
    "From: jana@firma.example\x00@evil.example",
)
_odd(
    "invisible characters",
    OURS,
    "From: jana@fir\u200bma.example",
    "From: \u202ejana@firma.example",
    "From: jana\u00ad@firma.example",
    "From: jana@firma\ufeff.example",
)
_odd("no From at all", OURS, "X-From: jana@firma.example", "From:", "From: Jana Köhler", "Sender: jana@firma.example")


REPLY_TO: dict[str, tuple[str, ...]] = {
    "no Reply-To": ("",),
    "Reply-To a colleague": ("ben@firma.example", "Jana <jana@firma.example>"),
    "Reply-To the account": tuple(sorted(OWN)),
    "Reply-To two colleagues": ("ben@firma.example, ute@it.gruppe.example",),
    "Reply-To a stranger": ("eve@evil.example", "Jana <eve@evil.example>", '"jana@firma.example" <eve@evil.example>'),
    "Reply-To a customer": CUSTOMERS,
    "Reply-To both sides": ("ben@firma.example, eve@evil.example", "eve@evil.example, jana@firma.example"),
    "Reply-To a look-alike": ("jana@fırma.example", "jana@firma.example.evil.example", "jana@mail.firma.example"),
    "Reply-To in a riddle": (
        "<jana@firma.example> <eve@evil.example>",
        "=?utf-8?q?jana=40firma=2Eexample=2C?= eve@evil.example",
        "team: jana@firma.example, eve@evil.example;",
        "jana@firma.example\n\teve@evil.example",
    ),
}
HARMLESS_REPLIES = ("no Reply-To", "Reply-To a colleague", "Reply-To the account", "Reply-To two colleagues")

COPIES: dict[str, tuple[str, ...]] = {
    "to the account alone": ("To: sales@firma.example",),
    "a colleague beside": ("To: sales@firma.example\nCc: ben@firma.example", "To: tom@firma.example"),
    "a stranger in Cc": ("To: sales@firma.example\nCc: eve@evil.example", f"To: {BOX}\nCc: eva@bussard.example"),
    "a stranger in To": ("To: sales@firma.example, eve@evil.example", "To: einkauf@adler.example"),
    "a crowd": ("To: sales@firma.example\nCc: " + ", ".join(f"p{n}@adler.example" for n in range(30)),),
    "a blind copy": ("To: sales@firma.example\nBcc: eve@evil.example", "Bcc: sales@firma.example"),
    "other ways to be reached": (
        "To: sales@firma.example\nSender: eve@evil.example",
        "To: sales@firma.example\nResent-To: eve@evil.example\nMail-Followup-To: eve@evil.example",
        "To: sales@firma.example\nReturn-Path: <eve@evil.example>\nErrors-To: eve@evil.example",
        "To: sales@firma.example\nDisposition-Notification-To: eve@evil.example\nX-Original-From: ben@firma.example",
    ),
}  # fmt: skip
