"""The ledger keeps what it acknowledged, finds it again, and says plainly when it cannot."""

import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.asking import Viewer
from indexer.confirming import Confirmation
from indexer.errors import LedgerError
from service.drafts.drafting import Intent
from service.drafts.lifecycle import Basis, End, Settled
from service.ledger import Ledger
from service.mailbox.protocol import Cursor, Mark, Place, Sought
from service.narrowing import ReceiptFilter
from service.receipts import Asked, Nearest, Receipt
from service.recording import from_json, to_json
from service.watching.presence import Presence
from service.watching.progress import Watched

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BOX = "sales@brueckner.example"
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def a_receipt(key: str = "1", outcome: str = "pass", **more: object) -> Receipt:
    facts = {"identity": f"id-{key}", "mailbox": BOX, "folder": "INBOX", "uid": 1, "message_id": f"<mail-{key}@x>"}
    facts |= {"subject": "Groß & Söhne", "sender": "Joerg@Brueckner.example", "received": NOW, "at": NOW}
    return Receipt(**facts | {"outcome": outcome, "reason": "no question", "says": "Nothing."} | more)  # type: ignore[arg-type]


def an_intent(key: str = "1", **more: object) -> Intent:
    source = Sought(Place("INBOX", 7, 1), f"mail-{key}@x", frozenset({"root@x"}), NOW)
    intent = Intent(BOX, f"id-{key}", f"<d{key}@x>", b"raw \xff", "a@x", source, Mark("Drafts", 9, 4), NOW, NOW)
    return replace(intent, **more)  # type: ignore[arg-type]


def test_a_receipt_is_found_by_its_mail_its_draft_and_its_identity(ledger: Ledger) -> None:
    told = a_receipt(outcome="draft", draft_message_id="<d1@x>", state="written")
    ledger.keep([told, a_receipt("2")])

    assert [ledger.receipt(key) for key in ("mail-1@x", "<d1@x>", "id-1")] == [told] * 3
    assert [ledger.receipt(key) for key in ("<other@x>", "", "<>")] == [None] * 3


def test_receipts_come_newest_first_and_page_by_page(ledger: Ledger) -> None:
    ledger.keep([a_receipt(str(n)) for n in range(5)])

    first = ledger.receipts(limit=2)
    second = ledger.receipts(limit=2, before=(BOX, first[-1].identity))

    assert [r.identity for r in (*first, *second)] == ["id-4", "id-3", "id-2", "id-1"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (ReceiptFilter(), 3),
        (ReceiptFilter(outcome="draft"), 1),
        (ReceiptFilter(reason="no question", mailbox=BOX), 2),
        (ReceiptFilter(sender="JOERG@brueckner.example"), 3),
        (ReceiptFilter(text="gross"), 3),
        (ReceiptFilter(text="SÖHNE"), 3),
        (ReceiptFilter(text="100%_"), 0),
        (ReceiptFilter(since=NOW + timedelta(seconds=1)), 1),
    ],
)
def test_receipts_can_be_narrowed(ledger: Ledger, query: ReceiptFilter, found: int) -> None:
    ledger.keep([a_receipt("1"), a_receipt("2"), a_receipt("3", "draft", reason="found", at=NOW + timedelta(hours=1))])

    assert len(ledger.receipts(query)) == sum(c.number for c in ledger.counts(query)) == found


def test_one_mail_has_one_receipt_in_a_mailbox(ledger: Ledger) -> None:
    ledger.keep([a_receipt(), a_receipt(mailbox="other@brueckner.example")])
    ledger.keep([a_receipt(reason="changed")])

    assert [r.reason for r in ledger.receipts()] == ["no question", "changed"]
    assert ledger.known(BOX, ["id-1", "id-2"]) == {"id-1"}


@given(
    st.builds(Asked, texts, texts, st.floats(0, 1), st.tuples(st.builds(Nearest, texts, texts, texts, st.floats(0, 1))))
)
def test_a_receipt_survives_being_written(asked: Asked) -> None:
    told = a_receipt(asked=(asked,), subject=asked.text)

    assert from_json(to_json(told)) == told


def test_what_a_newer_signpost_wrote_into_a_receipt_is_read_over() -> None:
    assert from_json(to_json(a_receipt()).replace("{", '{"mood": "glad", ', 1)) == a_receipt()


def test_an_intent_comes_back_as_it_was_until_it_is_done(ledger: Ledger) -> None:
    assert ledger.intents.add([an_intent("1"), an_intent("2")]) == [an_intent("1"), an_intent("2")]
    ledger.intents.trying([an_intent("2")], NOW + timedelta(minutes=1))
    ledger.intents.done([(an_intent("1"), 7)])

    assert ledger.intents.open(BOX) == [an_intent("2", tries=2, tried_at=NOW + timedelta(minutes=1))]
    assert ledger.intents.open("other@brueckner.example") == []


