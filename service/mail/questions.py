"""Own words → the questions they ask of what the organisation knows. Pure, linear.

Decided once: a question is what a card, a note or a person's entry could answer. Asked for a date, a yes or a deed
("Could you send the contract?", "Shall we meet on Monday?"), the reader is asked, not the index: left out. Asked for
knowledge ("Could you send us a reference in rail?"), it is in. When in doubt a sentence is in: what the index cannot
answer, its probability turns away later.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from indexer.asking import Question, QuestionKind
from indexer.slips import mended
from service.mail.attributions import is_attribution
from service.mail.frames import (
    ASKS_TO_KNOW,
    DEED,
    PERSONAL,
    PLEASANTRY,
    QUESTION_WORD,
    RESOLVED,
    TELLS,
    WANTS_TO_KNOW,
)
from service.mail.letter import Mail, OwnWords
from service.mail.quoting import is_reply
from service.mail.sentences import sentences
from service.mail.topics import CUSTOMER_FIRST, FACTS, OURS, PLANS, REFERENCE_LIKE, TOPICS, WHO_FIRST
from service.mail.wishes import wish

MOST_QUESTIONS = 8
MOST_SENTENCES = 300
MOST_CHARACTERS = 30_000
LONGEST_SENTENCE = 600
LONGEST_WINDOW = 1500
MOST_QUOTED = 600
QUOTES = frozenset({"quote", "quoted mail"})
POINTS_BACK = re.compile(
    r"\b(?:them|they|their|theirs|these|those|this|that|it|him|her|he|she|there|the (?:company|customer|client|firm|"
    r"account|people|sender)|denen|die|diese\w*|dort|da|ihn|ihm|ihnen|deren|dieser|der (?:kunde|firma)|eux|elles?|ils?|"
    r"là-bas|leur|cette|cet|ces|ceux|y|ellos|ellas|ahí|allí|esta|este|estos|esa|ese|hen|hun|ze|daar|deze|die)\b"
)
"""Words of a question that mean somebody or something named before."""
MARK = re.compile(r"\?(?=[\s\"'”’»“)\]*_!?.,…–-]|$)|[؟？]")
ADDRESS = re.compile(r"<?(?:https?://|www\.|mailto:)\S+?(?=[?.!,;:)\]>]*(?:\s|$))")
PREFIXES = re.compile(
    r"^(?:\s*(?:re|aw|antw|fwd?|wg|tr|sv|vs|rv|rif|odp|ynt|res|enc|i)\s?(?:\[\d+\])?\s?[:：])+\s*",
    re.IGNORECASE,
)
DOMAIN = re.compile(r"(?:@|\bhttps?://(?:www\.)?|\bwww\.)([a-z0-9][a-z0-9.-]{1,200}\.[a-z]{2,24})\b", re.IGNORECASE)
SIGN_OFF = re.compile(
    r"(?:(?:kind|best|warm|many|with|mit|viele|liebe|beste|herzliche|freundliche|schöne)\b.{0,30}\b)?(?:regards|"
    r"wishes|thanks|thank you|cheers|best|sincerely|"
    r"gr[üu](?:ß|ss)e?n?|grüezi|lg|vg|mfg|cordialement|bien à (?:vous|toi)|salutations|merci|saludos|un saludo|"
    r"gracias|groeten|groet|bedankt|danke|mvg)\b.{0,20}",
    re.IGNORECASE,
)
FREE_MAIL = frozenset(
    {
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "yahoo.com",
        "icloud.com",
        "me.com",
        "aol.com",
        "gmx.de",
        "gmx.net",
        "web.de",
        "proton.me",
    }
)


def questions(mail: Mail, own: OwnWords, own_domains: frozenset[str] = frozenset()) -> tuple[Question, ...]:
    """Every open question of the mail, each with the windows of text that carry what it leaves out."""
    subject = PREFIXES.sub("", mail.subject).strip()
    said = sentences(body(own.text)[:MOST_CHARACTERS])[:MOST_SENTENCES]
    asked = [at for at in range(len(said)) if is_question(said[at]) and not _is_answered(said, at)]
    domains = cited_domains(f"{mail.subject}\n{own.text}\n{own.context}", own_domains)
    context = own.context or _quoted(own)
    whole = " ".join([subject, *said])[:LONGEST_WINDOW]
    if not asked and not is_reply(mail.subject) and _subject_asks(subject, said):
        return (Question(subject, kind_of(subject), _windows(subject, whole, context), domains),)
    return tuple(
        Question(
            told := said[at][:LONGEST_SENTENCE],
            kind_of(told, _near(said, at)),
            _windows_at(said, at, subject, whole, context if POINTS_BACK.search(plain(said[at])) else own.context),
            domains,
        )
        for at in asked[:MOST_QUESTIONS]
    )


def _quoted(own: OwnWords) -> str:
    """The mail that is answered, as far as it is quoted below: it may name whom "them" means."""
    text = next((text for rule, text in own.cut if rule in QUOTES), "")
    return "\n".join(line.lstrip("> |") for line in text.split("\n") if not is_attribution(line))[:MOST_QUOTED]


def _subject_asks(subject: str, said: Sequence[str]) -> bool:
    """A mail may ask in its subject alone: "Reference in rail?" with "Thanks!" below; a reply repeats another's."""
    return is_question(subject) and not any(RESOLVED.search(plain(s)) for s in said)


