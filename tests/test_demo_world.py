"""The demo world: big enough, the same every time, in genuine formats, and what its mails ask is really written."""

import csv
import email
import email.policy
import html
import json
import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from indexer.errors import SignpostError
from service.demo.world import World, build


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def boards(world: World) -> dict[str, dict[str, Any]]:
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in world.boards}


@pytest.fixture(scope="module")
def crm(world: World) -> dict[str, list[dict[str, str]]]:
    opened = {name: path.open(encoding="utf-8", newline="") for name, path in world.crm.items()}
    rows = {name: list(csv.DictReader(file)) for name, file in opened.items()}
    for file in opened.values():
        file.close()
    return rows


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_there_is_as_much_as_a_real_sales_team_has(world: World, boards: dict[str, dict[str, Any]]) -> None:
    cards = [c for board in boards.values() for c in board["cards"] if not c["isTemplate"]]

    assert len(boards) == 3
    assert len(cards) == world.counts["cards"] >= 400
    assert sum(c["badges"]["comments"] for c in cards) == world.counts["comments"] >= 1000
    assert (world.counts["companies"], world.counts["contacts"], world.counts["notes"]) == (150, 400, 1200)
    assert world.counts["mails"] == len(list(world.mails_folder.glob("*.eml"))) == 60


def test_the_same_seed_and_day_give_the_same_bytes(world: World, tmp_path: Path) -> None:
    build(tmp_path)

    assert contents(tmp_path) == contents(world.folder)


def test_another_seed_gives_another_world(world: World, tmp_path: Path) -> None:
    build(tmp_path, seed=8)
    one, other = contents(world.folder), contents(tmp_path)

    assert not [name for name in one.keys() & other.keys() if one[name] == other[name] and "mails" not in name]


def test_a_new_world_leaves_no_mail_of_the_old_one_behind(tmp_path: Path) -> None:
    build(tmp_path, seed=8)
    build(tmp_path, today=date(2026, 5, 4))

    assert len(list(tmp_path.glob("mails/*.eml"))) == 60


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_any_seed_finds_an_answer_for_every_question(seed: int, tmp_path: Path) -> None:
    drafts = [m for m in build(tmp_path, seed).mails if m.outcome == "draft"]

    assert len(drafts) == 27
    assert all(any(place.best for place in q.places) for m in drafts for q in m.questions)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("no folder")

    with pytest.raises(SignpostError, match=r"taken.*Name another folder"):
        build(tmp_path / "taken" / "world")


def test_everything_a_board_speaks_of_is_on_the_board(boards: dict[str, dict[str, Any]]) -> None:
    for board in boards.values():
        ids = {
            kind: {row["id"] for row in board[kind]} for kind in ("lists", "members", "labels", "checklists", "cards")
        }
        for card in board["cards"]:
            assert card["idList"] in ids["lists"]
            assert set(card["idMembers"]) <= ids["members"]
            assert set(card["idLabels"]) <= ids["labels"]
            assert set(card["idChecklists"]) <= ids["checklists"]
        assert {a["data"]["card"]["id"] for a in board["actions"]} <= ids["cards"]
        assert {c["idCard"] for c in board["checklists"]} <= ids["cards"]


def test_ids_are_unique_and_tell_when_a_card_was_made(boards: dict[str, dict[str, Any]]) -> None:
    cards = [c for board in boards.values() for c in board["cards"]]

    assert len({c["id"] for c in cards}) == len({c["shortLink"] for c in cards}) == len(cards)
    assert all(re.fullmatch("[0-9a-f]{24}", c["id"]) for c in cards)
    assert all(date(2018, 1, 1) < date.fromtimestamp(int(c["id"][:8], 16)) < date(2026, 3, 2) for c in cards)
    assert all(c["shortUrl"] == f"https://trello.com/c/{c['shortLink']}" for c in cards)


def test_a_talkative_board_has_lost_comments_as_real_exports_have(boards: dict[str, dict[str, Any]]) -> None:
    def kept_and_true(board: dict[str, Any]) -> tuple[int, int]:
        kept = sum(a["type"] in {"commentCard", "copyCommentCard"} for a in board["actions"])
        return kept, sum(c["badges"]["comments"] for c in board["cards"])

    kept, true = kept_and_true(boards["pipeline"])

    assert kept < true
    assert len(boards["pipeline"]["actions"]) == 1000
    assert all(kept == true for kept, true in map(kept_and_true, (boards["projects"], boards["references"])))


