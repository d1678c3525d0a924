"""Records of a live CRM, in columns as its exports have them, and all that they belong to → documents."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from indexer.documents import Document
from indexer.sources.crm_book import Book
from indexer.sources.crm_documents import Frame, document_of
from indexer.sources.crm_entries import Entry, entries_of
from indexer.sources.crm_headers import Layout, Product, columns_of, emails_at, key_of, phones_at
from indexer.sources.crm_words import TableKind
from indexer.sources.tables import Row, Table

Key = tuple[str, str]
"""Kind and id of a record."""
_MOST = 200_000
_KEPT = frozenset({"domain", "private"})
_LINKS = frozenset({"company_ids", "contact_ids"})


def entry_of_columns(
    kind: TableKind, product: Product, columns: Mapping[str, str], shown: Sequence[tuple[str, str]] = ()
) -> Entry:
    """The entry of a record: what it tells are the cells of a row in an export, under their headers.

    `shown` are labels and values to tell as they are: whatever such a label says, it plays no role.

    Rows of exports that call themselves deleted are left out; whether a record is, was asked before, so none may.
    """
    columns = {header: cell for header, cell in columns.items() if cell and cell.casefold() != "deleted"}
    keys = [key_of(header) for header in columns]
    roles = {role: at for role, at in columns_of(keys, kind).items() if role != "deleted"}
    layout = Layout(kind, product, roles, emails_at(keys), phones_at(keys))
    table = Table(product, tuple(columns), (Row(1, tuple(columns.values())),))
    entry = next(entries_of(table, layout, day_first=False))
    name = entry.first("type") if kind == "activity" else ""
    return replace(entry, title=entry.title or name or kind.capitalize(), rest=(*entry.rest, *shown))


def numbered(entry: Entry) -> list[Key]:
    """The deals, companies and contacts that an entry names by number."""
    kinds = ("deal", "company", "contact")
    return [(kind, number) for kind in kinds for number in entry.first(f"{kind}_ids").split(";") if number.isdecimal()]


class Around:
    """What is known of the records that others belong to: names, addresses, and what they belong to in turn."""

    def __init__(self, named: Callable[[Entry], list[Key]], look_up: Callable[[set[Key]], Iterable[Entry]]) -> None:
        """`named` tells what an entry belongs to; `look_up` asks the service, which leaves out what is gone."""
        self._named, self._look_up = named, look_up
        self._known: dict[Key, Entry | None] = {}

    def forget(self) -> None:
        """Know nothing any more: names and rights may have changed."""
        self._known.clear()

    def documents(
        self,
        entries: Sequence[Entry],
        frame: Callable[[Entry, Sequence[Entry | None]], Frame],
        staff: Mapping[str, Sequence[Entry]] | None = None,
    ) -> list[Document]:
        """Documents of entries. `frame` hears of each one and all around it (None: out of sight), and says who may see
        it; `staff` are people under the id of their company."""
        if len(self._known) > _MOST:
            self._known.clear()
        self._keep(entry for entry in entries if entry.kind not in ("note", "activity"))
        self._acquaint(entries)
        made = []
        for entry in entries:
            around = self._of(entry)
            book = Book.of((*filter(None, around), entry))  # nothing else, or its document would hang on its page
            people = (staff or {}).get(entry.native_id, ())
            made.append(document_of(entry, book.links_of(entry), book, frame(entry, around), people))
        return made

    def _keep(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            kept = (
                _KEPT if entry.kind == "company" else _KEPT | _LINKS
            )  # or all its people would stand beside its deals
            told = {role: values for role, values in entry.told.items() if role in kept}
            self._known[entry.kind, entry.native_id] = replace(entry, told=told, rest=(), phones=())

    def _acquaint(self, entries: Iterable[Entry]) -> None:
        """Get to know everything that these belong to, as many at once as there are."""
        while fresh := {key for entry in entries for key in self._named(entry)} - self._known.keys():
            self._known |= dict.fromkeys(fresh)
            self._keep(self._look_up(fresh))
            entries = [entry for key in fresh if (entry := self._known[key])]

    def _of(self, entry: Entry) -> list[Entry | None]:
        """What an entry belongs to, and what that belongs to in turn."""
        around: dict[Key, Entry | None] = {}
        nearest = [entry]
        while fresh := [key for each in nearest for key in self._named(each) if key not in around]:
            around |= {key: self._known.get(key) for key in fresh}
            nearest = [each for key in fresh if (each := around[key])]
        return [*around.values()]
