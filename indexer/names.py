"""What a name is made of: legal forms, the spellings it may be written in, mail domains. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from indexer.ordinary import WEAK_TAILS, is_ordinary
from indexer.wording import Token, collapse, keys, listed

EntityKind = Literal["company", "person"]
LONGEST_NAME, LONGEST_ADDRESS = 300, 254
"""Characters: whatever is longer is no name (sources cut titles at the same length), or no mail address (RFC 5321)."""
MOST_NAMED = 1000
"""Companies, and people, of one document that are looked at: far more than anybody would put on a card."""
WRITTEN, LABEL, SHORTENED, ACRONYM, HEAD, DOUBTFUL = 1.0, 0.93, 0.9, 0.85, 0.75, 0.65
"""How sure a spelling is: a name as given, a domain's label, without "Group", as an acronym, its first word alone.

What is at most `DOUBTFUL` is a guess to show, not a name that was understood.
"""

LEGAL = listed(
    """
    gmbh mbh ag kg kgaa ohg gbr ug ev eg se co inc incorporated ltd limited llc llp lp plc corp corporation
    company sa sas sasu sarl sarls sl slu srl spa sapa bv nv vof ab as asa oy oyj aps is ks sp z o oo zoo spzoo
    sro spol doo dd ad jsc ojsc pjsc oao ooo kft zrt nyrt pty pte pvt private bhd sdn tbk pt kk kabushiki kaisha
    ltda cia eireli me gmbhco sca scs cv saa dac
    """
)
JOINTS = listed("and und et y e i")
FREEMAIL = listed(
    """
    gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com icloud.com me.com
    mac.com aol.com gmx.de gmx.net gmx.com gmx.at gmx.ch web.de t-online.de freenet.de mail.com mail.ru
    yandex.ru proton.me protonmail.com posteo.de mailbox.org orange.fr free.fr laposte.net wanadoo.fr libero.it
    qq.com 163.com hotmail.fr yahoo.fr yahoo.de outlook.de fastmail.com hotmail.de hotmail.co.uk hotmail.it hotmail.es
    yahoo.co.uk yahoo.it yahoo.es yahoo.co.in yahoo.co.jp live.de live.fr live.co.uk live.nl outlook.fr outlook.es
    outlook.it btinternet.com ntlworld.com talktalk.net comcast.net verizon.net sbcglobal.net bellsouth.net cox.net
    charter.net bluewin.ch hispeed.ch sunrise.ch chello.at aon.at arcor.de kabelmail.de email.de mail.de tutanota.com
    tuta.io pm.me hey.com rocketmail.com sfr.fr neuf.fr bbox.fr virgilio.it alice.it tiscali.it tin.it telenet.be
    skynet.be ziggo.nl kpnmail.nl xs4all.nl planet.nl seznam.cz wp.pl o2.pl onet.pl interia.pl bigpond.com
    optusnet.com.au shaw.ca rogers.com sympatico.ca naver.com 126.com sina.com rediffmail.com uol.com.br bol.com.br
    """
)
HOSTING = listed(
    """
    github.com github.io gitlab.com gitlab.io linkedin.com facebook.com twitter.com x.com medium.com notion.so
    notion.site google.com bitbucket.org wordpress.com blogspot.com youtube.com instagram.com xing.com
    trello.com wixsite.com herokuapp.com netlify.app vercel.app sharepoint.com dropbox.com bit.ly substack.com
    slack.com atlassian.net hubspot.com
    """
)
SECOND_LEVEL = listed("co com org net ac gov edu or ne go gob nom in")
# Bounded as the DNS bounds it (RFC 1035 2.3.4), so that no text is read again from each of its letters.
DOMAIN = re.compile(
    r"(?:https?://|www\.|[\w.+-]{1,64}@)?((?:[a-z0-9-]{1,63}\.){1,9}[a-z]{2,24})(?=[/:?#\s>\"'),;!]|\.?$|\.\s)[^\s>)\"']*",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Entity:
    """A company or person that a text can name: every spelling seen, its domains, the documents about it.

    `name` is unique among the entities of its kind; where two bear the same, the domain is put behind it. The first
    `records` of the documents are those that a source keeps of this very person.
    """

    name: str
    kind: EntityKind
    aliases: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    document_ids: tuple[str, ...] = ()
    records: int = 0


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to write an entity's name: the keys of its words, and how surely it means the entity."""

    words: tuple[str, ...]
    sureness: float

    @property
    def key(self) -> str:
        """The words run together, which "Data Stax", "Data-Stax" and "DataStax" share; umlauts in any spelling."""
        return collapse("".join(self.words))


