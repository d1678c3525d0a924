"""Which records and mentions are one person: whatever their order, and never by a name or a shared mailbox alone."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.same_person import Bearing, is_of_role, person_key, persons, shared_addresses

NORDWIND, TALBOT = frozenset({1}), frozenset({2})


def a_record(number: int, name: str, *addresses: str, at: frozenset[int] = frozenset()) -> Bearing:
    return Bearing(name, addresses, frozenset(at), f"crm:a:contact:{number}")


def counted(*bearings: Bearing) -> int:
    return len(persons(bearings))


def test_an_address_that_two_records_share_makes_them_one() -> None:
    assert (
        counted(
            a_record(1, "Anna Müller", "anna@nordwind.example"), a_record(2, "A. Müller-Voß", "anna@nordwind.example")
        )
        == 1
    )


def test_records_are_tied_by_a_record_that_knows_the_addresses_of_both() -> None:
    work, home = a_record(1, "Anna Müller", "anna@nordwind.example"), a_record(2, "Anna Müller", "anna@gmx.de")

    assert counted(work, home) == 2
    assert counted(work, home, a_record(3, "Anna Müller", "anna@gmx.de", "anna@nordwind.example")) == 1


def test_a_full_name_at_one_company_is_one_person() -> None:
    assert counted(a_record(1, "Dr. Ute Krämer", at=NORDWIND), a_record(2, "Ute Kraemer", at=NORDWIND | TALBOT)) == 1


@pytest.mark.parametrize("name", ["Peter", "P. Müller", "Herr Müller"])
def test_half_a_name_at_one_company_proves_nothing(name: str) -> None:
    assert counted(a_record(1, name, at=NORDWIND), a_record(2, name, at=NORDWIND)) == 2


def test_a_name_alone_proves_nothing() -> None:
    peter = "Peter Müller"

    assert counted(a_record(1, peter, at=NORDWIND), a_record(2, peter, at=TALBOT), a_record(3, peter)) == 3


@pytest.mark.parametrize(
    "address", ["info@nordwind.example", "Sales.DACH@nordwind.example", "buero-nord@nordwind.example"]
)
def test_two_people_with_the_mailbox_of_a_department_stay_two(address: str) -> None:
    people = a_record(1, "Anna Müller", address), a_record(2, "Anna Weber", address)

    assert is_of_role(address)
    assert counted(*people) == 2


def test_a_chain_through_mailboxes_that_colleagues_share_makes_nobody_one() -> None:
    records = [
        a_record(1, "Anna Weber", "anna@nordwind.example", "nordpol@nordwind.example"),
        a_record(2, "Tom Okafor", "nordpol@nordwind.example", "tom@nordwind.example"),
        a_record(3, "Tom Okafor", "tom@nordwind.example"),
    ]

    assert sorted(map(len, persons(records))) == [1, 2]


@pytest.mark.parametrize("other", ["Bobby Smith", "Robert Smyth-Jones", "bob", "bsmith77", "Боб Смит", ""])
def test_another_spelling_with_the_same_address_is_the_same_person(other: str) -> None:
    assert counted(a_record(1, "Bob Smith Robert", "bob@talbot.example"), a_record(2, other, "bob@talbot.example")) == 1


def test_a_mention_goes_to_whom_it_may_mean_and_ties_nobody() -> None:
    one, other = a_record(1, "Peter Müller", at=NORDWIND), a_record(2, "Peter Müller", at=TALBOT)
    there, somewhere = Bearing("Peter Müller", (), frozenset(NORDWIND)), Bearing("Peter Müller")

    assert [set(p) for p in persons([somewhere, there, one, other])] == [{one, there, somewhere}, {other, somewhere}]


def test_of_whom_only_a_name_is_known_those_at_two_companies_stay_two() -> None:
    mentions = [Bearing("Peter Müller", (), frozenset(at)) for at in (NORDWIND, TALBOT)]

    assert persons(mentions) == [[mentions[0]], [mentions[1]]]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Müller", "Mueller"), ("Anna-Lena Groß", "anna lena gross"), ("Prof. Dr. Ute Weiß", "Ute Weiss")],
)
def test_spellings_of_a_name_share_a_key(one: str, other: str) -> None:
    assert person_key(one) == person_key(other)


NAMES = st.sampled_from(
    ["Anna Weber", "Weber Anna", "Dr. Anna Weber", "Tom Okafor", "Tom Weber", "Anna", "Ян Новак", "", "…"]
)
ADDRESSES = st.sampled_from(
    [f"{who}@{where}" for who in ("anna", "tom", "info", "x") for where in ("a.example", "gmx.de")]
)
BEARINGS = st.lists(
    st.builds(
        Bearing,
        NAMES,
        st.lists(ADDRESSES, max_size=2, unique=True).map(tuple),
        st.frozensets(st.integers(1, 3), max_size=2),
        st.sampled_from(["", *(f"crm:a:contact:{n}" for n in range(6))]),
    ),
    max_size=9,
)


def shape(people: Sequence[Sequence[Bearing]]) -> set[frozenset[Bearing]]:
    return {frozenset(person) for person in people}


@given(BEARINGS.flatmap(lambda told: st.tuples(st.just(told), st.permutations(told))))
def test_the_order_of_sources_does_not_matter(told: tuple[list[Bearing], list[Bearing]]) -> None:
    assert shape(persons(told[0])) == shape(persons(told[1]))


@given(BEARINGS)
def test_merging_twice_changes_nothing(told: list[Bearing]) -> None:
    once = persons(told)

    assert shape(persons([bearing for person in once for bearing in person])) == shape(once)
    assert {bearing for person in once for bearing in person} == set(told)


@given(BEARINGS)
def test_what_tells_somebody_is_in_one_person_alone(told: list[Bearing]) -> None:
    people, shared = persons(told), shared_addresses(told)
    known = [bearing for person in people for bearing in person if bearing.is_known]
    own = [a for person in people for a in {a for b in person for a in b.addresses} - shared]

    assert len(known) == len(set(known))
    assert len(own) == len(set(own))


@given(BEARINGS, st.integers(0, 8))
def test_a_record_that_leaves_makes_nobody_one(told: list[Bearing], number: int) -> None:
    fewer = [bearing for n, bearing in enumerate(told) if n != number]
    shared = shared_addresses(told)
    if shared_addresses(fewer) != shared:
        return
    before = shape([[b for b in person if b.is_known] for person in persons(told)])

    for person in persons(fewer):
        assert any({b for b in person if b.is_known} <= earlier for earlier in before)
