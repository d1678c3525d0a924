"""`scripts/torture`: `--points N` interrupts a real watcher, `--hostile` lets servers misbehave."""

import importlib
import sys

if __name__ == "__main__":
    given = sys.argv[1:]
    if "--hostile" in given:
        hostile = importlib.import_module("scripts.torturing.hostile")
        raise SystemExit(hostile.main([one for one in given if one != "--hostile"]))
    from scripts.torturing import interrupting

    raise SystemExit(interrupting.main(given))
