"""Colleagues → the team's address book as a vCard 3.0 file (RFC 2426). Pure."""

from collections.abc import Iterable
from hashlib import sha256

from service.demo.catalogue import OWN_NAME, countries
from service.demo.organisation import Colleague

LINE_OCTETS = 75


def uid(person: Colleague) -> str:
    """The UID of a colleague's card."""
    return "nw-" + sha256(person.email.encode()).hexdigest()[:12]


def address_book(people: Iterable[Colleague], revision: str) -> str:
    """All cards, one after the other; lines end in CRLF and are folded. `revision` is the REV of each."""
    return "".join(_fold(line) for person in people for line in _lines(person, revision))


def _lines(person: Colleague, revision: str) -> tuple[str, ...]:
    country = countries()[person.country].name
    return (
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"UID:{uid(person)}",
        f"FN:{_escaped(person.name)}",
        f"N:{_escaped(person.last)};{_escaped(person.first)};;;",
        f"ORG:{_escaped(OWN_NAME)};Sales",
        f"TITLE:{_escaped(person.title)}",
        f"EMAIL;TYPE=INTERNET,WORK:{person.email}",
        f"TEL;TYPE=WORK,VOICE:{person.phone}",
        f"TEL;TYPE=CELL:{person.mobile}",
        f"ADR;TYPE=WORK:;;;{_escaped(person.city)};;;{country}",
        f"NOTE:{_escaped(person.note)}",
        f"REV:{revision}",
        "END:VCARD",
    )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;").replace("\n", "\\n")


def _fold(line: str) -> str:
    """Cut after 75 octets, never within a character; what follows begins with a space."""
    pieces, piece = [], ""
    for character in line:
        if len((piece + character).encode()) > LINE_OCTETS:
            pieces.append(piece)
            piece = " "
        piece += character
    return "\r\n".join([*pieces, piece]) + "\r\n"