def test_boards_have_what_makes_reading_them_hard(boards: dict[str, dict[str, Any]]) -> None:
    cards = [c for board in boards.values() for c in board["cards"]]
    actions = [a for board in boards.values() for a in board["actions"]]

    assert any(lane["closed"] for board in boards.values() for lane in board["lists"])
    assert any(c["closed"] for c in cards)
    assert sum(c["isTemplate"] for c in cards) == 3
    assert all(c["email"].endswith("@boards.trello.com") for c in cards)
    assert any(a["type"] == "copyCommentCard" for a in actions)
    assert all(c["customFieldItems"] for c in cards if c["labels"])


def test_actions_are_newest_first(boards: dict[str, dict[str, Any]]) -> None:
    for board in boards.values():
        dates = [a["date"] for a in board["actions"]]

        assert dates == sorted(dates, reverse=True)
        assert board["dateLastActivity"] >= max(c["dateLastActivity"] for c in board["cards"])


def test_only_the_shared_boards_are_for_everyone(world: World, boards: dict[str, dict[str, Any]]) -> None:
    private = json.loads(world.private_board.read_text(encoding="utf-8"))

    assert {b["prefs"]["permissionLevel"] for b in boards.values()} == {"org"}
    assert private["prefs"]["permissionLevel"] == "private"
    assert "Albatros" not in "".join(path.read_text(encoding="utf-8") for path in world.boards)


def test_board_members_have_no_address(boards: dict[str, dict[str, Any]]) -> None:
    assert "@nordwind.example" not in json.dumps(boards)
    assert all("email" not in member for board in boards.values() for member in board["members"])


def test_crm_rows_are_joined_by_their_record_ids(crm: dict[str, list[dict[str, str]]]) -> None:
    ids = {name: {row["Record ID"] for row in rows} for name, rows in crm.items()}
    singular = {"companies": "Company", "contacts": "Contact", "deals": "Deal"}

    assert all(len(ids[name]) == len(rows) for name, rows in crm.items())
    for row in [*crm["contacts"], *crm["deals"], *crm["notes"]]:
        for name, said in singular.items():
            told = row.get(f"Associated {said} IDs", "")
            assert not told or set(told.split(";")) <= ids[name]


def test_every_crm_row_has_an_owner_and_every_note_a_company(
    world: World, crm: dict[str, list[dict[str, str]]]
) -> None:
    colleagues = re.findall("^FN:(.+?)\r$", world.contacts.read_bytes().decode(), re.MULTILINE)
    owners = {
        row[column]
        for name, column in (("companies", "Company owner"), ("contacts", "Contact owner"), ("deals", "Deal owner"))
        for row in crm[name]
    }

    assert owners <= set(colleagues)
    assert all(n["Associated Company IDs"] and n["Activity assigned to"] in colleagues for n in crm["notes"])


def test_notes_are_as_messy_as_real_ones(crm: dict[str, list[dict[str, str]]]) -> None:
    bodies = [note["Note body"] for note in crm["notes"]]
    names = [company["Company name"] for company in crm["companies"]]

    assert 300 < sum(body.startswith("<div") for body in bodies) < 900
    assert any("ü" in body for body in bodies)
    assert {"Brückner Logistik GmbH", "Brückner Logistics", "Fabricam", "Fabricon Bauelemente GmbH"} <= set(names)
    assert len(set(bodies)) > 0.98 * len(bodies)


def test_card_texts_are_long_enough_and_no_two_are_alike(boards: dict[str, dict[str, Any]]) -> None:
    texts = [c["desc"] for board in boards.values() for c in board["cards"] if c["labels"]]
    lengths = [len(text.split()) for text in texts]

    assert len(set(texts)) == len(texts)
    assert min(lengths) >= 30
    assert max(lengths) <= 150
    assert not any(re.search(r"{\w*}", text) for text in texts)


def test_the_address_book_is_folded_as_the_rfc_says(world: World) -> None:
    raw = world.contacts.read_bytes()

    assert raw.count(b"BEGIN:VCARD\r\n") == raw.count(b"END:VCARD\r\n") == world.counts["colleagues"]
    assert max(len(line) for line in raw.split(b"\r\n")) <= 75
    assert b"NOTE:Territory: Poland" in raw.replace(b"\r\n ", b"")


def test_mails_parse_without_a_defect(world: World) -> None:
    for sample in world.mails:
        mail = email.message_from_bytes(world.mail_file(sample).read_bytes(), policy=email.policy.default)

        assert not [part.defects for part in mail.walk() if part.defects], sample.slug
        assert (mail["Message-ID"], mail["Subject"]) == (sample.message_id, sample.subject)
        assert world.mailbox in mail["To"]
        assert mail["Authentication-Results"].startswith(world.authserv_id)


