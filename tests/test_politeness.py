"""How fast a service is called: never above four fifths of any limit, whatever it says and whoever else calls."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.sources.politeness import Pace, Rate, Told, Window, backoff, retry_after, told
from tests.recorded import recorded

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RATES = st.builds(Rate, calls=st.integers(1, 60), seconds=st.sampled_from([0.5, 1.0, 2.0, 10.0, 900.0]))
GAPS = st.lists(st.sampled_from([0.0, 0.0, 0.0, 0.01, 0.3, 1.0, 7.0]), max_size=120)
TRELLO = {
    "x-rate-limit-api-key-max": "300",
    "x-rate-limit-api-key-remaining": "299",
    "x-rate-limit-api-key-interval-ms": "10000",
    "x-rate-limit-api-token-max": "100",
    "x-rate-limit-api-token-remaining": "97",
    "x-rate-limit-api-token-interval-ms": "10000",
}


def called(pace: Pace, gaps: Sequence[float], path: str = "/1/boards") -> list[float]:
    """When calls were made that were wanted with these gaps, on a clock that only waiting moves."""
    now, made = 1000.0, []
    for gap in gaps:
        now += gap
        while wait := pace.wait(now, path):
            now += wait
        pace.spend(now, path)
        made.append(now)
    return made


def fullest(made: Sequence[float], seconds: float) -> int:
    """Most calls in any stretch of so many seconds."""
    return max((sum(at <= other < at + seconds for other in made) for at in made), default=0)


@given(st.lists(RATES, min_size=1, max_size=3), GAPS)
def test_never_more_than_four_fifths_of_any_limit_are_called(rates: list[Rate], gaps: list[float]) -> None:
    made = called(Pace(rates), gaps)

    for rate in rates:
        assert fullest(made, rate.seconds) <= max(1, 0.8 * rate.calls)


@given(st.integers(4096, 40_000), GAPS)
def test_very_high_limits_are_kept_to_with_little_memory(calls: int, gaps: list[float]) -> None:
    window = Window(Rate(calls, 100.0))
    for _ in range(calls * 4 // 5):
        assert window.wait(5.0) == 0
        window.spend(5.0)

    assert window.wait(5.0) > 99.9
    assert len(window._own) <= 4096


@given(RATES, st.lists(st.tuples(st.sampled_from([0.0, 0.1, 3.0]), st.integers(0, 60)), max_size=60))
def test_what_the_service_says_never_makes_it_faster_than_its_own_limit(
    rate: Rate, said: list[tuple[float, int]]
) -> None:
    pace, now, made = Pace([rate]), 1000.0, []
    for gap, others in said:
        now += gap
        while wait := pace.wait(now, "/"):
            now += wait
        pace.spend(now, "/")
        made.append(now)
        pace.hear([Told("api-token", rate.calls, max(0, rate.calls - others), rate.seconds)], now)

    assert fullest(made, rate.seconds) <= max(1, 0.8 * rate.calls)


@given(RATES, GAPS)
def test_nobody_waits_longer_than_the_limit_is_long(rate: Rate, gaps: list[float]) -> None:
    pace = Pace([rate])
    made = called(pace, gaps)

    assert pace.wait(made[-1] if made else 0.0, "/1/boards") <= rate.seconds + 0.01


def test_calls_of_others_with_the_same_token_count() -> None:
    pace = Pace([Rate(100, 10)])
    pace.spend(0.0, "/1/boards")
    pace.hear([Told("api-token", 100, 21, 10)], 0.1)
    assert pace.wait(0.1, "/1/boards") == 0
    pace.spend(0.1, "/1/boards")

    pace.hear([Told("api-token", 100, 20, 10)], 0.2)

    assert 9.8 < pace.wait(0.2, "/1/boards") <= 10.01


def test_calls_of_others_are_forgotten_when_the_service_says_so() -> None:
    pace = Pace([Rate(100, 10)])
    pace.hear([Told("api-token", 100, 0, 10)], 0.0)
    assert pace.wait(0.0, "/1/boards") > 9

    pace.hear([Told("api-token", 100, 99, 10)], 1.0)

    assert pace.wait(1.0, "/1/boards") == 0


def test_a_used_up_day_is_looked_at_again_before_it_is_over() -> None:
    pace = Pace([])
    pace.hear(told({"sforce-limit-info": "api-usage=15000/15000"}), 0.0)

    assert 800 < pace.wait(0.0, "/services/data") < 1000


def test_the_limits_that_a_service_names_take_the_place_of_the_documented() -> None:
    pace = Pace([Rate(100, 10), Rate(5, 1, within="/search")])

    pace.hear([Told("x-hubspot-ratelimit", 190, 189, 10)], 0.0)

    made = called(pace, [0.0] * 152)
    assert made[-1] - made[0] < 1
    assert pace.wait(made[-1], "/crm/objects/notes") > 9


def test_a_limit_of_some_paths_leaves_the_others_alone() -> None:
    pace = Pace([Rate(5, 1, within="/search")])
    for _ in range(4):
        pace.spend(0.0, "/crm/objects/notes/search")

    assert pace.wait(0.0, "/crm/objects/notes/search") > 0.9
    assert pace.wait(0.0, "/crm/objects/notes") == 0


def test_whoever_holds_makes_all_wait_and_nobody_makes_it_shorter() -> None:
    pace = Pace([])

    pace.hold(30.0)
    pace.hold(10.0)

    assert pace.wait(5.0, "/any") == 25.0


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        (
            TRELLO,
            (
                Told("x-rate-limit-api-key", 300, 299, 10.0),
                Told("x-rate-limit-api-token", 100, 97, 10.0),
            ),
        ),
        (
            {
                "x-hubspot-ratelimit-max": "190",
                "x-hubspot-ratelimit-remaining": "180",
                "x-hubspot-ratelimit-interval-milliseconds": "10000",
                "x-hubspot-ratelimit-daily": "650000",
                "x-hubspot-ratelimit-daily-remaining": "649000",
            },
            (
                Told("x-hubspot-ratelimit", 190, 180, 10.0),
                Told("x-hubspot-ratelimit-daily", 650_000, 649_000, 86_400.0),
            ),
        ),
        (
            {"x-ratelimit-limit": "80", "x-ratelimit-remaining": "79", "x-ratelimit-reset": "2"},
            (Told("x-ratelimit", 80, 79, None, 2.0),),
        ),
        (
            {"sforce-limit-info": "api-usage=18/5000; per-app-api-usage=17/250(appName=signpost)"},
            (Told("api-usage", 5000, 4982, 86_400.0),),
        ),
        ({"x-ratelimit-limit": "many", "x-rate-limit-api-key-max": "-3", "sforce-limit-info": "api-usage=1/0"}, ()),
        ({"x-rate-limit-api-key-max": "300", "x-rate-limit-api-key-remaining": "9"}, ()),
        ({}, ()),
    ],
    ids=["trello", "hubspot", "pipedrive", "salesforce", "nonsense", "half", "none"],
)
def test_the_headers_of_each_service_are_understood(headers: dict[str, str], says: tuple[Told, ...]) -> None:
    assert told(headers) == says


def test_every_recorded_reply_of_trello_leaves_calls_to_make() -> None:
    for exchange in recorded("ruby-trello"):
        found = told({name.lower(): value for name, value in exchange.answered.headers.items()})
        pace = Pace([Rate(100, 10)])
        pace.hear(found, 0.0)

        assert {each.calls for each in found if each.is_of_calls} <= {100, 200, 300, 375}
        assert pace.remaining is not None
        assert pace.wait(0.0, "/1/boards") == 0


def test_a_limit_of_time_in_the_database_is_none_of_calls() -> None:
    name = "x-rate-limit-db-query-time"
    pace = Pace([])
    pace.hear(told({f"{name}-max": "7200000", f"{name}-remaining": "1000", f"{name}-interval-ms": "600000"}), 0.0)

    assert pace.remaining is None
    assert pace.wait(0.0, "/1/boards") == 60


def test_a_service_that_resets_soon_is_left_alone_until_then() -> None:
    pace = Pace([])
    pace.hear(told({"x-ratelimit-limit": "80", "x-ratelimit-remaining": "16", "x-ratelimit-reset": "2"}), 0.0)

    assert pace.wait(0.0, "/v1/notes") == 2.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "Mon, 02 Mar 2026 09:00:30 GMT"}, 30.0),
        ({"retry-after": "Mon, 02 Mar 2026 08:00:30 GMT", "date": "Mon, 02 Mar 2026 08:00:00 GMT"}, 30.0),
        ({"retry-after": "Mon, 02 Mar 2026 08:00:00 GMT"}, 0.0),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Mon, 99 Foo 2026 99:99:99 GMT"}, None),
        ({}, None),
    ],
)
def test_a_service_says_for_how_long_it_wants_to_be_left_alone(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds


@given(st.integers(1, 1000), st.integers())
def test_backing_off_takes_a_second_to_a_minute(tried: int, seed: int) -> None:
    seconds = backoff(tried, random.Random(seed))

    assert 1 <= seconds <= min(60, 2 ** min(tried, 6))


@given(st.dictionaries(st.sampled_from([*TRELLO, "retry-after", "sforce-limit-info"]), st.text(max_size=20)))
def test_no_header_stops_the_work(headers: dict[str, str]) -> None:
    pace = Pace([Rate(100, 10)])
    pace.hear(told(headers), 0.0)

    assert pace.wait(0.0, "/1/boards") <= 900
    assert retry_after(headers, NOW) is None or "retry-after" in headers
