"""What the command line prints: records → lines of text, or plain data for JSON."""

import dataclasses
import logging
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from indexer.asking import Answer, Hit
from service.pausing import paused_text
from service.receipts import Asked, Receipt
from service.replies import clean
from service.web.wording import ago

if TYPE_CHECKING:
    from indexer.knowledge import Progress, Report, SourceReport
    from indexer.touches import People
    from service.app import State
    from service.erasing import Erased
    from service.sourcing import Standing

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


def printable(text: str) -> str:
    """The text without characters that steer a terminal: mails and exports are written by strangers."""
    return clean.lines(text)


@contextmanager
def progress_bar(quiet: bool = False, beside: Callable[[str], str] = lambda source: "") -> Iterator[Show | None]:
    """A progress bar with time left on stderr; none where stderr is no terminal or `quiet` is asked.

    `beside` says what else is to be told of a source, such as how many requests it took.
    """
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
            told = f"{name}  {beside(progress.source)}".rstrip()
            bar.update(tasks[name], completed=progress.done, total=progress.total or None, description=told)

        yield show


def log_to_stderr() -> None:
    """Tell what happens, a line each, on stderr; of the libraries only what is wrong."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    for ours in ("service", "indexer.embedding_worker"):
        logging.getLogger(ours).setLevel(logging.INFO)


def report_text(report: "Report", dry_run: bool = False) -> str:
    """What a reindex did, or with `dry_run` would do, a paragraph a source."""
    lines = [_source_report(source, dry_run) for source in report.sources]
    return "\n".join(["Nothing is changed yet. A reindex would do this:", *lines] if dry_run else lines)


def _source_report(source: "SourceReport", dry_run: bool) -> str:
    numbers = {"added": source.added, "changed": source.changed, "deleted": source.deleted}
    counts = ", ".join(f"{n:,} {what}" for what, n in numbers.items() if n) or "nothing added, changed or deleted"
    embedded = f"{source.passages_embedded:,} passages {'to embed' if dry_run else 'embedded'}"
    took = "" if dry_run else f" in {source.seconds:.1f} s"
    lines = [f"{source.source}: {counts}" + (f"; {embedded}{took}" if source.passages_embedded else "")]
    lines += [f"  ! {_hanging(failure)}" for failure in source.failures]
    if source.held:
        lines.append(f"  ! {source.held:,} documents are gone from the source, too many at once: none was deleted.")
        lines.append("    If that is right, run: signpost reindex --allow-shrink")
    return "\n".join([*lines, *(f"  · {_hanging(notice)}" for notice in source.notices)])


def sources_text(told: "Sequence[Standing]", now: datetime) -> str:
    """How each source stands, a paragraph each."""
    return "\n".join(line for one in told for line in _source(one, now)) or "There are no [[sources]] in the settings."


def _source(told: "Standing", now: datetime) -> Iterator[str]:
    there = "" if told.listed is None else f" of {told.listed:,} there"
    read = f"; last read {ago(told.done_at, now)}" if told.done_at else "; never read whole" if told.tried_at else ""
    asked = f", {told.calls:,} requests" if told.calls else ""
    left = f", {told.remaining:,} more allowed now" if told.remaining is not None else ""
    yield f"{told.source}: {told.state}; {told.indexed:,} documents here{there}{read}{asked}{left}"
    yield from (f"  ! {_hanging(says)}" for says in told.lacking)
    yield from (f"  · {_hanging(says)}" for says in told.notices)


def _hanging(text: str) -> str:
    return text.replace("\n", "\n    ")


def answer_text(answer: Answer) -> str:
    """The hits of a question, and what was understood of it."""
    lines = [f"Understood “{m.written}” as {' or '.join((m.name, *m.others))} ({m.kind})." for m in answer.mentions]
    lines += [f"Nothing in the index is called “{name}”.{_did_you_mean(name, answer)}" for name in answer.unknown]
    lines += _in_touch(answer.people) if answer.people else []
    if not answer.hits:
        return "\n".join([*lines, "Nothing found. Try other words, or fewer filters."])
    sure = f" The first is {percent(answer.probability)} sure to answer." if answer.question.text.strip() else ""
    lines.append(f"{answer.total:,} found.{sure}")
    return "\n".join(lines) + "\n\n" + "\n\n".join(_hit(n, hit) for n, hit in enumerate(answer.hits, 1))


def _did_you_mean(name: str, answer: Answer) -> str:
    """The known names near one that nobody bears."""
    near = [n for n in answer.nearest if n.written == name]
    letters = {0: "", 1: " (1 letter)"}.get(near[0].letters, f" ({near[0].letters} letters)") if near else ""
    return f" Did you mean {' or '.join(n.name for n in near)}{letters}?" if near else ""


def _in_touch(people: "People") -> list[str]:
    """Who of us is in touch with whom the question names, at most three, and where that stands."""
    if not people.team:
        return [f"Nobody of us is on record for {people.name}."]
    owners = f" {len(people.owners)} owners: {', '.join(people.owners)}." if people.owners else ""
    lines = [f"In touch with {people.name}:{owners}"]
    for one in people.team[:3]:
        touch = one.touches[0]
        when = f" {touch.at:%Y-%m-%d}" if touch.at else ""
        roles = f" ({', '.join(one.roles)})"
        lines.append(f"   {one.name}{roles}: {touch.channel or touch.document.kind}{when}, {touch.document.title}")
        lines += [f"   {touch.anchor or touch.document.url}"] if touch.anchor or touch.document.url else []
    return lines


def _hit(number: int, hit: Hit) -> str:
    document = hit.document
    place = " › ".join(x for x in (document.source, document.parent, document.lane) if x)
    owner = f", {document.owner.name}" if document.owner else ""
    when = f", {document.updated_at:%Y-%m-%d}" if document.updated_at else ""
    evidence = " ".join(hit.passage.split())
    told = [
        hit.anchor or document.url,
        f"{document.kind} · {place}{owner}{when}",
        f"“{evidence[:220]}{'…' if len(evidence) > 220 else ''}”" if evidence != document.title else "",
        f"why: {'; '.join(why.says for why in hit.why)}" if hit.why else "",
    ]
    return "\n   ".join([f"{number}. {document.title}", *filter(None, told)])


def percent(probability: float) -> str:
    """`0.496` → `49 %`: rounded down, so that nothing looks surer than it is."""
    return f"{math.floor(probability * 100)} %"


def receipt_lines(receipt: Receipt, with_id: bool = False) -> str:
    """One mail's decision, and below it why; with its Message-ID where asked, for `signpost explain`."""
    shadow = " (shadow: not written)" if receipt.state == "shadow" else ""
    subject = receipt.subject[:60] or "(no subject)"
    lines = [f"{receipt.outcome:<7} {subject} — {receipt.sender or 'no sender'}{shadow}", receipt.says]
    return "\n        ".join([*lines, receipt.message_id or "(it has no Message-ID)"] if with_id else lines)


