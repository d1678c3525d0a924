"""Known mistakes of who may see what, planted into the production code: the leak harness must catch each."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from indexer import updating
from indexer.asking import Answer, Viewer
from indexer.documents import EVERYONE
from indexer.engines import confirmed, reading
from indexer.engines.protocol import Scope
from scripts.planting import Bugs, Change, into
from scripts.torturing import leaks_run
from scripts.torturing.leaks_cast import OURS
from scripts.torturing.leaks_shelf import VISIBILITIES
from service.mail import addresses, trust
from service.mail.arc import chain
from service.mail.authentication import Result, results
from service.mail.headers import Field
from service.mail.letter import Address, Mail, Reading
from service.replies import audience, compose, decide
from service.replies.outcome import Audience, Draft, Policy

BUGS: Bugs = {}
_bug = partial(into, BUGS)
_headers = compose._headers


def _addressed(more: Callable[[Draft], dict[str, list[Address]]]) -> Change:
    """Drafts with other recipients than those that were weighed."""

    def wrong(draft: Draft, writing: compose.Writing) -> dict[str, object]:
        told = _headers(draft, writing)
        return told | {name: [compose._recipient(a) for a in to] for name, to in more(draft).items() if to}

    return compose, "_headers", wrong


@_bug("weighs From, addresses Reply-To")
def _() -> list[Change]:
    def wrong(told: Reading, policy: Policy) -> Audience:
        sender = told.mail.sender
        return Audience((sender,) if sender else ())

    replies = _addressed(lambda draft: {"To": list(draft.reading.mail.reply_to)})
    return [(decide, "audience_of", wrong), (leaks_run, "audience_of", wrong), replies]


@_bug("keeps Cc")
def _() -> list[Change]:
    return [_addressed(lambda draft: {"Cc": list(draft.reading.mail.cc)})]


@_bug("answers all in To")
def _() -> list[Change]:
    return [_addressed(lambda draft: {"To": [*draft.audience.to, *draft.reading.mail.to]})]


def _seeing(*more: str) -> list[Change]:
    visibilities = frozenset({EVERYONE, *more})
    return [(Viewer, "visibilities", property(lambda viewer: visibilities if viewer.inside else frozenset()))]


@_bug("shows what is private")
def _() -> list[Change]:
    return _seeing("private")


@_bug("takes every group for everyone")
def _() -> list[Change]:
    return _seeing("group:sales", "group:board", "group:nobody")


@_bug("takes an unknown visibility for everyone")
def _() -> list[Change]:
    return _seeing("", "Everyone", "group:")


def _sharing(belongs: Callable[[set[str], frozenset[str], Policy], bool]) -> list[Change]:
    """What is for a group may be in drafts by another rule than that all who read them belong to it."""

    def wrong(told: Audience, policy: Policy) -> Viewer:
        right = audience.viewer_of(told, policy)
        reached = {a.email.lower() for a in told.to}
        groups = (name for name, members in policy.groups.items() if belongs(reached, members, policy))
        return replace(right, groups=frozenset(groups)) if right.inside else right

    return [(decide, "viewer_of", wrong), (leaks_run, "viewer_of", wrong)]


@_bug("forgets that others open the account, where the draft lies")
def _() -> list[Change]:
    return _sharing(lambda reached, members, policy: policy.require_proof and reached <= members)


@_bug("shows groups to whoever is not proven to belong to them")
def _() -> list[Change]:
    return _sharing(lambda reached, members, policy: reached | policy.own <= members)


@_bug("shows groups to the colleagues of who belongs to them")
def _() -> list[Change]:
    return _sharing(lambda reached, members, policy: policy.require_proof and policy.own <= members)


@_bug("shows people outside what names a customer")
def _() -> list[Change]:
    return [(updating, "published", lambda document: document)]


@_bug("names our people to people outside")
def _() -> list[Change]:
    def wrong(answer: Answer, viewer: Viewer, asker: str) -> Answer:
        return replace(answer, hits=tuple(h for h in answer.hits if viewer.may_see(h.document.visibility)))

    return [(decide, "_shown", wrong)]


@_bug("forgets to filter, and does not look again")
def _() -> list[Change]:
    every = Scope(frozenset(VISIBILITIES))
    right = reading.condition
    filters = [(module, "condition", lambda scope: right(every)) for module in (reading, confirmed)]
    return [*filters, (Viewer, "may_see", lambda viewer, visibility: True)]


@_bug("believes the unproven")
def _() -> list[Change]:
    return [(decide, "_unproven", lambda told, policy: None)]


@_bug("believes whatever server stands on top")
def _() -> list[Change]:
    def wrong(mail: Mail, authserv_id: str) -> tuple[Result, ...] | None:
        headers = mail.all_headers("authentication-results")
        return results(headers[0])[1] if headers else None

    return [(trust, "_trusted_results", wrong)]


@_bug("believes what stands below the own server's header")
def _() -> list[Change]:
    def wrong(mail: Mail, authserv_id: str) -> tuple[Result, ...] | None:
        told = (results(header) for header in mail.all_headers("authentication-results"))
        return tuple(one for server, found in told if server == authserv_id for one in found)

    return [(trust, "_trusted_results", wrong)]


@_bug("takes a failure for nothing said")
def _() -> list[Change]:
    return [(trust, "_failure", lambda found: "")]


@_bug("takes a pass for any domain")
def _() -> list[Change]:
    return [(trust, "aligned", lambda one, other: True)]


@_bug("trusts every forwarder")
def _() -> list[Change]:
    def wrong(mail: Mail, domain: str, found: tuple[Result, ...], forwarders: frozenset[str]) -> str:
        passed = (s.sealer for s in chain(mail) if trust._holds(found) and trust._proof(domain, s.results))
        return next(passed, "")

    return [(trust, "_forwarded", wrong)]


@_bug("does not ask whether a seal holds")
def _() -> list[Change]:
    return [(trust, "_holds", lambda found: True)]


@_bug("reads passes in comments")
def _() -> list[Change]:
    from service.mail import authentication

    return [(authentication, "_without_comments", lambda text: text.replace("(", ";").replace(")", ";"))]


@_bug("takes domains that end alike for ours")
def _() -> list[Change]:
    return [(audience, "_covers", lambda rule, domain: domain.endswith(rule))]


@_bug("takes domains that begin alike for ours")
def _() -> list[Change]:
    return [(audience, "_covers", lambda rule, domain: domain.startswith(rule.removeprefix(".")))]


@_bug("takes what lies below a domain for it")
def _() -> list[Change]:
    return [(audience, "_covers", lambda rule, domain: f".{domain}".endswith(f".{rule.removeprefix('.')}"))]


@_bug("does not see look-alikes")
def _() -> list[Change]:
    def wrong(domain: str) -> str:
        return domain.lower().translate(str.maketrans("1lıа", "iiia"))

    return [(trust, "looks_like", lambda domain, own: False), (audience, "ascii_domain", wrong)]


def _sender(read: Callable[[Sequence[Field]], str]) -> list[Change]:
    def wrong(froms: Sequence[Field]) -> tuple[Address | None, str]:
        email = read(froms)
        return (Address(email), "") if email else (None, "no From header")

    return [(addresses, "sender", wrong)]


def _first(raw: str) -> str:
    return next((a.email for a in addresses.addresses(raw)), "")


@_bug("takes the first of several From headers")
def _() -> list[Change]:
    return _sender(lambda froms: _first(froms[0].raw) if froms else "")


@_bug("takes the last of several From headers")
def _() -> list[Change]:
    return _sender(lambda froms: _first(froms[-1].raw) if froms else "")


@_bug("takes any address of ours in From for the sender")
def _() -> list[Change]:
    def read(froms: Sequence[Field]) -> str:
        found: Any = re.search(rf"[\w.]+@{re.escape(OURS)}", " ".join(field.raw for field in froms))
        return str(found[0]) if found else _first(froms[0].raw) if froms else ""

    return _sender(read)


@_bug("drops what is invisible in From")
def _() -> list[Change]:
    return _sender(lambda froms: _first(addresses.INVISIBLE.sub("", froms[0].raw)) if len(froms) == 1 else "")
