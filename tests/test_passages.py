"""How documents are cut: no word lost, none broken, everything findable."""

import re

from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import Customer, Document, Person, Section
from indexer.passages import CRUMB, TARGET, passages, pieces
from tests.builders import a_card, a_note

TEXTS = st.lists(st.sampled_from(["Rollout", "in", "Gdańsk.", "\n\n", "„Prüfung“", "ja!", "R&D", " ", "z. B.", "東京"]))
PROSE = TEXTS.map(" ".join)


def lorem(words: int) -> str:
    return " ".join(f"Wort{n}." if n % 12 == 11 else f"Wort{n}" for n in range(words))


@given(st.one_of(st.text(), PROSE), st.integers(1, 40))
def test_cutting_loses_no_word_and_breaks_none(text: str, target: int) -> None:
    kept = [word for piece in pieces(text, target) for word in re.findall(r"\S", piece)]

    assert kept == re.findall(r"\S", text)
    for piece in pieces(text, target):
        assert re.search(rf"(?<![^\s\u3040-\u9fff]){re.escape(piece)}", text) or piece[:1] > "\u3040"


@given(PROSE, st.integers(1, 40))
def test_every_piece_is_verbatim(text: str, target: int) -> None:
    assert all(piece in text and piece == piece.strip() for piece in pieces(text, target))


@given(st.one_of(st.text(max_size=400), PROSE))
def test_no_piece_outgrows_the_target_by_more_than_a_crumb(text: str) -> None:
    assert all(len(piece.split()) < TARGET + CRUMB for piece in pieces(text))


@given(st.text(), st.text(), st.text())
def test_any_document_can_be_cut(title: str, body: str, parent: str) -> None:
    cut = passages(a_card(title, body, key="k", parent=parent))

    assert [p.ordinal for p in cut] == list(range(len(cut)))
    assert all(p.document_id == "trello:sales:card:k" and p.text.strip() for p in cut)


def test_the_title_stands_alone_and_is_context_for_the_rest() -> None:
    title, body = passages(a_card("Pilot with Brückner Logistik", "Kick-off is on Monday."))

    assert (title.kind, title.text, title.context) == ("title", "Pilot with Brückner Logistik", "")
    assert (body.kind, body.context) == ("body", "Pilot with Brückner Logistik (Sales)")
    assert body.embedded_text == "Pilot with Brückner Logistik (Sales)\nKick-off is on Monday."


def test_a_comment_keeps_its_own_link() -> None:
    comment = Section("Talked to Ms Öztürk today.", "comment", "https://trello.com/c/x#comment-1")

    (_, cut) = passages(a_card(sections=(comment,)))

    assert (cut.kind, cut.anchor) == ("comment", "https://trello.com/c/x#comment-1")


def test_a_long_body_is_cut_between_sentences() -> None:
    _, *cut = passages(a_card("Pilot", lorem(400)))

    assert len(cut) == 3
    assert all(p.text.endswith(".") for p in cut[:-1])


def test_a_crumb_at_the_end_stays_with_the_piece_before_it() -> None:
    assert [len(p.split()) for p in pieces(lorem(TARGET + CRUMB - 20))] == [TARGET + CRUMB - 20]


def test_a_page_of_japanese_is_cut_too() -> None:
    assert len(pieces("東京の鉄道プロジェクトについて。" * 60)) > 4


def test_fields_labels_people_and_customers_can_be_found_by_words() -> None:
    people = (Person("Maria Weiß", "owner", "maria@corp.example"),)
    customers = (Customer("Brückner Logistik", domains=("brueckner.example",)),)
    card = a_card("Pilot", labels=("Rail",), fields=(("Budget", "40 k€"),), people=people, customers=customers)

    (facts,) = [p for p in passages(card) if p.kind == "field"]

    assert facts.text.split("\n") == [
        "Budget: 40 k€",
        "Labels: Rail",
        "Customer: Brückner Logistik (brueckner.example)",
        "Owner: Maria Weiß (maria@corp.example)",
    ]


def test_a_contact_without_a_text_is_findable_by_name_company_and_phone() -> None:
    contact = Document(
        "vcard:team:contact:7",
        "contact",
        "José Nuñez",
        "https://crm.example.com/7",
        fields=(("Phone", "+34 600 000 000"),),
        people=(Person("José Nuñez", "self", "jose@acme.example"),),
        customers=(Customer("ACME Iberia"),),
    )

    told = "\n".join(p.embedded_text for p in passages(contact))

    assert all(word in told for word in ("José Nuñez", "ACME Iberia", "+34 600", "jose@acme.example"))


def test_of_a_title_a_page_long_counts_what_anybody_would_read() -> None:
    title, body = passages(a_card("Pilot with Brückner " * 50_000, "Kick-off.", parent="Sales " * 50_000))

    assert (len(title.text), title.text[:20]) == (299, "Pilot with Brückner ")
    assert (len(body.embedded_text) < 620, body.text) == (True, "Kick-off.")


def test_of_a_crowd_on_one_card_a_thousand_are_written_among_the_facts() -> None:
    crowd = tuple(Person(f"Anna-{n} Weiß " + "von " * n, "contact") for n in range(3000))

    told = [line for p in passages(a_card(people=crowd)) if p.kind == "field" for line in p.text.splitlines()]

    assert (len(told), max(map(len, told))) == (1000, len("Contact: ") + 300)


def test_a_section_without_a_word_makes_no_passage() -> None:
    assert [p.kind for p in passages(a_note("Call", "— 👍 —"))] == ["title"]


def test_the_same_document_is_always_cut_the_same() -> None:
    card = a_card("Pilot", lorem(900))

    assert passages(card) == passages(card)
