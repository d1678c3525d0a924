"""`python -m scripts.world [--asking N] [--examples N]`: what fails on the tune split, most frequent first.

The test split is only ever summed up, by `scripts/bench world`; look at single mails here.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Sequence

from indexer.embedding.opening import open_embedder
from scripts.world.making import make
from scripts.world.measuring import POLICY, Tried, sample, tried


def failure(one: Tried) -> str:
    """What went wrong with a mail; empty where nothing did."""
    if one.mail.sort != "answerable":
        return "" if one.drafted is None else f"{one.mail.sort}: drafted"
    if one.drafted is not None:
        return "" if one.is_right else "answerable: drafted wrong"
    if not one.reading.questions:
        return "answerable: no question found"
    return "answerable: right, but unsure" if one.judged.is_right_within(3) else "answerable: wrong first, and unsure"


def told(one: Tried) -> str:
    """A mail on a few lines."""
    asked = "; ".join(f"{a.kind}/{a.way}" for a in one.mail.asked)
    lines = [f"[{asked or one.mail.sort}, {one.mail.language}] {one.reading.mail.subject!r}"]
    if not one.reading.questions:
        lines.append(f"  says {' '.join(one.reading.own.text.split())[:300]!r}")
    for answer in one.answers:
        named = ", ".join(f"{m.written}→{m.name}" for m in answer.mentions)
        first = answer.hits[0].document.title if answer.hits else "nothing"
        lines.append(f"  {answer.question.kind}: {answer.question.text!r}")
        lines.append(f"    {answer.probability:.2f} {first!r}; named {named or '-'}; unknown {answer.unknown or '-'}")
    return "\n".join(lines)


def report(seen: Sequence[Tried], examples: int) -> None:
    """Print the failures by sort and way, with examples."""
    groups: dict[tuple[str, str], list[Tried]] = defaultdict(list)
    ways: Counter[str] = Counter()
    for one in seen:
        way = f"{one.mail.asked[0].kind}/{one.mail.asked[0].way}" if one.mail.asked else one.mail.sort
        ways[way] += 1
        if what := failure(one):
            groups[what, way].append(one)
    for (what, way), some in sorted(groups.items(), key=lambda pair: -len(pair[1])):
        print(f"\n=== {what} – {way}: {len(some)} of {ways[way]}")
        for one in some[:examples]:
            print(told(one))


def main() -> None:
    """Try the tune split and tell what fails."""
    parser = argparse.ArgumentParser(prog="python -m scripts.world", description=__doc__)
    parser.add_argument("--asking", type=int, default=400, help="mails with a question (0: all 1,600)")
    parser.add_argument("--examples", type=int, default=3, help="examples of each failure")
    given = parser.parse_args()
    world = make(splits=("tune",))
    seen = tried(world, sample(world, "tune", given.asking), open_embedder())
    drafts = [one for one in seen if one.drafted is not None]
    print(f"{len(seen)} mails, {len(drafts)} drafts at {POLICY.enough:g}, {sum(d.is_right for d in drafts)} right")
    report(seen, given.examples)


if __name__ == "__main__":
    main()
