"""Address books on a real CardDAV server, and on one that is cut short, forgetful, old, broken or lying."""

import http.client
import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import quote

import pytest

from indexer.errors import Refused
from indexer.sources.basic import basic
from indexer.sources.carddav import CardDav
from indexer.sources.carddav_look import Frame, told_of
from indexer.sources.http import Line, Place, Politeness
from indexer.sources.protocol import Checkpoint, Delete, Failure, Notice, Source, Upsert
from indexer.sources.vcard import VcardFile
from indexer.sources.webdav import multistatus, path_of
from tests.contracts_source import SourceContract, upserts
from tests.radicale_server import PASSWORD, Radicale, Rolodex, radicale
from tests.recorded import Answered, Asked, serving
from tests.shelf import Shelf
from tests.trello_service_line import Clock

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ALL = ["Acme GmbH", "Ana Souza", "Jörg Müller"]


@pytest.fixture(scope="module")
def server() -> Iterator[Radicale]:
    with radicale() as running:
        yield running


@pytest.fixture
def rolodex(server: Radicale) -> Rolodex:
    """Two address books and three people."""
    own = server.someone_new()
    own.open("kunden", "Kunden & Freunde")
    own.open("lieferanten", "Lieferanten")
    own.put("kunden", "ana souza", "FN:Ana Souza", "EMAIL:ana@acme.example", "ORG:Acme GmbH")
    own.put("kunden", "jörg", "FN:Jörg Müller", "NOTE:Ruft <gern> an & fragt")
    own.put("lieferanten", "acme", "FN:Acme GmbH", "X-ABShowAs:COMPANY")
    return own


lines: list[Line] = []


@pytest.fixture(autouse=True)
def hang_up() -> Iterator[None]:
    """All lines are closed in the end."""
    yield
    while lines:
        lines.pop().close()


def a_line(origin: str, user: str, password: str = PASSWORD) -> Line:
    """A line whose waits take no time."""
    clock = Clock()
    polite = Politeness(clock, clock.sleep, random.Random(1), tries=1)
    place = Place("CardDAV", "carddav:team", origin, public=False, remedy="Use a password made for apps.")
    lines.append(Line(place, partial(basic, user, password), polite))
    return lines[-1]


def a_source(rolodex: Rolodex, *books: str, origin: str = "", now: datetime = NOW) -> CardDav:
    line = a_line(origin or rolodex.server.origin, rolodex.user)
    return CardDav(line, "team", books, "everyone", now=lambda: now)


Meddle = Callable[[Asked, Answered], Answered]


@contextmanager
def between(rolodex: Rolodex, meddle: Meddle) -> Iterator[str]:
    """The origin of a server that passes everything on, and whose answers are meddled with."""

    def answer(asked: Asked) -> Answered:
        line = http.client.HTTPConnection(rolodex.server.origin.removeprefix("http://"), timeout=10)
        headers = {name: value for name, value in asked.headers.items() if name not in ("host", "accept-encoding")}
        line.request(asked.method, quote(asked.path), asked.body, headers)
        reply = line.getresponse()
        where = {"Location": reply.getheader("Location", "")} if reply.status == 301 else {}
        told = Answered(reply.status, reply.read(), where)
        line.close()
        return meddle(asked, told)

    with serving(answer) as origin:
        yield origin


def without_tokens(asked: Asked, told: Answered) -> Answered:
    """As of a server that does not know RFC 6578."""
    body = re.sub(rb"<sync-token>[^<]*</sync-token>|<sync-collection ?/>", b"", told.body)
    return Answered(403, b"<error xmlns='DAV:'/>") if b"<sync-collection" in asked.body else replace(told, body=body)


class InPages:
    """A server that tells one change at a time (RFC 6578 section 3.6)."""

    def __init__(self) -> None:
        self._rest: dict[bytes, tuple[list[bytes], bytes]] = {}
        self.pages = 0

    def __call__(self, asked: Asked, told: Answered) -> Answered:
        if b"<sync-collection" not in asked.body:
            return told
        token = _token(asked.body)
        items, last = self._rest.get(token) or (re.findall(rb"<response>.*?</response>", told.body), _token(told.body))
        self.pages += 1
        if len(items) > 1:
            following = b"urn:page:%d" % self.pages
            self._rest[following] = (items[1:], last)
            cut = b"<response><href>%s</href><status>HTTP/1.1 507 Cut</status></response>" % quote(asked.path).encode()
            items, last = [items[0], cut], following
        body = b'<multistatus xmlns="DAV:"><sync-token>%s</sync-token>%s</multistatus>' % (last, b"".join(items))
        return Answered(207, body)


