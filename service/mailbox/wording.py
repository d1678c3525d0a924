"""What is said to an IMAP server, and what its refusals mean. Pure."""

import re
from collections.abc import Collection, Sequence
from datetime import date

# RFC 5530, and what servers say without it: not the password, nor the mail, but the moment is wrong
_LATER = re.compile(
    r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG|THROTTLED|CONTACTADMIN)\]|too many|unavailable|temporar|try again later"
    r"|throttl|not connected",
    re.IGNORECASE,
)
_NEVER = re.compile(r"\[(AUTHENTICATIONFAILED|AUTHORIZATIONFAILED|EXPIRED|PRIVACYREQUIRED)\]", re.IGNORECASE)
_BAD = re.compile(r"command error: BAD \[b?['\"](.*)['\"]\]$", re.DOTALL)
_APPENDED = re.compile(r"\[APPENDUID (\d{1,10}) (\d{1,10})\]", re.IGNORECASE)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def is_for_now(said: str) -> bool:
    """Whether a refusal is about the moment: the same may be asked again later."""
    return bool(_LATER.search(said))


def is_about_the_login(said: str) -> bool:
    """Whether a refusal to log in is about user and password.

    A server that does not understand the command (BAD), or is not ready for it, says nothing about them.
    """
    return bool(_NEVER.search(said)) or not (_LATER.search(said) or _BAD.search(said))


def plainly(said: str) -> str:
    """What the server said; imaplib and imapclient put its bytes into their texts as Python shows them."""
    found = _BAD.search(said)
    return (found[1] if found else said).removeprefix("b").strip("'\"").rstrip(".")[:300]


def appended(said: str, validity: int | None) -> int:
    """The UID of a draft that was stored, 0 where the server does not tell it or tells it of another numbering."""
    found = _APPENDED.search(said)
    return int(found[2]) if found and validity in (None, int(found[1])) and int(found[2]) < 2**32 else 0


def numbers(uids: Sequence[int]) -> bytes:
    """UIDs as they stand in a command."""
    return ",".join(map(str, uids)).encode()


def day(of: date) -> bytes:
    """A date as SEARCH takes it, whatever the language of this machine."""
    return f"{of.day:02d}-{_MONTHS[of.month - 1]}-{of.year:04d}".encode()


def ways_out(able: Collection[bytes], trash: bytes | None) -> list[tuple[str, tuple[bytes, ...]]]:
    """The commands, and the words behind the UIDs, that remove these mails and no others; none where there is no way.

    Never a plain EXPUNGE, nor CLOSE, which is one: they take what others flagged as well. In Gmail a folder is a label:
    UID EXPUNGE takes it off, and the draft lies on in All Mail.
    """
    if b"UIDPLUS" in able and b"X-GM-EXT-1" not in able:
        return [("UID STORE", (b"+FLAGS.SILENT", b"(\\Deleted)")), ("UID EXPUNGE", ())]
    return [("UID MOVE", (trash,))] if trash and b"MOVE" in able else []
