"""Decision and projection for twelve partners, against serialising the twelve copies, and against Cedar."""

import json
from timeit import repeat
from typing import Any

import orjson

from access_policies.compiling import Bundle
from access_policies.deciding import decide, project
from access_policies.loading import load
from access_policies.model import Given
from benchmarks.cedar import context, deciders

KIND = "custody.release.planned"
PARTNERS = 12
MOST_TIMES_ORJSON = 8.0
LEAST_TIMES_CEDAR = 300.0
_NUMBER, _ROUNDS = 2000, 7


def _bundle() -> Bundle:
    """The shipped policies with partners added until there are twelve."""
    policies = load()
    partners = dict(policies.partners)
    for number, (agency, partner) in enumerate(list(partners.items()) * 2):
        if len(partners) < PARTNERS:
            partners[f"{agency}-{number}"] = partner
    return Bundle(policies.model_copy(update={"partners": partners}))


def _given() -> Given:
    return Given(
        recipient="any",
        involvement="active",
        pathways=("accommodation", "drugs_alcohol"),
        consents=("accommodation", "treatment"),
    )


def measure() -> list[str]:
    """Print the rows; the failures, if any."""
    bundle = _bundle()
    situations = dict.fromkeys(bundle.policies.partners, bundle.words.of(_given()))
    content: dict[str, Any] = {name: f"the value of {name}" for name in bundle.policies.kinds[KIND].fields}

    def ours() -> None:
        for plan in decide(bundle, KIND, situations).values():
            project(plan, content)

    def alternative(dumps: Any) -> None:
        for _ in range(PARTNERS):
            dumps(content)

    cedar, said = deciders(bundle, KIND), [context(bundle, _given())]

    def theirs() -> None:
        for reader in cedar.values():
            reader.cells(said)

    mine, fast, slow = _best(ours), _best(lambda: alternative(orjson.dumps)), _best(lambda: alternative(json.dumps))
    print(f"decision + projection, {PARTNERS} partners × {len(content)} fields: {mine:.1f} µs")
    print(f"  orjson serialising the {PARTNERS} copies: {fast:.1f} µs; ours is {mine / fast:.1f} × that (bar: 8 ×)")
    print(f"  json serialising the {PARTNERS} copies: {slow:.1f} µs; ours is {mine / slow:.2f} × that")
    slowly = _best(theirs, number=3)
    print(f"  Cedar deciding the same {PARTNERS} partners: {slowly:,.0f} µs, {slowly / mine:,.0f} × ours (bar: 300 ×)")
    failures = [f"decision + projection is {mine / fast:.1f} × orjson"] if mine / fast > MOST_TIMES_ORJSON else []
    return failures + ([f"Cedar takes only {slowly / mine:.0f} ×"] if slowly / mine < LEAST_TIMES_CEDAR else [])


def _best(work: Any, number: int = _NUMBER) -> float:
    return min(repeat(work, number=number, repeat=_ROUNDS)) / number * 1e6
