"""The commands that measure: `signpost eval`, `label`, `backtest` and `promise`.

They only read mail. Labels go into files of one's own and, as verdicts on answers, into the ledger.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.terminal import Config, opened

if TYPE_CHECKING:
    from indexer.asking import Answer
    from service.app import App
    from service.backtesting import Past
    from service.history import History
    from service.labelling import LabelFile
    from service.verdicts import Verdicts
    from service.watching.judging import Judge

quality = typer.Typer()
WRONG = 0.02
"""The share of wrong drafts that is looked at where the settings promise nothing."""

Days = Annotated[int, typer.Option(min=1, max=3650, help="How many days of the mailbox to go through.")]
Mbox = Annotated[
    Path | None, typer.Option(help="Saved mail instead of a mailbox: an mbox, a Maildir, a folder of .eml, one .eml.")
]
Mailbox = Annotated[str | None, typer.Argument(help="A mailbox of the settings; the first when none is named.")]


@quality.command("eval")
def evaluate(
    sets: Annotated[list[Path], typer.Argument(help="JSONL files of labelled questions, or folders of them.")],
    config: Config = None,
    wrong: Annotated[
        float | None,
        typer.Option(min=0.001, max=0.5, help="The share of wrong drafts that is still fine; by default most_wrong."),
    ] = None,
    as_json: Annotated[Path | None, typer.Option("--json", help="Save the run here.")] = None,
    against: Annotated[Path | None, typer.Option(help="A saved run to compare with.")] = None,
) -> None:
    """Measure the index on labelled questions: found, sure, and wrongly drafted, with 95 % intervals.

    A line of a set reads {"text": "Who …?", "relevant": ["link or id", …]}; [] where nothing answers.
    """
    from service.evaluating import compared, evaluated, loaded, saved
    from service.labelling import rows_in
    from service.printing import printable
    from service.printing_quality import compared_text, run_text

    rows = [row for place in sets for row in rows_in(place)]
    earlier = loaded(against) if against else None
    with opened(config) as app:
        replies = app.settings.replies
        run = evaluated(rows, app.knowledge, replies.enough, wrong or replies.most_wrong or WRONG)
    told = [run_text(run), *([compared_text(compared(run, earlier))] if earlier is not None else [])]
    typer.echo(printable("\n\n".join(told)))
    if as_json:
        as_json.write_text(json.dumps(saved(run), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        typer.echo(f"Saved in {as_json}. Compare another run with it: --against {as_json}", err=True)


@quality.command()
def label(
    file: Annotated[Path, typer.Argument(help="The JSONL file to add to; begun anew where it is not there.")],
    mailbox: Mailbox = None,
    config: Config = None,
    days: Days = 30,
    mbox: Mbox = None,
) -> None:
    """Go through questions of real mail and say with one key which document answers. Go on any time."""
    from service.backtesting import past
    from service.labelling import LabelFile

    labels = LabelFile(file)
    with opened(config) as app, _rehearsal(app, mailbox, days, mbox) as (history, judge):
        _label(past(history, judge), labels, app.ledger.verdicts)


@quality.command()
def promise(
    sets: Annotated[
        list[Path] | None,
        typer.Argument(help="JSONL files of labelled questions, or folders, to be counted from now on."),
    ] = None,
    config: Config = None,
) -> None:
    """Say for each kind of question how sure an answer has to be, so that drafts are as rarely wrong as you want.

    Labels that `signpost label` gathers count by themselves, and so do drafts that are sent as they were or deleted.
    """
    from indexer.errors import SettingsError
    from service.labelling import rows_in
    from service.printing import printable
    from service.printing_quality import promise_text
    from service.promising import Promising, asked_anew

    rows = [row for place in sets or () for row in rows_in(place)]
    with opened(config) as app:
        replies, verdicts = app.settings.replies, app.ledger.verdicts
        if not replies.most_wrong:
            raise SettingsError(
                ["most_wrong = 0 in the settings: nothing is promised. Set the share that may be wrong."]
            )
        if rows:
            verdicts.keep(asked_anew(rows, app.knowledge), datetime.now(UTC))
        told = Promising(verdicts, replies.most_wrong).promises(replies.enough)
        typer.echo(printable(promise_text(told, len(verdicts.all()))))


@quality.command()
def backtest(
    mailbox: Mailbox = None,
    config: Config = None,
    days: Days = 30,
    mbox: Mbox = None,
    to_label: Annotated[
        Path | None, typer.Option("--label", help="Then label what was found with one key each, into this JSONL file.")
    ] = None,
) -> None:
    """Say what would have been drafted for past mail, beside what people replied. Writes nothing into the mailbox."""
    from service.backtesting import past, summary, with_replies
    from service.labelling import LabelFile
    from service.printing import printable
    from service.printing_quality import backtest_text

    labels = LabelFile(to_label) if to_label else None
    with opened(config) as app:
        with _rehearsal(app, mailbox, days, mbox) as (history, judge):
            seen = with_replies(list(past(history, judge)), history, judge)
        typer.echo(printable(backtest_text(seen, summary(seen))))
        if labels is not None:
            _label(seen, labels, app.ledger.verdicts)


@contextmanager
def _rehearsal(app: "App", mailbox: str | None, days: int, mbox: Path | None) -> "Iterator[tuple[History, Judge]]":
    """The past mail and what decides on it; both are let go of at the end."""
    from indexer.asking import EVERYBODY
    from service.history import MailboxHistory
    from service.rehearsing import history_of, judge_of

    history = history_of(app, mailbox, days, mbox)
    app.knowledge.count(EVERYBODY)  # without an index there is nothing to answer with: say so at once
    with closing(judge_of(app, mailbox)) as judge:
        try:
            yield history, judge
        finally:
            if isinstance(history, MailboxHistory):
                history.mailbox.close()


def _label(mails: "Iterable[Past]", labels: "LabelFile", verdicts: "Verdicts") -> None:
    """Show each question that is not labelled yet, and keep what the keys say."""
    from service.labelling import row_of
    from service.promising import labelled

    before, open_questions = len(labels.rows), False
    for one in mails:
        mail = one.reading.mail
        for answer in one.answers:
            if not answer.hits or labels.knows(mail.identity, answer.question.text):
                continue
            open_questions = True
            key = _asked(mail.subject, answer)
            if key == "q":
                typer.echo(f"{len(labels.rows) - before} labelled now, {len(labels.rows)} in all.")
                return
            if key != "s":
                chosen = () if key == "n" else (answer.hits[int(key) - 1].document.id,)
                labels.append(row_of(answer.question, chosen, mail.subject, mail.identity))
                verdicts.keep(labelled(one, answer, chosen), datetime.now(UTC))
    told = f"{len(labels.rows) - before} labelled now, {len(labels.rows)} in all."
    typer.echo(told if open_questions else f"No question is left to label. {told}")


def _asked(subject: str, answer: "Answer") -> str:
    """The key that was pressed; the end of input counts as q, a skipped question comes again next time."""
    from service.printing import printable
    from service.printing_quality import question_text

    keys = {"n", "s", "q", *(str(n) for n in range(1, min(9, len(answer.hits)) + 1))}
    typer.echo(printable(question_text(subject, answer)))
    while True:
        key = _key()
        if key in keys:
            typer.echo(f"→ {key}")
            return key


def _key() -> str:
    """The next key; where nobody sits at a terminal, the first letter of the next line, and q at the end."""
    if not sys.stdin.isatty():
        line = sys.stdin.readline()
        return line.strip()[:1].lower() if line else "q"
    try:
        key = typer.getchar().lower()
    except (EOFError, KeyboardInterrupt):
        return "q"
    return "q" if key in {"", "\x03", "\x04"} else key
