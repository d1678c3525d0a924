"""Mails that were given up: seen, handed out, tried again, and never answered twice."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from indexer.errors import SignpostError, TemplateError
from service.givenup import GivenUp
from service.ledger import Ledger
from service.mail.letter import Reading
from service.receipts import Receipt
from service.settings import MailboxSettings
from service.watching import quarantine
from service.watching.judging import Judge
from tests.test_ledger import a_receipt
from tests.watching import Desk, a_judge, a_mail, compose, drafts, read, reasons

POISON = a_mail("POISON: wer kennt Brückner?", key="1")


@pytest.fixture
def desk() -> Desk:
    return Desk()


def deaf(raw: bytes) -> Reading:
    if b"POISON" in raw:
        raise ZeroDivisionError("POISON")
    return read(raw)


def passes(desk: Desk, judge: Judge | None = None, times: int = 1) -> list[Receipt]:
    told = []
    for _ in range(times):
        desk.later(minutes=1)
        told += desk.watcher(judge).one_pass()
    return told


def given_up(desk: Desk) -> GivenUp:
    anna = MailboxSettings(user=desk.mailbox.name, host="127.0.0.1", addresses=("anna@firma.example",))
    return GivenUp(desk.ledger, [anna])


@pytest.fixture
def poisoned(desk: Desk) -> Desk:
    """A desk at which a mail was given up that cannot be read."""
    desk.arrive(POISON)
    assert reasons(passes(desk, a_judge(read=deaf), times=3)) == ["reading"]
    return desk


def test_a_mail_that_was_given_up_is_seen_and_handed_out(poisoned: Desk) -> None:
    (told,) = given_up(poisoned).every()

    assert (given_up(poisoned).number, told.outcome) == (1, "quarantine")
    assert given_up(poisoned).raw(told.identity) == POISON


def test_once_the_fault_is_mended_it_gets_its_draft_and_leaves_no_trace(poisoned: Desk) -> None:
    (told,) = given_up(poisoned).every()
    assert passes(poisoned) == []

    assert given_up(poisoned).retry(told.identity) == [told]
    assert reasons(passes(poisoned, times=3)) == ["answer found"]

    assert len(drafts(poisoned.mailbox)) == 1
    assert [r.outcome for r in poisoned.ledger.receipts()] == ["draft"]
    with pytest.raises(SignpostError, match="not in quarantine; no such mail was seen"):
        given_up(poisoned).raw(told.identity)
    with pytest.raises(SignpostError, match="it ended as draft – answer found"):
        given_up(poisoned).retry("<mail-1@north.example>")


def test_a_fault_that_is_not_mended_ends_there_again_after_three_more_tries(poisoned: Desk) -> None:
    given_up(poisoned).retry()

    assert passes(poisoned, a_judge(read=deaf), times=2) == []
    assert reasons(passes(poisoned, a_judge(read=deaf), times=3)) == ["reading"]
    assert (given_up(poisoned).number, poisoned.ledger.quarantine.wanted(poisoned.mailbox.name)) == (1, [])


def test_asking_twice_is_asking_once(poisoned: Desk) -> None:
    given_up(poisoned).retry()
    given_up(poisoned).retry()

    assert reasons(passes(poisoned, times=3)) == ["answer found"]
    assert given_up(poisoned).retry() == []


def test_a_mail_that_is_gone_is_said_to_be(poisoned: Desk) -> None:
    (told,) = given_up(poisoned).every()
    poisoned.server.folders["INBOX"].mails.clear()
    given_up(poisoned).retry()

    (after,) = passes(poisoned)

    assert (after.outcome, after.identity) == ("quarantine", told.identity)
    assert "lies in no watched folder any more" in after.would_change
    assert passes(poisoned) == []


def test_a_mail_is_found_again_after_the_server_numbered_the_folder_anew(desk: Desk) -> None:
    desk.arrive(a_mail(key="1"))
    broken = a_judge(decide=lambda *told: 1 / 0)
    assert reasons(passes(desk, broken, times=3)) == ["deciding"]
    given_up(desk).retry("<mail-1@north.example>")

    desk.server.renumber("INBOX")

    assert reasons(passes(desk, times=2)) == ["answer found"]
    assert len(drafts(desk.mailbox)) == 1


def test_a_draft_that_the_server_refused_is_written_when_there_is_room(desk: Desk) -> None:
    desk.server.refuses = "OVERQUOTA"
    desk.arrive(a_mail())
    assert reasons(passes(desk, times=4))[-1] == "draft refused"
    desk.server.refuses = ""

    given_up(desk).retry("<mail-1@north.example>")

    assert "answer found" in reasons(passes(desk, times=3))
    assert len(drafts(desk.mailbox)) == 1


def test_a_mail_that_somebody_answered_meanwhile_gets_no_draft(desk: Desk) -> None:
    desk.server.refuses = "OVERQUOTA"
    (uid,) = desk.arrive(a_mail())
    passes(desk, times=4)
    desk.server.refuses = ""
    given_up(desk).retry()

    desk.server.flag("INBOX", uid, "\\Answered")

    assert [r.outcome for r in passes(desk, times=2)] == ["pass"]
    assert drafts(desk.mailbox) == []


class Killed(BaseException):
    """What ends the process, as seen from inside."""


@pytest.mark.parametrize("step", ["read", "before_search", "decide", "compose"])
def test_a_process_that_dies_in_the_middle_of_a_retry_leaves_one_draft(poisoned: Desk, step: str) -> None:
    def deadly(*told: object) -> object:
        raise Killed

    given_up(poisoned).retry()
    deadly_step: dict[str, Callable[..., object]] = {step: deadly}
    with pytest.raises(Killed):
        passes(poisoned, a_judge(None, **deadly_step))

    assert reasons(passes(poisoned, times=3)) == ["answer found"]
    assert (len(drafts(poisoned.mailbox)), given_up(poisoned).number) == (1, 0)


def test_a_twin_of_a_mail_that_has_its_draft_gets_none(poisoned: Desk) -> None:
    poisoned.arrive(POISON)
    assert reasons(passes(poisoned)) == ["answer found"]
    given_up(poisoned).retry()

    assert passes(poisoned, times=2) == []
    assert (len(drafts(poisoned.mailbox)), given_up(poisoned).number) == (1, 0)


def test_a_folder_that_is_not_watched_any_more_is_told(poisoned: Desk) -> None:
    (told,) = given_up(poisoned).every()
    elsewhere = GivenUp(poisoned.ledger, [])

    with pytest.raises(SignpostError, match=r"folder INBOX of .* is not watched any more"):
        elsewhere.retry(told.identity)
    assert elsewhere.retry() == []


def test_bytes_are_kept_within_limits_and_the_oldest_go_first(ledger: Ledger) -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    large = quarantine.MOST_OF_ONE
    for n in range(12):
        ledger.quarantine.keep("anna", [(str(n), b"x" * large)], now)
    ledger.quarantine.keep("anna", [("huge", b"x" * (large + 1)), ("nothing", b"")], now)

    there = [key for key in [*map(str, range(12)), "huge", "nothing"] if ledger.quarantine.raw("anna", key)]

    assert there == [str(n) for n in range(2, 12)]


def test_bytes_are_forgotten_after_a_month(ledger: Ledger) -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    ledger.quarantine.keep("anna", [("old", b"x")], now)

    assert ledger.quarantine.lost("anna", now + timedelta(days=29)) == []
    assert ledger.quarantine.raw("anna", "old") == b"x"
    ledger.quarantine.lost("anna", now + timedelta(days=31))
    assert ledger.quarantine.raw("anna", "old") is None


def test_a_faulty_template_holds_back_drafts_alone_and_blames_no_mail(desk: Desk) -> None:
    def faulty(*told: object) -> bytes:
        raise TemplateError("reply.txt, line 3: unexpected end. Correct it.")

    desk.arrive(a_mail(key="1"), a_mail(key="1"), a_mail("Danke für alles.", key="2"))
    told = passes(desk, a_judge(compose=faulty), times=6)

    assert reasons(told) == ["no question"]
    (account,) = desk.ledger.progress.accounts()
    assert account.trouble == "reply.txt, line 3: unexpected end. Correct it."

    assert "answer found" in reasons(passes(desk, a_judge(compose=compose)))
    assert len(drafts(desk.mailbox)) == 1
    assert [a.trouble for a in desk.ledger.progress.accounts()] == [""]


def test_the_quarantine_of_another_mailbox_is_left_alone(tmp_path: Path) -> None:
    with closing(Ledger.open(tmp_path / "ledger.db")) as ledger:
        ledger.keep([a_receipt(outcome="quarantine"), replace(a_receipt(outcome="quarantine"), mailbox="other")])

        ledger.quarantine.release("other", ["id-1"])

        assert [r.mailbox for r in ledger.receipts()] == [a_receipt().mailbox]
