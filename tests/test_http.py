"""The line to a service, on a real server that is busy, broken, slow, lying or somewhere else."""

import gzip
import logging
import random
import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import BadAnswer, Refused, SourceError, Unavailable
from indexer.sources.http import MOST_BYTES, Line, Place, Politeness, Rate
from indexer.sources.origins import address, is_callable, plain, secrets_in
from indexer.sources.wire import Broken, Forbidden, Limits, Wire
from tests.recorded import Answered, Asked, Exchange, recorded, replaying, serving
from tests.trello_service import TrelloService
from tests.trello_service_line import Clock as NearClock
from tests.trello_service_line import NearLine

TOKEN = "ATTAgeheim0123456789"
REMEDY = "Make a new token at trello.com/power-ups/admin."


@dataclass
class Clock:
    """A clock that only sleeping moves, for all threads alike."""

    at: float = 1000.0
    slept: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        with self.lock:
            self.at += seconds
            self.slept.append(seconds)


def token() -> Mapping[str, str]:
    return {"Authorization": f'OAuth oauth_consumer_key="{TOKEN[:10]}", oauth_token="{TOKEN}"'}


def a_place(origin: str, *rates: Rate) -> Place:
    return Place("Trello", "trello:sales", origin, rates, public=False, remedy=REMEDY)


def a_line(
    origin: str, clock: Clock | None = None, *rates: Rate, headers: Callable[[], Mapping[str, str]] = token
) -> Line:
    """A line to this server whose waits take no time."""
    told = clock or Clock()
    return Line(a_place(origin, *rates), headers, Politeness(told.now, told.sleep, random.Random(1)))


@contextmanager
def a_service(*answers: Answered, clock: Clock | None = None) -> Iterator[tuple[Line, list[Asked]]]:
    """A server that gives these answers in order, the last one for ever, a line to it, and what it was asked."""
    asked: list[Asked] = []

    def answer(request: Asked) -> Answered:
        asked.append(request)
        return answers[min(len(asked), len(answers)) - 1]

    with serving(answer) as origin:
        line = a_line(origin, clock)
        yield line, asked
        line.close()


OK = Answered(200, b'{"name": "Br\xc3\xbcckner"}', {"Content-Type": "application/json", "X-Old": "1"})


def busy(status: int = 429, **headers: str) -> Answered:
    return Answered(
        status, b'{"error":"API_TOKEN_LIMIT_EXCEEDED"}', {n.replace("_", "-"): v for n, v in headers.items()}
    )


def test_a_call_says_who_calls_and_brings_the_answer() -> None:
    with a_service(OK) as (line, asked):
        reply = line.get("/1/boards/x", {"fields": "name,desc", "q": "Müller & Söhne"})

    assert reply.json() == {"name": "Brückner"}
    assert (reply.status, reply.headers["x-old"], line.calls) == (200, "1", 1)
    assert asked[0].query == (("fields", "name,desc"), ("q", "Müller & Söhne"))
    assert asked[0].headers["user-agent"].startswith("Signpost")
    assert asked[0].headers["authorization"] == token()["Authorization"]


def test_what_is_posted_is_json_and_other_methods_have_their_own_headers() -> None:
    with a_service(OK) as (line, asked):
        line.post("/1/webhooks", {"callbackURL": "https://firma.example/ü"})
        line.call("REPORT", "/dav/", body=b"<x/>", headers={"Depth": "1", "Accept": "application/xml"})

    assert asked[0].body.decode() == '{"callbackURL": "https://firma.example/ü"}'
    assert asked[0].headers["content-type"] == "application/json"
    assert (asked[1].method, asked[1].body, asked[1].headers["depth"]) == ("REPORT", b"<x/>", "1")
    assert asked[1].headers["accept"] == "application/xml"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 408])
def test_trouble_that_passes_is_waited_out(status: int) -> None:
    clock = Clock()
    with a_service(busy(status), busy(status), busy(status), OK, clock=clock) as (line, asked):
        assert line.get("/1/boards/x").status == 200

    assert len(asked) == line.calls == 4
    assert all(seconds <= 60 for seconds in clock.slept)
    assert 3 <= sum(clock.slept) <= 2 + 4 + 8


def test_after_six_tries_it_is_said_and_no_more() -> None:
    with a_service(busy(503)) as (line, asked), pytest.raises(Unavailable, match=r"^Trello \(trello:sales\).*HTTP 503"):
        line.get("/1/boards/x")

    assert len(asked) == 6


def test_the_time_that_a_service_asks_for_is_given() -> None:
    clock = Clock()
    with a_service(busy(Retry_After="30"), OK, clock=clock) as (line, _):
        line.get("/1/boards/x")

    assert 30 <= sum(clock.slept) <= 31


