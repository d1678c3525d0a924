"""Past mail is rehearsed: what would have been drafted, beside what people replied, and nothing is changed."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from indexer.asking import EVERYBODY, Answer, Question, Viewer
from service.backtesting import Past, as_of, past, summary, with_replies
from service.history import History, MailboxHistory, SavedHistory
from service.mail.reading import ReadingRules, read
from service.mailbox.memory import MemoryMailbox, MemoryServer
from service.printing_quality import backtest_text
from service.replies.decide import before_search, decide
from service.replies.outcome import Draft, Pass, Policy, Reason
from service.watching.judging import Judge, Steps
from tests.builders import NOW, a_card, a_hit, an_answer
from tests.watching import compose

ME = "tom@firma.example"
POLICY = Policy(internal=frozenset({"firma.example"}), own=frozenset({ME}))
CARD = a_card(created_at=NOW)


class Knows:
    """Finds the Brückner card for everything."""

    def answer(self, questions: Sequence[Question], viewer: Viewer) -> list[Answer]:
        return [an_answer(a_hit(CARD), asking=question.text) for question in questions]


def a_judge() -> Judge:
    reader = partial(read, rules=ReadingRules(own=POLICY.own))
    return Judge(Knows(), as_of(Steps(reader, before_search, lambda r, p: EVERYBODY, decide, compose)), POLICY)


def a_mail(text: str, key: str = "1", later: float = 1.0, **headers: str) -> bytes:
    at = NOW + timedelta(hours=later)
    fields = {
        "From": "Jana Köhler <jana@firma.example>",
        "To": ME,
        "Subject": "Brückner",
        "Date": f"{at:%a, %d %b %Y %H:%M:%S} +0000",
        "Message-ID": f"<{key}@firma.example>",
        "Content-Type": "text/plain; charset=utf-8",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return f"{head}\n{text}\n".encode()


ASKS = a_mail("Who is talking to Brückner?")
REPLY = a_mail(
    f"Ask Ana, see {CARD.url}\n\nOn Mon, Mar 2, 2026 at 10:00 AM Jana Köhler <jana@firma.example> wrote:\n> Who?",
    "2",
    6,
    From=ME,
    In_Reply_To="<1@firma.example>",
)
TELLS = a_mail("The contract is signed.", "3")


def rehearsed(history: History) -> list[Past]:
    judge = a_judge()
    return with_replies(list(past(history, judge)), history, judge)


def a_folder(folder: Path, *mails: bytes) -> SavedHistory:
    for number, raw in enumerate(mails):
        (folder / f"{number}.eml").write_bytes(raw)
    return SavedHistory(folder)


def test_a_would_be_draft_stands_beside_the_reply_of_a_person(tmp_path: Path) -> None:
    asks, _, tells = rehearsed(a_folder(tmp_path, ASKS, REPLY, TELLS))

    assert isinstance(asks.outcome, Draft)
    assert asks.reply is not None
    assert asks.reply.words == f"Ask Ana, see {CARD.url}"
    assert asks.reply.has_link
    assert asks.waited == timedelta(hours=5)
    assert isinstance(tells.outcome, Pass)
    assert tells.reply is None


def test_the_summary_counts_every_mail_once(tmp_path: Path) -> None:
    told = summary(rehearsed(a_folder(tmp_path, ASKS, REPLY, TELLS)))

    assert (told.mails, told.drafts, told.replied, told.with_link, told.median_hours) == (3, 1, 1, 1, 5)
    assert dict(told.reasons) == {"draft": 1, f"pass – {Reason.OWN}": 1, f"pass – {Reason.NO_QUESTION}": 1}


def test_what_was_written_after_the_mail_does_not_answer_it(tmp_path: Path) -> None:
    (asked,) = rehearsed(a_folder(tmp_path, a_mail("Who is talking to Brückner?", later=-1)))

    assert isinstance(asked.outcome, Pass)
    assert asked.outcome.reason == Reason.NO_ANSWER


def test_a_mailbox_is_only_looked_at(tmp_path: Path) -> None:
    server = MemoryServer()
    server.clock = lambda: NOW + timedelta(hours=2)
    server.deliver(ASKS)
    server.deliver(REPLY, "Sent")
    before = {name: dict(folder.mails) for name, folder in server.folders.items()}

    (asked,) = rehearsed(MailboxHistory(MemoryMailbox(server), ["INBOX"], date(2026, 3, 1)))

    assert asked.reply is not None
    assert asked.reply.has_link
    assert {name: dict(folder.mails) for name, folder in server.folders.items()} == before


def test_older_mail_of_a_mailbox_is_left_out() -> None:
    server = MemoryServer()
    server.clock = lambda: NOW
    server.deliver(ASKS)

    assert rehearsed(MailboxHistory(MemoryMailbox(server), ["INBOX"], date(2026, 3, 9))) == []


def test_the_text_shows_draft_reply_and_what_cannot_be_known(tmp_path: Path) -> None:
    seen = rehearsed(a_folder(tmp_path, ASKS, REPLY, TELLS))
    text = backtest_text(seen, summary(seen))

    assert "1. 2026-03-02 10:00  jana@firma.example  Brückner\n   asks     “Who is talking to Brückner?”" in text
    assert f"   replied  “Ask Ana, see {CARD.url}”  (with the same link)" in text
    assert "3 mails, 1 drafts\n  of these drafts 1 were answered by hand, half of them within 5.0 h; 1 with" in text
    assert "With today's index: documents made after a mail are left out" in text
