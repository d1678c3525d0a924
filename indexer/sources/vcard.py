"""Address books (vCard files 2.1 to 4.0) → contacts as documents."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from indexer.documents import PRIVATE, Customer, Document, Kind, Person, Section
from indexer.errors import UnknownExport
from indexer.sources.contents import Contents, FileSource, Placed, about_visibility, read_each, settle
from indexer.sources.dates import when
from indexer.sources.files import files_in, read_bytes, text_of
from indexer.sources.markup import from_either
from indexer.sources.text import emails_in, one_line, safe_link
from indexer.sources.vcard_lines import Card, cards_of

_ENDINGS = (".vcf", ".vcard")


class VcardFile(FileSource):
    """The contacts of one vCard file, or of all vCard files of a folder. They have no link of their own."""

    def __init__(self, path: Path, account: str, visibility: str = PRIVATE) -> None:
        """Read nothing yet."""
        super().__init__("vcard", account, [path])
        self._visibility = visibility

    def load(self) -> Contents:
        """Read all cards. Raises UnreadableFile or UnknownExport when no file holds any."""
        told = contacts_in(files_in(self.paths[0], _ENDINGS), self.name, self._visibility)
        private = about_visibility(told.documents, self.name, self._visibility)
        return replace(told, notices=(*told.notices, *private))


def contacts_in(files: Sequence[Path], name: str, visibility: str) -> Contents:
    """The contacts in these files; `name` is the head of their ids. Raises when not one file could be read."""
    books, failures = read_each(files, _read)
    cards = [(file, card) for file, found in books for card in found if not is_group(card)]
    named = [(file, card) for file, card in cards if name_of(card)]
    placed = (Placed(document_of(card, name, visibility), f"{file}, line {card.line}") for file, card in named)
    documents, twice = settle(placed)
    broken = tuple(_cut_short(file, card) for file, card in cards if not card.ended)
    nameless = tuple(_nameless(file, card) for file, card in cards if not name_of(card))
    return Contents(documents, failures + broken, (*twice, *nameless))


def _read(path: Path) -> tuple[str, list[Card]]:
    data = read_bytes(path)
    cards = cards_of(data)
    if not cards:
        start = one_line(text_of(data, path), 40)
        raise UnknownExport(f"{path} holds no vCard: it begins with {start!r}. Export the contacts as vCard (.vcf).")
    return path.name, cards


def _cut_short(file: str, card: Card) -> str:
    return (
        f"{file}, line {card.line}: the card of {name_of(card) or 'nobody'!r} has no END:VCARD, so the file may be cut "
        "short. Export it again."
    )


def _nameless(file: str, card: Card) -> str:
    return f"{file}, line {card.line}: a card without any name was left out."


def document_of(card: Card, name: str, visibility: str) -> Document:
    """The contact (or company) that a card with a name describes; `name` is the head of its id."""
    title, kind = name_of(card), _kind(card)
    key = f"{name}:{kind}:{_native_id(card, title)}"
    organization = one_line(next((p.parts[0] for p in card.all("ORG")), ""), 200)
    people = tuple(Person(title, "self", email) for email in emails_of(card) or (None,))
    return Document(
        id=key,
        kind=kind,
        title=title,
        url="",
        sections=tuple(_sections(card, title)),
        parent="" if kind == "company" else organization,
        labels=_labels(card),
        fields=tuple(_fields(card)),
        people=people if kind == "contact" else (),
        customers=(Customer(organization or title),) if organization or kind == "company" else (),
        updated_at=when(card.first("REV")),
        visibility=visibility,
    )


def name_of(card: Card) -> str:
    """FN, else N, else NICKNAME, ORG, a mail address, a telephone number; empty where a card has none of them."""
    return (
        one_line(card.first("FN"))
        or _structured(card)
        or one_line(card.first("NICKNAME"))
        or one_line(next((p.parts[0] for p in card.all("ORG")), ""))
        or next(iter((*emails_of(card), *_phones(card))), "")
    )


def _structured(card: Card) -> str:
    """`N:Family;Given;Additional;Prefix;Suffix` as it is spoken."""
    parts = next((p.parts for p in card.all("N")), ())
    family, given, more, prefix, suffix = (*parts, "", "", "", "", "")[:5]
    return one_line(" ".join(p for p in (prefix, given, more, family, suffix) if p))


def emails_of(card: Card) -> tuple[str, ...]:
    """All mail addresses, lower case, the preferred one first."""
    return tuple(dict.fromkeys(e for p in card.all("EMAIL") for e in emails_in(p.text.removeprefix("mailto:"))))


def _phones(card: Card) -> tuple[str, ...]:
    told = (
        one_line(p.text.removeprefix("tel:").partition(";")[0], 60) for p in card.all("TEL") if "FAX" not in p.kinds
    )
    return tuple(dict.fromkeys(phone for phone in told if phone))


def _kind(card: Card) -> Kind:
    told = {card.first("KIND").casefold(), card.first("X-ABSHOWAS").casefold()}
    return "company" if told & {"org", "company"} else "contact"


def is_group(card: Card) -> bool:
    """Whether a card stands for a group of others, which is no person."""
    return "group" in (card.first("KIND").casefold(), card.first("X-ADDRESSBOOKSERVER-KIND").casefold())


def _native_id(card: Card, title: str) -> str:
    """The card's UID; else a digest of its name and first address, or of its name, company and first telephone."""
    uid = re.sub(r"^urn:uuid:", "", one_line(card.first("UID"), 200), flags=re.IGNORECASE)
    emails = emails_of(card)
    key = (title, emails[0]) if emails else (title, card.first("ORG"), *_phones(card)[:1])
    return uid or "h" + hashlib.sha256("\x1f".join(key).casefold().encode()).hexdigest()[:16]


def _sections(card: Card, title: str) -> Iterator[Section]:
    """What the person does where, and each note."""
    organization = ", ".join(filter(None, next((p.parts for p in card.all("ORG")), ())))
    post = ", ".join(filter(None, (card.first("TITLE"), card.first("ROLE"), organization)))
    if post and post != title:
        yield Section(one_line(post, 1000))
    notes = dict.fromkeys(from_either(p.text) for p in card.all("NOTE"))
    yield from (Section(note) for note in notes if note)


def _addresses(card: Card) -> tuple[str, ...]:
    told = (", ".join(one_line(part, 200) for part in p.parts if part) for p in card.all("ADR"))
    return tuple(dict.fromkeys(address for address in told if address))


def _labels(card: Card) -> tuple[str, ...]:
    told = (one_line(label, 100) for p in card.all("CATEGORIES") for label in p.text.split(","))
    return tuple(dict.fromkeys(label for label in told if label and label.casefold() != "mycontacts"))


def _fields(card: Card) -> Iterator[tuple[str, str]]:
    links = dict.fromkeys(one_line(p.text, 300) for p in card.all("URL"))
    told = (
        ("Job title", one_line(card.first("TITLE"), 200)),
        ("Role", one_line(card.first("ROLE"), 200)),
        ("Department", one_line(", ".join(filter(None, next((p.parts[1:] for p in card.all("ORG")), ()))), 300)),
        ("Nickname", one_line(card.first("NICKNAME"), 200)),
        ("Phone", "; ".join(_phones(card))),
        ("Address", "; ".join(_addresses(card))),
        ("Web", "; ".join(link for link in links if safe_link(link) or "//" not in link)),
    )
    yield from ((name, value) for name, value in told if value)
