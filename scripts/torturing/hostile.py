"""`scripts/torture --hostile`: mail servers that lie, stall and flood, and what a watcher makes of each."""

import argparse
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait

from scripts.torturing.hostile_run import HURRIED, SHIPPED, Outcome, Pace, run
from scripts.torturing.hostile_scripts import Script, scripts


def main(arguments: Sequence[str]) -> int:
    """Run them all, or a part, print a row for each and the sum; 1 where anything was wrong."""
    given = _arguments(arguments)
    chosen = [s for n, s in enumerate(scripts()) if given.only in s.name and n % given.every == given.first]
    began, outcomes = time.monotonic(), []
    for outcome in _all(chosen, given.at_once, SHIPPED if given.shipped else HURRIED):
        outcomes.append(outcome)
        if outcome.wrong or not given.quiet:
            print(row(outcome), flush=True)
    print(f"{time.monotonic() - began:.0f} s")
    print(summary(outcomes))
    return int(any(outcome.wrong for outcome in outcomes) or not outcomes)


def row(outcome: Outcome) -> str:
    """What came of a script."""
    ends = " ".join(f"{key}:{end}" for key, end in outcome.ends.items())
    wrong = f"  WRONG {', '.join(outcome.wrong)}" if outcome.wrong else ""
    return f"{outcome.script:45}  {outcome.seconds:4.1f} s  {outcome.megabytes:5.1f} MB  {ends}{wrong}"


def summary(outcomes: Sequence[Outcome]) -> str:
    """The sum of all rows."""

    def count(*words: str) -> int:
        return sum(any(word in wrong for word in words for wrong in o.wrong) for o in outcomes)

    return (
        f"back within {max((o.seconds for o in outcomes), default=0.0):.1f} s, "
        f"at most {max((o.megabytes for o in outcomes), default=0.0):.0f} MB more\n"
        f"{len(outcomes)} scripts, stalled {count('stalled')}, over 100 MB {count('over 100 MB')}, "
        f"other account disturbed {count('disturbed')}, lost {count('lost', 'said to be')}, "
        f"doubled {count('doubled')}, wrong in any way {sum(bool(o.wrong) for o in outcomes)}"
    )


def _all(chosen: Sequence[Script], at_once: int, pace: Pace) -> Iterator[Outcome]:
    """Each script in a process of its own, so many at once."""
    waiting, running = list(chosen), dict[Connection, str]()
    while waiting or running:
        while waiting and len(running) < at_once:
            script = waiting.pop(0)
            ours, theirs = multiprocessing.get_context("fork").Pipe(duplex=False)
            multiprocessing.get_context("fork").Process(target=_one, args=(script, pace, theirs)).start()
            theirs.close()
            running[ours] = script.name
        for done in wait(list(running)):
            assert isinstance(done, Connection)
            name = running.pop(done)
            try:
                yield done.recv()
            except EOFError:
                yield Outcome(name, wrong=("the script itself broke",))


def _one(script: Script, pace: Pace, to: Connection) -> None:
    to.send(run(script, pace))


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/torture --hostile")
    parser.add_argument("--only", default="", help="scripts whose name has this in it")
    parser.add_argument("--every", type=int, default=1, help="only every so manieth script")
    parser.add_argument("--first", type=int, default=0, help="with --every, the number to begin at")
    parser.add_argument("--at-once", type=int, default=12, help="how many scripts run side by side")
    parser.add_argument(
        "--shipped", action="store_true", help="be as patient as Signpost is where nobody says otherwise"
    )
    parser.add_argument("--quiet", action="store_true", help="print only what was wrong")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    import sys

    raise SystemExit(main(sys.argv[1:]))
