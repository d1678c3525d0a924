"""A forwarder's seal counts where the own server says that it holds, and where the forwarder is trusted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mail.arc import chain
from service.mail.parse import parse
from service.mail.trust import trust

OURS = "mx.corp.example; arc=pass; spf=fail smtp.mailfrom=list.example; dmarc=fail header.from=corp.example"
PASSED = "mx.list.example; dkim=pass header.d=corp.example; dmarc=pass header.from=corp.example"
BROKEN = "mx.hub.example; arc=pass; dkim=fail header.d=corp.example; dmarc=fail header.from=corp.example"
TRUSTED = frozenset({"list.example", "hub.example"})


def a_set(instance: int, sealer: str, seen: str, cv: str = "") -> str:
    return (
        f"ARC-Seal: i={instance}; a=rsa-sha256; t=1; cv={cv or ('none' if instance == 1 else 'pass')};\n"
        f" d={sealer}; s=s1; b=abc=\n"
        f"ARC-Message-Signature: i={instance}; a=rsa-sha256; d={sealer}; s=s1; h=from:subject; bh=x=; b=abc=\n"
        f"ARC-Authentication-Results: i={instance}; {seen}\n"
    )


def verdict(*sets: str, ours: str = OURS, trusted: frozenset[str] = TRUSTED, server: str = "mx.corp.example") -> str:
    head = f"Authentication-Results: {ours}\n" + "".join(sets)
    mail = parse(f"{head}From: Ada <ada@corp.example>\n\nWho covers Siemens?".encode())
    return trust(mail, server, frozenset({"corp.example"}), trusted).verdict


LIST = a_set(1, "list.example", PASSED)


def test_a_trusted_forwarder_proves_the_sender_that_it_saw_pass() -> None:
    told = trust(
        parse(f"Authentication-Results: {OURS}\n{LIST}From: ada@corp.example\n\nhi".encode()),
        "mx.corp.example",
        forwarders=TRUSTED,
    )

    assert told.verdict == "proven"
    assert "seal of list.example" in told.says


def test_a_second_trusted_forwarder_hands_on_what_the_first_one_saw() -> None:
    assert verdict(a_set(2, "hub.example", BROKEN), LIST) == "proven"
    assert verdict(a_set(2, "hub.example", BROKEN.replace("arc=pass", "arc=fail")), LIST) == "forged"
    assert verdict(a_set(2, "evil.example", BROKEN), LIST) == "forged"


def test_seals_count_in_the_form_of_microsoft_too() -> None:
    ours = "spf=fail smtp.mailfrom=list.example; dmarc=fail header.from=corp.example; arc=pass (0 oda=1 ltdi=1)"

    assert verdict(LIST, ours=ours, server="microsoft") == "proven"


@pytest.mark.parametrize(
    "ours",
    [
        OURS.replace("arc=pass", "arc=fail"),
        OURS.replace("arc=pass", "arc=none"),
        OURS.replace("arc=pass; ", ""),
        OURS.replace("arc=pass", "arc=pass; arc=fail"),
        OURS.replace("arc=pass", "x=1 (arc=pass)"),
        OURS.replace("arc=pass", 'spf=none reason="arc=pass"'),
        OURS.replace("arc=pass; ", "") + "\nAuthentication-Results: mx.corp.example; arc=pass",
    ],
)
def test_a_chain_counts_only_where_the_own_server_says_that_it_holds(ours: str) -> None:
    assert verdict(LIST, ours=ours) == "forged"


@pytest.mark.parametrize(
    "sets",
    [
        "",
        a_set(1, "evil.example", PASSED),
        a_set(1, "list.example.evil.example", PASSED),
        a_set(1, "notlist.example", PASSED),
        a_set(1, "sub.list.example", PASSED),
        a_set(1, "list.example", PASSED.replace("corp.example", "evil.example")),
        a_set(1, "list.example", BROKEN),
        a_set(1, "list.example", "mx.list.example; none"),
        a_set(1, "list.example", PASSED, cv="pass"),
        a_set(1, "list.example", PASSED, cv="fail"),
        a_set(2, "list.example", PASSED),
        a_set(2, "hub.example", PASSED, cv="fail") + LIST,
        a_set(2, "hub.example", PASSED, cv="none") + LIST,
        a_set(3, "hub.example", PASSED) + LIST,
        LIST + LIST,
        LIST + f"ARC-Authentication-Results: i=1; {PASSED}\n",
        LIST.replace("ARC-Message-Signature", "X-Message-Signature"),
        LIST.replace("d=list.example", "d=list.example; d=evil.example"),
        LIST.replace("d=list.example", "d=evil.example; d=list.example"),
        LIST.replace("i=1;", ""),
        LIST.replace("i=1;", "i=0;"),
        LIST.replace("i=1;", "i=one;"),
        LIST.replace("i=1;", "i=1; i=2;"),
        "".join(a_set(i, "list.example", PASSED) for i in range(51, 0, -1)),
    ],
)
def test_what_a_chain_does_not_prove(sets: str) -> None:
    assert verdict(sets) == "forged"


def test_nobody_is_trusted_unless_named_and_no_chain_helps_without_an_own_server() -> None:
    assert verdict(LIST, trusted=frozenset()) == "forged"
    assert verdict(LIST, server="") == "unproven"
    assert verdict(LIST, ours=OURS.replace("mx.corp", "mx.evil")) == "unproven"


def test_a_seal_never_makes_a_look_alike_real() -> None:
    head = f"Authentication-Results: {OURS}\n{LIST}".replace("corp.example", "c0rp.example")
    mail = parse(f"{head}From: Ada <ada@c0rp.example>\n\nhi".encode())

    assert trust(mail, "mx.c0rp.example", frozenset({"corp.example"}), TRUSTED).verdict == "forged"


@given(
    st.lists(st.tuples(st.sampled_from(["Seal", "Message-Signature", "Authentication-Results"]), st.text()), max_size=9)
)
def test_any_chain_can_be_read(headers: list[tuple[str, str]]) -> None:
    raw = "".join(f"ARC-{name}: i=1; {value}\n" for name, value in headers)

    assert len(chain(parse(raw.encode("utf-8", "replace")))) <= 50
