"""The settings file that `signpost init` writes, made from the models: every setting, its sentence, its default."""

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from service.settings_given import is_list, is_secret, model_in
from service.settings_models import Settings

_WIDTH = 100
_OPENING = """\
# Settings of Signpost. A line such as `#enough = 0.75` shows the default, or an example of what can be set: take the #
# away to change it. A variable goes before this file: SIGNPOST_REPLIES__ENOUGH=0.7, or for the mailbox that is called
# sales SIGNPOST_MAILBOXES__SALES__PASSWORD=… Paths are relative to the folder of this file.
"""


def example() -> str:
    """A commented signpost.toml that sets nothing yet."""
    return "\n".join([_OPENING, *_lines(Settings)]) + "\n"


def _lines(model: type[BaseModel]) -> Iterator[str]:
    tables = {name: inner for name, info in model.model_fields.items() if (inner := model_in(info))}
    for name, info in model.model_fields.items():
        if name not in tables:
            yield from _setting(name, info)
    for name, inner in tables.items():
        info = model.model_fields[name]
        yield from _comment(info.description or "")
        yield f"#[[{name}]]" if is_list(info) else f"[{name}]"
        yield ""
        for below, told in inner.model_fields.items():
            yield from _setting(below, told)


def _setting(name: str, info: FieldInfo) -> Iterator[str]:
    yield from _comment(info.description or "")
    if not is_secret(info):
        yield f"#{name} = {_toml(_value(info))}"
    yield ""


def _value(info: FieldInfo) -> Any:
    """What to show: an example where there is one, else the default."""
    return info.examples[0] if info.examples else info.get_default(call_default_factory=True, validated_data={})


def _comment(text: str) -> Iterator[str]:
    yield from (f"# {line}" for line in textwrap.wrap(text, _WIDTH, break_on_hyphens=False))


def _toml(told: Any) -> str:
    """A value as TOML writes it; JSON writes texts, numbers and lists the same way."""
    if isinstance(told, dict):
        return f"{{{', '.join(f'{key} = {_toml(value)}' for key, value in told.items())}}}"
    if told is None:
        return '""'
    return json.dumps(told.as_posix() if isinstance(told, Path) else told, ensure_ascii=False)
