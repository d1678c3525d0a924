"""Logging in by OAuth 2.0: people agree once, tokens follow, and none of them is ever told to anybody else."""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from indexer.errors import LoginRefused, SettingsError, SignpostError, Unreachable
from service.oauth.access import Access
from service.oauth.browser import by_browser
from service.oauth.clients import client_of, is_safe
from service.oauth.device import by_device
from service.oauth.entering import enter
from service.oauth.exchange import AuthorizationServer, DeviceCode, Tokens
from service.oauth.keeping import Login, Logins
from tests.authority import SECRET, Authority, authority

NAME = "jörg@firma.example"


@pytest.fixture
def server() -> Iterator[Authority]:
    with authority() as running:
        yield running


@pytest.fixture(autouse=True)
def _nothing_leaks(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    with caplog.at_level(logging.DEBUG):
        yield
    assert "CANARY" not in caplog.text + "".join(capfd.readouterr())


class Ring:
    """A keyring in memory."""

    def __init__(self, works: bool = True) -> None:
        self.works = works
        self.held: dict[str, str] = {}

    def put(self, name: str, secret: str) -> bool:
        if self.works:
            self.held[name] = secret
        return self.works


def logins(folder: Path, ring: Ring | None = None) -> Logins:
    ring = ring or Ring(works=False)
    return Logins(folder / "logins", ring.held.get, ring.put)


class Seconds:
    """A clock and a wait in one: waiting moves it."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


def device(server: Authority, *polls: str) -> tuple[Tokens, list[float], list[DeviceCode]]:
    server.polls = iter(polls)
    seconds, shown = Seconds(), list[DeviceCode]()
    return by_device(AuthorizationServer(server.client()), shown.append, seconds.wait), seconds.waits, shown


def logged_in(server: Authority, folder: Path, clock: Seconds | None = None, ring: Ring | None = None) -> Access:
    """The access of somebody who logged in just now."""
    tokens, _, _ = device(server)
    kept, client = logins(folder, ring), server.client()
    kept.save(NAME, Login(client.client_id, client.token_url, tokens.refresh))
    return Access(NAME, AuthorizationServer(client), kept, clock or Seconds())


def refused(server: Authority, *polls: str) -> str:
    with pytest.raises(LoginRefused) as told:
        device(server, *polls)
    assert "CANARY" not in str(told.value)
    return str(told.value)


def test_a_person_types_a_code_elsewhere_and_is_waited_for_politely(server: Authority) -> None:
    tokens, waits, (shown,) = device(server, "authorization_pending", "slow_down", "authorization_pending")

    assert (shown.url, shown.user_code) == ("https://login.example/device", "WDJB-MJHT")
    assert waits == [5, 5, 10, 10]
    assert (tokens.access in server.access, tokens.refresh in server.good) == (True, True)


def test_a_login_that_does_not_come_about_is_told_in_a_sentence(server: Authority) -> None:
    assert "declined" in refused(server, "authorization_pending", "access_denied")
    assert "in time" in refused(server, "expired_token")
    assert "in time" in refused(server, *["authorization_pending"] * 99)
    assert "unsupported_grant_type" in refused(server, "unsupported_grant_type")


def test_a_server_that_is_away_for_a_while_is_asked_more_and_more_slowly(server: Authority) -> None:
    server.status = 503
    code = DeviceCode("https://login.example", "A", 200, 5, "CANARY-device")
    seconds = Seconds()
    asked = AuthorizationServer(server.client())
    asked.start_device = lambda: code  # type: ignore[method-assign]

    with pytest.raises(LoginRefused, match="in time"):
        by_device(asked, lambda code: None, seconds.wait)

    assert seconds.waits == [5, 10, 20, 40, 60, 60, 60]


def test_a_browser_on_this_machine_brings_a_code_that_only_we_can_use(server: Authority) -> None:
    told: list[str] = []

    def show(url: str, port: int) -> None:
        threading.Thread(target=lambda: told.append(server.agree(url))).start()

    client = server.client(device_url="", authorize_url=f"{server.address}/authorize")
    tokens = by_browser(AuthorizationServer(client), show, NAME, patience=10)

    assert tokens.access in server.access
    assert server.asked[-1]["client_secret"] == SECRET


def test_a_visitor_without_our_state_changes_nothing(server: Authority) -> None:
    statuses: list[int] = []

    def visit(url: str, port: int) -> None:
        for query in ("/?code=EVIL&state=guessed", "/?code=EVIL", "/favicon.ico", "/?error=access_denied"):
            try:
                urlopen(f"http://127.0.0.1:{port}{query}")
            except HTTPError as error:
                statuses.append(error.code)
        server.agree(url)

    client = server.client(device_url="", authorize_url=f"{server.address}/authorize")
    tokens = by_browser(
        AuthorizationServer(client), lambda *told: threading.Thread(target=visit, args=told).start(), NAME, 10
    )

    assert (statuses, tokens.access in server.access) == ([400] * 4, True)


def test_a_browser_in_which_nobody_agrees_is_waited_for_no_longer_than_that(server: Authority) -> None:
    client = server.client(device_url="", authorize_url=f"{server.address}/authorize")

    with pytest.raises(LoginRefused, match="in time"):
        by_browser(AuthorizationServer(client), lambda *told: None, NAME, patience=0.05)


def test_a_token_is_used_until_shortly_before_its_end(server: Authority, tmp_path: Path) -> None:
    clock = Seconds()
    access = logged_in(server, tmp_path, clock)

    first = access.token()
    clock.now = 3600 - 121
    again = access.token()
    clock.now = 3600 - 119
    later = access.token()

    assert (first == again, later == first) == (True, False)
    assert {first, later} <= server.access


@pytest.mark.parametrize("seconds", [None, "3599", -5, "soon", 10**12, 1])
def test_a_strange_end_of_a_token_is_lived_with(server: Authority, tmp_path: Path, seconds: object) -> None:
    server.seconds = seconds

    assert logged_in(server, tmp_path).token() in server.access


def test_a_refused_token_is_replaced_although_it_should_still_be_good(server: Authority, tmp_path: Path) -> None:
    access = logged_in(server, tmp_path)

    first = access.token()

    assert access.token(first) not in ("", first)
    assert access.token("some other") != first


def test_refresh_tokens_that_change_each_time_are_kept_each_time(server: Authority, tmp_path: Path) -> None:
    access = logged_in(server, tmp_path)
    token = ""
    for _ in range(3):
        token = access.token(token)

    afterwards = Access(NAME, AuthorizationServer(server.client()), logins(tmp_path))

    assert afterwards.token() in server.access
    assert len(server.good) == 1


def test_two_processes_do_not_spend_the_same_refresh_token(server: Authority, tmp_path: Path) -> None:
    one = logged_in(server, tmp_path)
    two = Access(NAME, AuthorizationServer(server.client()), logins(tmp_path))

    with ThreadPoolExecutor(8) as pool:
        tokens = list(pool.map(lambda access: access.token(), [one, two] * 4))

    assert len(set(tokens)) == 2


def test_a_login_that_was_taken_back_asks_for_another(server: Authority, tmp_path: Path) -> None:
    access = logged_in(server, tmp_path)
    server.good.clear()
    server.says = "AADSTS700082: The refresh token has expired due to inactivity."

    with pytest.raises(LoginRefused, match=f"AADSTS700082: .* Run: signpost login {NAME}") as told:
        access.token()

    assert "CANARY" not in str(told.value) + repr(told.value) + repr(told.value.__cause__)


def test_a_wrong_client_is_no_fault_of_the_login(server: Authority, tmp_path: Path) -> None:
    logged_in(server, tmp_path)
    client = server.client(secret="CANARY-wrong")

    with pytest.raises(LoginRefused, match="does not know this client") as told:
        Access(NAME, AuthorizationServer(client), logins(tmp_path)).token()

    assert "CANARY" not in str(told.value)


@pytest.mark.parametrize("status", [500, 503, 429, 302, 404])
def test_a_login_server_in_trouble_is_no_refusal(server: Authority, tmp_path: Path, status: int) -> None:
    access = logged_in(server, tmp_path)
    server.status = status

    with pytest.raises(Unreachable, match="watching asks it again by itself"):
        access.token()

    server.status = 0
    assert access.token() in server.access


def test_a_login_server_that_is_not_there_is_no_refusal(server: Authority, tmp_path: Path) -> None:
    logged_in(server, tmp_path)
    client = server.client(token_url="http://127.0.0.1:1/token")
    logins(tmp_path).save(NAME, Login(client.client_id, client.token_url, "CANARY"))

    with pytest.raises(Unreachable):
        Access(NAME, AuthorizationServer(client), logins(tmp_path)).token()


def test_a_login_goes_to_no_other_server_and_no_other_client(server: Authority, tmp_path: Path) -> None:
    logged_in(server, tmp_path)
    elsewhere = server.client(token_url=f"{server.address}/token?elsewhere")
    before = len(server.asked)

    with pytest.raises(LoginRefused, match="other settings"):
        Access(NAME, AuthorizationServer(elsewhere), logins(tmp_path)).token()
    assert len(server.asked) == before


def test_nobody_logged_in_yet(server: Authority, tmp_path: Path) -> None:
    with pytest.raises(LoginRefused, match=f"Run: signpost login {NAME}"):
        Access(NAME, AuthorizationServer(server.client()), logins(tmp_path)).token()


def test_a_login_lies_in_a_file_of_its_owner_alone(server: Authority, tmp_path: Path) -> None:
    logged_in(server, tmp_path).token()

    files = {f.name: f.stat().st_mode & 0o777 for f in (tmp_path / "logins").iterdir()}

    assert files == {f"{NAME}.json": 0o600, f"{NAME}.lock": 0o600}
    assert (tmp_path / "logins").stat().st_mode & 0o777 == 0o700


def test_a_login_lies_in_the_keyring_where_there_is_one(server: Authority, tmp_path: Path) -> None:
    ring = Ring()
    logged_in(server, tmp_path)
    access = logged_in(server, tmp_path, ring=ring)

    assert access.token() in server.access
    assert list(ring.held) == [f"{NAME} login"]
    assert not list((tmp_path / "logins").glob("*.json"))


def test_the_mark_of_a_login_changes_with_it_and_tells_nothing(tmp_path: Path) -> None:
    kept = logins(tmp_path)
    marks = [kept.mark(NAME)]
    for token in ("CANARY-1", "CANARY-2"):
        kept.save(NAME, Login("app", "https://login.example/token", token))
        marks.append(kept.mark(NAME))

    assert len(set(marks)) == 3
    assert "CANARY" not in "".join(marks)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"refresh_token": "x"}', "\udcff"])
def test_a_login_that_was_damaged_is_made_again(tmp_path: Path, text: str) -> None:
    (tmp_path / "logins").mkdir()
    (tmp_path / "logins" / f"{NAME}.json").write_bytes(text.encode("utf-8", "surrogateescape"))

    assert logins(tmp_path).load(NAME) is None


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "logins").write_text("")

    with pytest.raises(SettingsError, match="cannot be kept"):
        logins(tmp_path).save(NAME, Login("app", "https://login.example", "CANARY"))
    with pytest.raises(SettingsError, match="cannot be used"), logins(tmp_path).alone(NAME):
        pass


def test_no_secret_shows_when_an_object_is_printed(server: Authority, tmp_path: Path) -> None:
    access = logged_in(server, tmp_path)
    tokens, _, shown = device(server)
    login = logins(tmp_path).load(NAME)
    access.token()

    assert "CANARY" not in repr([access, tokens, shown, login, server.client(), AuthorizationServer(server.client())])


def test_to_log_in_tells_what_to_do_and_where_it_is_kept(server: Authority, tmp_path: Path) -> None:
    said: list[str] = []
    client = server.client(device_url="", authorize_url=f"{server.address}/authorize")

    def say(text: str) -> None:
        said.append(text)
        if "http" in text:
            threading.Thread(target=server.agree, args=(text.split("\n\n")[1],)).start()

    assert enter(NAME, "joerg", client, logins(tmp_path), say) == str(tmp_path / "logins" / f"{NAME}.json")
    assert "log in as joerg" in said[0]
    assert "ssh -L" in said[1]


def test_a_login_without_a_token_for_later_is_none(server: Authority, tmp_path: Path) -> None:
    server.gives_refresh = False
    client = server.client(device_url="", authorize_url=f"{server.address}/authorize")

    def say(text: str) -> None:
        if "http" in text:
            threading.Thread(target=server.agree, args=(text.split("\n\n")[1],)).start()

    with pytest.raises(SignpostError, match="offline access"):
        enter(NAME, "joerg", client, logins(tmp_path), say)


def test_tokens_go_to_https_addresses_only() -> None:
    assert [is_safe(url) for url in ("https://login.example/t", "http://127.0.0.1:9/t", "http://[::1]/t")] == [True] * 3
    for url in ("http://login.example/t", "ftp://login.example", "login.example", "https://", "http://127.0.0.1.evil/"):
        assert not is_safe(url), url
        with pytest.raises(ValueError, match="https addresses only"):
            client_of({"client_id": "app", "token_url": url, "device_url": "https://login.example/d"})


def test_the_providers_that_are_known() -> None:
    google = client_of({"provider": "google", "client_id": "app"})
    microsoft = client_of({"provider": "microsoft", "client_id": "app", "tenant": "firma.example"})

    assert (google.device_url, google.scope) == ("", "https://mail.google.com/")
    assert microsoft.device_url == "https://login.microsoftonline.com/firma.example/oauth2/v2.0/devicecode"
    assert "offline_access" in microsoft.scope
    assert "/common/" in client_of({"provider": "microsoft", "client_id": "app"}).token_url
