"""Labelled questions in JSONL files: one a line, `{"text": …, "relevant": [link or id, …]}`, appended and never lost.

`kind`, `subject`, `windows`, `domains` and `mail` may stand beside them; an empty `relevant` says that nothing answers.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from indexer.asking import Question, QuestionKind
from indexer.errors import SignpostError
from service.mail.questions import cited_domains, kind_of

KINDS: tuple[QuestionKind, ...] = ("who", "similar work", "reference", "other")


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled question. `mail` names the mail it stood in, so that it is not asked again."""

    text: str
    relevant: tuple[str, ...]
    kind: str = ""
    subject: str = ""
    windows: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    mail: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from other questions."""
        return (self.mail, self.text)

    @property
    def question(self) -> Question:
        """The question as a mail would ask it."""
        kind = next((k for k in KINDS if k == self.kind), None) or kind_of(self.text)
        windows = self.windows or ((f"{self.subject} {self.text}",) if self.subject else ())
        domains = self.domains or cited_domains(f"{self.subject}\n{self.text}", frozenset())
        return Question(self.text, kind, windows, domains)


def row_of(question: Question, relevant: tuple[str, ...], subject: str, mail: str) -> Row:
    """The row that keeps a question just as it was asked."""
    return Row(question.text, relevant, question.kind, subject, question.windows, question.domains, mail)


def rows_in(place: Path) -> list[Row]:
    """The rows of a file, or of every .jsonl of a folder. Raises SignpostError, with the line, where one is wrong."""
    if not place.exists():
        raise SignpostError(f"There is no {place}. Make a set of your own with: signpost label {place}")
    files = sorted(place.glob("*.jsonl")) if place.is_dir() else [place]
    if not files:
        raise SignpostError(f"{place} holds no .jsonl file.")
    rows = [row for file in files for row in _rows(file)]
    if not rows:
        raise SignpostError(f"{place} holds no question yet. Add some with: signpost label {place}")
    return rows


class LabelFile:
    """A file that rows are appended to, one durable line each."""

    def __init__(self, file: Path) -> None:
        """Read what is there already. Raises SignpostError where it is no such file or its folder is missing."""
        if not file.parent.is_dir():
            raise SignpostError(f"There is no folder {file.parent} for {file.name}.")
        self._file = file
        self.rows = list(_rows(file)) if file.exists() else []
        self._known = {row.key for row in self.rows}

    def knows(self, mail: str, text: str) -> bool:
        """Whether this question of this mail is labelled."""
        return (mail, text) in self._known

    def append(self, row: Row) -> None:
        """Add a row; when this returns it is on the disk."""
        told = {name: value for name, value in asdict(row).items() if value or name == "relevant"}
        line = json.dumps(told, ensure_ascii=False) + "\n"
        handle = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, (_missing_end(handle) + line).encode("utf-8", "replace"))
            os.fsync(handle)
        finally:
            os.close(handle)
        self.rows.append(row)
        self._known.add(row.key)


def _missing_end(handle: int) -> str:
    """A line end, where an editor left the last line without one."""
    size = os.fstat(handle).st_size
    return "\n" if size and os.pread(handle, 1, size - 1) != b"\n" else ""


def _rows(file: Path) -> Iterator[Row]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as fault:
        raise SignpostError(f"{file} is no UTF-8 text, byte {fault.start} is wrong.") from fault
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _row(line, f"{file}, line {number}")


def _row(line: str, where: str) -> Row:
    try:
        told = json.loads(line)
    except json.JSONDecodeError as fault:
        raise SignpostError(f"{where} is no JSON: {fault.msg} at column {fault.colno}.") from fault
    if not isinstance(told, dict) or not isinstance(told.get("text"), str) or not told["text"].strip():
        raise SignpostError(f'{where} has no “text”. A line reads {{"text": "Who …?", "relevant": ["https://…"]}}.')
    if not _are_texts(told.get("relevant")):
        raise SignpostError(f"{where}: “relevant” has to be a list of links or ids; [] where nothing answers.")
    if told.get("kind", "") not in (*KINDS, ""):
        raise SignpostError(f"{where}: there is no kind “{told['kind']}”; there are {', '.join(KINDS)}.")
    return Row(told["text"], tuple(told["relevant"]), told.get("kind", ""), **_more(told, where))


def _more(told: dict[str, Any], where: str) -> dict[str, Any]:
    texts = {name: told.get(name, "") for name in ("subject", "mail")}
    lists = {name: told.get(name, []) for name in ("windows", "domains")}
    wrong = [n for n, v in texts.items() if not isinstance(v, str)] + [n for n, v in lists.items() if not _are_texts(v)]
    if wrong:
        raise SignpostError(f"{where}: “{wrong[0]}” has to be text, or a list of texts.")
    return texts | {name: tuple(value) for name, value in lists.items()}


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)
