"""Access: from a bearer token to a caller whose agency is in the register, with the scope that a path asks for."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from consumers.practice import Pack
from hub.api.problems import NotInScope
from hub.bootstrap import Hub
from hub.receiving import Caller
from hub.tokens import NotAuthenticated

_bearer = HTTPBearer(auto_error=False, description="An access token of the hub's issuer (RFC 9068).")


def the_hub(request: Request) -> Hub:
    """The hub that this application serves."""
    return request.app.state.hub  # type: ignore[no-any-return]  # set by `create_app`


def the_practice(request: Request) -> Pack:
    """The pack of local practice that this application goes by."""
    return request.app.state.practice  # type: ignore[no-any-return]  # set by `create_app`


TheHub = Annotated[Hub, Depends(the_hub)]
Practice = Annotated[Pack, Depends(the_practice)]


Token = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


def caller(hub: TheHub, token: Token) -> Caller:
    """Who asks. A suspended or unknown agency is as good as no token."""
    if token is None:
        raise NotAuthenticated
    found = hub.tokens.caller(token.credentials, hub.clock.now())
    partner = hub.bundle.policies.partners.get(found.agency)
    if partner is None or partner.suspended:
        raise NotAuthenticated
    return found


def publisher(who: Annotated[Caller, Depends(caller)]) -> Caller:
    """A caller that may publish."""
    return _in_scope(who, "publish")


def reader(who: Annotated[Caller, Depends(caller)]) -> Caller:
    """A caller that may read its agency's feed, cases and alerts."""
    return _in_scope(who, "read")


def originator(who: Annotated[Caller, Depends(caller)]) -> Caller:
    """A caller that asks about what its agency published: it may publish, or read."""
    return who if "publish" in who.scopes else _in_scope(who, "read")


def governor(who: Annotated[Caller, Depends(caller)]) -> Caller:
    """A caller from information governance."""
    return _in_scope(who, "ig")


def _in_scope(who: Caller, scope: str) -> Caller:
    if scope not in who.scopes:
        raise NotInScope
    return who


Publisher = Annotated[Caller, Depends(publisher)]
Reader = Annotated[Caller, Depends(reader)]
Originator = Annotated[Caller, Depends(originator)]
Governor = Annotated[Caller, Depends(governor)]
