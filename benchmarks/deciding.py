"""Decision and projection for twelve partners, against serialising the twelve copies."""

import json
from timeit import repeat
from typing import Any

import orjson

from access_policies.compiling import Bundle
from access_policies.deciding import decide, project
from access_policies.loading import load
from access_policies.words import Situation

KIND = "custody.release.planned"
PARTNERS = 12
MOST_TIMES_ORJSON = 8.0
_NUMBER, _ROUNDS = 2000, 7


def _bundle() -> Bundle:
    """The shipped policies with partners added until there are twelve."""
    policies = load()
    partners = dict(policies.partners)
    for number, (agency, partner) in enumerate(list(partners.items()) * 2):
        if len(partners) < PARTNERS:
            partners[f"{agency}-{number}"] = partner
    return Bundle(policies.model_copy(update={"partners": partners}))


def _situations(bundle: Bundle) -> dict[str, Situation]:
    everything: dict[str, Any] = {
        "involvement": "active",
        "pathway": ("accommodation", "drugs_alcohol"),
        "consent": ("accommodation", "treatment"),
        "age": "adult",
        "handling": "normal",
    }
    return dict.fromkeys(bundle.policies.partners, bundle.words.situation(**everything))


def measure() -> list[str]:
    """Print the rows; the failures, if any."""
    bundle = _bundle()
    situations = _situations(bundle)
    content: dict[str, Any] = {name: f"the value of {name}" for name in bundle.policies.kinds[KIND].fields}

    def ours() -> None:
        for plan in decide(bundle, KIND, situations).values():
            project(plan, content)

    def alternative(dumps: Any) -> None:
        for _ in range(PARTNERS):
            dumps(content)

    mine, fast, slow = _best(ours), _best(lambda: alternative(orjson.dumps)), _best(lambda: alternative(json.dumps))
    print(f"decision + projection, {PARTNERS} partners × {len(content)} fields: {mine:.1f} µs")
    print(f"  orjson serialising the {PARTNERS} copies: {fast:.1f} µs; ours is {mine / fast:.1f} × that (bar: 8 ×)")
    print(f"  json serialising the {PARTNERS} copies: {slow:.1f} µs; ours is {mine / slow:.2f} × that")
    return [f"decision + projection is {mine / fast:.1f} × orjson"] if mine / fast > MOST_TIMES_ORJSON else []


def _best(work: Any) -> float:
    return min(repeat(work, number=_NUMBER, repeat=_ROUNDS)) / _NUMBER * 1e6
