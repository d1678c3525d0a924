"""Where services ring when something changed. A message is a hint to read again, and never taken for data."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from service.web.site import Here

router = APIRouter(include_in_schema=False, prefix="/hooks")
MOST_BYTES = 1_000_000
"""A longer message is refused: the largest that Trello or HubSpot send has a tenth of this."""


@router.get("/{kind}/{name}")
def there(kind: str, name: str, site: Here) -> Response:
    """Say that this is the place: Trello asks for the head of it before it promises to ring here."""
    if site.options.rung(f"{kind}:{name}", {}, b"") is None:
        raise HTTPException(404)
    return Response(status_code=200)


@router.post("/{kind}/{name}")
async def ring(kind: str, name: str, request: Request, site: Here) -> Response:
    """Take a message: 200 where the service proved that it is from it, 403 where not, 404 where nobody rings."""
    raw = await _body(request)
    known = await run_in_threadpool(site.options.rung, f"{kind}:{name}", dict(request.headers), raw)
    if known is None:
        raise HTTPException(404)
    return Response(status_code=200 if known else 403)


async def _body(request: Request) -> bytes:
    """The message, as long as it may be. Whatever is longer is not even read."""
    raw = b""
    async for part in request.stream():
        raw += part
        if len(raw) > MOST_BYTES:
            raise HTTPException(413)
    return raw
