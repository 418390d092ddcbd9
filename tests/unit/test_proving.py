"""What is found over every situation: errors that stop a check, and notes for those who sign."""

import pytest

from access_policies.compiling import Bundle, Plan, Rules
from access_policies.loading import load
from access_policies.model import Never, Policies, Share
from access_policies.proving import prove
from access_policies.words import Situation
from support.editions import KIND, a_clause, small, with_clause, with_field, with_policy, with_share

EVERYBODY = ("charity_hostel", "council_housing")
FIELDS = small().kinds[KIND].fields
NEVER = small().kinds[KIND].never


def shared_in_vain(name: str) -> str:
    """What is said of a field that no situation tells."""
    return f"{KIND}: housing-agreed-charity-hostel shares {name!r}, which no situation tells; take one of the two out"


HEALTH = (
    f"{KIND}: housing-agreed-charity-hostel tells charity_hostel 'drug_test' in full, which is of class 'health'; "
    "it needs consent, a power for health or a purpose without consent, and an extra condition"
)


def found(policies: Policies, level: str) -> list[str]:
    """What is found of this level."""
    return [str(finding) for finding in prove(Bundle(policies)) if finding.level == level]


def a_bar(**said: object) -> Never:
    return Never.model_validate({"because": "A test.", **said})


def with_never(**bars: Never) -> Policies:
    return with_policy(small(), never={**NEVER, **bars})


def with_consented_health(**said: object) -> Policies:
    """The hostel is told the drug test, on a ground that says this."""
    told = with_share(small(), "housing-agreed-charity-hostel", ("person", "drug_test"), ("date_of_birth",))
    return with_clause(told, "housing-agreed-charity-hostel", **said)


def test_the_shipped_policies_have_no_error() -> None:
    """Nothing in the shipped policies is dead, useless or told without what it needs."""
    assert found(load(), "error") == []


def test_the_small_edition_says_what_nobody_hears() -> None:
    """A field that no clause names is a note: perhaps somebody needs it."""
    assert found(small(), "error") == []
    assert found(small(), "note") == [f"{KIND}: told to nobody but its publisher: station, drug_test"]


ERRORS = {
    "a share that a bar always beats": (
        with_never(closed=a_bar(fields=["date_of_birth"])),
        [shared_in_vain("date_of_birth")],
    ),
    "a share beaten whenever its ground holds": (
        with_never(closed=a_bar(fields="*", when={"consent": "accommodation"})),
        [
            shared_in_vain("person"),
            shared_in_vain("date_of_birth"),
        ],
    ),
    "a bar that excepts everybody": (
        with_never(open=a_bar(fields="*", **{"except": EVERYBODY})),
        [f"{KIND}: never open would bar nothing whatever were shared; shorten `except`"],
    ),
    "health on no extra condition": (
        with_consented_health(),
        [
            HEALTH,
        ],
    ),
    "health on an extra condition alone": (
        with_consented_health(extra_condition="explicit-consent", when={"involvement": ("active",)}),
        [
            HEALTH,
        ],
    ),
}


@pytest.mark.parametrize("mistake", ERRORS)
def test_a_rule_that_does_not_do_what_it_says_is_an_error(mistake: str) -> None:
    """A grant that tells nothing, a bar that bars nobody, health without its conditions: each stops the check."""
    policies, expected = ERRORS[mistake]
    assert found(policies, "error") == expected


@pytest.mark.duty("D22")
@pytest.mark.parametrize(
    "said",
    [
        {"extra_condition": "explicit-consent"},
        {"extra_condition": "health-or-social-care", "when": {}, "purpose": "safeguarding"},
    ],
)
def test_health_may_be_told_on_consent_or_for_safety_with_an_extra_condition(said: dict[str, object]) -> None:
    """Health is no error with an extra condition and the person's consent, or for a purpose that never hangs on one."""
    assert found(with_consented_health(**said), "error") == []


def test_health_in_part_is_no_error() -> None:
    """That there was a test may be told where the outcome may not."""
    masked = with_share(small(), "housing-agreed-charity-hostel", ("person",), ("date_of_birth", "drug_test"))
    assert found(masked, "error") == []


def test_a_power_for_health_is_enough() -> None:
    """A power that is for health, and for nothing that it is not for, needs no consent."""
    vocabulary = small().vocabulary
    power = vocabulary.powers["staff-safety"].model_copy(update={"only_classes": ("health", "identity")})
    policies = with_consented_health(extra_condition="health-or-social-care", when={}, power={"police": "direct-care"})
    powers = {**vocabulary.powers, "direct-care": power}
    policies = policies.model_copy(update={"vocabulary": vocabulary.model_copy(update={"powers": powers})})
    assert found(policies, "error") == []


