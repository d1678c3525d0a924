"""The table of hostile servers: each is polite but for one stage of the talk, and there it does one thing."""

from dataclasses import dataclass

from scripts.torturing.hostile_acts import (
    a_long_line,
    after,
    changed,
    drip,
    ever_new,
    first,
    flood,
    gigabytes,
    half_then,
    hang_up,
    instead,
    later,
    refused,
    reset,
    stall,
    thirty_megabytes,
    trickle,
)
from scripts.torturing.hostile_talk import ABLE, Act


@dataclass(frozen=True, slots=True)
class Script:
    """A hostile server: what it does at which stage, and what it is able to say it can.

    `gives_up`: the login is refused, and after three times nobody asks again. `to_the_end`: it never turns polite.
    """

    name: str
    stage: str
    act: Act
    able: str = ABLE
    gives_up: bool = False
    to_the_end: bool = False


def scripts() -> list[Script]:
    """All of them, in the order of the talk."""
    parts = [_greetings(), _capabilities(), _logins(), _lists(), _examines(), _searches(), _sizes(), _bodies()]
    parts += [_headers(), _appends(), _idles(), _removals(), _logouts()]
    return [script for part in parts for script in part]


def _breaks(stage: str) -> list[Script]:
    """What can happen to any answer."""
    acts = {
        **{"stalls": stall, "hangs up": hang_up, "resets": reset, "drips a byte at a time": drip},
        **{"stops in the middle": half_then(stall), "hangs up in the middle": half_then(hang_up)},
    }
    return [Script(f"{stage}: {name}", stage, act) for name, act in acts.items()]


def _wrong_ends(stage: str) -> list[Script]:
    """An end that is not the answer's."""
    return [
        Script(f"{stage}: BYE instead", stage, instead(b"* BYE shutting down\r\n")),
        Script(f"{stage}: a wrong tag", stage, changed(rb"[^\r\n]+(?=\r\n$)", b"X99 OK done")),
        Script(f"{stage}: OK without text", stage, changed(rb" OK [^\r\n]+(?=\r\n$)", b" OK")),
        Script(f"{stage}: BAD", stage, instead(b"%t BAD cannot parse that\r\n")),
        Script(f"{stage}: NO, throttled", stage, instead(b"%t NO [THROTTLED] slow down\r\n")),
        Script(f"{stage}: talks on for ever", stage, flood(b"* OK still here\r\n")),
        Script(f"{stage}: murmurs for ever", stage, trickle(b"* OK still here\r\n")),
    ]


