"""The mails of a simulated world, and cheap steps from a mail's bytes to a draft's bytes in place of the real ones."""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from functools import cache

from indexer.asking import EVERYBODY, Answer, Hit, Question, Viewer
from indexer.documents import EVERYONE, Document
from indexer.errors import NoIndex
from scripts.simulation.plan import Recipe
from service.mail.letter import Address, Automatic, Mail, OwnWords, Reading, Trust
from service.replies.outcome import Audience, Draft, Outcome, Pass, Policy, Reason
from service.watching.judging import Judge, Steps

WORD = b"X-Answers: "
SENDERS = ("joerg@brueckner.example", "jana@brueckner.example", "tom@brueckner.example")
DOCUMENTS = tuple(
    Document(
        id=f"trello:sales:card:{key}",
        kind="card",
        title=f"Pilot {key}",
        url=f"https://trello.example/c/{key}",
        sections=(),
        updated_at=datetime(2026, 3, 2, tzinfo=UTC),
        visibility=EVERYONE,
    )
    for key in ("north", "south")
)
_TEXTS = {
    "chats": "Danke, bis morgen!",
    "puzzles": "Was kostet das?",
    "newsletter": "Wer kennt Brückner?",
    "fails searching": "poison?",
}
_TRUST = Trust("unproven", "")


def message_id(key: int) -> str:
    """The Message-ID of a mail's number; 0 is none."""
    return f"<mail-{key}@north.example>" if key else ""


def identity(recipe: Recipe) -> str:
    """What a mail is known by; as readable as a content hash is not."""
    return f"mail {recipe.key}"


@cache
def raw(recipe: Recipe) -> bytes:
    """The mail's bytes."""
    asks = _TEXTS.get(recipe.does, f"{recipe.does}: Wer spricht mit Brückner?")
    lines = [f"Message-ID: {message_id(recipe.message_id)}"] if recipe.message_id else []
    lines += [f"References: {' '.join(map(message_id, recipe.names))}"] if recipe.names else []
    lines += [f"From: {SENDERS[recipe.key % 3]}", f"X-Key: {recipe.key}", "", asks]
    _KNOWN["\r\n".join(lines).encode()] = recipe
    return "\r\n".join(lines).encode()


@cache
def reading(bytes_: bytes) -> Reading:
    """What reading a mail yields; of one that is not of this world (a draft, a reply) its words."""
    recipe = _KNOWN.get(bytes_)
    text = bytes_.partition(b"\r\n\r\n")[2].decode()
    if recipe is None:
        return Reading(Mail("a draft", text=text), OwnWords(text), None, _TRUST)
    mail = Mail(
        identity=identity(recipe),
        message_id=message_id(recipe.message_id),
        references=tuple(map(message_id, recipe.names)),
        subject=recipe.does,
        sender=Address(SENDERS[recipe.key % 3]),
        text=text,
    )
    automatic = Automatic("list", "It came from a list.") if recipe.does == "newsletter" else None
    questions = (Question(f"{DOCUMENTS[recipe.key % 2].id} {text}"),) if text.endswith("?") else ()
    return Reading(mail, OwnWords(text), automatic, _TRUST, questions)


_KNOWN: dict[bytes, Recipe] = {}


class Mind:
    """What is known and how mails are judged in one world; documents come and go, and it may fail."""

    def __init__(self, dies: Callable[[], None]) -> None:
        """All documents are there. `dies` ends the process that reads a mail which kills."""
        self.there = {document.id for document in DOCUMENTS}
        self.fails = False
        self._dies = dies
        self._reads: dict[str, int] = {}

    def judge(self) -> Judge:
        """A judge on this knowledge."""
        steps = Steps(self.read, _before_search, _viewer, _decide, compose, still_there=self.still_there)
        return Judge(self, steps, Policy())

    def answer(self, questions: Sequence[Question], viewer: Viewer) -> list[Answer]:
        """See `Answering`; a poisoned question makes all of them fail."""
        if self.fails:
            raise NoIndex("Nothing has been indexed yet.")
        if any("poison" in question.text for question in questions):
            raise ValueError("poison")
        return [self._one(question) for question in questions]

    def still_there(self, ids: Collection[str], viewer: Viewer) -> frozenset[str]:
        """Those of the documents that are left."""
        if self.fails:
            raise NoIndex("Nothing has been indexed yet.")
        return frozenset(ids) & self.there

    def read(self, bytes_: bytes) -> Reading:
        """Read a mail: some cannot be read, some not twice, some end the process."""
        found = reading(bytes_)
        does = found.mail.subject
        if does == "kills":
            self._dies()
        if does == "fails twice":
            times = self._reads[found.mail.identity] = self._reads.get(found.mail.identity, 0) + 1
            if times <= 2:
                raise ValueError("not yet")
        if does == "fails reading":
            raise ValueError("poison")
        return found

    def _one(self, question: Question) -> Answer:
        found = [d for d in DOCUMENTS if d.id in question.text and d.id in self.there and "spricht" in question.text]
        return Answer(question, tuple(Hit(d, 0.9, d.title, d.url) for d in found), 0.9 if found else 0.0)


def _before_search(found: Reading, policy: Policy) -> Pass | None:
    if found.automatic:
        return Pass(Reason.AUTOMATIC, found.automatic.says)
    return None if found.questions else Pass(Reason.NO_QUESTION, "Nothing is asked.")


def _viewer(found: Reading, policy: Policy) -> Viewer:
    return EVERYBODY


def _decide(found: Reading, answers: Sequence[Answer], policy: Policy) -> Outcome:
    if found.mail.subject == "fails deciding":
        raise ValueError("poison")
    sure = tuple(answer for answer in answers if answer.hits)
    if not sure:
        return Pass(Reason.NO_ANSWER, "Nothing was found.", answers=tuple(answers))
    return Draft(found, Audience((found.mail.sender or Address(""),)), sure)


def compose(draft: Draft, writer: Address, own_id: str, now: datetime) -> bytes:
    """A draft's bytes; one line names the mail it answers, for the checkers alone."""
    mail = draft.reading.mail
    if mail.subject == "fails composing":
        raise ValueError("poison")
    named = " ".join(filter(None, (*mail.references, mail.message_id)))
    links = " ".join(hit.document.url for answer in draft.answers for hit in answer.hits)
    head = f"Message-ID: {own_id}\r\nReferences: {named}\r\nIn-Reply-To: {mail.message_id}\r\nFrom: {writer.email}\r\n"
    return f"{head}{WORD.decode()}{mail.identity}\r\n\r\nHallo, das steht hier: {links}\r\n".encode()


def answers(bytes_: bytes) -> str:
    """The identity of the mail that a draft of ours answers, whatever its Message-ID; empty for other mails."""
    _, mark, rest = bytes_.partition(WORD)
    return rest.partition(b"\r\n")[0].decode() if mark else ""
