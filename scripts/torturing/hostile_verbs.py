"""The polite half of a hostile server: what follows each command, the stage, the lines and the end of the answer."""

import re
from datetime import UTC, date, datetime

from scripts.torturing.hostile_talk import Talk, Told, Verb
from service.mailbox.listing import decoded, on_the_wire, quoted
from service.mailbox.replies import HEADERS, envelope

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_FIELD = re.compile(rb"^(?:%s):.*(?:\r\n[ \t].*)*" % "|".join(HEADERS).encode(), re.IGNORECASE | re.MULTILINE)


def _login(talk: Talk, rest: str) -> Told:
    return "LOGIN", b"", b"OK welcome"


def _capability(talk: Talk, rest: str) -> Told:
    return "CAPABILITY", f"* CAPABILITY {talk.server.able}\r\n".encode(), b"OK done"


def _listing(talk: Talk, rest: str) -> Told:
    lines = b""
    for name in talk.server.memory.folders:
        flags = talk.server.flags.get(name, "\\HasNoChildren").encode()
        lines += b'* LIST (%s) "%s" %s\r\n' % (flags, talk.server.delimiter.encode(), quoted(on_the_wire(name)))
    return "LIST", lines, b"OK done"


def _create(talk: Talk, rest: str) -> Told:
    name = decoded(rest.strip('"').encode()) or ""
    if not name.startswith(talk.server.only_inside):
        return "CREATE", b"", b"NO folders lie in INBOX here"
    if name in talk.server.memory.folders:
        return "CREATE", b"", b"NO [ALREADYEXISTS] it is there"
    talk.server.memory.create(name)
    return "CREATE", b"", b"OK done"


def _subscribe(talk: Talk, rest: str) -> Told:
    return "SUBSCRIBE", b"", b"OK done"


def _identify(talk: Talk, rest: str) -> Told:
    return "ID", b'* ID ("name" "torture")\r\n', b"OK done"


def _examine(talk: Talk, rest: str) -> Told:
    name = decoded(re.sub(r"\\(.)", r"\1", rest.strip('"')).encode()) or ""
    if name not in talk.server.memory.folders:
        return "EXAMINE", b"", b"NO there is no such folder"
    talk.folder = name
    opened = talk.opened()
    says = f"* {len(opened.mails)} EXISTS\r\n* FLAGS (\\Seen \\Draft)\r\n"
    says += f"* OK [UIDVALIDITY {opened.validity}] valid\r\n* OK [UIDNEXT {opened.uidnext}] next\r\n"
    kind = "READ-ONLY" if talk.command.upper().startswith("EXAMINE") else "READ-WRITE"
    return "EXAMINE" if kind == "READ-ONLY" else "SELECT", says.encode(), f"OK [{kind}] done".encode()


def _search(talk: Talk, rest: str) -> Told:
    _, numbers, *more = rest.split()
    uids = [m.uid for _, m in talk.chosen(numbers) if not more or m.received.date() >= _date(more[1])]
    return "SEARCH", b"* SEARCH" + b"".join(b" %d" % uid for uid in uids) + b"\r\n", b"OK done"


def _fetch(talk: Talk, rest: str) -> Told:
    numbers, _, items = rest.partition(" ")
    stage, lines = "sizes", b""
    for place, mail in talk.chosen(numbers):
        at = mail.received.astimezone(UTC)
        said = f"* {place} FETCH (UID {mail.uid} INTERNALDATE"
        said += f' "{at.day:2d}-{_MONTHS[at.month - 1]}-{at:%Y %H:%M:%S} +0000"'
        if "RFC822.SIZE" in items:
            lines += f"{said} RFC822.SIZE {len(mail.raw)} FLAGS ({' '.join(mail.flags)}))\r\n".encode()
            continue
        stage = "headers" if "HEADER" in items else "bodies"
        head = b"\r\n".join(_FIELD.findall(mail.raw.partition(b"\r\n\r\n")[0])) + b"\r\n\r\n"
        name, text = ("[HEADER.FIELDS (X)]", head) if stage == "headers" else ("[]", mail.raw)
        lines += f"{said} BODY{name} {{{len(text)}}}\r\n".encode() + text + b")\r\n"
    return stage, lines, b"OK done"


def _append(talk: Talk, rest: str) -> Told | None:
    found = re.fullmatch(r'"(.*)" \((.*)\) \{(\d+)\}', rest)
    assert found, rest
    talk.answer("APPEND goes on", b"+ go on\r\n")
    text = talk.literal(int(found[3]))
    talk.line()
    name = decoded(found[1].encode()) or ""
    with talk.server.lock:
        uid = talk.server.memory.deliver(text, name, frozenset(found[2].split()))
        talk.server.appended[envelope(uid, text).message_id] += 1
    validity = talk.server.memory.folders[name].validity
    return "APPEND", b"", b"OK [APPENDUID %d %d] stored" % (validity, uid)


def _store(talk: Talk, rest: str) -> Told:
    for _, mail in talk.chosen(rest.split()[0]):
        talk.server.memory.flag(talk.folder, mail.uid, "\\Deleted")
    return "STORE", b"", b"OK done"


def _expunge(talk: Talk, rest: str) -> Told:
    lines = b""
    for place, mail in reversed(talk.chosen(rest)):
        if "\\Deleted" in mail.flags:
            talk.server.memory.remove(talk.folder, mail.uid)
            lines += b"* %d EXPUNGE\r\n" % place
    return "EXPUNGE", lines, b"OK done"


def _move(talk: Talk, rest: str) -> Told:
    numbers, _, to = rest.partition(" ")
    for _, mail in talk.chosen(numbers):
        talk.server.memory.move(talk.folder, mail.uid, decoded(to.strip('"').encode()) or "")
    return "MOVE", b"", b"OK done"


def _idle(talk: Talk, rest: str) -> None:
    """Ring when mails are more than they were."""
    talk.answer("IDLE", b"+ idling\r\n")
    known = len(talk.opened().mails)
    while b"\n" not in talk.heard and not talk.is_over(0.05):
        now = len(talk.opened().mails)
        if now > known:
            talk.answer("news", b"* %d EXISTS\r\n" % now)
        known = now
    talk.line()
    talk.answer("DONE", talk.tag + b" OK done\r\n")


def _noop(talk: Talk, rest: str) -> Told:
    return "NOOP", b"", b"OK done"


def _logout(talk: Talk, rest: str) -> Told:
    return "LOGOUT", b"* BYE see you\r\n", b"OK bye"


def _date(said: str) -> date:
    day, month, year = said.split("-")
    return datetime(int(year), _MONTHS.index(month) + 1, int(day)).date()


UNLOCKED = ("APPEND", "IDLE")
"""They wait for the other side."""
VERBS: dict[str, Verb] = {
    "IDLE": _idle,
    "LOGIN": _login,
    "CAPABILITY": _capability,
    "LIST": _listing,
    "CREATE": _create,
    "SUBSCRIBE": _subscribe,
    "ID": _identify,
    "EXAMINE": _examine,
    "SELECT": _examine,
    "UID SEARCH": _search,
    "UID FETCH": _fetch,
    "APPEND": _append,
    "UID STORE": _store,
    "UID EXPUNGE": _expunge,
    "UID MOVE": _move,
    "NOOP": _noop,
    "LOGOUT": _logout,
}
