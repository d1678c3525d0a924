"""What a mail becomes: a draft, or a pass with its reason. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from indexer.asking import Answer
from indexer.promising import Promises
from service.mail.letter import Address, Reading
from service.replies import people


class Reason(StrEnum):
    """Why a mail gets no draft. The values are what receipts store and pages filter by."""

    OWN = "own mail"
    AUTOMATIC = "automatic"
    OUTSIDER = "outside sender"
    UNPROVEN = "sender not proven"
    NO_QUESTION = "no question"
    NO_ANSWER = "nothing found"
    UNSURE = "not sure enough"
    PARTLY = "too little of it answered"
    ANSWERED = "already answered"
    THREAD = "thread has a draft"
    CAP = "daily limit"
    OLD = "arrived before Signpost"
    TOO_LARGE = "too large"
    REMOVED = "draft was removed"
    PAUSED = "mailbox was paused"


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules a decision is taken by; nothing else decides.

    `internal` names whose senders may get internal links: `example.com` is that domain alone, `.example.com` also all
    below it, `jo@example.com` one person. `own` are the addresses of the watched account. `enough` is the probability
    an answer must reach; `promises` know better for the kinds of question that people said enough about.
    `require_proof` asks for an authenticated sender. `site` is the address of the search page, where documents without
    a link of their own can be opened. `groups` tells who belongs to each: what is for a group may be in a draft whose
    readers all belong to it, the people of the watched account among them, where senders have to be authenticated.
    With `answers_outsiders` people outside get drafts too, of what is public and nothing else.
    """

    internal: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    enough: float = 0.75
    max_links: int = 3
    require_proof: bool = False
    site: str = ""
    promises: Promises | None = None
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    answers_outsiders: bool = False

    def judged(self, answer: Answer) -> Answer:
        """The answer with the probability that holds here, and the one that a draft needs."""
        found = self.promises.judged(answer) if self.promises else (answer.probability, self.enough)
        return replace(answer, probability=found[0], needed=found[1])


@dataclass(frozen=True, slots=True)
class Audience:
    """Everyone a draft would reach: `to` is who it is addressed to, `outsiders` those beyond the own domains."""

    to: tuple[Address, ...]
    cc: tuple[Address, ...] = ()
    outsiders: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply worth writing: the mail it answers, who reads it, and the answers it links to.

    An answer without hits is one whose document is linked for another answer. Of `unanswered` the reply names the
    questions as open and shows nothing else; so it does of `beyond`, which are answered, but no link was left for them.
    """

    reading: Reading
    audience: Audience
    answers: tuple[Answer, ...]
    unanswered: tuple[Answer, ...] = ()
    beyond: tuple[Answer, ...] = ()

    @property
    def documents(self) -> frozenset[str]:
        """Ids of all documents that the reply rests on: those it links to, and those that show who is in touch."""
        linked = {hit.document.id for answer in self.answers for hit in answer.hits}
        return frozenset(linked | {d.id for answer in self.answers for d in people.documents(answer)})


@dataclass(frozen=True, slots=True)
class Pass:
    """No reply, and why. `says` explains it to a person; `would_change` says what would have led to a draft."""

    reason: Reason
    says: str
    would_change: str = ""
    answers: tuple[Answer, ...] = ()


Outcome = Draft | Pass
