"""The catalogue: the JSON Schema of every version of every kind of update, for whoever publishes or reads them."""

import hashlib
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Response
from pydantic import BaseModel

from hub.api.problems import NotFound
from schemas.generating import schema_of, text_of
from schemas.updates import KINDS, versions

router = APIRouter(tags=["schemas"])

_SCHEMA = "application/schema+json"
_KEPT = "public, max-age=3600"
"""Anybody may keep it, and asks again after an hour: the words around a schema may be put better."""
_UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "It is as the reader has it (`If-None-Match`)."}}

IfNoneMatch = Annotated[str | None, Header(description="The ETag of what the reader has.")]


class KindLine(BaseModel):
    """A kind, and the newest version in which it is said."""

    kind: str
    newest: int


class KindList(BaseModel):
    """Every kind of update, in the order of their names."""

    kinds: list[KindLine]


class VersionLine(BaseModel):
    """A version in which a kind may be sent, with the digest (SHA-256) of its schema."""

    version: int
    type: str
    digest: str
    path: str


class VersionList(BaseModel):
    """Every version of one kind, newest first."""

    kind: str
    versions: list[VersionLine]


@router.get("/schemas", responses=_UNCHANGED, response_model=KindList)
def list_schemas(if_none_match: IfNoneMatch = None) -> Response:
    """Asks for no token, like every path here: these are the hub's own forms, the same everywhere. They name nobody,
    and a supplier reads them before anybody has a token.
    """
    found = KindList(kinds=[KindLine(kind=kind, newest=KINDS[kind].VERSION) for kind in sorted(KINDS)])
    return _answered(found.model_dump_json(), "application/json", if_none_match)


@router.get("/schemas/{kind}", responses=_UNCHANGED, response_model=VersionList)
def read_versions(kind: str, if_none_match: IfNoneMatch = None) -> Response:
    """The versions of a kind that may be sent today."""
    if kind not in KINDS:
        raise NotFound
    lines = [
        VersionLine(
            version=number,
            type=f"uk.iomhub.{kind}.v{number}",
            digest=_digest(_schema(kind, number)),
            path=f"/v1/schemas/{kind}/versions/{number}",
        )
        for number in versions(KINDS[kind])
    ]
    return _answered(VersionList(kind=kind, versions=lines).model_dump_json(), "application/json", if_none_match)


@router.get(
    "/schemas/{kind}/versions/{version}",
    responses=_UNCHANGED
    | {200: {"content": {_SCHEMA: {}}, "description": "JSON Schema 2020-12 of the envelope's `data`"}},
    response_class=Response,
)
def read_schema(kind: str, version: Annotated[int, Path(ge=1, le=999)], if_none_match: IfNoneMatch = None) -> Response:
    """One version. What it accepts never changes, except that it may gain a field that nobody has to send."""
    if kind not in KINDS or version not in versions(KINDS[kind]):
        raise NotFound
    return _answered(_schema(kind, version), _SCHEMA, if_none_match)


@cache
def _schema(kind: str, version: int) -> str:
    return text_of(schema_of(kind, versions(KINDS[kind])[version]))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _answered(text: str, media: str, known: str | None) -> Response:
    """The text, or that the reader has it already."""
    tag = f'"{_digest(text)}"'
    headers = {"ETag": tag, "Cache-Control": _KEPT}
    tags = {each.strip().removeprefix("W/") for each in (known or "").split(",")}
    if tags & {tag, "*"}:
        return Response(status_code=304, headers=headers)
    return Response(text, media_type=media, headers=headers)
