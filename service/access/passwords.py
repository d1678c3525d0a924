"""Passwords of people who log in here: good enough, hashed, compared. The only door to argon2 and zxcvbn."""

from collections.abc import Sequence
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

SHORTEST, LONGEST = 12, 128
_STRONG = 3
"""Of 4 on zxcvbn's scale: more than 10^8 guesses, which throttled tries at a login page do not reach."""
_HASHER = PasswordHasher()  # argon2id with the parameters of RFC 9106 §4, second recommendation
_AT_ONCE = BoundedSemaphore(2)
"""Each hash takes 64 MiB; more of them at a time would let strangers fill the memory."""


def weakness(password: str, about: Sequence[str] = ()) -> str:
    """What is wrong with a new password, as a sentence; empty where it is good. `about` are words it must not build on.

    There are no rules on kinds of characters: what counts is how many guesses it takes (NIST SP 800-63B 3.1.1.2).
    """
    if len(password) < SHORTEST:
        return f"It has to have at least {SHORTEST} characters; a sentence of four or five words is a good one."
    if len(password) > LONGEST:
        return f"It may have at most {LONGEST} characters."
    told = zxcvbn(password[:72], user_inputs=["signpost", *about])
    if told["score"] >= _STRONG:
        return ""
    hint = str(told["feedback"]["warning"]) or "It is easily guessed"
    return f"{hint.rstrip('.')}. Take a sentence of four or five words that nobody would expect."


def hashed(password: str) -> str:
    """What is kept of a password: argon2id, with its salt and parameters."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def matches(kept: str, password: str) -> bool:
    """Whether this is the password. Takes the same time where nothing is kept."""
    with _AT_ONCE:
        try:
            return _HASHER.verify(kept or _nobodys(), password[:LONGEST]) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False


@cache
def _nobodys() -> str:
    """A hash that no password fits, to compare with where somebody is not known."""
    return _HASHER.hash("\0")
