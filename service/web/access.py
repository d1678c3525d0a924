"""Who is asking. Without a login everyone sees what everyone may see, and nothing else."""

from typing import Annotated

from fastapi import Depends

from indexer.asking import EVERYBODY, Viewer


def viewer_of() -> Viewer:
    """The viewer of this request: the one place that decides it for every page and the API."""
    return EVERYBODY


Viewing = Annotated[Viewer, Depends(viewer_of)]
