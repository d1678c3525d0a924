"""Draft → the bytes of the reply, in its thread: text and HTML, no image, nothing from elsewhere.

The headers are made by `email` alone, from values without control characters. `Auto-Submitted: auto-replied`
(RFC 3834) is set although a person presses send: the words are a program's, so no responder has to answer them,
and should a mailbox ever send its drafts by itself, no two programs begin to talk. The price of the mark is a missed
out-of-office note; the price of its lack can be a loop.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address as Recipient
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime

from service.mail.letter import Address, Mail
from service.replies import people, subject, thread
from service.replies.audience import ascii_domain
from service.replies.clean import head, lines, one_line
from service.replies.grouping import LONGEST_QUESTION, Manner, asked, groups
from service.replies.links import to_search
from service.replies.names import first_name
from service.replies.outcome import Draft
from service.replies.wording import Wording
from service.templates import Templates

LARGEST = 100_000
"""Bytes of a draft. The quoted original gives way: the recipient has it."""
_ROOM = (20_000, 5_000, 1_000, 0)
_NAME = 64
MARK = "X-Signpost-Draft"
"""The header by which Signpost knows its own drafts again; holds the identity of the mail that is answered."""
_IDS = ("Message-ID", "In-Reply-To", "References", MARK)


@dataclass(frozen=True, slots=True)
class Writing:
    """Who writes the reply, under which Message-ID, and when.

    `search_url` is the address of the search page, empty where the recipients could not open it. `language` is used
    where the mail's own has no wording.
    """

    sender: Address
    message_id: str
    now: datetime
    search_url: str = ""
    language: str = "en"


def compose(draft: Draft, writing: Writing, templates: Templates) -> bytes:
    """The reply as it is put into Drafts, at most `LARGEST` bytes, lines ended by CR LF."""
    raw = b""
    for room in _ROOM:
        raw = _message(draft, writing, templates, room).as_bytes()
        if len(raw) <= LARGEST:
            break
    return raw


class _Replying(EmailPolicy):
    """As for SMTP, but ids are folded between, never inside: `email` would encode a long one as words."""

    def fold(self, name: str, value: str) -> str:
        if name not in _IDS:
            return str(super().fold(name, value))
        return f"{name}: {(self.linesep + ' ').join(str(value).split())}{self.linesep}"

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("ascii", "surrogateescape")


_POLICY = _Replying(linesep=SMTP.linesep)


def _message(draft: Draft, writing: Writing, templates: Templates, room: int) -> EmailMessage:
    mail = draft.reading.mail
    message = EmailMessage(policy=_POLICY)
    for name, value in _headers(draft, writing).items():
        if value:
            message[name] = value
    values = _values(draft, writing, Wording(templates.words(draft.reading.language, writing.language)), room)
    values["subject"] = subject.reply(mail.subject)
    text = templates.render("mail/reply.txt", **values)
    html = templates.render("mail/reply.html", **values)
    message.set_content(text, cte="quoted-printable")
    message.make_alternative(_boundary(writing))
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message


def _boundary(writing: Writing) -> str:
    """The same for the same draft. Quoted-printable never holds `=_` (RFC 2045 §6.7), so no text can end a part."""
    return f"=_{hashlib.sha256(writing.message_id.encode()).hexdigest()[:32]}"


def _headers(draft: Draft, writing: Writing) -> dict[str, object]:
    mail = draft.reading.mail
    return {
        "From": _recipient(writing.sender),
        "To": [_recipient(a) for a in draft.audience.to],
        "Cc": [_recipient(a) for a in draft.audience.cc],
        "Subject": subject.reply(mail.subject),
        "Date": format_datetime(writing.now),
        "Message-ID": thread.message_id(writing.message_id),
        "In-Reply-To": thread.in_reply_to(mail),
        "References": " ".join(thread.references(mail)),
        "Auto-Submitted": "auto-replied",
        MARK: one_line(mail.identity, 100),
    }


def _recipient(address: Address) -> Recipient:
    local = address.email.rpartition("@")[0]
    return Recipient(_once(address.name), local, ascii_domain(address.domain))


def _once(text: str) -> str:
    """Text for a header. What came as text and looks like an encoded word would be decoded a second time."""
    return one_line(text.replace("=?", "= ?"), _NAME)


def _values(draft: Draft, writing: Writing, wording: Wording, room: int) -> dict[str, object]:
    """All that the two templates may use."""
    several = len(draft.answers) > 1 or bool(draft.unanswered or draft.beyond)
    whole = not (draft.unanswered or any(people.nobody(a) for a in draft.answers))
    sender = draft.audience.to[0]
    return {
        "language": wording.say("language"),
        "greeting": wording.greeting(sender.name),
        "opening": wording.say("opening" if whole else "opening_part"),
        "groups": groups(draft.answers, several, Manner(wording, writing.search_url, writing.now)),
        "nothing": wording.say("nothing"),
        "unanswered": asked([a.question for a in draft.unanswered], wording),
        "also": wording.say("beyond"),
        "beyond": asked([a.question for a in draft.beyond], wording),
        "search": wording.say("search"),
        "search_url": to_search(writing.search_url, draft.answers[0]),
        "asked": one_line(draft.answers[0].question.text, LONGEST_QUESTION),
        "closing": wording.say("closing"),
        "name": first_name(writing.sender.name) or one_line(writing.sender.name, _NAME),
        "wrote": wording.wrote(draft.reading.mail),
        "quoted": _quoted(draft.reading.mail, room),
    }


def _quoted(mail: Mail, room: int) -> tuple[str, ...]:
    """The original's lines, at most `room` characters of them."""
    text = lines(mail.text).strip("\n")
    kept = text if len(text) <= room else f"{head(text, room)}\n[…]"
    return tuple(line.rstrip() for line in kept.split("\n")) if room and text else ()
