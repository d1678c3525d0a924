"""The only door to OpenVINO, which is kept from reporting home.

It tells Google Analytics of every import and of every model it converts, unless somebody ran its `opt_in_out` script
before. Nothing may leave this machine, so its reporter is made to look as if it were not installed: for that case
OpenVINO itself has a silent stand-in.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

REPORTER = "openvino_telemetry"


def _silent() -> ModuleType:
    modules: dict[str, Any] = sys.modules
    modules[REPORTER] = None  # how Python notes that a package is not to be imported
    return import_module("openvino")


openvino = _silent()
