"""A mail that was read, and its answers → Draft, or Pass with its reason in sentences. Pure.

The rules stand in the order in which they are asked. Nothing in a mail can skip one.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from indexer.asking import Answer, Hit, Viewer
from service.mail.letter import Address, Reading
from service.replies.audience import audience_of, is_internal, is_own, is_plain, viewer_of
from service.replies.clean import one_line
from service.replies.links import of_hit
from service.replies.outcome import Draft, Pass, Policy, Reason

NEARLY = 0.8
"""A further document of the same answer is linked when its score reaches this share of the best one's."""


def before_search(reading: Reading, policy: Policy) -> Pass | None:
    """Why this mail gets no draft whatever is in the index; None where it is worth looking."""
    rules = (_own, _automatic, _unreadable, _outside, _led_outside, _unproven, _asks_nothing)
    return next((found for rule in rules if (found := rule(reading, policy))), None)


def decide(reading: Reading, answers: Sequence[Answer], policy: Policy) -> Draft | Pass:
    """The draft with the answers that are good enough, and only what all who get it may see; or why there is none."""
    if passed := before_search(reading, policy):
        return passed
    audience = audience_of(reading, policy)
    seen = [_shown(answer, viewer_of(audience, policy)) for answer in answers]
    if not _any_hits(seen):
        return _nothing_found(seen)
    linkable = [_openable(answer, policy.site) for answer in seen]
    if not _any_hits(linkable):
        return _no_link(seen)
    good = _within([a for a in linkable if a.hits and a.probability >= policy.enough], policy.max_links)
    return Draft(reading, audience, good) if good else _unsure(linkable, policy)


def _any_hits(answers: Sequence[Answer]) -> bool:
    return any(answer.hits for answer in answers)


def _own(reading: Reading, policy: Policy) -> Pass | None:
    sender = reading.mail.sender
    if sender is None or not is_own(sender, policy):
        return None
    return Pass(
        Reason.OWN, f"It was sent from this account itself ({sender.email}).", "The same question from somebody else."
    )


def _automatic(reading: Reading, _: Policy) -> Pass | None:
    if reading.automatic is None:
        return None
    return Pass(Reason.AUTOMATIC, reading.automatic.says, "A mail that a person wrote to be answered.")


def _unreadable(reading: Reading, _: Policy) -> Pass | None:
    sender = reading.mail.sender
    if sender is not None and is_plain(sender):
        return None
    says = "Its From header does not name exactly one plain address, so nobody may be taken for the sender."
    return Pass(Reason.OUTSIDER, says, "A From header with one address of a colleague.")


def _outside(reading: Reading, policy: Policy) -> Pass | None:
    sender = reading.mail.sender
    if sender is None or is_internal(sender, policy.internal):
        return None
    says = f"{_shown_address(sender)} is outside, and internal links go to colleagues only."
    change = f"Only if these are colleagues: {sender.domain} among the internal_domains of the settings."
    return Pass(Reason.OUTSIDER, says, change)


def _led_outside(reading: Reading, policy: Policy) -> Pass | None:
    outsiders = audience_of(reading, policy).outsiders
    if not outsiders:
        return None
    says = f"Its Reply-To leads outside, to {', '.join(map(_shown_address, outsiders[:3]))}."
    return Pass(Reason.OUTSIDER, says, "The same mail without that Reply-To.")


def _unproven(reading: Reading, policy: Policy) -> Pass | None:
    verdict = reading.trust.verdict
    if verdict == "proven" or (verdict == "unproven" and not policy.require_proof):
        return None
    change = "A sender that the own mail server vouches for in Authentication-Results."
    if verdict == "unproven":
        change += " Or require_proof = false in the settings."
    return Pass(Reason.UNPROVEN, reading.trust.says, change)


