"""What the command line says of an answer."""

from datetime import timedelta

from indexer.asking import Answer, Near, Question
from indexer.documents import Customer, Person
from indexer.entities import Entity
from indexer.touches import People, people
from service.printing import answer_text
from tests.builders import NOW, a_hit, a_note

QUESTION = Question("Who is talking to Brückner?")
ABOUT = Entity("Brückner Logistik", "company")
CALL = a_note(
    "Call with Mr Aydın",
    "He decides in May.",
    key="call",
    people=(Person("Ana Souza", "author"),),
    customers=(Customer("Brückner Logistik"),),
    updated_at=NOW - timedelta(days=3),
)


def test_who_is_in_touch_is_told_before_the_hits() -> None:
    told = answer_text(Answer(QUESTION, (a_hit(CALL),), 0.9, people=people([CALL], ABOUT, NOW), total=1))

    assert told.startswith(
        "In touch with Brückner Logistik:\n"
        "   Ana Souza (author): call 2026-02-27, Call with Mr Aydın\n"
        "   https://crm.example.com/note/call\n"
        "1 found."
    )


def test_that_nobody_is_on_record_is_told() -> None:
    told = answer_text(Answer(QUESTION, people=People("Brückner Logistik", "company")))

    assert told.startswith("Nobody of us is on record for Brückner Logistik.\n")


def test_a_name_nobody_bears_is_told_with_the_nearest() -> None:
    near = (Near("Fabrikam", "Fabricam", "company", 1), Near("Fabrikam", "Fabritam", "company", 1))
    told = answer_text(Answer(QUESTION, unknown=("Fabrikam", "Contoso"), nearest=near))

    assert "“Fabrikam”. Did you mean Fabricam or Fabritam (1 letter)?\n" in told
    assert "“Contoso”.\n" in told