def test_mails_come_in_order_within_the_last_weeks_and_have_ids_of_their_own(world: World) -> None:
    moments = [mail.at for mail in world.mails]

    assert moments == sorted(moments)
    assert all(0 < (world.today - moment.date()).days <= 16 and moment.weekday() < 5 for moment in moments)
    assert len({mail.message_id for mail in world.mails}) == len(world.mails)


def test_mails_are_encoded_in_all_the_usual_ways(world: World) -> None:
    mails = [email.message_from_bytes(mail.raw) for mail in world.mails]
    parts = [part for mail in mails for part in mail.walk()]

    assert {"iso-8859-1", "utf-8"} <= {str(part.get_content_charset()) for part in parts}
    assert {"base64", "quoted-printable", "8bit"} <= {str(p["Content-Transfer-Encoding"]).lower() for p in parts}
    assert {"text/html", "multipart/alternative", "multipart/report"} <= {m.get_content_type() for m in mails}
    assert "text/calendar" in {part.get_content_type() for part in parts}
    assert sum(mail["In-Reply-To"] is not None and mail["In-Reply-To"] == mail["References"] for mail in mails) >= 6


def test_the_mailbox_has_mail_of_every_sort(world: World) -> None:
    assert Counter(mail.kind for mail in world.mails) == {
        "who": 11, "similar work": 8, "reference": 8, "nothing answers it": 6, "statement": 8, "outsider": 5,
        "newsletter": 2, "list": 2, "bounce": 3, "out of office": 2, "calendar": 2, "system": 3,
    }  # fmt: skip
    assert all(bool(mail.questions) == (mail.outcome == "draft") for mail in world.mails)
    assert all(bool(mail.reasons) == (mail.outcome == "pass") for mail in world.mails)


def test_only_forged_mail_fails_its_proof_and_only_outsiders_and_machines_are_from_elsewhere(world: World) -> None:
    for sample in world.mails:
        mail = email.message_from_bytes(sample.raw)
        internal = sample.sender.endswith(f"@{world.domain}")

        assert ("dmarc=fail" in mail["Authentication-Results"]) == (sample.slug == "forged-sender")
        assert internal or sample.outcome == "pass"


def test_what_mails_ask_is_said_in_them_word_for_word(world: World) -> None:
    for sample in (m for m in world.mails if m.questions):
        mail = email.message_from_bytes(sample.raw, policy=email.policy.default)
        body = mail.get_body(("plain", "html"))
        assert body is not None
        text = " ".join(html.unescape(re.sub("<[^>]+>", " ", body.get_content())).split())

        assert [q.words for q in sample.questions if q.words not in text] == []


def test_expected_answers_are_documents_that_exist(
    world: World, boards: dict[str, dict[str, Any]], crm: dict[str, list[dict[str, str]]]
) -> None:
    uids = re.findall("^UID:(.+?)\r$", world.contacts.read_bytes().decode(), re.MULTILINE)
    there = {("card", c["id"]) for b in boards.values() for c in b["cards"]} | {("contact", uid) for uid in uids}
    kinds = {"companies": "company", "contacts": "contact", "deals": "deal", "notes": "note"}
    there |= {(kinds[name], row["Record ID"]) for name, rows in crm.items() for row in rows}
    told = json.loads((world.mails_folder / "expected.json").read_text(encoding="utf-8"))

    assert [entry["message_id"] for entry in told] == [mail.message_id for mail in world.mails]
    assert all((world.mails_folder / entry["file"]).is_file() for entry in told)
    places = [place for entry in told for question in entry["questions"] for place in question["places"]]
    assert {(place["kind"], place["key"]) for place in places} <= there


def test_a_mail_knows_which_documents_answer_it(world: World) -> None:
    mail = next(m for m in world.mails if m.slug == "who-direct")
    place = mail.questions[0].places[0]

    assert mail.is_answered_by(f"trello:pipeline:{place.kind}:{place.key}")
    assert not mail.is_answered_by(f"trello:pipeline:{place.kind}:{place.key}0")


def test_no_address_of_the_world_is_real(world: World) -> None:
    domain = re.compile(rb"(?:@|https?://)([\w.-]+\.[a-z]{2,})", re.IGNORECASE)
    for path, raw in contents(world.folder).items():
        named = {name.decode().lower() for name in domain.findall(raw.replace(b"=\r\n", b""))}

        assert {n for n in named if not n.endswith(".example")} <= {"trello.com", "boards.trello.com"}, path
