"""Ways to pass for Jana of firma.example, as headers; what mx.firma.example itself writes stands on top of each."""

SAYS = "Authentication-Results"
EVIL = "mx.firma.example; dmarc=pass header.from=evil.example; dkim=pass header.d=evil.example"
FAIL = "mx.firma.example; dmarc=fail header.from=firma.example; spf=fail smtp.mailfrom=e@evil.example"
PASS = "dmarc=pass header.from=firma.example"
NONE = "mx.firma.example; none"
JANA = "jana@firma.example"

IN_FROM: dict[str, str] = {
    "the name is her name": '"Jana Köhler" <eve@evil.example>',
    "the name is her address": f'"{JANA}" <eve@evil.example>',
    "the bare name is her address": f"{JANA} <eve@evil.example>",
    "the name ends in her address": f'"Jana Köhler ({JANA})" <eve@evil.example>',
    "the name holds brackets": f'"Jana <{JANA}>" <eve@evil.example>',
    "the name holds a whole mailbox and a comma": f'"Jana <{JANA}>," <eve@evil.example>',
    "the name is an encoded word of her address": "=?utf-8?q?jana=40firma=2Eexample?= <eve@evil.example>",
    "the name is base64 of her address": "=?utf-8?b?amFuYUBmaXJtYS5leGFtcGxl?= <eve@evil.example>",
    "an encoded word hides the bracket": "=?utf-8?q?Jana_=3Cjana=40firma=2Eexample=3E?= <eve@evil.example>",
    "an encoded word hides a comma": "=?utf-8?q?jana=40firma=2Eexample=2C?= <eve@evil.example>",
    "an encoded word hides a line end": "=?utf-8?q?jana=40firma=2Eexample=0D=0A?= <eve@evil.example>",
    "an encoded word hides a null": "=?utf-8?b?amFuYUBmaXJtYS5leGFtcGxlAA==?= <eve@evil.example>",
    "two encoded words meet": "=?utf-8?q?jana=40fir?= =?utf-8?q?ma=2Eexample?= <eve@evil.example>",
    "an encoded word for the whole address": "=?utf-8?q?jana=40firma=2Eexample?=",
    "an encoded word inside the brackets": "Jana <=?utf-8?q?jana=40firma=2Eexample?=>",
    "an encoded word before the at": "=?utf-8?q?jana=40firma=2Eexample=20?=@evil.example",
    "a comment is her address": f"eve@evil.example ({JANA})",
    "a comment before it": f"({JANA}) eve@evil.example",
    "a comment inside the address": f"eve({JANA})@evil.example",
    "a comment in a comment": f"eve@evil.example (((({JANA}))))",
    "a comment that never ends": f"eve@evil.example ({JANA}",
    "two addresses": f"{JANA}, eve@evil.example",
    "two addresses, hers last": f"eve@evil.example, {JANA}",
    "a semicolon between": f"{JANA}; eve@evil.example",
    "a blank between": f"{JANA} eve@evil.example",
    "two brackets": f"<{JANA}> <eve@evil.example>",
    "two brackets, hers last": f"<eve@evil.example> <{JANA}>",
    "brackets in brackets": f"<<{JANA}>eve@evil.example>",
    "brackets that never close": f"eve@evil.example <{JANA}",
    "something after the brackets": f"Jana <{JANA}> eve@evil.example",
    "a group": f"team: {JANA}, eve@evil.example;",
    "a group with nobody else": f"team: {JANA};",
    "an empty group before": f"undisclosed:; {JANA}",
    "a source route": f"<@evil.example:{JANA}>",
    "a source route to evil": f"<{JANA}:eve@evil.example>",
    "two at signs": f"{JANA}@evil.example",
    "two at signs, hers last": "eve@evil.example@firma.example",
    "a quoted local part": f'"{JANA}"@evil.example',
    "a quoted local part at firma": '"eve@evil.example,"@firma.example',
    "an escaped at": "jana\\@firma.example@evil.example",
    "a percent": "jana%firma.example@evil.example",
    "a bang path": "firma.example!jana@evil.example",
    "a wide at sign": "jana＠firma.example <eve@evil.example>",
    "a small at sign": "jana﹫firma.example <eve@evil.example>",
    "a null inside": "jana@firma.example\x00@evil.example",
    "a null at the end": "jana@firma.example\x00",
    "a line end inside": "jana@firma.example\r\n\teve@evil.example",
    "a bare line end": "jana@firma.example\reve@evil.example",
    "a tab inside": "jana@firma.example\t<eve@evil.example>",
    "a zero-width blank": "jana@firma.exa\u200bmple",
    "a zero-width joiner": "jana@fir\u200dma.example",
    "a soft hyphen": "jana@fir\u00adma.example",
    "a byte order mark": "\ufeffjana@firma.example",
    "right to left": "\u202eelpmaxe.amrif@anaj <eve@evil.example>",
    "right to left inside": "jana@firma.\u202eelpmaxe",
    "an isolate": "\u2066jana@firma.example\u2069",
    "a line separator": "jana@firma.example\u2028<eve@evil.example>",
    "a domain in brackets": "jana@[firma.example]",
    "a number for a domain": "jana@[192.0.2.7]",
    "a dot at the end of the domain": "jana@firma.example.",
    "two dots in the domain": "jana@firma..example",
    "a dot first in the domain": "jana@.firma.example",
    "a mailto": f"<mailto:{JANA}?cc=eve@evil.example>",
    "a link": f'<a href="mailto:{JANA}">eve@evil.example</a>',
    "an unclosed quote": f'"Jana <{JANA}> <eve@evil.example>',
    "nobody": "",
    "a name alone": "Jana Köhler",
    "empty brackets": "Jana <>",
}
"""What stands behind `From:`."""

