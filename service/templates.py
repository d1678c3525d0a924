"""Templates and wording: found in a checkout or an installed package, then rendered; only door to jinja2."""

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2

from indexer.errors import TemplateError

HERE = Path(__file__).resolve().parent
WORDS = "mail/words.toml"
LANGUAGE = "en"
Words = str | list[str]


class Templates:
    """Renders templates; a file of the same name in the user's own folder comes first.

    HTML is escaped, and a name that a template uses but nobody gave it is an error.
    """

    def __init__(self, user_folder: Path | None = None) -> None:
        """Look in `user_folder`, then in our own; raises TemplateError when either is not there."""
        if user_folder and not user_folder.is_dir():
            raise TemplateError(f"There is no templates folder {user_folder}. Create it, or leave the setting empty.")
        self.folders = (user_folder, folder()) if user_folder else (folder(),)
        self._jinja = jinja2.Environment(
            loader=jinja2.FileSystemLoader(self.folders),
            autoescape=jinja2.select_autoescape(["html", "xml"]),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )

    def render(self, name: str, /, **values: object) -> str:
        """The template of this name (`mail/reply.txt`) with these values filled in."""
        try:
            return self._jinja.get_template(name).render(values)
        except jinja2.TemplateNotFound as gone:
            raise TemplateError(f"There is no template {gone.name} in {self._looked_in()}.") from gone
        except jinja2.TemplateSyntaxError as fault:
            raise _faulty(f"{fault.filename or fault.name}, line {fault.lineno}", fault) from fault
        except (jinja2.TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as fault:
            raise _faulty(self._path(name), fault) from fault

    def words(self, language: str, otherwise: str = LANGUAGE) -> dict[str, Words]:
        """The wording by name, in the first of the two languages that there is wording for, else in English.

        The user's own words replace ours. `language` among the names is the language it came to be.
        """
        ours = _toml(folder() / WORDS)
        own_file = self.folders[0] / WORDS
        own = _toml(own_file) if len(self.folders) > 1 else {}
        known = next((spoken for spoken in (language, otherwise) if spoken in ours or spoken in own), LANGUAGE)
        for name, told in own.get(known, {}).items():
            _check(own_file, name, told, ours[LANGUAGE])
        return {**ours[LANGUAGE], **ours.get(known, {}), **own.get(known, {}), "language": known}

    def _path(self, name: str) -> str:
        return str(next(folder / name for folder in self.folders if (folder / name).is_file()))

    def _looked_in(self) -> str:
        return " or ".join(map(str, self.folders))


def folder() -> Path:
    """Our own templates: inside the package in a wheel, beside it in a checkout and an editable install."""
    found = next((f for f in (HERE / "templates", HERE.parent / "templates") if f.is_dir()), None)
    if found is None:
        raise TemplateError(f"The templates that belong to Signpost are not beside {HERE}. Install Signpost again.")
    return found


def _faulty(where: str, fault: Exception) -> TemplateError:
    return TemplateError(f"The template {where} cannot be used: {fault}. Mend it, or remove it to have ours again.")


def _check(file: Path, name: str, told: Words, ours: Mapping[str, Words]) -> None:
    """A wording of the user's has to be of the kind ours is: a sentence, or a list of as many."""
    if name not in ours:
        near = get_close_matches(name, ours, n=1)
        raise _faulty(str(file), ValueError(f"nothing uses `{name}`" + (f", perhaps `{near[0]}`?" if near else "")))
    model = ours[name]
    if _shape(told) != _shape(model):
        kind = "a text" if isinstance(model, str) else f"a list of {len(model)} texts"
        raise _faulty(str(file), ValueError(f"`{name}` has to be {kind}"))


def _shape(told: Words) -> tuple[type, ...]:
    return tuple(map(type, told)) if isinstance(told, list) else (type(told), type(None))


@lru_cache(maxsize=8)
def _parsed(path: Path, written: int) -> dict[str, Any]:
    """What a file says that was last written then (nanoseconds): the same file is asked for with every draft."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _toml(path: Path) -> dict[str, dict[str, Words]]:
    """A file of wording as language → name → words; nothing where there is no file."""
    try:
        told = _parsed(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as fault:
        raise _faulty(str(path), fault) from fault
    loose = [name for name, words in told.items() if not isinstance(words, dict)]
    if loose:
        raise _faulty(str(path), ValueError(f"`{loose[0]}` stands outside of a language such as [en]"))
    return told
