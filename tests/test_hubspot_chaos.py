"""Whatever goes wrong between us and HubSpot: in the end all is as it is there, and nothing was deleted wrongly."""

from collections.abc import Callable
from itertools import count
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.documents import EVERYONE
from indexer.sources.hubspot import HubSpot
from tests.contracts_source import upserts
from tests.hubspot_sales import HastyShelf, SalesPortal
from tests.recorded import Asked
from tests.shelf import Shelf


def _live(portal: SalesPortal, hubspot: HubSpot) -> set[str]:
    """Ids of all documents that are there, by the portal's own books."""
    kinds = {"contacts": "contact:", "companies": "company:", "deals": "deal:", "notes": "note:"}
    heads = {name: kinds.get(name, f"activity:{name.removesuffix('s')}-") for name in portal.things}
    things = ((name, thing) for name, all_of_it in portal.things.items() for thing in all_of_it.values())
    return {f"{hubspot.name}:{heads[name]}{thing.id}" for name, thing in things if thing.archived is None}


def _somebody_works(portal: SalesPortal, chance: Random) -> None:
    """One thing that people do in a portal."""
    names = [name for name, things in portal.things.items() if things]
    name = chance.choice(names)
    number = chance.choice(list(portal.things[name]))
    other = chance.choice([each for each in names if each in ("contacts", "companies", "deals")] or names)
    beside = (other, chance.choice(list(portal.things[other])))
    dead = portal.things[name][number].archived is not None
    match chance.randrange(7):
        case 0 if not dead:
            portal.archive(name, number)
        case 0:
            portal.restore(name, number)
        case 1 if len(portal.things[name]) > 1:
            portal.purge(name, number)
        case 2 if beside != (name, number):
            portal.link((name, number), beside)
        case 3 if not dead and chance.random() < 0.3:
            portal.change(name, number, hs_shared_team_ids=chance.choice(["", "4711"]))
        case 3 if not dead:
            portal.change(name, number, hs_note_body=f"<p>{chance.random()}</p>", description=str(chance.random()))
        case _:
            portal.create("notes", beside, hs_note_body=f"Notiz {chance.random()}")


def _storm(chance: Random, kind: str) -> Callable[[Asked, int], str | int | None]:
    """Trouble of a kind, now and then or from some call on."""
    begins = chance.randrange(60)
    some: dict[str, list[str | int]] = {"limits": [429], "breakdown": [500, 503], "lies": ["repeat", "skip", "cut"]}
    calls = count()

    def mischief(asked: Asked, number: int) -> str | int | None:
        at = next(calls)
        if kind == "expired":
            return 401 if at >= begins else None
        return chance.choice(some[kind]) if kind in some and chance.random() < 0.15 else None

    return mischief


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 2**32), st.lists(st.sampled_from(["none", "limits", "breakdown", "lies", "expired"]), max_size=4))
def test_after_any_trouble_all_is_as_it_is_there(seed: int, weather: list[str]) -> None:
    chance, portal, shelf = Random(seed), SalesPortal(page=2, inline=1, lag=20.0 * (seed % 2)), Shelf()
    with portal.line(tries=3, chance=chance) as line:
        hubspot = HubSpot(line, "vertrieb", EVERYONE, portal.clock.today)
        for kind in (*weather, "none"):
            _somebody_works(portal, chance)
            portal.clock.pass_by(chance.choice([60, 600, 90_000]))
            before = set(shelf.documents)
            portal.mischief = _storm(chance, kind)
            shelf.update(hubspot, chance.choice([None, chance.randrange(25)]))
            assert before & _live(portal, hubspot) <= set(shelf.documents)
        portal.clock.pass_by(90_000)
        shelf.update(hubspot)
        assert shelf.documents == {d.id: d for d in upserts(list(hubspot.pull(None)))}


@pytest.mark.parametrize("killed_after", range(1, 30, 4))
def test_an_update_killed_after_any_event_is_made_up_for(killed_after: int) -> None:
    portal, shelf = SalesPortal(page=2), HastyShelf()
    portal.create("contacts", firstname="Zweiter", lastname="Kontakt")
    portal.create("contacts", firstname="Dritter", lastname="Kontakt")
    with portal.line() as line:
        hubspot = HubSpot(line, "vertrieb", EVERYONE, portal.clock.today)
        shelf.update(hubspot, killed_after)
        portal.purge("notes", portal.note)
        portal.clock.pass_by(60)
        shelf.update(hubspot, killed_after)
        portal.clock.pass_by(90_000)
        shelf.update(hubspot)
        assert shelf.documents == {d.id: d for d in upserts(list(hubspot.pull(None)))}
