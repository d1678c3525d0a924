"""A watcher leaves one draft for each mail that is answered already, and says of every other why not."""

from datetime import timedelta

import pytest

from service.drafts.drafting import Caps
from service.ledger import Ledger
from service.mailbox.memory import MemoryMailbox, MemoryServer
from service.replies.outcome import Policy
from tests.watching import Clock, Desk, Knowing, a_judge, a_mail, a_watcher, drafts, reasons


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_question_that_is_answered_already_becomes_a_draft(desk: Desk) -> None:
    desk.arrive(a_mail())

    (told,) = desk.watcher().one_pass()

    assert (told.outcome, told.state) == ("draft", "written")
    assert told.draft_message_id.encode() in drafts(desk.mailbox)[0]
    assert desk.ledger.receipt("mail-1@north.example") == told


def test_every_other_mail_gets_a_receipt_that_says_why(desk: Desk) -> None:
    desk.arrive(a_mail("Danke!", key="1"), a_mail(key="2", List_Id="<n.x>"), a_mail("Was kostet das?", key="3"))

    receipts = desk.watcher().one_pass()

    assert reasons(receipts) == ["no question", "automatic", "nothing found"]
    assert drafts(desk.mailbox) == []


def test_all_questions_of_all_mails_are_asked_at_once(desk: Desk) -> None:
    desk.arrive(*(a_mail(key=str(n)) for n in range(3)))
    knowing = Knowing()

    desk.watcher(a_judge(knowing)).one_pass()

    assert [len(asked) for asked in knowing.asked] == [3]


def test_a_second_pass_changes_nothing(desk: Desk) -> None:
    desk.arrive(a_mail(), a_mail("Danke!", key="2"))
    desk.watcher().one_pass()
    before = drafts(desk.mailbox), desk.ledger.receipts()

    assert desk.watcher().one_pass() == []
    assert (drafts(desk.mailbox), desk.ledger.receipts()) == before


def test_first_contact_drafts_nothing_old_unless_asked_to_look_back() -> None:
    server = MemoryServer()
    server.deliver(a_mail())
    mailbox = MemoryMailbox(server)
    clock = Clock()
    clock.now = next(iter(server.folders["INBOX"].mails.values())).received

    assert a_watcher(mailbox, Ledger.in_memory(), clock=clock).one_pass() == []
    assert len(a_watcher(mailbox, Ledger.in_memory(), clock=clock, look_back_days=2).one_pass()) == 1


def test_the_inbox_is_only_looked_at(desk: Desk) -> None:
    desk.arrive(a_mail(), a_mail("Danke!", key="2"))
    before = desk.server.folders["INBOX"].mails.copy()

    desk.watcher().one_pass()

    assert desk.server.folders["INBOX"].mails == before


def test_shadow_mode_records_and_writes_nothing(desk: Desk) -> None:
    desk.arrive(a_mail())

    (told,) = desk.watcher(shadow=True).one_pass()

    assert (told.outcome, told.state, drafts(desk.mailbox)) == ("draft", "shadow", [])


def test_a_mail_delivered_twice_or_into_two_folders_gets_one_draft(desk: Desk) -> None:
    desk.server.create("Fragen")
    desk.watcher(folders=("INBOX", "Fragen")).one_pass()
    desk.arrive(a_mail(), a_mail())
    desk.server.deliver(a_mail(), "Fragen")

    assert len(desk.watcher(folders=("INBOX", "Fragen")).one_pass()) == 1
    assert len(drafts(desk.mailbox)) == 1


def test_a_folder_numbered_anew_loses_nothing_and_doubles_nothing(desk: Desk) -> None:
    desk.arrive(a_mail(key="1"))
    desk.watcher().one_pass()
    desk.arrive(a_mail(key="2"))
    desk.server.renumber("INBOX")

    receipts = desk.watcher().one_pass()

    assert [r.message_id for r in receipts] == ["<mail-2@north.example>"]
    assert len(drafts(desk.mailbox)) == 2


def test_old_mail_stays_old_when_the_folder_is_numbered_anew(desk: Desk) -> None:
    server, clock = desk.server, desk.clock
    clock.now -= timedelta(hours=1)
    desk.arrive(a_mail(key="old"))
    clock.now += timedelta(hours=1)
    desk.ledger = Ledger.in_memory()
    desk.watcher().one_pass()
    server.renumber("INBOX")

    assert reasons(desk.watcher().one_pass()) == ["arrived before Signpost"]
    assert drafts(desk.mailbox) == []


@pytest.mark.parametrize("where", ["flag", "sent", "drafts"])
def test_a_person_who_answered_first_is_not_answered_again(desk: Desk, where: str) -> None:
    (uid,) = desk.arrive(a_mail())
    reply = a_mail("Ruf mich an.", key="own", In_Reply_To="<mail-1@north.example>")
    if where == "flag":
        desk.server.flag("INBOX", uid, "\\Answered")
    else:
        desk.server.deliver(reply, where.capitalize())

    (told,) = desk.watcher().one_pass()

    assert (told.outcome, told.reason) == ("pass", "already answered")
    assert told.asked[0].probability == 0.9


def test_a_thread_gets_one_draft_however_many_mails_ask(desk: Desk) -> None:
    first, second = a_mail(key="1"), a_mail(key="2", References="<mail-1@north.example>")
    third = a_mail(key="3", In_Reply_To="<mail-2@north.example>", References="<mail-1@north.example>")
    desk.arrive(first, second)
    together = desk.watcher().one_pass()
    desk.arrive(third)

    assert reasons([*together, *desk.watcher().one_pass()]) == [
        "answer found",
        "thread has a draft",
        "thread has a draft",
    ]


def test_a_new_question_in_a_thread_is_answered_once_the_draft_was_sent(desk: Desk) -> None:
    desk.arrive(a_mail(key="1"))
    desk.watcher().one_pass()
    desk.server.move("Drafts", 1, "Sent")
    desk.arrive(a_mail(key="2", References="<mail-1@north.example>"))

    assert reasons(desk.watcher().one_pass()) == ["answer found"]


def test_drafts_stop_at_the_daily_limits_and_go_on_the_next_day(desk: Desk) -> None:
    desk.arrive(*(a_mail(key=str(n)) for n in range(3)))
    watcher = desk.watcher(caps=Caps(mailbox=2))
    assert reasons(watcher.one_pass()) == ["answer found", "answer found", "daily limit"]

    desk.later(days=1, minutes=1)
    desk.arrive(a_mail(key="4"))

    assert reasons(watcher.one_pass()) == ["answer found"]


def test_the_policy_of_the_judge_is_the_threshold_of_the_receipt(desk: Desk) -> None:
    desk.arrive(a_mail())

    assert desk.watcher().one_pass()[0].threshold == Policy().enough
