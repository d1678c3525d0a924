"""Mail bytes → `Reading`: all that Signpost understands of a mail. Pure, never raises."""

from dataclasses import dataclass

from service.mail.automatic import automatic
from service.mail.language import language_of
from service.mail.letter import Reading
from service.mail.parse import parse
from service.mail.questions import questions
from service.mail.quoting import own_words
from service.mail.trust import trust


@dataclass(frozen=True, slots=True)
class ReadingRules:
    """What reading depends on, beyond the mail itself.

    `own` are the own addresses. `authserv_id` names the server whose Authentication-Results count (`microsoft` for
    Microsoft 365, which names none). `internal` are the organisation's domains, guarded against look-alikes; the
    domains of `own` always belong to them. `forwarders` are domains whose ARC seals count, lower case.
    """

    own: frozenset[str] = frozenset()
    authserv_id: str = ""
    internal: frozenset[str] = frozenset()
    forwarders: frozenset[str] = frozenset()

    @property
    def domains(self) -> frozenset[str]:
        """The organisation's domains, lower case."""
        mine = {address.rpartition("@")[2] for address in self.own if "@" in address}
        return frozenset(domain.lower() for domain in mine | self.internal)


def read(raw: bytes, rules: ReadingRules) -> Reading:
    """Parse, find the own words, judge who and what sent it, and list what it asks."""
    mail = parse(raw)
    own = own_words(mail.text, mail.subject)
    machine = automatic(mail)
    return Reading(
        mail=mail,
        own=own,
        automatic=machine,
        trust=trust(mail, rules.authserv_id, rules.domains, rules.forwarders),
        questions=() if machine else questions(mail, own, rules.domains),
        language=language_of(own.text),
    )
