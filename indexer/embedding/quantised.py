"""A compiled bundle → the one beside it with int8 weights and activations, made once and kept.

What int8 can tell apart is fitted to texts, and other texts would give other vectors: those that come with Signpost are
used everywhere, and their digest is part of the fingerprint.
"""

from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from indexer.embedding.bundle import kept_in, made, read_manifest
from indexer.errors import ModelError

TEXTS = Path(__file__).with_name("calibration.txt")
"""A text a line, of boards, a CRM and mails of an invented sales team."""
QUANTISE = "indexer.embedding.quantising"
WAY = 2
"""How a bundle is fitted to the texts: 1 had attention and the words' vectors in int8 too."""


def quantised_of(bundle: Path) -> Path:
    """The folder of the quantised `bundle`, made now if it is not there yet or is damaged (about 30 seconds).

    Raises ModelError when the library that quantises is missing or fails, and when the folder may not be written.
    """
    folder = bundle.with_name(f"{bundle.name}-int8-{calibration_digest()[:8]}")
    if read_manifest(folder) is None:
        if find_spec("nncf") is None:
            raise ModelError(
                "The int8 model is made here once, and the library for that is missing. "
                'Run: pip install "signpost[int8]", or set precision = "bf16" under [model].'
            )
        with kept_in(bundle.parent):
            made(folder, QUANTISE, "quantise", str(bundle))
    return folder


def calibration_texts() -> list[str]:
    """The texts that int8 is fitted to."""
    return TEXTS.read_text(encoding="utf-8").splitlines()


def calibration_digest() -> str:
    """SHA-256 (hex) of these texts and of the way they are used."""
    return sha256(TEXTS.read_bytes() + str(WAY).encode()).hexdigest()
