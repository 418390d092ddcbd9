"""The masks: total, and each tells less than it was given."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access_policies.loading import load
from access_policies.masking import FITS, MASKS
from schemas.updates import KINDS

POLICIES = load()


@pytest.mark.parametrize(
    ("mask", "said", "told"),
    [
        ("initials", "Fictional Testcase", "F T"),
        ("initials", "  Fictional   Testcase-1 ", "F T"),
        ("initials", "", ""),
        ("year_only", "1990-01-31", "1990"),
        ("year_only", "1990-01-31T10:00:00Z", "1990"),
        ("date_only", "2026-03-02T08:30:00Z", "2026-03-02"),
        ("date_only", "2026-03-02T23:30:00+01:00", "2026-03-02"),
        ("date_only", "2026-03-02", "2026-03-02"),
        ("outward_postcode", "1 Fictional Street, Northshire ZZ1 1ZZ", "ZZ1"),
        ("outward_postcode", "1 Fictional Street zz1a 1zz", "ZZ1A"),
        ("outward_postcode", "ZZ1 1ZZ", "ZZ1"),
        ("outward_postcode", "1 Fictional Street", None),
        ("outward_postcode", "ZZ1 1ZZ, flat above the shop", None),
        ("outward_postcode", "ZZ1", None),
        ("outward_postcode", "", None),
        ("initials", ["Fictional Testcase"], None),
        ("year_only", "Fictional Testcase", None),
        ("year_only", {"born": "1990-01-31"}, None),
        ("date_only", "in the morning", None),
        ("date_only", ["2026-03-02T08:30:00Z"], None),
        ("outward_postcode", ["1 Fictional Street ZZ1 1ZZ"], None),
        ("yes_no", "negative", True),
        ("yes_no", ["one condition"], True),
        ("yes_no", [], False),
        ("yes_no", "", False),
    ],
)
def test_a_mask_tells_less(mask: str, said: Any, told: Any) -> None:
    """Each mask tells the part of a value that its name says, and nothing where there is no such part."""
    assert MASKS[mask](said) == told


def test_every_mask_is_in_the_vocabulary() -> None:
    """Whoever signs the policies finds every mask in their vocabulary, and no other."""
    assert POLICIES.vocabulary.masks == FITS
    assert FITS.keys() == MASKS.keys()


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=5), each, max_size=3),
)


@pytest.mark.parametrize("mask", sorted(MASKS))
@given(said=anything)
def test_a_mask_never_fails(mask: str, said: Any) -> None:
    """A mask has an answer for every value that JSON knows, the same each time; of what it is not made for, nothing."""
    less = MASKS[mask](said)
    assert less == MASKS[mask](said)
    assert isinstance(said, str) or less is None or mask == "yes_no"


@given(address=st.text(), outward=st.from_regex(r"[A-Z]{1,2}[0-9][A-Z0-9]?", fullmatch=True))
def test_an_address_is_never_told_whole(address: str, outward: str) -> None:
    """Of an address with a postcode only its first half is told, whatever stands before it."""
    assert MASKS["outward_postcode"](f"{address} {outward} 1ZZ") == outward


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_mask_fits_its_field(kind: str) -> None:
    """A mask stands only at a field whose values are of the sort that it is made for."""
    for name, rule in POLICIES.kinds[kind].fields.items():
        if rule.mask and FITS[rule.mask] != "any":
            assert FITS[rule.mask] in KINDS[kind].forms_of(name)
