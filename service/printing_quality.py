"""What evaluations, backtests and labelling print: records → lines of text. Pure."""

import math
from collections.abc import Iterator, Sequence

from indexer.asking import Answer
from indexer.evaluation import Figure
from indexer.promising import CERTAIN, Promises
from service.backtesting import Past, Summary
from service.evaluating import Compared, Part, Run, Shares
from service.printing import percent
from service.replies.clean import one_line
from service.replies.outcome import Draft
from service.standing import sentences

LIKELY = 0.05
CAVEAT = (
    "With today's index: documents made after a mail are left out where they tell when they were made; what a card "
    "said then, and what was deleted since, cannot be known."
)
KEYS = "1-{most} this answers it · n none of these · s skip · q quit"


def run_text(run: Run) -> str:
    """The figures of an evaluation, all questions first, then by kind."""
    lines = [line for part in run.parts for line in _part(part, run)]
    if run.promises:
        lines.append(
            f"\nwhat is promised with these labels, {CERTAIN:.0%} certain, however many thresholds were tried:"
        )
        lines += [f"  {kind:<13} {says}" for kind, says in sentences(run.promises)]
    if run.missing:
        few = ", ".join(run.missing[:3]) + (", …" if len(run.missing) > 3 else "")
        lines.append(f"! {len(run.missing):,} labelled documents are not in the index: {few}")
    return "\n".join(lines).strip("\n")


def _part(part: Part, run: Run) -> Iterator[str]:
    yield f"\n{part.name}: {part.questions:,} questions, {part.answerable:,} of them answerable"
    yield from (f"  {name:<13} {_figure(figure)}" for name, figure in part.figures)
    yield f"  {_shares(part.at_default, run.enough)}"
    most = f"at most {run.bound:.1%} wrong"
    if part.promise is None:
        yield f"  {most}, 95 % certain: no threshold is that sure with so few questions"
        return
    told = part.promise
    yield (
        f"  {most}, 95 % certain: threshold {told.threshold:.3f} drafts {told.covered:.1%} "
        f"({told.wrong} of {told.drafts} wrong, bound {told.bound:.1%})"
    )


def _figure(figure: Figure) -> str:
    if math.isnan(figure.value):
        return "–"
    return f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]"


def _shares(told: Shares, enough: float) -> str:
    low, high = told.wrong_interval
    wrong = f"{told.wrong} wrong [{low:.1%}, {high:.1%}]" if told.drafted else "none wrong"
    return (
        f"at the threshold {enough:g}: {told.drafted} drafts, {wrong}; "
        f"{told.unanswerable_drafted} of {told.unanswerable} unanswerable drafted"
    )


def compared_text(told: Compared) -> str:
    """What a run gained over an earlier one, and whether that is more than luck."""
    lines = [f"Compared with the earlier run, on {told.common:,} common questions:"]
    if told.only:
        lines.append(f"  ({told.only:,} questions are in one of them only and left out)")
    for name, d in told.differences:
        luck = "" if d.p < LIKELY else ", may be chance"
        lines.append(
            f"  {name:<32} {d.value:+.3f} [{d.low:+.3f}, {d.high:+.3f}]  "
            f"{d.better} up, {d.worse} down of {d.count}, p = {d.p:.3g}{luck}"
        )
    return "\n".join(lines)


def backtest_text(seen: Sequence[Past], told: Summary) -> str:
    """The would-be drafts beside what was replied, then the summary."""
    drafts = [one for one in seen if isinstance(one.outcome, Draft)]
    return "\n\n".join([*(_past(n, one) for n, one in enumerate(drafts, 1)), summary_text(told)])


def _past(number: int, one: Past) -> str:
    mail = one.reading.mail
    when = f"{mail.date:%Y-%m-%d %H:%M}" if mail.date else "no date"
    sender = mail.sender.email if mail.sender else "nobody"
    lines = [f"{number}. {when}  {sender}  {one_line(mail.subject, 80) or '(no subject)'}"]
    for answer in one.answers:
        lines.append(f"   asks     “{one_line(answer.question.text, 160)}”  ({percent(answer.probability)} sure)")
        lines += [f"   drafts   {one_line(hit.document.title, 90)}  {hit.document.url}" for hit in answer.hits]
    if one.reply is None:
        lines.append("   replied  no reply was found")
    else:
        same = "  (with the same link)" if one.reply.has_link else ""
        lines.append(f"   replied  “{one_line(one.reply.words, 160) or '(no words)'}”{same}")
    return "\n".join(lines)


def summary_text(told: Summary) -> str:
    """The counts of a backtest, and what they cannot tell."""
    lines = [f"{told.mails:,} mails, {told.drafts:,} drafts"]
    if told.drafts:
        hours = f", half of them within {told.median_hours:.1f} h" if told.median_hours is not None else ""
        lines.append(
            f"  of these drafts {told.replied:,} were answered by hand{hours}; {told.with_link:,} with the same link"
        )
    lines += [f"  {number:,} {what}" for what, number in told.reasons]
    return "\n".join([*lines, CAVEAT])


def promise_text(told: Promises, verdicts: int) -> str:
    """What is promised of drafts, for all kinds together and for each."""
    lines = [
        f"At most {told.most_wrong:.1%} of the drafts wrong is what you want (most_wrong), {CERTAIN:.0%} certain.",
        f"{verdicts:,} verdicts: labels, and drafts that were sent as they were or deleted.",
        *(f"  {kind:<13} {says}" for kind, says in sentences(told)),
    ]
    if told.drafts:
        lines.append(f"Together {told.wrong} of {told.drafts} wrong, at most {told.bound:.1%}.")
    else:
        lines.append("Nothing can be promised yet. Label answers: signpost label labels.jsonl")
    return "\n".join(lines)


def question_text(subject: str, answer: Answer) -> str:
    """A question with its hits, to be labelled with one key."""
    lines = [f"\n{one_line(subject, 100) or '(no subject)'}", f"“{one_line(answer.question.text, 300)}”"]
    for number, hit in enumerate(answer.hits[:9], 1):
        passage = one_line(hit.passage, 140)
        lines += [f"  {number}  {one_line(hit.document.title, 100)}", f"     {hit.document.url}"]
        lines += [f"     {passage}"] if passage != hit.document.title else []
    return "\n".join([*lines, KEYS.format(most=min(9, len(answer.hits)))])
