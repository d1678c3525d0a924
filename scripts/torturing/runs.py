"""One scene, run with or without an interruption, brought to its end by a new process, and compared."""

import random
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from indexer.errors import SignpostError
from scripts.torturing.children import Child, Ended, in_child, kill_this_process
from scripts.torturing.patterns import Case, Pattern, Prepared, account
from scripts.torturing.points import MOMENT, Extent, Point
from scripts.torturing.proxy import Fault, Harm, Proxy, Way
from scripts.torturing.scenes import Scene
from scripts.torturing.servers import Host
from scripts.torturing.state import State, differences
from scripts.torturing.wire import Wire

NOBODY = "u00000000"
PATIENCE = 60.0
"""No run takes so many seconds."""
STALLED_SECONDS = 0.2
"""How long a watcher waits for a line that went silent."""
MOST_PASSES = 8
RESUMES_AFTER, LOOKS_AGAIN_AFTER = 30, 180
"""Minutes on the watcher's clock: beyond every lease and every settle period."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a run came to: whether the interruption happened, what is wrong in the end, how long the end took."""

    point: Point
    fired: bool
    wrong: dict[str, str]
    seconds: float
    step: str = ""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The part of a run that was interrupted, and what it passed."""

    ended: Ended
    fired: bool
    up: int
    down: int
    seconds: float


def prepare(host: Host, scene: Scene, folder: Path) -> Prepared:
    """Set a scene up, run it without interruption, and see that it ends as it says it does."""
    user = f"pattern-{scene.name.replace(' ', '-')}"
    pattern = Pattern(host, user, folder / f"{user}.db", scene)
    pattern.furnish()
    if scene.met_before:
        pattern.watch()
    scene.prepare(pattern)
    prepared = Prepared(scene, user, pattern.ledger, pattern.clock.now)
    whole, expected = _rehearse(host, prepared, None)
    if whole.ended.trouble:
        raise RuntimeError(f"{scene.name} fails without an interruption: {whole.ended.trouble}")
    _check(scene, expected)
    steps = cast(tuple[str, ...], whole.ended.result)
    prepared = replace(prepared, expected=(expected,), steps=steps, seconds=whole.seconds)
    others = [_rehearse(host, prepared, point)[1] for point in _turns(prepared)]
    return replace(prepared, expected=(expected, *others), extent=Extent(len(steps), whole.up, whole.down))


def _rehearse(host: Host, prepared: Prepared, point: Point | None) -> tuple[Interrupted, State]:
    with account(host, prepared, NOBODY) as case:
        done = _interrupted(case, point)
        prepared.scene.meanwhile(case)
        # In this very process, so that what is forked off it has everything compiled and loaded
        wrong, _ = bring_to_its_end(case)
        if wrong:
            raise RuntimeError(f"{prepared.scene.name} does not come to rest: {wrong}")
        return done, case.state()


def _turns(prepared: Prepared) -> list[Point]:
    """Where an interruption changes how a scene ends, because people act then: before all, and between two steps."""
    turns = [prepared.steps.index(step) + 1 for step in prepared.scene.turns]
    return [Point(prepared.scene.name, "kill", at) for at in turns]


def _check(scene: Scene, expected: State) -> None:
    told = {str(row[0])[5:].partition("@")[0]: str(row[3] or row[2]) for row in expected.ledger["receipts"]}
    ends = {key: told.get(key, "") for key in scene.ends}
    if ends != scene.ends or expected.drafts.total() != scene.drafts:
        raise RuntimeError(f"{scene.name} does not end as it should: {told} {expected.drafts}")


def run(host: Host, prepared: Prepared, point: Point, number: int) -> Told:
    """Interrupt a scene at this point; then a new process brings it to its end, and another one finds nothing to do."""
    with account(host, prepared, f"u{number:08}") as case:
        done = _interrupted(case, point)
        prepared.scene.meanwhile(case)
        wrong, seconds = _finish(case)
        wrong |= differences(case.state(), prepared.expected)
    if done.ended.trouble:
        wrong["crashed"] = done.ended.trouble
    step = prepared.steps[point.position - 1] if point.kind in ("kill", "drop") else ""
    return Told(point, done.fired, wrong, seconds, step)


def _interrupted(case: Case, point: Point | None) -> Interrupted:
    proxy = Proxy(case.host.port, _fault(point))
    ours, theirs = socket.socketpair()
    wire = Wire(*_act(point, theirs))
    began = time.monotonic()
    child = Child(lambda: _watch(case, proxy.port, wire, point))
    dropped, running = [], [True]

    def drop() -> None:
        dropped.append(ours.recv(1))
        proxy.cut()
        ours.send(b".")

    proxy.watch(child.pipe, running.clear)
    proxy.watch(ours.fileno(), drop)
    proxy.serve(lambda: bool(running), began + _until(case.prepared, point))
    late = bool(running)
    if late:
        child.kill()
    seconds = time.monotonic() - began
    ended = child.join()
    proxy.unwatch(ours.fileno())
    ours.close()
    theirs.close()
    proxy.drain()
    proxy.close()
    if late and (point is None or point.kind != MOMENT):
        ended = Ended(trouble=f"it did not end within {PATIENCE} seconds")
    fired = proxy.fired or bool(dropped) or ended.killed
    return Interrupted(ended, fired, proxy.carried["up"], proxy.carried["down"], seconds)


def _until(prepared: Prepared, point: Point | None) -> float:
    if point is None or point.kind != MOMENT:
        return PATIENCE
    return random.Random(str(point)).uniform(0.0, prepared.seconds)


def _fault(point: Point | None) -> Fault | None:
    way, _, harm = point.kind.partition("-") if point else ("", "", "")
    return Fault(cast(Way, way), point.position, cast(Harm, harm)) if point and harm else None


def _act(point: Point | None, control: socket.socket) -> tuple[int, Callable[[], None]]:
    def drop() -> None:
        control.send(b".")
        control.recv(1)

    if point and point.kind in ("kill", "drop"):
        return point.position, kill_this_process if point.kind == "kill" else drop
    return 0, drop


def _watch(case: Case, port: int, wire: Wire, point: Point | None) -> tuple[str, ...]:
    """What the interrupted process does. After a break it gives up; at every other point it tries once more itself."""
    stalls = point is not None and point.kind.endswith(("stall", "late"))
    timeout = {"timeout": STALLED_SECONDS} if stalls else {}
    watcher, clock = case.watcher(10, port=port, wire=wire, **timeout)
    scene = case.prepared.scene
    for tries_left in (point is not None and point.position % 2, 0):
        try:
            for _ in range(scene.passes):
                watcher.one_pass()
                if scene.waits:
                    watcher.wait(threading.Event())
                clock.later(5)
            break
        except SignpostError:
            if not tries_left:
                return ()
            clock.later(1)
    watcher.close()
    return tuple(wire.steps)


def _finish(case: Case) -> tuple[dict[str, str], float]:
    """A new process brings it to its end. Returns what is wrong, and how many seconds it took."""
    ended = in_child(lambda: bring_to_its_end(case))
    if ended.trouble or ended.killed:
        return {"crashed": ended.trouble or "killed"}, 0.0
    return cast(tuple[dict[str, str], float], ended.result)


def bring_to_its_end(case: Case) -> tuple[dict[str, str], float]:
    """Pass until a pass changes nothing; then one more watcher, hours later, has nothing to write."""
    began = time.monotonic()
    if not _comes_to_rest(case):
        return {"not quiet": f"{MOST_PASSES} passes were not enough"}, time.monotonic() - began
    seconds = time.monotonic() - began
    before = case.trace()
    watcher, _ = case.watcher(LOOKS_AGAIN_AFTER)
    watcher.one_pass()
    watcher.close()
    return ({} if case.trace() == before else {"not quiet": "one more pass wrote something"}), seconds


def _comes_to_rest(case: Case) -> bool:
    watcher, clock = case.watcher(RESUMES_AFTER)
    before = case.trace()
    for _ in range(MOST_PASSES):
        watcher.one_pass()
        clock.later(5)
        after = case.trace()
        if after == before:
            watcher.close()
            return True
        before = after
    return False
