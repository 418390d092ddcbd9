"""Homing: what limits where somebody is placed, and the two words that a placement check has for it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest

from hub.claims import LimitClaim
from hub.homing import Checked, checked
from schemas.updates import KINDS, parse
from support.partnership import UNIT

NOON, TODAY = datetime(2026, 3, 2, 12, 0, tzinfo=UTC), date(2026, 3, 2)
PLACED = "accommodation.placement"
SUITABLE = Checked.model_validate({"placing": "suitable", "address": "suitable"})


def limit(**more: Any) -> LimitClaim:
    """A limit that says only what matters."""
    return LimitClaim.model_validate({"at": NOON, "publisher": UNIT, "ask_first": False} | more)


ZONES = """
    area   | postcode  | address
    -------+-----------+-------------
    ZZ1    | ZZ1 1ZZ   | not_suitable
    ZZ1    | ZZ11 1ZZ  | suitable
    ZZ1    | ZZ1A 1ZZ  | suitable
    ZZ1    | Z1 1ZZ    | suitable
    ZZ1 4  | ZZ1 4ZZ   | not_suitable
    ZZ1 4  | ZZ1 1ZZ   | suitable
    ZZ1 4  | ZZ14 4ZZ  | suitable
    ZZ14   | ZZ1 4ZZ   | suitable
"""


@pytest.mark.duty("D10")
@pytest.mark.parametrize("row", ZONES.strip().splitlines()[2:])
def test_an_address_is_suitable_or_it_is_not(row: str) -> None:
    """A district bars its postcodes and no others, a sector its own; neighbours of like name are not meant."""
    area, postcode, address = (cell.strip() for cell in row.split("|"))
    found = checked([limit(not_within=(area,)), limit(not_within=("ZZ99",))], postcode, TODAY)
    assert found == Checked.model_validate({"placing": "suitable", "address": address})


@pytest.mark.duty("D10")
@pytest.mark.parametrize(
    ("limits", "placing"),
    [
        ([], "suitable"),
        ([limit(ask_first=True)], "ask_the_coordinator"),
        ([limit(not_within=("ZZ9",)), limit(ask_first=True)], "ask_the_coordinator"),
        ([limit(ask_first=True, ends_on=TODAY)], "ask_the_coordinator"),
        ([limit(ask_first=True, ends_on=date(2026, 3, 1))], "suitable"),
    ],
)
def test_the_coordinator_is_asked_as_long_as_a_limit_holds(limits: list[LimitClaim], placing: str) -> None:
    """Its last day counts; the day after it limits nothing."""
    assert checked(limits, "ZZ1 1ZZ", TODAY) == SUITABLE.model_copy(update={"placing": placing})


@pytest.mark.duty("D10")
def test_an_area_that_is_over_bars_no_address() -> None:
    """A zone ends with the limit that says it."""
    assert checked([limit(not_within=("ZZ1",), ends_on=date(2026, 3, 1))], "ZZ1 1ZZ", TODAY) == SUITABLE


def said(kind: str, **more: Any) -> Mapping[str, Any]:
    """What an update of this kind says, once it is parsed."""
    data = {"identifiers": {"crn": "X990001"}, "author_role": "a test", **more}
    return parse(kind, orjson.dumps(data)).content()


@pytest.mark.parametrize("area", ["Invented Park", "zz1", "ZZ1 1ZZ", "ZZ1 ", ""])
def test_an_area_that_no_postcode_could_lie_in_is_refused(area: str) -> None:
    """A zone that could never match would make every address suitable, so it is refused at the door."""
    with pytest.raises(ValueError, match="string_pattern_mismatch"):
        said(f"{PLACED}.limited", not_within=[area], decided_by="A Coordinator")


def test_a_limit_that_limits_nothing_is_refused() -> None:
    """Neither the coordinator nor an area: there is nothing to hold anybody to."""
    with pytest.raises(ValueError, match="no_limit"):
        said(f"{PLACED}.limited", decided_by="A Coordinator")


def test_what_is_not_needed_is_not_told() -> None:
    """An empty list of what would help says nothing."""
    told = said("accommodation.tenancy.put_at_risk", why="rent_arrears", act_by="2026-03-16", needed=[])
    assert "needed" not in told


@pytest.mark.duty("D11")
@pytest.mark.parametrize("kind", sorted(kind for kind in KINDS if kind.startswith("accommodation.")))
def test_no_update_of_this_strand_names_a_landlord_or_anybody_else(kind: str) -> None:
    """A private landlord is no agency, and no field could hold one; nor a neighbour, a victim or an associate (D19)."""
    own = set(KINDS[kind].model_fields) - {"person", "identifiers", "record"}
    assert not {
        name for name in own for word in ("landlord", "owner", "resident", "associate", "victim") if word in name
    }
