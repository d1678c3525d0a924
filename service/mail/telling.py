"""`Reading` → a page of text that says what was understood and why, to look at or to file a bug with. Pure."""

from collections.abc import Iterator

from service.mail.letter import Reading

LONGEST_CUT = 200


def told(reading: Reading) -> str:
    """Sender and trust, person or machine, own words, what was cut by which rule, and the questions."""
    return "\n".join(_lines(reading)) + "\n"


def _lines(reading: Reading) -> Iterator[str]:
    mail = reading.mail
    written = ", ".join(f"{author.name} <{author.email}>".strip() for author in mail.authors) or "nobody"
    yield f"Subject:    {mail.subject or '(none)'}"
    yield f"Sender:     {mail.sender.email if mail.sender else f'nobody (From says: {written})'}"
    yield f"Trust:      {reading.trust.verdict}. {reading.trust.says}"
    machine = reading.automatic
    yield f"Written by: {f'a machine, by the rule “{machine.rule}”. {machine.says}' if machine else 'a person'}"
    yield f"Language:   {reading.language}"
    yield f"Parts:      {', '.join(mail.parts)}"
    yield from (f"Attachment: {name}" for name in mail.attachments)
    yield from (f"Defect:     {defect}" for defect in mail.defects)
    yield from _words(reading)
    yield from _questions(reading)


def _words(reading: Reading) -> Iterator[str]:
    yield from ("", "Own words:")
    yield from (f"  {line}" for line in (reading.own.text or "(none)").split("\n"))
    if reading.own.context:
        yield from ("", "In answer to, or forwarded:")
        yield from (f"  {line}" for line in reading.own.context.split("\n"))
    if reading.own.cut:
        yield from ("", "Cut away:")
    for rule, text in reading.own.cut:
        piece = " ".join(text.split())
        yield f"  {rule}: {piece[:LONGEST_CUT]}{' …' if len(piece) > LONGEST_CUT else ''}"


def _questions(reading: Reading) -> Iterator[str]:
    yield from ("", "Questions:" if reading.questions else "Questions: none")
    for question in reading.questions:
        yield f"  {question.kind}: {question.text}"
        if question.domains:
            yield f"    cites {', '.join(question.domains)}"
