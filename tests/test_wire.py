"""The line to a mail server, below IMAP."""

import socket

from service.mailbox.wire import Patience, Wire
from tests.scripted import scripted


def test_no_byte_waits_until_the_one_before_it_was_acknowledged() -> None:
    with scripted() as account:
        wire = Wire(account.host, account.port, Patience(), None, 5.0)

        assert wire.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
        wire.logout()