ALIKE: dict[str, str] = {
    "below the domain": "mail.firma.example",
    "far below the domain": "a.b.c.firma.example",
    "the domain as a part": "firma.example.evil.example",
    "the domain as a beginning": "firma.example-login.example",
    "the domain as an end": "notfirma.example",
    "an end with a hyphen": "the-firma.example",
    "another ending": "firma.example.com",
    "a missing letter": "frma.example",
    "a doubled letter": "firmma.example",
    "swapped letters": "fimra.example",
    "a one for an i": "f1rma.example",
    "an l for an i": "flrma.example",
    "rn for m": "firrna.example",
    "a hyphen more": "fir-ma.example",
    "a Cyrillic a": "firmа.example",
    "a Cyrillic i": "fіrma.example",
    "a dotless i": "fırma.example",
    "a Greek iota": "fιrma.example",
    "a letter with a dot below": "fịrma.example",
    "an accent": "fírma.example",
    "wide letters": "ｆirma.example",
    "mathematical letters": "𝒻irma.example",
    "a ligature": "ﬁrma.example",
    "a wide dot": "firma．example",
    "an ideographic dot": "firma。example",
    "punycode of a Cyrillic a": "xn--firm-63d.example",
    "punycode of a dotless i": "xn--frma-jye.example",
    "punycode of plain letters": "xn--firma-.example",
    "an underscore": "_firma.example",
    "a port": "firma.example:25",
    "a path": "firma.example/evil.example",
    "a query": "firma.example?evil.example",
    "capital I for l": "fIrma.evil.example",
}
"""Domains that their owner may well prove to own."""

CLAIMS: dict[str, str] = {
    "nothing": "",
    "a pass below": f"{SAYS}: mx.firma.example; {PASS}",
    "a pass below, twice": f"{SAYS}: mx.firma.example; dmarc=pass header.from=firma.example\n" * 2,
    "a pass of another server": f"{SAYS}: mx.evil.example; {PASS}",
    "a pass of a server called alike": f"{SAYS}: mx.firma.example.evil.example; {PASS}",
    "a pass of a server without a name": f"{SAYS}: {PASS}",
    "a pass with a comment for a name": f"{SAYS}: (mx.firma.example) x; {PASS}",
    "another header": f"X-Authentication-Results: mx.firma.example; {PASS}",
    "the header of old": "Received-SPF: pass (mx.firma.example: domain of jana@firma.example)",
    "the original's header": f"Authentication-Results-Original: mx.firma.example; {PASS}",
    "a header with a blank in its name": f"{SAYS} : mx.firma.example; {PASS}",
    "a sealed pass of a stranger": (
        "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=evil.example; s=s; b=x=\n"
        "ARC-Message-Signature: i=1; a=rsa-sha256; d=evil.example; s=s; b=x=\n"
        f"ARC-Authentication-Results: i=1; mx.evil.example; {PASS}"
    ),
    "a sealed pass in a trusted name, unsealed": (f"ARC-Authentication-Results: i=1; lists.partner.example; {PASS}"),
    "a sealed pass in a trusted name that nobody checked": (
        "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=lists.partner.example; s=s; b=x=\n"
        "ARC-Message-Signature: i=1; a=rsa-sha256; d=lists.partner.example; s=s; b=x=\n"
        f"ARC-Authentication-Results: i=1; lists.partner.example; {PASS}"
    ),
    "a signature of its own": "DKIM-Signature: v=1; a=rsa-sha256; d=firma.example; s=s; h=from; bh=x=; b=y=",
    "a server's trail": "Received: from mail.firma.example (authenticated) by mx.firma.example; 2 Mar 2026 08:00:00",
    "the word of a filter": "X-Spam-Status: No\nX-MS-Exchange-Organization-AuthAs: Internal",
}
"""What somebody else may write into a mail whose From is plainly hers."""

BESIDE: dict[str, str] = {
    "Sender": f"Sender: {JANA}",
    "Reply-To": f"Reply-To: {JANA}",
    "Resent-From": f"Resent-From: {JANA}",
    "Return-Path": f"Return-Path: <{JANA}>",
    "X-Original-From": f"X-Original-From: {JANA}",
    "X-Sender": f"X-Sender: {JANA}\nX-From: {JANA}",
    "a second From": f"From: {JANA}",
    "a second From in capitals": f"FROM: {JANA}",
    "a second From, folded": f"From:\n\t{JANA}",
    "a From with a blank in its name": f"From : {JANA}",
    "a From behind a blank line": f"\nFrom: {JANA}",
    "her mail as an answer": f"In-Reply-To: <1@firma.example>\nSubject: Re: From {JANA}",
}
"""What stands beside `From: eve@evil.example`."""
