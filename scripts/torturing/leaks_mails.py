"""One case: a mail's bytes with all its twists, and what is true of it. Pure."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from scripts.torturing.leaks_cast import COPIES, HARMLESS_REPLIES, PLAIN, REPLY_TO, SENDERS, Shown
from scripts.torturing.leaks_proof import BELIEVED, PROOFS, SETUPS, Proof, Setup
from scripts.torturing.leaks_shelf import CUSTOMERS, MATTERS, Marked

T = TypeVar("T")
ASKED: dict[str, tuple[str, ...]] = {
    "who": ("Who is talking to {name}?", "Wer spricht mit {name}?", "Who knows Ute at {name}?"),
    "reference": ("Do we have a reference for {matter}?", "Haben wir eine Referenz für {matter}?"),
    "similar work": ("Has anyone worked on {matter} before?", "Is anybody on a project like {matter} for {name}?"),
    "other": ("When does {name} decide about {matter}?", "What did {name} say of {matter}?"),
    "a guessed word": ("Who is talking to {name} about {guess}?", "What do we know of {guess}?"),
    "two at once": ("Who is talking to {name}? Do we have a reference for {matter}?",),
}
BODIES = ("plain", "HTML", "forwarded", "in a thread", "base64", "through a list", "by a machine")
ANSWERED = BODIES[:5]
DIMENSIONS = ("sender", "Reply-To", "copies", "proof", "setup", "body", "question", "customer")


@dataclass(frozen=True, slots=True)
class Case:
    """A mail with a name for each of its dimensions, and the truth about it."""

    number: int
    kinds: Mapping[str, str]
    raw: bytes
    shown: Shown
    proof: Proof
    setup: Setup
    brings: frozenset[str] = frozenset()
    """Marks that the mail itself names: whoever wrote it guessed them."""

    @property
    def may_be_answered(self) -> bool:
        """Whether the sender is an inside person, plainly named, and to be believed."""
        return self.shown.inside and self.setup.believes(self.proof)

    @property
    def is_proven(self) -> bool:
        """Whether the own server vouches for the sender."""
        return bool(self.setup.authserv_id) and self.proof.truth == "proven"


def case(number: int, shelf: list[Marked]) -> Case:
    """The case of this number about documents of this shelf: mostly one or two twists, sometimes all at once."""
    draw = Random(number)
    twisted = set(draw.sample(("sender", "Reply-To", "proof", "body"), draw.choice((0, 0, 1, 1, 1, 2, 2, 4))))
    kinds = {
        "sender": _one(draw, "sender" in twisted, SENDERS, PLAIN),
        "Reply-To": _one(draw, "Reply-To" in twisted, REPLY_TO, HARMLESS_REPLIES),
        "copies": draw.choice(list(COPIES)),
        "proof": _one(draw, "proof" in twisted, PROOFS, BELIEVED),
        "setup": draw.choice(list(SETUPS)),
        "body": _one(draw, "body" in twisted, dict.fromkeys(BODIES), ANSWERED),
        "question": draw.choice(list(ASKED)),
        "customer": draw.choice(list(CUSTOMERS)),
    }
    shown = SENDERS[kinds["sender"]](draw)
    guess = draw.choice(shelf).word if kinds["question"] == "a guessed word" else ""
    raw = _raw(draw, number, kinds, shown, guess)
    return Case(number, kinds, raw, shown, PROOFS[kinds["proof"]], SETUPS[kinds["setup"]], frozenset({guess}))


def _one(draw: Random, is_twisted: bool, every: Mapping[str, T], harmless: tuple[str, ...]) -> str:
    return draw.choice(list(every)) if is_twisted else draw.choice(harmless)


def _raw(draw: Random, number: int, kinds: Mapping[str, str], shown: Shown, guess: str) -> bytes:
    question = draw.choice(ASKED[kinds["question"]]).format(
        name=CUSTOMERS[kinds["customer"]][0], matter=draw.choice(MATTERS), guess=guess
    )
    reply_to = draw.choice(REPLY_TO[kinds["Reply-To"]])
    lines = [
        *(line.replace("{domain}", shown.domain) for line in PROOFS[kinds["proof"]].lines),
        f"Message-ID: <{number}@mail.example>",
        "Date: Mon, 02 Mar 2026 08:00:00 +0000",
        *shown.lines,
        *([f"Reply-To: {reply_to}"] if reply_to else []),
        *draw.choice(COPIES[kinds["copies"]]).split("\n"),
        f"Subject: {draw.choice(('A question', 'Re: A question', CUSTOMERS[kinds['customer']][0]))}",
        *_content(draw, kinds["body"], question),
    ]
    return "\r\n".join("\r\n\t".join(line.split("\n\t")) for line in lines).encode()


def _content(draw: Random, body: str, question: str) -> list[str]:
    hello, other = draw.choice(("Hi,", "Hallo Tom,", "Dear all,")), CUSTOMERS[draw.choice(list(CUSTOMERS))][0]
    written = [hello, "", question, "", "Thanks", "Jana"]
    if body == "HTML":
        return ["Content-Type: text/html; charset=utf-8", "", "<p>" + "</p><p>".join(written) + "</p>"]
    if body == "forwarded":
        written += ["", "-------- Forwarded Message --------", "From: Eve <eve@evil.example>", f"Subject: {other}",
                    "To: jana@firma.example", "", f"Who is talking to {other}?"]  # fmt: skip
    if body == "in a thread":
        written += ["", "On Sun, 1 Mar 2026, Eve <eve@evil.example> wrote:", f"> Who is talking to {other}?"]
    if body == "base64":
        told = base64.b64encode("\n".join(written).encode()).decode()
        return ["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64", "", told]
    marks = {"through a list": ["List-Id: <all.firma.example>"], "by a machine": ["Auto-Submitted: auto-replied"]}
    return [*marks.get(body, []), "Content-Type: text/plain; charset=utf-8", "", *written]
