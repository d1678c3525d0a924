"""`scripts/fuzz --api N`: so many requests as the API's own schema allows, and as it forbids; exit 1 on any surprise.

A surprise is an answer that the schema does not tell of: a status, a type, a body of another shape, a server error, a
forbidden request that was taken or an allowed one that was refused.
"""

import argparse
import json
import logging
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.failures import AcceptedNegativeData, FailureGroup

from service.ledger import Ledger
from service.templates import Templates
from service.web.api import SCHEMA
from service.web.app import create
from service.web.options import WebOptions
from tests.builders import NOW
from tests.known import knowing
from tests.web_sites import OWNERS, mail, shelf

HEADERS = {"Host": "localhost"}
TOO_LONG = 414
SETTINGS: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "suppress_health_check": list(HealthCheck),
    "phases": [Phase.generate],
}


@dataclass(slots=True)
class Told:
    """How many requests each operation got and how they were answered; each kind of surprise once."""

    requests: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    surprises: dict[str, str] = field(default_factory=dict)
    alike: bool = False


def main(arguments: Sequence[str]) -> int:
    """Read the arguments, ask and report."""
    parser = argparse.ArgumentParser(prog="scripts/fuzz --api", description=__doc__)
    parser.add_argument("number", nargs="?", type=int, default=10_000, help="how many requests (default: %(default)s)")
    number: int = parser.parse_args(arguments).number
    logging.disable(logging.CRITICAL)
    began, told = time.monotonic(), asked(number)
    for operation, count in sorted(told.requests.items()):
        print(f"{operation:46}{count:7,}")
    print("answers: " + ", ".join(f"{status} {count:,}" for status, count in sorted(told.statuses.items())))
    for says in told.surprises.values():
        print(f"\n{says[:2_000]}")
    print(f"{told.requests.total():,} requests, {len(told.surprises)} surprises, {time.monotonic() - began:.0f} s")
    return 1 if told.surprises or told.requests.total() < number else 0


def asked(number: int, always_alike: bool = False) -> Told:
    """What so many requests come to, evenly over the operations, half of them such as these do not allow."""
    told = Told(alike=always_alike)
    with TemporaryDirectory() as folder:
        knowledge, ledger = knowing(Path(folder), shelf("many")), Ledger.in_memory()
        ledger.keep(mail("many"))
        facts: dict[str, Any] = {"mailboxes": ("sales",), "owners": OWNERS}
        site = create(knowledge, ledger, WebOptions("http://127.0.0.1:8080", "1", Templates(), lambda: NOW, **facts))
        schema = schemathesis.openapi.from_asgi(SCHEMA, site, headers=HEADERS)
        operations = [found.ok() for found in schema.get_all_operations()]
        for mode in (GenerationMode.NEGATIVE, GenerationMode.POSITIVE):
            for left, operation in zip(range(len(operations), 0, -1), operations, strict=True):
                wanted = number // 2 if mode == GenerationMode.NEGATIVE else number
                _ask(operation, mode, -(-(wanted - told.requests.total()) // left), told)
        knowledge.close()
    return told


def _ask(operation: Any, mode: GenerationMode, number: int, told: Told) -> None:
    """Draw requests until there are so many: where a schema allows few, the same ones come again."""

    def ask(case: Any) -> None:
        told.requests[operation.label] += 1
        response = case.call(headers=HEADERS)
        told.statuses[response.status_code] += 1
        if response.status_code == TOO_LONG:
            return  # refused before anybody looks what is in it
        try:
            case.validate_response(response)
        except FailureGroup as group:
            for surprise in filter(lambda one: not _is_blank(case, str(response.request.url), one), group.exceptions):
                told.surprises.setdefault(f"{operation.label} {type(surprise).__name__}", f"{operation.label}\n{group}")

    drawn, wanted = -1, told.requests[operation.label] + number
    while drawn < told.requests[operation.label] < wanted:
        drawn = told.requests[operation.label]
        left = settings(max_examples=wanted - drawn, derandomize=told.alike, **SETTINGS)
        with suppress(Unsatisfiable):  # some operations take whatever can be written into an address
            left(given(case=operation.as_strategy(generation_mode=mode))(ask))()


def _is_blank(case: Any, address: str, surprise: BaseException) -> bool:
    """Whether what was taken against the schema holds an empty value: forms send those, and they mean nothing."""
    sent = parse_qsl(urlsplit(address).query, keep_blank_values=True)
    in_body = '""' in json.dumps(case.body, default=str)
    return isinstance(surprise, AcceptedNegativeData) and (in_body or any(not value for _, value in sent))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