def test_a_guard_is_a_note_once_it_is_proved_to_bite() -> None:
    """A bar that bars nothing today is kept, and named, if it would bar something once everything were shared."""
    guarded = with_never(guard=a_bar(fields=["station"]))
    assert f"{KIND}: never guard bars nothing today; it guards against later clauses" in found(guarded, "note")
    biting = with_share(guarded, "tenancy", ("person", "station"))
    assert not [line for line in found(biting, "note") if "guard" in line]


def test_a_share_that_another_always_tells_is_a_note() -> None:
    """A clause that shares what an earlier and wider clause has told already is told to those who sign."""
    clauses = {**small().clauses, "too": a_clause("council_housing", when={"involvement": ("lead",)})}
    share = small().kinds[KIND].share
    twice = with_policy(small().model_copy(update={"clauses": clauses}), share={**share, "too": share["tenancy"]})
    assert f"{KIND}: too shares 'person', which is always told on another ground" in found(twice, "note")
    first = with_policy(twice, share={"too": share["tenancy"], **share})
    assert not [line for line in found(first, "note") if "another ground" in line]


def test_what_is_masked_in_one_kind_and_clear_in_another_is_a_note() -> None:
    """A year of birth is little use to whoever reads the whole date in another update of the same day."""
    other = small().kinds[KIND].model_copy(update={"kind": "custody.person.left"})
    clear = with_share(small(), "housing-agreed-charity-hostel", ("person", "date_of_birth")).kinds[KIND]
    both = {other.kind: other, KIND: clear}
    noted = "charity_hostel: 'date_of_birth' is told in part in custody.person.left, and in full elsewhere"
    assert noted in found(small().model_copy(update={"kinds": both}), "note")
    assert noted not in found(
        small().model_copy(update={"kinds": {other.kind: other, KIND: small().kinds[KIND]}}), "note"
    )


def test_what_is_masked_and_clear_in_different_situations_is_none() -> None:
    """Where the one is told only to those who lead and the other only to those who do not, nobody has both."""
    clauses = {
        "leads": a_clause("council_housing", when={"involvement": ("lead",)}),
        "works": a_clause("council_housing", when={"involvement": ("active",)}),
    }
    base = small().model_copy(update={"clauses": clauses})
    masked = base.kinds[KIND].model_copy(update={"share": {"works": Share(masked=("date_of_birth",))}})
    left = {"kind": "custody.person.left", "share": {"leads": Share(fields=("date_of_birth",))}}
    clear = masked.model_copy(update=left)
    notes = found(base.model_copy(update={"kinds": {KIND: masked, clear.kind: clear}}), "note")
    assert not [line for line in notes if "in full elsewhere" in line]


class _Jealous(Rules):
    """Rules that tell nothing once the person agreed to anything: what no condition can say."""

    def __init__(self, rules: Rules, barred: int) -> None:
        self._rules, self._barred = rules, barred

    def plan(self, situation: Situation, word: str | None = None) -> Plan:
        return Plan() if situation.known & self._barred else self._rules.plan(situation, word)


def test_a_decision_that_takes_away_for_more_is_an_error() -> None:
    """One more fact that is known to hold never takes a field away by itself; a decision that did would be found."""
    wide = with_clause(small(), "housing-agreed-charity-hostel", when={"involvement": ("active",)})
    twice = {**wide.clauses, "too": a_clause("charity_hostel", when={"consent": ("accommodation",)})}
    wide = with_policy(
        wide.model_copy(update={"clauses": twice}),
        share={**wide.kinds[KIND].share, "too": wide.kinds[KIND].share["tenancy"]},
    )
    bundle = Bundle(wide)
    assert not [finding for finding in prove(bundle) if finding.level == "error"]
    agreed = bundle.words.situation(consent="accommodation").known
    bundle._rules = {pair: _Jealous(rules, agreed) for pair, rules in bundle._rules.items()}
    lines = [str(finding) for finding in prove(bundle) if finding.level == "error"]
    assert f"{KIND}: charity_hostel is told 'person' no longer once more is known of consent" in lines


def test_a_bar_may_take_away() -> None:
    """Where a bar reads a word, more that is known of it may withhold: that is what bars are for."""
    barred = with_never(caution=a_bar(fields="*", when={"pathway": "health"}))
    assert found(barred, "error") == []


def test_the_classes_decide_not_the_names() -> None:
    """A field of another name that is of class health is held to the same."""
    policies = with_field(small(), "person", **{"class": "health"})
    assert len(found(policies, "error")) == 2
    assert FIELDS["person"].class_ == "identity"
