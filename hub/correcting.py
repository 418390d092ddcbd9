"""Correcting: what is right goes to those who hold what was wrong, each only about the fields that it had (D15)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import orjson
from pydantic import JsonValue, ValidationError

from access_policies.compiling import Bundle
from access_policies.masking import MASKS
from hub.cases import Case
from hub.facts import changes_of, corrections_of
from hub.ports import UpdateKey, key_of
from hub.recollecting import Recollection
from schemas.identifiers import AgencyId
from schemas.updates import parse
from schemas.updates.custody import ReleaseChanged
from schemas.updates.trust import UpdateCorrected

Values = Mapping[str, JsonValue]


def breaks_its_schema(update: UpdateCorrected, target: UpdateKey, past: Recollection) -> bool:
    """Whether the earlier update would not be one with these values, though each by itself may be."""
    try:
        parse(update.of_kind, orjson.dumps({**past.data(target), **update.corrected}))
    except ValidationError:
        return True
    return False


def wordings(
    case: Case, key: UpdateKey, target: UpdateKey, past: Recollection, bundle: Bundle, *, lent: bool = False
) -> tuple[dict[AgencyId, Values], frozenset[AgencyId]]:
    """For everybody who holds the update that was wrong: all that has been put right of it so far, in that partner's
    own words; and those for whom this correction changes something. `lent`: for those who hold it in an emergency.

    Told or masked as the update itself was told. What a mask makes the same of is no news, and a correction that
    comes late, after a later one of the same field, is none to anybody: any order of arrival ends alike.
    """
    corrections = {each: _corrected(each, past) for each in corrections_of(case.facts, str(target))}
    said, masks = past.said(target), bundle.masks(past.kind(target))
    others = [values for each, values in corrections.items() if each != str(key)]
    alone, changed = dict[AgencyId, Values](), set[AgencyId]()
    for agency, told in past.disclosed(target, lent=lent).items():
        masked = {name: masks.get(name) for name in told.masked}
        now, before = (_worded(said, each, told.because, masked) for each in ([*corrections.values()], others))
        alone |= {agency: {"corrected": now}} if now else {}
        changed |= {agency} if now != before else set()
    return alone, frozenset(changed)


def put_right(case: Case, key: UpdateKey, past: Recollection) -> dict[str, JsonValue]:
    """What an update says by now: its own content, with everything that was put right or has changed since, the last
    at the end.
    """
    said, about = past.said(key), str(key)
    made = [*corrections_of(case.facts, about), *changes_of(case.facts, about)]
    for each in sorted(made, key=lambda each: (past.earlier(key_of(each))[0].occurred_at, each)):
        said |= _instead(each, past)
    return {name: value for name, value in said.items() if value is not None}


def _instead(key: str, past: Recollection) -> Values:
    update = past.earlier(key_of(key))[0].update
    return update.changes() if isinstance(update, ReleaseChanged) else _corrected(key, past)


def _corrected(key: str, past: Recollection) -> Values:
    corrected: Any = past.said(key_of(key))["corrected"]
    return dict(corrected)


def _worded(
    said: Values, corrections: Sequence[Values], had: Collection[str], masked: Mapping[str, str | None]
) -> dict[str, JsonValue]:
    """What is right, as a partner that `had` these fields is told it: of each field the last correction, wherever one
    of them says something else than the update said. Null where nothing is said, or the mask leaves nothing to say.
    """
    found = dict[str, JsonValue]()
    for name in sorted({name for each in corrections for name in each if name in had}):
        first = _masked(name, said.get(name), masked)
        later = [_masked(name, each[name], masked) for each in corrections if name in each]
        if any(value != first for value in later):
            found[name] = later[-1]
    return found


def _masked(name: str, value: JsonValue, masked: Mapping[str, str | None]) -> JsonValue:
    """As it is told. A mask that the policies no longer have leaves nothing."""
    if value is None or value == []:
        return None
    mask = masked.get(name)
    return value if name not in masked else MASKS[mask](value) if mask else None


def superseded(case: Case, key: UpdateKey, target: UpdateKey) -> list[UpdateKey]:
    """The earlier corrections: the new one says all that they said."""
    return [key_of(each) for each in corrections_of(case.facts, str(target)) if each != str(key)]
