"""The API does what its own schema says, whatever is sent; ten thousand requests: scripts/fuzz --api 10000."""

from scripts.fuzzing_api import asked

REQUESTS = 300


def test_no_request_that_the_schema_allows_or_forbids_is_answered_otherwise_than_it_says() -> None:
    told = asked(REQUESTS, always_alike=True)

    assert told.surprises == {}
    assert told.requests.total() >= REQUESTS
    assert {200, 422} <= set(told.statuses)
    assert not any(status >= 500 for status in told.statuses)
