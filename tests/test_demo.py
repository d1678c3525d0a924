"""What the demo counts."""

from dataclasses import replace
from typing import Any

import pytest

from service.demo.mails import SampleMail
from service.demo.tally import tally
from service.demo.world import World, build
from service.receipts import Asked, Nearest, Receipt
from tests.builders import NOW
from tests.pages import a_receipt


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(tmp_path_factory.mktemp("world"), today=NOW.date())


def ending(mail: SampleMail, told: Receipt | None, drafts: int = 1) -> dict[str, Any]:
    """Which of the counts one mail adds to."""
    counted = tally([mail], [told] if told else [], {mail.message_id.strip("<>"): drafts})
    return {name: getattr(counted, name) for name in counted.__slots__ if getattr(counted, name) and name != "mails"}


def the(world: World, outcome: str) -> SampleMail:
    return next(mail for mail in world.mails if mail.outcome == outcome)


def drafted(mail: SampleMail, link: str) -> Receipt:
    near = Nearest(link, "", "", 1.0)
    return a_receipt(message_id=mail.message_id, asked=(Asked("?", "who", 0.9, (near,)),))


def test_every_mail_is_counted_once_by_what_became_of_it(world: World) -> None:
    asks, tells = the(world, "draft"), the(world, "pass")
    place = asks.questions[0].places[0]
    right = drafted(asks, f"crm:hubspot:{place.kind}:{place.key}")

    assert ending(asks, right) == {"right": 1}
    assert ending(asks, drafted(asks, "crm:hubspot:note:0")) == {"wrong": 1}
    assert ending(asks, replace(right, outcome="pass"), drafts=0) == {"missed": 1, "passes": 1}
    assert ending(asks, None, drafts=0) == {"lost": 1}
    assert ending(asks, right, drafts=0) == {"lost": 1}
    assert ending(asks, right, drafts=2) == {"right": 1, "doubled": 1}
    assert ending(tells, drafted(tells, "crm:hubspot:note:0")) == {"needless": 1}
    assert ending(tells, replace(drafted(tells, ""), outcome="pass"), drafts=0) == {"passes": 1}
