"""The rig that interrupts a watcher: it harms exactly where it says, and the watcher comes to the same end."""

import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.torturing.children import Child, in_child, kill_this_process
from scripts.torturing.points import BYTES, KINDS, Extent, Point, point, spread
from scripts.torturing.proxy import Fault, Harm, Proxy, Way
from scripts.torturing.report import Tally, failure, summary
from scripts.torturing.runs import Told

EXTENTS = {"mails": Extent(76, 4_614, 5_947), "answered": Extent(105, 1_428, 12_179)}
SAID = bytes(range(256)) * 4


@contextmanager
def a_parrot() -> Iterator[tuple[int, list[bytes]]]:
    """A server that says back what it hears, and a list of all it heard in each connection."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer(one: socket.socket, number: int) -> None:
            with one, suppress(OSError):
                while data := one.recv(10):
                    heard[number] += data
                    one.sendall(data)

        def serve() -> None:
            while True:
                try:
                    one, _ = listener.accept()
                except OSError:
                    return
                heard.append(b"")
                threading.Thread(target=answer, args=(one, len(heard) - 1), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1], heard
        listener.shutdown(socket.SHUT_RDWR)


def talk(proxy: Proxy, seconds: float = 5.0) -> tuple[bytes, str]:
    """Say it all past the proxy: what came back, and how it ended."""
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=seconds) as one:
        back = b""
        try:
            one.sendall(SAID)
            while len(back) < len(SAID):
                data = one.recv(4096)
                if not data:
                    return back, "end"
                back += data
        except TimeoutError:
            return back, "silence"
        except ConnectionResetError:
            return back, "reset"
        except BrokenPipeError:
            return back, "end"
        return back, "all"


def past(fault: Fault | None, seconds: float = 5.0) -> tuple[bytes, str, list[bytes]]:
    """One talk past a proxy with this fault: what came back, how it ended, what the server heard once all is over."""
    with a_parrot() as (port, heard), closing(Proxy(port, fault)) as proxy:
        told: list[tuple[bytes, str]] = []
        thread = threading.Thread(target=lambda: told.append(talk(proxy, seconds)))
        thread.start()
        proxy.serve(thread.is_alive, time.monotonic() + 0.01)
        while thread.is_alive():
            proxy.serve(thread.is_alive, time.monotonic() + 0.05)
        proxy.drain()
        assert proxy.fired == (fault is not None)
        return *told[0], heard


def test_without_a_fault_everything_comes_through() -> None:
    assert past(None) == (SAID, "all", [SAID])


@pytest.mark.parametrize("at", [0, 1, 9, 10, 11, 512, 1023])
def test_a_cut_comes_exactly_at_its_byte(at: int) -> None:
    up = past(Fault("up", at, "cut"))
    down = past(Fault("down", at, "cut"))

    assert b"".join(up[2]) == SAID[:at]
    assert down[0] == SAID[:at]
    assert down[1] in ("end", "reset")


@pytest.mark.parametrize("way", ["up", "down"])
def test_a_reset_is_felt_and_a_drip_harms_nothing(way: Way) -> None:
    assert past(Fault(way, 100, "reset"))[1] == "reset"
    assert past(Fault(way, 100, "drip")) == (SAID, "all", [SAID])


def test_a_stalled_line_is_silent_and_a_late_one_delivers_after_the_client_is_gone() -> None:
    stalled = past(Fault("up", 100, "stall"), seconds=0.2)
    late = past(Fault("up", 100, "late"), seconds=0.2)

    assert (stalled[1], stalled[2]) == ("silence", [SAID[:100]])
    assert (late[0], late[1], late[2]) == (late[0][:100], "silence", [SAID])


def test_a_child_tells_its_result_its_error_or_that_it_was_killed() -> None:
    assert in_child(lambda: {"a": 1}).result == {"a": 1}
    assert "ZeroDivisionError" in in_child(lambda: 1 // 0).trouble
    assert in_child(kill_this_process).killed
    asleep = Child(lambda: time.sleep(60))
    asleep.kill()
    assert asleep.join().killed


@given(number=st.integers(1, 3_000), seed=st.integers(0, 10_000))
def test_points_are_all_different_and_lie_within_their_scene(number: int, seed: int) -> None:
    points = spread(EXTENTS, number, seed)

    assert len(set(points)) == len(points) == number
    for one in points:
        extent = EXTENTS[one.scene]
        most = {"kill": extent.steps + 1, "drop": extent.steps + 1, "moment": seed + number}
        assert 0 <= one.position < most.get(one.kind, extent.up if one.kind.startswith("up") else extent.down)


def test_an_even_choice_has_every_kind_and_scene_and_the_same_each_time() -> None:
    points = spread(EXTENTS, 500)

    assert {one.kind for one in points} == set(KINDS)
    assert {one.scene for one in points} == set(EXTENTS)
    assert points == spread(EXTENTS, 500)
    assert len(BYTES) == len(set(Harm.__args__))  # type: ignore[attr-defined]


def test_when_more_points_are_asked_for_than_there_are_random_moments_fill_up() -> None:
    points = spread({"short": Extent(3, 5, 5)}, 400)

    assert len(set(points)) == 400
    assert sum(one.kind == "kill" for one in points) == 3
    assert sum(one.kind == "up-cut" for one in points) == 5


def test_a_failing_point_is_told_with_the_way_to_see_it_again() -> None:
    told = Told(Point("mails", "kill", 7), True, {"doubled": "<d@x>"}, 0.5, "after line.append")
    tally = Tally()
    tally.add(told)

    says = failure(told, "dovecot")
    assert "mails:kill:7 (after line.append): doubled: <d@x>" in says
    assert point(says.partition('--only "')[2].rstrip('"')) == told.point
    assert "doubled 1" in summary(tally, 1.0)
    assert not tally.is_good()


@pytest.mark.server
@pytest.mark.parametrize(("server", "points"), [("dovecot", 500), ("pymap", 24)])
def test_a_watcher_interrupted_anywhere_comes_to_the_same_end(server: str, points: int) -> None:
    if server == "dovecot" and not (shutil.which("dovecot") and shutil.which("setpriv")):
        pytest.skip("dovecot not installed (apt-get install dovecot-imapd)")
    command = [sys.executable, "-m", "scripts.torturing", "--points", str(points), "--server", server]
    command += [] if server == "dovecot" else ["--scene", "mails", "--scene", "broken off", "--scene", "answered"]

    done = subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True, timeout=900)

    assert done.returncode == 0, done.stdout[-4_000:] + done.stderr[-4_000:]
    assert "lost 0, doubled 0, INBOX changed 0, otherwise different 0, not quiet 0, crashed 0" in done.stdout
