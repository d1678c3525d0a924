"""Seed and date → a folder with a whole sales organisation: boards, CRM, address book, mailbox. Writes files.

facts (`founding`) → texts (`cards`, `notes`, `mails`) → export formats (`trello`, `crm`, `contacts`, `letters`).
The same seed and date give the same bytes. To change what is in the world, edit the `.toml` tables beside this file.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from indexer.errors import SignpostError
from service.demo import contacts, crm, trello
from service.demo.cards import BOARDS, PRIVATE_BOARD, cards
from service.demo.catalogue import OWN_DOMAIN
from service.demo.founding import found
from service.demo.letters import SERVER
from service.demo.mails import OWNER, SampleMail, sample_mails
from service.demo.notes import notes
from service.demo.organisation import Organisation
from service.demo.whereabouts import Library

TODAY = date(2026, 3, 2)
SEED = 7


@dataclass(frozen=True, slots=True)
class World:
    """What was written where, and what a demo or a test needs to know about it.

    `boards` may be read by everyone of the own domain; `private_board` by nobody but its members. `authserv_id` is the
    server whose Authentication-Results count. `mails` are in the order of their arrival, as are the files' names.
    """

    folder: Path
    seed: int
    today: date
    domain: str
    authserv_id: str
    mailbox: str
    owner: str
    boards: tuple[Path, ...]
    private_board: Path
    crm: Mapping[str, Path]
    contacts: Path
    mails_folder: Path
    mails: tuple[SampleMail, ...]
    counts: Mapping[str, int]

    def mail_file(self, mail: SampleMail) -> Path:
        """Where a mail of the sample mailbox lies."""
        return self.mails_folder / _file_name(self.mails.index(mail), mail)


def build(folder: Path, seed: int = SEED, today: date = TODAY) -> World:
    """Write the world of this seed, as it stands on this day, into `folder`, which is made where it is missing.

    An older world in the same folder is overwritten. Raises SignpostError where the folder cannot be written.
    """
    organisation = found(seed, today)
    library = Library(organisation, cards(organisation), notes(organisation))
    mails = sample_mails(library)
    files = {**_knowledge(library), **_mailbox(mails)}
    try:
        _write(folder, files)
    except OSError as problem:
        raise SignpostError(
            f"The demo world cannot be written to {folder}: {problem.strerror}. Name another folder."
        ) from problem
    return _described(folder, library, mails)


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for old in (folder / "mails").glob("[0-9][0-9]-*.eml"):
        old.unlink()  # another seed has other mails under other names
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _knowledge(library: Library) -> dict[str, bytes]:
    """The sources: relative file name → content."""
    organisation = library.world
    rows = crm.tables(organisation, library.notes)
    revision = organisation.today.strftime("%Y-%m-%dT00:00:00Z")
    return {
        **{_board_file(name): _json(board) for name, board in _boards(library)},
        **{f"crm/{name}.csv": crm.as_csv(table).encode() for name, table in rows.items()},
        "contacts.vcf": contacts.address_book(organisation.colleagues, revision).encode(),
    }


def _boards(library: Library) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in (*BOARDS.values(), PRIVATE_BOARD):
        standing = [c for c in library.cards if c.board == name]
        yield name, trello.board(name, standing, library.world.colleagues)


def _mailbox(mails: tuple[SampleMail, ...]) -> dict[str, bytes]:
    files = {f"mails/{_file_name(n, mail)}": mail.raw for n, mail in enumerate(mails)}
    told = [_expectation(n, mail) for n, mail in enumerate(mails)]
    return {**files, "mails/expected.json": _json(told)}


def _expectation(number: int, mail: SampleMail) -> dict[str, Any]:
    """What should become of a mail, for readers that do not speak Python."""
    return {
        "file": _file_name(number, mail),
        "message_id": mail.message_id,
        "subject": mail.subject,
        "from": mail.sender,
        "outcome": mail.outcome,
        "kind": mail.kind,
        "reasons": [str(reason) for reason in mail.reasons],
        "questions": [asdict(question) for question in mail.questions],
    }


def _described(folder: Path, library: Library, mails: tuple[SampleMail, ...]) -> World:
    owner = library.world.colleague(OWNER)
    return World(
        folder=folder,
        seed=library.world.seed,
        today=library.world.today,
        domain=OWN_DOMAIN,
        authserv_id=SERVER,
        mailbox=owner.email,
        owner=owner.name,
        boards=tuple(folder / _board_file(name) for name in BOARDS.values()),
        private_board=folder / _board_file(PRIVATE_BOARD),
        crm={name: folder / "crm" / f"{name}.csv" for name in ("companies", "contacts", "deals", "notes")},
        contacts=folder / "contacts.vcf",
        mails_folder=folder / "mails",
        mails=mails,
        counts=_counts(library, len(mails)),
    )


def _counts(library: Library, mails: int) -> dict[str, int]:
    """How much there is to be found: templates and the private board are not counted."""
    organisation: Organisation = library.world
    shared = [c for c in library.cards if c.board != PRIVATE_BOARD and not c.template]
    return {
        "cards": len(shared),
        "comments": sum(len(c.comments) for c in shared),
        "companies": len(organisation.companies),
        "contacts": len(organisation.contacts),
        "deals": len(crm.deals(organisation)),
        "notes": len(library.notes),
        "colleagues": len(organisation.colleagues),
        "mails": mails,
    }


def _board_file(name: str) -> str:
    return f"boards/{name.lower()}.json"


def _file_name(number: int, mail: SampleMail) -> str:
    return f"{number + 1:02d}-{mail.slug}.eml"


def _json(told: object) -> bytes:
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()
