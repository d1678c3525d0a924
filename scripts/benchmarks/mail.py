"""How well and how fast mails are read: parsing, own words, automatic or not, questions.

`--data` names a folder of whole mails with `parse_expected.json`, `reply_pairs.json` and `questions_train/`; without it
only the lines that need none are measured. Times are processor time of one core: other work on the machine does not
count.
The figures marked as recorded were taken from the best library of its kind over a larger collection of the same mails;
with `--peers` the libraries are installed into an environment of their own and measured on this one.
"""

import json
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from scripts.benchmarks.table import Line
from scripts.peers import Figures, beside, best, outputs
from scripts.train_wishes import is_held_back, labelled
from service.mail.automatic import automatic
from service.mail.html import text_of
from service.mail.letter import Mail
from service.mail.parse import parse
from service.mail.questions import is_question, questions
from service.mail.quoting import own_words
from service.mail.reading import ReadingRules, read
from service.mail.wishes import wish
from service.reading.worker import ReadingWorker

OWN_SET = Path(__file__).parents[2] / "tests" / "data" / "sales_questions.jsonl"
MAILS = (".eml", ".raw", ".msg")
# What a person keeps of each of talon's HTML replies.
KEPT_OF_HTML = "Hi. I am fine. Thanks, Alex"
# Bodies that make libraries hang: each repeated to the wanted size, then closed with a line that almost fits.
HOSTILE = (
    "On ",
    "On Mon, Jan 1, 2024 at 1:00 AM\n",
    "On <",
    "> ",
    "> a\nb\n",
    ">",
    "From: a\n",
    "From: a\nTo: b\n\n",
    "-",
    "--\n",
    "_",
    "\n",
    "a@b.c ",
    "wrote:\n",
    "Sent from my ",
    "-----Original Message-----\n",
)


def lines(data: Path | None, peers: bool = False) -> Iterator[Line]:
    """All lines that can be measured on this data; with `peers` beside what others make of it."""
    files = [file for file in sorted(data.rglob("*")) if file.is_file() and is_mail(file)] if data else []
    figures = figures_of(data, outputs(data, files)) if data and peers else {}
    yield from beside(all_lines(data, [file.read_bytes() for file in files]), figures)


def all_lines(data: Path | None, mails: Sequence[bytes]) -> Iterator[Line]:
    """Area by area."""
    if data is not None:
        yield from parsing(data, mails)
        yield from stripping(data)
        yield from machines(data)
    yield from hostile_bodies()
    yield from asking(data)


def figures_of(data: Path, told: dict[str, Any]) -> Figures:
    """What others reach on each line, the best of them, counted as ours is."""
    parsed, expected = told["parsed"], json.loads((data / "parse_expected.json").read_text(encoding="utf-8"))
    right = {name: fields_of(expected, entry["fields"]) for name, entry in parsed.items()}
    kept = {name: kept_of(data, texts) for name, texts in told["replies"].items()}
    exact, name = best({name: exact for name, (exact, _, _) in kept.items()})
    total = len(told["replies"][name])
    pages = {name: float(sum(folded(t or "") == KEPT_OF_HTML for t in texts)) for name, texts in told["html"].items()}
    return {
        "parse: exceptions": best({name: entry["raised"] for name, entry in parsed.items()}, least=True),
        "parse: fields right": best({name: 100 * sum(r) / len(r) for name, r in right.items()}),
        "parse: mails/s": best({name: entry["rate"] for name, entry in parsed.items()}),
        "own words: exact": (100 * exact / total, name),
        "own words: kept too much": (kept[name][1], name),
        "own words: lost text": (kept[name][2], name),
        "own words: HTML": best(pages),
        "questions: F1": (f1(told["questions"]), "TF-IDF classifier"),
    }


def fields_of(expected: Sequence[dict[str, Any]], found: Sequence[dict[str, str]]) -> list[bool]:
    """For each field that is told, whether it is right; all of a mail are wrong where the library raised."""
    names = ("subject", "from_email", "from_name", "text")
    pairs = [(fields, e, n) for e, fields in zip(expected, found, strict=True) for n in names if e[n] is not None]
    return [n in fields and same(folded(fields[n] or ""), folded(e[n])) for fields, e, n in pairs]


def is_mail(file: Path) -> bool:
    """Whether a file of the collection is a whole mail."""
    return file.suffix in MAILS or (file.name.startswith(("msg_", "mail_")) and "test" in str(file.parent) + file.name)


