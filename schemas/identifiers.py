"""Identifiers, parsed: PNC and CRO with their check letters, CRN and NOMS by form; and the hub's own ids."""

import re
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

CHECK_LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"

AgencyId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,62}$")]
RecordRef = UUID
"""A person record as the publisher knows it: the id on its own feed (two partners' ids cannot be joined)."""
UpdateRef = UUID
"""An earlier update: by the publisher's own id for it, or by the message id on the publisher's feed."""


def _refuse(rule: str, sentence: str) -> PydanticCustomError:
    """An error that names the rule and never the value (the template takes no context)."""
    return PydanticCustomError(rule, sentence)


def check_letter(digits: str) -> str:
    """The check letter of a PNC or CRO number: its digits, year first, modulo 23."""
    return CHECK_LETTERS[int(digits) % 23]


def parse_pnc(text: str, this_year: int | None = None) -> str:
    """`YYYY/NNNNNNNL` from any written form; a two-digit year up to `this_year`'s is of this century.

    Raises a `pnc` error when the form or the check letter is wrong, or the century cannot be told.
    """
    found = re.fullmatch(r"([0-9]{4}|[0-9]{2})/([0-9]{1,7})([A-Z])", _with_slash(text.strip().upper()))
    if not found:
        raise _refuse("pnc", "is not a PNC number (YYYY/NNNNNNNL)")
    year, serial, letter = found[1], found[2].zfill(7), found[3]
    if check_letter(year[-2:] + serial) != letter:
        raise _refuse("pnc", "is not a PNC number: its check letter is wrong")
    return f"{_century(year, this_year)}{year[-2:]}/{serial}{letter}"


def _with_slash(text: str) -> str:
    """Without its slash, a PNC number under 12 characters has a two-digit year."""
    if "/" in text:
        return text
    year = 2 if len(text) < 12 else 4
    return f"{text[:year]}/{text[year:]}"


def _century(year: str, this_year: int | None) -> str:
    if len(year) == 4:
        return year[:2]
    if this_year is None:
        raise _refuse("pnc", "has a two-digit year: write all four digits")
    return "20" if int(year) <= this_year % 100 else "19"


def parse_cro(text: str) -> str:
    """`NNNNNN/YYL` or `SFYY/N…L`; raises a `cro` error when the form or the check letter is wrong."""
    text = text.strip().upper()
    if found := re.fullmatch(r"([0-9]{1,6})/([0-9]{2})([A-Z])", text):
        serial, year, letter = found[1].zfill(6), found[2], found[3]
        canonical = f"{serial}/{year}{letter}"
    elif found := re.fullmatch(r"SF([0-9]{2})/([0-9]{1,6})([A-Z])", text):
        year, serial, letter = found.groups()
        canonical = text
    else:
        raise _refuse("cro", "is not a CRO number (NNNNNN/YYL or SFYY/NL)")
    if check_letter(year + serial) != letter:
        raise _refuse("cro", "is not a CRO number: its check letter is wrong")
    return canonical


def _by_form(rule: str, pattern: str) -> AfterValidator:
    def parse(text: str) -> str:
        text = text.strip().upper()
        if not re.fullmatch(pattern, text):
            raise _refuse(rule, f"does not have the form {pattern}")
        return text

    return AfterValidator(parse)


def _pnc_in_context(text: str, told: ValidationInfo) -> str:
    return parse_pnc(text, (told.context or {}).get("this_year"))


Pnc = Annotated[str, AfterValidator(_pnc_in_context)]
Cro = Annotated[str, AfterValidator(parse_cro)]
Crn = Annotated[str, _by_form("crn", r"[A-Z][0-9]{6}")]
Noms = Annotated[str, _by_form("noms", r"[A-Z][0-9]{4}[A-Z]{2}")]


class Identifiers(BaseModel):
    """What other systems call the person; at least one. Exact matches link, names never do (D27)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pnc: Pnc | None = None
    cro: Cro | None = None
    crn: Crn | None = None
    noms: Noms | None = None

    @model_validator(mode="after")
    def _one_at_least(self) -> "Identifiers":
        if not self.pairs():
            raise _refuse("no_identifier", "needs one of pnc, cro, crn, noms")
        return self

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The identifiers given, as (type, canonical value)."""
        return tuple((name, value) for name, value in self if value is not None)
