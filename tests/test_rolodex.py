"""People of several sources on one card: every value with its source, conflicts shown, nothing out of sight."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import PRIVATE, Customer, Document, Person
from indexer.entities import Directory, Entity, entities_of
from indexer.rolodex import FactKind, PersonCard, person_card
from tests.builders import NOW, a_card
from tests.pages import Page, a_client, knowing

NORDWIND = Customer("Nordwind Energy AG", "7", ("nordwind.example",))
TALBOT = Customer("Talbot Rail Ltd", "8", ("talbot.example",))
ANNA, LÉA = Person("Anna Weber", "owner", "anna@ours.example"), Person("Léa Martin", "owner", "lea@ours.example")


def a_contact(source: str, name: str, *addresses: str, days: int = 0, **more: Any) -> Document:
    """The record that a source keeps of somebody, changed that many days ago."""
    key = more.pop("key", "".join(c for c in name if c.isalnum()))
    owners = more.pop("owners", ())
    facts: dict[str, Any] = {
        "kind": "contact",
        "id": f"{source}:contact:{key}",
        "url": f"https://{source.partition(':')[0]}.example/{key}" if source != "vcard:phone" else "",
        "people": (*(Person(name, "self", a) for a in addresses or (None,)), *owners),
        "updated_at": NOW - timedelta(days=days),
        "parent": "",
        "lane": "",
    }
    return a_card(name, **(facts | more))


def records_of_ute() -> list[Document]:
    """What three sources tell of Dr. Ute Krämer, who changed her post and her company."""
    hubspot, salesforce, phone = "hubspot:main", "salesforce:main", "vcard:phone"
    work, new = "ute.kraemer@nordwind.example", "u.kraemer@talbot.example"
    buyer = (("Job title", "Head of Procurement"), ("Phone", "+49 40 555 0100; +49 171 555 0199"))
    seller = (("Job title", "Chief Purchasing Officer"), ("Department", "Rolling stock"))
    private = (("Job title", "Einkaufsleiterin"), ("Phone", "0049 171 5550199"), ("Address", "Deichstraße 7, Hamburg"))
    return [
        a_contact(hubspot, "Ute Krämer", work, days=400, customers=(NORDWIND,), fields=buyer, owners=(ANNA,)),
        a_contact(salesforce, "Dr. Ute Kraemer", new, work, days=20, customers=(TALBOT,), fields=seller, owners=(LÉA,)),
        a_contact(phone, "Ute Krämer", new, "ute@gmx.de", days=90, fields=private),
    ]


def people(documents: Sequence[Document]) -> list[Entity]:
    return [entity for entity in entities_of(documents) if entity.kind == "person"]


def card_of(documents: Sequence[Document], name: str = "Ute Krämer") -> PersonCard:
    entity = next(e for e in people(documents) if name in (e.name, *e.aliases))
    return person_card([d for d in documents if d.id in entity.document_ids], entity)


def values(card: PersonCard, kind: FactKind) -> list[str]:
    return [told.value for entry in card.entries if entry.kind == kind for told in entry.values]


def disputed(card: PersonCard) -> list[FactKind]:
    return [entry.kind for entry in card.entries if entry.disputed]


def test_a_person_of_three_sources_is_one_with_all_their_addresses() -> None:
    documents = records_of_ute()

    (ute,) = [e for e in people(documents) if e.records]

    assert set(ute.emails) == {"u.kraemer@talbot.example", "ute.kraemer@nordwind.example", "ute@gmx.de"}
    assert set(ute.document_ids[: ute.records]) == {d.id for d in documents}


def test_what_the_sources_say_differently_is_all_there_the_newest_first() -> None:
    card = card_of(records_of_ute())

    assert values(card, "name") == ["Dr. Ute Kraemer", "Ute Krämer"]
    assert values(card, "job") == ["Chief Purchasing Officer", "Einkaufsleiterin", "Head of Procurement"]
    assert values(card, "company") == ["Talbot Rail Ltd", "Nordwind Energy AG"]
    assert values(card, "owner") == ["Léa Martin", "Anna Weber"]
    assert disputed(card) == ["name", "job", "company", "owner"]


def test_what_two_sources_write_otherwise_but_mean_alike_is_told_once() -> None:
    card = card_of(records_of_ute())
    (phones,) = (entry for entry in card.entries if entry.kind == "phone")

    assert [told.value for told in phones.values] == ["0049 171 5550199", "+49 40 555 0100"]
    assert [fact.document.source for fact in phones.values[0].facts] == ["vcard:phone", "hubspot:main"]


def test_a_second_number_or_address_is_no_contradiction() -> None:
    assert (
        disputed(card_of([a_contact("vcard:a", "Ute Krämer", "a@gmx.de", "b@gmx.de", customers=(NORDWIND, TALBOT))]))
        == []
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [("Fax", "+49 40 555 0101"), ("Last phone call", "2024-05-01"), ("Phone", "none"), ("Role in deal", "Champion")],
)
def test_what_is_no_number_and_no_post_is_no_fact(field: str, value: str) -> None:
    card = card_of([a_contact("crm:a", "Ute Krämer", fields=((field, value),))])

    assert [entry.kind for entry in card.entries] == ["name"]


def test_a_board_that_names_somebody_with_their_address_tells_it() -> None:
    task = a_card("Visit", people=(Person("ukraemer", "assignee", "U.Kraemer@talbot.example"),))
    card = card_of([*records_of_ute(), task])

    facts = next(e for e in card.entries if e.kind == "email").values[0].facts
    assert facts[0].document == task
    assert "ukraemer" not in values(card, "name")


def test_namesakes_at_two_companies_stay_two_and_each_has_a_name_of_its_own() -> None:
    told = [
        a_contact("hubspot:main", "Peter Müller", key="1", customers=(NORDWIND,)),
        a_contact("vcard:phone", "Peter Müller", key="2", customers=(Customer("Nordwind Energy"),)),
        a_contact("hubspot:main", "Peter Müller", key="3", customers=(TALBOT,)),
    ]

    assert {e.name: e.records for e in people(told)} == {
        "Peter Müller (Nordwind Energy)": 2,
        "Peter Müller (Talbot Rail Ltd)": 1,
    }


def test_of_two_companies_with_one_name_nobody_is_made_one() -> None:
    firms = [Customer("Phoenix", "1", ("phoenix.example",)), Customer("Phoenix", "2", ("phx-software.example",))]
    told = [
        a_contact("hubspot:main", "Peter Müller", key=f.id, customers=(f,)) for f in (*firms, Customer("Phoenix", "3"))
    ]

    assert len(people(told)) == 3


def test_two_who_share_the_mailbox_of_sales_stay_two_and_it_belongs_to_neither() -> None:
    told = [
        a_contact("hubspot:main", "Anna Groß", "sales@talbot.example", "anna@talbot.example"),
        a_contact("hubspot:main", "Tom Weiß", "sales@talbot.example"),
    ]

    assert {e.name: e.emails for e in people(told)} == {"Anna Groß": ("anna@talbot.example",), "Tom Weiß": ()}
    shared = {
        told.value: told.shared for e in card_of(told, "Anna Groß").entries if e.kind == "email" for told in e.values
    }
    assert shared == {"sales@talbot.example": True, "anna@talbot.example": False}


def test_a_colleague_of_the_same_name_who_owns_a_record_is_not_the_person_of_it() -> None:
    told = [
        a_contact("hubspot:main", "Peter Müller", "p@nordwind.example", fields=(("Job title", "Buyer"),), key="1"),
        a_contact("hubspot:main", "Jana Köhler", "j@talbot.example", fields=(("Job title", "CEO"),),
                  owners=(Person("Peter Müller", "owner"),)),
    ]  # fmt: skip

    assert values(card_of(told, "Peter Müller"), "job") == ["Buyer"]


def test_whoever_is_asked_about_is_found_once_however_the_name_is_written() -> None:
    directory = Directory(entities_of(records_of_ute()))

    for asked in ("Who knows Ute Krämer?", "Who is talking to Dr. Ute Kraemer?"):
        assert [(m.name, m.others) for m in directory.find(asked)] == [("Ute Krämer", ())]


def test_what_only_a_private_record_ties_together_are_two_for_others(tmp_path: Path) -> None:
    work = a_contact("hubspot:main", "Ute Krämer", "ute@nordwind.example")
    other = a_contact("vcard:book", "Ute Krämer", "u.kraemer@talbot.example")
    tie = a_contact(
        "vcard:mine", "Ute Krämer", "ute@nordwind.example", "u.kraemer@talbot.example",
        visibility=PRIVATE, fields=(("Phone", "+49 171 555 0199"),),
    )  # fmt: skip
    known = knowing(tmp_path, [work, other, tie])
    shown = Page(a_client(known).get("/people/Ute Krämer (ute@nordwind.example)").text).text
    known.close()

    assert len(people([work, other, tie])) == 1
    assert "talbot.example" in shown.partition("not to be confused with")[2].partition("Who of us")[0]
    assert "555 0199" not in shown
    assert "vcard:mine" not in shown


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    known = knowing(tmp_path_factory.mktemp("index"), records_of_ute())
    yield Page(a_client(known).get("/people/Ute Krämer").text)
    known.close()


def test_the_page_shows_every_value_with_its_source_and_says_what_differs(page: Page) -> None:
    assert "The records differ in name, job title, company and owner." in page.text
    assert "Chief Purchasing Officer Salesforce · main, 2 weeks ago" in " ".join(page.text.split())
    assert "/documents/salesforce:main:contact:DrUteKraemer" in page.links
    assert "mailto:ute@gmx.de" in page.links
    assert page.alarms == []


def test_the_page_leads_to_each_record_where_it_stands(page: Page) -> None:
    own_page = "/documents/vcard:phone:contact:UteKrämer"

    assert {"https://hubspot.example/UteKrämer", "https://salesforce.example/DrUteKraemer"} <= set(page.links)
    assert any(link in (own_page, own_page.replace("ä", "%C3%A4")) for link in page.links)


def test_under_a_name_that_several_bear_the_page_leads_to_the_others_and_only_then(tmp_path: Path) -> None:
    told = [
        a_contact("hubspot:main", "Peter Müller", "peter@nordwind.example"),
        a_contact("hubspot:new", "Peter Müller", "peter.mueller@talbot.example"),
        a_contact("hubspot:main", "Peter Okonkwo", "okonkwo@talbot.example"),
        *(
            a_card("Visit", key=a, people=(Person("Peter", "contact", a),))
            for a in ("peter@nordwind.example", "okonkwo@talbot.example")
        ),
    ]
    browser = a_client(knowing(tmp_path, told))
    full, okonkwo, short = (browser.get(f"/people/{name}").text for name in ("Peter Müller", "Peter Okonkwo", "Peter"))

    assert "not to be confused with" in full
    assert "Okonkwo" not in full
    assert "not to be confused with" not in okonkwo
    assert "not to be confused with" in short


NAMES = st.sampled_from(["Anna Weber", "Weber, Anna", "Tom Okafor", "Tom Weber", "Anna", "sales@talbot.example"])
ADDRESSES = st.sampled_from(
    [f"{who}@{where}" for who in ("anna", "tom", "sales") for where in ("talbot.example", "gmx.de")]
)
RECORD = st.builds(
    lambda source, name, addresses, customers, days: a_contact(
        source, name, *addresses, customers=tuple(customers), days=days, fields=(("Job title", f"Nr. {days}"),)
    ),
    st.sampled_from(["hubspot:main", "salesforce:main", "vcard:phone", "pipedrive:main"]),
    NAMES,
    st.lists(ADDRESSES, max_size=2, unique=True),
    st.lists(st.sampled_from([NORDWIND, TALBOT, Customer("Nordwind Energy")]), max_size=1),
    st.integers(0, 500),
)
MENTION = st.builds(
    lambda name, address, days: a_card(f"Visit {days}", people=(Person(name, "contact", address),)),
    NAMES,
    st.none() | ADDRESSES,
    st.integers(0, 500),
)
SHELF = st.lists(RECORD | MENTION, max_size=7, unique_by=lambda document: document.id)


def known_of(documents: Sequence[Document]) -> set[object]:
    """Everything about everybody that must not depend on the order of the documents."""
    return {
        (e.name, e.aliases, e.emails, frozenset(e.document_ids), person_card(documents, e)) for e in people(documents)
    }


@given(SHELF.flatmap(lambda shelf: st.tuples(st.just(shelf), st.permutations(shelf))))
def test_the_order_of_sources_changes_nothing(shelves: tuple[list[Document], list[Document]]) -> None:
    assert known_of(shelves[0]) == known_of(shelves[1])


@given(SHELF)
def test_no_address_belongs_to_two_and_no_record_is_of_two(shelf: list[Document]) -> None:
    found = people(shelf)
    addresses = [address for e in found for address in e.emails]
    records = [id_ for e in found for id_ in e.document_ids[: e.records]]

    assert len(addresses) == len(set(addresses))
    assert len(records) == len(set(records))
    assert len({e.name for e in found}) == len(found)


@given(SHELF, st.integers(0, 6))
def test_a_record_that_leaves_takes_its_facts_along(shelf: list[Document], number: int) -> None:
    fewer = [document for n, document in enumerate(shelf) if n != number]
    told = {
        fact.document.id
        for e in people(fewer)
        for en in person_card(fewer, e).entries
        for t in en.values
        for fact in t.facts
    }

    assert told <= {document.id for document in fewer}


@given(SHELF)
def test_every_record_of_somebody_is_on_a_card_and_every_fact_is_in_its_document(shelf: list[Document]) -> None:
    cards = [person_card(shelf, e) for e in people(shelf)]

    named = {d.id for d in shelf if d.kind == "contact" and "@" not in d.title}
    assert named <= {record.id for card in cards for record in card.records}
    assert all(f.document in shelf for c in cards for e in c.entries for t in e.values for f in t.facts)