def parsing(data: Path, mails: Sequence[bytes]) -> Iterator[Line]:
    """Exceptions, slow mails, field accuracy and speed."""
    raised = slow = 0
    for raw in mails:
        seconds, failed = timed(partial(parse, raw))
        raised += failed
        slow += seconds > 0.25
    yield Line(f"parse: exceptions in {len(mails)} mails", raised, "", 1, "mail-parser", True, 0, "lower")
    yield Line("parse: mails over 250 ms", slow, "", None, "", False, 0, "lower")
    right, asked = fields(data)
    yield Line(f"parse: fields right of {asked}", 100 * right / asked, "%", 91.8, "policy.default", True, 97)
    rules = ReadingRules(own=frozenset({"me@corp.example"}), authserv_id="mx.corp.example")
    yield Line("parse: mails/s per core", rate(parse, mails), "/s", 1210, "compat32", True, 1000)
    yield Line("all steps: mails/s per core", rate(lambda raw: read(raw, rules), mails), "/s", None, "", False, 400)
    yield Line("all steps in their own process: mails/s per core", rate_apart(rules, mails), "/s", goal=400)


def timed(act: Callable[[], object]) -> tuple[float, bool]:
    """Processor seconds it took, and whether it raised."""
    began = time.process_time()
    try:
        act()
    except Exception:  # counting exceptions of any kind is what this measures
        return time.process_time() - began, True
    return time.process_time() - began, False


def rate(act: Callable[[bytes], object], mails: Sequence[bytes]) -> float:
    """Mails a second."""
    began = time.process_time()
    for raw in mails:
        act(raw)
    return len(mails) / (time.process_time() - began)


def rate_apart(rules: ReadingRules, mails: Sequence[bytes], rounds: int = 3) -> float:
    """Mails a second of processor time on both sides of the line, with the start of the process."""
    began = time.process_time() + time_of_children()
    worker = ReadingWorker(rules)
    for _ in range(rounds):
        for raw in mails:
            worker.read(raw)
    worker.close()
    return rounds * len(mails) / (time.process_time() + time_of_children() - began)


def time_of_children() -> float:
    """Processor seconds of the processes that ended so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def fields(data: Path) -> tuple[int, int]:
    """Subject, sender's address and name, and text that are as expected, of those that are told.

    Where the expected text holds U+FFFD, the reader who wrote it could not decode a letter; whatever we read there
    counts as right.
    """
    told = json.loads((data / "parse_expected.json").read_text(encoding="utf-8"))
    pairs = [pair for entry in told for pair in compared(entry, parse((data / entry["file"]).read_bytes()))]
    return sum(same(ours, expected) for ours, expected in pairs), len(pairs)


def compared(entry: dict[str, Any], mail: Mail) -> Iterator[tuple[str, str]]:
    """Ours and the expected value of each field that is told."""
    author = mail.authors[0] if mail.authors else None
    ours = {
        "subject": mail.subject,
        "from_email": author.email if author else "",
        "from_name": author.name if author else "",
        "text": mail.text,
    }
    return ((folded(ours[name]), folded(entry[name])) for name in ours if entry[name] is not None)


def folded(text: str) -> str:
    """White space does not count."""
    return " ".join(text.replace("\0", "").split())


def same(ours: str, expected: str) -> bool:
    """Equal, but for letters that the expectation could not decode."""
    if "\ufffd" not in expected:
        return ours == expected
    pieces, at = [piece for piece in expected.split("\ufffd") if piece], 0
    for piece in pieces:
        at = ours.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return len(ours) <= len(expected)


def stripping(data: Path) -> Iterator[Line]:
    """The reply that a person would keep, exactly; what was kept too much and what was lost."""
    pairs = json.loads((data / "reply_pairs.json").read_text(encoding="utf-8"))
    exact, much, lost = kept_of(data, [own_words(pair["text"]).reply for pair in pairs])
    yield Line(f"own words: exact of {len(pairs)}", 100 * exact / len(pairs), "%", 62.8, "talon", True, 95)
    yield Line("own words: kept too much", much, "", 44, "talon", True)
    yield Line("own words: lost text", lost, "", 13, "talon", True, 2, "lower")
    replies = sorted((data / "talon" / "tests" / "fixtures" / "html_replies").glob("*.html"))
    kept = [folded(own_words(text_of(file.read_text("utf-8", "replace"))).text) for file in replies]
    if replies:
        right = sum(text == KEPT_OF_HTML for text in kept)
        yield Line(f"own words: HTML replies of {len(replies)} clients", right, "", 7, "talon", True, len(replies))


def kept_of(data: Path, texts: Sequence[str | None]) -> tuple[int, int, int]:
    """How many replies are exactly what a person would keep, how many hold too much, and how many lack words."""
    pairs = json.loads((data / "reply_pairs.json").read_text(encoding="utf-8"))
    told = [(folded(text or ""), folded(pair["expected"])) for text, pair in zip(texts, pairs, strict=True)]
    exact = sum(ours == expected for ours, expected in told)
    lost = sum(not set(expected.split()) <= set(ours.split()) for ours, expected in told)
    return exact, len(told) - exact - lost, lost


def hostile_bodies() -> Iterator[Line]:
    """The slowest of the bodies that make others hang."""
    for size, goal in ((100_000, 50), (1_000_000, 500)):
        bodies = [(kind * (size // len(kind) + 1))[:size] + "\nx wrote:\n" for kind in HOSTILE]
        worst = max(timed(partial(own_words, body))[0] for body in bodies)
        label = f"own words: slowest of {len(HOSTILE)} hostile bodies, {size // 1000} KB"
        yield Line(label, 1000 * worst, "ms", 10_000, "talon and others", True, goal, "lower")


def machines(data: Path) -> Iterator[Line]:
    """Bounces and reports that are recognised, and letters of people that are not mistaken for them."""
    reports = [parse(file.read_bytes()) for file in sorted((data / "sisimai").glob("*.eml"))]
    if reports:
        caught = sum(automatic(mail) is not None for mail in reports)
        yield Line(
            f"automatic: caught of {len(reports)} reports",
            100 * caught / len(reports),
            "%",
            89.5,
            "Discourse",
            True,
            99.5,
        )
    people = list(personal(data))
    wrong = sum(automatic(mail) is not None for mail in people)
    yield Line(
        f"automatic: wrongly of {len(people)} letters", 100 * wrong / len(people), "%", 0, "Discourse", True, 1, "lower"
    )


def personal(data: Path) -> Iterator[Mail]:
    """Letters of people: talon's whole mails, and the texts of the reply pairs as plain mails."""
    for file in sorted((data / "talon").rglob("*.eml")):
        yield parse(file.read_bytes())
    for pair in json.loads((data / "reply_pairs.json").read_text(encoding="utf-8")):
        head = "From: Ada Byron <ada@corp.example>\nTo: bob@corp.example\nSubject: Re: your mail\n\n"
        yield parse((head + pair["text"]).encode())


