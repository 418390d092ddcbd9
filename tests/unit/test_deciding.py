"""The decision: what lapsed grounds leave, who gets its own back, and that a projection tells no field twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access_policies.compiling import OWN, TOLD_BEFORE, Bundle, Plan, canonical
from access_policies.deciding import decide, project
from access_policies.loading import load
from access_policies.model import Inherits, Share
from access_policies.words import Situation
from support.partnership import DRUGS, EVERYONE, HOSTEL, HOUSING, POLICE, PRISON, PROBATION, UNIT

POLICIES = load()
BUNDLE = Bundle(POLICIES)
ARREST, LEFT = "custody.person.arrested", "custody.person.left"
NOTHING = BUNDLE.words.situation(involvement="none", handling="normal", age="adult")
WORKS = BUNDLE.words.situation(
    involvement="active",
    pathway=("accommodation", "drugs_alcohol"),
    consent=("accommodation", "treatment"),
    handling="normal",
    age="adult",
    cohort="Fixed",
    agreement="northshire-1",
)


def everyone(situation: Situation) -> dict[str, Situation]:
    """All seven agencies in the same situation."""
    return dict.fromkeys(EVERYONE, situation)


@pytest.mark.duty("D1")
def test_an_outcome_reaches_exactly_those_who_were_told() -> None:
    """How an arrest ended reaches who was told of the arrest and nobody else, however well they know the case."""
    plans = decide(BUNDLE, LEFT, everyone(WORKS), told_before=frozenset({HOUSING, PROBATION}))
    assert set(plans) == {HOUSING, PROBATION}


@pytest.mark.duty("D1")
def test_a_lapsed_ground_leaves_only_what_became_of_it() -> None:
    """Whoever was told and has no ground any more hears which arrest, and whether it stands: nothing else."""
    plans = decide(BUNDLE, LEFT, everyone(NOTHING), told_before=frozenset({HOSTEL}))
    assert {agency: set(plan.names) for agency, plan in plans.items()} == {HOSTEL: {"arrest", "stands"}}
    assert set(plans[HOSTEL].because.values()) == {TOLD_BEFORE}


@pytest.mark.duty("D1")
@pytest.mark.parametrize(
    ("fields", "masked"), [(("person",), ()), (("person", "stands"), ()), (("arrest",), ("left_at",))]
)
def test_a_ground_that_tells_less_still_tells_what_became_of_it(
    fields: tuple[str, ...], masked: tuple[str, ...]
) -> None:
    """Whatever its clause tells, who was told of the arrest hears which arrest it was, and whether it stands."""
    policy = POLICIES.kinds[LEFT]
    less = policy.model_copy(update={"share": {"tenancy": Share(fields=fields, masked=masked)}})
    bundle = Bundle(POLICIES.model_copy(update={"kinds": {LEFT: less}}))
    plan = decide(bundle, LEFT, {HOUSING: WORKS}, told_before=frozenset({HOUSING}))[HOUSING]
    assert set(plan.told) == {"arrest", "stands", *fields}
    assert {name for name, _ in plan.masked} == set(masked)
    assert set(plan.because) == set(plan.names)


@pytest.mark.duty("D1")
@pytest.mark.parametrize("kind", ["custody.release.cancelled", "trust.update.confirmed", "trust.update.withdrawn"])
def test_what_settles_an_update_reaches_exactly_those_who_were_told(kind: str) -> None:
    """A confirmation, a withdrawal or a cancelled plan reaches who was told, whatever their ground is now."""
    for situation in (NOTHING, WORKS):
        assert set(decide(BUNDLE, kind, everyone(situation), told_before=frozenset({DRUGS}))) == {DRUGS}
        assert decide(BUNDLE, kind, everyone(situation)) == {}


@pytest.mark.parametrize("kind", sorted(POLICIES.kinds))
def test_a_publisher_gets_its_own_update_back_whole(kind: str) -> None:
    """The publisher's view is complete: its own feed tells it every field, and its being told widens nobody else."""
    with_own = decide(BUNDLE, kind, everyone(WORKS), own=POLICE, told_before=frozenset(EVERYONE))
    without = decide(BUNDLE, kind, everyone(WORKS), told_before=frozenset(EVERYONE))
    assert with_own[POLICE].told == tuple(POLICIES.kinds[kind].fields)
    assert set(with_own[POLICE].because.values()) == {OWN}
    assert {agency: plan for agency, plan in with_own.items() if agency != POLICE} == {
        agency: plan for agency, plan in without.items() if agency != POLICE
    }


