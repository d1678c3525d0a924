"""The newest mails of a folder are found from its end on, however large it is and whatever its numbers are."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from service.mailbox.gathering import newest
from service.mailbox.line import Opened


class Uids:
    """A folder with these mails, as far as their numbers go; keeps how many it told at once."""

    def __init__(self, uids: list[int]) -> None:
        self.there = sorted(uids)
        self.most = 0

    def uids(self, first: int = 1, since: date | None = None, last: int | None = None) -> list[int]:
        told = [uid for uid in self.there if uid >= first]
        self.most = max(self.most, len(told))
        return told


@given(st.sets(st.integers(1, 3000)), st.integers(1, 5000), st.integers(1, 20))
def test_they_are_the_last_ones_whatever_uidnext_says(there: set[int], uidnext: int, most: int) -> None:
    line = Uids(list(there))

    assert newest(line, Opened("Sent", 7, uidnext), most) == sorted(there)[-most:]  # type: ignore[arg-type]


def test_of_a_large_folder_no_more_is_asked_than_needed() -> None:
    line = Uids(list(range(1, 400_000)))

    assert len(newest(line, Opened("Trash", 7, 400_000), 2000)) == 2000  # type: ignore[arg-type]
    assert line.most <= 8000
