"""A partner reads in plain English what changes for it, and nothing of what changes for others."""

import re

import pytest

from access_policies.compiling import Bundle
from access_policies.loading import load
from access_policies.model import Policies
from access_policies.noting import notes
from schemas.updates import KINDS
from support.editions import HOSTEL, HOUSING, KIND, a_partner, small, with_clause, with_partner, with_policy, with_share

GROUND = (
    "For accommodation, under `housing-agreed-charity-hostel` "
    "(Northshire agreement 1, schedule B, to be reviewed by 2027-05-01): A bed is kept."
)
AGREED = (
    "This holds when the person has agreed that you may be told for accommodation, the person counts as adult and "
    "the agreement northshire-1 is in force."
)


def note(new: Policies, old: Policies | None = None) -> str:
    """The notes from the small edition to this one."""
    return notes(Bundle(old or small()), Bundle(new))


def test_a_partner_is_told_what_is_new_when_for_what_and_why() -> None:
    """A field, the situations, the purpose, the agreement and the clause's own reason, for that partner alone."""
    assert note(with_share(small(), "housing-agreed-charity-hostel", ("person", "station"), ("date_of_birth",))) == (
        "## Open Door Hostel\n\n"
        "**custody.person.arrested** (An arrest: an alleged offence, never more). "
        f"You will newly be told: station. {AGREED} {GROUND}\n"
    )


SAYS = {
    "You will no longer be told: date of birth": with_share(small(), "housing-agreed-charity-hostel", ("person",)),
    "You will be told in full what you were told in part: date of birth": with_share(
        small(), "housing-agreed-charity-hostel", ("person", "date_of_birth")
    ),
    "You will newly be told in part (yes no): drug test": with_share(
        small(), "housing-agreed-charity-hostel", ("person",), ("date_of_birth", "drug_test")
    ),
    "This holds when the person has not agreed that you may be told for accommodation": with_clause(
        small(), "housing-agreed-charity-hostel", when={}
    ),
    "This holds when your part in the case is referred": with_clause(
        small(), "tenancy", when={"involvement": ("referred", "active", "lead")}
    ),
    "You now keep a history.": with_partner(
        small(), HOUSING, small().partners[HOUSING].model_copy(update={"state_only": False})
    ),
}


@pytest.mark.parametrize("sentence", SAYS)
def test_each_change_has_its_own_words(sentence: str) -> None:
    """Less, in full, in part, and every word of a situation are said as a housing officer would."""
    assert sentence in note(SAYS[sentence])


def test_what_is_not_so_is_said_as_such() -> None:
    """Where a pathway no longer counts, the note speaks of those with whom the partner does not work on it."""
    narrow = with_clause(small(), "tenancy", when={"pathway": ("health",)})
    assert "This holds when you do not work with the person on health" in note(
        with_clause(narrow, "tenancy", when={}), narrow
    )


def test_a_partner_that_joins_reads_everything_that_it_will_be_told() -> None:
    """Whoever comes into the register has a note of its own; the others of its kind read nothing new."""
    text = note(with_partner(small(), "second-hostel", a_partner("charity_hostel", name="Second Hostel")))
    assert text.startswith("## Second Hostel\n")
    assert "You will newly be told: person." in text
    assert "Open Door Hostel" not in text


def test_a_partner_that_is_suspended_reads_what_it_loses() -> None:
    """A suspended agency is told nothing more, and its note says so."""
    text = note(with_partner(small(), HOSTEL, small().partners[HOSTEL].model_copy(update={"suspended": True})))
    assert "You will no longer be told: person." in text


def test_a_ground_that_is_gone_is_named_once_more() -> None:
    """Whoever is told something no longer reads on which ground it was told, also when that clause is there no more."""
    rest = {name: clause for name, clause in small().clauses.items() if name != "housing-agreed-charity-hostel"}
    share = {name: each for name, each in small().kinds[KIND].share.items() if name in rest}
    text = note(with_policy(small().model_copy(update={"clauses": rest}), share=share))
    assert "You will no longer be told: person." in text
    assert GROUND in text


def test_who_is_told_the_same_reads_nothing() -> None:
    """Nothing changes, so nobody has a note."""
    assert note(small()) == ""


def test_every_kind_is_described_in_a_sentence() -> None:
    """Whoever joins the shipped partnership reads of every kind what it is about, not only its name."""
    policies = load()
    partners = {f"second-{agency}": partner for agency, partner in policies.partners.items()}
    everybody = policies.model_copy(update={"partners": {**policies.partners, **partners}})
    text = notes(Bundle(policies), Bundle(everybody))
    told = dict(re.findall(r"\*\*([a-z._]+)\*\* \((.+?)\)\. You", text))
    assert set(told) == set(KINDS)
    assert not [kind for kind, about in told.items() if about == kind]
