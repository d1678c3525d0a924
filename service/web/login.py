"""Logging in and out: by a password that is kept here, or at a provider of OpenID Connect."""

import logging
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import StringConstraints

from indexer.errors import SignpostError
from service.access.oidc import LoginFailed
from service.access.passwords import LONGEST, matches
from service.access.sessions import Login
from service.web.access import cookie_name, is_secure
from service.web.entering import entering_of
from service.web.site import Here, Site

router = APIRouter(include_in_schema=False)
log = logging.getLogger(__name__)
PENDING = timedelta(minutes=10)
_Text = Annotated[str, StringConstraints(max_length=LONGEST), Form()]
_Path = Annotated[str, StringConstraints(max_length=2_000)]
_Onward = Annotated[_Path, Form()]


@router.get("/login")
def page(request: Request, site: Here, to: Annotated[_Path, Query()] = "/") -> Response:
    """Where somebody logs in; whoever need not is sent on."""
    if site.options.rules.login in ("none", "proxy"):
        return RedirectResponse("/", 303)
    return _form(site, to)


@router.post("/login")
def by_password(request: Request, site: Here, email: _Text, password: _Text, to: _Onward = "/") -> Response:
    """Log in by address and password. One sentence for all that may be wrong: it tells nobody who has an account."""
    if site.options.rules.login != "local":
        return RedirectResponse("/login", 303)
    email, entering = email.strip().lower(), entering_of(request)
    client = request.client.host if request.client else ""
    if wait := entering.tries(email, client):
        return _form(site, to, f"Too many tries. Wait {_minutes(wait)}, then try again.", 429, round(wait))
    name, kept = site.ledger.people.kept(email)
    if not matches(kept, password):
        _note(site, email, "login refused", client)
        return _form(site, to, "This address and this password do not belong together.", 403)
    entering.well(email, client)
    return _enter(request, site, Login(email, name, "local"), to)


@router.get("/login/start")
def start(request: Request, site: Here, to: Annotated[_Path, Query()] = "/") -> Response:
    """Send the browser to the provider."""
    entering = entering_of(request)
    if entering.provider is None:
        return RedirectResponse("/login", 303)
    begun = entering.provider.begin()
    answer = RedirectResponse(begun.url, 303)
    key = entering.keep(begun, local_path(to))
    most = int(PENDING.total_seconds())
    answer.set_cookie(
        _pending(site), key, max_age=most, path="/", secure=is_secure(site), httponly=True, samesite="lax"
    )
    return answer


@router.get("/login/back")
def back(request: Request, site: Here) -> Response:
    """Take up whom the provider sends back. What is not in order is said, and nobody is let in."""
    entering, key = entering_of(request), request.cookies.get(_pending(site), "")
    try:
        if entering.provider is None:
            raise LoginFailed("No login provider is named in the settings.")
        begun, to = entering.taken(key)
        found = entering.provider.finish(begun, dict(request.query_params))
    except SignpostError as problem:
        _note(site, "", "login refused", str(problem))
        return _form(site, "/", str(problem), 403)
    if not site.options.rules.lets_in(found.email):
        _note(site, found.email, "login refused", "not one of us")
        return _form(site, "/", f"{found.email} is not one of the addresses that are let in here.", 403)
    return _enter(request, site, Login(found.email, found.name, "oidc", found.groups), to)


@router.post("/logout")
def leave(request: Request, site: Here) -> Response:
    """End the session."""
    name = cookie_name(site)
    if cookie := request.cookies.get(name, ""):
        if login := site.ledger.sessions.of(cookie, site.now):
            _note(site, login.email, "logout")
        site.ledger.sessions.end(cookie)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(name, path="/", secure=is_secure(site), httponly=True, samesite="lax")
    # What the browser kept of pages is gone as well (W3C Clear Site Data)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def local_path(told: str) -> str:
    """Where to go on after a login: a path of ours, whatever somebody wrote into the address."""
    safe = told.startswith("/") and not told.startswith(("//", "/\\")) and told.isprintable() and "\\" not in told
    return told if safe else "/"


def _enter(request: Request, site: Site, login: Login, to: str) -> Response:
    """Begin a new session: a cookie from before is never taken over, so that nobody can plant one."""
    if before := request.cookies.get(cookie_name(site), ""):
        site.ledger.sessions.end(before)
    lasts = site.options.rules.lasts
    cookie = site.ledger.sessions.begin(login, site.now, lasts)
    _note(site, login.email, "login")
    answer = RedirectResponse(local_path(to), 303)
    most = int(lasts.total_seconds())
    name = cookie_name(site)
    answer.set_cookie(name, cookie, max_age=most, path="/", secure=is_secure(site), httponly=True, samesite="lax")
    answer.delete_cookie(_pending(site), path="/", secure=is_secure(site), httponly=True, samesite="lax")
    return answer


def _form(site: Site, to: str, trouble: str = "", status: int = 200, wait: int = 0) -> HTMLResponse:
    by = site.options.rules.login
    answer = site.show("login", "Log in", by=by, to=local_path(to), trouble=trouble, stranger=True)
    answer.status_code = status
    if wait:
        answer.headers["Retry-After"] = str(max(1, wait))
    return answer


def _note(site: Site, email: str, what: str, about: str = "") -> None:
    log.info("%s: %s %s", what, email or "somebody", about)
    site.ledger.audit.note(email[:200] or "somebody", what, {"about": about[:300]} if about else {}, site.now)


def _pending(site: Site) -> str:
    return f"{cookie_name(site)}-login"


def _minutes(seconds: float) -> str:
    return "a minute" if seconds <= 60 else f"{round(seconds / 60)} minutes"
