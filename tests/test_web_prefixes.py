import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.web.prefixes import FILTERS, WRITTEN, Prefixed, prefixed

parts = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["company:", '"', "“", "”", "kind:card", "since:2026-03-02", "a:b", "until:soon", " ", "list:«x y»"]
    ),
    st.builds("{}:{}".format, st.sampled_from([*FILTERS, "colour", "KIND"]), st.text(max_size=12)),
    st.builds(
        '{}:"{}"'.format, st.sampled_from(["company", "person", "board", "list", "source"]), st.text(max_size=12)
    ),
)
questions = st.lists(parts, max_size=8).map(" ".join)


def test_prefixes_become_filters_and_the_rest_stays_the_question() -> None:
    found = prefixed('rail company:"Brückner Logistik" list:Done references kind:card')

    assert found.words == "rail references"
    assert found.pairs == (("customer", "Brückner Logistik"), ("lane", "Done"), ("kind", "card"))


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("company:Brückner", ("customer", "Brückner")),
        ("Company:“Brückner Logistik”", ("customer", "Brückner Logistik")),
        ("person:„Ute Krämer“", ("person", "Ute Krämer")),
        ("board:Sales", ("parent", "Sales")),
        ("list:«In talks»", ("lane", "In talks")),
        ("source:trello:sales", ("source", "trello:sales")),
        ("kind:Notes", ("kind", "note")),
        ("kind:companies", ("kind", "company")),
        ("status:won", ("status", "won")),
        ("since:2026-03-02", ("since", "2026-03-02")),
        ("until:2026-03", ("until", "2026-03-01")),
    ],
)
def test_each_prefix_has_its_filter(written: str, means: tuple[str, str]) -> None:
    assert prefixed(f"rail {written}") == Prefixed("rail", (means,))


@pytest.mark.parametrize(
    "text", ["note: call Ute", "https://trello.com/c/1", "colour:red", "company:", 'person:""', "at 9:30", 'list:"Do']
)
def test_what_is_no_prefix_stays_a_word(text: str) -> None:
    assert prefixed(text).words == text
    assert prefixed(text).pairs == ()


@pytest.mark.parametrize(("written", "keeps"), WRITTEN)
def test_what_the_help_page_tells_is_understood(written: str, keeps: str) -> None:
    assert prefixed(written).words == ""
    assert len(prefixed(written).pairs) == 1
    assert keeps


def test_a_kind_that_there_is_not_stays_a_word_and_is_told() -> None:
    found = prefixed("rail kind:trolley since:yesterday")

    assert found.words == "rail kind:trolley since:yesterday"
    assert found.misread[0].startswith("“kind:trolley” was taken as words: kind can be card, note")
    assert found.misread[1] == "“since:yesterday” was taken as words: write a day like since:2026-03-02."


@given(questions)
def test_no_word_is_lost(text: str) -> None:
    found = prefixed(text)
    kept = {*found.words.split(), *(word for _, value in found.pairs for word in value.split())}

    plain = [word for word in text.split() if not set(word) & set(':"“”„«»')]
    assert all(word in kept for word in plain)
    assert all(word in text for word in found.words.split())


@given(st.lists(st.sampled_from(sorted(FILTERS)), max_size=30))
def test_no_filter_gets_more_values_than_an_address_may_hold(keys: list[str]) -> None:
    found = prefixed(" ".join(f"{key}:2026-01-{n + 1:02d}" for n, key in enumerate(keys)))

    assert all(sum(1 for name, _ in found.pairs if name == filter_) <= 20 for filter_ in FILTERS.values())


@given(st.lists(st.text("abü ", min_size=1), max_size=4), st.sampled_from(["company", "person", "board", "list"]))
def test_a_quoted_value_comes_back_whole(words: list[str], key: str) -> None:
    value = " ".join(" ".join(words).split())

    assert prefixed(f'{key}:"{value}" rail').pairs == (((FILTERS[key], value),) if value else ())
