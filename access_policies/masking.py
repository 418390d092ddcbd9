"""The masks: total functions from a told value to less of it. A policy fixes one for a field."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal

from pydantic import JsonValue

_OUTWARD = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?")
_INWARD = re.compile(r"[0-9][A-Z]{2}")

MASKS_VERSION = 1
"""Part of every bundle's digest: a mask that changes its meaning changes the bundle."""

Mask = Callable[[JsonValue], JsonValue]
Form = Literal["text", "date", "time", "any"]
"""What sort of value a mask is made for. Of any other it tells nothing."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def initials(value: JsonValue) -> JsonValue:
    """`Fictional Testcase` becomes `F T`."""
    return " ".join(word[0] for word in value.split()) if isinstance(value, str) else None


def year_only(value: JsonValue) -> JsonValue:
    """`1990-01-01` becomes `1990`."""
    return value[:4] if isinstance(value, str) and _DAY.match(value) else None


def date_only(value: JsonValue) -> JsonValue:
    """`2026-01-01T10:00:00Z` becomes `2026-01-01`."""
    return value[:10] if isinstance(value, str) and _DAY.match(value) else None


def outward_postcode(value: JsonValue) -> JsonValue:
    """The first half of the last postcode in an address, or nothing that could be told."""
    words = value.upper().split() if isinstance(value, str) else []
    is_postcode = len(words) > 1 and _OUTWARD.fullmatch(words[-2]) and _INWARD.fullmatch(words[-1])
    return words[-2] if is_postcode else None


def yes_no(value: JsonValue) -> JsonValue:
    """That there is something; used only where its existence may be known."""
    return bool(value)


FITS: Mapping[str, Form] = MappingProxyType(
    {"initials": "text", "year_only": "date", "date_only": "time", "outward_postcode": "text", "yes_no": "any"}
)
MASKS: Mapping[str, Mask] = MappingProxyType(
    {mask.__name__: mask for mask in (initials, year_only, date_only, outward_postcode, yes_no)}
)