def _token(body: bytes) -> bytes:
    found = re.search(rb"<sync-token>([^<]*)</sync-token>", body)
    return found[1] if found else b""


class Spoiling:
    """A server that passes on, but spoils one answer, counted from 0."""

    def __init__(self, which: int, spoilt: Callable[[Answered], Answered]) -> None:
        self.count, self._which, self._spoilt = 0, which, spoilt

    def __call__(self, asked: Asked, told: Answered) -> Answered:
        self.count += 1
        return self._spoilt(told) if self.count - 1 == self._which else told


SPOILT: dict[str, Callable[[Answered], Answered]] = {
    "busy": lambda told: Answered(503, b"later"),
    "forbidden": lambda told: Answered(403, b"no"),
    "gone": lambda told: Answered(404, b"no"),
    "half": lambda told: replace(told, body=told.body[: len(told.body) // 2]),
    "empty": lambda told: replace(told, body=b'<multistatus xmlns="DAV:"/>'),
    "page": lambda told: Answered(200, b"<!DOCTYPE html><html><title>Sign in</title></html>"),
}


class TestCardDav(SourceContract):
    @pytest.fixture
    def source(self, rolodex: Rolodex) -> Source:
        return a_source(rolodex)


class TestCardDavWithoutTokens(SourceContract):
    @pytest.fixture
    def source(self, rolodex: Rolodex) -> Iterator[Source]:
        with between(rolodex, without_tokens) as origin:
            yield a_source(rolodex, origin=origin)


def test_what_people_do_in_their_address_books_is_told_and_nothing_else(rolodex: Rolodex) -> None:
    shelf, source = Shelf(), a_source(rolodex)
    assert shelf.update(source) == ()
    assert shelf.titles == ALL

    rolodex.put("kunden", "ana souza", "FN:Ana Brückner", "EMAIL:ana@acme.example")
    rolodex.put("lieferanten", "bo", "FN:Bo Li")
    rolodex.remove("kunden", "jörg")
    before = set(shelf.documents)
    shelf.update(source)

    assert shelf.titles == ["Acme GmbH", "Ana Brückner", "Bo Li"]
    assert len(before & set(shelf.documents)) == 2
    assert len(shelf.dropped) == 1


def test_a_look_at_two_books_in_which_nothing_happened_is_one_request(rolodex: Rolodex) -> None:
    line = a_line(rolodex.server.origin, rolodex.user)
    source = CardDav(line, "team", now=lambda: NOW)
    (*_, last) = source.pull(None)
    assert isinstance(last, Checkpoint)
    calls = line.calls

    assert list(source.pull(last.cursor)) == [last]

    assert line.calls == calls + 1


def test_a_person_from_a_file_and_from_a_server_look_alike(rolodex: Rolodex, tmp_path: Path) -> None:
    (tmp_path / "a.vcf").write_text("BEGIN:VCARD\nFN:Ana Souza\nEMAIL:ana@acme.example\nORG:Acme GmbH\nEND:VCARD\n")
    (filed,) = upserts(list(VcardFile(tmp_path, "team", "everyone").pull(None)))

    found = next(d for d in upserts(list(a_source(rolodex).pull(None))) if d.title == "Ana Souza")

    assert found.id == f"carddav:team:contact:/{rolodex.user}/kunden/ana%20souza.vcf"
    assert replace(found, id=filed.id) == filed


def test_a_card_without_a_revision_is_as_old_as_its_server_says() -> None:
    stamped = "<d:getlastmodified>Mon, 02 Mar 2026 10:00:00 +0100</d:getlastmodified>"
    card = f"<c:address-data>BEGIN:VCARD\nFN:Bo\nEND:VCARD</c:address-data>{stamped}"
    body = f"<d:propstat><d:prop>{card}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>"
    told = multistatus(
        f'<d:multistatus xmlns:d="DAV:" xmlns:c="urn:x"><d:response><d:href>/b.vcf</d:href>{body}</d:response>'
        "</d:multistatus>".encode(),
        BASE,
    )

    assert told
    found = told_of(told.items[0], "/b.vcf", Frame("carddav:team", "everyone", None)).document
    assert found
    assert found.updated_at == NOW


def test_markup_in_a_card_is_text(rolodex: Rolodex) -> None:
    found = next(d for d in upserts(list(a_source(rolodex).pull(None))) if d.title == "Jörg Müller")

    assert found.sections[0].text == "Ruft <gern> an & fragt"


@pytest.mark.parametrize("chosen", ["Kunden & Freunde", "kunden", "/{user}/kunden/", "/{user}/kunden"])
def test_a_book_is_chosen_by_name_or_path(rolodex: Rolodex, chosen: str) -> None:
    source = a_source(rolodex, chosen.format(user=rolodex.user))

    assert sorted(d.title for d in upserts(list(source.pull(None)))) == ["Ana Souza", "Jörg Müller"]
    assert source.check() == []


def test_a_chosen_book_that_is_not_there_is_named_and_nobody_vanishes(rolodex: Rolodex) -> None:
    shelf = Shelf()
    shelf.update(a_source(rolodex))

    (sentence,) = shelf.update(a_source(rolodex, "Lieferanten", "Presse"))

    assert "no address book 'Presse'. It has 'Kunden & Freunde', 'Lieferanten'." in sentence
    assert shelf.titles == ALL
    assert a_source(rolodex, "Presse").check() == [sentence]


def test_a_book_that_is_removed_takes_its_people_along(rolodex: Rolodex) -> None:
    shelf = Shelf()
    shelf.update(a_source(rolodex))

    rolodex.remove("kunden")
    shelf.update(a_source(rolodex))

    assert shelf.titles == ["Acme GmbH"]


def test_a_token_that_the_server_forgot_leads_to_a_whole_look_that_finds_who_is_gone(rolodex: Rolodex) -> None:
    shelf = Shelf()
    shelf.update(a_source(rolodex))

    rolodex.remove("kunden", "jörg")
    rolodex.put("kunden", "bo", "FN:Bo Li")
    rolodex.forget_tokens("kunden")

    assert shelf.update(a_source(rolodex)) == ()
    assert shelf.titles == ["Acme GmbH", "Ana Souza", "Bo Li"]


@pytest.mark.parametrize("killed_after", [0, 1, 3, 4, 6])
@pytest.mark.parametrize("kind", ["tokens", "etags"])
def test_killed_after_any_event_the_next_update_comes_out_right(rolodex: Rolodex, kind: str, killed_after: int) -> None:
    with between(rolodex, without_tokens if kind == "etags" else lambda asked, told: told) as origin:
        shelf = Shelf()
        shelf.update(a_source(rolodex, origin=origin), killed_after)
        rolodex.remove("kunden", "jörg")
        rolodex.put("kunden", "ana souza", "FN:Ana Brückner")
        shelf.update(a_source(rolodex, origin=origin), killed_after)
        rolodex.remove("lieferanten", "acme")

        shelf.update(a_source(rolodex, origin=origin, now=NOW + timedelta(days=1)))

        assert shelf.titles == ["Ana Brückner"]


def test_servers_that_keep_no_tokens_are_asked_for_changed_cards_only(rolodex: Rolodex) -> None:
    asked = list[Asked]()

    def seeing(request: Asked, told: Answered) -> Answered:
        asked.append(request)
        return without_tokens(request, told)

    with between(rolodex, seeing) as origin:
        shelf, source = Shelf(), a_source(rolodex, origin=origin)
        shelf.update(source)
        asked.clear()
        rolodex.put("kunden", "jörg", "FN:Jörg Weiß")
        rolodex.remove("kunden", "ana souza")
        shelf.update(source)

    assert shelf.titles == ["Acme GmbH", "Jörg Weiß"]
    assert sum(request.body.count(b"<href>") for request in asked) == 1


def test_changes_that_come_in_pages_are_all_told(rolodex: Rolodex) -> None:
    pages = InPages()
    with between(rolodex, pages) as origin:
        shelf = Shelf()
        assert shelf.update(a_source(rolodex, origin=origin)) == ()
        assert shelf.titles == ALL

        rolodex.remove("kunden", "jörg")
        rolodex.put("kunden", "bo", "FN:Bo Li")
        assert shelf.update(a_source(rolodex, origin=origin)) == ()

    assert shelf.titles == ["Acme GmbH", "Ana Souza", "Bo Li"]
    assert pages.pages == 5


@pytest.mark.parametrize("spoilt", ["busy", "half", "empty"])
@pytest.mark.parametrize("which", range(6))
def test_whatever_answer_is_spoilt_nobody_vanishes_and_the_next_update_mends_it(
    rolodex: Rolodex, which: int, spoilt: str
) -> None:
    shelf, clean = Shelf(), a_source(rolodex)
    shelf.update(clean)
    rolodex.put("kunden", "bo", "FN:Bo Li")
    rolodex.forget_tokens("lieferanten")

    with between(rolodex, Spoiling(which, SPOILT[spoilt])) as origin:
        shelf.update(a_source(rolodex, origin=origin, now=NOW + timedelta(days=1)))

    assert shelf.dropped == set()
    assert shelf.update(a_source(rolodex, now=NOW + timedelta(days=2))) == ()
    assert shelf.titles == sorted([*ALL, "Bo Li"])


@pytest.mark.parametrize("spoilt", ["forbidden", "gone", "page"])
def test_whatever_answer_to_a_first_look_is_spoilt_the_next_one_tells_all(rolodex: Rolodex, spoilt: str) -> None:
    for which in range(8):
        shelf = Shelf()
        with between(rolodex, Spoiling(which, SPOILT[spoilt])) as origin:
            shelf.update(a_source(rolodex, origin=origin))
        shelf.update(a_source(rolodex))

        assert shelf.titles == ALL


def test_one_card_that_is_not_given_out_is_told_and_asked_for_again(rolodex: Rolodex) -> None:
    def withheld(asked: Asked, told: Answered) -> Answered:
        return replace(
            told, body=re.sub(rb"<CR:address-data>[^<]*FN:Ana.*?</CR:address-data>", b"", told.body, flags=re.S)
        )

    shelf = Shelf()
    with between(rolodex, withheld) as origin:
        (sentence,) = shelf.update(a_source(rolodex, origin=origin))
    assert "ana%20souza.vcf of carddav:team was not given out" in sentence
    assert shelf.titles == ["Acme GmbH", "Jörg Müller"]

    assert shelf.update(a_source(rolodex)) == ()
    assert shelf.titles == ALL


def test_a_wrong_password_is_refused_with_the_way_out(rolodex: Rolodex) -> None:
    source = CardDav(a_line(rolodex.server.origin, rolodex.user, "falsch"), "team")

    with pytest.raises(Refused, match="password made for apps"):
        list(source.pull(None))
    assert not source.census().complete
    assert len(source.check()) == 1
    assert all(isinstance(event, Failure) for event in source.fetch(["carddav:team:contact:/x/y.vcf"]))


def test_groups_and_cards_without_a_name_are_no_people(rolodex: Rolodex) -> None:
    rolodex.put("kunden", "gruppe", "FN:Freunde", "X-ADDRESSBOOKSERVER-KIND:group")
    rolodex.put("kunden", "leer", "FN:", "N:;;;;")

    events = list(a_source(rolodex).pull(None))

    assert sorted(d.title for d in upserts(events)) == ALL
    assert [e.text for e in events if isinstance(e, Notice)] == [
        f"The card /{rolodex.user}/kunden/leer.vcf of carddav:team holds no name and was left out."
    ]


def test_a_company_that_becomes_a_person_is_not_both(rolodex: Rolodex) -> None:
    shelf = Shelf()
    shelf.update(a_source(rolodex))

    rolodex.put("lieferanten", "acme", "FN:Acme Meyer")
    shelf.update(a_source(rolodex))

    assert shelf.titles == ["Acme Meyer", "Ana Souza", "Jörg Müller"]
    assert [d.kind for d in shelf.documents.values()] == ["contact"] * 3


def test_a_contact_is_fetched_as_it_is_now(rolodex: Rolodex) -> None:
    source = a_source(rolodex)
    ana, jörg, _ = upserts(list(source.pull(None)))
    rolodex.put("kunden", "ana souza", "FN:Ana Brückner")
    rolodex.remove("kunden", "jörg")

    first, second = source.fetch([ana.id, jörg.id])

    assert isinstance(first, Upsert)
    assert first.document.title == "Ana Brückner"
    assert isinstance(second, Delete)


def test_a_large_address_book_is_read_in_parts_that_are_told_one_by_one(server: Radicale) -> None:
    rolodex = server.someone_new()
    rolodex.fill("viele", 250)
    line = a_line(server.origin, rolodex.user)

    events = list(CardDav(line, "team", ["viele"], "everyone", now=lambda: NOW).pull(None))

    assert len(upserts(events)) == 250
    assert line.calls == 8  # three to find it, one for what changed, three for the cards, one that follows a redirect
    assert isinstance(events[100], Checkpoint)


def test_a_user_without_an_address_book_is_told_so(server: Radicale) -> None:
    (sentence,) = a_source(server.someone_new()).check()

    assert sentence.startswith("carddav:team has no address book.")


def test_another_server_is_told_from_one_of_address_books() -> None:
    with serving(lambda asked: Answered(404)) as origin:
        (nothing,) = CardDav(a_line(origin, "anna"), "team").check()
    with serving(lambda asked: Answered(200, b"<html>Welcome</html>")) as origin:
        (page,) = CardDav(a_line(origin, "anna"), "team").check()

    assert "does not say where the address books of this user are. Name them in the settings" in nothing
    assert "answered what is no WebDAV" in page


def test_address_books_on_another_host_are_named_and_not_asked() -> None:
    home = b"<C:addressbook-home-set><href>https://p42.cloud.example/17/</href></C:addressbook-home-set>"
    stat = b"<propstat><prop>%s</prop><status>HTTP/1.1 200 OK</status></propstat>" % home
    body = b'<multistatus xmlns="DAV:" xmlns:C="urn:c"><response><href>/</href>%s</response></multistatus>' % stat

    with serving(lambda asked: Answered(207, body)) as origin:
        (sentence,) = CardDav(a_line(origin, "anna"), "team").check()

    assert "leads to p42.cloud.example; only" in sentence


def test_without_a_stated_visibility_contacts_are_private_and_that_is_said_once(rolodex: Rolodex) -> None:
    events = list(CardDav(a_line(rolodex.server.origin, rolodex.user), "team").pull(None))

    assert {d.visibility for d in upserts(events)} == {"private"}
    assert len([e for e in events if isinstance(e, Notice) and "nobody is shown them" in e.text]) == 1


BASE = "https://cloud.example/dav/"


@pytest.mark.parametrize(
    ("href", "path"),
    [
        ("/dav/anna/J%C3%B6rg%20M.vcf", "/dav/anna/J%C3%B6rg%20M.vcf"),
        ("/dav/anna/Jörg M.vcf", "/dav/anna/J%C3%B6rg%20M.vcf"),
        ("anna/a%2fb@c.vcf", "/dav/anna/a%2Fb@c.vcf"),
        ("http://cloud.example:80/dav/x", "/dav/x"),
        ("https://elsewhere.example/x", "https://elsewhere.example/x"),
        ("https://[half", ""),
    ],
)
def test_one_path_has_one_spelling(href: str, path: str) -> None:
    assert path_of(href, BASE) == path


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE m [<!ENTITY a "aaaa">]><multistatus xmlns="DAV:">&a;</multistatus>',
        b'<?xml version="1.0"?><!-- x --><!DOCTYPE m SYSTEM "file:///etc/passwd"><multistatus xmlns="DAV:"/>',
        '<!DOCTYPE m><multistatus xmlns="DAV:"/>'.encode("utf-16"),
        b'<html xmlns="DAV:"></html>',
        b"<?a?>" * 5000 + b"!",
        b"",
    ],
)
def test_xml_that_declares_anything_or_is_no_multistatus_is_not_read(body: bytes) -> None:
    assert multistatus(body, BASE) is None


def test_a_multistatus_is_read_whatever_prefixes_it_has() -> None:
    body = (
        b'<?xml version="1.0"?>\n<!-- x --><d:multistatus xmlns:d="DAV:" xmlns:c="urn:x"><d:response>'
        b"<d:href> /a </d:href>"
        b"<d:propstat><d:prop><c:n>1 &lt;</c:n></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat><d:propstat>"
        b"<d:prop><c:m/></d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat></d:response></d:multistatus>"
    )

    told = multistatus(body, BASE)

    assert told
    assert [(item.path, item.status, item.text("n"), item.text("m")) for item in told.items] == [("/a", 200, "1 <", "")]
