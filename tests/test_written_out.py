"""Names that stand on cards only."""

from dataclasses import replace

from indexer.documents import Customer
from indexer.names import DOUBTFUL
from indexer.written_out import IN_LONGER_NAME, IN_TITLE, written_out
from tests.builders import a_card


def test_a_name_in_a_title_is_known_although_no_record_bears_it() -> None:
    card = a_card("Pilot with Brückner Logistik")

    (mention,) = written_out(["Brueckner Logistik GmbH", "Brückner Logistik GmbH"], [card]).values()

    assert (mention.name, mention.sureness) == ("Brückner Logistik GmbH", IN_TITLE)


def test_a_name_in_the_text_alone_is_a_guess() -> None:
    card = a_card("Pilot", "Ms Öztürk came over from Fabricam.")

    assert written_out(["Fabricam"], [card])[card.id].sureness == DOUBTFUL


def test_only_the_whole_name_counts() -> None:
    cards = [a_card("Deutsche Telekom"), a_card("Fabricamera"), a_card("Brückner")]

    assert written_out(["Deutsche Bank", "Fabricam", "Brückner Logistik", "", "GmbH"], cards) == {}


def test_a_name_inside_the_longer_name_of_a_customer_is_less_sure() -> None:
    card = replace(a_card("Pilot with Grupo Boticário"), customers=(Customer("Grupo Boticário S.A."),))
    both = replace(card, title="Grupo Boticário and Boticario compared")

    assert written_out(["Boticario"], [card])[card.id].sureness == IN_LONGER_NAME
    assert written_out(["Boticario"], [both])[both.id].sureness == IN_TITLE
