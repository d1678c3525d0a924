"""Bytes and the charset they claim → text, however wrong the claim. Pure, never raises."""

import codecs
import re
from dataclasses import dataclass

# What senders write → what they mean. Latin-1 and ASCII labels are read as windows-1252, as browsers do
# (WHATWG Encoding Standard §4.2): the C1 controls of Latin-1 never occur in mail, curly quotes do.
MEANT = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "ks_c_5601-1987": "cp949",
    "ksc5601": "cp949",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "x-gbk": "gb18030",
    "chinesebig5": "big5",
    "x-x-big5": "big5",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "unicode-1-1-utf-7": "utf-7",
    "utf8mb4": "utf-8",
    "unicode": "utf-8",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-cp1250": "cp1250",
    "x-cp1251": "cp1251",
    "x-cp1252": "cp1252",
}
# Codecs of Python that are no charsets of mail; some are slow (idna), some would run escapes of the sender.
REFUSED = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
SINGLE_BYTE = re.compile(r"cp125\d|iso8859|mac_|koi8|latin")
# UTF-7 and UTF-16 can smuggle in halves of characters, which no file or database takes.
SURROGATE = re.compile(r"[\ud800-\udfff]")
SHIFTS = (b"\x1b$", b"\x1b(")


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text, and what was wrong with the label (empty where nothing was)."""

    text: str
    defect: str = ""


def decode(data: bytes, label: str = "") -> Decoded:
    """Decode by the label where it can be true, else by what the bytes look like."""
    if data.isascii() and not any(shift in data for shift in SHIFTS) and not _is_wide(label):
        return Decoded(data.decode("ascii"))
    codec = codec_of(label)
    if codec is None:
        return Decoded(guessed(data), f"unknown charset {label[:40]!r}" if label else "")
    if SINGLE_BYTE.match(codec) and _is_utf8(data):
        return Decoded(data.decode("utf-8"), f"labelled {label[:40]} but is UTF-8")
    return _by(codec, data, label)


def codec_of(label: str) -> str | None:
    """The name of Python's codec for a label, or None where there is none that may be used."""
    name = label.strip().strip("\"'").strip().lower()
    name = MEANT.get(name, name)
    if not name or "\0" in name or not name.isascii() or len(name) > 40:
        return None
    try:
        found = codecs.lookup(name)
    except LookupError:
        return None
    is_text = getattr(found, "_is_text_encoding", True)
    return found.name if is_text and found.name not in REFUSED else None


def guessed(data: bytes) -> str:
    """Text of bytes that nobody labelled: byte-order mark, UTF-8, ISO-2022-JP shifts, else windows-1252."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return SURROGATE.sub("\ufffd", data.decode("utf-16", "replace"))
    if any(shift in data for shift in SHIFTS) and data.isascii():
        return data.decode("iso2022_jp_ext", "replace")
    if _is_utf8(data):
        return data.decode("utf-8-sig")
    return _single_byte(data)


def _by(codec: str, data: bytes, label: str) -> Decoded:
    try:
        return Decoded(SURROGATE.sub("\ufffd", data.decode(codec)))
    except UnicodeError:
        pass
    if _is_utf8(data):
        return Decoded(data.decode("utf-8"), f"labelled {label[:40]} but is UTF-8")
    if SINGLE_BYTE.match(codec) or codec == "utf-8":
        return Decoded(_mixed(data, codec), f"bytes that are not {label[:40]}")
    return Decoded(SURROGATE.sub("\ufffd", data.decode(codec, "replace")), f"bytes that are not {label[:40]}")


def _mixed(data: bytes, codec: str) -> str:
    """Mostly-UTF-8 text keeps its good characters; text with hardly any is windows-1252."""
    text = data.decode(codec, "replace")
    bad = text.count("\ufffd")
    if codec == "utf-8" and bad * 4 > sum(byte > 127 for byte in data[:10_000]):
        return _single_byte(data)
    return text if codec == "utf-8" else _single_byte(data)


def _single_byte(data: bytes) -> str:
    # the five bytes windows-1252 leaves undefined become U+FFFD
    return data.decode("cp1252", "replace")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_wide(label: str) -> bool:
    """Charsets in which plain ASCII bytes may mean something else."""
    name = label.strip().lower()
    return name.startswith(("utf-16", "utf-32", "utf-7", "utf7", "unicode-1-1", "hz", "iso-2022", "cp037", "cp500"))
