"""More than five hundred hostile texts in every field, in a real browser: none runs, none leaves its place."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from indexer.documents import Customer, Document, Person, Section
from service.ledger import Ledger
from service.receipts import Asked, Nearest
from service.templates import Templates
from service.web.app import create
from service.web.options import WebOptions
from service.web.serving import serving
from tests.builders import NOW, a_card
from tests.chromium import BINARY, Chromium
from tests.pages import a_receipt, knowing

pytestmark = [pytest.mark.server, pytest.mark.skipif(BINARY is None, reason="Chromium is not installed")]
PAYLOADS: list[str] = [
    json.loads(line) for line in (Path(__file__).parent / "data/markup_payloads.jsonl").read_text().splitlines()
]
AUDIT = """(() => {
  const odd = [];
  if (window.__hit !== undefined) odd.push("ran");
  if (!document.title.endsWith("Signpost")) odd.push("title " + document.title);
  const never = "iframe, object, embed, base, frame, style, math, img[src='x'], svg script, video, audio," +
    "marquee, form[action^='javascript' i], meta[http-equiv], link[rel=import], plaintext, portal, template, noscript";
  for (const e of document.querySelectorAll(never)) odd.push(e.outerHTML.slice(0, 120));
  for (const e of document.querySelectorAll("*")) {
    for (const a of e.attributes) {
      const hostile = /^on|^style$|^srcdoc$|^formaction$|^autofocus$|^accesskey$|[^a-z:-]/i.test(a.name);
      if (hostile && !/^data-|^viewBox$|\\d/.test(a.name) && !(e.id === "q" && a.name === "autofocus"))
        odd.push(`${e.tagName} ${a.name}=${a.value}`.slice(0, 120));
      if (/^(href|src|action)$/.test(a.name) && !/^(\\/(?!\\/)|#|https?:|mailto:)/.test(a.value))
        odd.push(`${e.tagName} ${a.name}=${a.value}`.slice(0, 120));
    }
  }
  for (const s of document.scripts)
    if (!s.getAttribute("src")?.startsWith("/static/")) odd.push(s.outerHTML.slice(0, 120));
  return odd;
})()"""


def by(number: int, payloads: Sequence[str] = PAYLOADS) -> list[Sequence[str]]:
    """The payloads, so many at a time."""
    return [payloads[first : first + number] for first in range(0, len(payloads), number)]


@dataclass(frozen=True, slots=True)
class Hostile:
    """A site full of hostile texts, and a browser that looks at it."""

    url: str
    browser: Chromium

    def wrong(self, path: str, scripts: bool = True) -> list[str]:
        """What a page has that it should not have, and what the browser complained of."""
        self.browser.look(self.url + path, scripts=scripts)
        return [*self.browser.value(AUDIT), *(c for c in self.browser.complaints if "status of 4" not in c)]


def a_document(number: int, payload: str) -> Document:
    """A card with this text in every field that a source fills."""
    return a_card(
        payload,
        f"Depot {payload}",
        key=f"n{number}",
        url=payload if number % 2 else f"https://trello.com/c/{payload}",
        parent=payload,
        lane=payload,
        labels=(payload,),
        fields=((payload, payload), ("Link", f"see https://x.example/{payload} now")),
        people=(Person(payload, "owner", payload), Person(f"A {payload}", "contact", f"{payload}@x.example")),
        customers=(Customer(payload, payload, (payload,)),),
        sections=(
            Section(f"Depot {payload}", anchor=payload),
            Section(payload, "comment", f"https://trello.com/c/x#{payload}", payload, NOW),
            Section(payload, "checklist"),
        ),
    )


def hostile_ledger() -> Ledger:
    """Mails and saved searches that consist of nothing else."""
    ledger = Ledger.in_memory()
    for number, some in enumerate(by(4)):
        near = tuple(Nearest(f"trello:sales:card:n{n}", p, p, 0.5, (p,)) for n, p in enumerate(some))
        asked = tuple(Asked(p, "other", 0.4, near, 0.7) for p in some)
        first = some[number % len(some)]
        ledger.keep(
            [
                a_receipt(
                    str(number), mailbox="sales", subject=first, sender=some[-1], says=some[0], would_change=some[0],
                    reason=first[:60], message_id=first, draft_message_id=first, folder=first, asked=asked,
                )
            ]
        )  # fmt: skip
    for payload in PAYLOADS[::6]:
        ledger.searches.keep("", payload[:80], urlencode({"q": payload}), NOW)
    return ledger


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    knowledge = knowing(tmp_path_factory.mktemp("index"), [a_document(n, p) for n, p in enumerate(PAYLOADS)])
    options = WebOptions("http://127.0.0.1:8080", "1.2.3", Templates(), lambda: NOW, mailboxes=("sales", PAYLOADS[0]))
    with (
        serving(create(knowledge, hostile_ledger(), options), "127.0.0.1", 0) as url,
        Chromium(tmp_path_factory.mktemp("profile")) as browser,
    ):
        yield Hostile(url, browser)
    knowledge.close()


def wrong(hostile: Hostile, paths: Sequence[str]) -> dict[str, list[str]]:
    return {path: says for path in paths if (says := hostile.wrong(path))}


def test_there_are_more_than_five_hundred_different_payloads() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) > 500


def test_no_document_page_runs_what_its_fields_say(hostile: Hostile) -> None:
    assert wrong(hostile, [f"/documents/trello:sales:card:n{n}" for n in range(len(PAYLOADS))]) == {}


def test_no_list_of_results_runs_what_they_say(hostile: Hostile) -> None:
    assert wrong(hostile, [f"/?kind=card&page={n}" for n in range(1, len(PAYLOADS) // 10 + 2)]) == {}


def test_no_question_runs(hostile: Hostile) -> None:
    asked = [urlencode({"q": f"depot {' '.join(some)}"}) for some in by(6)]

    assert wrong(hostile, [f"/?{query}" for query in asked]) == {}


def test_no_filter_runs(hostile: Hostile) -> None:
    names = ("person", "customer", "parent", "lane", "source", "q", "like", "since", "without", "sort")
    queries = (zip(names, some, strict=False) for some in by(len(names)))

    assert wrong(hostile, [f"/?{urlencode(list(query))}" for query in queries]) == {}


def test_no_company_person_or_address_runs(hostile: Hostile) -> None:
    paths = [
        f"/{kind}/{quote(p, safe='')}"
        for kind, p in zip(("companies", "people", "nowhere") * 999, PAYLOADS[::3], strict=False)
    ]

    assert wrong(hostile, paths) == {}


def test_no_receipt_runs_what_a_mail_says(hostile: Hostile) -> None:
    paths = [f"/receipts/identity-{n}" for n in range(len(PAYLOADS) // 4 + 1)]
    lists = [f"/receipts?{urlencode({'page': n})}" for n in range(1, 8)]
    searched = [f"/receipts?{urlencode({'text': a, 'reason': b, 'mailbox': c})}" for a, b, c in by(3, PAYLOADS[:60])]

    assert wrong(hostile, [*paths, *lists, *searched]) == {}


def test_nothing_runs_on_pages_about_everything(hostile: Hostile) -> None:
    assert wrong(hostile, ["/", "/searches", "/figures", "/health", "/api", "/help"]) == {}


def test_the_audit_would_see_a_text_that_left_its_place(hostile: Hostile) -> None:
    hostile.browser.look(hostile.url)
    hostile.browser.value(
        "document.querySelector('main').innerHTML = '<a href=\"javascript:1\" onclick=x>y</a><iframe></iframe>'"
    )

    assert len(hostile.browser.value(AUDIT)) == 3
