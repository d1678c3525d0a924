"""The process in which mails are read: mail bytes come in over a socket, `Reading`s go out. `ReadingWorker` runs it.

It loads nothing but `service.mail`, limits its own memory, and has the system end it where one mail takes too long, so
that it does not stay behind even when the process that started it is gone.
"""

import pickle
import resource
import signal
import socket
import sys
from contextlib import suppress

from service.mail.reading import ReadingRules, read
from service.reading.line import Closed, receive, send

READ, REFUSED = b"+", b"-"
GRACE = 2.0
"""Processor time after which the system ends this process, as a multiple of the time that the other side waits."""


def main() -> int:
    """Read mails until the other side closes the line. Arguments: the socket's number."""
    line = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    rules, seconds, memory, most = pickle.loads(receive(line, 1 << 20))
    read(b"From: nobody\n\nloads what is loaded late", rules)
    limit_memory(memory)
    send(line, READ)
    with suppress(Closed):
        while True:
            raw = receive(line, most)
            signal.setitimer(signal.ITIMER_PROF, seconds * GRACE)
            send(line, told(raw, rules))
    return 0


def limit_memory(most: int) -> None:
    """Let this process have no more address space than `most` bytes, where the system can hold it to that."""
    with suppress(ValueError, OSError):
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def told(raw: bytes, rules: ReadingRules) -> bytes:
    """The reading of a mail as bytes; what went wrong instead, as a sentence, where it could not be read."""
    try:
        return READ + pickle.dumps(read(raw, rules), pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        return REFUSED + b"memory"
    except Exception as error:  # a mail can hold anything; the other side quarantines it and logs this
        return REFUSED + f"{type(error).__name__}: {error}"[:500].encode("utf-8", "replace")


if __name__ == "__main__":
    raise SystemExit(main())
