"""Own words → sentences, each whole and none lost. Pure, linear.

Lines that a mail program wrapped are joined; list items, headings and salutations stand alone.
"""

import re
from collections.abc import Iterator

BULLET = re.compile(r"\s{0,12}(?:[-*•–·▪◦+o]|\(?\d{1,2}[.)]|\(?[a-h][.)])\s+(?=\S)")
END = re.compile(r"[.!?…؟？。！](?:[\"'”’»)\]]{0,2})(?=\s|$)|[。？！]")
ABBREVIATION = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|prof|st|inc|ltd|co|corp|bros|vs|etc|e\.g|i\.e|approx|no|nr|dept|est|fig|tel|z\.b|u\.a|"
    r"d\.h|bzw|ca|evtl|ggf|usw|inkl|gebr|fa|cie|ste|mlle|hnos|gebrs|jr|sen|ing|dipl|"
    r"abs|str|hr|fr|sr|sra|av|p\.ej|m|mme|cf|env|bijv|o\.a|i\.v\.m|dhr|mevr|jan|feb|mar|apr|jun|jul|aug|sep|sept|"
    r"oct|okt|nov|dec|dez|[a-z]))\.$",
    re.IGNORECASE,
)
WRAPPED_AT = 45
LOOKS_BACK = 12


def sentences(text: str) -> list[str]:
    """The sentences in their order; together they hold every word of the text."""
    return [sentence for block in blocks(text) for sentence in _split(block)]


def blocks(text: str) -> Iterator[str]:
    """Paragraphs, list items and lone lines, each joined to one line."""
    block: list[str] = []
    for line in text.split("\n"):
        told = line.strip()
        starts_anew = not told or BULLET.match(line) or (block and not _goes_on(block[-1], told))
        if starts_anew and block:
            yield " ".join(block)
            block = []
        if told:
            block.append(told)
    if block:
        yield " ".join(block)


def _goes_on(line: str, following: str) -> bool:
    """Whether a line break is one of the mail program, not of the writer."""
    if line[-1] in ".!?:؟？。":
        return len(line) >= WRAPPED_AT
    return len(line) >= WRAPPED_AT or following[:1].islower()


def _split(block: str) -> Iterator[str]:
    start, small = 0, block == block.lower()
    for end in END.finditer(block):
        following = block[end.end() : end.end() + 8].lstrip()
        before = block[max(start, end.end() - LOOKS_BACK) : end.end()]
        if end[0][0] == "." and not _ends_here(before, following.upper() if small else following):
            continue
        if sentence := block[start : end.end()].strip():
            yield sentence
        start = end.end()
    if rest := block[start:].strip():
        yield rest


def _ends_here(before: str, following: str) -> bool:
    """Whether a full stop ends a sentence: not after an abbreviation, not before a small letter."""
    if not following:
        return True
    return not ABBREVIATION.search(before) and not following[0].islower()
