"""What to call somebody, going by the name in the From header."""

import pytest

from service.replies.names import first_name


@pytest.mark.parametrize(
    ("display", "called"),
    [
        ("Jana Köhler", "Jana"),
        ("Köhler, Jana", "Jana"),
        ("Köhler, Dr. Jana (Sales)", "Jana"),
        ("Prof. Dr. Jana Köhler", "Jana"),
        ("'Jana Köhler'", "Jana"),
        ("Jana Köhler | Firma GmbH", "Jana"),
        ("Jana Köhler - Vertrieb", "Jana"),
        ("Dipl.-Ing. Jana Köhler", "Jana"),
        ("Jean-Luc O'Neill", "Jean-Luc"),
        ("JANA KÖHLER", "Jana"),
        ("jana", "Jana"),
        ("J. Köhler", ""),
        ("J.-P. Köhler", ""),
        ("McKenna Doyle", "McKenna"),
        ("Ольга Иванова", "Ольга"),
        ("田中 太郎", "田中 太郎"),
        ("Sales Team", ""),
        ("Firma, Vertrieb", ""),
        ("IT-Support", ""),
        ("jana.koehler@firma.example", ""),
        ("Jana2000", ""),
        ("", ""),
        ("J", ""),
        ("x" * 90, ""),
        ("\u202eJana\r\nBcc: x", "Jana"),
    ],
)
def test_somebody_is_called_by_the_first_name_where_there_is_one(display: str, called: str) -> None:
    assert first_name(display) == called