def _asks_nothing(reading: Reading, _: Policy) -> Pass | None:
    if reading.questions:
        return None
    says = "Nothing in the sender's own words asks for anything."
    return Pass(Reason.NO_QUESTION, says, "A question or a request in the text itself; what is quoted does not count.")


def _shown(answer: Answer, viewer: Viewer) -> Answer:
    """The search has filtered already. Asked again, for a draft cannot be called back once it is sent."""
    return replace(answer, hits=tuple(h for h in answer.hits if viewer.may_see(h.document.visibility)))


def _openable(answer: Answer, site: str) -> Answer:
    return replace(answer, hits=tuple(h for h in answer.hits if of_hit(h, site)))


def _within(answers: Sequence[Answer], most: int) -> tuple[Answer, ...]:
    """The answers with `most` hits in all: every answer's best one first, no document twice.

    An answer whose document is linked for another one is kept without hits: it is answered.
    """
    kept: list[list[Hit]] = [[] for _ in answers]
    linked: set[str] = set()
    for index, hit in _in_turn(answers):
        if hit.document.id not in linked and len(linked) < most:
            linked.add(hit.document.id)
            kept[index].append(hit)
    pairs = [replace(a, hits=tuple(hits)) for a, hits in zip(answers, kept, strict=True)]
    return tuple(p for p, a in zip(pairs, answers, strict=True) if p.hits or a.hits[0].document.id in linked)


def _in_turn(answers: Sequence[Answer]) -> Iterator[tuple[int, Hit]]:
    for rank in range(max((len(a.hits) for a in answers), default=0)):
        for index, answer in enumerate(answers):
            close = rank < len(answer.hits) and answer.hits[rank].score >= NEARLY * answer.hits[0].score
            if close:
                yield index, answer.hits[rank]


def _nothing_found(answers: Sequence[Answer]) -> Pass:
    asked = "; ".join(f"“{one_line(a.question.text, 120)}”" for a in answers[:3])
    says = f"Nothing in the index comes near {asked or 'what is asked'}.{_nobody_called(answers)}"
    return Pass(Reason.NO_ANSWER, says, f"{_wanted(answers)}.", tuple(answers))


def _no_link(answers: Sequence[Answer]) -> Pass:
    says = f"{_titled(_best(answers).hits[0])} may answer it, but there is no link that opens it."
    change = "A link for that source, or the base_url of the search page, in the settings."
    return Pass(Reason.NO_ANSWER, says, change, tuple(answers))


def _unsure(answers: Sequence[Answer], policy: Policy) -> Pass:
    best = _best(answers)
    nearest = _titled(best.hits[0])
    sure, bar = math.floor(best.probability * 100), math.ceil(policy.enough * 100)
    says = f"The nearest, {nearest}, is {sure} % sure to answer it; a draft needs {bar} %.{_nobody_called(answers)}"
    change = _wanted(answers)
    if best.probability >= policy.enough / 2:
        change += f"; or enough = {math.floor(best.probability * 100) / 100:.2f} in the settings"
    return Pass(Reason.UNSURE, says, f"{change}.", tuple(answers))


def _best(answers: Sequence[Answer]) -> Answer:
    return max((a for a in answers if a.hits), key=lambda a: a.probability)


def _wanted(answers: Sequence[Answer]) -> str:
    names = _unknown(answers)
    return f"A card, note or contact {f'about {names}' if names else 'that says it'}, which all colleagues may see"


def _nobody_called(answers: Sequence[Answer]) -> str:
    names = _unknown(answers)
    return f" Nothing in the index is called {names}." if names else ""


def _unknown(answers: Sequence[Answer]) -> str:
    names = dict.fromkeys(f"“{one_line(name, 60)}”" for a in answers for name in a.unknown)
    return " or ".join(list(names)[:3])


def _titled(hit: Hit) -> str:
    return f"“{one_line(hit.document.title, 100) or hit.document.id}”"


def _shown_address(address: Address) -> str:
    return one_line(address.email, 120)