def asking(data: Path | None) -> Iterator[Line]:
    """Sentences that want something (a held-back tenth), and questions of sales mails."""
    file = data / "questions_train" / "parakweet_train.txt" if data else None
    if file and file.exists():
        held = [(sentence, wants) for sentence, wants in labelled(file) if is_held_back(sentence)]
        found = [(wish(sentence) >= 0.5, wants) for sentence, wants in held]
        label = f"questions: F1 on {len(held)} held-back sentences"
        yield Line(label, f1(found), "", 0.73, "TF-IDF classifier", True, 0.80)
    if OWN_SET.exists():
        told = [json.loads(line) for line in OWN_SET.read_text(encoding="utf-8").splitlines()]
        yield from of_sales_mails(told)


def of_sales_mails(told: Sequence[dict[str, Any]]) -> Iterator[Line]:
    """Recall, precision and kind on the labelled sentences of sales mails."""
    found = [(is_question(entry["text"]), entry["kind"] != "none") for entry in told]
    hits = sum(ours and theirs for ours, theirs in found)
    yield Line(f"questions: recall on {len(told)} sales sentences", hits / sum(t for _, t in found), "", goal=0.90)
    yield Line("questions: precision on them", hits / max(1, sum(ours for ours, _ in found)))
    asked = [e for e, (ours, theirs) in zip(told, found, strict=True) if ours and theirs]
    right = sum(kind_told(entry["text"]) == entry["kind"] for entry in asked)
    yield Line("questions: right kind of those found", right / max(1, len(asked)))


def kind_told(sentence: str) -> str:
    """The kind of the first question that a mail of this one sentence asks."""
    mail = Mail(identity="", text=sentence)
    return next((question.kind for question in questions(mail, own_words(sentence))), "none")


def f1(found: Sequence[tuple[bool, bool]]) -> float:
    """The harmonic mean of precision and recall."""
    hits = sum(ours and theirs for ours, theirs in found)
    return 2 * hits / max(1, sum(ours for ours, _ in found) + sum(theirs for _, theirs in found))
