"""The Trello on this machine: what it was recorded and documented to do, it does."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2 as httpx
import pytest

from tests.trello_service import TrelloService
from tests.trello_service_bells import signed
from tests.trello_service_gate import Answer
from tests.trello_service_replay import Keys, Played, keys_of, play

DATA = Path(__file__).parents[2] / "shared" / "data" / "sources" / "trello"
RECORDINGS = ("ruby-trello", "tacokit")
EXPRESSIBLE = 452
"""Of the 514 recorded exchanges, those that a world of boards can ask and answer; never fewer."""


class Clock:
    """Time that passes when told to; a Monday in March."""

    def __init__(self) -> None:
        self.now = 1_772_442_000.0

    def __call__(self) -> float:
        return self.now


class Callback:
    """Whoever listens to webhooks: answers with `status`, keeps what came."""

    def __init__(self) -> None:
        self.status, self.heard = 200, list[tuple[str, str, dict[str, str], bytes]]()

    def __call__(self, method: str, url: str, headers: dict[str, str], body: bytes) -> int:
        self.heard.append((method, url, headers, body))
        return self.status


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def callback() -> Callback:
    return Callback()


@pytest.fixture
def service(clock: Clock, callback: Callback) -> TrelloService:
    return TrelloService(clock, post=callback)


@pytest.fixture
def board(service: TrelloService) -> str:
    return service.add_board("Kunden")


@pytest.fixture
def lane(service: TrelloService, board: str) -> str:
    return service.add_list(board, "Im Gespräch")


@pytest.fixture
def card(service: TrelloService, lane: str) -> str:
    return service.add_card(lane, "Pilot mit Brückner Logistik")


def credentials(service: TrelloService, token: str | None = None) -> dict[str, str]:
    whole = service.token if token is None else token
    return {"Authorization": f'OAuth oauth_consumer_key="{service.key}", oauth_token="{whole}"'}


def ask(service: TrelloService, path: str, *, token: str | None = None, verb: str = "GET", **params: object) -> Answer:
    query = {name.replace("__", "/"): str(value) for name, value in params.items()}
    return service.answer(verb, f"/1{path}?{urlencode(query)}", credentials(service, token))


def body(answer: Answer) -> Any:
    assert answer.status == 200, answer
    return answer.body


def names(answer: Answer) -> list[str]:
    return [thing["name"] for thing in body(answer)]


def recordings(name: str) -> list[dict[str, Any]]:
    file = DATA / "api_recordings" / f"{name}.json"
    if not file.is_file():
        pytest.skip("The recorded exchanges with Trello are not here")
    told: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return told


def played(name: str) -> Iterator[Played]:
    exchanges = {each: recordings(each) for each in RECORDINGS}
    keys = keys_of(exchanges[name])
    for learned in (*(keys_of(other) for other in exchanges.values()), exported_keys()):
        for kind, found in learned.ever.items():
            keys.ever[kind] |= found
    return (it for exchange in exchanges[name] if (it := play(exchange, keys)))


def exported_keys() -> Keys:
    keys = Keys()
    for file in (DATA / "exports_licensed").glob("*.json"):
        keys.take("boards", file.stem, json.loads(file.read_text(encoding="utf-8")))
    return keys


@pytest.mark.parametrize("name", RECORDINGS)
def test_answers_like_the_recorded_trello(name: str) -> None:
    assert [(it.question, it.differences) for it in played(name) if it.differences] == []


def test_most_recorded_exchanges_can_be_asked_here() -> None:
    assert sum(1 for name in RECORDINGS for _ in played(name)) >= EXPRESSIBLE


@pytest.mark.parametrize("name", ["mclang_board_a", "mclang_board_b", "wekan_project100"])
def test_exports_a_board_as_it_was_loaded(service: TrelloService, name: str) -> None:
    file = DATA / "exports_licensed" / f"{name}.json"
    if not file.is_file():
        pytest.skip("The exported boards are not here")
    export = json.loads(file.read_text(encoding="utf-8"))

    told = service.export(service.load(export))

    assert {m["id"] for m in told["members"]} == {m["id"] for m in export["members"]} | {service.owner}
    for kind in ("cards", "lists", "labels", "checklists", "customFields", "actions"):
        assert {t["id"] for t in told[kind]} == {t["id"] for t in export[kind]}
    assert {c["id"]: c["dateLastActivity"] for c in told["cards"]} == {
        c["id"]: c["dateLastActivity"] for c in export["cards"]
    }


# ---- who may ask what


def test_takes_credentials_from_the_header_and_counts_those_in_urls(service: TrelloService) -> None:
    by_header = ask(service, "/members/me")
    by_query = service.answer("GET", f"/1/members/me?key={service.key}&token={service.token}", {})

    assert body(by_header)["id"] == body(by_query)["id"] == service.owner
    assert service.secrets_in_urls == 1
    assert all("token" not in seen.params for seen in service.log)


@pytest.mark.parametrize(
    ("key", "token", "text"),
    [("other", None, "invalid key"), ("", None, "invalid key"), (None, "other", "invalid token")],
)
def test_refuses_credentials_it_never_gave(
    service: TrelloService, key: str | None, token: str | None, text: str
) -> None:
    k, t = service.key if key is None else key, service.token if token is None else token

    answer = service.answer("GET", f"/1/members/me?key={k}&token={t}", {})

    assert (answer.status, answer.body) == (401, text)


def test_a_revoked_token_sees_nothing_until_it_is_allowed_again(service: TrelloService, card: str) -> None:
    service.revoke(service.token)
    refused = ask(service, f"/cards/{card}")
    service.allow(service.token)

    assert (refused.status, refused.body) == (401, "invalid token")
    assert ask(service, f"/cards/{card}").status == 200


@pytest.mark.parametrize(
    ("permission", "member", "colleague", "stranger"),
    [("private", 200, 401, 401), ("org", 200, 200, 401), ("public", 200, 200, 200)],
)
def test_shows_a_board_to_whom_its_permission_says(
    service: TrelloService, permission: str, member: int, colleague: int, stranger: int
) -> None:
    tom, eve = service.add_member("tom", "Tom Okafor"), service.add_member("eve", "Eve")
    made = service.add_board("Kunden", permission, service.add_organization("Vertrieb", tom))
    tokens = (service.token, service.add_token(tom), service.add_token(eve))

    assert [ask(service, f"/boards/{made}", token=t).status for t in tokens] == [member, colleague, stranger]


def test_says_what_was_not_permitted(service: TrelloService, board: str, card: str) -> None:
    token = service.add_token(service.add_member("eve", "Eve"))

    told = [ask(service, path, token=token).body for path in (f"/boards/{board}", f"/cards/{card}")]

    assert told == ["unauthorized permission requested", "unauthorized card permission requested"]
    assert body(ask(service, "/members/me/boards", token=token)) == []


def test_a_board_made_private_is_gone_for_colleagues(service: TrelloService) -> None:
    tom = service.add_member("tom", "Tom Okafor")
    made, token = service.add_board("Kunden", "org", service.add_organization("Vertrieb", tom)), service.add_token(tom)
    seen = ask(service, f"/boards/{made}", token=token).status

    service.set_permission(made, "private")

    assert (seen, ask(service, f"/boards/{made}", token=token).status) == (200, 401)


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/boards/no-such-id", 400, "invalid id"),
        (f"/boards/{'f' * 24}", 404, "The requested resource was not found."),
        (f"/cards/{'f' * 24}", 404, "The requested resource was not found."),
        ("/nothing", 404, "The requested resource was not found."),
    ],
)
def test_refuses_what_does_not_exist(service: TrelloService, path: str, status: int, text: str) -> None:
    answer = ask(service, path)

    assert (answer.status, answer.body) == (status, text)


def test_a_token_that_only_reads_changes_nothing(service: TrelloService, card: str) -> None:
    token = service.add_token(service.owner, write=False)

    assert ask(service, f"/cards/{card}", token=token, verb="PUT", name="Weg").status == 401
    assert body(ask(service, f"/cards/{card}", token=token))["name"] == "Pilot mit Brückner Logistik"


# ---- how often


def test_a_token_has_a_hundred_requests_in_ten_seconds(service: TrelloService, board: str, clock: Clock) -> None:
    answers = [ask(service, f"/boards/{board}") for _ in range(101)]
    clock.now += 10

    assert [a.status for a in answers] == [200] * 100 + [429]
    assert answers[-1].body == {"error": "API_TOKEN_LIMIT_EXCEEDED", "message": "Rate limit exceeded"}
    assert answers[0].headers["X-Rate-Limit-Api-Token-Remaining"] == "99"
    assert answers[99].headers["X-Rate-Limit-Api-Token-Remaining"] == "0"
    assert ask(service, f"/boards/{board}").status == 200


def test_a_key_has_three_hundred_for_all_its_tokens(service: TrelloService) -> None:
    tokens = [service.add_token(service.add_member(f"m{n}", f"M {n}")) for n in range(4)]

    answers = [ask(service, "/nothing", token=tokens[n % 4]) for n in range(301)]

    assert [a.status for a in answers] == [404] * 300 + [429]
    assert answers[-1].body == {"error": "API_KEY_LIMIT_EXCEEDED", "message": "Rate limit exceeded"}


def test_what_is_below_members_has_a_hundred_in_fifteen_minutes(service: TrelloService, clock: Clock) -> None:
    for _ in range(100):
        clock.now += 1
        ask(service, "/members/me")
    clock.now += 700
    late = ask(service, "/members/me").status
    clock.now += 101

    assert (late, ask(service, "/members/me").status) == (429, 200)


def test_who_goes_on_after_two_hundred_refusals_is_shut_out(service: TrelloService, board: str, clock: Clock) -> None:
    other = service.add_token(service.add_member("tom", "Tom Okafor"))
    for _ in range(301):
        ask(service, f"/boards/{board}")

    shut = ask(service, "/members/me", token=other)
    clock.now += 10

    assert shut.status == 429
    assert service.refused == 202
    assert ask(service, "/members/me", token=other).status == 200


# ---- pages and fields


def test_a_page_holds_the_newest_cards_in_no_order(service: TrelloService, board: str, lane: str) -> None:
    ids = [service.add_card(lane, f"Karte {n}") for n in range(50)]

    page = [c["id"] for c in body(ask(service, f"/boards/{board}/cards", limit=20))]
    following = [c["id"] for c in body(ask(service, f"/boards/{board}/cards", limit=20, before=min(page)))]

    assert set(page) == set(ids[30:])
    assert page != sorted(page, reverse=True)
    assert set(following) == set(ids[10:30])


def test_never_tells_more_than_a_thousand_cards(service: TrelloService, board: str, lane: str) -> None:
    for n in range(1001):
        service.add_card(lane, f"Karte {n}")

    told = [ask(service, f"/boards/{board}/cards/all"), ask(service, f"/boards/{board}", cards="all")]

    assert [a.status for a in told] == [403, 403]
    assert "API_TOO_MANY_CARDS_REQUESTED" in str(told[0].body)
    assert len(body(ask(service, f"/boards/{board}/cards/all", limit=1000))) == 1000


def test_nested_checklists_of_a_big_board_are_too_many(service: TrelloService, board: str, card: str) -> None:
    service.most_checklists = 2
    for name in ("Plan", "Angebot", "Übergabe"):
        service.add_checklist(card, name, "erster Schritt")

    nested = ask(service, f"/boards/{board}/cards", checklists="all")

    assert (nested.status, nested.body) == (403, "Too many checklists")
    assert names(ask(service, f"/boards/{board}/checklists")) == ["Plan", "Angebot", "Übergabe"]


def test_actions_come_newest_first_and_go_back_by_id_or_date(service: TrelloService, board: str, card: str) -> None:
    made = [service.comment(card, f"Anruf {n}") for n in range(5)][::-1]
    path = f"/boards/{board}/actions"

    page = body(ask(service, path, filter="commentCard", limit=2))
    older = [
        [a["id"] for a in body(ask(service, path, filter="commentCard", limit=2, before=page[-1][edge]))]
        for edge in ("id", "date")
    ]

    assert [a["id"] for a in page] == made[:2]
    assert older == [made[2:4], made[2:4]]


def test_nested_actions_do_not_go_back(service: TrelloService, board: str, card: str) -> None:
    made = [service.comment(card, f"Anruf {n}") for n in range(3)]

    told = body(ask(service, f"/boards/{board}", actions="commentCard", actions_limit=1, actions_before=made[1]))

    assert [a["id"] for a in told["actions"]] == [made[2]]


def test_fifty_actions_unless_asked_for_more_and_never_over_a_thousand(
    service: TrelloService, board: str, card: str
) -> None:
    for n in range(60):
        service.comment(card, f"Anruf {n}")
    path = f"/boards/{board}/actions"

    assert len(body(ask(service, path))) == 50
    assert len(body(ask(service, path, limit=1000, filter="commentCard"))) == 60
    assert (ask(service, path, limit=1001).status, ask(service, path, before="gestern").status) == (400, 400)


def test_fifty_labels_unless_asked_for_more(service: TrelloService, board: str) -> None:
    for n in range(60):
        service.add_label(board, f"Kunde {n}")

    assert len(body(ask(service, f"/boards/{board}/labels"))) == 50
    assert len(body(ask(service, f"/boards/{board}", labels="all", labels_limit=1000))["labels"]) == 60


def test_a_board_tells_its_last_activity_only_when_asked(service: TrelloService, board: str) -> None:
    assert "dateLastActivity" not in body(ask(service, f"/boards/{board}"))
    assert set(body(ask(service, f"/boards/{board}", fields="dateLastActivity"))) == {"id", "dateLastActivity"}
    assert ask(service, f"/boards/{board}", fields="dateOfBirth").status == 400


def test_a_card_in_an_archived_list_is_open_and_not_visible(
    service: TrelloService, board: str, lane: str, card: str
) -> None:
    service.archive_list(lane)
    service.archive(service.add_card(service.add_list(board, "Offen"), "Alt"))

    told = {kind: names(ask(service, f"/boards/{board}/cards/{kind}")) for kind in ("open", "visible", "closed", "all")}

    pilot = "Pilot mit Brückner Logistik"
    assert {kind: set(found) for kind, found in told.items()} == {
        "open": {pilot},
        "visible": set(),
        "closed": {"Alt"},
        "all": {pilot, "Alt"},
    }


def test_things_beside_a_card_come_only_when_asked_for(service: TrelloService, board: str, card: str) -> None:
    field = service.add_custom_field(board, "Region", "list", "Süd", "Nord")
    service.set_field(card, field, "Süd")
    service.attach(card, "https://brueckner.example/angebot.pdf")
    plain = body(ask(service, f"/cards/{card}"))
    whole = body(ask(service, f"/cards/{card}", customFieldItems="true", attachments="true", members="true"))

    assert not {"customFieldItems", "attachments", "members"} & set(plain)
    assert whole["customFieldItems"][0]["idCustomField"] == field
    assert [a["url"] for a in whole["attachments"]] == ["https://brueckner.example/angebot.pdf"]


def test_a_board_of_more_than_twenty_thousand_cards_cannot_be_exported(
    service: TrelloService, board: str, card: str
) -> None:
    whole = service.answer("GET", f"/b/{board}.json", credentials(service))
    one = service.records.cards[card]
    service.records.cards |= {f"{n:024x}": one | {"id": f"{n:024x}"} for n in range(20_001)}

    assert [c["name"] for c in body(whole)["cards"]] == ["Pilot mit Brückner Logistik"]
    assert service.answer("GET", f"/b/{board}.json", credentials(service)).status == 449


# ---- ten at once


def test_ten_questions_in_one_request_each_answered_for_itself(service: TrelloService, board: str, card: str) -> None:
    urls = [f"/boards/{board}?fields=name%2Cclosed", f"/cards/{'f' * 24}", "/batch?urls=/members/me"]

    told = body(ask(service, "/batch", urls=",".join(urls)))

    assert told[0] == {"200": {"id": board, "name": "Kunden", "closed": False}}
    assert (told[1]["statusCode"], told[1]["message"]) == (404, "The requested resource was not found.")
    assert told[2]["statusCode"] == 400
    assert service.requests == 1


def test_eleven_questions_or_a_bare_comma_are_too_much(service: TrelloService, board: str) -> None:
    eleven = ask(service, "/batch", urls=",".join([f"/boards/{board}"] * 11))
    comma = body(ask(service, "/batch", urls=f"/boards/{board}?fields=name,closed"))

    assert eleven.status == 400
    assert comma[0] == {"200": {"id": board, "name": "Kunden"}}
    assert comma[1]["statusCode"] == 400


# ---- what people do, and what of it can be seen


def test_feeds_never_tell_of_edited_comments_and_labels(service: TrelloService, board: str, card: str) -> None:
    said, other = service.comment(card, "Frau Weiß ruft an"), service.comment(card, "erledigt")
    label = service.add_label(board, "Bahn")
    service.edit_comment(said, "Frau Weiß rief an")
    service.delete_comment(other)
    service.put_label(card, label)
    service.rename_label(label, "Schiene")

    told = body(ask(service, f"/boards/{board}/actions", limit=1000))

    assert {a["type"] for a in told} == {"createBoard", "createList", "createCard", "commentCard"}
    assert [a["data"]["text"] for a in told if a["type"] == "commentCard"] == ["Frau Weiß rief an"]
    assert body(ask(service, f"/cards/{card}"))["badges"]["comments"] == 1


def test_every_change_of_a_card_moves_its_date_and_its_boards(service: TrelloService, board: str, card: str) -> None:
    held = service.records
    label, field = service.add_label(board, "Bahn"), service.add_custom_field(board, "Region")
    for change in (
        lambda: service.rename(card, "Pilot mit Weiß"),
        lambda: service.comment(card, "Anruf"),
        lambda: service.put_label(card, label),
        lambda: service.set_field(card, field, "Süd"),
        lambda: service.archive(card),
    ):
        before = held.cards[card]["dateLastActivity"]
        change()
        assert before < held.cards[card]["dateLastActivity"] <= held.boards[board]["dateLastActivity"]


def test_an_edited_comment_and_a_renamed_list_do_not_move_a_cards_date(
    service: TrelloService, lane: str, card: str
) -> None:
    said = service.comment(card, "Anruf")
    before = service.records.cards[card]["dateLastActivity"]

    service.edit_comment(said, "Rückruf")
    service.rename_list(lane, "Gewonnen")
    service.delete_comment(said)

    assert service.records.cards[card]["dateLastActivity"] == before


def test_a_rename_changes_the_long_address_and_not_the_short_one(service: TrelloService, card: str) -> None:
    before = body(ask(service, f"/cards/{card}"))
    service.rename(card, "Brückner: gewonnen")
    after = body(ask(service, f"/cards/{card}"))

    assert (before["shortUrl"], before["id"]) == (after["shortUrl"], after["id"])
    assert before["url"] != after["url"]


def test_a_card_keeps_its_id_and_comments_on_another_board(service: TrelloService, board: str, card: str) -> None:
    service.comment(card, "Anruf")
    target = service.add_board("Gewonnen")
    service.move(card, service.add_list(target, "2026"))

    told = body(ask(service, f"/cards/{card}"))

    assert told["idBoard"] == target
    assert names(ask(service, f"/boards/{board}/cards/all")) == []
    assert [len(body(ask(service, f"/boards/{b}/actions", filter="commentCard"))) for b in (board, target)] == [0, 1]


def test_a_deleted_card_is_nowhere(service: TrelloService, board: str, card: str) -> None:
    service.comment(card, "Anruf")
    service.delete(card)

    assert ask(service, f"/cards/{card}").status == 404
    assert ask(service, f"/cards/{card}/actions").status == 404
    assert body(ask(service, f"/boards/{board}/actions", filter="commentCard")) == []


# ---- webhooks


def test_a_webhook_needs_a_callback_that_answers(service: TrelloService, board: str, callback: Callback) -> None:
    callback.status = 404
    wishes = {"idModel": board, "callbackURL": "https://signpost.example/hook"}
    refused = ask(service, "/webhooks", verb="POST", **wishes)
    callback.status = 200
    made = ask(service, "/webhooks", verb="POST", **wishes)

    assert (refused.status, made.status) == (400, 200)
    assert [method for method, *_ in callback.heard] == ["HEAD", "HEAD"]
    assert body(ask(service, f"/tokens/{service.token}/webhooks")) == [body(made)]
    assert body(ask(service, "/members/me/tokens", webhooks="true"))[0]["webhooks"] == [body(made)]
    assert (
        ask(service, "/webhooks", verb="POST", idModel=board, callbackURL="https://signpost.example/hook").status == 400
    )


def test_webhooks_tell_what_feeds_do_not_and_sign_it(
    service: TrelloService, board: str, card: str, callback: Callback
) -> None:
    url = "https://signpost.example/hook?source=trello"
    said = service.comment(card, "Anruf")
    service.bells.register(service.token, board, url)
    service.edit_comment(said, "Rückruf")

    assert service.ring() == 1
    _, where, headers, raw = callback.heard[-1]
    told = json.loads(raw)
    assert (where, told["action"]["type"], told["model"]["id"]) == (url, "updateComment", board)
    assert headers["X-Trello-Webhook"] == signed(service.secret, raw, url)


def test_a_signature_is_the_documented_one() -> None:
    # computed with: printf '%s' '{"a":1}https://x.example/h' | openssl dgst -sha1 -hmac secret -binary | base64
    assert signed("secret", b'{"a":1}', "https://x.example/h") == "nRkzbIU9z5n+PDzxPWf/aRnU3MQ="


def test_a_callback_that_fails_is_tried_again_and_given_up_in_the_end(
    service: TrelloService, board: str, clock: Clock, callback: Callback
) -> None:
    hook = service.bells.register(service.token, board, "https://signpost.example/hook")["id"]
    callback.status = 500
    service.rename_board(board, "Kunden 2026")
    for pause in (0, 30, 60, 120, 600):
        clock.now += pause
        service.ring()

    assert len([m for m, *_ in callback.heard if m == "POST"]) == 4
    assert service.records.webhooks[hook]["consecutiveFailures"] == 1
    service.records.webhooks[hook]["consecutiveFailures"] = 999
    service.rename_board(board, "Kunden 2027")
    for pause in (0, 30, 60, 120):
        clock.now += pause
        service.ring()
    assert body(ask(service, f"/webhooks/{hook}"))["active"] is False


# ---- over the wire, and trouble on it


def test_answers_over_http_with_its_limits_in_the_headers(service: TrelloService, board: str, card: str) -> None:
    with service.serving() as base, httpx.Client(base_url=base, headers=credentials(service)) as line:
        answer = line.get(f"/1/boards/{board}/cards", params={"fields": "name"})
        missing = line.get(f"/1/cards/{'f' * 24}")

    assert answer.json() == [{"id": card, "name": "Pilot mit Brückner Logistik"}]
    assert answer.headers["x-rate-limit-api-key-max"] == "300"
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert (missing.status_code, missing.text) == (404, "The requested resource was not found.")


def test_rings_over_http_at_an_address_that_listens(board: str, service: TrelloService) -> None:
    with TrelloService().serving() as base:
        real = TrelloService()
        made = real.add_board("Kunden")
        refused = ask(real, "/webhooks", verb="POST", idModel=made, callbackURL=f"{base}/1/nothing")
        closed = ask(real, "/webhooks", verb="POST", idModel=made, callbackURL="http://127.0.0.1:1/")

    assert "got 501" in str(refused.body)
    assert "got 0" in str(closed.body)


def test_trouble_comes_as_ordered_and_then_is_over(service: TrelloService, card: str) -> None:
    service.trouble.statuses.extend([429, 502, 500])

    told = [ask(service, f"/cards/{card}").status for _ in range(4)]

    assert told == [429, 502, 500, 200]
    assert service.refused == 1


def test_pages_repeat_skip_or_are_empty_when_told_to(service: TrelloService, board: str, lane: str) -> None:
    ids = {service.add_card(lane, f"Karte {n}") for n in range(8)}
    service.trouble.pages.extend(["repeat", "skip", "empty"])

    pages = [[c["id"] for c in body(ask(service, f"/boards/{board}/cards", limit=8))] for _ in range(4)]

    assert [len(set(page)) for page in pages] == [8, 4, 0, 8]
    assert len(pages[0]) > 8
    assert set(pages[3]) == ids


def test_a_connection_breaks_after_the_bytes_it_was_told(service: TrelloService, card: str) -> None:
    service.trouble.cuts.append(10)
    with service.serving() as base, socket.create_connection((urlsplit(base).hostname, urlsplit(base).port)) as line:
        secret = credentials(service)["Authorization"]
        line.sendall(f"GET /1/cards/{card} HTTP/1.1\r\nHost: x\r\nAuthorization: {secret}\r\n\r\n".encode())
        told = b"".join(iter(lambda: line.recv(65536), b""))

    head, _, rest = told.partition(b"\r\n\r\n")
    assert b"200 OK" in head
    assert len(rest) == 10
