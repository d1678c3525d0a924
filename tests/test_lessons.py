"""What is learned of drafts that were sent: only what somebody vouched for, and never at anybody's cost."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from indexer.confirming import Confirmation
from indexer.errors import BusyIndex
from service.drafts.lessons import AS_IT_WAS, lessons
from service.receipts import Asked, Nearest, Receipt
from tests.builders import NOW
from tests.pages import a_receipt
from tests.tripwire import Killed
from tests.watching import QUESTION, Desk, a_judge, a_mail, drafts

CARD = Nearest("trello:sales:card:pilot", "Pilot", "https://trello.com/c/pilot", 0.9)
OTHER = replace(CARD, document_id="trello:sales:card:other")
ASKED = Asked(QUESTION, "who", 0.9, (CARD,))
SENT = replace(a_receipt(), asked=(ASKED,), state="sent", state_at=NOW, similarity=0.97)


def test_a_draft_that_was_sent_confirms_its_question() -> None:
    assert lessons([SENT]) == [Confirmation(QUESTION, CARD.document_id, NOW, "sent")]


@pytest.mark.parametrize(
    "told",
    [
        replace(SENT, state="edited"),
        replace(SENT, state="withdrawn"),
        replace(SENT, similarity=AS_IT_WAS - 0.01),
        replace(SENT, similarity=None),
        replace(SENT, asked=(replace(ASKED, nearest=(CARD, OTHER)), replace(ASKED, nearest=()))),
    ],
)
def test_nothing_is_learned_where_nobody_vouched_for_one_document(told: Receipt) -> None:
    assert lessons([told]) == []


def test_each_question_of_a_mail_confirms_its_own_document() -> None:
    other = Asked("Do we have references in rail?", "reference", 0.8, (OTHER,))

    assert [one.document_id for one in lessons([replace(SENT, asked=(ASKED, other))])] == [
        CARD.document_id,
        OTHER.document_id,
    ]


def a_desk_whose_draft_was_sent() -> Desk:
    desk = Desk()
    desk.arrive(a_mail())
    desk.watcher().one_pass()
    desk.later(hours=1)
    (uid,) = desk.server.folders["Drafts"].mails
    desk.server.move("Drafts", uid, "Sent")
    return desk


def learned_by(desk: Desk, learn: Callable[[Sequence[Confirmation]], None]) -> None:
    desk.watcher(a_judge(learn=learn)).one_pass()
    desk.later(hours=1)
    desk.watcher(a_judge(learn=learn)).one_pass()


def test_the_watcher_learns_once_of_a_draft_that_was_sent() -> None:
    desk, learned = a_desk_whose_draft_was_sent(), list[Sequence[Confirmation]]()

    learned_by(desk, learned.append)

    ((one,),) = learned
    assert (one.question.strip(), one.by, one.at) == (QUESTION, "sent", desk.clock.now - timedelta(hours=1))


def test_what_a_draft_taught_is_written_down_with_its_receipt_whatever_happens_next() -> None:
    def ends(confirmations: Sequence[Confirmation]) -> None:
        raise Killed

    desk = a_desk_whose_draft_was_sent()

    with pytest.raises(Killed):
        learned_by(desk, ends)

    (receipt,) = desk.ledger.receipts()
    (lesson,) = desk.ledger.confirmations.standing()
    assert (receipt.state, lesson.question, lesson.by) == ("sent", QUESTION, "sent")


def test_what_cannot_be_learned_stands_in_nobodys_way(caplog: pytest.LogCaptureFixture) -> None:
    def busy(confirmations: Sequence[Confirmation]) -> None:
        raise BusyIndex("Another process is writing.")

    desk = a_desk_whose_draft_was_sent()
    learned_by(desk, busy)

    (receipt,) = desk.ledger.receipts()
    assert (receipt.state, drafts(desk.mailbox)) == ("sent", [])
    assert "nothing was learned: Another process is writing." in caplog.text
