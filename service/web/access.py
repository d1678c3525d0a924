"""Who is asking, for every page and the API: the one place that decides it."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends

from indexer.asking import Viewer
from indexer.errors import SignpostError
from service.access.visitor import HERE, Scope, Visitor


class Forbidden(SignpostError):
    """Somebody who is known may not do this."""


def visitor_of() -> Visitor:
    """The visitor of this request."""
    return HERE


Visiting = Annotated[Visitor, Depends(visitor_of)]


def viewer_of(visitor: Visiting) -> Viewer:
    """What the visitor of this request may see."""
    return visitor.viewer


Viewing = Annotated[Viewer, Depends(viewer_of)]


def needs(scope: Scope) -> Callable[[Visitor], None]:
    """A dependency that refuses visitors whose token was not made for this."""

    def check(visitor: Visiting) -> None:
        if scope not in visitor.scopes:
            raise Forbidden(f"This token was not made for “{scope}”. Make another: signpost tokens new --scope {scope}")

    return check
