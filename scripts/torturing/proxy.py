"""A proxy on loopback between a mail program and its server that breaks the line after exactly so many bytes."""

import selectors
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

Way = Literal["up", "down"]
Harm = Literal["cut", "reset", "stall", "late", "drip"]
CHUNK = 65_536
DRIPPED = 64
"""Bytes that arrive one by one where a line drips."""
DRAIN_SECONDS = 5.0
_RESET = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to the line once `at` bytes went `up` to the server or `down` from it, over all connections.

    `cut` ends both sides in order, `reset` at once; after `stall` nothing comes through any more and nobody says so;
    `late` is a stall whose bytes reach the server after the client gave up; `drip` lets the next bytes come singly.
    """

    way: Way
    at: int
    harm: Harm


@dataclass(slots=True, eq=False)
class _Pair:
    """Two sockets, what is held back on the way up, and whether nothing comes through any more."""

    client: socket.socket
    server: socket.socket
    stalled: bool = False
    late: bool = False
    held: bytes = b""
    alive: list[socket.socket] = field(default_factory=list)


class Proxy:
    """Carries bytes between connections to its port and a server; not a thread: it works while `serve` runs."""

    def __init__(self, port: int, fault: Fault | None = None) -> None:
        """Stand before the server on this port of this machine."""
        self._target = port
        self.fault = fault
        self.fired = False
        self.carried: dict[Way, int] = {"up": 0, "down": 0}
        self._pairs: list[_Pair] = []
        self._selector = selectors.DefaultSelector()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)

    def watch(self, descriptor: int, action: Callable[[], None]) -> None:
        """Call `action` when something can be read there; until `unwatch`."""
        self._selector.register(descriptor, selectors.EVENT_READ, action)

    def unwatch(self, descriptor: int) -> None:
        """Look there no more."""
        self._selector.unregister(descriptor)

    def serve(self, going: Callable[[], bool], until: float) -> None:
        """Carry bytes as long as `going` says so, and no longer than to this moment of the monotonic clock."""
        while going() and (left := until - time.monotonic()) > 0:
            for key, _ in self._selector.select(left):
                key.data()

    def cut(self) -> None:
        """Break every connection now."""
        for pair in list(self._pairs):
            self._end(pair)

    def drain(self) -> None:
        """Hang up on the clients and wait until the server ended its side, so that all it began is done."""
        for pair in list(self._pairs):
            self._client_ended(pair)
        self.serve(lambda: bool(self._pairs), time.monotonic() + DRAIN_SECONDS)

    def close(self) -> None:
        """Close everything."""
        for pair in list(self._pairs):
            self._forget(pair, pair.client, pair.server)
        self._selector.close()
        self._listener.close()

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        server = socket.create_connection(("127.0.0.1", self._target))
        for one in (client, server):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        pair = _Pair(client, server, alive=[client, server])
        self._pairs.append(pair)
        self._selector.register(client, selectors.EVENT_READ, lambda: self._up(pair))
        self._selector.register(server, selectors.EVENT_READ, lambda: self._down(pair))
        if self.fault and self.fault.at == 0 and not self.fired:
            self._harm(pair, b"")

    def _up(self, pair: _Pair) -> None:
        if pair.client not in pair.alive:  # gone since this was noticed
            return
        data = _read(pair.client)
        if not data:
            self._client_ended(pair)
        elif pair.stalled:
            pair.held += data if pair.late else b""
        else:
            self._carry(pair, "up", data)

    def _down(self, pair: _Pair) -> None:
        if pair.server not in pair.alive:
            return
        data = _read(pair.server)
        if not data:
            self._forget(pair, pair.client, pair.server)
        elif pair.client in pair.alive and not pair.stalled:
            self._carry(pair, "down", data)

    def _carry(self, pair: _Pair, way: Way, data: bytes) -> None:
        before, fault = self.carried[way], self.fault
        if fault and not self.fired and fault.way == way and before + len(data) >= fault.at:
            head, tail = data[: fault.at - before], data[fault.at - before :]
            self._pass_on(pair, way, head)
            self._harm(pair, tail)
        else:
            self._pass_on(pair, way, data)

    def _pass_on(self, pair: _Pair, way: Way, data: bytes) -> None:
        self.carried[way] += len(data)
        with suppress(OSError):
            (pair.server if way == "up" else pair.client).sendall(data)

    def _harm(self, pair: _Pair, rest: bytes) -> None:
        assert self.fault is not None
        self.fired = True
        match self.fault.harm:
            case "cut":
                self._end(pair)
            case "reset":
                for one in pair.alive:
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                self._forget(pair, pair.client, pair.server)
            case "drip":
                for at in range(DRIPPED):
                    self._pass_on(pair, self.fault.way, rest[at : at + 1])
                    time.sleep(0.0002)
                self._pass_on(pair, self.fault.way, rest[DRIPPED:])
            case "stall" | "late":
                pair.stalled, pair.late = True, self.fault.harm == "late"
                pair.held = rest if pair.late else b""

    def _end(self, pair: _Pair) -> None:
        """Both sides see an orderly end; what the server still says is lost."""
        pair.held = b""
        self._client_ended(pair)

    def _client_ended(self, pair: _Pair) -> None:
        if pair.client not in pair.alive:
            return
        self._selector.unregister(pair.client)
        pair.alive.remove(pair.client)
        pair.client.close()
        with suppress(OSError):
            pair.server.sendall(pair.held)
            pair.server.shutdown(socket.SHUT_WR)

    def _forget(self, pair: _Pair, *sockets: socket.socket) -> None:
        for one in sockets:
            if one in pair.alive:
                self._selector.unregister(one)
                pair.alive.remove(one)
                one.close()
        if pair in self._pairs:
            self._pairs.remove(pair)


def _read(one: socket.socket) -> bytes:
    try:
        return one.recv(CHUNK)
    except OSError:
        return b""