def test_nobody_waits_for_an_hour() -> None:
    clock = Clock()
    with (
        a_service(busy(Retry_After="3600"), clock=clock) as (line, asked),
        pytest.raises(Unavailable, match="60 minutes"),
    ):
        line.get("/1/boards/x")

    assert (len(asked), clock.slept) == (1, [])


def test_what_troubles_one_worker_slows_all() -> None:
    clock, replies = Clock(), iter([busy(Retry_After="20"), OK])
    with serving(lambda _: next(replies)) as origin:
        line = Line(a_place(origin), token, Politeness(clock.now, clock.sleep, random.Random(1), tries=1))
        with pytest.raises(Unavailable):
            line.get("/1/boards/x")
        assert clock.slept == []
        line.get("/1/boards/y")
        line.close()

    assert 20 <= sum(clock.slept) <= 21


def test_eight_workers_never_break_the_limit() -> None:
    clock, lock = Clock(), threading.Lock()
    at: list[float] = []

    def limited(asked: Asked) -> Answered:
        with lock:
            at.append(clock.at)
            recent = sum(clock.at - 10 < each for each in at)
        return busy() if recent > 100 else OK

    with serving(limited) as origin, ThreadPoolExecutor(8) as pool:
        line = a_line(origin, clock, Rate(300, 10), Rate(100, 10))
        replies = list(pool.map(line.get, [f"/1/cards/{n}" for n in range(400)]))
        line.close()

    assert {reply.status for reply in replies} == {200}
    assert line.calls == len(at) == 400


def test_two_programs_with_the_same_token_keep_to_its_limit_together() -> None:
    clock, chance = NearClock(), random.Random(3)
    service = TrelloService(clock)
    lines = [NearLine(service, clock, seed) for seed in (0, 1)]
    board = service.add_board("Vertrieb")

    for _ in range(400):
        chance.choice(lines).get(f"/1/boards/{board}")
        clock.sleep(chance.random() / 20)

    assert service.counts == {200: 400}


def test_a_storm_ends_for_eight_workers_together() -> None:
    clock, chance, lock = Clock(), random.Random(7), threading.Lock()

    def stormy(asked: Asked) -> Answered:
        with lock:
            return busy(chance.choice([429, 500, 503])) if chance.random() < 0.3 else OK

    with serving(stormy) as origin, ThreadPoolExecutor(8) as pool:
        line = a_line(origin, clock)
        replies = list(pool.map(line.get, [f"/1/cards/{n}" for n in range(80)]))
        line.close()

    assert [reply.json() for reply in replies] == [{"name": "Brückner"}] * 80


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_says_what_to_do_and_is_not_repeated(status: int) -> None:
    with a_service(Answered(status, b"invalid token")) as (line, asked), pytest.raises(Refused) as refused:
        line.get("/1/members/me")

    assert refused.value.status == status
    assert str(refused.value) == (
        f"Trello (trello:sales) refused “GET /1/members/me” (HTTP {status}: invalid token). {REMEDY}"
    )
    assert len(asked) == 1


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_not_there_comes_back_as_such(status: int) -> None:
    with a_service(Answered(status, b"The requested resource was not found.")) as (line, _):
        assert line.get("/1/cards/gone").status == status


def test_what_is_not_understood_is_said_and_not_repeated() -> None:
    says = r"did not understand “GET /1/cards/x” \(HTTP 400: invalid id with more\)"
    with a_service(Answered(400, b"invalid id\nwith\x00more")) as (line, asked), pytest.raises(BadAnswer, match=says):
        line.get("/1/cards/x", {"fields": "all"})

    assert len(asked) == 1


@pytest.mark.parametrize("body", [b"<html>sign in</html>", b"", b'{"name": "cut', b"[" * 100_000, b"\xff\xfe\x00"])
def test_what_is_no_json_is_said(body: bytes) -> None:
    with a_service(Answered(200, body)) as (line, _), pytest.raises(BadAnswer, match=r"asked “GET /1/x”, .* no JSON"):
        line.get("/1/x").json()


def test_half_a_body_is_none() -> None:
    half = Answered(pieces=iter([b'HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{"cards": ['] * 9))
    with a_service(half, OK) as (line, asked):
        assert line.get("/1/x").json() == {"name": "Brückner"}

    assert len(asked) == 2


def test_half_a_packed_body_is_none() -> None:
    half = gzip.compress(b'{"cards": []}' * 99)[:30]
    with a_service(Answered(200, half, {"Content-Encoding": "gzip"}), OK) as (line, asked):
        assert line.get("/1/x").json() == {"name": "Brückner"}

    assert len(asked) == 2


