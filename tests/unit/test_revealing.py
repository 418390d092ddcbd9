"""The list of words that read what a partner is not told is complete, and every row of it is true."""

import pytest

from access_policies.compiling import Bundle
from access_policies.loading import load
from access_policies.revealing import FACTS, ITSELF, Silence, silences, words_not_told
from hub.listing import EFFECTS
from support.editions import KIND, small, with_clause, with_policy, with_share

SHIPPED = Bundle(load())
BORN = ("date_of_birth",)


def found(bundle: Bundle) -> dict[tuple[str, str], Silence]:
    return {(each.recipient, each.word): each for each in silences(bundle)}


def test_every_word_says_which_facts_it_reads() -> None:
    """A word that is added to the vocabulary has to say what it is worked out from, in fields that are there."""
    policies = SHIPPED.policies
    assert set(FACTS) == set(policies.words())
    facts = [fact for facts in FACTS.values() for fact in facts]
    assert not [name for kind, name in facts if kind != ITSELF and name not in policies.kinds[kind].fields]
    assert not [
        name for kind, name in facts if kind == ITSELF and any(name not in p.fields for p in policies.kinds.values())
    ]


def test_every_kind_that_bears_on_a_word_is_named() -> None:
    """Whatever sets a fact by which a word is worked out is among those that the word says it reads."""
    known = {"custody", "states", "ends", "settled", "corrections", "recalls"}  # facts that no word reads
    known |= {"links", "unlinked", "acknowledged", "limits", "outcomes", "changes", "deaths", "heard", "reaffirmed"}
    bearing = {kind for kind, effect in EFFECTS.items() if not set(effect.facts) <= known}
    assert bearing == {kind for facts in FACTS.values() for kind, _ in facts} - {ITSELF}


@pytest.mark.parametrize("recipient", ["council_housing", "charity_hostel"])
def test_support_agencies_do_not_see_the_caveat_that_withholds(recipient: str) -> None:
    """Housing is told nothing of a restricted update, and never reads how any update was handled."""
    row = found(SHIPPED)[recipient, "handling"]
    assert row.values == ("restricted",)
    assert set(row.facts) == {(kind, "handling") for kind in row.decides}


def test_a_fact_that_is_told_in_full_is_no_silence() -> None:
    """Once housing is told the date of birth, that its rules ask for the age is no secret; a year is not enough."""
    told, masked = (
        with_share(small(), "tenancy", *fields) for fields in ((("date_of_birth",),), ((), ("date_of_birth",)))
    )
    assert ("council_housing", "age") not in found(Bundle(told))
    assert found(Bundle(masked))["council_housing", "age"].facts == ((KIND, "date_of_birth"),)


def test_what_only_its_own_kind_publishes_a_partner_knows() -> None:
    """Where the police alone publish a kind, nothing of it is news to the police."""
    bundle = Bundle(with_policy(small(), publishers=("council_housing",)))
    assert ("council_housing", "age") not in found(bundle)


def test_a_word_that_decides_nothing_is_not_listed() -> None:
    """Of a partner that is told nothing, and of a word that no rule of a partner asks for, there is no row."""
    assert ("council_housing", "consent") not in found(Bundle(small()))
    nobody = with_policy(small(), share={})
    assert found(Bundle(nobody)) == {}


def test_a_bar_that_excepts_a_partner_decides_nothing_for_it() -> None:
    """An age that only bars others is not asked of this partner."""
    bar = small().kinds[KIND].never["under-18"].model_copy(update={"except_": ("council_housing",)})
    assert ("council_housing", "age") not in found(Bundle(with_policy(small(), never={"under-18": bar})))


def test_the_page_has_a_section_for_everybody() -> None:
    """Each kind of partner has its list, also where it is empty."""
    page = words_not_told(Bundle(with_clause(with_policy(small(), never={}), "tenancy", when={})))
    assert page.count("## ") == len(small().recipients())
    assert page.partition("## council housing\n\n")[2] == "None.\n"
    assert "| consent | accommodation | 1 kind | `purposes` of `trust.consent.given`" in page
