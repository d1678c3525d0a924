"""Who is asking, for every page and the API: the one place that decides it. What is in doubt is refused."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from indexer.asking import Viewer
from service.access.rules import Rules
from service.access.visitor import HERE, Scope, Visitor
from service.web.problems import Forbidden, LoginNeeded
from service.web.site import Here, Site

FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""What web servers in front add to a request (RFC 7239, RFC 9110 7.6.3)."""


def visitor_of(request: Request, site: Here) -> Visitor:
    """The visitor of this request. Raises LoginNeeded where there is none, Forbidden where it is not one of us."""
    rules = site.options.rules
    if "authorization" in request.headers and rules.login != "proxy":
        return _program(request, site, rules)
    match rules.login:
        case "none":
            return _neighbour(request)
        case "proxy":
            return _forwarded(request, site, rules)
        case _:
            return _logged_in(request, site, rules)


def known_visitor(request: Request, site: Here) -> Visitor | None:
    """The visitor where they are known; for what strangers may ask in part."""
    try:
        return visitor_of(request, site)
    except (LoginNeeded, Forbidden):
        return None


Visiting = Annotated[Visitor, Depends(visitor_of)]


def viewer_of(visitor: Visiting) -> Viewer:
    """What the visitor of this request may see."""
    return visitor.viewer


Viewing = Annotated[Viewer, Depends(viewer_of)]


def needs(scope: Scope) -> Callable[[Visitor], None]:
    """A dependency that refuses visitors whose token was not made for this."""

    def check(visitor: Visiting) -> None:
        if scope not in visitor.scopes:
            raise Forbidden(f"This token was not made for “{scope}”. Make one with that scope.")

    return check


def visitor_called(request: Request, site: Site, email: str) -> Visitor | None:
    """Whoever has this address, with the rights that the settings give them now; None where they are none of us."""
    rules = site.options.rules
    if rules.login == "none":
        return known_visitor(request, site) if not email else None
    return rules.visitor(email) if email and _still_one_of_us(site, rules, email) else None


def cookie_name(site: Site) -> str:
    """What the session's cookie is called; the prefix ties it to https and this host (RFC 6265bis)."""
    return "__Host-signpost" if is_secure(site) else "signpost"


def is_secure(site: Site) -> bool:
    """Whether people reach the pages over https."""
    return site.options.base_url.startswith("https:")


def _neighbour(request: Request) -> Visitor:
    """Whoever sits at this machine. A request that was passed on comes from elsewhere, whatever its last step says."""
    if passed := next((name for name in FORWARDED if name in request.headers), None):
        says = f"This request was passed on by a web server ({passed}), but Signpost asks nobody to log in. "
        raise Forbidden(f'{says}Say how people do: [access] login = "proxy", "local" or "oidc".')
    return HERE


def _program(request: Request, site: Site, rules: Rules) -> Visitor:
    """The owner of the token that a program sent (RFC 6750 2.1)."""
    kind, _, token = request.headers["authorization"].partition(" ")
    found = site.ledger.tokens.of(token.strip(), site.now) if kind.lower() == "bearer" else None
    if found is None or not _still_one_of_us(site, rules, found.email):
        raise LoginNeeded("This token is none, was revoked, or is over. Make another one.")
    if not request.url.path.startswith("/api/"):
        raise Forbidden("Tokens are for the API; pages are opened by a login.")
    return rules.visitor(found.email, scopes=found.scopes)


def _still_one_of_us(site: Site, rules: Rules, email: str) -> bool:
    if rules.login == "local":
        return bool(site.ledger.people.kept(email)[1])
    return rules.login == "none" or rules.lets_in(email)


def _forwarded(request: Request, site: Site, rules: Rules) -> Visitor:
    """Whom a proxy in front vouches for. Anybody can write such a header; it counts from the listed addresses only."""
    client = request.client.host if request.client else ""
    if "authorization" in request.headers and request.url.path.startswith("/api/"):
        return _program(request, site, rules)
    if not rules.is_proxy(client):
        raise LoginNeeded("Signpost is opened through the web server that asks for the login, not past it.")
    told = request.headers.getlist(rules.header)
    email = told[0].strip().lower() if len(told) == 1 else ""
    if not email:
        raise LoginNeeded(f"The web server in front tells nobody's address in {rules.header}.")
    if not rules.lets_in(email):
        raise Forbidden("Your address is not one of those that are let in here. Ask whoever runs Signpost.")
    listed = request.headers.getlist(rules.groups_header) if rules.groups_header else []
    groups = {group.strip() for group in listed[0].split(",")} - {""} if len(listed) == 1 else set[str]()
    return rules.visitor(email, told=groups)


def _logged_in(request: Request, site: Site, rules: Rules) -> Visitor:
    """Whose session the cookie opens. One that was begun by another way of logging in does not count."""
    login = site.ledger.sessions.of(request.cookies.get(cookie_name(site), ""), site.now)
    if login is None or login.how != rules.login:
        raise LoginNeeded("You are not logged in.")
    if not _still_one_of_us(site, rules, login.email):
        raise Forbidden("Your address is not one of those that are let in here any more. Ask whoever runs Signpost.")
    return rules.visitor(login.email, login.name, login.groups)
