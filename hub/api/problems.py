"""Problems (RFC 9457): every refusal in one form. It names the path and the rule, never the value."""

from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from hub.continuing import NoSuchAgreement
from hub.explaining import NoSuchUpdate
from hub.ports import TryLater
from hub.receiving import Problem, Refused, Rejected
from hub.tokens import NotAuthenticated

MEDIA = "application/problem+json"
log = structlog.get_logger()


class ProblemError(BaseModel):
    """One thing to change."""

    path: str
    rule: str
    message: str


class ProblemBody(BaseModel):
    """A refusal."""

    type: str
    title: str
    status: int
    errors: list[ProblemError] = []


class NotFound(Exception):
    """Unknown and forbidden: the same answer."""


class NotInScope(Exception):
    """The token's scope does not cover this."""


_TITLES = {
    400: "The request cannot be read",
    401: "A valid token is needed",
    403: "This agency may not do this",
    404: "There is nothing here for you",
    405: "This path has no such method",
    409: "The update's id was used for another update",
    413: "The request is too large",
    415: "The content type is not one the hub reads",
    422: "This breaks a rule; nothing was stored",
    500: "The hub failed; nothing is known to be stored",
    503: "The hub cannot store it now; send it again later",
}

_SCHEMA = {"$ref": "#/components/schemas/ProblemBody"}

RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemBody, "description": title, "content": {MEDIA: {"schema": _SCHEMA}}}
    for status, title in _TITLES.items()
    if status != 405
}
"""Every problem response, for the OpenAPI document."""


def problem(status: int, errors: list[Problem] | None = None, headers: dict[str, str] | None = None) -> JSONResponse:
    """A problem as a response."""
    return JSONResponse(body(status, errors), status_code=status, media_type=MEDIA, headers=headers)


def body(status: int, errors: list[Problem] | None = None) -> dict[str, Any]:
    """A problem as JSON."""
    found: dict[str, Any] = {
        "type": f"urn:iomhub:problem:{status}",
        "title": _TITLES.get(status, "The request was refused"),
        "status": status,
    }
    if errors:
        found["errors"] = [{"path": e.path, "rule": e.rule, "message": e.message} for e in errors]
    return found


def status_of(failure: Exception) -> tuple[int, list[Problem]]:
    """The one table from errors to statuses."""
    if isinstance(failure, Rejected):
        rules = {each.rule for each in failure.problems}
        status = 409 if "already_used" in rules else 413 if "too_large" in rules else 422
        return status, failure.problems
    for kind, status in _STATUSES.items():
        if isinstance(failure, kind):
            return status, []
    log.error("request_failed", error=type(failure).__name__)
    return 500, []


_STATUSES: dict[type[Exception], int] = {
    Refused: 403,
    NotInScope: 403,
    NotAuthenticated: 401,
    NotFound: 404,
    NoSuchUpdate: 404,
    NoSuchAgreement: 404,
    TryLater: 503,
}

_HEADERS = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "1"}}


def install(app: FastAPI) -> None:
    """Answer every failure with a problem."""
    kinds: tuple[type[Exception], ...] = (Rejected, *_STATUSES, Exception)
    for kind in kinds:
        app.add_exception_handler(kind, _answer)
    app.add_exception_handler(RequestValidationError, _invalid)  # type: ignore[arg-type]  # narrower than asked
    app.add_exception_handler(HTTPException, _http)  # type: ignore[arg-type]  # it is called for these alone


async def _answer(_: Request, failure: Exception) -> JSONResponse:
    status, errors = status_of(failure)
    return problem(status, errors, _HEADERS.get(status))


async def _invalid(_: Request, failure: RequestValidationError) -> JSONResponse:
    errors = [Problem(".".join(map(str, e["loc"])), e["type"], "breaks this rule") for e in failure.errors()]
    return problem(422, errors)


async def _http(_: Request, failure: HTTPException) -> JSONResponse:
    return problem(failure.status_code, headers=dict(failure.headers or {}))
