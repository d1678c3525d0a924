"""A port that passes everything on to a mail server, counts what comes back, and can be gone for a while."""

import re
import socket
from contextlib import suppress
from threading import Lock, Thread
from types import TracebackType
from typing import Self

from tests.servers import free_port

_BODY = re.compile(rb"BODY\[[^\]]*\](?:<\d+>)? \{(\d+)\}\r\n")


class Relay:
    """Use it as a context: it is there from the beginning, and between `stop` and `start` connections are refused."""

    def __init__(self, to: int) -> None:
        """Pass on to this port of this machine."""
        self.port = free_port()
        self.received = 0
        """Bytes that the server sent since `forget`."""
        self.body_bytes = 0
        """Bytes of mail among them: literals that follow BODY[…]."""
        self._to = to
        self._lock = Lock()
        self._open: list[socket.socket] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listen."""
        listening = socket.create_server(("127.0.0.1", self.port))
        self._open.append(listening)
        Thread(target=self._listen, args=(listening,), daemon=True).start()

    def stop(self) -> None:
        """Refuse connections, and cut those that there are."""
        with self._lock:
            gone, self._open = self._open, []
        for one in gone:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def forget(self) -> None:
        """Count from here."""
        self.received = self.body_bytes = 0

    def _listen(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listening.accept()
                server = socket.create_connection(("127.0.0.1", self._to))
                with self._lock:
                    self._open += [client, server]
                Thread(target=self._pass_on, args=(client, server, False), daemon=True).start()
                Thread(target=self._pass_on, args=(server, client, True), daemon=True).start()

    def _pass_on(self, here: socket.socket, there: socket.socket, counting: bool) -> None:
        with suppress(OSError):
            while said := here.recv(65_536):
                if counting:
                    self.received += len(said)
                    self.body_bytes += sum(int(size) for size in _BODY.findall(said))
                there.sendall(said)
        for one in (here, there):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