def test_a_packed_body_is_unpacked() -> None:
    with a_service(Answered(200, gzip.compress(OK.body), {"Content-Encoding": "gzip"})) as (line, _):
        assert line.get("/1/x").json() == {"name": "Brückner"}


@pytest.mark.parametrize(("length", "most"), [(b"Content-Length: 1000000000\r\n", 9_000_000), (b"", 2 * MOST_BYTES)])
def test_a_body_of_a_gigabyte_is_cut_off(length: bytes, most: int) -> None:
    sent: list[int] = []

    def endless() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n" + length + b"\r\n"
        for _ in range(1000):
            sent.append(1_000_000)
            yield b"x" * 1_000_000

    with a_service(Answered(pieces=endless())) as (line, asked), pytest.raises(BadAnswer, match="more than 64 MB"):
        line.get("/1/x")

    assert len(asked) == 1
    assert sum(sent) < most


def test_a_small_body_that_unpacks_to_a_gigabyte_is_cut_off() -> None:
    bomb = gzip.compress(bytes(MOST_BYTES + 1))
    packed = Answered(200, bomb, {"Content-Encoding": "gzip"})
    with a_service(packed) as (line, asked), pytest.raises(BadAnswer, match="more than 64 MB"):
        line.get("/1/x")

    assert len(asked) == 1


@pytest.mark.parametrize("beginning", [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n"])
def test_a_drip_ends_at_the_deadline(beginning: bytes) -> None:
    def drip() -> Iterator[bytes]:
        yield beginning
        while True:
            time.sleep(0.02)
            yield b"x: y\r\n"

    with serving(lambda _: Answered(pieces=drip())) as origin:
        place = Place("Trello", "trello:sales", origin, public=False)
        line = Line(place, token, Politeness(tries=1, seconds=0.2))
        with pytest.raises(Unavailable, match="it takes too long"):
            line.get("/1/x")
        line.close()


def test_where_nobody_listens_is_said() -> None:
    with serving(lambda _: OK) as origin:
        pass
    with pytest.raises(Unavailable, match="no connection"):
        a_line(origin).get("/1/x")


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(tmp_path: Path) -> None:
    if not shutil.which("openssl"):
        pytest.skip("openssl is not here")
    told = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", "k", "-out", "c"]
    subprocess.run(["openssl", *told], cwd=tmp_path, check=True, capture_output=True)
    trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trusted.load_cert_chain(tmp_path / "c", tmp_path / "k")

    with serving(lambda _: OK, trusted) as origin, pytest.raises(BadAnswer, match="shows a certificate that this mach"):
        a_line(origin.replace("http://127.0.0.1", "https://localhost")).get("/1/x")


@pytest.mark.parametrize("head", ["", "http://", "http://anna:geheim@"])
def test_the_way_out_leads_through_the_proxy_of_this_machine(head: str) -> None:
    asked: list[Asked] = []

    def refuse(request: Asked) -> Answered:
        asked.append(request)
        return Answered(403)

    with serving(refuse) as origin:
        proxies = {"https": head + origin.removeprefix("http://")}
        wire = Wire("https://api.trello.com", True, time.monotonic, lambda: proxies)
        with pytest.raises(Broken):
            wire.exchange("GET", "https://api.trello.com/1/x", {}, None, Limits(5.0, 99))
        wire.close()

    assert [each.method for each in asked] == ["CONNECT"]
    assert ("proxy-authorization" in asked[0].headers) == ("geheim" in head)


@pytest.mark.parametrize("told", [["10.0.0.7"], ["8.8.8.8", "127.0.0.1"], ["64:ff9b::a00:1"]])
def test_a_name_that_also_leads_into_a_private_network_is_not_called(told: list[str]) -> None:
    wire = Wire("https://api.trello.com", True, time.monotonic, dict, lambda host, port: told)
    with pytest.raises(Forbidden, match=r"api\.trello\.com leads to the private address"):
        wire.exchange("GET", "https://api.trello.com/1/x", {}, None, Limits(5.0, 99))


def test_the_address_that_was_checked_is_the_one_that_is_called() -> None:
    with serving(lambda asked: Answered(200, asked.headers["host"].encode())) as origin:
        port = urlsplit(origin).port
        addresses = iter([["::1", "127.0.0.1"]])  # nobody listens at the first; a second question gets no answer
        wire = Wire(f"http://kanboard.firma.example:{port}", False, time.monotonic, dict, lambda *_: next(addresses))
        answer = wire.exchange("GET", f"http://kanboard.firma.example:{port}/", {}, None, Limits(5.0, 99))
        wire.close()

    assert answer.body == f"kanboard.firma.example:{port}".encode()


def test_a_name_that_nobody_has_is_said() -> None:
    line = Line(Place("Kanboard", "kanboard:it", "http://kanboard.invalid", public=False), token, Politeness(tries=1))
    with pytest.raises(Unavailable, match="its name cannot be resolved"):
        line.get("/jsonrpc.php")


def test_a_redirect_to_the_same_place_is_followed_with_the_same_method() -> None:
    moved = Answered(301, headers={"Location": "/dav/anna/"})
    with a_service(moved, OK) as (line, asked):
        line.call("PROPFIND", "/.well-known/carddav", body=b"<x/>")

    assert [(a.method, a.path, a.body) for a in asked][1] == ("PROPFIND", "/dav/anna/", b"<x/>")


def test_see_other_is_got() -> None:
    with a_service(Answered(303, headers={"Location": "/done"}), OK) as (line, asked):
        line.post("/1/x", {})

    assert (asked[1].method, asked[1].path, asked[1].body) == ("GET", "/done", b"")


def test_a_redirect_elsewhere_is_refused_and_nobody_there_is_asked() -> None:
    says = r"leads to 127\.0\.0\.1; only http://127\.0\.0\.1:\d+ is called"
    with a_service(OK) as (elsewhere, stolen):
        away = Answered(302, headers={"Location": f"{elsewhere.place.origin}/x"})
        with a_service(away) as (line, _), pytest.raises(BadAnswer, match=says):
            line.get("/1/x")

    assert stolen == []


def test_a_redirect_in_circles_ends() -> None:
    circle = Answered(302, headers={"Location": "/1/x"})
    with a_service(circle) as (line, asked), pytest.raises(BadAnswer, match="in circles"):
        line.get("/1/x")

    assert len(asked) == 5


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/1/x",
        "//evil.example/1/x",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "http://x@127.0.0.1/",
        "\\\\evil.example\\x",
        "http://[::1/",
        "/1/x\r\nHost: evil.example",
    ],
)
def test_a_link_that_leads_elsewhere_is_not_followed(link: str) -> None:
    with a_service(OK) as (line, asked), pytest.raises(BadAnswer):
        line.get(link)

    assert asked == []