def test_a_suspended_publisher_gets_nothing_back() -> None:
    """An agency that has no situation, because it is suspended, is told nothing, not even its own."""
    assert POLICE not in decide(BUNDLE, ARREST, {UNIT: WORKS}, own=POLICE)


def test_nobody_who_does_not_work_the_case_is_told() -> None:
    """Partners who are told nothing do not appear in the decision at all."""
    assert decide(BUNDLE, ARREST, everyone(NOTHING)) == {}


def test_a_partner_is_decided_on_alone() -> None:
    """What one partner is told is the same whoever else there is."""
    together = decide(BUNDLE, ARREST, everyone(WORKS))
    for agency in EVERYONE:
        alone = decide(BUNDLE, ARREST, {agency: WORKS})
        assert alone.get(agency) == together.get(agency)


@given(content=st.dictionaries(st.sampled_from(sorted(POLICIES.kinds[ARREST].fields)), st.text(min_size=1)))
def test_a_projection_tells_only_what_was_said_and_granted(content: dict[str, str]) -> None:
    """Whatever an update says, a partner is told fields of it that its plan names, and clear ones unchanged."""
    for plan in decide(BUNDLE, ARREST, everyone(WORKS)).values():
        told = project(plan, content)
        assert set(content) & set(plan.told) <= set(told) <= set(content) & set(plan.names)
        assert all(told[name] == content[name] for name in plan.told if name in content)


def test_a_mask_with_nothing_to_say_says_nothing() -> None:
    """An address without a postcode is not told, rather than told as empty."""
    plan = Plan(masked=(("address", "outward_postcode"),))
    assert project(plan, {"address": "a tent by the canal"}) == {}
    assert project(plan, {"address": "1 Fictional Street ZZ1 1ZZ"}) == {"address": "ZZ1"}


def test_a_field_told_clear_on_one_ground_is_not_masked_on_another() -> None:
    """Where two clauses tell a partner the same field, once less and once whole, it is told whole and once."""
    policy = POLICIES.kinds[ARREST]
    share = {"treatment-goes-on": Share(masked=("arrested_at",)), "treatment-agreed": Share(fields=("arrested_at",))}
    bundle = Bundle(POLICIES.model_copy(update={"kinds": {ARREST: policy.model_copy(update={"share": share})}}))
    plan = decide(bundle, ARREST, {DRUGS: WORKS})[DRUGS]
    assert (plan.told, plan.masked, dict(plan.because)) == (("arrested_at",), (), {"arrested_at": "treatment-agreed"})


@pytest.mark.duty("D1")
def test_what_became_of_it_is_told_whole_on_the_ground_that_it_was_told_before() -> None:
    """A field that a clause tells only in part, and those who were told before hear whole, rests on that they were."""
    policy = POLICIES.kinds[ARREST]
    share = {"tenancy": Share(fields=("person",), masked=("arrested_at",))}
    inherits = Inherits(of="arrest", lapsed=("arrested_at",))
    policy = policy.model_copy(update={"share": share, "inherits": inherits})
    bundle = Bundle(POLICIES.model_copy(update={"kinds": {ARREST: policy}}))
    plan = decide(bundle, ARREST, {HOUSING: WORKS}, told_before=frozenset({HOUSING}))[HOUSING]
    assert (plan.told, plan.masked) == (("person", "arrested_at"), ())
    assert dict(plan.because) == {"person": "tenancy", "arrested_at": "told-before"}


def test_the_first_clause_that_tells_a_field_is_recorded() -> None:
    """Each told field names the clause it rests on: treatment goes on by itself, a drug test by consent."""
    because = decide(BUNDLE, ARREST, {DRUGS: WORKS})[DRUGS].because
    assert (because["station"], because["drug_test"]) == ("treatment-goes-on", "treatment-agreed")


@pytest.mark.parametrize("agency", [PROBATION, PRISON, UNIT])
def test_the_same_policies_make_the_same_bundle(agency: str) -> None:
    """The digest names exactly these rules: loaded again it is the same, and with one partner fewer another."""
    assert Bundle(load()).digest == BUNDLE.digest
    fewer = {name: partner for name, partner in POLICIES.partners.items() if name != agency}
    changed = POLICIES.model_copy(update={"partners": fewer})
    assert canonical(changed) != canonical(POLICIES)
    assert Bundle(changed).digest != BUNDLE.digest
