"""The words of one language → greetings, ages and attributions. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from indexer.documents import Document
from indexer.errors import TemplateError
from service.mail.letter import Address, Mail
from service.replies.clean import one_line
from service.replies.names import first_name

_STEPS = ((365.25, "years"), (30.44, "months"), (7.0, "weeks"), (1.0, "days"))
_NAME = 80


@dataclass(frozen=True, slots=True)
class Wording:
    """How things are said in one language. `words` has every name that templates/mail/words.toml has for English."""

    words: Mapping[str, str | list[str]]

    def say(self, what: str, **values: object) -> str:
        """The words of this name with the values filled in. Raises TemplateError when they ask for another value."""
        return _filled(what, "".join(self.words[what]), values)

    def choose(self, what: str, which: int, **values: object) -> str:
        """The one of several wordings at this place, filled in."""
        return _filled(what, list(self.words[what])[which], values)

    def quoted(self, text: str) -> str:
        """The text in the language's quotation marks."""
        opening, closing = list(self.words["quotes"])
        return f"{opening}{text}{closing}"

    def greeting(self, display: str) -> str:
        """`Hi Jana,`, or the greeting without a name where the display name holds none."""
        name = first_name(display)
        return self.say("greeting", name=name) if name else self.say("greeting_unnamed")

    def date(self, at: datetime, now: datetime) -> str:
        """`3 May`; with the year where it is not this one."""
        local = at.astimezone(now.tzinfo)
        month = self.words["month_names"][local.month - 1]
        return self.choose("date", int(local.year != now.year), day=local.day, month=month, year=local.year)

    def joined(self, names: Sequence[str]) -> str:
        """`Anna, Tom and Léa`."""
        *first, last = names
        return self.say("and").join(filter(None, (", ".join(first), last)))

    def about(self, document: Document, now: datetime, named: bool = False) -> str:
        """Who answers for the document unless that is `named` already, its age, and its state unless it is open."""
        owner = None if named else document.owner
        name = one_line(owner.name, _NAME) if owner else ""
        state = "" if document.status == "open" else self.say(document.status)
        return ", ".join(filter(None, (name, self._when(document, now), state)))

    def _when(self, document: Document, now: datetime) -> str:
        """When it was changed; where the source tells only when it was made, that and no more."""
        if document.updated_at:
            return self.say("updated", age=self.age(document.updated_at, now))
        return self.say("recorded", age=self.age(document.created_at, now)) if document.created_at else ""

    def age(self, at: datetime, now: datetime) -> str:
        """How long ago in whole days, weeks, months or years."""
        days = (now.date() - at.astimezone(now.tzinfo).date()).days
        if days < 2:
            return self.say("yesterday" if days == 1 else "today")
        length, name = next((length, n) for length, n in _STEPS if days >= length * (2 if n == "weeks" else 1))
        count = max(1, int(days / length))
        return self.choose(name, int(count != 1), n=count)

    def wrote(self, mail: Mail) -> str:
        """The line above a quoted mail: who wrote it, and when by the writer's own clock."""
        who = _who(mail.sender)
        at = _written_at(mail)
        if at is None:
            return self.say("wrote_undated", who=who)
        month = self.words["month_names"][at.month - 1]
        return self.say("wrote", day=at.day, month=month, year=at.year, time=f"{at:%H:%M}", who=who)


def _filled(name: str, told: str, values: Mapping[str, object]) -> str:
    try:
        return told.format_map(values)
    except (KeyError, IndexError, ValueError, AttributeError) as fault:
        known = ", ".join(f"{{{v}}}" for v in values) or "nothing"
        raise TemplateError(
            f"The wording `{name}` in words.toml cannot be filled in ({fault}); it gets {known}."
        ) from fault


def _who(sender: Address | None) -> str:
    if sender is None:
        return "?"
    name = one_line(sender.name, _NAME)
    return f"{name} <{sender.email}>" if name else sender.email


def _written_at(mail: Mail) -> datetime | None:
    """The Date as the writer saw it on the wall; the time in UTC where the header does not say."""
    try:
        told = parsedate_to_datetime(mail.header("date"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return mail.date
    return told if told.utcoffset() is None or abs(told.utcoffset() or timedelta()) < timedelta(hours=24) else mail.date
