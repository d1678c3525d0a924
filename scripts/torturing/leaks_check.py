"""A draft's bytes → what in them somebody reads who may not. Knows nothing of the product. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from html import unescape

from scripts.torturing.leaks_cast import GROUPS, READERS
from scripts.torturing.leaks_mails import Case
from scripts.torturing.leaks_shelf import Marked

REACHING = ("to", "cc", "bcc", "resent-to", "resent-cc", "resent-bcc", "reply-to", "mail-followup-to")


@dataclass(frozen=True, slots=True)
class Leak:
    """What is wrong with a draft, and the visibility of the document that it tells of."""

    number: int
    says: str
    visibility: str
    reached: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a draft shows, by the marks that stand in it, and every address that it would reach."""

    shown: tuple[Marked, ...]
    named: tuple[Marked, ...]
    reached: tuple[str, ...]


def seen(draft: bytes, case: Case, shelf: Sequence[Marked]) -> Seen:
    """The draft as its readers find it; a mark that the mail itself brought tells nobody anything."""
    message = message_from_bytes(draft)
    told = unescape("\n".join([draft.decode("utf-8", "replace"), *_headers(message), *_texts(message)])).lower()
    shown = (one for one in shelf if any(mark in told and mark not in case.brings for mark in (one.word, one.key)))
    people = (one for one in shelf if one.who in told)
    named = [str(value) for name in REACHING for value in message.get_all(name, [])]
    return Seen(tuple(shown), tuple(people), tuple(email.lower() for _, email in getaddresses(named)))


def leaks(draft: Seen, case: Case) -> list[Leak]:
    """Every document that the draft shows and that somebody whom it reaches may not see."""
    wrong = [(one.document.visibility, _wrong(one, case, draft.reached)) for one in draft.shown]
    wrong += [(one.document.visibility, _too_much(one, case, draft)) for one in draft.named]
    return [Leak(case.number, says, visibility, draft.reached) for visibility, says in wrong if says]


def _too_much(one: Marked, case: Case, draft: Seen) -> str:
    """Whom a draft names is of a document that its readers may see, and for people outside nobody at all."""
    if _outside(draft.reached):
        return "names one of us to somebody outside"
    return _wrong(one, case, draft.reached)


def _wrong(one: Marked, case: Case, reached: Sequence[str]) -> str:
    if outside := _outside(reached):
        may = case.setup.is_public and one.is_for_all and reached
        return "" if may else f"reaches {', '.join(outside)}"
    if not case.may_be_answered:
        return "answers somebody who is not proven to be inside"
    visibility = one.document.visibility
    group = visibility.removeprefix("group:")
    belong = group in READERS and all(group in GROUPS[email] for email in reached)
    may = visibility in ("everyone", "public") or (visibility != group and belong and case.is_proven)
    return "" if may else f"shows {visibility or 'what has no visibility'}"


def _outside(reached: Sequence[str]) -> list[str]:
    return [email for email in reached if email not in GROUPS] or ([] if reached else ["nobody knows whom"])


def _headers(message: Message) -> Iterator[str]:
    return (f"{name}: {make_header(decode_header(str(value)))}" for name, value in message.items())


def _texts(message: Message) -> Iterator[str]:
    for part in message.walk():
        told = None if part.is_multipart() else part.get_payload(decode=True)
        yield told.decode("utf-8", "replace") if isinstance(told, bytes) else ""
