"""The comparison of two editions says in one line each what is told differently, to whom, and in which situations."""

from datetime import date

import pytest

from access_policies.comparing import compare
from access_policies.compiling import Bundle
from access_policies.loading import load
from access_policies.model import Inherits, Never, Policies
from support.editions import (
    HOSTEL,
    HOUSING,
    KIND,
    a_clause,
    a_partner,
    small,
    with_clause,
    with_field,
    with_partner,
    with_policy,
    with_share,
)

GROUND = "housing-agreed-charity-hostel"
HOSTEL_HEARS = f"{KIND} -> charity_hostel"
HOUSING_HEARS = f"{KIND} -> council_housing"
IN_FORCE = "agreement is northshire-1"
CONSENTED = "consent is accommodation"
ADULT = f"age is adult and {IN_FORCE}"
AGREED = f"consent is accommodation and {ADULT}"
NOT_AGREED = f"consent is not accommodation and {ADULT}"
AGREED_YOUNG = f"consent is accommodation and age is youth or unknown and {IN_FORCE}"
WORKS = "involvement is active or lead"
NOT_BEFORE = "the earlier update is not told"
GUARD = Never.model_validate({"fields": ["drug_test"], "except": [], "because": "Health."})


def lines(new: Policies, old: Policies | None = None) -> list[str]:
    """What the comparison prints, from the small edition to this one."""
    return list(map(str, compare(Bundle(old or small()), Bundle(new))))


def test_nothing_changes_between_an_edition_and_itself() -> None:
    """The same rules are no change, in the small edition and in the shipped one."""
    assert lines(small()) == []
    assert lines(load(), load()) == []


def a_bar_on(field: str) -> dict[str, Never]:
    """A bar on one field, whatever the situation."""
    return {"bar": Never.model_validate({"fields": [field], "because": "A test."})}


TOLD = {
    "a field more": (
        with_share(small(), GROUND, ("person", "station"), ("date_of_birth",)),
        [f"WIDER {HOSTEL_HEARS}: station: withheld -> told when {AGREED}"],
    ),
    "a field less": (
        with_share(small(), GROUND, ("person",)),
        [f"NARROWER {HOSTEL_HEARS}: date_of_birth: masked (year_only) -> withheld when {AGREED}"],
    ),
    "in full what was in part": (
        with_share(small(), GROUND, ("person", "date_of_birth")),
        [f"WIDER {HOSTEL_HEARS}: date_of_birth: masked (year_only) -> told when {AGREED}"],
    ),
    "a consent no longer needed": (
        with_clause(small(), GROUND, when={}),
        [
            f"WIDER {HOSTEL_HEARS}: person: withheld -> told when {NOT_AGREED}",
            f"WIDER {HOSTEL_HEARS}: date_of_birth: withheld -> masked (year_only) when {NOT_AGREED}",
            f"CHANGED clauses.{GROUND}.when.consent: accommodation -> none",
        ],
    ),
    "another involvement": (
        with_clause(small(), "tenancy", when={"involvement": ("referred", "active")}),
        [
            f"WIDER {HOUSING_HEARS}: person: withheld -> told when involvement is referred and {ADULT}",
            f"NARROWER {HOUSING_HEARS}: person: told -> withheld when involvement is lead and {ADULT}",
            "CHANGED clauses.tenancy.when.involvement: active, lead -> referred, active",
        ],
    ),
    "a bar gone": (
        with_policy(small(), never={}),
        [
            f"WIDER {HOSTEL_HEARS}: person: withheld -> told when {AGREED_YOUNG}",
            f"WIDER {HOSTEL_HEARS}: date_of_birth: withheld -> masked (year_only) when {AGREED_YOUNG}",
            f"WIDER {HOUSING_HEARS}: person: withheld -> told when {WORKS} and age is youth or unknown and {IN_FORCE}",
            "CHANGED kinds.custody.person.arrested.never: removed",
        ],
    ),
    "a guard that barred nothing gone": (
        (with_policy(small(), never={**small().kinds[KIND].never, "guard": GUARD}), small()),
        ["CHANGED kinds.custody.person.arrested.never.guard: removed"],
    ),
    "a bar on another field": (
        (with_policy(small(), never=a_bar_on("date_of_birth")), with_policy(small(), never=a_bar_on("station"))),
        [
            f"WIDER {HOSTEL_HEARS}: date_of_birth: withheld -> masked (year_only) when {CONSENTED} and {IN_FORCE}",
            f"CHANGED kinds.{KIND}.never.bar.fields: date_of_birth -> station",
        ],
    ),
    "a mask that may tell more": (
        with_field(small(), "date_of_birth", **{"class": "identity", "mask": "date_only"}),
        [
            f"WIDER {HOSTEL_HEARS}: date_of_birth: masked (year_only) -> masked (date_only) when {AGREED}",
            "CHANGED kinds.custody.person.arrested.fields.date_of_birth.mask: year_only -> date_only",
        ],
    ),
    "a mask that tells less": (
        with_field(small(), "date_of_birth", **{"class": "identity", "mask": "yes_no"}),
        [
            f"NARROWER {HOSTEL_HEARS}: date_of_birth: masked (year_only) -> masked (yes_no) when {AGREED}",
            "CHANGED kinds.custody.person.arrested.fields.date_of_birth.mask: year_only -> yes_no",
        ],
    ),
    "only those who were told before": (
        with_policy(small(), inherits=Inherits(of="arrest", lapsed=("station",))),
        [
            f"WIDER {HOSTEL_HEARS}: station: withheld -> told when the earlier update is told",
            f"WIDER {HOUSING_HEARS}: station: withheld -> told when the earlier update is told",
            f"NARROWER {HOSTEL_HEARS}: person: told -> withheld when {AGREED} and {NOT_BEFORE}",
            f"NARROWER {HOSTEL_HEARS}: date_of_birth: masked (year_only) -> withheld when {AGREED} and {NOT_BEFORE}",
            f"NARROWER {HOUSING_HEARS}: person: told -> withheld when {WORKS} and {ADULT} and {NOT_BEFORE}",
        ],
    ),
}


