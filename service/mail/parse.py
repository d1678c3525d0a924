"""Mail bytes → `Mail`. Pure, never raises; caps on everything that a stranger can make large.

No part of the standard library's parser is used: its cost is quadratic in long headers, it recurses into nested
parts, and it raises on read (measured: 39 s for a subject of 1 MB). See docs/decisions/0006-own-mail-parser.md.
"""

import binascii
import hashlib
import re
from contextlib import suppress

from service.mail import addresses
from service.mail.bodies import bodies
from service.mail.charsets import decode
from service.mail.headers import Field, decoded, from_base64, moment
from service.mail.html import text_of
from service.mail.letter import Address, Mail
from service.mail.structure import Part, Structure, parts_of

MOST_BYTES = 32 * 1024 * 1024
MOST_TEXT = 2 * 1024 * 1024
LONGEST_SUBJECT = 2000
MOST_REFERENCES = 200
MESSAGE_ID = re.compile(r"<[^<>\s]{1,900}>")
BLANK_LINES = re.compile(r"\n{4,}")
STUB = re.compile(
    r"your .{0,30}(?:does not|doesn't|cannot|can't|is unable to) (?:support|display|show|view|read) (?:html|"
    r"this (?:e-?mail|message))|"
    r"(?:this|the) (?:e-?mail|message) (?:is|was sent|requires|must be viewed) (?:only )?(?:in |as |an? )?html|"
    r"html[- ](?:capable|enabled|compatible) ",
    re.IGNORECASE,
)
UUENCODED = re.compile(rb"^begin [0-7]{3} [^\n]{1,200}\r?\n", re.MULTILINE)


def parse(raw: bytes) -> Mail:
    """Read a mail; whatever is broken in it becomes a defect, never an exception."""
    whole = parts_of(raw[:MOST_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n"))
    root = whole.parts[0]
    text, html, wrong = _bodies(whole)
    sender, doubt = addresses.sender(_named(root, "from"))
    defects = [*whole.defects, *wrong, *([doubt] if doubt else [])]
    if len(raw) > MOST_BYTES:
        defects.append("larger than 32 MB, the rest left out")
    return Mail(
        identity=_identity(root, raw),
        message_id=_message_id(root.raw("message-id")),
        in_reply_to=next(iter(_ids(root.raw("in-reply-to"))), ""),
        references=_ids(root.raw("references")),
        subject=decoded(root.raw("subject"))[:LONGEST_SUBJECT],
        sender=sender,
        authors=_authors(root),
        reply_to=_addresses(root, "reply-to"),
        to=_addresses(root, "to"),
        cc=_addresses(root, "cc"),
        date=moment(root.raw("date")),
        text=text,
        html=html,
        headers=tuple((field.name, decoded(field.raw)) for field in root.fields),
        parts=tuple(part.type for part in whole.parts),
        attachments=tuple(part.filename or part.type for part in whole.parts if part.is_file),
        defects=tuple(dict.fromkeys(defects)),
    )


def _identity(root: Part, raw: bytes) -> str:
    """SHA-256 over the headers that stay the same on the way, and the body without its line ends."""
    told = hashlib.sha256()
    for name in ("message-id", "date", "from", "subject"):
        for field in _named(root, name):
            told.update(f"{name}:{' '.join(field.raw.split())}\n".encode("utf-8", "replace"))
    body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[2]
    told.update(body.rstrip())
    return told.hexdigest()


def _named(part: Part, name: str) -> list[Field]:
    return [field for field in part.fields if field.name == name]


def _addresses(root: Part, name: str) -> tuple[Address, ...]:
    return tuple(address for field in _named(root, name) for address in addresses.addresses(field.raw))


def _authors(root: Part) -> tuple[Address, ...]:
    return tuple(address for field in _named(root, "from") for address in addresses.named(field.raw))


def _message_id(raw: str) -> str:
    ids = _ids(raw)
    return ids[0] if ids else (raw.strip() if 0 < len(raw.strip()) < 900 and " " not in raw.strip() else "")


def _ids(raw: str) -> tuple[str, ...]:
    return tuple(MESSAGE_ID.findall(raw))[:MOST_REFERENCES]


def _bodies(whole: Structure) -> tuple[str, str, list[str]]:
    """The text and the HTML a reader sees, and what was wrong with their bytes."""
    defects: list[str] = []
    plain, html = ("\n".join(_content(p, defects) for p in parts) for parts in bodies(whole))
    text = text_of(html) if html.strip() and _says_nothing(plain) else plain
    return text[:MOST_TEXT], html[:MOST_TEXT], defects


def _says_nothing(plain: str) -> bool:
    """Blank, or a note that the mail has to be read as HTML."""
    told = plain.strip()
    return not told or (len(told) < 300 and STUB.search(told) is not None)


def _content(part: Part, defects: list[str]) -> str:
    data = _unpacked(part.body[: MOST_TEXT * 2], part.raw("content-transfer-encoding"))
    told = decode(data, part.parameters.get("charset", ""))
    if told.defect:
        defects.append(told.defect)
    return told.text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _unpacked(body: bytes, encoding: str) -> bytes:
    """Undo the transfer encoding as far as it goes."""
    name = encoding.partition(";")[0].strip().strip('"').lower()
    if name == "base64":
        return from_base64(body)
    if name in ("quoted-printable", "quoted_printable", "qp"):
        return binascii.a2b_qp(body)
    if name in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return _from_uuencoded(body)
    return body


def _from_uuencoded(body: bytes) -> bytes:
    """The lines between `begin` and `end`; one that cannot be read is left out."""
    start = UUENCODED.search(body)
    out: list[bytes] = []
    for line in body[start.end() if start else 0 :].split(b"\n"):
        if line.strip() in (b"end", b"`", b""):
            break
        # the first character says how much of the line counts; some encoders pad it wrongly
        told = line.rstrip(b"\r")[: (((line[0] - 32) & 63) * 4 + 5) // 3]
        with suppress(binascii.Error):
            out.append(binascii.a2b_uu(told))
    return b"".join(out)
