"""A draft that somebody wants taken back goes if nobody touched it; what a person edited is theirs."""

from datetime import timedelta

import pytest

from service.receipts import Receipt
from tests.watching import Desk, a_mail, drafts

WHO = "anna@ours.example"


@pytest.fixture
def desk() -> Desk:
    """Someone asked, and a draft waits since a while."""
    desk = Desk()
    desk.arrive(a_mail())
    desk.watcher().one_pass()
    desk.later(hours=1)
    return desk


def want(desk: Desk) -> None:
    (told,) = desk.ledger.receipts()
    desk.ledger.takebacks.want(told.mailbox, told.identity, WHO, desk.clock.now)


def told(desk: Desk) -> Receipt:
    desk.watcher().one_pass()
    (receipt,) = desk.ledger.receipts()
    return receipt


def wishes(desk: Desk) -> int:
    return len(desk.ledger.takebacks.of(desk.watcher().name))


def test_an_untouched_draft_goes_and_its_receipt_tells_who_wanted_it(desk: Desk) -> None:
    want(desk)

    receipt = told(desk)

    assert (receipt.state, receipt.state_says) == ("withdrawn", f"{WHO} wanted it taken back.")
    assert (drafts(desk.mailbox), wishes(desk)) == ([], 0)
    assert told(desk).state == "withdrawn"


def test_a_draft_that_a_person_changed_stays_and_its_receipt_says_so(desk: Desk) -> None:
    (uid,) = desk.server.folders["Drafts"].mails
    desk.server.flag("Drafts", uid, "\\Flagged")
    want(desk)

    receipt = told(desk)

    assert receipt.state == "edited"
    assert f"{WHO} wanted it taken back, which it is not for that reason." in receipt.state_says
    assert (len(drafts(desk.mailbox)), wishes(desk)) == (1, 0)


def test_a_draft_that_was_sent_meanwhile_was_sent(desk: Desk) -> None:
    (uid,) = desk.server.folders["Drafts"].mails
    want(desk)
    desk.server.move("Drafts", uid, "Sent")

    assert (told(desk).state, wishes(desk)) == ("sent", 0)


def test_asking_twice_is_asking_once_and_the_first_one_asked(desk: Desk) -> None:
    want(desk)
    (receipt,) = desk.ledger.receipts()
    desk.ledger.takebacks.want(receipt.mailbox, receipt.identity, "tom", desk.clock.now + timedelta(days=1))

    assert [wish.who for wish in desk.ledger.takebacks.of(receipt.mailbox).values()] == [WHO]


def test_only_the_draft_that_is_meant_goes(desk: Desk) -> None:
    want(desk)
    desk.arrive(a_mail(key="2"))
    desk.watcher().one_pass()
    desk.later(hours=1)
    desk.watcher().one_pass()

    assert sorted(told.state for told in desk.ledger.receipts()) == ["withdrawn", "written"]


def test_only_whoever_watches_the_mailbox_carries_it_out(desk: Desk) -> None:
    desk.watcher(holder="other").one_pass()
    want(desk)

    assert desk.watcher().one_pass() == []
    assert (len(drafts(desk.mailbox)), wishes(desk)) == (1, 1)
