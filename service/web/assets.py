"""The few static files (style, logo, script), read once at start and served by name."""

import gzip
import hashlib
from collections.abc import Sequence
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response

from service.web.problems import NotFound

TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FOR_EVER = "public, max-age=31536000, immutable"

router = APIRouter(include_in_schema=False)


class Assets:
    """Static files in memory; nothing else can be asked for, whatever the path says."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """Read every style, script and drawing under these templates; where several have a name, the first counts."""
        found = [p for folder in reversed(folders) for p in sorted((folder / "web" / "static").glob("*"))]
        self._files = {p.name: p.read_bytes() for p in found if p.suffix in TYPES}
        # Only these are compressed: in pages, lengths would tell of secrets beside what a stranger put in (BREACH).
        self._small = {name: gzip.compress(raw, mtime=0) for name, raw in self._files.items()}

    def url(self, name: str) -> str:
        """The address of a file; it changes with the content, so browsers may keep it for ever."""
        return f"/static/{name}?v={hashlib.sha256(self._files[name]).hexdigest()[:12]}"

    def response(self, name: str, compressed: bool = False) -> Response:
        """The file, `compressed` by gzip for whoever takes it so. Raises NotFound for any other name."""
        if name not in self._files:
            raise NotFound("There is no such file.")
        headers = {"Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"}
        headers |= {"Content-Encoding": "gzip"} if compressed else {}
        body = (self._small if compressed else self._files)[name]
        return Response(body, media_type=TYPES[Path(name).suffix], headers=headers)


@router.get("/static/{name}")
def static(request: Request, name: str) -> Response:
    """One static file."""
    assets: Assets = request.app.state.site.assets
    return assets.response(name, "gzip" in request.headers.get("accept-encoding", ""))


@router.get("/favicon.ico")
def favicon(request: Request) -> Response:
    """The logo, for browsers that ask for an icon without reading the page."""
    return static(request, "logo.svg")
