"""An answer's people → whom a draft names, at most three, and the documents that show it. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from indexer.asking import Answer, Hit, Mention, Viewer, Why
from indexer.documents import Document
from indexer.names import DOUBTFUL
from indexer.touches import Colleague, Contact, People, Touch

MOST = 3
"""People that are named in answer to one question."""
MOST_CONTACTS = 2
"""Of these, people of the other side, where a question asks for them: one before and one after the first of us."""
_FOR_CONTACTS = re.compile(
    r"\b(?:(?<!in )contacts? (?:person |people |details? )?(?:at|from|inside)|contact person|point of contact|"
    r"their contacts?|counterpart|"
    r"who(?:m)? (?:do|can|should|could|shall) (?:we|i|you) (?:know|talk|speak|call|write|ask|contact|reach)|"
    r"know (?:anyone|anybody|someone|somebody|people) (?:at|from|inside)|"
    r"ansprechpartner\w*|kontaktperson|kontakte? (?:bei|zu)|wen (?:kennen|kann|können|soll|sollen|kenn)|"
    r"interlocuteur|contacts? chez|qui (?:contacter|connaissons|appeler)|à qui|"
    r"persona de contacto|contactos? en|a quién|contactpersoon|wie kennen we|referente|contatt[oi] (?:in|presso))",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody whom a draft names, and the hit whose document shows it."""

    who: Colleague | Contact
    hit: Hit


def in_sight(answer: Answer, viewer: Viewer, asker: str = "") -> Answer:
    """The answer with those people alone whom documents that the viewer may see speak of, each of them wholly.

    That somebody is in touch is not turned into "nobody" by what may not be seen: then nothing is said of people. Who
    asks under the name `asker` knows of their own touches, unless they are one of several owners, or nobody else is.
    """
    found = answer.people
    if found is None or answer.question.kind != "who" or not answer.hits:
        return replace(answer, people=None)
    team = tuple(c for c in found.team if all(viewer.may_see(t.document.visibility) for t in (*c.touches, c.last)))
    theirs = tuple(c for c in found.contacts if viewer.may_see(c.document.visibility))
    others = tuple(c for c in team if c.name.casefold() != asker.casefold() or c.name in found.owners)
    team, hidden = others or team, found.team and not team
    return replace(answer, people=None if hidden else replace(found, team=team, contacts=theirs))


def said(answer: Answer) -> tuple[Said, ...]:
    """Whom the draft names in answer to a question, the likeliest first; who asks for contacts gets those first."""
    if answer.people is None:
        return ()
    asked = _FOR_CONTACTS.search(answer.question.text)
    theirs = [Said(c, _naming(c)) for c in answer.people.contacts[:MOST_CONTACTS]] if asked else []
    ours = [Said(c, _showing(c)) for c in answer.people.team if c.touches]
    return (*theirs[:1], *ours[:1], *theirs[1:], *ours[1:])[:MOST]


def touch_of(colleague: Colleague) -> Touch:
    """The touch that a draft tells of: the latest by any channel, else what makes them an owner."""
    return colleague.touches[0]


def documents(answer: Answer) -> Iterator[Document]:
    """Every document that what is said of people rests on."""
    for one in said(answer):
        yield one.hit.document
        yield from one.who.leads if isinstance(one.who, Colleague) else ()
    if answer.people:
        owners = answer.people.owners
        yield from (d for c in answer.people.team if c.name in owners for d in c.leads)


def nobody(answer: Answer) -> str:
    """The name, as it was written, of whom nobody of us is on record for; empty where somebody is, or all is unsure."""
    found = answer.people
    return _written(answer, found) if found and not found.team and not said(answer) else ""


def ambiguous(answer: Answer) -> Mention | None:
    """The name that may mean more than one, where one asks who is in touch with them."""
    if answer.question.kind != "who":
        return None
    return next((m for m in answer.mentions if m.others and m.sureness > DOUBTFUL), None)


def _written(answer: Answer, found: People) -> str:
    """What the asker wrote: a name out of the index would have to be one that the reader may know."""
    return next((m.written for m in answer.mentions if (m.kind, m.name) == (found.kind, found.name)), "")


def _showing(colleague: Colleague) -> Hit:
    touch = touch_of(colleague)
    why = Why("entity", f"shows that {colleague.name} is in touch", 0.0)
    passage = touch.says or touch.document.title
    return Hit(touch.document, 0.0, passage, touch.anchor or touch.document.url, (why,))


def _naming(contact: Contact) -> Hit:
    document = contact.document
    why = Why("entity", f"names {contact.person.name} there", 0.0)
    return Hit(document, 0.0, document.title, document.url, (why,))