def test_a_whole_address_of_the_same_place_is_called() -> None:
    with a_service(OK) as (line, asked):
        line.get(f"{line.place.origin}/1/notes?after=20", {"limit": "100"})

    assert (asked[0].path, asked[0].query) == ("/1/notes", (("after", "20"), ("limit", "100")))


@pytest.mark.parametrize(
    "origin", ["https://localhost", "https://127.0.0.1", "https://[::1]", "https://169.254.169.254"]
)
def test_a_public_place_in_a_private_network_is_not_called(origin: str) -> None:
    line = Line(Place("HubSpot", "hubspot:sales", origin), token)
    with pytest.raises(BadAnswer, match="private address"):
        line.get("/crm")


def test_a_place_that_was_set_by_hand_may_be_anywhere_but_where_clouds_keep_their_secrets() -> None:
    line = Line(Place("Kanboard", "kanboard:it", "http://169.254.169.254", public=False), token)
    with pytest.raises(BadAnswer, match="private address"):
        line.get("/jsonrpc.php")


def test_a_public_place_is_only_called_with_encryption() -> None:
    with pytest.raises(BadAnswer, match="https://"):
        Line(Place("HubSpot", "hubspot:sales", "http://api.hubapi.com"), token).get("/crm")


PRIVATE = """10.0.0.1 172.16.9.9 192.168.1.1 100.64.0.1 127.0.0.1 0.0.0.0 169.254.1.1 224.0.0.1 255.255.255.255
    ::1 :: fe80::1%eth0 fc00::1 ff02::1 2001:db8::1 fd00:ec2::254
    ::ffff:10.0.0.1 ::127.0.0.1 2002:0a00:0001:: 64:ff9b::a9fe:a9fe"""


@pytest.mark.parametrize("at", PRIVATE.split())
def test_private_addresses_are_known_in_every_dress(at: str) -> None:
    assert not is_callable(at, public=True)


