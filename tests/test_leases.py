"""Who watches a mailbox: one at a time, whether the ledger is a file or on a server, and nobody for ever."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

import pytest

from indexer.errors import LeaseLost
from service.ledger import Ledger
from service.watching.lease import Leases
from service.watching.presence import Presence
from tests.ledgers import PLACES, at, fresh, on_a_server
from tests.postgres_server import Postgres
from tests.test_ledger import BOX, a_receipt
from tests.watching import Clock

LASTS = 0.4


@dataclass
class House:
    """Two processes that may watch, with one ledger, and a way to let a lease run out."""

    ledger: Ledger
    leases: Leases
    presence: Callable[[str], Presence]
    pass_time: Callable[[], None]

    def take(self, who: str, number: int = 0) -> int:
        return self.leases.take(BOX, self.presence(who), number)


@pytest.fixture(params=PLACES)
def house(request: pytest.FixtureRequest) -> Iterator[House]:
    clock = Clock()

    def presence(who: str) -> Presence:
        return Presence(who, clock, lambda holder, expires: expires < clock())

    def pass_time() -> None:
        clock.now += timedelta(minutes=2)
        time.sleep(LASTS + 0.1 if request.param == "server" else 0)

    in_file = request.param == "file"
    made = Ledger.in_memory() if in_file else on_a_server(request.getfixturevalue("ledger_server"), LASTS)
    with closing(made):
        yield House(made, made.leases, presence, pass_time)


def test_one_watches_at_a_time(house: House) -> None:
    first = house.take("a:1")

    assert first > 0
    assert house.take("b:2") == 0
    assert house.take("a:1", first) == first


def test_mailboxes_are_watched_each_by_itself(house: House) -> None:
    house.take("a:1")

    assert house.leases.take("another", house.presence("b:2")) > 0


def test_a_lease_that_is_taken_anew_in_time_goes_on_for_ever(house: House) -> None:
    first = house.take("a:1")
    for _ in range(3):
        time.sleep(LASTS / 3)
        assert house.take("a:1", first) == first

    assert house.take("b:2") == 0


def test_who_was_not_heard_of_is_succeeded_and_has_lost_it(house: House) -> None:
    first = house.take("a:1")
    house.pass_time()
    second = house.take("b:2")

    assert second > first
    assert [house.leases.holds(BOX, number) for number in (first, second)] == [False, True]
    assert house.take("a:1", first) == 0


def test_who_was_late_and_not_succeeded_goes_on(house: House) -> None:
    first = house.take("a:1")
    house.pass_time()

    assert house.leases.holds(BOX, first)
    assert house.take("a:1", first) == first


def test_what_is_given_back_is_free_at_once(house: House) -> None:
    first = house.take("a:1")
    house.leases.release(BOX, first)
    second = house.take("b:2")
    house.leases.release(BOX, first)

    assert second > first
    assert house.leases.holds(BOX, second)


def test_it_is_told_who_watches_and_for_how_long(house: House) -> None:
    assert house.leases.of(BOX, house.presence("b:2")) is None
    house.take("a:1")
    told = house.leases.of(BOX, house.presence("b:2"))

    assert told is not None
    assert told.holder == "a:1"
    assert timedelta() < told.left <= house.leases.lasts
    house.pass_time()
    assert house.leases.of(BOX, house.presence("b:2")) is None


def test_of_many_who_want_it_one_gets_it(house: House) -> None:
    numbers: list[int] = []
    threads = [threading.Thread(target=lambda n=n: numbers.append(house.take(f"a:{n}"))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(bool, numbers)) == [False] * 7 + [True]


def test_a_transaction_of_who_lost_it_leaves_nothing(house: House) -> None:
    first = house.take("a:1")

    def guard() -> None:
        if not house.leases.holds(BOX, first):
            raise LeaseLost("Another one watches.")

    mine = house.ledger.fenced(guard)
    mine.keep([a_receipt("1")])
    house.pass_time()
    house.take("b:2")

    with pytest.raises(LeaseLost):
        mine.keep([a_receipt("2")])
    assert [told.identity for told in house.ledger.receipts()] == ["id-1"]


@pytest.mark.server
def test_nobody_takes_over_in_the_middle_of_a_transaction(ledger_server: Postgres) -> None:
    url = fresh(ledger_server)
    with closing(at(url, LASTS)) as here, closing(at(url, LASTS)) as there:
        first = here.leases.take(BOX, Presence("a:1"))
        taken: list[int] = []
        other = threading.Thread(target=lambda: taken.append(there.leases.take(BOX, Presence("b:2"))))
        with here.transaction():
            assert here.leases.holds(BOX, first)
            other.start()
            time.sleep(LASTS * 2)
            assert taken == []
            here.keep([a_receipt()])
        other.join()

        assert taken[0] > first
        assert [told.identity for told in there.receipts()] == ["id-1"]