def _greetings() -> list[Script]:
    stage = "greeting"
    said = {
        **{"BYE": b"* BYE too busy\r\n", "NO": b"* NO go away\r\n", "NUL bytes": b"\0" * 40 + b"\r\n"},
        **{"another protocol": b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"},
        **{"bytes of a TLS handshake": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n", "an empty line": b"\r\n"},
    }
    return [
        *_breaks(stage),
        *(Script(f"{stage}: {name}", stage, instead(text)) for name, text in said.items()),
        Script(f"{stage}: ten megabytes", stage, a_long_line),
        Script(f"{stage}: PREAUTH", stage, changed(rb"\* OK", b"* PREAUTH")),
        Script(f"{stage}: lines end in LF alone", stage, changed(rb"\r\n", b"\n")),
    ]


def _capabilities() -> list[Script]:
    stage = "CAPABILITY"
    return [
        Script(f"{stage}: stalls", stage, stall),
        Script(f"{stage}: not told", stage, instead(b"%t OK done\r\n")),
        Script(f"{stage}: no IMAP at all", stage, changed(rb"IMAP4rev1", b"POP3")),
        Script(f"{stage}: a million of them", stage, first(b"* CAPABILITY" + b" X" * 900_000 + b"\r\n")),
    ]


def _logins() -> list[Script]:
    stage = "LOGIN"
    return [
        *(Script(f"{stage}: {n}", stage, act) for n, act in (("stalls", stall), ("hangs up", hang_up))),
        *_wrong_ends(stage),
        Script(f"{stage}: NO, not available", stage, instead(b"%t NO [UNAVAILABLE] try later\r\n")),
        Script(f"{stage}: NO, too many at once", stage, instead(b"%t NO [ALERT] Too many connections. (Failure)\r\n")),
        Script(f"{stage}: NO", stage, instead(b"%t NO invalid login\r\n"), gives_up=True),
        Script(f"{stage}: NO, wrong password", stage, instead(b"%t NO [AUTHENTICATIONFAILED] no\r\n"), gives_up=True),
    ]


def _lists() -> list[Script]:
    stage = "LIST"
    line = b'* LIST () "/" '
    return [
        *(Script(f"{stage}: {n}", stage, act) for n, act in (("stalls", stall), ("hangs up", hang_up))),
        Script(f"{stage}: nothing", stage, instead(b"%t OK done\r\n")),
        Script(f"{stage}: no Drafts", stage, changed(rb'\* LIST [^\r\n]* "Drafts"\r\n', b"")),
        Script(f"{stage}: Drafts that cannot be opened", stage, changed(rb"\\Drafts", rb"\\Drafts \\Noselect")),
        Script(f"{stage}: no delimiter", stage, changed(rb'"/"', b"NIL")),
        Script(f"{stage}: names as literals", stage, changed(rb'"Drafts"', b"{6}\r\nDrafts")),
        Script(f"{stage}: names without quotes", stage, changed(rb'"(\w+)"', rb"\1")),
        Script(f"{stage}: a name nobody can read", stage, first(line + b'"&AP-Kaputt&"\r\n')),
        Script(f"{stage}: a name in bare UTF-8", stage, first(line + '"Entwürfe"\r\n'.encode())),
        Script(f"{stage}: quotes and backslashes", stage, first(line + b'"a\\"b\\\\c"\r\n')),
        Script(f"{stage}: a quote left open", stage, first(line + b'"Kunden\r\n')),
        Script(f"{stage}: hundred thousand parentheses", stage, first(b"* LIST " + b"(" * 100_000 + b"\r\n")),
        Script(f"{stage}: fifty thousand folders", stage, first((line + b'"Kunde"\r\n') * 50_000)),
    ]


def _examines() -> list[Script]:
    stage = "EXAMINE"
    valid, following = rb"UIDVALIDITY \d+", rb"UIDNEXT \d+"
    line = rb"\* OK \[%s\][^\r\n]*\r\n"
    return [
        *_breaks(stage)[:2],
        *_wrong_ends(stage),
        Script(f"{stage}: no UIDVALIDITY", stage, changed(line % valid, b"")),
        Script(f"{stage}: UIDVALIDITY 0", stage, changed(valid, b"UIDVALIDITY 0")),
        Script(f"{stage}: a UIDVALIDITY that cannot be", stage, changed(valid, b"UIDVALIDITY " + b"9" * 30)),
        Script(f"{stage}: another UIDVALIDITY each time", stage, ever_new(valid, b"UIDVALIDITY 77%d")),
        Script(f"{stage}: no UIDNEXT", stage, changed(line % following, b"")),
        Script(f"{stage}: UIDNEXT 1", stage, changed(following, b"UIDNEXT 1")),
        Script(f"{stage}: UIDNEXT far ahead", stage, changed(following, b"UIDNEXT 420012")),
        Script(f"{stage}: UIDNEXT that cannot be", stage, changed(following, b"UIDNEXT -7")),
        Script(f"{stage}: no mail at all, it says", stage, changed(rb"\* \d+ EXISTS", b"* 0 EXISTS")),
        Script(f"{stage}: four thousand million mails", stage, changed(rb"\* \d+ EXISTS", b"* 4294967295 EXISTS")),
        Script(f"{stage}: NO such folder", stage, instead(b"%t NO Mailbox doesn't exist\r\n")),
    ]


def _searches() -> list[Script]:
    stage = "SEARCH"
    said = {
        **{"garbage": b"* SEARCH eleven\r\n", "negative": b"* SEARCH -3\r\n", "ranges": b"* SEARCH 1:4\r\n"},
        **{"numbers that cannot be": b"* SEARCH 99999999999999999999\r\n", "nothing": b"* SEARCH\r\n", "no line": b""},
        **{"mails that are not there": b"* SEARCH 1 2 3 4 5 6 7 8 9 10 500 4294967295\r\n"},
        **{"another command's answer": b'* LIST () "/" INBOX\r\n', "ESEARCH": b'* ESEARCH (TAG "%t") UID ALL 1:3\r\n'},
    }
    return [
        *_breaks(stage),
        *_wrong_ends(stage),
        *(Script(f"{stage}: {name}", stage, instead(text + b"%t OK done\r\n")) for name, text in said.items()),
        Script(f"{stage}: each number twice", stage, changed(rb"( \d+)", rb"\1\1")),
        Script(f"{stage}: nought among them", stage, changed(rb"SEARCH", b"SEARCH 0")),
        Script(f"{stage}: in many lines", stage, changed(rb"( \d+)(?=[\d ]*\r\n)", rb"\1\r\n* SEARCH")),
        Script(f"{stage}: ten megabytes", stage, a_long_line),
    ]


def _sizes() -> list[Script]:
    stage = "sizes"
    size = rb"RFC822.SIZE \d+"
    return [
        *_breaks(stage)[:4],
        *_wrong_ends(stage)[3:],
        Script(f"{stage}: no UID", stage, changed(rb"UID \d+ ", b"")),
        Script(f"{stage}: no size", stage, changed(size, b"X 1")),
        Script(f"{stage}: a negative size", stage, changed(size, b"RFC822.SIZE -5")),
        Script(f"{stage}: a huge size", stage, changed(size, b"RFC822.SIZE 99999999999999999999999")),
        Script(f"{stage}: a size of four gigabytes", stage, changed(size, b"RFC822.SIZE 4294967295")),
        Script(f"{stage}: no flags", stage, changed(rb" FLAGS \([^)]*\)", b"")),
        Script(f"{stage}: a time that cannot be", stage, changed(rb'INTERNALDATE "[^"]*"', b'INTERNALDATE "99-X-0"')),
        Script(f"{stage}: mails not asked for", stage, first(b"* 9 FETCH (UID 99 RFC822.SIZE 3 FLAGS ())\r\n" * 999)),
        Script(f"{stage}: mails vanish meanwhile", stage, first(b"* 1 EXPUNGE\r\n* 0 EXISTS\r\n")),
        Script(f"{stage}: hundred thousand parentheses", stage, changed(rb"\(\)", b"(" * 100_000 + b")" * 100_000)),
        Script(f"{stage}: a parenthesis too few", stage, changed(rb"\)\r\n", b"\r\n")),
    ]


def _bodies() -> list[Script]:
    stage = "bodies"
    literal = rb"\{(\d+)\}\r\n"
    shorter, longer = (lambda m, by=by: b"{%d}\r\n" % (int(m[1]) + by) for by in (-20, 20))
    return [
        *_breaks(stage),
        *_wrong_ends(stage),
        Script(f"{stage}: no UID", stage, changed(rb"UID \d+ ", b"")),
        Script(f"{stage}: NIL", stage, changed(rb"\{\d+\}\r\n.*?\)\r\n(?=[*A-Z])", b"NIL)\r\n")),
        Script(f"{stage}: not there any more", stage, instead(b"%t OK nothing there\r\n")),
        Script(f"{stage}: more than was announced", stage, changed(literal, shorter)),
        Script(f"{stage}: less than was announced", stage, changed(literal, longer)),
        Script(f"{stage}: a negative literal", stage, changed(literal, b"{-4}\r\n")),
        Script(f"{stage}: a literal of four gigabytes", stage, gigabytes),
        Script(f"{stage}: thirty megabytes of a small mail", stage, thirty_megabytes),
        Script(f"{stage}: other mails", stage, changed(rb"UID \d+", b"UID 77")),
        Script(f"{stage}: each mail twice", stage, changed(rb"(\* .*\)\r\n)(?=[A-Z])", rb"\1\1")),
        Script(f"{stage}: the end before the texts", stage, first(b"%t OK done\r\n")),
        Script(f"{stage}: another mail, for ever", stage, flood(b"* 7 FETCH (UID 77 BODY[] {3}\r\nabc)\r\n")),
    ]


def _headers() -> list[Script]:
    stage = "headers"
    huge = b"References: " + b"<a@b> " * 500_000
    return [
        Script(f"{stage}: stalls", stage, stall),
        Script(f"{stage}: no UID", stage, changed(rb"UID \d+ ", b"")),
        Script(f"{stage}: NIL", stage, changed(rb"\{\d+\}\r\n.*?\)\r\n(?=[*A-Z])", b"NIL)\r\n")),
        Script(f"{stage}: three megabytes of references", stage, changed(rb"\{\d+\}\r\n", b"{3000012}\r\n" + huge)),
    ]


def _appends() -> list[Script]:
    goes_on, stage = "APPEND goes on", "APPEND"
    code = rb" \[APPENDUID[^\]]*\]"
    no = {
        **{"NO, over quota": b"%t NO [OVERQUOTA] full\r\n", "NO such folder": b"%t NO [TRYCREATE] no\r\n"},
        **{"BAD": b"%t BAD no literals\r\n", "NO, a limit": b"%t NO [LIMIT] too many\r\n", "OK": b"%t OK done\r\n"},
    }
    return [
        *(Script(f"{goes_on}: {name}", goes_on, refused(text)) for name, text in no.items()),
        *(Script(f"{goes_on}: {n}", goes_on, act) for n, act in (("stalls", stall), ("hangs up", hang_up))),
        Script(f"{goes_on}: talks on for ever", goes_on, flood(b"* OK wait\r\n")),
        Script(f"{goes_on}: a plus and no more", goes_on, instead(b"+\r\n")),
        *_breaks(stage),
        *_wrong_ends(stage)[:3],
        Script(f"{stage}: no APPENDUID", stage, changed(code, b"")),
        Script(f"{stage}: APPENDUID of another numbering", stage, changed(code, b" [APPENDUID 5 2]")),
        Script(f"{stage}: an APPENDUID that cannot be", stage, changed(code, b" [APPENDUID x 99999999999]")),
        Script(f"{stage}: EXPUNGE in the answer", stage, first(b"* 1 EXPUNGE\r\n")),
    ]


def _idles() -> list[Script]:
    stage, done = "IDLE", "DONE"
    return [
        *_breaks(stage)[:4],
        Script(f"{stage}: BAD", stage, instead(b"%t BAD what?\r\n")),
        Script(f"{stage}: OK at once", stage, instead(b"%t OK no news\r\n")),
        Script(f"{stage}: a plus twice", stage, instead(b"+ idling\r\n+ idling\r\n")),
        Script(f"{stage}: rings at once, each time", stage, instead(b"+ idling\r\n* 900 EXISTS\r\n")),
        Script(f"{stage}: rings before it begins", stage, instead(b"* 900 EXISTS\r\n+ idling\r\n")),
        Script(f"{stage}: ends at once", stage, after(hang_up)),
        Script(f"{stage}: BYE", stage, instead(b"+ idling\r\n* BYE timeout\r\n")),
        Script(f"{stage}: half a line and a hang-up", stage, instead(b"+ idling\r\n* 9 EXI")),
        Script(f"{stage}: talks on for ever", stage, after(flood(b"* OK still here\r\n"))),
        Script(f"{stage}: never rings", "news", instead(b"")),
        Script(f"{stage}: rings late", "news", later(0.3)),
        *_breaks(done)[:4],
        *_wrong_ends(done),
    ]


def _removals() -> list[Script]:
    no = instead(b"%t NO not now\r\n")
    moving = ABLE.replace("UIDPLUS ", "")
    return [
        Script("SELECT: stalls", "SELECT", stall),
        Script("SELECT: may only be read", "SELECT", changed(rb"READ-WRITE", b"READ-ONLY")),
        *(Script(f"STORE: {n}", "STORE", act) for n, act in (("stalls", stall), ("hangs up", hang_up), ("NO", no))),
        *(Script(f"EXPUNGE: {n}", "EXPUNGE", act) for n, act in (("stalls", stall), ("hangs up", hang_up), ("NO", no))),
        *(
            Script(f"MOVE: {n}", "MOVE", act, moving)
            for n, act in (("stalls", stall), ("hangs up", hang_up), ("NO", no))
        ),
    ]


def _logouts() -> list[Script]:
    stage = "LOGOUT"
    return [
        *(Script(f"{stage}: {n}", stage, act, to_the_end=True) for n, act in (("stalls", stall), ("drips", drip))),
        Script(f"{stage}: talks on for ever", stage, flood(b"* OK still here\r\n"), to_the_end=True),
    ]
