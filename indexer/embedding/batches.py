"""Token counts → batches that waste little padding. Pure."""

from collections.abc import Iterator, Sequence

TOKENS = 2048
TEXTS = 128
WASTED = 256
"""Tokens of padding that cost about as much as one more call: a mail's windows, a sentence each and one the whole mail,
take less than half the time in three batches that they take in one."""


def batches(lengths: Sequence[int], tokens: int = TOKENS, texts: int = TEXTS) -> Iterator[list[int]]:
    """Positions of `lengths` in batches of like length, each at most `tokens` padded tokens and `texts` texts.

    Sorting by length alone is worth 1.4 times the throughput of batches in arrival order.
    """
    batch: list[int] = []
    wasted = 0
    for position in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        longest = lengths[batch[0]] if batch else lengths[position]
        wasted += longest - lengths[position]
        if batch and (len(batch) == texts or longest * (len(batch) + 1) > tokens or wasted > WASTED):
            yield batch
            batch, wasted = [], 0
        batch.append(position)
    if batch:
        yield batch


def padded(length: int, step: int = 8) -> int:
    """`length` rounded up to a multiple of `step`, so that few distinct shapes reach the compiled kernels."""
    return -(-length // step) * step
