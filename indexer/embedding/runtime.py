"""The only door to OpenVINO, which is kept from reporting home.

It tells Google Analytics of every import and of every model it converts, unless somebody ran its `opt_in_out` script
before. Nothing may leave this machine, so its reporter is made to look as if it were not installed: for that case
OpenVINO itself has a silent stand-in.
"""

import os
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

REPORTER = "openvino_telemetry"
CONVERTER = "openvino.tools.ovc"


def _silent() -> ModuleType:
    """OpenVINO without its reporter and its converter, which only making a model needs and which is a third of it."""
    modules: dict[str, Any] = sys.modules
    modules[REPORTER] = modules[CONVERTER] = None  # how Python notes that a package is not to be imported
    try:
        return import_module("openvino")
    finally:
        del modules[CONVERTER]


openvino = _silent()


def converter() -> Callable[..., Any]:
    """What turns a torch module into a graph."""
    convert: Callable[..., Any] = import_module(CONVERTER).convert_model
    return convert


@cache
def engine() -> Any:
    """The one OpenVINO engine of this process, which is never let go.

    An engine puts a signal stack of its own under the thread that makes it (`sigaltstack`) and unmaps it when it goes.
    Where two engines go in the order they came, the second puts the first one's stack back, which is unmapped by then,
    and the next signal kills the process. Seen with OpenVINO 2026.4: a SIGTERM became a segmentation fault.
    """
    return openvino.Core()


def processors() -> int:
    """How many processors this process may use, which may be fewer than there are (`taskset`, a container's share)."""
    allowed = getattr(os, "sched_getaffinity", None)  # Linux has it, macOS does not
    return len(allowed(0)) if allowed else os.cpu_count() or 1