@pytest.mark.parametrize("change", TOLD)
def test_each_change_of_a_cell_is_a_line(change: str) -> None:
    """A field, a kind of partner, what it was and is, and the fewest words that say when; the cause beside it."""
    edition, expected = TOLD[change]
    old, new = edition if isinstance(edition, tuple) else (small(), edition)
    assert lines(new, old) == expected


def test_another_ground_is_a_line_of_its_own() -> None:
    """Where the same is told on another ground, that is said too: it stands in the ledger, and somebody signed it."""
    twin = small().model_copy(
        update={
            "clauses": {**small().clauses, "twin": a_clause("charity_hostel", when={"consent": ("accommodation",)})}
        }
    )
    share = twin.kinds[KIND].share
    last = with_policy(twin, share={**share, "twin": share[GROUND]})
    first = with_policy(twin, share={"twin": share[GROUND], **share})
    assert lines(first, last) == [
        f"GROUND {HOSTEL_HEARS}: person: told, {GROUND} -> twin when {AGREED}",
        f"GROUND {HOSTEL_HEARS}: date_of_birth: masked (year_only), {GROUND} -> twin when {AGREED}",
    ]


def a_signpost(text: str) -> Policies:
    """Housing is told to ask somebody."""
    share = small().kinds[KIND].share
    return with_policy(small(), share={**share, "tenancy": share["tenancy"].model_copy(update={"signpost": text})})


@pytest.mark.duty("D28")
def test_a_signpost_is_told_like_a_field_and_its_words_are_signed() -> None:
    """That a partner is told to ask somebody widens; that it is told so in other words is said."""
    assert f"WIDER {HOUSING_HEARS}: signpost: withheld -> told when {WORKS} and {ADULT}" in lines(a_signpost("Ask."))
    assert lines(a_signpost("Ask the officer."), a_signpost("Ask.")) == [
        f"CHANGED kinds.{KIND}.signpost.tenancy: Ask. -> Ask the officer."
    ]


def test_situations_that_no_single_case_says_are_joined() -> None:
    """Where one case cannot say when, several do, and none of them says more than what changed."""
    wide, narrow = (
        {"involvement": ("lead",)},
        {"involvement": ("lead",), "pathway": ("health",), "consent": ("programme",)},
    )
    new, old = (with_clause(with_policy(small(), never={}), "tenancy", when=when) for when in (wide, narrow))
    assert lines(new, old)[0] == (
        f"WIDER {HOUSING_HEARS}: person: withheld -> told when involvement is lead and consent is not programme "
        f"and {IN_FORCE}; or involvement is lead and pathway is not health and {IN_FORCE}"
    )


