"""What somebody may do about themselves: see who they are here, make tokens for programs, log out everywhere."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import RedirectResponse, Response
from pydantic import Field, StringConstraints

from service.access.passwords import LONGEST, hashed, matches, weakness
from service.access.visitor import SCOPES, Scope, Visitor
from service.web.access import Visiting
from service.web.problems import Forbidden, NotFound
from service.web.results import moment, when
from service.web.site import Here, Site

router = APIRouter(include_in_schema=False)
LONGEST_LIFE, USUAL_LIFE = 366, 90
_Label = Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True), Form()]
_Scopes = Annotated[list[Scope], Field(min_length=1, max_length=len(SCOPES)), Form()]
_Days = Annotated[int, Form(ge=1, le=LONGEST_LIFE)]
_Password = Annotated[str, StringConstraints(max_length=LONGEST), Form()]


@router.get("/account")
def page(site: Here, visitor: Visiting) -> Response:
    """Who somebody is here, and the tokens they made."""
    return _shown(site, visitor)


@router.post("/account/tokens")
def make(site: Here, visitor: Visiting, label: _Label, scope: _Scopes, days: _Days = USUAL_LIFE) -> Response:
    """A new token, shown this once."""
    _person(visitor)
    token = site.ledger.tokens.make(visitor.email, label, scope, site.now, timedelta(days=days))
    site.ledger.audit.note(visitor.email, "token made", {"label": label, "scopes": " ".join(sorted(scope))}, site.now)
    answer = _shown(site, visitor, token=token)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.post("/account/tokens/{token_id}/revoke")
def revoke(site: Here, visitor: Visiting, token_id: str) -> Response:
    """End a token of one's own; an admin may end anybody's."""
    found = next((t for t in site.ledger.tokens.all() if t.id == token_id), None)
    if found is None or not (visitor.is_admin or found.email == visitor.email):
        raise NotFound("There is no such token.")
    site.ledger.tokens.revoke(token_id)
    site.ledger.audit.note(visitor.email, "token revoked", {"label": found.label, "of": found.email}, site.now)
    return RedirectResponse("/account", 303)


@router.post("/account/sessions/end")
def end_all(site: Here, visitor: Visiting) -> Response:
    """Log out everywhere."""
    site.ledger.sessions.end_all([_person(visitor).email])
    site.ledger.audit.note(visitor.email, "logout everywhere", {}, site.now)
    return RedirectResponse("/login", 303)


@router.post("/account/password")
def change(site: Here, visitor: Visiting, old: _Password, new: _Password) -> Response:
    """Another password; whoever is logged in as this person is logged out by that."""
    email = _person(visitor).email
    name, kept = site.ledger.people.kept(email)
    if site.options.rules.login != "local" or not matches(kept, old):
        return _shown(site, visitor, trouble="That is not your password of until now, so nothing was changed.")
    if wrong := weakness(new, (email, name)):
        return _shown(site, visitor, trouble=f"The new password is not good enough. {wrong}")
    site.ledger.people.put(email, name, hashed(new), site.now)
    site.ledger.audit.note(email, "password changed", {}, site.now)
    return RedirectResponse("/login", 303)


@router.get("/audit")
def audit(site: Here, visitor: Visiting, who: Annotated[str, Query(max_length=200)] = "") -> Response:
    """What people did here, for admins."""
    if not visitor.is_admin:
        raise Forbidden("Only admins see what others did; they are named in the settings.")
    entries = [(when(e.at, site.now), e) for e in site.ledger.audit.latest(200, who.strip().lower())]
    return site.show("audit", "Audit log", tab="account", entries=entries, who=who)


def _person(visitor: Visitor) -> Visitor:
    """The visitor, once it is clear that they logged in. Raises Forbidden on a machine where nobody does."""
    if not visitor.email:
        raise Forbidden("Nobody logs in here, so there is no account. See [access] in the settings.")
    return visitor


def _shown(site: Site, visitor: Visitor, token: str = "", trouble: str = "") -> Response:
    mine = [t for t in site.ledger.tokens.all() if visitor.is_admin or t.email == visitor.email]
    tokens = [(t, when(t.at, site.now), when(t.until, site.now), moment(t.used_at, site.now)) for t in mine]
    shown = site.show(
        "account",
        "Account",
        tab="account",
        visitor=visitor,
        tokens=tokens,
        token=token,
        trouble=trouble,
        scopes=sorted(SCOPES),
        is_local=site.options.rules.login == "local",
        usual=USUAL_LIFE,
        longest=LONGEST_LIFE,
    )
    shown.status_code = 422 if trouble else 200
    return shown