def is_question(sentence: str) -> bool:
    """Whether a sentence asks for something that may be known."""
    told = plain(sentence)
    if len(told) < 6 or PLEASANTRY.search(told) or RESOLVED.search(told):
        return False
    wants = WANTS_TO_KNOW.search(told) is not None
    if not wants and _asks_the_reader(told):
        return topic_of(told) in ("reference", "similar work") and not TELLS.search(told)
    if MARK.search(told):
        return True
    return not TELLS.search(told) and (wants or _asks_without_mark(told))


def _asks_the_reader(told: str) -> bool:
    """A date, a yes or a deed is asked for, which no index knows."""
    return bool(PERSONAL.search(told) or DEED.search(told)) and not WHO_FIRST.search(told)


def _asks_without_mark(told: str) -> bool:
    """Implicit questions: a frame that asks and a topic, or the tone of a wish about what people ask for."""
    topic, wanted = topic_of(told), wish(told)
    if topic is None and wanted < 0.5:
        return False
    if ASKS_TO_KNOW.search(told):
        return True
    if QUESTION_WORD.search(told) and topic is not None:
        return not told.endswith(":") and wanted >= 0.4
    return topic in ("reference", "similar work") and wanted >= 0.7


def topic_of(sentence: str) -> QuestionKind | None:
    """What a sentence speaks of, if it is one of the things people ask for."""
    told = plain(sentence)
    return next((kind for kind, pattern in TOPICS if pattern.search(told)), None)


@lru_cache(maxsize=4096)
def plain(sentence: str) -> str:
    """The head of a sentence in lower case, without web addresses and slips of the hand, as the patterns want it."""
    head = sentence[: 2 * LONGEST_SENTENCE]
    told = ADDRESS.sub(" ", head) if "://" in head or "www." in head else head
    return mended(told[:LONGEST_SENTENCE].strip()).lower().replace("’", "'")


def kind_of(sentence: str, near: str = "") -> QuestionKind:
    """Who, similar work, reference or other; "Does anyone know?" takes its kind from the sentences around it."""
    told = plain(sentence)
    if CUSTOMER_FIRST.search(told):
        return "reference"
    if WHO_FIRST.search(told):
        return "who"
    follows = len(told.split()) < 8 and not QUESTION_WORD.search(told)
    return topic_of(told) or (topic_of(near) if follows and near else None) or _of_ours(told)


def _of_ours(told: str) -> QuestionKind:
    """The kind of what no topic was found in: a customer to be shown, work of our own, or something else."""
    if REFERENCE_LIKE.search(told):
        return "reference"
    ours = OURS.search(told) and not FACTS.search(told) and not PLANS.search(told)
    return "similar work" if ours else "other"


def _near(said: Sequence[str], at: int) -> str:
    return " ".join(said[max(0, at - 1) : at])[:LONGEST_SENTENCE]


def _is_answered(said: Sequence[str], at: int) -> bool:
    """Whether the mail itself says later that this is settled, or answers right away ("Who? Anna.")."""
    if any(RESOLVED.search(plain(later)) for later in said[at + 1 : at + 30]):
        return True
    following = said[at + 1] if at + 1 < len(said) else ""
    return ANSWERS_ITSELF.match(following) is not None and len(said[at].split()) <= 8


ANSWERS_ITSELF = re.compile(
    r"(?:yes|no|nope|of course|simple|easy|the answer is|ja|nein|oui|non|sí|nee)\b[,.:! ]",
    re.IGNORECASE,
)


def _windows_at(said: Sequence[str], at: int, subject: str, whole: str, context: str) -> tuple[str, ...]:
    near = " ".join(said[max(0, at - 1) : at + 2])[:LONGEST_WINDOW]
    return _windows(said[at], near, f"{subject} {said[at]}"[:LONGEST_WINDOW], whole, context)


def _windows(text: str, *cuts: str) -> tuple[str, ...]:
    """The wider cuts that say more than the question itself, each once."""
    told = (" ".join(cut.split())[:LONGEST_WINDOW] for cut in cuts)
    return tuple(dict.fromkeys(cut for cut in told if cut and cut != " ".join(text.split())))


def body(text: str) -> str:
    """The own words without the contact lines under the sign-off, which name the sender's firm and not the customer."""
    lines = text.split("\n")
    for at in range(max(1, len(lines) - 14), len(lines)):
        if SIGN_OFF.fullmatch(lines[at].strip()[:80]) and not any(MARK.search(line) for line in lines[at:]):
            return "\n".join(lines[:at])
    return text


def cited_domains(text: str, own: frozenset[str]) -> tuple[str, ...]:
    """The mail and web domains a text cites, but for the own ones and those of free mail."""
    found = (m[1].lower().strip(".").removeprefix("www.") for m in DOMAIN.finditer(text[:20_000]))
    kept = (d for d in found if d not in FREE_MAIL and not any(d == o or d.endswith(f".{o}") for o in own))
    return tuple(dict.fromkeys(kept))[:10]
