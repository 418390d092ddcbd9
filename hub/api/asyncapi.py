"""The AsyncAPI document: what goes over a broker, generated from the kinds of update; the HTTP door is in OpenAPI."""

from collections.abc import Iterator
from typing import Any

from schemas.generating import schema_of
from schemas.samples import sample
from schemas.updates import KINDS, Update

Node = dict[str, Any]

_ABOUT = (
    "Agencies publish updates on the topics of their strands; the hub decides, partner by partner and field by field, "
    "and writes what each partner may know to that partner's own topic, sealed. Operations are the hub's: it receives "
    "on `pathway.*` and sends on `partner.*`. An account may write to the topics of the strands that its agency "
    "publishes and read its own partner topic; everything else is refused."
)
_SEALED = (
    "One record of the partner's feed, sealed to its key: a header of 261 bytes, then ciphertext, padded to 1, 2, 4 … "
    "512 KiB (docs/formats.md, sealed record v1). It has no key and no headers. Inside is the same feed record that "
    "GET /v1/feed gives."
)
_HEADERS: Node = {
    "type": "object",
    "properties": {
        "iomhub-signature": {
            "type": "string",
            "description": "Who stands behind the bytes (docs/formats.md, signatures v1). Nothing is taken without it.",
            "pattern": "^ed25519;key=[0-9a-f]{16};sig=[A-Za-z0-9_-]{86}(;batch)?$",
        },
        "iomhub-sealed": {
            "type": "string",
            "description": "The id of the hub's key to which the value is sealed, where it is.",
            "pattern": "^[0-9a-f]{16}$",
        },
    },
    "required": ["iomhub-signature"],
}
"""CloudEvents are sent in structured mode: their attributes stand in the value, under the signature, in no header."""


def document() -> Node:
    """The whole document, AsyncAPI 3.0."""
    strands = sorted({kind.partition(".")[0] for kind in KINDS})
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "IOM Hub", "version": "1", "description": _ABOUT},
        "defaultContentType": "application/cloudevents+json",
        "servers": {"broker": _server()},
        "channels": {strand: _strand(strand) for strand in strands} | {"partner": _partner()},
        "operations": {f"receive.{strand}": _operation("receive", strand) for strand in strands}
        | {"send.partner": _operation("send", "partner")},
        "components": {
            "messages": {kind: _message(kind, model) for kind, model in KINDS.items()} | {"sealed": _sealed()},
            "schemas": _schemas(),
            "securitySchemes": {"scram": {"type": "scramSha512", "description": "An account of the agency's own."}},
        },
    }


def _server() -> Node:
    return {
        "host": "broker.northshire.example:9094",
        "protocol": "kafka-secure",
        "description": "Whoever runs the hub says where. Topics and accounts follow the register of agencies.",
        "security": [{"$ref": "#/components/securitySchemes/scram"}],
    }


def _strand(strand: str) -> Node:
    mine = [kind for kind in KINDS if kind.partition(".")[0] == strand]
    return {
        "address": f"pathway.{strand}",
        "description": f"Updates of the strand {strand.replace('_', ' ')}; several lines of one record are as many.",
        "messages": {kind: {"$ref": f"#/components/messages/{kind}"} for kind in mine},
    }


def _partner() -> Node:
    return {
        "address": "partner.{feed}",
        "description": "What one partner is told: one partition, in the order of its feed.",
        "parameters": {"feed": {"description": "The opaque id of the partner's feed; it names no agency."}},
        "messages": {"sealed": {"$ref": "#/components/messages/sealed"}},
    }


def _operation(action: str, channel: str) -> Node:
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}}


def _message(kind: str, model: type[Update]) -> Node:
    shown = sample(kind)
    return {
        "name": f"uk.iomhub.{kind}.v{model.VERSION}",
        "title": kind,
        "summary": " ".join((model.__doc__ or "").split()),
        "contentType": "application/cloudevents+json",
        "headers": {"$ref": "#/components/schemas/headers"},
        "payload": _envelope(kind, model),
        "examples": [{"name": "sample", "payload": shown}],
    }


def _envelope(kind: str, model: type[Update]) -> Node:
    own: Node = {
        "type": {"type": "string", "const": f"uk.iomhub.{kind}.v{model.VERSION}"},
        "data": {"$ref": f"#/components/schemas/{kind}"},
    }
    return {"allOf": [{"$ref": "#/components/schemas/envelope"}, {"type": "object", "properties": own}]}


def _sealed() -> Node:
    return {
        "name": "sealed record v1",
        "title": "A sealed feed record",
        "summary": _SEALED,
        "contentType": "application/octet-stream",
        "payload": {"type": "string", "format": "binary"},
    }


def _schemas() -> Node:
    found: Node = {"headers": _HEADERS, "envelope": _ENVELOPE}
    for kind, model in KINDS.items():
        schema = {name: said for name, said in schema_of(kind, model).items() if name not in ("$schema", "$id")}
        for name, definition in (schema.pop("$defs", {}) | {kind: schema}).items():
            said = _within_the_document(definition)
            if found.setdefault(name, said) != said:
                raise ValueError(f"two schemas have the name {name}")
    return found


def _within_the_document(node: Any) -> Any:
    """The same schema, its references pointing to where this document keeps them."""
    if isinstance(node, dict):
        return dict(_pointed(node))
    return [_within_the_document(each) for each in node] if isinstance(node, list) else node


def _pointed(node: Node) -> Iterator[tuple[str, Any]]:
    for name, said in node.items():
        if name == "$ref":
            yield name, said.replace("#/$defs/", "#/components/schemas/")
        else:
            yield name, _within_the_document(said)


_ENVELOPE: Node = {
    "type": "object",
    "description": "CloudEvents 1.0 in structured JSON; any other attribute is refused.",
    "properties": {
        "specversion": {"type": "string", "const": "1.0"},
        "id": {"type": "string", "format": "uuid", "description": "Of the publisher's own choosing."},
        "source": {"type": "string", "pattern": "^urn:iomhub:agency:[a-z][a-z0-9-]{1,62}$"},
        "type": {"type": "string"},
        "time": {"type": "string", "format": "date-time", "description": "When it happened."},
        "datacontenttype": {"type": "string"},
        "dataschema": {"type": "string"},
        "data": {"type": "object"},
    },
    "required": ["specversion", "id", "source", "type", "time", "data"],
    "additionalProperties": False,
}
