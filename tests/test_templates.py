"""Templates: where they are looked for, what the user's own folder changes, and how their mistakes are told."""

import tomllib
from pathlib import Path

import pytest

from indexer.errors import TemplateError
from service.templates import LANGUAGE, WORDS, Templates, folder

SPOKEN = tomllib.loads((folder() / WORDS).read_text(encoding="utf-8"))


def own(tmp_path: Path, name: str, text: str) -> Templates:
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return Templates(tmp_path)


def test_our_own_templates_are_found() -> None:
    assert {"reply.txt", "reply.html", "words.toml"} <= {p.name for p in (folder() / "mail").iterdir()}


def test_the_users_own_folder_comes_first(tmp_path: Path) -> None:
    assert own(tmp_path, "mail/reply.txt", "Servus {{ who }}").render("mail/reply.txt", who="Jana") == "Servus Jana"


def test_what_the_user_has_no_template_for_is_ours(tmp_path: Path) -> None:
    names = (
        "language subject greeting opening groups nothing unanswered also beyond search search_url asked closing name "
        "wrote quoted"
    )

    assert "<html" in Templates(tmp_path).render("mail/reply.html", **dict.fromkeys(names.split(), ""))


def test_html_is_escaped_and_text_is_not(tmp_path: Path) -> None:
    own(tmp_path, "a.html", "{{ said }}")
    own(tmp_path, "a.txt", "{{ said }}")

    assert Templates(tmp_path).render("a.html", said="<b>") == "&lt;b&gt;"
    assert Templates(tmp_path).render("a.txt", said="<b>") == "<b>"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("one\n{% if %}", "a.txt, line 2"),
        ("{{ nobody }}", "'nobody' is undefined"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{% include 'gone.txt' %}", "gone.txt"),
        ("{{ ''.format_map }}{{ [][3].deeper }}", "has no element 3"),
    ],
)
def test_a_faulty_template_is_named(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(TemplateError, match=told):
        own(tmp_path, "a.txt", text).render("a.txt")


def test_a_missing_template_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=f"no template nowhere.txt in {tmp_path} or "):
        Templates(tmp_path).render("nowhere.txt")


def test_a_templates_folder_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"no templates folder .*lost"):
        Templates(tmp_path / "lost")


def test_every_language_has_all_words_in_the_same_shape() -> None:
    shape = {name: len(told) if isinstance(told, list) else 0 for name, told in SPOKEN[LANGUAGE].items()}

    for words in SPOKEN.values():
        assert {name: len(told) if isinstance(told, list) else 0 for name, told in words.items()} == shape
    assert {"en", "de", "fr", "es", "nl"} <= set(SPOKEN)


def test_a_language_without_wording_takes_the_other_one_then_english() -> None:
    templates = Templates(None)

    assert templates.words("pl", "de")["language"] == "de"
    assert templates.words("pl", "cs")["language"] == "en"


def test_own_words_replace_ours_one_by_one(tmp_path: Path) -> None:
    templates = own(tmp_path, WORDS, '[de]\nclosing = "Servus"\n[pl]\ngreeting = "Cześć {name},"\n')

    assert (templates.words("de")["closing"], templates.words("de")["today"]) == ("Servus", "heute")
    assert templates.words("pl")["greeting"] == "Cześć {name},"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[de]\nclosnig = "Servus"', "nothing uses `closnig`, perhaps `closing`"),
        ("[de]\nclosing = 3", "`closing` has to be a text"),
        ('[de]\ndays = ["eins"]', "`days` has to be a list of 2 texts"),
        ("[de]\ndays = [1, 2]", "`days` has to be a list of 2 texts"),
        ('closing = "Servus"', "`closing` stands outside of a language"),
        ("[de\n", r"words\.toml cannot be used.*line 1"),
    ],
)
def test_a_mistake_in_own_words_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(TemplateError, match=told):
        own(tmp_path, WORDS, text).words("de")


def test_words_that_are_not_utf_8_are_told(tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    (tmp_path / WORDS).write_bytes('[de]\nclosing = "Grüße"'.encode("latin-1"))

    with pytest.raises(TemplateError, match=r"words\.toml cannot be used"):
        Templates(tmp_path).words("de")
