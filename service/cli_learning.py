"""The command that teaches the index what answered a question."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from service.terminal import Config, Json, as_text, opened, show


def confirm(
    question: Annotated[str, typer.Argument(help="A question as somebody asked it.")],
    document: Annotated[str, typer.Argument(metavar="LINK", help="The link or the id of what answers it.")],
    config: Config = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take it back.")] = False,
    as_json: Json = False,
) -> None:
    """Teach that a document answers a question: it is found by such questions from now on."""
    from service import learning

    teach = learning.undo if undo else learning.confirm
    with opened(config) as app:
        found = learning.document_at(app.knowledge, as_text(document), app.base_url)
        taught = teach(app.learning, as_text(question), found, datetime.now(UTC))
    show(taught, as_json, lambda told: told.says)
