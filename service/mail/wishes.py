"""Does a sentence want something of its reader? Pure. (Replaced by learned weights.)"""


def wish(sentence: str) -> float:
    """A probability that this sentence asks for or requests something."""
    return 0.6 if sentence else 0.0
