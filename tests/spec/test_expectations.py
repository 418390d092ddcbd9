"""The shipped policies keep what the signatories expect, and the duties that hold across all of their kinds."""

from enum import StrEnum

import pytest

from access_policies.compiling import Bundle
from access_policies.explaining import broken_expectations
from access_policies.linting import findings
from access_policies.model import Expect, Given, Policies
from schemas import vocabulary
from schemas.updates import KINDS
from spec.widest import BUNDLE, POLICIES, fields_told, of_each_kind, plan, reached, widest


def with_rows(kind: str, *rows: Expect) -> Policies:
    """The shipped policies with these `expect` rows for one kind."""
    policy = POLICIES.kinds[kind].model_copy(update={"expect": rows})
    return POLICIES.model_copy(update={"kinds": {**POLICIES.kinds, kind: policy}})


def test_the_shipped_policies_load() -> None:
    """There is a policy for every kind of update, for all agencies of the fictional partnership."""
    assert set(KINDS) == set(POLICIES.kinds)
    assert len(POLICIES.partners) >= 16  # as many as the whole partnership has


def test_every_expectation_holds() -> None:
    """What the signatories expect in a situation is exactly what is told in it."""
    assert broken_expectations(BUNDLE) == []


@of_each_kind
def test_every_kind_says_what_is_expected(kind: str) -> None:
    """The policy of a kind has at least four situations that a practitioner can check."""
    assert len(POLICIES.kinds[kind].expect) >= 4


@of_each_kind
def test_every_partner_reached_has_an_expectation(kind: str) -> None:
    """Whoever a kind may be told to has a situation in which it is expected to be told something."""
    policy = POLICIES.kinds[kind]
    assert reached(policy) == {row.given.recipient for row in policy.expect if row.told or row.masked}


@of_each_kind
def test_every_field_that_may_be_told_is_expected_somewhere(kind: str) -> None:
    """The expectations hold a partner's widest situation: no field is told that no row mentions."""
    policy = POLICIES.kinds[kind]
    for recipient in reached(policy):
        rows = [row for row in policy.expect if row.given.recipient == recipient]
        most = plan(kind, widest(recipient, safeguarding=True, access=True))
        assert fields_told(most) == {n for row in rows for n in (*row.told, *row.masked)}


@pytest.mark.parametrize(
    ("told", "masked", "complaint"),
    [
        (("person", "alleged_offence"), (), "expected but not told: alleged_offence"),
        ((), ("arrested_at",), "told though not expected: person"),
        (("arrested_at",), (), "masked though not expected: arrested_at"),
        ((), (), "masked though not expected: date_of_birth"),
    ],
)
def test_a_wrong_expectation_is_reported(told: tuple[str, ...], masked: tuple[str, ...], complaint: str) -> None:
    """A row that expects something else than the rules tell is named, with the field that differs."""
    row = Expect(given=widest("council_housing"), told=told, masked=masked)
    [broken] = broken_expectations(Bundle(with_rows("custody.person.arrested", row)))
    assert broken.startswith("custody.person.arrested: expect row 1: ")
    assert complaint in broken


@pytest.mark.parametrize(
    "given",
    [
        Given(recipient="probation", involvement="leading"),
        Given(recipient="probation", pathways=("housing",)),
        Given(recipient="probation", consents=("anything",)),
        Given(recipient="probation", handling="secret"),
        Given(recipient="probation", age="old"),
    ],
)
def test_an_expectation_in_words_nobody_knows_is_refused(given: Given) -> None:
    """A misspelt situation stops the policies from loading, so that no row checks something else than it says."""
    [finding] = findings(with_rows("custody.person.arrested", Expect(given=given)))
    assert finding.path == ("expect", 0)


def test_a_rule_that_would_never_apply_is_refused() -> None:
    """A `never` with an empty list of values bars nothing, whatever its author meant, so it does not load."""
    policy = POLICIES.kinds["custody.person.arrested"]
    toothless = policy.never["live-operation"].model_copy(update={"when": {"handling": ()}})
    policy = policy.model_copy(update={"never": policy.never | {"live-operation": toothless}})
    [finding] = findings(POLICIES.model_copy(update={"kinds": {**POLICIES.kinds, policy.kind: policy}}))
    assert finding.path == ("never", "live-operation", "when", "handling")


@of_each_kind
def test_a_policy_lists_the_fields_in_the_order_of_the_schema(kind: str) -> None:
    """Whoever signs a policy finds every field of the schema in it, in the same order."""
    assert KINDS[kind].fields() == tuple(POLICIES.kinds[kind].fields)


@pytest.mark.parametrize(
    ("words", "enum"),
    [
        ("involvement", vocabulary.Involvement),
        ("pathways", vocabulary.Pathway),
        ("purposes", vocabulary.Purpose),
        ("handling", vocabulary.Handling),
        ("age", vocabulary.Age),
    ],
)
def test_the_vocabulary_is_that_of_the_schemas(words: str, enum: type[StrEnum]) -> None:
    """A rule and an update use the same words, in the same order."""
    assert tuple(enum) == getattr(POLICIES.vocabulary, words)


def test_a_pathway_said_twice_is_that_pathway() -> None:
    """An update that lists a pathway twice opens no other pathway."""
    once, twice = (BUNDLE.words.situation(pathway=("accommodation",) * times) for times in (1, 2))
    assert once == twice
