"""Domains that are made to be taken for another: look-alike letters and Unicode. Pure."""

import unicodedata

# Letters of other scripts, and pairs, that look like Latin ones (Unicode TS #39, the ones domains can hold).
LOOK_ALIKES = str.maketrans(
    "аɑαвсϲԁеёҽɡһніıιјкκӏⅼмпոоοօрρԛгѕтτυսνѵԝωхχуγʏᴢ0135|",
    "aaabccdeeeghhiiijkkllmnnoooppqrsttuuvvwwxxyyyzolesl",
)
PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("ii", "n"), ("i", "l"), ("-", ""))


def looks_like(domain: str, own: str) -> bool:
    """Whether a domain is not `own` but reads like it: `bruckner-1ogistik.example` for `brucknerlogistik.example`."""
    domain, own = _readable(domain), _readable(own)
    if not domain or domain == own or domain.endswith("." + own):
        return False
    return skeleton(domain) == skeleton(own)


def skeleton(domain: str) -> str:
    """What is left when everything that looks alike is written alike."""
    plain = unicodedata.normalize("NFKD", domain.lower())
    text = "".join(char for char in plain if not unicodedata.combining(char)).translate(LOOK_ALIKES)
    for pair, letter in PAIRS:
        text = text.replace(pair, letter)
    return text


def _readable(domain: str) -> str:
    """Punycode labels as the letters they show; a label that cannot be read stays."""
    labels = (_label(label) for label in domain.lower().strip(".")[:255].split("."))
    return ".".join(labels)


def _label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label
