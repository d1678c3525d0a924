"""What a mailbox asks of a line in more than one step: mails with their texts, the newest of a folder. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from service.mailbox.line import Facts, Line, Opened
from service.mailbox.protocol import Arrival, Place, Related, Sought
from service.mailbox.replies import Envelope

_HEAD = 65_536


def arrivals(line: Line, places: Sequence[Place], facts: Mapping[int, Facts], max_size: int) -> list[Arrival]:
    """The mails at these places.

    What was removed while we asked is left out; what is still listed but not handed out the server cannot give.
    """
    texts = line.bodies([p.uid for p in places if p.uid in facts and facts[p.uid].size <= max_size])
    heads = line.heads([p.uid for p in places if p.uid in facts and facts[p.uid].size > max_size])
    missing = {p.uid for p in places} - texts.keys() - heads.keys()
    listed = missing & set(line.uids(min(missing), last=max(missing))) if missing else set()
    # What the server said of the sizes need not be so
    large = {uid: text for uid, text in texts.items() if len(text) > max_size}
    facts = {**facts, **{uid: replace(facts[uid], size=len(text)) for uid, text in large.items()}}
    heads |= {uid: text[:_HEAD] for uid, text in large.items()}
    texts = {uid: text for uid, text in texts.items() if uid not in large}
    return [arrival for p in places if (arrival := _arrival(p, facts.get(p.uid), texts, heads, listed))]


def newest(line: Line, opened: Opened, most: int) -> list[int]:
    """The UIDs of the newest mails of the folder opened last, rising, at most so many.

    Asked for from the end on, in growing steps: the UIDs of a whole large folder are more than a line of an answer.
    """
    width = 4 * most
    while True:
        first = max(1, opened.uidnext - width)
        uids = line.uids(first)
        if len(uids) >= most or first == 1:
            return uids[-most:]
        width *= 4


def flagged(line: Line, mails: Sequence[Sought]) -> frozenset[Place]:
    """The places of mails that bear the flag of an answered mail."""
    found: set[Place] = set()
    for folder, group in groupby(sorted(mails, key=lambda m: m.place.folder), key=lambda m: m.place.folder):
        places = [mail.place for mail in group]
        opened = line.open(folder)
        facts = line.facts([p.uid for p in places if p.validity == opened.validity])
        found |= {p for p in places if p.uid in facts and "\\answered" in map(str.lower, facts[p.uid].flags)}
    return frozenset(found)


def related(opened: Opened, mails: Mapping[int, Envelope], facts: Mapping[int, Facts]) -> list[Related]:
    """These mails of a folder with their flags, in UID order."""
    return [
        Related(
            Place(opened.folder, opened.validity, uid),
            mails[uid].message_id,
            mails[uid].names,
            facts[uid].flags,
            mails[uid].received,
        )
        for uid in sorted(facts.keys() & mails.keys())
    ]


def _arrival(
    place: Place, known: Facts | None, texts: Mapping[int, bytes], heads: Mapping[int, bytes], listed: Collection[int]
) -> Arrival | None:
    size, received = (known.size, known.received) if known else (0, None)
    if place.uid in texts:
        return Arrival(place, size, texts[place.uid], received)
    if place.uid in heads:
        return Arrival(place, size, heads[place.uid], received, "headers")
    return Arrival(place, size, b"", received, "nothing") if place.uid in listed else None
