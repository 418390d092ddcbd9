"""Cataloguing: every kind of update on one page, for whoever publishes or reads it, from schemas and policies."""

import json
from collections.abc import Iterator
from typing import Any

from access_policies.model import KindPolicy, Policies
from access_policies.rendering import NOTE, table, title
from schemas.generating import schema_of
from schemas.samples import sample
from schemas.updates import KINDS, Update
from schemas.wording import form_of

_HEAD = """\
# The kinds of update

Every kind that the hub takes, by strand: who may publish it, what its fields are, and a sample. Who is *told* which
field is [another page](disclosure-by-kind.md). An update lies in an [envelope](../formats.md#envelope-v1) whose type is
`uk.iomhub.<kind>.v<version>`; the JSON Schema of its `data` is at `/v1/schemas/<kind>` of any hub, without a token.

The envelope says `source` and `occurred_at`. A *derived* field is never sent: it follows from the others. A field that
can be *put right* is one that a correction may change; what another field says wrong is withdrawn and said anew.

"""
_FROM_ENVELOPE = {"source": "the agency, from the envelope", "occurred_at": "a moment, from the envelope"}


def catalogue(policies: Policies) -> str:
    """The page: a list of the strands, then each kind."""
    strands: dict[str, list[str]] = {}
    for kind in policies.kinds:
        strands.setdefault(kind.partition(".")[0], []).append(kind)
    lines = [f"- {title(strand)}: {', '.join(map(_link, kinds))}" for strand, kinds in strands.items()]
    sections = ("\n".join(_kind(policies.kinds[kind])) for kinds in strands.values() for kind in kinds)
    return NOTE + _HEAD + "\n".join(lines) + "\n\n" + "\n".join(sections)


def _link(kind: str) -> str:
    return f"[{kind}](#{kind.replace('.', '')})"


def _kind(policy: KindPolicy) -> Iterator[str]:
    model = KINDS[policy.kind]
    yield f"## {policy.kind}\n"
    yield " ".join((model.__doc__ or "").split()) + "\n"
    yield from _facts(policy, model)
    yield ""
    yield from table(["field", "form", "must be said", "class", "mask", "put right"], list(_rows(policy, model)))
    yield f"\n```json\n{json.dumps(sample(policy.kind)['data'], indent=2, ensure_ascii=False)}\n```\n"


def _facts(policy: KindPolicy, model: type[Update]) -> Iterator[str]:
    strand, publishers = policy.kind.partition(".")[0], ", ".join(map(title, policy.publishers))
    yield f"- version {model.VERSION}, topic `pathway.{strand}`"
    yield f"- owned by {title(policy.owner)}, published by {publishers}"
    if model.REFERS_TO:
        kinds = " or ".join(f"`{kind}`" for kind in sorted(model.REFERS_TO_KINDS)) or "any kind"
        yield f"- about an earlier update, named in `{model.REFERS_TO}`: {kinds}"
    if policy.inherits:
        yield "- goes to exactly those who were told that update"
    if model.FEEDS:
        yield f"- feeds {', '.join(sorted(map(title, model.FEEDS)))}: no support agency publishes it (D7)"


def _rows(policy: KindPolicy, model: type[Update]) -> Iterator[list[str]]:
    schema = schema_of(policy.kind, model)
    for name, rule in policy.fields.items():
        needed = "yes" if name in (*_FROM_ENVELOPE, *schema["required"]) else "–"
        right = "yes" if name in model.CORRECTABLE else "–"
        yield [f"`{name}`", _form(name, schema), needed, rule.class_, rule.mask or "–", right]


def _form(name: str, schema: dict[str, Any]) -> str:
    said = schema["properties"].get(name)
    if said is None:
        return _FROM_ENVELOPE.get(name, "derived")
    return form_of(said, schema.get("$defs", {}))
