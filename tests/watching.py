"""A watched mailbox for tests: plain mails, knowledge about two customers, and the steps between, all working."""

import email
import email.message
import email.policy
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from typing import Any

from indexer.asking import EVERYBODY, Answer, Hit, Question, Viewer
from service.ledger import Ledger
from service.mail.letter import Address, Automatic, Mail, OwnWords, Reading, Trust
from service.mailbox.memory import MemoryMailbox, MemoryServer
from service.mailbox.protocol import Mailbox
from service.receipts import Receipt
from service.replies.outcome import Audience, Draft, Outcome, Pass, Policy, Reason
from service.watch import Watcher
from service.watching.judging import Answering, Judge, Steps
from service.watching.options import WatchOptions
from service.watching.presence import Presence
from tests.builders import a_card

ME = Address("sales@brueckner.example", "Sales")
QUESTION = "Who is talking to Brückner Logistik?"


def a_mail(asks: str = QUESTION, key: str = "1", **headers: str) -> bytes:
    """A mail from a colleague; `headers` are written as they are, with - for _."""
    fields = {
        "Message-ID": f"<mail-{key}@north.example>",
        "From": "=?utf-8?q?J=C3=B6rg_Wei=C3=9F?= <joerg@brueckner.example>",
        "To": "sales@brueckner.example",
        "Subject": "a question",
        "Content-Type": "text/plain; charset=utf-8",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return head.encode() + b"\r\n" + asks.encode() + b"\r\n"


def read(raw: bytes) -> Reading:
    """A plain mail's reading: every line that ends in a question mark asks something."""
    parsed = email.message_from_bytes(raw, policy=email.policy.compat32)
    body = parsed.get_payload(decode=True)
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else ""
    sender = parseaddr(parsed.get("From", ""))[1]
    mail = Mail(
        identity=hashlib.sha256(raw).hexdigest(),
        message_id=parsed.get("Message-ID", ""),
        in_reply_to=parsed.get("In-Reply-To", ""),
        references=tuple(parsed.get("References", "").split()),
        subject=parsed.get("Subject", ""),
        sender=Address(sender) if sender else None,
        to=(Address(parseaddr(parsed.get("To", ""))[1]),),
        text=text,
    )
    questions = tuple(Question(line) for line in text.split("\n") if line.strip().endswith("?"))
    automatic = Automatic("list", "It came from a list.") if parsed.get("List-Id") else None
    return Reading(mail, OwnWords(text), automatic, Trust("unproven", ""), questions)


def before_search(reading: Reading, policy: Policy) -> Pass | None:
    if reading.automatic:
        return Pass(Reason.AUTOMATIC, reading.automatic.says)
    return None if reading.questions else Pass(Reason.NO_QUESTION, "Nothing is asked.")


def viewer(reading: Reading, policy: Policy) -> Viewer:
    return EVERYBODY


def decide(reading: Reading, answers: Sequence[Answer], policy: Policy) -> Outcome:
    sure = tuple(answer for answer in answers if answer.probability >= policy.enough)
    if not sure:
        return Pass(Reason.NO_ANSWER, "Nothing was found.", answers=tuple(answers))
    return Draft(reading, Audience((reading.mail.sender or ME,)), sure)


def compose(draft: Draft, sender: Address, message_id: str, now: datetime) -> bytes:
    made = email.message.EmailMessage(policy=email.policy.SMTP)
    made["Message-ID"] = message_id
    made["From"] = sender.email
    made["To"] = ", ".join(a.email for a in draft.audience.to)
    made["Subject"] = f"Re: {draft.reading.mail.subject}"
    made["In-Reply-To"] = draft.reading.mail.message_id
    made["References"] = " ".join(filter(None, (*draft.reading.mail.references, draft.reading.mail.message_id)))
    made.set_content("\n".join(hit.document.url for answer in draft.answers for hit in answer.hits))
    return made.as_bytes()


class Knowing:
    """Knows one card about Brückner; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def answer(self, questions: Sequence[Question], viewer: Viewer) -> list[Answer]:
        self.asked.append([q.text for q in questions])
        return [self._one(question) for question in questions]

    def _one(self, question: Question) -> Answer:
        card = a_card()
        hit = Hit(card, 0.9, card.title, card.url)
        return Answer(question, (hit,), 0.9) if "Brückner" in question.text else Answer(question)


STEPS = Steps(read, before_search, viewer, decide, compose)


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def a_judge(knowledge: Answering | None = None, **steps: Any) -> Judge:
    """A judge with these steps in place of the usual ones."""
    return Judge(knowledge or Knowing(), replace(STEPS, **steps), Policy())


def a_watcher(mailbox: Mailbox, ledger: Ledger, judge: Judge | None = None, **more: Any) -> Watcher:
    """A watcher on this mailbox and ledger; `holder` and `clock` say who and when, anything else is an option."""
    clock = more.pop("clock", None) or Clock()
    presence = Presence(more.pop("holder", "test"), clock, lambda present, expires: expires < clock())
    return Watcher(mailbox, judge or a_judge(), ledger, WatchOptions(own=(ME,), **more), presence)


def drafts(mailbox: MemoryMailbox) -> list[bytes]:
    """What lies in Drafts, oldest first."""
    return [mail.raw for mail in mailbox.server.folders["Drafts"].mails.values()]


class Desk:
    """A mailbox in memory, its ledger and its clock; the watcher met it before."""

    def __init__(self) -> None:
        self.server = MemoryServer()
        self.clock = Clock()
        self.server.clock = self.clock
        self.mailbox = MemoryMailbox(self.server)
        self.ledger = Ledger.in_memory()
        self.watcher().one_pass()

    def watcher(self, judge: Judge | None = None, **more: Any) -> Watcher:
        return a_watcher(self.mailbox, self.ledger, judge, clock=self.clock, **more)

    def arrive(self, *mails: bytes) -> list[int]:
        self.clock.now += timedelta(minutes=1)
        return [self.server.deliver(mail) for mail in mails]

    def later(self, **much: float) -> None:
        self.clock.now += timedelta(**much)


def reasons(receipts: Sequence[Receipt]) -> list[str]:
    """Why each mail ended as it did."""
    return [r.reason for r in receipts]
