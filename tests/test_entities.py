"""Who a text names, and which names nobody bears."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import Customer, Document, Person
from indexer.entities import Directory, Entity, entities_of
from indexer.wording import keys, tokens
from tests.builders import a_card, a_note

DATA = Path(__file__).parents[2] / "shared" / "data"


def a_company(name: str, *domains: str, documents: tuple[str, ...] = ("d1",)) -> Entity:
    return Entity(name, "company", domains=domains, document_ids=documents)


def who(text: str, *names: str, domains: tuple[str, ...] = ()) -> list[str]:
    directory = Directory([a_company(name) for name in names])
    return [mention.name for mention in directory.find(text, domains)]


def strangers(text: str, *names: str) -> list[str]:
    return list(Directory([a_company(name) for name in names]).unknown(text))


@pytest.mark.parametrize(
    "text",
    [
        "Who is talking to Brückner Logistik?",
        "who is talking to brückner logistik at the moment",
        "Any contact at Brueckner Logistik?",
        "Any contact at Bruckner-Logistik?",
        "Wer betreut die Brückner Logistik GmbH & Co. KG?",
        "Has Brückner Logistik AG called?",
        "Who is talking to Brükner Logistik?",
        "Do we know anyone at Brückner Logistki?",
        "What about Brückner's warehouse project?",
    ],
)
def test_a_company_is_found_however_its_name_is_written(text: str) -> None:
    assert who(text, "Brückner Logistik GmbH", "Bruch & Sohn", "Logwin AG") == ["Brückner Logistik GmbH"]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("Who is talking to Deutsche Bank?", "Deutsche Telekom AG"),
        ("Do we know anyone at Equinor?", "Equinix, Inc."),
        ("Did Siemens Energy reply?", "Siemens AG"),
        ("Nordwind Capital wants a demo", "Nordwind Energy Systems"),
        ("Do we have a contact at Cloudflavor?", "Cloudflare"),
    ],
)
def test_a_part_of_another_name_is_not_a_company(text: str, known: str) -> None:
    assert who(text, known) == []
    assert strangers(text, known) != []


@pytest.mark.parametrize("name", ["SAP", "ABB", "Box"])
def test_a_short_name_must_be_exact_to_be_understood(name: str) -> None:
    slip = name[:-1] + "x" if name[-1] != "x" else name[:-1] + "p"
    mentions = Directory([a_company(name)]).find(f"Who is in touch with {slip}?")

    assert all(mention.sureness <= 0.65 for mention in mentions)


@pytest.mark.parametrize("name", ["Bluestone Harbour Crane", "Brückner Hafenkran", "Brueckner Hafenkran"])
def test_the_head_of_a_name_stands_for_it_in_any_spelling_if_nobody_else_bears_it(name: str) -> None:
    head = name.split()[0]

    assert who(f"Who is talking to {head}?", name, "Nordwind Energy") == [name]
    assert who("Who is talking to Bruckner?", "Brückner Hafenkran", "Brueckner Stahlbau") == []


def test_an_everyday_word_is_a_company_only_where_one_is_meant() -> None:
    assert who("Does anybody have contacts at Orange?", "Orange") == ["Orange"]
    assert who("who is talking to orange?", "Orange") == ["Orange"]
    assert who("We painted the card orange.", "Orange") == []
    assert who("The target is clear.", "Target") == []


def test_namesakes_are_kept_apart_and_told() -> None:
    documents = [
        a_note("Visit", "…", key="a", customers=(Customer("Phoenix", domains=("phoenix.de",)),)),
        a_note("Call", "…", key="b", customers=(Customer("Phoenix", domains=("phx-software.io",)),)),
    ]
    directory = Directory(entities_of(documents))

    (mention,) = directory.find("Has anybody spoken to Phoenix?")

    assert mention.others == ("Phoenix (phx-software.io)",)
    assert directory.documents_of(mention) == {d.id for d in documents}


def test_records_of_namesakes_with_domains_of_their_own_stay_apart() -> None:
    told = (("17", "altra.de"), ("42", "altra-invest.fr"))
    documents = [
        a_note(f"Visit {id_}", "…", key=id_, customers=(Customer("Altra Invest", id_, (domain,)),))
        for id_, domain in told
    ]
    documents += [
        a_note(f"Call {id_}", "…", key=f"call{id_}", customers=(Customer("Altra Invest", id_),)) for id_, _ in told
    ]

    companies = [entity for entity in entities_of(documents) if entity.kind == "company"]

    assert [(e.domains, len(e.document_ids)) for e in companies] == [(("altra.de",), 2), (("altra-invest.fr",), 2)]


def test_namesakes_come_in_the_same_order_in_every_process() -> None:
    domains = [f"phoenix-{n}.example" for n in range(12)]
    loose = a_note("Visit", "…", key="loose", customers=(Customer("Phoenix"),))
    documents = [a_note("Call", "…", key=d, customers=(Customer("Phoenix", domains=(d,)),)) for d in domains]

    assert [entity.domains for entity in entities_of([loose, *documents])] == [(domain,) for domain in domains]


def test_a_mail_domain_names_its_company_but_a_freemail_domain_names_nobody() -> None:
    directory = Directory([a_company("Contoso Ltd", "contoso.com"), a_company("Googol", "gmail.com")])

    assert [m.name for m in directory.find("As discussed", ("mail.contoso.com",))] == ["Contoso Ltd"]
    assert [m.name for m in directory.find("Please ask eva@contoso.com")] == ["Contoso Ltd"]
    assert directory.find("Please ask eva@gmail.com", ("gmail.com",)) == ()


def test_an_acronym_counts_in_capitals_only() -> None:
    assert who("What did IBM say?", "International Business Machines Corp") == ["International Business Machines Corp"]
    assert who("what did ibm-style say", "International Business Machines Corp") == []


def test_a_person_is_found_by_name_and_by_address() -> None:
    directory = Directory([Entity("Anna Schmidt", "person", emails=("anna.schmidt@contoso.com",))])

    assert [m.name for m in directory.find("Is Anna Schmidt on holiday?")] == ["Anna Schmidt"]
    assert [m.name for m in directory.find("Hat Frau Schmidt angerufen?")] == ["Anna Schmidt"]


def test_whom_a_mail_greets_is_not_whom_it_asks_about() -> None:
    directory = Directory([Entity("Anna Schmidt", "person")])

    assert directory.find("Hi Anna Schmidt,\nwho knows the buyer?") == ()
    assert directory.unknown("Dear Wilhelmina,\nwho knows the buyer?\n\nBest regards\nTheodora Quandt") == ()


@pytest.mark.parametrize(
    "text",
    [
        "Hi all, who is talking to Fabrikam at the moment?",
        "Anything new about Fabrikam?",
        "who is in touch with fabrikam?",
        "Wer spricht gerade mit Fabrikam?",
        "Qui est en contact avec Fabrikam ?",
        "Did Fabrikam sign on Monday?",
        "Quick question - who owns the Fabrikam account?",
    ],
)
def test_a_name_that_nobody_bears_is_told(text: str) -> None:
    assert [name.title() for name in strangers(text, "Contoso", "Brückner Logistik")] == ["Fabrikam"]


@pytest.mark.parametrize(
    "text",
    [
        "Let us meet on Friday in Berlin.",
        "Please send the contract to Legal. Thanks!",
        "Can you send me the GDPR document?",
        "Is anyone working on something like predictive maintenance for pumps?",
        "I'm sure We're done. However, Regarding the offer: Unfortunately not.",
        "Gibt es eine Referenz aus der Lebensmittelindustrie?",
        "Hat jemand Erfahrung mit Retrofit von Anlagen im Januar?",
        "Who is talking to customers in logistics?",
        "I have a call with them next week, could Andrea join?",
        "Avez-vous une référence dans le transport ?",
        "WHO IS IN CHARGE OF THE NEW OFFER TEMPLATE",
    ],
)
def test_what_is_no_name_is_not_told_as_one(text: str) -> None:
    assert strangers(text, "Contoso") == []


def test_a_word_of_the_documents_is_unknown_only_where_a_name_is_asked_for() -> None:
    directory = Directory([], vocabulary={"kubernetes"})

    assert directory.unknown("Is anyone working on Kubernetes?") == ()
    assert directory.unknown("Is anyone talking to Kubernetes?") == ("Kubernetes",)


def test_sources_that_share_a_domain_speak_of_one_company() -> None:
    documents = [
        a_note("A", "…", key="a", customers=(Customer("Akamai Technologies, Inc.", domains=("akamai.com",)),)),
        a_note("B", "…", key="b", customers=(Customer("Akamai", domains=("www.akamai.com",)),)),
        a_note("C", "…", key="c", people=(Person("Eva Lund", "contact", "eva@akamai.com"),)),
        a_card("Pilot with Akamai", key="d"),
    ]

    company = next(e for e in entities_of(documents) if e.kind == "company")

    assert set(company.document_ids) == {d.id for d in documents}


def test_a_domain_that_many_share_belongs_to_none() -> None:
    names = ["Acme", "Brightwater", "Contoso", "Dunder", "Ewing", "Fabrikam", "Globex", "Hooli"]
    documents = [a_note(n, "…", key=n, customers=(Customer(n, domains=("pages.example",)),)) for n in names]

    assert sorted(e.name for e in entities_of(documents)) == names


def test_a_contact_is_one_person_in_every_source() -> None:
    documents = [
        a_note("Call", "…", key="a", people=(Person("Müller, Anna", "contact", "anna@contoso.com"),)),
        a_note("Mail", "…", key="b", people=(Person("Anna Müller", "author"),)),
    ]

    (person,) = entities_of(documents)

    assert (person.name, set(person.document_ids)) == ("Anna Müller", {d.id for d in documents})


def test_ten_thousand_names_are_searched_in_no_time() -> None:
    heads = [
        a + b for a in ("Nor", "Brü", "Kel", "Sta", "Ver", "Ols", "Tri", "Mar", "Zen", "Qua") for b in "abcdefghij"
    ]
    names = [f"{head}{tail} {branch}" for head in heads for tail in ("son", "mann") for branch in map(str, range(50))]
    directory = Directory([a_company(name, documents=()) for name in names])
    text = "Hi all, who is talking to Norasn 7 or to Verdmann Pumps at the moment? Thanks!"

    start = time.perf_counter()
    for _ in range(20):
        directory.find(text)

    assert (time.perf_counter() - start) / 20 < 0.05


LONG = "Zwölftausend Ölzweige " * 400


def a_flooded_card(names: list[str]) -> Document:
    people = tuple(Person(name, "contact", f"{'x' * 9000}@{n}.example") for n, name in enumerate(names))
    return a_card(LONG * 100, people=people, customers=tuple(Customer(name, domains=(LONG,)) for name in names))


def test_what_is_a_page_long_is_no_name_and_costs_no_time() -> None:
    flooded = a_flooded_card([f"{LONG} {n}" for n in range(400)])
    start = time.process_time()

    told = entities_of([flooded, a_note("Call", "…", customers=(Customer("Brückner Logistik"),))])
    found = Directory(told).find(f"Who is talking to Brückner Logistik about {LONG}?")

    assert [mention.name for mention in found] == ["Brückner Logistik"]
    assert [entity.name for entity in told] == ["Brückner Logistik"]
    assert time.process_time() - start < 1


def test_ten_thousand_people_on_one_card_cost_no_time() -> None:
    card = a_card("Town hall", people=tuple(Person(f"Anna Müller-{n}", "contact", f"{n}@a.de") for n in range(10_000)))
    start = time.process_time()

    told = entities_of([card, a_note("Call", "…", people=(Person("Tom Weiß", "owner"),))])
    found = Directory(told).find("What does Tom Weiß say?")

    assert (len(told), [mention.name for mention in found]) == (1001, ["Tom Weiß"])
    assert time.process_time() - start < 2


@pytest.mark.parametrize("text", ["a." * 500_000, "Acme " * 200_000, "at the " * 100_000, "x@" * 300_000, LONG * 50])
def test_no_text_is_too_long_to_be_read_for_names(text: str) -> None:
    directory = Directory([a_company("Acme Rail", "acme.example"), a_company("Acme")])
    start = time.process_time()

    directory.find(text)
    directory.unknown(text)

    assert time.process_time() - start < 2


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    directory = Directory([a_company("Contoso Ltd", "contoso.com"), a_company("Brückner Logistik")])

    assert all(mention.name in ("Contoso Ltd", "Brückner Logistik") for mention in directory.find(text, (text,)))
    assert all(isinstance(name, str) and name for name in directory.unknown(text))


@given(st.sampled_from(["Brückner Logistik", "Nordwind Energy", "tru.ID", "4intelligence", "Car & Classic"]))
def test_whoever_is_known_is_never_unknown(name: str) -> None:
    text = f"Who is in touch with {name}?"

    assert who(text, "Brückner Logistik", "Nordwind Energy", "tru.ID", "4intelligence", "Car & Classic") == [name]
    assert strangers(text, name) == []


def test_real_organisations_are_found_in_any_spelling_and_strangers_are_not() -> None:
    folder = DATA / "qa" / "adopters"
    if not folder.is_dir():
        pytest.skip("the adopters set is not here")
    rows = [json.loads(line) for line in (folder / "documents.jsonl").read_text("utf-8").splitlines()]
    directory = Directory(entities_of(_as_note(row) for row in rows))
    asked = [json.loads(line) for line in (folder / "queries.jsonl").read_text("utf-8").splitlines()]

    right = [bool(_meant(directory, q["text"]) & set(q["relevant"])) for q in asked if q["relevant"]]
    wrong = [bool(_meant(directory, q["text"])) for q in asked if not q["relevant"]]

    assert sum(right) / len(right) >= 0.95
    assert sum(wrong) / len(wrong) <= 0.005


def _as_note(row: dict[str, str]) -> Document:
    host = row["url"].split("//")[-1].split("/")[0]
    return a_note(row["title"], row["body"], id=row["id"], customers=(Customer(row["org"], domains=(host,)),))


def _meant(directory: Directory, text: str) -> frozenset[str]:
    sure = [mention for mention in directory.find(text) if mention.sureness > 0.65]
    return frozenset(id_ for mention in sure for id_ in directory.documents_of(mention))


@pytest.mark.parametrize(
    ("written", "known", "letters"),
    [
        ("Fabrikam", "Fabricam GmbH", 1),
        ("Brugner Logistik", "Brückner Logistik GmbH", 2),
        ("Siemens Energy", "Siemens AG", 0),
    ],
)
def test_an_unknown_name_is_told_with_the_known_one_nearest_to_it(written: str, known: str, letters: int) -> None:
    directory = Directory([a_company(known), a_company("Nordwind Energy Systems"), a_company("Bosch")])

    assert [(n.written, n.name, n.letters) for n in directory.nearest(written)] == [(written, known, letters)]


@pytest.mark.parametrize("written", ["Contoso", "Deutsche Bank", "Xy", "", "…", "Equinor"])
def test_a_name_that_nothing_is_near_has_no_nearest(written: str) -> None:
    assert Directory([a_company("Deutsche Telekom AG"), a_company("Cloudflare")]).nearest(written) == ()


def test_names_that_are_equally_near_are_all_told() -> None:
    directory = Directory([a_company("Fabricam"), a_company("Fabritam")])

    assert [near.name for near in directory.nearest("Fabrikam")] == ["Fabricam", "Fabritam"]


@given(st.text(max_size=40))
def test_whatever_is_written_what_is_near_is_known(written: str) -> None:
    near = Directory([a_company("Brückner Logistik GmbH"), a_company("3M")]).nearest(written)

    assert {n.name for n in near} <= {"Brückner Logistik GmbH", "3M"}


WRITTEN = {"calloway", "brewing", "junction", "mutual", "pumps", "voice", "retrofit", "anlagen", "paid"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Whose customer is Calloway Brewing, actually?", ["Calloway Brewing"]),
        ("Haben wir bei Junction Mutual einen Ansprechpartner?", ["Junction Mutual"]),
        ("Who woudl be the best person to ask about Calloway Brewing?", ["Calloway Brewing"]),
        ("Hat jemand Erfahrung mit Retrofit von Anlagen?", []),
        ("Has anyone worked on pumps with Voice Junction?", []),
        ("Who has done voice retrofit?", []),
    ],
)
def test_a_name_of_known_words_is_new_where_nothing_else_is_asked_about(text: str, names: list[str]) -> None:
    assert list(Directory([a_company("Brückner Logistik")], vocabulary=WRITTEN).unknown(text)) == names


@given(st.text("aA sS'’.&-/,ü1\n", max_size=40))
def test_the_keys_of_words_are_those_of_its_tokens(text: str) -> None:
    assert keys(text) == [token.key for token in tokens(text)]
