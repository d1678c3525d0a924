"""The list of folders a server gives → which of them is Drafts, Sent or Trash. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Purpose = Literal["drafts", "sent", "trash"]

# What mail programs call these folders where the server does not mark them (RFC 6154): English, German, French,
# Spanish, Dutch, Italian, Portuguese, Danish and Norwegian, Swedish, Finnish, Polish, Czech, Hungarian.
_NAMES: dict[Purpose, tuple[str, ...]] = {
    "drafts": (
        *("drafts", "draft", "entwürfe", "entwurf", "brouillons", "borradores", "concepten", "bozze", "rascunhos"),
        *(
            "kladder",
            "kladd",
            "utkast",
            "luonnokset",
            "szkice",
            "kopie robocze",
            "koncepty",
            "rozepsané",
            "piszkozatok",
        ),
    ),
    "sent": (
        *("sent", "sent items", "sent messages", "sent mail", "gesendet", "gesendete elemente", "gesendete objekte"),
        *("envoyés", "éléments envoyés", "messages envoyés", "enviados", "elementos enviados", "verzonden"),
        *("verzonden items", "inviati", "posta inviata", "sendt", "skickat", "lähetetyt", "wysłane", "odeslané"),
    ),
    "trash": (
        *(
            "trash",
            "deleted",
            "deleted items",
            "deleted messages",
            "bin",
            "papierkorb",
            "gelöschte elemente",
            "gelöscht",
        ),
        *("corbeille", "éléments supprimés", "papelera", "elementos eliminados", "prullenbak", "verwijderde items"),
        *("cestino", "lixo", "lixeira", "papirkurv", "papperskorgen", "roskakori", "kosz", "koš"),
    ),
}
_FLAGS: dict[Purpose, str] = {"drafts": "\\drafts", "sent": "\\sent", "trash": "\\trash"}


@dataclass(frozen=True, slots=True)
class Folder:
    """One line of a LIST answer. `delimiter` separates levels and may be empty; flags as the server writes them."""

    name: str
    delimiter: str = "/"
    flags: frozenset[str] = frozenset()

    @property
    def selectable(self) -> bool:
        """Whether mail can lie in it."""
        return not {"\\noselect", "\\nonexistent"} & {flag.lower() for flag in self.flags}

    @property
    def last_part(self) -> str:
        """The name without the folders it lies in, in lower case."""
        return (self.name.rpartition(self.delimiter)[2] if self.delimiter else self.name).casefold()

    @property
    def depth(self) -> int:
        """How many folders it lies in."""
        return self.name.count(self.delimiter) if self.delimiter else 0


def folder_for(purpose: Purpose, folders: Sequence[Folder], wanted: str = "") -> str | None:
    """The folder the user named, else the one the server marks, else the topmost with a well-known name."""
    usable = [folder for folder in folders if folder.selectable]
    if wanted:
        return next((f.name for f in usable if f.name == wanted), None)
    marked = [f for f in usable if _FLAGS[purpose] in {flag.lower() for flag in f.flags}]
    named = [f for f in usable if f.last_part in _NAMES[purpose]]
    best = min(marked or named, key=lambda f: (f.depth, _rank(purpose, f), f.name), default=None)
    return best.name if best else None


def names_to_create(folders: Sequence[Folder], wanted: str = "") -> tuple[str, ...]:
    """Names under which a Drafts folder may be made, the likeliest first.

    Some servers (Courier, older Cyrus) allow folders only inside INBOX.
    """
    if wanted:
        return (wanted,)
    delimiter = next((f.delimiter for f in folders if f.delimiter), "/")
    inside = f"INBOX{delimiter}Drafts"
    others = [f.name for f in folders if f.name.upper() != "INBOX"]
    only_inside = bool(others) and all(name.upper().startswith(f"INBOX{delimiter}") for name in others)
    return (inside, "Drafts") if only_inside else ("Drafts", inside)


def _rank(purpose: Purpose, folder: Folder) -> int:
    names = _NAMES[purpose]
    return names.index(folder.last_part) if folder.last_part in names else len(names)
