"""How a judge is taught. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a judge is taught. `layers` from the top are trained, with the head; None trains all of them.

    `half` computes in bfloat16; the weights stay float32. `knowing` pairs bear what the ranking says of them.
    """

    seed: int = 7
    rate: float = 1e-4
    batch: int = 16
    rounds: int = 1
    layers: int | None = None
    tokens: int = 128
    half: bool = True
    knowing: bool = True
    keep_every: int = 50
