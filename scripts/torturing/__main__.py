"""`scripts/torture`: `--points N` interrupts a watcher, `--disk N` fails its ledger, `--hostile` misleads it.

`--leaks N` looks for what drafts and searches show that they should not. `--index` kills a reindex and damages caches.
"""

import importlib
import sys

OTHERS = {"--hostile": "hostile", "--disk": "failing", "--leaks": "leaks", "--index": "index"}

if __name__ == "__main__":
    given = sys.argv[1:]
    asked = next((flag for flag in OTHERS if flag in given), "")
    part = importlib.import_module(f"scripts.torturing.{OTHERS.get(asked, 'interrupting')}")
    raise SystemExit(part.main([one for one in given if one != asked]))
