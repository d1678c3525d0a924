"""Which Signpost this is."""

from importlib import metadata


def version() -> str:
    """The version that is installed; `0` where nothing is, as in a checkout that is only on the path."""
    try:
        return metadata.version("signpost")
    except metadata.PackageNotFoundError:
        return "0"
