"""The relay that the watch benchmark counts and breaks connections with."""

import socket
from collections.abc import Iterator
from threading import Thread

import pytest

from scripts.benchmarks.relay import Relay

SAID = b"* 1 FETCH (UID 1 RFC822.SIZE 9)\r\n* 2 FETCH (UID 2 BODY[] {5}\r\nhello)\r\n"


@pytest.fixture
def relay() -> Iterator[Relay]:
    """A relay to a server that says one thing and ends the connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening, Relay(listening.getsockname()[1]) as relay:
        Thread(target=_say_it_once, args=(listening,), daemon=True).start()
        yield relay


def _say_it_once(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    with connection:
        connection.sendall(SAID)


def _heard(port: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        return b"".join(iter(lambda: client.recv(4096), b""))


def test_passes_on_and_counts_the_bytes_of_mail(relay: Relay) -> None:
    assert _heard(relay.port) == SAID
    assert (relay.received, relay.body_bytes) == (len(SAID), 5)


def test_is_gone_between_stop_and_start(relay: Relay) -> None:
    relay.stop()
    with pytest.raises(ConnectionRefusedError):
        _heard(relay.port)
    relay.start()

    assert _heard(relay.port) == SAID
