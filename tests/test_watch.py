"""A watcher leaves one draft for each mail that is answered already, and says of every other why not."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from indexer.asking import Answer, Question, Viewer
from indexer.errors import LeaseLost, NoIndex, Unreachable
from service.drafting import Caps
from service.judging import Judge
from service.ledger import Ledger
from service.mail.letter import Reading
from service.mailbox.memory import MemoryMailbox, MemoryServer
from service.mailbox.protocol import Letter, Saved
from service.receipts import Receipt
from service.replies.outcome import Policy
from service.watch import Watcher
from tests.watching import STEPS, Clock, Knowing, a_judge, a_mail, a_watcher, drafts, read


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


@pytest.fixture
def desk() -> Desk:
    return Desk()


def reasons(receipts: Sequence[Receipt]) -> list[str]:
    return [r.reason for r in receipts]


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


def poisoned(times: int = 99) -> Callable[[bytes], Reading]:
    """Reading that fails at mails with the word POISON, so many times."""
    left = iter(range(times))

    def reading(raw: bytes) -> Reading:
        if b"POISON" in raw and next(left, None) is not None:
            raise ZeroDivisionError("POISON")
        return read(raw)

    return reading


def test_a_mail_that_makes_a_step_fail_is_quarantined_and_the_rest_goes_on(desk: Desk) -> None:
    desk.arrive(a_mail("POISON?", key="1"), a_mail(key="2"))
    watcher = desk.watcher(a_judge(read=poisoned()))

    first, second, third, fourth = (watcher.one_pass() for _ in range(4))

    assert reasons(first) == ["answer found"]
    assert [(r.outcome, r.reason) for r in third] == [("quarantine", "reading")]
    assert "ZeroDivisionError: POISON" in third[0].says
    assert (second, fourth) == ([], [])


def test_a_mail_that_fails_once_is_settled_by_the_next_try(desk: Desk) -> None:
    desk.arrive(a_mail("POISON: wer kennt Brückner?"))
    watcher = desk.watcher(a_judge(read=poisoned(times=1)))

    assert (watcher.one_pass(), reasons(watcher.one_pass())) == ([], ["answer found"])
    assert desk.ledger.progress.stuck(desk.mailbox.name) == []


@pytest.mark.parametrize("step", ["before_search", "viewer", "decide", "compose"])
def test_a_failure_in_any_step_touches_only_its_mail(desk: Desk, step: str) -> None:
    def failing(subject: object, *more: object) -> object:
        if "POISON" in repr(subject):
            raise RecursionError("POISON")
        return getattr(STEPS, step)(subject, *more)

    desk.arrive(a_mail("POISON: wer kennt Brückner?", key="1"), a_mail(key="2"))
    faults: dict[str, Any] = {step: failing}
    watcher = desk.watcher(a_judge(None, **faults))

    receipts = [r for _ in range(3) for r in watcher.one_pass()]

    assert [r.outcome for r in receipts] == ["draft", "quarantine"]


def test_a_question_that_breaks_the_search_does_not_take_the_others_with_it(desk: Desk) -> None:
    class Fragile(Knowing):
        def answer(self, questions: Sequence[Question], viewer: Viewer) -> list[Answer]:
            if any("POISON" in q.text for q in questions):
                raise IndexError("POISON")
            return super().answer(questions, viewer)

    desk.arrive(a_mail("POISON?", key="1"), a_mail(key="2"))
    watcher = desk.watcher(a_judge(Fragile()))

    assert [r.outcome for _ in range(3) for r in watcher.one_pass()] == ["draft", "quarantine"]


def test_a_missing_index_holds_the_mails_back_and_blames_none(desk: Desk) -> None:
    class Empty(Knowing):
        def answer(self, questions: Sequence[Question], viewer: Viewer) -> list[Answer]:
            raise NoIndex("Nothing has been indexed yet. Run signpost reindex.")

    desk.arrive(a_mail())
    watcher = desk.watcher(a_judge(Empty()))
    for _ in range(5):
        with pytest.raises(NoIndex):
            watcher.one_pass()

    assert reasons(desk.watcher().one_pass()) == ["answer found"]


def test_a_mail_that_kills_the_process_is_left_alone_after_three_times(desk: Desk) -> None:
    class Killed(BaseException):
        """What ends the process, as seen from inside."""

    def deadly(raw: bytes) -> Reading:
        if b"POISON" in raw:
            raise Killed
        return read(raw)

    desk.arrive(a_mail(key="1"), a_mail("POISON?", key="2"), a_mail(key="3"))
    judge = a_judge(read=deadly)
    for _ in range(3):
        with pytest.raises(Killed):
            desk.watcher(judge).one_pass()

    assert reasons(desk.watcher(judge).one_pass()) == ["crash", "answer found"]
    assert [r.outcome for r in desk.ledger.receipts()] == ["draft", "quarantine", "draft"]


def test_a_mail_that_is_too_large_is_passed_with_its_size(desk: Desk) -> None:
    desk.mailbox.max_size = 1000
    desk.arrive(a_mail("x" * 5000 + "?"))

    (told,) = desk.watcher().one_pass()

    assert (told.outcome, told.reason, told.subject) == ("pass", "too large", "a question")


def test_a_server_that_refuses_the_draft_three_times_is_believed(desk: Desk) -> None:
    desk.server.refuses = "OVERQUOTA"
    desk.arrive(a_mail())
    watcher = desk.watcher()

    receipts = []
    for _ in range(4):
        receipts += watcher.one_pass()
        desk.later(minutes=1)

    assert [(r.outcome, r.state) for r in receipts] == [("draft", "intended"), ("quarantine", "")]
    assert "OVERQUOTA" in receipts[-1].says
    assert desk.ledger.intents.open(desk.mailbox.name) == []


def test_a_missing_folder_does_not_keep_the_others_waiting(desk: Desk) -> None:
    desk.arrive(a_mail())

    receipts = desk.watcher(folders=("Fehlt", "INBOX")).one_pass()

    assert reasons(receipts) == ["answer found"]
    (account,) = desk.ledger.progress.accounts()
    assert "no folder 'Fehlt'" in account.trouble


def test_a_second_watcher_stands_by_until_the_first_one_ends(desk: Desk) -> None:
    desk.later(minutes=5)
    first, second = desk.watcher(holder="one"), desk.watcher(holder="two")
    first.one_pass()
    desk.arrive(a_mail())
    assert second.one_pass() == []

    first.close()
    assert reasons(second.one_pass()) == ["answer found"]


def test_a_watcher_that_lost_its_lease_writes_nothing(desk: Desk) -> None:
    watcher = desk.watcher()
    watcher.one_pass()
    desk.server.deliver(a_mail())
    desk.ledger.progress.lease(desk.mailbox.name, "other", desk.clock(), lambda present, expires: True)

    with pytest.raises(LeaseLost):
        watcher.one_pass()
    assert (drafts(desk.mailbox), desk.ledger.receipts()) == ([], [])


def test_a_draft_whose_fate_is_unknown_is_looked_for_and_not_written_twice(desk: Desk) -> None:
    class Cut(MemoryMailbox):
        """The connection breaks when all was said."""

        def save_drafts(self, letters: Sequence[Letter]) -> list[Saved]:
            super().save_drafts(letters)
            raise Unreachable("The connection broke.")

    desk.arrive(a_mail())
    cut = Cut(desk.server)
    with pytest.raises(Unreachable):
        a_watcher(cut, desk.ledger, clock=desk.clock).one_pass()

    (told,) = desk.watcher().one_pass()

    assert (told.state, len(drafts(desk.mailbox))) == ("written", 1)


def test_the_policy_of_the_judge_is_the_threshold_of_the_receipt(desk: Desk) -> None:
    desk.arrive(a_mail())

    assert desk.watcher().one_pass()[0].threshold == Policy().enough
