"""Dates as people and products write them → aware times in UTC. Pure."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

_SLASHED = re.compile(r"\s*(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)(.*)", re.DOTALL)
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)(.*)", re.DOTALL)
_BASIC = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?(Z|[+-]\d{2}:?\d{2})?")
_NAMED = ("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%d-%b-%Y", "%d-%b-%y", "%d. %B %Y")
_CLOCK = re.compile(
    r"[T\s,]*(?:(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([AaPp]\.?[Mm]\.?)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?\s*"
)
_EPOCH_SECONDS = (10**8, 10**10)


def when(text: str, day_first: bool = False) -> datetime | None:
    """The moment a text names, in UTC where it names no zone; None where it names none.

    Reads ISO 8601, `24.02.2023 15:04`, `02/24/2023 3:04 PM`, `24 Feb 2023` and epoch seconds or milliseconds.
    `day_first` says how to read `03/04/2023`; see `is_day_first`.
    """
    text = " ".join(text.split())
    if not 6 <= len(text) <= 60:
        return None
    try:
        return _epoch(text) or _iso(text) or _slashed(text, day_first) or _named(text)
    except (ValueError, OverflowError):
        return None


def is_day_first(texts: Iterable[str]) -> bool:
    """Whether slashed dates of one table put the day first: a first number above 12 somewhere proves it.

    Where nothing proves either, dots and dashes are read day first and slashes month first, as most products write.
    """
    firsts = [m for m in map(_SLASHED.match, texts) if m and m[2] == "/"]
    return any(int(m[1]) > 12 for m in firsts) and not any(int(m[3]) > 12 for m in firsts)


def _epoch(text: str) -> datetime | None:
    if not re.fullmatch(r"\d{9,13}(\.\d+)?", text, re.ASCII):
        return None
    seconds = float(text)
    seconds = seconds / 1000 if seconds >= _EPOCH_SECONDS[1] else seconds
    return datetime.fromtimestamp(seconds, UTC) if seconds >= _EPOCH_SECONDS[0] else None


def _iso(text: str) -> datetime | None:
    if match := _ISO.fullmatch(text):
        year, month, day = int(match[1]), int(match[2]), int(match[3])
        return _at(year, month, day, match[4])
    if match := _BASIC.fullmatch(text):
        clock = f"{match[4]}:{match[5]}:{match[6] or '00'}" if match[4] else ""
        return _at(int(match[1]), int(match[2]), int(match[3]), f" {clock} {match[7] or ''}")
    return None


def _slashed(text: str, day_first: bool) -> datetime | None:
    match = _SLASHED.fullmatch(text)
    if not match:
        return None
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    year += 2000 if year < 70 else 1900 if year < 100 else 0
    if match[2] != "/" or day_first or first > 12:
        first, second = second, first
    return _at(year, first, second, match[5])


def _named(text: str) -> datetime | None:
    for form in _NAMED:
        for cut in (len(text), *(m.start() for m in re.finditer(r"[ ,]+(?=\d{1,2}:)", text))):
            try:
                day = datetime.strptime(text[:cut].strip(), form)
            except ValueError:
                continue
            return _at(day.year, day.month, day.day, text[cut:])
    return None


def _at(year: int, month: int, day: int, clock: str) -> datetime | None:
    """The day at the time of day that `clock` names; None where that is no time, or far from any business."""
    match = _CLOCK.fullmatch(clock)
    if not match or not 1900 <= year <= 2200:
        return None
    hour = _hour(int(match[1] or 0), (match[4] or "").lower().replace(".", ""))
    stamp = f"{year:04}-{month:02}-{day:02}T{hour:02}:{match[2] or '00'}:{match[3] or '00'}{_zone(match[5] or '')}"
    return datetime.fromisoformat(stamp).astimezone(UTC)


def _hour(hour: int, half: str) -> int:
    """The hour of 24, where `half` may say am or pm."""
    return hour % 12 + (12 if half == "pm" else 0) if half else hour


def _zone(told: str) -> str:
    """`+02:00` for `+0200`; UTC for whatever is no offset."""
    if not told.startswith(("+", "-")):
        return "+00:00"
    return told if ":" in told else f"{told[:3]}:{told[3:]}"
