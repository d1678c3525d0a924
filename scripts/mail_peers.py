"""What other libraries make of the mails of a folder, as JSON on stdout. Runs in their environment, not in ours.

    .venv-peers/bin/python -m scripts.mail_peers DATA

Nothing is judged here: `scripts/peers.py` counts what is right, with the same functions that count ours.
"""

import email
import email.policy
import html
import json
import re
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from scripts.train_wishes import is_held_back, labelled

TAG = re.compile(r"<(style|script|head)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>", re.IGNORECASE | re.DOTALL)
LANGUAGES = ["en", "de", "fr", "es", "nl"]
Fields = dict[str, str]


def stdlib(raw: bytes) -> Fields:
    """Through `email.policy.default`."""
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    body = mail.get_body(("plain", "html"))
    authors = mail["from"].addresses if mail["from"] else ()
    return {
        "subject": str(mail["subject"] or ""),
        "from_email": authors[0].addr_spec if authors else "",
        "from_name": authors[0].display_name if authors else "",
        "text": body.get_content() if body else "",
    }


def mail_parser(raw: bytes) -> Fields:
    """Through `mail-parser`."""
    import mailparser

    mail = mailparser.parse_from_bytes(raw)
    name, address = (list(mail.from_) or [("", "")])[0][:2]
    text = "\n".join(mail.text_plain or mail.text_html)
    return {"subject": mail.subject or "", "from_email": address, "from_name": name, "text": text}


def parsed(read: Callable[[bytes], Fields], mails: Sequence[bytes], asked: Sequence[bytes]) -> dict[str, Any]:
    """Exceptions and mails a second over all, and the fields of those that are asked for."""
    raised, began = 0, time.process_time()
    for raw in mails:
        raised += attempted(read, raw) is None
    rate = len(mails) / (time.process_time() - began)
    return {"raised": raised, "rate": rate, "fields": [attempted(read, raw) or {} for raw in asked]}


def attempted(act: Callable[[Any], Any], given: Any) -> Any:
    """What it returns; None where it raises."""
    try:
        return act(given)
    except Exception:  # how often others raise is a figure of the table
        return None


def strippers() -> dict[str, Callable[[str], str | None]]:
    """The reply strippers, each as a function of a body."""
    import quotequail
    from email_reply_parser import EmailReplyParser
    from mailparser_reply import EmailReplyParser as Reader
    from talon import quotations
    from talon.signature.bruteforce import extract_signature

    def unwrapped(text: str) -> str | None:
        found = quotequail.unwrap(text)
        return found.get("text_top") if found else text

    return {
        "talon": lambda text: extract_signature(quotations.extract_from_plain(text))[0],
        "email-reply-parser": EmailReplyParser.parse_reply,
        "mail-parser-reply": lambda text: Reader(languages=LANGUAGES).read(text=text).replies[0].body,
        "quotequail": unwrapped,
    }


def html_strippers() -> dict[str, Callable[[str], str]]:
    """Those that know HTML, each as a function from HTML to the text that is left."""
    import quotequail
    from talon import quotations

    def unwrapped(page: str) -> str:
        found = quotequail.unwrap_html(page)
        return plain((found.get("html_top") or "") if found else page)

    return {"talon": lambda page: plain(quotations.extract_from_html(page)), "quotequail": unwrapped}


def plain(page: str) -> str:
    """HTML without its tags: good enough for replies of one line."""
    return html.unescape(TAG.sub(" ", page))


def classified(file: Path) -> list[tuple[bool, bool]]:
    """A TF-IDF classifier's word and the label, for each held-back sentence; learned from the others."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline, make_union

    told = list(labelled(file))
    learn = [entry for entry in told if not is_held_back(entry[0])]
    held = [entry for entry in told if is_held_back(entry[0])]
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    model = make_pipeline(make_union(words, letters), LogisticRegression(C=10, class_weight="balanced", max_iter=1000))
    model.fit([sentence for sentence, _ in learn], [wants for _, wants in learn])
    return [(bool(w), t) for w, (_, t) in zip(model.predict([s for s, _ in held]), held, strict=True)]


def main() -> int:
    """Run every library over the folder. Argument: the folder; stdin lists the mails, a path a line."""
    warnings.simplefilter("ignore")
    data = Path(sys.argv[1])
    mails = [Path(name).read_bytes() for name in sys.stdin.read().splitlines()]
    asked = [(data / e["file"]).read_bytes() for e in json.loads((data / "parse_expected.json").read_text("utf-8"))]
    bodies = [pair["text"] for pair in json.loads((data / "reply_pairs.json").read_text("utf-8"))]
    replies = sorted((data / "talon" / "tests" / "fixtures" / "html_replies").glob("*.html"))
    pages = [file.read_text("utf-8", "replace") for file in replies]
    questions = data / "questions_train" / "parakweet_train.txt"
    told = {
        "parsed": {
            "policy.default": parsed(stdlib, mails, asked),
            "mail-parser": parsed(mail_parser, mails, asked),
        },
        "replies": {name: [attempted(strip, text) for text in bodies] for name, strip in strippers().items()},
        "html": {name: [attempted(strip, page) for page in pages] for name, strip in html_strippers().items()},
        "questions": classified(questions) if questions.exists() else [],
    }
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