@pytest.mark.parametrize("at", ["185.166.143.48", "2606:4700::6810:85e5", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are_called(at: str) -> None:
    assert is_callable(at, public=True)


@given(st.text(max_size=80))
def test_no_path_leads_out_of_the_origin(path: str) -> None:
    url = address("https://api.trello.com", path, {"q": path})

    assert url is None or (urlsplit(url).scheme, urlsplit(url).netloc) == ("https", "api.trello.com")
    assert url is None or (url.isascii() and url.isprintable() and " " not in url)


def test_no_secret_is_in_what_is_said_or_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    for status in (400, 401, 500):
        with a_service(Answered(status, f"token {TOKEN} or key {TOKEN[:10]} is wrong".encode())) as (line, _):
            with pytest.raises(SourceError) as error:
                line.get("/1/x")
            said += [
                str(error.value),
                repr(error.value),
                repr(line),
                repr(error.value.__cause__),
                str(error.value.args),
            ]

    assert all("geheim" not in words and TOKEN[:10] not in words for words in (*said, caplog.text))
    assert "is wrong" in said[0]


def test_user_and_password_are_secrets_too() -> None:
    secrets = secrets_in({"Authorization": "Basic YW5uYTpnZWhlaW0tw4RyZ2VyNw=="})  # anna:geheim-Ärger7

    assert plain("geheim-Ärger7 and geheim-%C3%84rger7 are wrong", secrets) == "… and … are wrong"


@pytest.mark.parametrize("wrong", ["Bearer a\r\nX: y", "Bearer schlüssel", "Bearer \x00"])
def test_a_token_that_cannot_be_one_is_not_sent(wrong: str) -> None:
    with serving(lambda _: OK) as origin:
        line = a_line(origin, headers=lambda: {"Authorization": wrong})
        with pytest.raises(Refused, match=r"was not asked: its token holds what no token can\. Make a new"):
            line.get("/1/x")


def test_a_new_token_is_used_from_the_next_call_on() -> None:
    tokens = iter(["first", "second"])
    with serving(lambda asked: Answered(200, asked.headers["authorization"].encode())) as origin:
        line = a_line(origin, headers=lambda: {"Authorization": next(tokens)})
        told = [line.get("/1/x").body, line.get("/1/x").body]
        line.close()

    assert told == [b"first", b"second"]


@pytest.mark.parametrize("name", ["ruby-trello", "tacokit"])
def test_every_recorded_exchange_with_trello_is_understood(name: str) -> None:
    exchanges = recorded(name)
    with replaying(exchanges) as origin:
        line = a_line(origin)
        told = [outcome(line, exchange) for exchange in exchanges]
        line.close()

    for exchange, (status, body) in zip(exchanges, told, strict=True):
        assert status == exchange.answered.status
        assert body == exchange.answered.body or (status in (400, 401) and exchange.answered.body in body)


def outcome(line: Line, exchange: Exchange) -> tuple[int, bytes]:
    """Status and body of the reply; for one that became an error, its sentence."""
    body = None if exchange.method == "GET" else b""
    try:
        reply = line.call(exchange.method, exchange.path, params=dict(exchange.query), body=body)
    except Refused as error:
        return error.status, str(error).encode()
    except BadAnswer as error:
        return 400, str(error).encode()
    return reply.status, reply.body


def ends(line: Line) -> str:
    """What a call that is under way ends with when the line is closed a moment later; fails where that takes long."""
    said: list[str] = []

    def call() -> None:
        with pytest.raises(Unavailable) as error:
            line.get("/x")
        said.append(str(error.value))

    thread = threading.Thread(target=call)
    thread.start()
    while not line.calls:
        time.sleep(0.01)
    time.sleep(0.2)  # until it waits for the answer, or for its next turn
    line.close()
    thread.join(5)
    assert not thread.is_alive()
    return said[0]


def test_a_closed_line_leaves_a_service_that_says_nothing() -> None:
    go = threading.Event()

    def silent(_: Asked) -> Answered:
        go.wait(20)
        return OK

    with serving(silent) as origin:
        assert "because Signpost ends" in ends(Line(a_place(origin), token))
        go.set()


def test_a_closed_line_leaves_a_service_that_wants_to_be_left_alone() -> None:
    with serving(lambda _: busy(retry_after="100")) as origin:
        line = Line(a_place(origin), token)
        assert "because Signpost ends" in ends(line)
        with pytest.raises(Unavailable, match="because Signpost ends"):
            line.get("/x")


def test_all_calls_of_somebody_who_waits_end_together() -> None:
    clock = Clock()

    def slowly(_: Asked) -> Answered:
        clock.sleep(3)
        return OK

    with serving(slowly) as origin:
        line = a_line(origin, clock)
        with line.within(8), pytest.raises(Unavailable):
            all(line.get("/x") for _ in range(9))
        assert clock.now() <= 1000 + 9
        assert line.get("/x").status == 200
        line.close()
