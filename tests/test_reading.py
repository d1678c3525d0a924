"""Everything about a mail at once: never an exception, nothing asked by machines."""

from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.fuzzing import run, seeds
from service.mail.language import language_of
from service.mail.reading import ReadingRules, read
from service.mail.telling import told

RULES = ReadingRules(own=frozenset({"bob@corp.example"}), authserv_id="mx.corp.example")
RAW = """Authentication-Results: mx.corp.example; dmarc=pass header.from=corp.example
From: Anna Weber <anna@corp.example>
To: bob@corp.example
Subject: Re: Rail opportunity
Content-Type: text/plain; charset=utf-8

Hi Bob,

how are you? I'd like to know who covers Brückner Logistik (see https://www.brueckner.example/about).
Do we have a reference in rail?

Best regards
Anna Weber
Corp GmbH, www.corp.example

On Mon, Mar 2, 2026 at 8:00 AM Bob <bob@corp.example> wrote:
> Who talks to Siemens?
"""


def test_a_mail_is_understood_whole() -> None:
    reading = read(RAW.encode(), RULES)

    assert (reading.trust.verdict, reading.automatic, reading.language) == ("proven", None, "en")
    assert [question.kind for question in reading.questions] == ["who", "reference"]
    assert reading.questions[0].domains == ("brueckner.example",)
    assert "Rail opportunity" in reading.questions[1].windows[-1]
    assert not any("Siemens" in window for question in reading.questions for window in question.windows)


def test_machines_ask_nothing() -> None:
    assert read(b"List-Id: <x>\n" + RAW.encode(), RULES).questions == ()


def test_the_language_is_that_of_the_own_words() -> None:
    assert language_of("Wer betreut den Kunden, und haben wir eine Referenz?") == "de"
    assert language_of("Qui suit ce client et avons-nous une référence dans le rail ?") == "fr"
    assert language_of("¿Quién lleva este cliente y tenemos una referencia en el sector?") == "es"
    assert language_of("Wie kent iemand bij deze klant en hebben we een referentie?") == "nl"
    assert language_of("Who covers this customer?") == "en"
    assert language_of("Кто работает с этим клиентом?") == "ru"
    assert language_of("") == "en"


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_reading_never_raises(raw: bytes) -> None:
    assert read(RAW.encode() + raw, RULES).mail.identity


def test_mutated_mails_neither_raise_nor_take_long() -> None:
    tally = run(10_000, seeds(None), seed=3, largest=1200)

    assert (tally.read, tally.raised, tally.slow) == (10_000, 0, 0)


def test_what_was_understood_can_be_told() -> None:
    page = told(read(RAW.encode(), RULES))

    assert "Trust:      proven" in page
    assert "Written by: a person" in page
    assert "  quote: On Mon, Mar 2, 2026" in page
    assert "  reference: Do we have a reference in rail?" in page


def test_a_machine_and_a_sender_that_is_nobody_are_told_with_their_reasons() -> None:
    page = told(read(b"From: a@b.example, c@d.example\nList-Id: <x>\n\nhi", RULES))

    assert "Sender:     nobody (From says: <a@b.example>, <c@d.example>)" in page
    assert "by the rule “list”" in page
