"""Shaping: the sample of each kind, made to be about whoever publishes it, in every shape that it may have."""

from collections.abc import Iterator
from contextlib import suppress
from enum import StrEnum
from itertools import product
from pathlib import Path
from typing import Any, get_args

import orjson
from pydantic import ValidationError

from property.happenings import REF, Happening
from schemas.identifiers import AgencyId, UpdateRef
from schemas.updates import KINDS, Update, parse
from support.partnership import PROBATION, UNIT

EXAMPLES = Path(__file__).parents[2] / "schemas" / "examples"


def sample(kind: str) -> dict[str, Any]:
    """The data of the kind's sample, without a day on which it ends."""
    data: dict[str, Any] = orjson.loads((EXAMPLES / f"{kind}.v1.json").read_bytes())["data"]
    return {name: value for name, value in data.items() if name != "expires_on"}


def shapes(kind: str, agency: str) -> Iterator[Update]:
    """The sample about this agency: each choice of one, all of a list or none, itself where an agency is named."""
    own = {name: said for name, said in KINDS[kind]._said().items() if name not in Update.model_fields}
    options = {name: list(_options(said, agency)) for name, said in own.items()}
    if sum(AgencyId in said for said in own.values()) > 1:  # it speaks of two: of itself and of another, either way
        others = {
            name: [agency, PROBATION if agency == UNIT else UNIT] for name, said in own.items() if AgencyId in said
        }
        options |= others
    chosen = {name: values for name, values in options.items() if values}
    for values in product(*chosen.values()):
        made = sample(kind) | dict(zip(chosen, values, strict=True))
        with suppress(ValidationError):  # not every choice goes with every other
            yield parse(kind, orjson.dumps({name: value for name, value in made.items() if value is not None}))


def _options(said: tuple[object, ...], agency: str) -> Iterator[Any]:
    """What may stand in a field of these types, as far as it says whom or what it is about."""
    for each in said:
        if each == AgencyId:
            yield agency
        elif each == UpdateRef:
            yield REF
        elif isinstance(each, type) and issubclass(each, StrEnum):
            yield from each
        elif AgencyId in get_args(each) or any(AgencyId in get_args(inner) for inner in get_args(each)):
            yield from ([agency], [UNIT])
        elif enums := [e for inner in (each, *get_args(each)) for e in get_args(inner) if _is_list(e)]:
            yield from (list(enums[0]), *([None] if type(None) in said else []))


def _is_list(each: object) -> bool:
    return isinstance(each, type) and issubclass(each, StrEnum)


def may_be_about(update: Update, earlier: Happening, agency: str) -> bool:
    """Whether the hub lets this update be about that one: of the right kind, and its own where it takes back."""
    kinds = update.REFERS_TO_KINDS
    own = earlier.publisher == agency or update.KIND != "trust.update.withdrawn"
    return update.REFERS_TO is not None and own and (not kinds or earlier.update.KIND in kinds)