def test_a_mail_never_gets_a_second_intent(ledger: Ledger) -> None:
    ledger.intents.add([an_intent()])
    ledger.intents.drop([an_intent()])

    assert ledger.intents.add([an_intent(message_id="<d9@x>")]) == []


def test_somebody_is_taken_out_of_however_many_rows(ledger: Ledger) -> None:
    ledger.keep([a_receipt(str(n), sender=f"{'Tom' if n % 2 else 'Jo'}@x.example") for n in range(1_100)])
    who = ledger.forgotten.add(["tom@x.example"], [], NOW)

    assert ledger.forgotten.strike(who, ["tom@x.example"]) == 550
    assert len(ledger.receipts(ReceiptFilter(sender="tom@x.example"), 2_000)) == 0
    assert len(ledger.receipts(limit=2_000)) == 1_100
    assert ledger.forgotten.strike(who, ["tom@x.example"]) == 0


def test_a_thread_knows_its_drafts(ledger: Ledger) -> None:
    ledger.intents.add([an_intent("1"), an_intent("2")])
    ledger.intents.done([(an_intent("1"), 7)])

    assert ledger.intents.in_threads(BOX, ["<mail-1@x>"]) == {"<d1@x>": True}
    assert ledger.intents.in_threads(BOX, ["root@x"]) == {"<d1@x>": True, "<d2@x>": False}
    assert ledger.intents.in_threads(BOX, []) == {}


def test_drafts_are_counted_by_sender_within_a_time(ledger: Ledger) -> None:
    ledger.intents.add([an_intent("1"), an_intent("2", sender="B@x"), an_intent("3", at=NOW - timedelta(days=2))])

    tally = ledger.intents.tally(BOX, NOW - timedelta(days=1))

    assert (tally.total, tally.by_sender) == (2, {"a@x": 1, "b@x": 1})


def test_a_folder_is_remembered_as_far_as_it_was_read(ledger: Ledger) -> None:
    there = Watched(BOX, "Entwürfe", Cursor(7, 12), NOW, again_until=9)
    ledger.progress.advance(replace(there, cursor=Cursor(6, 1)))
    ledger.progress.advance(there)

    assert ledger.progress.watched(BOX, "Entwürfe") == there
    assert ledger.progress.watched(BOX, "INBOX") is None


def test_tries_are_counted_taken_back_and_forgotten(ledger: Ledger) -> None:
    one, two = Place("INBOX", 7, 1), Place("INBOX", 7, 2)
    ledger.progress.begin(BOX, [one, two])
    ledger.progress.failed(BOX, [(two, "no")])
    again = ledger.progress.begin(BOX, [one, two])
    ledger.progress.let_go(BOX, [one, two])
    ledger.progress.finish(BOX, [one])

    assert [again[p].tries for p in (one, two)] == [2, 2]
    assert [(s.place, s.tries, s.trouble) for s in ledger.progress.stuck(BOX)] == [(two, 1, "no")]


def test_one_holder_at_a_time_has_the_lease(ledger: Ledger) -> None:
    def lease(holder: str, number: int = 0) -> int:
        return ledger.leases.take(BOX, Presence(holder, lambda: NOW, lambda present, expires: False), number)

    first, second = lease("a"), lease("b")
    again = lease("a", first)

    assert (second, again) == (0, first)
    ledger.leases.release(BOX, first)
    taken = lease("b")
    assert taken > first > 0
    assert [ledger.leases.holds(BOX, number) for number in (first, taken)] == [False, True]
    ledger.leases.release(BOX, first)
    assert ledger.leases.holds(BOX, taken)


def test_a_mailbox_tells_when_it_was_looked_into_and_what_is_wrong(ledger: Ledger) -> None:
    ledger.progress.looked(BOX, NOW)
    ledger.progress.looked(BOX, None, "The mail server does not answer.")

    (account,) = ledger.progress.accounts()

    assert (account.looked_at, account.trouble) == (NOW, "The mail server does not answer.")


def test_what_was_written_is_there_after_opening_again(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path / "neu" / "ledger.db")
    ledger.keep([a_receipt()])
    key = ledger.key
    ledger.close()

    again = Ledger.open(tmp_path / "neu" / "ledger.db")

    assert (again.receipts(), again.key) == ([a_receipt()], key)
    assert (tmp_path / "neu" / "ledger.db").stat().st_mode & 0o077 == 0
    again.close()


def test_a_transaction_that_breaks_leaves_nothing(ledger: Ledger) -> None:
    def write_and_break() -> None:
        with ledger.transaction():
            ledger.keep([a_receipt()])
            ledger.intents.add([an_intent()])
            raise KeyError

    with pytest.raises(KeyError):
        write_and_break()

    assert (ledger.receipts(), ledger.intents.open(BOX)) == ([], [])


