"""Seed → the whole evaluation world: documents, sources and mails, the same every time. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from scripts.world.facts import SPLITS, Facts, Split, found
from scripts.world.letters import WorldMail, Writer
from scripts.world.shelves import Shelves, filled

SEED = 11


@dataclass(frozen=True, slots=True)
class World:
    """One organisation: what it knows, what it wrote down, and the mails of both splits."""

    facts: Facts
    shelves: Shelves
    mails: tuple[WorldMail, ...]

    def of(self, split: Split) -> list[WorldMail]:
        """The mails of one split."""
        return [mail for mail in self.mails if mail.split == split]


def make(seed: int = SEED, splits: Sequence[Split] = SPLITS) -> World:
    """The world of this seed, with the mails of these splits."""
    facts = found(seed)
    shelves = filled(facts, seed)
    mails = tuple(mail for split in splits for mail in Writer(facts, shelves, split, seed).mails())
    return World(facts, shelves, mails)
