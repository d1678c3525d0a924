"""Who is in touch → the lines of a reply that say so, in its language. Pure."""

from collections.abc import Iterator
from datetime import datetime

from indexer.asking import Answer
from indexer.touches import Colleague, Contact
from service.replies import people
from service.replies.clean import one_line
from service.replies.wording import Wording

Who = Colleague | Contact
_NAME, _NAMES = 80, 5


def name_of(who: Who) -> str:
    """What somebody is called."""
    return who.person.name if isinstance(who, Contact) else who.name


def line(who: Who, wording: Wording, now: datetime) -> str:
    """`Ana Souza: call on 3 May, owner of the deal`."""
    told = [wording.say("contact")] if isinstance(who, Contact) else _roles(who, wording, now)
    return wording.say("person", name=one_line(name_of(who), _NAME), told=", ".join(told))


def statements(answer: Answer, wording: Wording) -> Iterator[str]:
    """What has to be said before the names: two owners, nobody at all, or a name that more than one bears."""
    owners = answer.people.owners if answer.people else ()
    if owners:
        names = wording.joined([one_line(name, _NAME) for name in owners[:_NAMES]])
        yield wording.choose("owners", int(len(owners) > 2), names=names, n=len(owners))
    if unknown := people.nobody(answer):
        yield wording.say("nobody", name=wording.quoted(one_line(unknown, _NAME)))
    if unsure := people.ambiguous(answer):
        yield wording.say("several", name=wording.quoted(one_line(unsure.written, _NAME)))


def _roles(who: Colleague, wording: Wording, now: datetime) -> list[str]:
    told = list(filter(None, (_touched(who, wording, now), _leads(who, wording))))
    return told or [wording.say("works_on" if "assignee" in who.roles else "named")]


def _touched(who: Colleague, wording: Wording, now: datetime) -> str:
    touch = people.touch_of(who)
    if not touch.channel:
        return ""
    return wording.choose(touch.channel, int(bool(touch.at)), date=wording.date(touch.at, now) if touch.at else "")


def _leads(who: Colleague, wording: Wording) -> str:
    """What they own, and its state unless it is open."""
    if not who.leads:
        return ""
    first = who.leads[0]
    state = "" if first.status == "open" else f" ({wording.say(first.status)})"
    return wording.say(f"owns_{first.kind}") + state
