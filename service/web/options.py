"""What the pages are told when they are made: where they stand, their wording, the time, what to watch. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from indexer.asking import Answer
from service.access.oidc import OpenIdConnect
from service.access.rules import Rules
from service.sourcing import Standing
from service.templates import Templates


def all_well() -> Sequence[str]:
    """No trouble beyond what index and ledger say themselves."""
    return ()


def nothing_promised() -> Sequence[tuple[str, str]]:
    """Nothing is promised of drafts."""
    return ()


def as_it_is(answer: Answer) -> Answer:
    """Nothing is known beside the answer."""
    return answer


@dataclass(frozen=True, slots=True)
class WebOptions:
    """How the pages are served.

    `base_url` is where people reach them; only its host and loopback names are answered. `now` gives the time in UTC.
    `rules` say how people log in, `provider` where, with oidc. `owners` are the addresses of each mailbox: whoever has
    one of them may read its receipts. `mailboxes` are those that should be watched: one that was not looked into for
    `quiet` is a trouble. `health` returns one sentence for each trouble that neither index nor ledger knows of;
    `promises` tells for each kind of question what is promised of its drafts. `sources` tells how each source stands;
    `rung` takes the message of a webhook: the source's name, headers, body → True if it proved itself, False if not,
    None if nobody rings there. `judged` puts to an answer the probability that holds here, and what a draft needs.
    """

    base_url: str
    version: str
    templates: Templates
    now: Callable[[], datetime]
    mailboxes: tuple[str, ...] = ()
    rules: Rules = Rules()
    provider: OpenIdConnect | None = None
    owners: Mapping[str, frozenset[str]] = field(default_factory=dict)
    quiet: timedelta = timedelta(minutes=10)
    health: Callable[[], Sequence[str]] = all_well
    sources: Callable[[], Sequence[Standing]] = tuple
    rung: Callable[[str, Mapping[str, str], bytes], bool | None] = lambda name, headers, raw: None
    promises: Callable[[], Sequence[tuple[str, str]]] = nothing_promised
    judged: Callable[[Answer], Answer] = as_it_is
