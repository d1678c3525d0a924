"""What goes wrong stays with the mail, the folder or the process that it befell, and is told."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from indexer.asking import Answer, Question, Viewer
from indexer.errors import LeaseLost, NoIndex, Unreachable
from service.mail.letter import Reading
from service.mailbox.memory import MemoryMailbox
from service.mailbox.protocol import Letter, Saved
from service.watching.presence import Presence
from tests.watching import STEPS, Desk, Knowing, a_judge, a_mail, a_watcher, drafts, read, reasons


@pytest.fixture
def desk() -> Desk:
    return Desk()


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
    desk.ledger.leases.take(desk.mailbox.name, Presence("other", desk.clock, lambda present, expires: True))

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
