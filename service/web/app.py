"""The web application: knowledge and ledger in, pages and an API out."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from indexer.errors import SignpostError
from indexer.knowledge import Knowledge
from service.ledger import Ledger
from service.web import api, assets, health, hooks, pages, problems, receipts, search
from service.web.options import WebOptions
from service.web.problems import Problem
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
    app.state.site = Site(knowledge, ledger, options, assets.Assets(options.templates.folders))
    for part in (search, pages, receipts, health, hooks, assets, api):
        app.include_router(part.router)
    app.include_router(api.reference)
    app.add_middleware(Guard, base_url=options.base_url)
    _explain_problems(app)
    return app


def _explain_problems(app: FastAPI) -> None:
    app.add_exception_handler(SignpostError, _explained)
    app.add_exception_handler(HTTPException, _explained)
    app.add_exception_handler(RequestValidationError, _explained)
    app.add_exception_handler(Exception, _unexpected)


def _explained(request: Request, error: Exception) -> Response:
    return _shown(request, _problem(error))


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