def test_many_threads_write_and_read_at_once(tmp_path: Path) -> None:
    ledger, pages = Ledger.open(tmp_path / "ledger.db"), Ledger.open(tmp_path / "ledger.db")

    def write(name: int) -> None:
        for n in range(20):
            ledger.keep([a_receipt(f"{name}-{n}")])
            pages.receipts()

    threads = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(pages.receipts(limit=100)) == 80
    ledger.close()
    pages.close()


@pytest.mark.parametrize("damage", [b"no database at all " * 100, b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_damaged_file_is_explained(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "ledger.db").write_bytes(damage)

    with pytest.raises(LedgerError, match="restore a backup or move it away"):
        Ledger.open(tmp_path / "ledger.db")


def test_a_place_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(LedgerError, match="cannot be used"):
        Ledger.open(tmp_path / "file" / "ledger.db")


def test_a_file_of_a_newer_signpost_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "ledger.db") as file:
        file.execute("PRAGMA user_version = 99")
    file.close()

    with pytest.raises(LedgerError, match="newer Signpost"):
        Ledger.open(tmp_path / "ledger.db")


NEW = ("people", "sessions", "tokens", "audit", "searches", "pauses", "takebacks", "forgotten")
BEFORE_ACCESS = "".join(f"DROP TABLE {name};" for name in NEW)
BEFORE_CONFIRMATIONS = f"{BEFORE_ACCESS} DROP TABLE sources; DROP TABLE labels; DROP TABLE confirmations;"
BEFORE_QUARANTINE = BEFORE_CONFIRMATIONS + "DROP TABLE quarantine; DROP INDEX places_by_identity;"


def test_a_ledger_that_knew_no_quarantine_gets_one(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with closing(Ledger.open(path)) as ledger:
        ledger.keep([a_receipt(outcome="quarantine")])
        ledger.progress.met(BOX, [(Place("INBOX", 7, 1), "id-1")])
    with closing(sqlite3.connect(path)) as file:
        file.executescript(BEFORE_QUARANTINE + "PRAGMA user_version = 2")

    with closing(Ledger.open(path)) as ledger:
        assert ledger.quarantine.raw(BOX, "id-1") is None
        assert ledger.quarantine.want(BOX, "id-1", NOW)
        assert [w.places for w in ledger.quarantine.wanted(BOX)] == [(Place("INBOX", 7, 1),)]


def test_a_ledger_of_an_early_version_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with closing(Ledger.open(path)) as ledger:
        ledger.intents.done([(intent, 5) for intent in ledger.intents.add([an_intent()])])
    with closing(sqlite3.connect(path)) as file:
        for column in ("basis", "words", "why", "changed_at"):
            file.execute(f"ALTER TABLE drafts DROP COLUMN {column}")
        file.executescript(BEFORE_QUARANTINE + "PRAGMA user_version = 1")

    with closing(Ledger.open(path)) as ledger:
        (life,) = ledger.lives.followed(BOX, NOW, NOW)

    assert (life.message_id, life.place, life.stage) == ("<d1@x>", Place("Drafts", 9, 5), "written")
    assert life.basis == Basis()


def test_what_a_draft_rests_on_is_kept(ledger: Ledger) -> None:
    basis = Basis(frozenset({"trello:card:Größe"}), Viewer(frozenset({"sales"})), b"abcd")
    (intent,) = ledger.intents.add([an_intent(basis=basis)])

    assert ledger.intents.open(BOX) == [intent]
    ledger.intents.done([(intent, 5)])
    assert [life.basis for life in ledger.lives.followed(BOX, NOW, NOW)] == [basis]


def test_a_draft_is_followed_until_its_end_is_certain(ledger: Ledger) -> None:
    ledger.intents.done([(intent, 5) for intent in ledger.intents.add([an_intent(str(n)) for n in range(5)])])
    lives = ledger.lives.followed(BOX, NOW, NOW)
    ends: list[End] = ["sent", "withdrawn", "edited", "deleted"]
    ledger.lives.settle([(life, Settled(end, "")) for life, end in zip(lives, ends, strict=False)], NOW)

    def followed(after: timedelta) -> list[str]:
        return [life.stage for life in ledger.lives.followed(BOX, NOW, NOW + after)]

    assert followed(timedelta(hours=1)) == ["sent", "withdrawn", "edited", "deleted", "written"]
    assert followed(timedelta(days=2)) == ["edited", "written"]
    assert ledger.lives.followed(BOX, NOW - timedelta(minutes=3), NOW) == []


def test_a_ledger_that_knew_no_confirmed_questions_learns_them(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    Ledger.open(path).close()
    with closing(sqlite3.connect(path)) as file:
        file.executescript(BEFORE_CONFIRMATIONS + "PRAGMA user_version = 3")
    crane = Confirmation("Wer wartet Kräne?", "trello:sales:card:crane", NOW, "marked")

    with closing(Ledger.open(path)) as ledger:
        ledger.confirmations.keep([crane])

    with closing(Ledger.open(path)) as ledger:
        assert ledger.confirmations.standing() == [crane]