def pass_text(receipts: Sequence[Receipt], met: Sequence[str] = ()) -> str:
    """What one pass over the mailboxes did; `met` are the folders that it saw for the first time."""
    lines = [
        f"First contact with {folder}: older mail is left alone, what comes from now on is looked at." for folder in met
    ]
    return "\n".join([*lines, *map(receipt_lines, receipts)]) or "No new mail."


def latest_text(receipts: Sequence[Receipt]) -> str:
    """The newest mails with their Message-IDs."""
    return "\n".join(receipt_lines(receipt, with_id=True) for receipt in receipts) or "No mail was seen yet."


def quarantine_text(receipts: Sequence[Receipt]) -> str:
    """The mails that were given up, each by what it can be called."""
    lines = [receipt_lines(r) + f"\n        {r.message_id or r.identity}" for r in receipts]
    ways = (
        "Try one again: signpost retry ID, or all: signpost retry --all",
        "Have one as a file: signpost explain ID --raw FILE",
    )
    return "\n".join([*lines, *ways]) if lines else "No mail is in quarantine."


def receipt_text(receipt: Receipt) -> str:
    """Everything a receipt says, for a person."""
    lines = [
        f"{receipt.subject or '(no subject)'}",
        f"  from {receipt.sender}, in {receipt.mailbox} {receipt.folder}, decided {receipt.at:%Y-%m-%d %H:%M} UTC",
        f"  {receipt.outcome} – {receipt.reason}" + (f" ({receipt.state})" if receipt.state else ""),
        f"  {receipt.says}",
    ]
    if receipt.state_at:
        lines.append(f"  {receipt.state} {receipt.state_at:%Y-%m-%d %H:%M} UTC: {receipt.state_says}")
    if receipt.would_change:
        lines.append(f"  What would have changed it: {receipt.would_change}")
    return "\n\n".join(["\n".join(lines), *(_asked(asked, receipt.needed(asked)) for asked in receipt.asked)])


def _asked(asked: Asked, threshold: float) -> str:
    kind = "" if asked.kind == "other" else f" ({asked.kind})"
    lines = [f"  “{asked.text}”{kind}", f"  {percent(asked.probability)} sure; a draft needs {percent(threshold)}"]
    for number, near in enumerate(asked.nearest, 1):
        lines += [
            f"    {number}. {near.title}",
            *(f"       {told}" for told in (near.url, "; ".join(near.why)) if told),
        ]
    return "\n".join(lines)


def state_text(state: "State") -> str:
    """The state of index, watcher and settings."""
    index = state.index
    lines = []
    if index.updated_at:
        counts = f"{index.documents:,} documents, {index.passages:,} passages"
        lines.append(f"index: {counts}, changed {index.updated_at:%Y-%m-%d %H:%M} UTC")
    lines += [f"  {source}: {count:,} documents" for source, count in index.by_source]
    if index.copied:
        lines.append(f"copy: {index.copied}")
    if state.queued:
        told = state.queued
        counts = f"{told.waiting:,} texts wait, {told.leased:,} are being embedded, {told.aside:,} were set aside"
        lines.append(f"embedding: {counts}")
    lines.append("mails:" if state.mails else "mails: none seen yet")
    lines += [f"  {number:,} {what}" for what, number in state.mails]
    lines += [f"watching: {lease.mailbox} is watched by {lease.holder}" for lease in state.watched]
    lines += [f"paused: {line}" for line in (paused_text(state.paused).splitlines() if state.paused else ())]
    if state.quarantined:
        lines.append(f"quarantine: {state.quarantined:,}; `signpost retry` lists them and tries them again")
    return "\n".join([*lines, *(f"! {problem}" for problem in state.problems)])


def erased_text(told: "Erased") -> str:
    """What forgetting somebody did."""
    whom = ", ".join([*told.names, *told.addresses])
    lines = [f"{whom}: taken out of {told.documents:,} documents of the index and {told.rows:,} rows of the ledger."]
    if told.left:
        files = ", ".join(str(file) for file in told.left)
        lines.append(f"Still named in {files}. Stop `signpost serve` and `signpost watch`, then forget them once more.")
    lines.append("What stands in sources and mailboxes is removed there; whatever they tell later is struck out.")
    return "\n".join(lines)