def is_name(text: str) -> bool:
    """Whether a person could have written this as a name: not blank, not a page long."""
    return len(text) <= LONGEST_NAME and bool(text.strip())


def core(words: Sequence[Token]) -> list[str]:
    """The keys of a name's words without its legal form and without joints: "Müller & Co. KG" → ["muller"]."""
    return core_of([word.key for word in words])


def core_of(words: Sequence[str]) -> list[str]:
    """The same of words whose keys are known."""
    kept = [word for word in words if word]
    while len(kept) > 1 and (kept[-1] in LEGAL or kept[-1] in JOINTS):
        kept.pop()
    return [word for i, word in enumerate(kept) if i == 0 or word not in JOINTS]


@lru_cache(maxsize=1 << 16)
def name_key(name: str) -> str:
    """What all spellings of a name share, legal form aside."""
    return collapse("".join(core_of(keys(name))))


def registrable(host: str) -> str:
    """The part of a host that somebody registered: "mail.brueckner.co.uk" → "brueckner.co.uk"."""
    parts = host.strip().strip(".").lower().split(".")
    deep = len(parts) > 2 and len(parts[-1]) == 2 and parts[-2] in SECOND_LEVEL
    return ".".join(parts[-3 if deep else -2 :])


def is_telling(domain: str) -> bool:
    """Whether a registrable domain stands for one company, not for a mail or page provider."""
    return "." in domain and domain not in FREEMAIL and domain not in HOSTING


def domains_in(text: str) -> list[tuple[int, int, str]]:
    """Every domain a text cites, in an address, a link or bare: (start, end, registrable domain)."""
    if "." not in text:
        return []
    return [(*m.span(), registrable(m[1])) for m in DOMAIN.finditer(text) if _is_cited(m)]


def _is_cited(match: re.Match[str]) -> bool:
    """A bare "next.Then" is no domain: without address or link it must look like one a person would write."""
    bare = match[0].lower().rstrip(".,;") == match[1].lower()
    return not bare or match[1].rsplit(".", 1)[1].lower() in BARE_ENDINGS


BARE_ENDINGS = listed(
    "com de net org io ai co eu uk fr at ch nl it es pl se no dk fi be cz jp cn in us ca au br app dev cloud"
)


def names_of(entity: Entity) -> list[list[str]]:
    """The keys of the words of an entity's name, then of each of its other names."""
    return [keys(name) for name in (entity.name, *entity.aliases)]


def spellings(entity: Entity, names: Sequence[Sequence[str]]) -> Iterator[Spelling]:
    """Every way to write an entity that has these `names_of` it, the surest first.

    A head word alone is added by who sees that it is unique.
    """
    whole = [words for words in names if words]
    cores = [words for words in map(core_of, whole) if words]
    yield from (Spelling(tuple(words), WRITTEN) for words in (*cores, *whole))
    yield from _of_person(cores) if entity.kind == "person" else _of_company(cores, entity.domains)


def _of_person(cores: Sequence[list[str]]) -> Iterator[Spelling]:
    """First and last name alone."""
    return (Spelling((words[0], words[-1]), SHORTENED) for words in cores if len(words) > 2)


def _of_company(cores: Sequence[list[str]], domains: Sequence[str]) -> Iterator[Spelling]:
    """Labels of domains, then shortened names, then acronyms."""
    for domain in domains:
        yield Spelling(tuple(keys(domain.split(".")[0].replace("-", " "))), LABEL)
    yield from (Spelling(tuple(short), SHORTENED) for words in cores for short in _shortened(words))
    yield from (Spelling(("".join(w[0] for w in words),), ACRONYM) for words in cores if len(words) > 2)


def _shortened(words: list[str]) -> Iterator[list[str]]:
    """A name without leading "The" and without trailing "Group", "Technologies", as long as a real name is left."""
    if words[:1] == ["the"] and len(words) > 1:
        words = words[1:]
        yield words
    while len(words) > 1 and words[-1] in WEAK_TAILS:
        words = words[:-1]
        if len(words) > 1 or (len(words[0]) > 3 and not is_ordinary(words[0])):
            yield words
