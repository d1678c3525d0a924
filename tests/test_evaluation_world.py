"""The evaluation world: the same every time, as large and as mixed as its README says, and its gold can be found."""

import email
import email.policy
from collections import Counter
from random import Random

import pytest

from scripts.world.facts import SPLITS, plain, table
from scripts.world.making import World, make
from scripts.world.slips import slip


@pytest.fixture(scope="module")
def world() -> World:
    return make()


def test_there_are_mails_of_every_sort_in_both_splits(world: World) -> None:
    for split, nothing in (("tune", 800), ("test", 2000)):
        sorts = Counter(mail.sort for mail in world.mails if mail.split == split)
        assert (sorts["nothing"], sorts["statement"]) == (nothing, 250)
        assert 0.25 <= sorts["unanswerable"] / (sorts["answerable"] + sorts["unanswerable"]) <= 0.35
    assert len(world.mails) == 6500
    assert len(world.facts.firms) == 310


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(world: World) -> None:
    again, other = make(splits=("tune",)), make(12, splits=())

    assert [mail.raw for mail in again.mails] == [mail.raw for mail in world.of("tune")]
    assert again.shelves.documents == world.shelves.documents
    assert other.shelves.documents[0] != world.shelves.documents[0]


def test_no_template_filler_or_entity_is_in_both_splits(world: World) -> None:
    for language in table("asking").values():
        tune, test = ({line for lines in language[split].values() for line in lines} for split in SPLITS)
        assert not tune & test
    for part in ("filler", "telling", "nothing"):
        tune, test = ({line for lines in table("talk")[part][split].values() for line in lines} for split in SPLITS)
        assert not tune & test
    firms = [{firm.short for firm in world.facts.firms if firm.split == split} for split in SPLITS]
    assert not firms[0] & firms[1]


def test_there_are_enough_english_templates_in_each_split() -> None:
    told = table("asking")["en"]

    assert all(sum(len(lines) for lines in told[split].values()) >= 80 for split in SPLITS)


def test_the_gold_of_a_mail_is_of_its_own_split_and_on_the_shelves(world: World) -> None:
    about = world.shelves.about

    for mail in world.mails:
        assert {about[id_].firm.split for id_ in mail.relevant} <= {mail.split}
        assert bool(mail.relevant) == (mail.sort == "answerable")


def test_unknown_firms_are_named_by_no_document(world: World) -> None:
    names = {plain(name) for _, name in (*world.facts.near_misses, *world.facts.strangers)}
    told = {plain(name) for firm in world.facts.firms for name in (firm.name, firm.short, *firm.aliases)}

    assert not names & told
    assert not any(name in title for title in {plain(d.title) for d in world.shelves.documents} for name in names)


def test_mails_parse_without_a_defect_and_name_their_firm_where_it_is_said(world: World) -> None:
    for mail in world.mails[::23]:
        parsed = email.message_from_bytes(mail.raw, policy=email.policy.default)
        assert not parsed.defects
        assert parsed["From"].addresses[0].domain == "talweg.example"
        if [asked.way for asked in mail.asked] == ["subject"]:
            (firm,) = {world.shelves.about[id_].firm.short for id_ in mail.relevant}
            assert parsed["Subject"] == f"Re: {firm}"


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_slip_is_one_mistake_and_short_words_are_left_alone(language: str) -> None:
    random = Random(1)
    spoilt = {slip("Brückner", random, language) for _ in range(60)}

    assert len(spoilt) > 15
    assert all(word[0] == "B" and 7 <= len(word) <= 9 for word in spoilt)
    assert slip("AXG", random) == "AXG"
