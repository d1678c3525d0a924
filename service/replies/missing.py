"""Answers that are not enough → the pass that names what was missing, and what would have changed it. Pure."""

import math
from collections.abc import Iterable, Sequence

from indexer.asking import Answer, Hit, Mention, Near, Question
from indexer.promising import NEVER
from service.replies.clean import one_line
from service.replies.outcome import Pass, Policy, Reason

MOST = 3
"""Questions and names that are told one by one."""


def nothing_found(answers: Sequence[Answer]) -> Pass:
    """The index has nothing that all who would get the draft may see."""
    asked = "; ".join(_quoted(a.question) for a in answers[:MOST])
    says = f"Nothing in the index comes near {asked or 'what is asked'}.{_names(answers)}"
    return Pass(Reason.NO_ANSWER, says, f"{_wanted(answers)}.", tuple(answers))


def no_link(answers: Sequence[Answer]) -> Pass:
    """Something may answer, but nothing opens it."""
    says = f"{_titled(_best(answers).hits[0])} may answer it, but there is no link that opens it."
    change = "A link for that source, or the base_url of the search page, in the settings."
    return Pass(Reason.NO_ANSWER, says, change, tuple(answers))


def unsure(answers: Sequence[Answer], policy: Policy) -> Pass:
    """No answer reaches its bar; the nearest to it is named, with its question where there are several."""
    best = _best(answers)
    about = f" to {_quoted(best.question)}" if len(answers) > 1 else ""
    says = f"The nearest{about}, {_sure(best)}; {_bar(best)}.{_names(answers)}"
    change = _wanted(answers)
    if policy.enough / 2 <= best.probability and best.needed == policy.enough:
        change += f"; or enough = {math.floor(best.probability * 100) / 100:.2f} in the settings"
    return Pass(Reason.UNSURE, says, f"{change}.", tuple(answers))


def _bar(best: Answer) -> str:
    if best.needed >= NEVER:
        return "answers to such questions were wrong too often, so they wait (`signpost promise` tells more)"
    return f"a draft needs {math.ceil(round(best.needed * 100, 6))} %"


def partly(asked: Sequence[Answer], good: Sequence[Answer]) -> Pass:
    """Less than half is answered, and not what was asked first."""
    told = {answer.question.text for answer in good}
    lacking = [answer for answer in asked if answer.question.text not in told]
    count = f"{len(asked) - len(lacking)} of {len(asked)} questions answered, and not the first"
    wanted = _wanted(lacking)
    change = f"An answer to {_quoted(lacking[0].question)}, or to half of the questions: a{wanted[1:]}."
    says = f"{count}: {'; '.join(map(_lacking, lacking[:MOST]))}.{_names(lacking)}"
    return Pass(Reason.PARTLY, says, change, tuple(asked))


def _lacking(answer: Answer) -> str:
    """An open question, with what came nearest."""
    near = f"the nearest, {_sure(answer)}" if answer.hits else "nothing comes near"
    return f"{_quoted(answer.question)} ({near})"


def _best(answers: Sequence[Answer]) -> Answer:
    return max((a for a in answers if a.hits), key=lambda a: a.probability - a.needed)


def _sure(answer: Answer) -> str:
    return f"{_titled(answer.hits[0])}, is {math.floor(answer.probability * 100)} % sure to answer it"


def _wanted(answers: Sequence[Answer]) -> str:
    """What would have to be written, or to be asked otherwise."""
    names = _listed(name for a in answers for name in a.unknown)
    wanted = f"A card, note or contact {f'about {names}' if names else 'that says it'}, which all colleagues may see"
    near = _listed(n.name for a in answers for n in a.nearest)
    meant = _listed(m.written for a in answers for m in a.mentions if m.others)
    return "; or ".join(
        [
            wanted,
            *([f"a mail that names {near}, if that was meant"] if near else []),
            *([f"a mail that says which {meant} is meant"] if meant else []),
        ]
    )


def _names(answers: Sequence[Answer]) -> str:
    """What hindered about the names: nobody bears one, or more than one does."""
    unknown = _listed(name for a in answers for name in a.unknown)
    told = [f" Nothing in the index is called {unknown}."] if unknown else []
    told += dict.fromkeys(f" {_nearest(a.nearest)}." for a in answers if a.nearest)
    told += dict.fromkeys(
        f" “{one_line(m.written, 60)}” may be {_either(m)}." for a in answers for m in a.mentions if m.others
    )
    return "".join(told)


def _nearest(near: Sequence[Near]) -> str:
    letters = near[0].letters
    away = f", {letters} letter{'s' if letters > 1 else ''} away" if letters else ""
    return f"The nearest known name is {_listed(n.name for n in near if n.letters == letters)}{away}"


def _either(mention: Mention) -> str:
    return " or ".join(one_line(name, 60) for name in (mention.name, *mention.others)[:MOST])


def _listed(names: Iterable[str]) -> str:
    return " or ".join(list(dict.fromkeys(f"“{one_line(name, 60)}”" for name in names))[:MOST])


def _quoted(question: Question) -> str:
    return f"“{one_line(question.text, 120)}”"


def _titled(hit: Hit) -> str:
    return f"“{one_line(hit.document.title, 100) or hit.document.id}”"
