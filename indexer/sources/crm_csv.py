"""CSV exports of a CRM (HubSpot, Salesforce, Pipedrive, address books, any other by a mapping) → documents."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from indexer.documents import PRIVATE
from indexer.errors import SourceError, UnknownExport
from indexer.sources.contents import Contents, FileSource, Placed, about_visibility, read_each, settle
from indexer.sources.crm_book import Book, Links
from indexer.sources.crm_documents import Frame, document_of
from indexer.sources.crm_entries import Entry, entries_of
from indexer.sources.crm_headers import Layout, layout_of, mapped_layout
from indexer.sources.crm_links import checked
from indexer.sources.dates import is_day_first
from indexer.sources.files import files_in, read_bytes, text_of
from indexer.sources.tables import Table, table_of
from indexer.sources.text import one_line

_ENDINGS = (".csv", ".tsv", ".txt")
_DATES = ("created", "updated", "date")
ROLES = frozenset(
    {
        *(
            "kind",
            "id",
            "title",
            "first",
            "last",
            "email",
            "phone",
            "job",
            "company",
            "contact",
            "contact_email",
            "deal",
        ),
        *("owner", "author", "stage", "state", "body", "created", "updated", "date", "link", "tags", "domain"),
    }
)
"""What a mapping may name."""


class CrmCsv(FileSource):
    """The CSV files of one CRM: a file, several, or a folder; joined with each other by ids and names.

    `mapping` names the columns of a file whose headers nobody knows, such as
    `{"kind": "note", "title": "Betreff", "body": "Text", "company": "Firma"}`. `link_template` makes the link of a
    record, such as `https://crm.example.com/{kind}/{id}`; without one they have
    no link of their own, and Signpost's page of the document is linked instead.
    """

    def __init__(
        self,
        path: Path | Sequence[Path],
        account: str,
        mapping: Mapping[str, str] | None = None,
        link_template: str | None = None,
        visibility: str = PRIVATE,
    ) -> None:
        """Read nothing yet."""
        super().__init__("crm", account, [path] if isinstance(path, Path) else path)
        self._mapping, self._template, self._visibility = dict(mapping or {}), link_template, visibility

    def load(self) -> Contents:
        """Read and join all tables. Raises UnreadableFile or UnknownExport when not one can be read."""
        frame = Frame(self.name, self._visibility, checked(self._template))
        _check_mapping(self._mapping)
        places, missing = read_each(self.paths, lambda path: files_in(path, _ENDINGS))
        told = tables_in([file for files in places for file in files], self._mapping, frame)
        private = about_visibility(told.documents, self.name, self._visibility)
        return replace(told, failures=(*missing, *told.failures), notices=(*told.notices, *private))


def tables_in(files: Sequence[Path], mapping: Mapping[str, str], frame: Frame) -> Contents:
    """What the tables of these files tell together. Raises UnreadableFile or UnknownExport when not one can be read."""
    tables, unread = read_each(files, lambda path: _table(path, mapping))
    entries = [e for table, layout in tables for e in _entries(table, layout)]
    told = [e for e in entries if e.title]
    book = Book.of(told)
    documents, twice = settle(_documents(told, book, frame))
    failures = (*unread, *(sentence for table, _ in tables for sentence in table.failures))
    return Contents(documents, failures, (*twice, *_oddities(entries, book)))


def _table(path: Path, mapping: Mapping[str, str]) -> tuple[Table, Layout]:
    table = table_of(text_of(read_bytes(path), path), path.name)
    mapped = {role: header for role, header in mapping.items() if role != "kind"}
    if mapped and all(header in table.headers for header in mapped.values()):
        return table, mapped_layout(table.headers, mapping)
    if layout := layout_of(table.headers):
        return table, layout
    raise UnknownExport(question(table, mapped), table.preview)


def question(table: Table, mapped: Mapping[str, str]) -> str:
    """The one thing to ask about a table that nobody recognises."""
    for header in (h for h in mapped.values() if h not in table.headers):
        near = get_close_matches(header, table.headers, 1, 0.5)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        return (
            f"{table.file} has no column {header!r}, which the settings name.{hint} Its columns are {_listed(table)}."
        )
    kinds = "contact, company, deal, note or activity"
    return (
        f"{table.file} is a table, but of no product that is known. Which of its columns holds the name or title of a "
        f"row? Its columns are {_listed(table)}. Say so in the settings, for example "
        f'columns = {{ kind = "note", title = {_as_toml(table.headers[0])} }} (the kind is {kinds}).'
    )


def _as_toml(header: str) -> str:
    return json.dumps(header if len(header) <= 60 else "…", ensure_ascii=False)


def _listed(table: Table) -> str:
    names = ", ".join(repr(one_line(h, 40)) for h in table.headers[:12])
    return names + (f" and {len(table.headers) - 12} more" if len(table.headers) > 12 else "")


def _check_mapping(mapping: Mapping[str, str]) -> None:
    for role in mapping:
        if role not in ROLES:
            near = get_close_matches(role, ROLES, 1, 0.5)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            known = ", ".join(sorted(ROLES))
            raise SourceError(f"`columns` in the settings cannot name {role!r}.{hint} It may name {known}.")
    kind = mapping.get("kind", "note")
    if kind not in ("contact", "company", "deal", "note", "activity"):
        raise SourceError(f"The kind in `columns` is contact, company, deal, note or activity, not {kind!r}.")


def _entries(table: Table, layout: Layout) -> list[Entry]:
    at = [i for role in _DATES for i in layout.columns.get(role, ())]
    return list(entries_of(table, layout, is_day_first(row.cells[i] for row in table.rows for i in at)))


def _documents(entries: Sequence[Entry], book: Book, frame: Frame) -> list[Placed]:
    """A document an entry; companies learn of the contacts that name them."""
    joined = [(entry, book.links_of(entry)) for entry in entries if entry.kind != "user"]
    staff = _staff(joined)
    return [
        Placed(
            document_of(entry, links, book, frame, staff.get(entry.native_id, ()) if _is_firm(entry) else ()),
            entry.place,
        )
        for entry, links in joined
    ]


def _is_firm(entry: Entry) -> bool:
    return entry.kind == "company"


def _staff(joined: Sequence[tuple[Entry, Links]]) -> dict[str, list[Entry]]:
    """Contacts under the id of their company."""
    staff: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry, links in joined:
        for company in (link.entry for link in links.companies if entry.kind == "contact"):
            if company:
                staff[company.native_id].append(entry)
    return staff


def _oddities(entries: Sequence[Entry], book: Book) -> list[str]:
    """What a user should know about the rows, each once however many there are."""
    told = (
        ([e for e in entries if not e.title], "has no name or text and was left out"),
        (
            _owned_by_strangers(entries, book),
            "names its owner by an id that no file explains; add the export of users to show who it is",
        ),
        (
            [e for e in entries if e.first("id") and not e.stated],
            "has an id that a spreadsheet has rounded; export again",
        ),
    )
    return [f"{_places(rows)} {what}." for rows, what in told if rows]


def _owned_by_strangers(entries: Sequence[Entry], book: Book) -> list[Entry]:
    owned = [e for e in entries if e.kind != "user" and e.first("owner")]
    return [e for e in owned if not book.person(e.first("owner"), "owner")]


def _places(rows: Sequence[Entry]) -> str:
    return rows[0].place if len(rows) == 1 else f"Each of {len(rows)} rows (the first is {rows[0].place})"
