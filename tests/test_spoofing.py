"""However somebody passes for a colleague: they are outside or unproven, and get nothing internal."""

import pytest

from indexer.asking import NOBODY
from service.mail.letter import Reading
from service.mail.reading import ReadingRules, read
from service.replies.audience import audience_of, viewer_of
from service.replies.decide import before_search
from service.replies.outcome import Pass, Policy, Reason
from tests.spoofs import ALIKE, BESIDE, CLAIMS, EVIL, FAIL, IN_FROM, JANA, NONE

INTERNAL, OWN = frozenset({"firma.example"}), frozenset({"sales@firma.example"})
RULES = ReadingRules(OWN, "mx.firma.example", INTERNAL, frozenset({"lists.partner.example"}))
POLICY = Policy(INTERNAL, OWN, require_proof=True)
SAYS = "Authentication-Results"
BY_ADDRESS = {Reason.OUTSIDER, Reason.UNPROVEN}
FORMS = [
    *((f"in From: {name}", f"{SAYS}: {EVIL}\nFrom: {told}") for name, told in IN_FROM.items()),
    *(
        (
            f"a domain alike: {name}",
            f"{SAYS}: mx.firma.example; dmarc=pass header.from={domain}\nFrom: Jana <jana@{domain}>",
        )
        for name, domain in ALIKE.items()
    ),
    *(
        (f"a claim: {name}, {seen}", "\n".join(filter(None, (f"{SAYS}: {top}", told.strip(), f"From: {JANA}"))))
        for name, told in CLAIMS.items()
        for seen, top in (("seen to fail", FAIL), ("seen to lack", NONE))
    ),
    *((f"beside: {name}", f"{SAYS}: {EVIL}\nFrom: eve@evil.example\n{told}") for name, told in BESIDE.items()),
]  # fmt: skip
STRANGE = [
    (name, told)
    for name, told in FORMS
    # Of these two, as of a plainly forged From, only a server can tell that they are not what they say
    if not name.startswith("a claim") and name not in ("in From: a bare line end", "in From: a byte order mark")
]


def reading(headers: str, rules: ReadingRules = RULES) -> Reading:
    raw = f"{headers}\nTo: sales@firma.example\nSubject: Bahn\n\nWho is talking to Brückner Logistik?"
    return read(raw.encode(), rules)


def passed(told: Reading, policy: Policy = POLICY) -> Reason | None:
    outcome = before_search(told, policy)
    return outcome.reason if isinstance(outcome, Pass) else None


def test_there_are_more_than_a_hundred_forms() -> None:
    assert len({name for name, _ in FORMS}) == len(FORMS) > 140


@pytest.mark.parametrize("headers", [told for _, told in FORMS], ids=[name for name, _ in FORMS])
def test_who_passes_for_a_colleague_gets_nothing_internal(headers: str) -> None:
    assert passed(reading(headers)) in BY_ADDRESS


@pytest.mark.parametrize(
    "headers",
    [told for _, told in STRANGE],
    ids=[name for name, _ in STRANGE],
)
def test_a_strange_address_is_outside_even_where_nothing_is_to_be_proven(headers: str) -> None:
    rules, policy = ReadingRules(OWN, "", INTERNAL), Policy(INTERNAL, OWN)
    told = reading(headers, rules)

    assert passed(told, policy) in BY_ADDRESS
    assert told.trust.verdict == "forged" or viewer_of(audience_of(told, policy), policy) == NOBODY


def test_the_same_mail_of_jana_herself_is_looked_into() -> None:
    told = reading(f"{SAYS}: mx.firma.example; dmarc=pass header.from=firma.example\nFrom: Jana <{JANA}>")

    assert passed(told) is None
