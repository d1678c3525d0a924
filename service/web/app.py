"""The web application: knowledge and ledger in, pages and an API out."""

from urllib.parse import urlencode

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from indexer.errors import SignpostError
from indexer.knowledge import Knowledge
from service.ledger import Ledger
from service.web import (
    account,
    api,
    api_receipts,
    assets,
    figures,
    health,
    hooks,
    login,
    marks,
    pages,
    problems,
    receipts,
    search,
    wishes,
)
from service.web.access import visitor_of
from service.web.entering import Entering
from service.web.feeds import router as feeds
from service.web.gate import Gate
from service.web.options import WebOptions
from service.web.problems import LoginNeeded, Problem
from service.web.schemas import ProblemRecord
from service.web.security import HEADERS, Guard
from service.web.site import Site


def create(knowledge: Knowledge, ledger: Ledger, options: WebOptions) -> FastAPI:
    """An application that answers from this knowledge and shows this ledger. It changes neither."""
    app = FastAPI(
        title="Signpost",
        summary="Answers a question with a link to where the answer already stands.",
        version=options.version,
        docs_url=None,
        redoc_url=None,
        openapi_url=api.SCHEMA,
    )
    app.state.entering = Entering(options.provider)
    app.state.site = Site(knowledge, ledger, options, assets.Assets(options.templates.folders))
    for part in (hooks, assets, login):
        app.include_router(part.router)
    app.include_router(health.probe)
    app.include_router(feeds)
    for inside in (
        search.router,
        pages.router,
        receipts.router,
        marks.router,
        wishes.router,
        figures.router,
        health.router,
        account.router,
        api.router,
        api_receipts.router,
        api.reference,
    ):
        app.include_router(inside, dependencies=[Depends(visitor_of)])
    app.add_middleware(Gate, origin=options.base_url, limited=options.rules.login != "none")
    app.add_middleware(Guard, base_url=options.base_url)
    _explain_problems(app)
    return app


def _explain_problems(app: FastAPI) -> None:
    app.add_exception_handler(LoginNeeded, _sent_to_login)
    app.add_exception_handler(SignpostError, _explained)
    app.add_exception_handler(HTTPException, _explained)
    app.add_exception_handler(RequestValidationError, _explained)
    app.add_exception_handler(Exception, _unexpected)


def _explained(request: Request, error: Exception) -> Response:
    return _shown(request, _problem(error))


def _sent_to_login(request: Request, error: Exception) -> Response:
    """Whoever opened a page is led to the login and back; programs, and where a proxy should have asked, are told."""
    site: Site = request.app.state.site
    path, by = request.url.path, site.options.rules.login
    if request.method == "GET" and by in ("local", "oidc") and not path.startswith((f"{api.ROOT}/", "/feeds/")):
        asked = f"{path}?{request.url.query}" if request.url.query else path
        return RedirectResponse(f"/login?{urlencode({'to': asked})}", 303)
    answer = _shown(request, _problem(error))
    answer.headers["WWW-Authenticate"] = 'Bearer realm="Signpost"'
    return answer


def _problem(error: Exception) -> Problem:
    if isinstance(error, SignpostError):
        return problems.of_error(error)
    if isinstance(error, RequestValidationError):
        return problems.of_invalid(error.errors())
    return problems.of_status(error.status_code if isinstance(error, HTTPException) else 500)


def _unexpected(request: Request, error: Exception) -> Response:
    """The last resort. It runs outside of the guard, so it brings the headers itself."""
    answer = _shown(request, problems.UNEXPECTED)
    answer.headers.update(HEADERS)
    return answer


def _shown(request: Request, problem: Problem) -> Response:
    if not request.url.path.startswith(f"{api.ROOT}/"):
        site: Site = request.app.state.site
        return site.show_problem(problem)
    told = ProblemRecord(title=problem.title, status=problem.status, detail=_detail(problem), instance=request.url.path)
    return JSONResponse(told.model_dump(), problem.status, media_type="application/problem+json")


def _detail(problem: Problem) -> str:
    return " ".join([*problem.says, problem.next]).strip()
