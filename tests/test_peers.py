"""Figures of other libraries stand in our table as measured, and are counted as ours are."""

from scripts.benchmarks.mail import fields_of
from scripts.benchmarks.table import Line, printed
from scripts.peers import beside, best


def test_the_best_of_the_others_is_named() -> None:
    assert best({"talon": 60.7, "quotequail": 52.4}) == (60.7, "talon")
    assert best({"policy.default": 12, "mail-parser": 7}, least=True) == (7, "mail-parser")


def test_a_measured_figure_takes_the_place_of_a_recorded_one() -> None:
    lines = [Line("own words: exact of 84", 97.6, "%", 62.8, "talon", True), Line("parse: slow", 0, "", 1, "x", True)]

    exact, slow = beside(iter(lines), {"own words: exact": (60.7, "talon")})

    assert (exact.other, exact.recorded, slow.recorded) == (60.7, False, True)
    assert "60.7 talon" in printed([exact])
    assert "recorded elsewhere" not in printed([exact])


def test_all_fields_of_a_mail_are_wrong_where_a_library_raised() -> None:
    expected = {"subject": "Rückfrage", "from_email": "jo@firma.example", "from_name": None, "text": "Wer?"}
    found = {"subject": " Rückfrage", "from_email": "jo@firma.example", "from_name": "", "text": "Was?"}

    assert fields_of([expected, expected], [found, {}]) == [True, True, False, False, False, False]
