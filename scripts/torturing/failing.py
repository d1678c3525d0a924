"""`scripts/torture --disk [N]`: let so many system calls on the ledger fail, evenly over all; exit 1 on any harm."""

import argparse
import time
from collections import Counter
from collections.abc import Sequence

from scripts.torturing.faults import DiskFault, calls, endure, every_fault, missing_tool


def main(arguments: Sequence[str]) -> int:
    """Read the arguments, fail and report."""
    parser = argparse.ArgumentParser(prog="scripts/torture --disk", description=__doc__)
    parser.add_argument("number", nargs="?", type=int, default=0, help="how many faults (default: every one)")
    number: int = parser.parse_args(arguments).number
    if missing := missing_tool():
        print(f"skipped: {missing}")
        return 0
    faults = list(every_fault(calls()))
    chosen = faults[:: max(1, len(faults) // number)][:number] if number else faults
    began, harmed = time.monotonic(), [fault for fault in chosen if not _is_endured(fault)]
    for kind, count in sorted(Counter((f.call, f.error, "lasting" if f.lasting else "once") for f in chosen).items()):
        print(f"{' '.join(kind):28}{count:6,}")
    print(f"disk faults {len(chosen):,} of {len(faults):,}, with harm {len(harmed)}")
    print(f"{(time.monotonic() - began) / 60:.1f} min")
    return 1 if harmed else 0


def _is_endured(fault: DiskFault) -> bool:
    wrong = endure(fault)
    for says in wrong:
        print(f"{fault}: {says}", flush=True)
    return not wrong
