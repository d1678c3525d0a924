"""A mail that was read, and its answers → Draft, or Pass with its reason in sentences. Pure.

The rules stand in the order in which they are asked. Nothing in a mail can skip one.

Of several questions enough is answered where the first one is, for people ask first what they write for, or half of
all. Below that a reply would mostly say what it does not know. What is not answered is named as open in the reply.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from indexer.asking import Answer, Hit, Viewer
from service.mail.letter import Address, Reading
from service.replies import missing, people
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
    asker = reading.mail.sender.name if reading.mail.sender else ""
    viewer = viewer_of(audience, policy)
    policy = policy if viewer.inside else replace(policy, site="")
    seen = [_shown(policy.judged(answer), viewer, asker) for answer in answers]
    linkable = [_openable(answer, policy.site) for answer in seen]
    asked = _asked(reading, linkable)
    if not _any_hits(linkable):
        return missing.no_link(seen) if _any_hits(seen) else missing.nothing_found(seen)
    good = [a for a in linkable if a.hits and a.probability >= a.needed]
    if not good:
        return missing.unsure(linkable, policy)
    if not _is_enough(asked, good):
        return missing.partly(asked, good)
    return _drafted(Draft(reading, audience, tuple(good)), asked, policy)


def _asked(reading: Reading, answers: Sequence[Answer]) -> Sequence[Answer]:
    """Every question of the mail once, with an empty answer where it got none at all."""
    every = [*answers, *(Answer(question) for question in reading.questions[len(answers) :])]
    return tuple({answer.question.text: answer for answer in every}.values())


def _is_enough(asked: Sequence[Answer], good: Sequence[Answer]) -> bool:
    """Whether the first question is answered, or at least half of all."""
    told = _texts(good)
    answered = [answer.question.text in told for answer in asked]
    return answered[0] or 2 * sum(answered) >= len(answered)


def _drafted(draft: Draft, asked: Sequence[Answer], policy: Policy) -> Draft:
    """The draft with its links chosen, and every question without one named."""
    kept = _within(draft.answers, policy)
    good, told = _texts(draft.answers), _texts(kept)
    unanswered = tuple(answer for answer in asked if answer.question.text not in good)
    beyond = tuple(answer for answer in asked if answer.question.text in good - told)
    return replace(draft, answers=kept, unanswered=unanswered, beyond=beyond)


def _texts(answers: Sequence[Answer]) -> set[str]:
    return {answer.question.text for answer in answers}


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
    if sender is None or policy.answers_outsiders or is_internal(sender, policy.internal):
        return None
    says = f"{_shown_address(sender)} is outside, and internal links go to colleagues only."
    change = f"Only if these are colleagues: {sender.domain} among the internal_domains of the settings."
    return Pass(Reason.OUTSIDER, says, change)


def _led_outside(reading: Reading, policy: Policy) -> Pass | None:
    audience = audience_of(reading, policy)
    outsiders = [address for address in audience.outsiders if address not in audience.to]
    if not outsiders:
        return None
    says = f"Its Reply-To leads outside, to {', '.join(map(_shown_address, outsiders[:3]))}."
    return Pass(Reason.OUTSIDER, says, "The same mail without that Reply-To.")


def _unproven(reading: Reading, policy: Policy) -> Pass | None:
    verdict, sender = reading.trust.verdict, reading.mail.sender
    is_outside = policy.answers_outsiders and sender is not None and not is_internal(sender, policy.internal)
    if verdict == "proven" or (verdict == "unproven" and (is_outside or not policy.require_proof)):
        return None
    change = "A sender that the own mail server vouches for in Authentication-Results."
    if verdict == "unproven":
        change += " Or no authserv_id in the settings: then senders are taken for who they say they are."
    return Pass(Reason.UNPROVEN, reading.trust.says, change)


def _asks_nothing(reading: Reading, _: Policy) -> Pass | None:
    if reading.questions:
        return None
    says = "Nothing in the sender's own words asks for anything."
    return Pass(Reason.NO_QUESTION, says, "A question or a request in the text itself; what is quoted does not count.")


def _shown(answer: Answer, viewer: Viewer, asker: str) -> Answer:
    """The search has filtered already. Asked again, for a draft cannot be called back once it is sent."""
    hits = tuple(h for h in answer.hits if viewer.may_see(h.document.visibility))
    if not viewer.inside:  # who of us did something is nobody's business outside
        hits = tuple(replace(h, document=replace(h.document, people=())) for h in hits)
        answer = replace(answer, people=None, nearest=(), mentions=())
    return people.in_sight(replace(answer, hits=hits), viewer, asker)


def _openable(answer: Answer, site: str) -> Answer:
    return replace(answer, hits=tuple(h for h in answer.hits if of_hit(h, site)))


def _within(answers: Sequence[Answer], policy: Policy) -> tuple[Answer, ...]:
    """The answers with `max_links` hits in all: every answer's best one first, then people's, no document twice.

    An answer whose document is linked for another one is kept without hits: it is answered.
    """
    kept: list[list[Hit]] = [[] for _ in answers]
    linked: set[str] = set()
    for index, hit in _in_turn(answers, policy.site):
        if hit.document.id not in linked and len(linked) < policy.max_links:
            linked.add(hit.document.id)
            kept[index].append(hit)
    pairs = [replace(a, hits=tuple(hits)) for a, hits in zip(answers, kept, strict=True)]
    return tuple(p for p, a in zip(pairs, answers, strict=True) if p.hits or a.hits[0].document.id in linked)


def _in_turn(answers: Sequence[Answer], site: str) -> Iterator[tuple[int, Hit]]:
    yield from ((index, answer.hits[0]) for index, answer in enumerate(answers))
    for index, answer in enumerate(answers):
        yield from ((index, one.hit) for one in people.said(answer) if of_hit(one.hit, site))
    for rank in range(1, max((len(a.hits) for a in answers), default=0)):
        for index, answer in enumerate(answers):
            close = rank < len(answer.hits) and answer.hits[rank].score >= NEARLY * answer.hits[0].score
            if close:
                yield index, answer.hits[rank]


def _shown_address(address: Address) -> str:
    return one_line(address.email, 120)
