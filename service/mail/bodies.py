"""The parts of a mail → those whose text is its body. Pure.

The body is the first text that is no file. Where an alternative offers it as plain text and as HTML, both are taken.
Text after a picture or a file in the same container goes on with it, as Apple Mail writes; text right after text is
what a list or a scanner put there.
"""

from collections.abc import Iterator

from service.mail.structure import Part, Structure


def bodies(whole: Structure) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """The plain text parts and the HTML parts of the body, in order."""
    first = next((part for part in whole.parts if part.is_text), None)
    if first is None:
        return tuple(part for part in whole.parts if part.body and _is_unopened(part))[:1], ()
    other = next(
        (p for p in whole.parts if p.is_text and p.type != first.type and _alternatives(whole, first, p)), None
    )
    chosen = {part.type: tuple(_continued(whole, part)) for part in (first, other) if part}
    return chosen.get("text/plain", ()), chosen.get("text/html", ())


def _is_unopened(part: Part) -> bool:
    """A multipart whose boundary is missing shows as the text it is."""
    return part.type.startswith(("multipart/", "text/")) and not part.is_file


def _alternatives(whole: Structure, one: Part, two: Part) -> bool:
    """Whether an alternative holds both: they say the same."""
    shared = 0
    while shared < min(len(one.place), len(two.place)) and one.place[shared] == two.place[shared]:
        shared += 1
    container = next((part for part in whole.parts if part.place == one.place[:shared]), one)
    return container.type == "multipart/alternative" or container.type == "multipart/related"


def _continued(whole: Structure, first: Part) -> Iterator[Part]:
    """The part itself, then the parts of its kind that follow a picture or file beside it."""
    yield first
    if not first.place or first.subtype_of not in ("multipart/mixed", "multipart/related"):
        return
    beside = [p for p in whole.parts if p.place[:-1] == first.place[:-1] and p.place and p.place > first.place]
    interrupted = False
    for part in beside:
        if part.is_text and part.type == first.type and interrupted:
            yield part
        interrupted = part.is_file or part.type.startswith(("image/", "application/", "video/", "audio/"))
