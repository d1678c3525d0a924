"""Mutated mails → how many raise, how many are slow. Exit code 1 when any does.

Seeds are the mails of `--data`, else a few built in. Each mutant is made from one seed by a few random cuts, copies,
swaps, floods and insertions of the pieces that break mail readers; the same `--seed` makes the same mutants. Every
50,000 mails the count so far is printed, so that a long run that is ended early has told something.
"""

import argparse
import random
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from service.mail.reading import ReadingRules, read

SLOW = 2.0
LARGEST = 100_000
TOLD_EVERY = 50_000
MOST_TRACEBACKS = 3
RULES = ReadingRules(own=frozenset({"me@corp.example"}), authserv_id="mx.corp.example")
LETTER = b"""From: =?utf-8?q?J=C3=B6rg?= <joerg@corp.example>\r\nTo: me@corp.example, "B, C" <b@corp.example>\r
Subject: =?utf-8?b?UsO8Y2tmcmFnZQ==?=\r\nMessage-ID: <1@corp.example>\r\nDate: Mon, 2 Mar 2026 09:00:00 +0100\r
Authentication-Results: mx.corp.example; dmarc=pass header.from=corp.example\r\nMIME-Version: 1.0\r
Content-Type: multipart/alternative; boundary="b1"\r\n\r\n--b1\r\nContent-Type: text/plain; charset=utf-8\r
Content-Transfer-Encoding: quoted-printable\r\n\r\nWho covers Br=C3=BCckner?\r\n\r\nOn Mon, Ada <a@b.example> wrote:\r
> any reference?\r\n--b1\r\nContent-Type: text/html; charset=iso-8859-1\r\n\r\n<p>Who covers Br\xfcckner?<blockquote>q\r
</blockquote></p>\r\n--b1--\r\n"""
POISON = (
    b"\r\n", b"\n\n", b"\x00", b"\xff\xfe", b"\xe2\x80\xae", b"=?utf-8?q?=0D=0A?=", b"=?x?b?====?=",
    b"=?utf-7?q?+AGA-?=", b"<", b">", b"@", b"(((((", b'"', b"\\", b";", b",", b":", b"boundary=", b"--b1",
    b"--b1--", b"charset=idna", b"charset=utf-16", b"charset*0*=''%",
    b"Content-Type: multipart/mixed; boundary=b1\r\n", b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Transfer-Encoding: x-uuencode\r\n", b"From: a@b\r\n", b"From: a@[>\r\n", b"Message-ID: <\r\n",
    b"Date: 99999999999\r\n", b"<!--", b"<div hidden>", b"<style>", b"&#xD800;", b"&#0;", b"<blockquote>", b"> ",
    b"-- \n", b"On 1 a@b wrote:\n", b"```\n", b"?", b"begin 644 x\n#0V%T\n`\nend\n", b"\x1b$B", b"\xf0\x9f\x92\xa9",
    b"xn--", b"\xe2\x80\xa8",
)  # fmt: skip


@dataclass(slots=True)
class Tally:
    """How many mails were read, how many raised, how many were slow, and the slowest in seconds."""

    read: int = 0
    raised: int = 0
    slow: int = 0
    slowest: float = 0.0

    def __str__(self) -> str:
        return (
            f"{self.read:,} mutated mails: {self.raised} raised, {self.slow} took over {SLOW:.0f} s, "
            f"slowest {self.slowest:.2f} s"
        )


def mutant(seed: bytes, chance: random.Random, largest: int = LARGEST) -> bytes:
    """One to eight random changes; each but the last starts from at most `largest` bytes."""
    data = seed
    for _ in range(chance.randint(1, 8)):
        data = changed(data[:largest], chance)
    return data


def changed(data: bytes, chance: random.Random) -> bytes:
    """One random change somewhere."""
    start, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    end = min(end, start + 400)
    middle = data[start:end]
    kind = chance.randrange(6)
    if kind == 0:
        middle = b""
    elif kind == 1:
        middle = middle * chance.randint(2, 40)
    elif kind == 2:
        middle = bytes(chance.randrange(256) for _ in range(min(8, len(middle))))
    elif kind == 3:
        middle = chance.choice(POISON) * chance.choice((1, 1, 1, 3, 300)) + middle
    elif kind == 4:
        middle = middle[::-1]
    else:
        middle = data[end : end + 200] + middle
    return data[:start] + middle + data[end:]


def seeds(data: Path | None) -> list[bytes]:
    """The mails to start from."""
    found = [file.read_bytes() for file in sorted(data.rglob("*.eml"))] if data else []
    return [mail for mail in found if len(mail) < 200_000] or [LETTER]


def trial(raw: bytes) -> tuple[float, str]:
    """Processor seconds it took, and the traceback where it raised."""
    began = time.process_time()
    try:
        read(raw, RULES)
    except Exception:  # finding exceptions of any kind is what this is for
        return time.process_time() - began, traceback.format_exc()
    return time.process_time() - began, ""


def run(count: int, mails: Sequence[bytes], seed: int, largest: int = LARGEST) -> Tally:
    """Read this many mutants; the first tracebacks and the count so far are printed."""
    chance = random.Random(seed)
    tally = Tally()
    began = time.process_time()
    for _ in range(count):
        seconds, failure = trial(mutant(chance.choice(mails), chance, largest))
        tally.read += 1
        tally.raised += bool(failure)
        tally.slow += seconds > SLOW
        tally.slowest = max(tally.slowest, seconds)
        if failure and tally.raised <= MOST_TRACEBACKS:
            print(failure, flush=True)
        if tally.read % TOLD_EVERY == 0:
            print(f"{tally}; {tally.read / (time.process_time() - began):.0f} a second", flush=True)
    return tally


def main() -> int:
    """Mutate, read, count."""
    parser = argparse.ArgumentParser(prog="scripts/fuzz", description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=10_000)
    parser.add_argument("--data", type=Path, help="a folder of mails to start from")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--largest", type=int, default=LARGEST, help="bytes that a change starts from, at most")
    told = parser.parse_args()
    tally = run(told.count, seeds(told.data), told.seed, told.largest)
    print(tally)
    return int(bool(tally.raised or tally.slow))


if __name__ == "__main__":
    raise SystemExit(main())
