"""Local practice as packs of figures: what a partnership does its own way, in a file with a name and a version.

Each figure that rests on one says which.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from schemas.updates.reaffirming import AGEING, UpdateReaffirmed
from schemas.views import Fact, PastAge

SHIPPED = Path(__file__).parent

Days = Annotated[int, Field(ge=1, le=3660)]

STATES = frozenset(model.STATE for model in AGEING if model.STATE)
"""The states that grow old, as case views name them."""


class UnusablePractice(Exception):
    """A pack cannot be used, so what needs it does not start. Names the file, the path in it and the rule."""


class Pack(BaseModel):
    """One pack."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    pack: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=63)]
    version: Annotated[int, Field(ge=1)]
    freshness: Mapping[str, Days]
    """For each state the days without a word after which it is to be asked for again; no other is."""

    @field_validator("freshness")
    @classmethod
    def _of_states_that_grow_old(cls, freshness: Mapping[str, int]) -> Mapping[str, int]:
        if freshness.keys() - STATES:
            known = ", ".join(sorted(STATES))
            raise PydanticCustomError("unknown_state", f"names what does not grow old; choose from {known}")
        return freshness

    def past_age(self, fact: Fact, today: date) -> PastAge | None:
        """By which age the fact is to be asked for again, if it is older than that. Pure."""
        days, stood_on = self.freshness.get(fact.fact), fact.stood_on
        if days is None or stood_on is None or not fact.stands or fact.kind not in UpdateReaffirmed.REFERS_TO_KINDS:
            return None
        old = date.fromisoformat(stood_on) < today - timedelta(days=days)
        return PastAge(days=days, pack=self.pack, version=self.version) if old else None

    def asks_before(self, today: date) -> dict[str, date]:
        """For each state the day before which it must have been said to be asked for today. Pure."""
        return {state: today - timedelta(days=days) for state, days in self.freshness.items()}


def load(named: str) -> Pack:
    """The shipped pack of this name, or the one in a file of one's own (`….yaml`). Raises `UnusablePractice`."""
    file = Path(named) if named.endswith(".yaml") else SHIPPED / f"{named}.yaml"
    shipped = ", ".join(sorted(each.stem for each in SHIPPED.glob("*.yaml")))
    try:
        return Pack.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise UnusablePractice(f"{file}: there is no such pack; shipped are {shipped}") from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise UnusablePractice(f"{file}: is not YAML") from None
    except ValidationError as wrong:
        raise UnusablePractice("; ".join(f"{file}: {_in_words(error)}" for error in wrong.errors())) from None


def _in_words(error: Mapping[str, object]) -> str:
    """Path and rule of what is wrong, never the value."""
    where = error["loc"]
    path = ".".join(map(str, where)) if isinstance(where, tuple) else ""
    return f"{path or 'the file'}: {error['msg']}"