HOSTEL_NOW = small().partners[HOSTEL]
REGISTER = {
    "a new agency": (
        with_partner(small(), "second-hostel", a_partner("charity_hostel")),
        [f"WIDER partner second-hostel: new, charity_hostel; told of {KIND}"],
    ),
    "a new agency that no clause names": (
        with_partner(small(), "northshire-court", a_partner("court")),
        ["CHANGED partner northshire-court: new, court; told of nothing"],
    ),
    "a new agency that only publishes": (
        with_partner(small(), "northshire-police", a_partner("police")),
        ["WIDER partner northshire-police: new, police; told of nothing, but publishes"],
    ),
    "one suspended": (
        with_partner(small(), HOSTEL, HOSTEL_NOW.model_copy(update={"suspended": True})),
        [f"NARROWER partner {HOSTEL}: suspended; told of {KIND}"],
    ),
    "a history kept": (
        with_partner(small(), HOUSING, small().partners[HOUSING].model_copy(update={"state_only": False})),
        [f"WIDER partner {HOUSING}: state_only: now keeps a history"],
    ),
    "no history kept": (
        with_partner(small(), HOSTEL, HOSTEL_NOW.model_copy(update={"state_only": True})),
        [f"NARROWER partner {HOSTEL}: state_only: now keeps a state only"],
    ),
    "another legal status": (
        with_partner(small(), HOSTEL, HOSTEL_NOW.model_copy(update={"legal_status": "relevant_authority"})),
        [f"CHANGED partner {HOSTEL}: legal_status: voluntary -> relevant_authority"],
    ),
}


@pytest.mark.parametrize("change", REGISTER)
def test_a_change_in_the_register_is_a_line(change: str) -> None:
    """Who comes, goes, is suspended or keeps more is said, with the direction that it means."""
    new, expected = REGISTER[change]
    assert lines(new) == expected


def test_an_agency_that_goes_is_told_less_and_one_of_another_kind_perhaps_more() -> None:
    """An agency taken out of the register hears nothing; one that becomes another sort hears what that sort hears."""
    two = with_partner(small(), "second-hostel", HOSTEL_NOW)
    assert lines(small(), two) == [f"NARROWER partner second-hostel: removed, charity_hostel; told of {KIND}"]
    housing = with_partner(two, "second-hostel", HOSTEL_NOW.model_copy(update={"kind": "council_housing"}))
    assert lines(housing, two) == ["WIDER partner second-hostel: kind: charity_hostel -> council_housing"]


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (with_policy(small(), publishers=("police", "prison")), [f"WIDER {KIND}: publishers: + prison"]),
        (with_policy(small(), publishers=()), [f"NARROWER {KIND}: publishers: - police"]),
        (
            with_clause(small(), "tenancy", power={"police": "staff-safety"}),
            ["CHANGED clauses.tenancy.power.police: CDA1998-s115 -> staff-safety"],
        ),
        (
            with_clause(small(), "tenancy", review=date(2028, 5, 1)),
            ["CHANGED clauses.tenancy.review: 2027-05-01 -> 2028-05-01"],
        ),
        (
            with_field(small(), "station", **{"class": "offence"}),
            [f"CHANGED kinds.{KIND}.fields.station.class: event -> offence"],
        ),
    ],
)
def test_what_is_signed_beside_the_cells_is_a_line(new: Policies, expected: list[str]) -> None:
    """Who may publish, powers, reviews and classes are compared as well, though nobody is told another field."""
    assert lines(new) == expected


def test_a_kind_that_is_new_is_wider_for_all_who_hear_of_it() -> None:
    """A kind that only one edition has is told to nobody in the other."""
    empty = small().model_copy(update={"kinds": {}})
    new = lines(small(), empty)
    assert f"WIDER {HOUSING_HEARS}: person: withheld -> told when {WORKS} and {ADULT}" in new
    assert f"CHANGED kinds.{KIND}: new" in new
    assert {line.split()[0] for line in lines(empty)} == {"NARROWER", "CHANGED"}


def test_a_value_that_one_edition_does_not_have_is_unknown_to_it() -> None:
    """Where a bar reads a word of which the older edition lacks a value, that value could not be ruled out there."""
    bar = Never.model_validate({"fields": "*", "when": {"handling": "restricted"}, "because": "Marked."})
    old = with_policy(small(), never={"marked": bar})
    vocabulary = old.vocabulary.model_copy(update={"handling": (*old.vocabulary.handling, "sealed")})
    assert [line for line in lines(old.model_copy(update={"vocabulary": vocabulary}), old) if "housing" in line] == [
        f"WIDER {HOUSING_HEARS}: person: withheld -> told when {WORKS} and handling is sealed and {IN_FORCE}"
    ]


def test_masks_that_mean_something_else_are_wider() -> None:
    """Nobody can say of another version of the masks that it tells no more."""
    [change] = compare(Bundle(small(), masks_version=1), Bundle(small(), masks_version=2))
    assert str(change) == "WIDER masks: version 1 -> 2"
