"""What every index promises; each engine's test class inherits these tests."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from indexer.asking import Candidate, Filters
from indexer.confirming import MOST, Confirmation
from indexer.documents import PRIVATE, Customer, Document, Person, Section
from indexer.engines.narrowing import compared
from indexer.engines.protocol import Batch, Embedded, Index, Query, Scope
from indexer.errors import BusyIndex
from indexer.passages import passages
from tests.builders import NOW, a_card, a_note
from tests.fakes import HashingEmbedder

EMBEDDER = HashingEmbedder()
ALL = Scope()
RAIL = a_card("Rail signalling rollout", "The interlocking for Brückner Logistik goes live in May.")
CRANE = a_card("Crane maintenance", "Spare parts for the harbour of Gdańsk.", lane="Done", status="done")
LUNCH = a_note("Canteen", "The lunch menu has soup again.", updated_at=NOW - timedelta(days=40))
SECRET = a_card("Rail bid, board only", "Our margin on rail signalling.", key="secret", visibility="group:board")
HIDDEN = a_card("Rail draft", "Nobody may see this rail text.", key="hidden", visibility=PRIVATE)
LIFTS = "Who mends lifts?"
WORLD = (RAIL, CRANE, LUNCH, SECRET, HIDDEN)


def a_batch(*documents: Document, drops: Sequence[Document] = (), cursor: str | None = None) -> Batch:
    """Documents with their passages and vectors, as an update writes them."""
    puts = tuple((document, passages(document)) for document in documents)
    texts = {p.text_hash: p.embedded_text for _, cut in puts for p in cut}
    embedded = Embedded(EMBEDDER.fingerprint, tuple(texts), EMBEDDER.embed(tuple(texts.values())))
    return Batch("trello:sales", puts, frozenset(d.id for d in drops), embedded, cursor)


def put(index: Index, *documents: Document, drops: Sequence[Document] = ()) -> None:
    with index.writing():
        index.write(a_batch(*documents, drops=drops), NOW)
        if index.fingerprint != EMBEDDER.fingerprint:
            index.adopt(EMBEDDER.fingerprint, EMBEDDER.dimension)
        index.settle()


def asked(text: str, *named: Document) -> Query:
    return Query(text, EMBEDDER.embed([text])[0], frozenset(d.id for d in named))


def confirm(index: Index, question: str, *documents: Document) -> int:
    """Let these documents have answered a question."""
    told = [Confirmation(question, document.id, NOW) for document in documents]
    return index.confirm(told, Embedded(EMBEDDER.fingerprint, (told[0].text_hash,), EMBEDDER.embed([question])))


def found(index: Index, text: str, scope: Scope = ALL) -> list[Candidate]:
    (told,) = index.search([asked(text)], scope)
    return sorted(told, key=lambda c: -(0.7 * c.meaning + 0.3 * c.words))


def ids(candidates: Sequence[Candidate]) -> set[str]:
    return {c.document_id for c in candidates}


class IndexContract:
    """Inherit and provide a fixture `index`, empty."""

    def test_what_was_put_is_found_by_its_words(self, index: Index) -> None:
        put(index, *WORLD)

        assert found(index, "interlocking for Brückner")[0].document_id == RAIL.id

    def test_many_queries_get_as_many_answers_in_their_order(self, index: Index) -> None:
        put(index, *WORLD)

        told = index.search([asked("soup"), asked("harbour of Gdansk"), asked("rail")], ALL)

        best = [max(one, key=lambda c: c.meaning + c.words).document_id for one in told]
        assert best == [LUNCH.id, CRANE.id, RAIL.id]
        assert index.search([], ALL) == []

    def test_every_candidate_carries_the_evidence_of_both_lanes(self, index: Index) -> None:
        put(index, *WORLD)
        cut = {p.text: p.embedded_text for d in WORLD for p in passages(d)}

        query = asked("signalling")
        (told,) = index.search([query], ALL)

        held = index.passages([c.passage_id for c in told])
        for c in told:
            exact = float(EMBEDDER.embed([cut[held[c.passage_id].text]])[0] @ np.asarray(query.vector))
            assert c.meaning == pytest.approx(exact, abs=2e-3)
            assert 0 <= c.words <= 1
            assert (c.is_title, c.length) == (held[c.passage_id].kind == "title", len(held[c.passage_id].text.split()))

    def test_a_source_that_is_forgotten_leaves_nothing_and_takes_nothing_of_others(self, index: Index) -> None:
        call = replace(RAIL, id="crm:hubspot:note:1")
        put(index, *WORLD, call)
        index.write(Batch("trello:sales", cursor="page 7"), NOW)
        shared, before = [p.text_hash for p in passages(RAIL)], index.sequence

        gone = index.forget(["trello:sales", "trello:unheard"], NOW)

        assert (gone, index.sources(), index.standing().by_source) == (4, ("crm:hubspot",), (("crm:hubspot", 2),))
        assert index.cursor("trello:sales") is None
        assert index.sequence == index.names_sequence == before + 1
        assert index.unembedded(EMBEDDER.fingerprint, shared) == frozenset()
        assert len(index.unembedded(EMBEDDER.fingerprint, [p.text_hash for p in passages(CRANE)])) == 2
        assert ids(found(index, "harbour")) == {LUNCH.id, call.id}

    def test_forgetting_what_nobody_knows_changes_nothing(self, index: Index) -> None:
        put(index, *WORLD)
        before = index.sequence

        assert (index.forget(["files:old"], NOW), index.forget([], NOW), index.sequence) == (0, 0, before)

    def test_without_a_vector_only_words_count(self, index: Index) -> None:
        put(index, *WORLD)

        (told,) = index.search([Query("lunch")], ALL)

        assert ids(told) == {LUNCH.id}
        assert {c.meaning for c in told} == {0.0}

    def test_what_resembles_a_document_is_near_it_and_not_itself(self, index: Index) -> None:
        other = a_card("Rail signalling renewal", "The interlocking for Nordwind goes live in June.", key="other")
        put(index, *WORLD, other)

        told = index.resembling(RAIL.id, ALL)

        assert told[0].document_id == other.id
        assert [c.meaning for c in told] == sorted((c.meaning for c in told), reverse=True)
        assert ids(told) == {other.id, CRANE.id, LUNCH.id}
        assert ids(index.resembling(RAIL.id, Scope(filters=Filters(kind=("note",))))) == {LUNCH.id}
        assert index.resembling("trello:sales:card:nobody", ALL) == []

    def test_documents_that_a_query_names_are_judged_however_low_they_rank(self, index: Index) -> None:
        put(index, *(a_card(f"Lunch {n}", "Soup and lunch.", key=f"l{n}") for n in range(60)), RAIL)

        (told,) = index.search([asked("lunch and soup", RAIL)], ALL)

        assert RAIL.id in ids(told)

    @pytest.mark.parametrize("text", ["rail", "margin", "nobody may see this rail text", "Rail bid, board only"])
    def test_nobody_is_shown_what_they_may_not_see(self, index: Index, text: str) -> None:
        put(index, *WORLD)
        board = Scope(frozenset({"everyone", "group:board"}))

        assert ids(found(index, text)).isdisjoint({SECRET.id, HIDDEN.id})
        assert HIDDEN.id not in ids(found(index, text, board))
        assert SECRET.id in ids(found(index, text, board))

    def test_naming_a_document_does_not_show_it(self, index: Index) -> None:
        put(index, *WORLD)

        (told,) = index.search([asked("rail", SECRET, HIDDEN)], ALL)

        assert ids(told).isdisjoint({SECRET.id, HIDDEN.id})

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            (Filters(kind=("note",)), {LUNCH.id}),
            (Filters(lane=("done",)), {CRANE.id}),
            (Filters(status=("open",), kind=("card",)), {RAIL.id}),
            (Filters(source=("crm",)), {LUNCH.id}),
            (Filters(source=("trello:sales",), parent=("sales",)), {RAIL.id, CRANE.id}),
            (Filters(since=date(2026, 3, 2)), {RAIL.id, CRANE.id}),
            (Filters(until=date(2026, 3, 1)), {LUNCH.id}),
            (Filters(since=date(2026, 3, 2), until=date(2026, 3, 2), status=("done",)), {CRANE.id}),
            (Filters(customer=("nobody",)), set()),
            (Filters(archived="without", kind=("card",)), {RAIL.id, CRANE.id}),
            (Filters(archived="only"), set()),
        ],
    )
    def test_filters_narrow_search_and_browsing_alike(self, index: Index, filters: Filters, expected: set[str]) -> None:
        put(index, *WORLD)
        scope = Scope(filters=filters)

        assert ids(found(index, "rail crane lunch", scope)) == expected
        assert set(index.browse(scope, 10, 0)[0]) == expected

    def test_people_and_customers_filter_by_folded_name_or_address(self, index: Index) -> None:
        people = (Person("Jörg Weiß", "owner", "Joerg@corp.example"),)
        named = replace(RAIL, people=people, customers=(Customer("Brückner  Logistik"),))
        put(index, named, CRANE)

        for one in (
            Filters(person=("jorg weiss",)),
            Filters(person=("joerg@CORP.example",)),
            Filters(customer=("bruckner logistik",)),
        ):
            assert index.browse(Scope(filters=one), 10, 0) == ([named.id], 1)

    def test_choices_count_only_what_may_be_seen(self, index: Index) -> None:
        owner = (Person("Jörg Weiß", "owner", "joerg@corp.example"),)
        put(index, replace(RAIL, people=owner), CRANE, replace(SECRET, people=owner), LUNCH)

        told = index.tally(ALL.visibilities).counts()

        assert told["kind"] == (("card", 2), ("note", 1))
        assert told["lane"] == (("Done", 1), ("In talks", 1))
        assert told["person"] == (("Jörg Weiß", 1),)
        assert set(told) == {"source", "kind", "parent", "lane", "customer", "person", "status"}

    @pytest.mark.parametrize(
        "filters",
        [
            Filters(),
            Filters(kind=("card",)),
            Filters(kind=("card", "note"), lane=("done",)),
            Filters(person=("jorg weiss",)),
            Filters(person=("joerg@corp.example",), status=("open",)),
            Filters(customer=("BRUCKNER logistik", "nobody"), source=("trello",)),
            Filters(source=("crm:hubspot", "trello"), parent=("sales",)),
            Filters(since=date(2026, 3, 2), until=date(2026, 3, 2)),
            Filters(until=date(2026, 3, 1), archived="without"),
            Filters(archived="only", kind=("note",)),
        ],
    )
    def test_each_value_is_counted_under_all_other_filters(self, index: Index, filters: Filters) -> None:
        owner, company = (Person("Jörg Weiß", "owner", "joerg@corp.example"),), (Customer("Brückner Logistik"),)
        put(index, replace(RAIL, people=owner, customers=company), CRANE, replace(SECRET, people=owner), LUNCH)
        put(index, replace(CRANE, id="trello:sales:card:old", status="archived", customers=company, updated_at=None))

        told = index.tally(ALL.visibilities).counts(filters, compared(filters))

        for name, values in told.items():
            for value, number in values:
                alone: dict[str, Any] = {name: (value,)}
                assert index.browse(Scope(filters=replace(filters, **alone)), 0, 0)[1] == number > 0
        assert (
            sum(number for _, number in told["kind"]) == index.browse(Scope(filters=replace(filters, kind=())), 0, 0)[1]
        )

    def test_of_some_documents_only_those_are_counted(self, index: Index) -> None:
        put(index, *WORLD)

        told = index.tally(ALL.visibilities, [RAIL.id, LUNCH.id, SECRET.id, "trello:sales:card:nobody"]).counts()

        assert told["kind"] == (("card", 1), ("note", 1))

    def test_browsing_is_newest_first_with_a_total(self, index: Index) -> None:
        cards = [a_card(f"Card {n}", key=f"b{n}", updated_at=NOW + timedelta(days=n)) for n in range(7)]
        put(index, *cards)

        assert index.browse(ALL, 3, 2) == ([cards[4].id, cards[3].id, cards[2].id], 7)

    def test_browsing_is_oldest_first_where_wanted_and_ends_with_what_has_no_date(self, index: Index) -> None:
        cards = [a_card(f"Card {n}", key=f"b{n}", updated_at=NOW + timedelta(days=n)) for n in range(40)]
        undated = [a_card(f"Undated {n}", key=f"u{n}", updated_at=None) for n in range(3)]
        put(index, *cards, *undated)
        every = [c.id for c in cards]

        pages = [index.browse(ALL, 10, offset, oldest=True)[0] for offset in range(0, 50, 10)]

        assert [id_ for told in pages for id_ in told] == [*every, *(c.id for c in undated)]
        assert index.browse(ALL, 100, 0)[0] == [*reversed(every), *(c.id for c in reversed(undated))]
        assert index.newest([undated[0].id, *every], 2, oldest=True) == every[:2]
        assert index.newest([undated[0].id, *every[:2]], 9) == [every[1], every[0], undated[0].id]

    def test_archived_documents_may_be_left_out_or_kept_alone(self, index: Index) -> None:
        put(index, RAIL, replace(CRANE, status="archived"))

        assert ids(found(index, "rail crane", Scope(filters=Filters(archived="without")))) == {RAIL.id}
        assert ids(found(index, "rail crane", Scope(filters=Filters(archived="only")))) == {CRANE.id}

    def test_a_changed_document_is_found_by_its_new_words_only(self, index: Index) -> None:
        put(index, *WORLD)

        put(index, replace(LUNCH, sections=(Section("Now they serve goulash."),)))

        assert ids(index.search([Query("goulash")], ALL)[0]) == {LUNCH.id}
        assert index.search([Query("soup")], ALL) == [()]

    def test_what_was_deleted_is_gone_at_once_even_before_it_settles(self, index: Index) -> None:
        put(index, *WORLD)

        with index.writing():
            index.write(a_batch(drops=[RAIL]), NOW)

            assert RAIL.id not in ids(found(index, "rail signalling interlocking"))
            assert index.documents([RAIL.id], ALL) == []

    def test_what_became_private_is_gone_at_once_even_before_it_settles(self, index: Index) -> None:
        put(index, *WORLD)

        with index.writing():
            index.write(a_batch(replace(RAIL, visibility=PRIVATE)), NOW)

            assert RAIL.id not in ids(found(index, "rail signalling interlocking"))

    def test_a_passage_whose_text_stays_keeps_its_number(self, index: Index) -> None:
        put(index, *WORLD)
        before = {c.passage_id for c in found(index, "interlocking") if c.document_id == RAIL.id}

        put(index, replace(RAIL, lane="Won", status="won"))

        assert {c.passage_id for c in found(index, "interlocking") if c.document_id == RAIL.id} == before

    def test_a_document_comes_back_as_it_went_in(self, index: Index) -> None:
        section = Section("“Ünïcode” \x00 𝔘", "comment", "https://x.example/#c", "Zoë", NOW)
        full = a_card("Full", sections=(section,), labels=("A", "B"), fields=(("k", "v"),), created_at=NOW)
        put(index, full)

        assert index.documents([full.id, "trello:sales:card:nobody"], ALL) == [full]
        assert list(index.every_document(ALL)) == [full]

    @pytest.mark.parametrize(
        "link",
        [
            RAIL.url,
            f"{RAIL.url}/12-rail-signalling",
            f"{RAIL.url}#comment-1",
            f"{RAIL.url}?x=1/2",
            f"{RAIL.url}x",
            f"x{RAIL.url}",
            "",
            "https://trello.com/c",
        ],
    )
    def test_a_document_is_found_by_what_leads_to_it(self, index: Index, link: str) -> None:
        put(index, *WORLD)

        assert index.with_links([link], ALL) == [d for d in (RAIL, CRANE, LUNCH) if d.is_at(link)]

    def test_links_lead_to_documents_in_their_order_and_to_none_that_may_not_be_seen(self, index: Index) -> None:
        put(index, *WORLD)

        assert index.with_links([LUNCH.url, SECRET.url, f"{RAIL.url}/1", HIDDEN.url, RAIL.url], ALL) == [LUNCH, RAIL]

    def test_a_word_is_held_where_somebody_may_read_it(self, index: Index) -> None:
        put(index, *WORLD)
        words = {word for d in (RAIL, SECRET) for word in d.title.split() if len(word) > 3}

        held = {word for word in words if index.holds(word, ALL)}

        assert held == {word for word in words if index.search([Query(word)], ALL)[0]}
        assert index.holds(f"zzyzx {RAIL.title}", ALL)
        assert not index.holds("zzyzx", ALL)
        assert not index.holds(RAIL.title, replace(ALL, visibilities=frozenset()))

    def test_known_is_what_plan_needs(self, index: Index) -> None:
        put(index, *WORLD)

        assert index.known("trello:sales") == {d.id: d.content_hash for d in WORLD if d is not LUNCH}
        assert index.known("trello:other") == {}

    def test_known_may_be_asked_of_some(self, index: Index) -> None:
        put(index, *WORLD)

        assert index.known("trello:sales", [RAIL.id, LUNCH.id, "trello:sales:card:new"]) == {RAIL.id: RAIL.content_hash}
        assert index.known("trello:sales", []) == {}
        assert index.size("trello:sales") == len(index.known("trello:sales"))
        assert index.size("trello:other") == 0

    def test_texts_that_have_a_vector_need_no_other(self, index: Index) -> None:
        put(index, RAIL)
        had = [p.text_hash for p in passages(RAIL)]

        assert index.unembedded(EMBEDDER.fingerprint, [*had, "ab" * 32]) == {"ab" * 32}
        assert index.unembedded("another model", had) == frozenset(had)

    def test_vectors_are_told_as_they_were_kept(self, index: Index) -> None:
        put(index, RAIL)
        texts = {p.text_hash: p.embedded_text for p in passages(RAIL)}

        told = index.vectors(EMBEDDER.fingerprint, [*texts, "ab" * 32])

        assert set(told.hashes) == set(texts)
        assert np.allclose(told.vectors, EMBEDDER.embed([texts[one] for one in told.hashes]), atol=1e-3)
        assert index.vectors("another model", list(texts)).hashes == ()

    def test_a_cursor_is_kept_with_its_batch(self, index: Index) -> None:
        with index.writing():
            index.write(a_batch(RAIL, cursor="2026-03-02"), NOW)
            index.write(a_batch(CRANE), NOW)

        assert index.cursor("trello:sales") == "2026-03-02"
        assert index.cursor("trello:other") is None

    def test_the_sequence_grows_only_with_content(self, index: Index) -> None:
        put(index, RAIL)
        before = index.sequence

        with index.writing():
            index.write(Batch("trello:sales", cursor="later"), NOW)
        assert index.sequence == before

        put(index, CRANE)
        assert index.sequence > before

    def test_a_new_space_is_searched_only_once_it_is_adopted(self, index: Index) -> None:
        put(index, RAIL, CRANE)
        missing, count = index.lacking("another model", 10)
        rows = np.eye(len(missing), 128, dtype=np.float32)

        index.embed(Embedded("another model", tuple(h for h, _ in missing), rows))
        assert (count, index.fingerprint) == (len(missing), EMBEDDER.fingerprint)
        assert found(index, "interlocking")[0].meaning > 0.2

        index.adopt("another model", 128)
        (told,) = index.search([Query("zzz", rows[0])], ALL)
        assert math.isclose(max(c.meaning for c in told), 1.0, abs_tol=1e-3)

    def test_a_document_is_found_by_a_question_it_answered(self, index: Index) -> None:
        put(index, *WORLD)

        assert confirm(index, LIFTS, CRANE) == 1

        (before,) = [c.before for c in found(index, "who mends broken lifts") if c.before]
        assert before.nearest == pytest.approx(before.middle, abs=2e-3)
        assert before.count == 1
        assert before.nearest > 0.5
        assert CRANE.id in {c.document_id for c in found(index, LIFTS) if not c.before}
        assert not index.search([Query(LIFTS)], ALL)[0]

    def test_confirming_twice_is_confirming_once_and_refuting_undoes_it(self, index: Index) -> None:
        put(index, *WORLD)
        had = found(index, LIFTS)
        confirm(index, LIFTS, CRANE)
        sequence, once = index.sequence, found(index, LIFTS)

        assert (confirm(index, LIFTS, CRANE), index.sequence, found(index, LIFTS)) == (0, sequence, once)
        told = [Confirmation("who mends LIFTS", CRANE.id, NOW)]
        assert (index.refute(told), index.refute(told)) == (1, 0)
        assert (found(index, LIFTS), index.standing().confirmed) == (had, 0)
        assert index.unembedded(EMBEDDER.fingerprint, [told[0].text_hash])

    def test_what_was_confirmed_stays_when_its_document_changes_and_goes_with_it(self, index: Index) -> None:
        put(index, *WORLD)
        confirm(index, LIFTS, CRANE)

        put(index, replace(CRANE, title="Jibs", sections=(Section("All new."),)))
        assert {c.document_id for c in found(index, LIFTS) if c.before} == {CRANE.id}

        put(index, drops=[CRANE])
        put(index, CRANE)
        assert index.standing().confirmed == 0
        assert not [c for c in found(index, LIFTS) if c.before]

    def test_nobody_finds_a_question_of_what_they_may_not_see(self, index: Index) -> None:
        put(index, *WORLD)

        confirm(index, LIFTS, SECRET, HIDDEN)

        assert ids(found(index, LIFTS)).isdisjoint({SECRET.id, HIDDEN.id})
        board = found(index, LIFTS, Scope(frozenset({"everyone", "group:board"})))
        assert {c.document_id for c in board if c.before} == {SECRET.id}
        put(index, replace(SECRET, visibility=PRIVATE))
        assert not [c for c in found(index, LIFTS, Scope(frozenset({"everyone", "group:board"}))) if c.before]

    def test_nothing_is_confirmed_of_what_is_not_there(self, index: Index) -> None:
        put(index, RAIL)
        before = index.sequence

        assert (confirm(index, LIFTS, CRANE), index.sequence, index.standing().confirmed) == (0, before, 0)

    def test_what_was_confirmed_can_be_listed_and_what_would_be_new_is_told(self, index: Index) -> None:
        put(index, RAIL, SECRET)
        told = [Confirmation(LIFTS, document.id, NOW, "sent") for document in (RAIL, SECRET, CRANE)]

        assert index.unconfirmed(told) == told[:2]
        index.confirm(told, None)

        assert (index.confirmed(), index.unconfirmed(told)) == (told[:2], [])
        other = replace(told[0], question=LIFTS.upper())
        assert index.unconfirmed([other]) == [other]

    def test_of_many_documents_the_newest_are_told(self, index: Index) -> None:
        cards = [a_card(f"Visit {n}", key=f"v{n}", updated_at=NOW + timedelta(hours=n)) for n in (3, 1, 4, 2)]
        put(index, *cards, a_card("Elsewhere", key="else", updated_at=NOW + timedelta(days=9)))

        told = index.newest([card.id for card in cards], 3)

        assert told == [cards[n].id for n in (2, 0, 3)]

    def test_only_so_many_questions_of_a_document_are_kept(self, index: Index) -> None:
        put(index, *WORLD)
        told = [Confirmation(f"Lift {n}?", CRANE.id, NOW + timedelta(hours=n)) for n in range(MOST + 5)]

        assert index.confirm(told, None) == MOST
        assert index.standing().confirmed == MOST
        assert index.confirm(told[:5], None) == 0

    def test_a_question_confirmed_without_a_vector_lacks_one_and_is_found_once_it_has(self, index: Index) -> None:
        put(index, *WORLD)
        one = Confirmation(LIFTS, CRANE.id, NOW)
        index.confirm([one], None)

        assert index.lacking(EMBEDDER.fingerprint, 9) == ([(one.text_hash, LIFTS)], 1)
        assert not [c for c in found(index, LIFTS) if c.before]
        index.embed(Embedded(EMBEDDER.fingerprint, (one.text_hash,), EMBEDDER.embed([LIFTS])))
        with index.writing():
            index.settle()
        assert [c.document_id for c in found(index, LIFTS) if c.before] == [CRANE.id]

    def test_forgetting_a_source_forgets_its_questions(self, index: Index) -> None:
        put(index, *WORLD)
        confirm(index, LIFTS, CRANE, LUNCH)

        index.forget(["trello:sales"], NOW)

        assert index.standing().confirmed == 1
        assert [c.document_id for c in found(index, LIFTS) if c.before] == [LUNCH.id]
        index.forget(["crm:hubspot"], NOW)
        assert index.unembedded(EMBEDDER.fingerprint, [Confirmation(LIFTS, "", NOW).text_hash])

    def test_one_writes_at_a_time(self, index: Index) -> None:
        with index.writing(), pytest.raises(BusyIndex, match="being updated by another"), index.writing():
            pass

    def test_tells_how_it_stands(self, index: Index) -> None:
        put(index, *WORLD)

        standing = index.standing()

        assert (standing.documents, standing.passages) == (5, sum(len(passages(d)) for d in WORLD))
        assert standing.by_source == (("crm:hubspot", 1), ("trello:sales", 4))
        assert (standing.fingerprint, standing.problems) == (EMBEDDER.fingerprint, ())
        assert index.check() == []
        assert standing.updated_at == datetime(2026, 3, 2, 9, tzinfo=UTC)

    @pytest.mark.parametrize(
        "text", ["", "AND OR NOT (", '"', "title:*", "\\", "\x00", "\ud800", "a" * 9000, "x " * 9000]
    )
    def test_no_text_is_a_syntax_error(self, index: Index, text: str) -> None:
        put(index, *WORLD)

        assert len(index.search([Query(text), Query(text, EMBEDDER.embed(["x"])[0])], ALL)) == 2

    def test_an_empty_index_answers_with_nothing(self, index: Index) -> None:
        assert index.search([asked("rail")], ALL) == [()]
        assert index.browse(ALL, 10, 0) == ([], 0)
        assert index.standing().documents == 0
