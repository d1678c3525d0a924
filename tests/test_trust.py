"""A sender is proven by the own server only; what could deceive is called forged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mail.authentication import results
from service.mail.homoglyphs import looks_like
from service.mail.parse import parse
from service.mail.trust import trust

GOOGLE = (
    "mx.google.com;\n dkim=pass header.i=@corp.example header.s=s1 header.b=abc;\n"
    " spf=pass (google.com: domain of a@corp.example\n designates 192.0.2.1 as permitted sender)"
    " smtp.mailfrom=a@corp.example;\n dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=corp.example"
)
MICROSOFT = (
    "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=corp.example; dkim=pass (signature was verified)"
    " header.d=corp.example;dmarc=pass action=none header.from=corp.example;compauth=pass reason=100"
)


def verdict(*headers: str, server: str = "mx.google.com", sender: str = "Ada <a@corp.example>", extra: str = "") -> str:
    lines = "".join(f"Authentication-Results: {header}\n" for header in headers)
    mail = parse(f"{lines}From: {sender}\n{extra}\nbody".encode())
    return trust(mail, server, frozenset({"corp.example"})).verdict


def test_googles_and_microsofts_headers_prove_the_sender() -> None:
    assert verdict(GOOGLE) == "proven"
    assert verdict(MICROSOFT, server="microsoft") == "proven"


@pytest.mark.parametrize(
    "header",
    [
        "mx.google.com; dmarc=pass header.from=corp.example",
        "mx.google.com 1; dmarc=pass header.from=corp.example",
        'mx.google.com; dmarc=pass header.from="corp.example"',
        "MX.Google.com; DMARC=Pass header.from=Corp.Example",
        "mx.google.com (a; comment; dmarc=fail) ; dmarc = pass header.from = corp.example",
        "mx.google.com; dkim=fail header.d=x.example; dkim=pass header.d=corp.example",
        "mx.google.com; spf=pass smtp.mailfrom=bounces@mail.corp.example",
    ],
)
def test_forms_of_a_pass(header: str) -> None:
    assert verdict(header) == "proven"


@pytest.mark.parametrize(
    "header",
    [
        "mx.google.com; none",
        "mx.google.com; dmarc=none header.from=corp.example",
        "mx.google.com; dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=evil.example",
        "mx.google.com; dmarc=pass header.from=evil.example",
        "mx.google.com; x-note=1 (dmarc=pass header.from=corp.example)",
        'mx.google.com; spf=none reason="dmarc=pass header.from=corp.example"',
        "mx.google.com; dkim=pass header.d=notcorp.example",
        "mx.evil.example; dmarc=pass header.from=corp.example",
        "dmarc=pass header.from=corp.example",
        "mx.google.com.evil.example; dmarc=pass header.from=corp.example",
        "",
    ],
)
def test_what_proves_nothing(header: str) -> None:
    assert verdict(header) == "unproven"


def test_only_the_topmost_header_of_the_own_server_counts() -> None:
    failed = "mx.google.com; dmarc=fail header.from=corp.example"

    assert verdict(failed, GOOGLE) == "forged"
    assert verdict("mx.google.com; none", GOOGLE) == "unproven"
    assert verdict("relay.corp.example; none", GOOGLE) == "proven"
    assert verdict("mx.evil.example; none", MICROSOFT, server="microsoft") == "unproven"


def test_without_a_configured_server_nothing_is_proven() -> None:
    assert verdict(GOOGLE, server="") == "unproven"


@pytest.mark.parametrize(
    "sender",
    [
        "alice@corp.example <bob@evil.example>",
        "a@corp.example, b@evil.example",
        "Ada <a@c0rp.example>",
        "Ada <a@соrp.example>",
        "Ada <a@xn--rp-emcl.example>",
        "Ada <a@co-rp.example>",
    ],
)
def test_what_is_made_to_deceive_is_forged(sender: str) -> None:
    assert verdict(GOOGLE, sender=sender) == "forged"


def test_look_alikes_are_told_from_neighbours() -> None:
    assert looks_like("bruckner-1ogistik.example", "bruckner-logistik.example")
    assert looks_like("rnail.example", "mail.example")
    assert not looks_like("mail.corp.example", "corp.example")
    assert not looks_like("brueckner.example", "corp.example")
    assert not looks_like("corp.example", "corp.example")


def test_replies_that_go_elsewhere_are_noted() -> None:
    mail = parse(b"From: Ada <a@corp.example>\nReply-To: eve@evil.example\n\nbody")

    assert "eve@evil.example" in trust(mail, "", frozenset()).says


@given(st.text(alphabet='abc=;"() \\.\n', max_size=80))
def test_any_header_can_be_read(header: str) -> None:
    server, found = results(header)

    assert server == server.lower()
    assert all(result.method for result in found)
