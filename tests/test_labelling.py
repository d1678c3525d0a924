"""Labels are kept line by line, are never lost, and what is wrong in a file is named with its line."""

import json
from pathlib import Path

import pytest

from indexer.asking import Question
from indexer.errors import SignpostError
from service.labelling import LabelFile, row_of, rows_in

ASKED = Question("Wer betreut Brückner?", "who", ("Hallo Tom, wer betreut Brückner?",), ("brueckner.example",))


def test_what_was_appended_is_read_back_just_as_it_was_asked(tmp_path: Path) -> None:
    file = tmp_path / "labels.jsonl"
    row = row_of(ASKED, ("trello:sales:card:1",), "Brückner", "5e5e")

    LabelFile(file).append(row)

    assert rows_in(file) == [row]
    assert rows_in(tmp_path)[0].question == ASKED
    assert LabelFile(file).knows("5e5e", ASKED.text)
    assert not LabelFile(file).knows("another mail", ASKED.text)


def test_a_last_line_without_an_end_is_kept_apart(tmp_path: Path) -> None:
    file = tmp_path / "labels.jsonl"
    file.write_text('{"text": "Who?", "relevant": []}', encoding="utf-8")

    LabelFile(file).append(row_of(ASKED, (), "", "1"))

    assert [row.text for row in rows_in(file)] == ["Who?", ASKED.text]


def test_text_and_relevant_are_enough(tmp_path: Path) -> None:
    file = tmp_path / "set.jsonl"
    told = {"text": "Who is talking to Brückner?", "relevant": ["https://trello.com/c/1"], "subject": "Visit"}
    file.write_text(json.dumps(told) + "\n\n", encoding="utf-8")

    (row,) = rows_in(file)

    assert row.question.kind == "who"
    assert row.question.windows == ("Visit Who is talking to Brückner?",)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "line 1 is no JSON"),
        ("[]", "line 1 has no “text”"),
        ('{"text": " ", "relevant": []}', "line 1 has no “text”"),
        ('{"text": "Who?"}', "line 1: “relevant” has to be a list"),
        ('{"text": "Who?", "relevant": [1]}', "“relevant” has to be a list"),
        ('{"text": "Who?", "relevant": [], "kind": "why"}', "there is no kind “why”"),
        ('{"text": "Who?", "relevant": [], "windows": "no"}', "“windows” has to be"),
        ("", "holds no question yet"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / "set.jsonl").write_text(line, encoding="utf-8")

    with pytest.raises(SignpostError, match=says):
        rows_in(tmp_path / "set.jsonl")


def test_what_is_no_text_or_not_there_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "set.jsonl").write_bytes(b"\xff\xfe")

    for place, says in ((tmp_path / "set.jsonl", "no UTF-8"), (tmp_path / "lost", "signpost label")):
        with pytest.raises(SignpostError, match=says):
            rows_in(place)
    with pytest.raises(SignpostError, match="There is no folder"):
        LabelFile(tmp_path / "lost" / "labels.jsonl")
