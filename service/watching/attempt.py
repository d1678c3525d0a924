"""One step on one mail: its result, or what went wrong. The only place that catches everything."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

Result = TypeVar("Result")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Failed:
    """A step that raised: which one, and what it said."""

    step: str
    says: str


def attempt(
    step: str, action: Callable[[], Result], *, through: tuple[type[BaseException], ...] = ()
) -> Result | Failed:
    """Do `action`; whatever it raises becomes a Failed, except `through`, which the caller can explain better.

    A mail can hold anything, and no mail may stop the next one; a watcher's pass can meet anything, and no pass may
    stop the next one. Both are logged with their traceback, for these are mistakes of ours.
    """
    try:
        return action()
    except through:
        raise
    except Exception as error:
        log.exception("%s failed", step)
        return Failed(step, f"{type(error).__name__}: {error}"[:500])
