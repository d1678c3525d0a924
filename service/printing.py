"""What the command line prints: records → lines of text, or plain data for JSON."""

import dataclasses
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

from indexer.asking import Answer, Hit
from service.receipts import Asked, Receipt

if TYPE_CHECKING:
    from indexer.knowledge import Progress, Report, SourceReport
    from service.app import State

Show = Callable[["Progress"], None]


def plain(told: Any) -> Any:
    """The same as dicts, lists, strings and numbers, ready for JSON."""
    if dataclasses.is_dataclass(told):
        return {field.name: plain(getattr(told, field.name)) for field in dataclasses.fields(told)}
    if isinstance(told, Mapping):
        return {str(key): plain(value) for key, value in told.items()}
    if isinstance(told, list | tuple | set | frozenset):
        return [plain(value) for value in told]
    if isinstance(told, date):
        return told.isoformat()
    return told if told is None or isinstance(told, str | int | float | bool) else str(told)


@contextmanager
def progress_bar(quiet: bool) -> Iterator[Show | None]:
    """A progress bar with time left on stderr; none where stderr is no terminal or `quiet` is asked."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=console, transient=True) as bar:
        tasks: dict[str, Any] = {}

        def show(progress: "Progress") -> None:
            name = f"{progress.source}  {progress.stage}"
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=None)
            bar.update(tasks[name], completed=progress.done, total=progress.total)

        yield show


def log_to_stderr() -> None:
    """Tell what happens, a line each, on stderr; of the libraries only what is wrong."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    logging.getLogger("service").setLevel(logging.INFO)


def report_text(report: "Report") -> str:
    """What a reindex did, a paragraph a source."""
    return "\n".join(_source_report(source) for source in report.sources) or "There are no sources in the settings."


def _source_report(source: "SourceReport") -> str:
    counts = f"{source.added} added, {source.changed} changed, {source.deleted} deleted, {source.unchanged} unchanged"
    lines = [f"{source.source}: {counts}; {source.passages_embedded} passages embedded in {source.seconds:.1f} s"]
    lines += [f"  ! {failure}" for failure in source.failures]
    if source.held:
        lines.append(f"  ! {source.held} documents are gone from the source, too many at once: none was deleted.")
        lines.append("    If that is right, run: signpost reindex --allow-shrink")
    lines += [f"  · {notice}" for notice in source.notices]
    return "\n".join(lines)


def answer_text(answer: Answer) -> str:
    """The hits of a question, and what was understood of it."""
    lines = [f"{m.name} ({m.kind}), written “{m.written}”" for m in answer.mentions]
    lines += [f"Nobody in the index is called “{name}”." for name in answer.unknown]
    if not answer.hits:
        return "\n".join([*lines, "Nothing found. Try other words, or fewer filters."])
    lines.append(f"{answer.total} found; the first one answers with probability {answer.probability:.2f}")
    return "\n".join(lines) + "\n\n" + "\n\n".join(_hit(n, hit) for n, hit in enumerate(answer.hits, 1))


def _hit(number: int, hit: Hit) -> str:
    document = hit.document
    place = " › ".join(x for x in (document.source, document.parent, document.lane) if x)
    owner = f", {document.owner.name}" if document.owner else ""
    when = f", {document.updated_at:%Y-%m-%d}" if document.updated_at else ""
    evidence = " ".join(hit.passage.split())
    lines = [
        f"{number}. {document.title}",
        f"   {hit.anchor or document.url}",
        f"   {document.kind} · {place}{owner}{when}",
    ]
    if evidence and evidence != document.title:
        lines.append(f"   “{evidence[:220]}{'…' if len(evidence) > 220 else ''}”")
    return "\n".join([*lines, f"   why: {'; '.join(why.says for why in hit.why)}"])


def receipt_line(receipt: Receipt) -> str:
    """One mail's decision on one line."""
    what = receipt.outcome if receipt.state != "shadow" else "draft (shadow)"
    why = f": {receipt.says}" if receipt.says else ""
    return f"{what:<10} {receipt.subject[:60] or '(no subject)'} — {receipt.sender}{why}"


def receipt_text(receipt: Receipt) -> str:
    """Everything a receipt says, for a person."""
    lines = [
        f"{receipt.subject or '(no subject)'}",
        f"  from {receipt.sender}, in {receipt.mailbox} {receipt.folder}, decided {receipt.at:%Y-%m-%d %H:%M} UTC",
        f"  {receipt.outcome} — {receipt.reason}" + (f" ({receipt.state})" if receipt.state else ""),
        f"  {receipt.says}",
    ]
    if receipt.state_at:
        lines.append(f"  {receipt.state} {receipt.state_at:%Y-%m-%d %H:%M} UTC: {receipt.state_says}")
    if receipt.would_change:
        lines.append(f"  What would have changed it: {receipt.would_change}")
    return "\n".join([*lines, *(_asked(asked, receipt.threshold) for asked in receipt.asked)])


def _asked(asked: Asked, threshold: float) -> str:
    lines = [f"  “{asked.text}” ({asked.kind}): {asked.probability:.2f}, needs {threshold:.2f}"]
    lines += [f"    {near.score:.2f}  {near.title} — {near.url}" for near in asked.nearest]
    return "\n".join(lines)


def state_text(state: "State") -> str:
    """The state of index, watcher and settings."""
    index = state.index
    lines = [f"index: {index.says}"]
    lines += [f"  {source}: {count} documents" for source, count in index.by_source]
    lines.append("mails: " + (", ".join(f"{n} {what}" for what, n in state.mails) or "none seen yet"))
    lines += [f"! {problem}" for problem in state.problems]
    return "\n".join(lines)
