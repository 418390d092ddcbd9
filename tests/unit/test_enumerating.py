"""The space of situations holds every combination that rules can tell apart, and no two that they cannot."""

from itertools import chain, combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access_policies.compiling import Bundle
from access_policies.covering import cases, cover, members, sentence
from access_policies.enumerating import Axis, Choice, Space, regions, space, steps
from access_policies.model import Inherits, Policies
from support.contexts import context
from support.editions import KIND, small, with_clause, with_policy

PLAIN = with_policy(small(), never={})


def said(policies: Policies, recipient: str) -> list[dict[str, list[str]]]:
    """What is known in each situation of the space."""
    over = space([policies], [(KIND, recipient)])
    known = (context(over, number, policies.words()).known for number in range(over.size))
    return [{word: values for word, values in each.items() if word != "agreement"} for each in known]


def test_a_pair_that_no_condition_decides_has_one_situation() -> None:
    """Where nothing is asked, there is nothing to tell apart."""
    assert said(PLAIN, "court") == [{}]


def test_values_that_no_rule_tells_apart_are_one() -> None:
    """Active and lead are one choice where every rule names both; none and referred, where no rule names either."""
    found = said(PLAIN, "council_housing")
    assert [each for each in found if found.count(each) != 2] == [], "once with the agreement in force, once without"
    assert found[::2] == [{"involvement": ["none"]}, {"involvement": ["active"]}]


def test_a_word_of_many_values_has_every_set_of_those_mentioned() -> None:
    """Of two consents that are asked for apart, either, both or none may be there."""
    two = {
        **PLAIN.clauses,
        "more": PLAIN.clauses["housing-agreed-charity-hostel"].model_copy(update={"when": {"consent": ("treatment",)}}),
    }
    policies = PLAIN.model_copy(update={"clauses": two})
    share = policies.kinds[KIND].share
    policies = with_policy(policies, share={**share, "more": share["tenancy"]})
    found = {frozenset(known["consent"]) for known in said(policies, "charity_hostel")}
    wanted = chain.from_iterable(combinations(["accommodation", "treatment"], size) for size in range(3))
    assert found == set(map(frozenset, wanted))


@pytest.mark.duty("D18")
def test_unknown_is_a_value_of_its_own_where_a_word_can_be_unknown() -> None:
    """An age may be unknown: then nothing is known of it, and neither age can be ruled out."""
    over = space([small()], [(KIND, "council_housing")])
    ages = [context(over, number, small().words()) for number in range(over.size)]
    assert {(*age.known["age"],) for age in ages} == {("adult",), ("youth",), ()}
    assert {(*age.possible["age"],) for age in ages if not age.known["age"]} == {("adult", "youth")}


def test_a_kind_that_inherits_asks_whether_it_was_told_before() -> None:
    """Of an outcome there are two situations for each of the others: the earlier update was told, or it was not."""
    inheriting = with_policy(PLAIN, inherits=Inherits(of="arrest", lapsed=("station",)))
    over = space([inheriting], [(KIND, "council_housing")])
    assert over.size == 2 * space([PLAIN], [(KIND, "council_housing")]).size
    found = regions(Bundle(inheriting), KIND, "council_housing", over)
    assert {plan.names for where, plan in found if where & over.told_before} == {("station",), ("person", "station")}
    assert {plan.names for where, plan in found if not where & over.told_before} == {()}


def test_the_regions_of_rules_that_are_not_there_are_none() -> None:
    """Of a kind or a kind of partner that an edition does not have, nothing is said."""
    over = space([small()], [(KIND, "council_housing")])
    assert regions(Bundle(small()), "custody.person.left", "council_housing", over) == []
    assert regions(Bundle(small()), KIND, "court", over) == []


def test_a_word_nobody_described_may_be_anything() -> None:
    """A word that the code does not know may have any number of values and be unknown: more is looked at, not less."""

    class Longer(type(PLAIN.vocabulary)):
        def words(self) -> dict[str, tuple[str, ...]]:
            return {**super().words(), "weather": ("fair", "foul")}

    vocabulary = Longer.model_validate(PLAIN.vocabulary.model_dump())
    policies = with_clause(PLAIN, "tenancy", when={"weather": ("fair",)}).model_copy(update={"vocabulary": vocabulary})
    over = space([policies], [(KIND, "council_housing")])
    assert over.axes[:1] == (
        Axis("weather", (Choice(("fair",)), Choice(("fair",), absent=True), Choice(("fair",), unknown=True))),
    )


SHAPES = st.lists(st.integers(2, 4), min_size=1, max_size=4)


def a_space(shape: list[int]) -> Space:
    """Axes with so many choices each."""
    return Space(Axis(f"word{n}", tuple(Choice((f"v{c}",)) for c in range(size))) for n, size in enumerate(shape))


@given(SHAPES)
def test_the_situations_are_numbered_as_a_product(shape: list[int]) -> None:
    """Situation n says what the nth member of the product says, and lies in just the sets of its choices."""
    over = a_space(shape)
    wanted = list(product(*map(range, shape)))
    assert [over.choices(number) for number in range(over.size)] == wanted
    for number, choices in enumerate(wanted):
        for axis, sets in enumerate(over.sets):
            assert [bool(each >> number & 1) for each in sets] == [c == choices[axis] for c in range(shape[axis])]


@given(SHAPES, st.data())
def test_a_cover_says_exactly_what_was_wanted_and_no_case_of_it_can_go(shape: list[int], data: st.DataObject) -> None:
    """The cases of any set of situations hold in these and no others, and without any one of them some are missed."""
    over = a_space(shape)
    wanted = data.draw(st.integers(0, over.everything))
    boxes = cover(over, wanted)
    union = 0
    for box in boxes:
        union |= members(over, box)
    assert union == wanted
    for box in boxes:
        others = 0
        for other in boxes:
            others |= members(over, other) if other != box else 0
        assert wanted & ~others


@given(SHAPES, st.data())
def test_a_single_box_is_said_in_a_single_case(shape: list[int], data: st.DataObject) -> None:
    """What one case can say is said in one, and of a word that does not matter nothing is said."""
    over = a_space(shape)
    box = tuple(frozenset(data.draw(st.sets(st.integers(0, size - 1), min_size=1))) for size in shape)
    [case] = cases(over, members(over, box))
    assert [condition.word for condition in case] == [
        f"word{n}" for n, (allowed, size) in enumerate(zip(box, shape, strict=True)) if len(allowed) < size
    ]


def test_every_situation_is_always() -> None:
    """The set of all situations has a case with no condition."""
    over = a_space([2, 3])
    assert sentence(cases(over, over.everything)) == "always"
    assert sentence(cases(over, 0)) == ""


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ((0,), "consent is treatment"),
        ((1,), "consent is not treatment"),
        ((2,), "nobody knows whether consent is treatment"),
        ((0, 2), "consent may be treatment"),
        ((1, 2), "consent is not known to be treatment"),
        ((0, 1), "it is known whether consent is treatment"),
    ],
)
def test_what_may_be_there_absent_or_unknown_is_said_plainly(choices: tuple[int, ...], words: str) -> None:
    """Every choice of a word that may be unknown has its own words."""
    group = ("treatment",)
    over = Space([Axis("consent", (Choice(group), Choice(group, absent=True), Choice(group, unknown=True)))])
    assert sentence(cases(over, sum(over.sets[0][choice] for choice in choices))) == words


def test_a_step_adds_one_value_that_is_known_to_hold() -> None:
    """From no consent to one is a step, from an unknown one to a known one is none: only what is absent is added."""
    over = space([small()], [(KIND, "charity_hostel")])
    for word, absent, below in steps(over):
        for number in range(over.size):
            if absent >> number & 1:
                before, after = (context(over, each, small().words()).known for each in (number, number - below))
                assert before == {**after, word: []}
                assert after[word]
    assert [word for word, _, _ in steps(over)] == ["consent", "agreement"]


@pytest.mark.parametrize(
    ("allowed", "words"),
    [((0, 1), "age is known"), ((1, 2), "age is youth or unknown"), ((2,), "age is unknown"), ((0,), "age is adult")],
)
def test_a_word_of_one_value_is_said_plainly(allowed: tuple[int, ...], words: str) -> None:
    """Every value but unknown is known."""
    over = Space([Axis("age", (Choice(("adult",)), Choice(("youth",)), Choice(unknown=True)))])
    assert sentence(cases(over, sum(over.sets[0][choice] for choice in allowed))) == words


def test_no_value_of_several_that_are_alike_is_none() -> None:
    """A case that is restricted in no way is said so, not by a list of all the ways."""
    bar = (
        small()
        .kinds[KIND]
        .never["under-18"]
        .model_copy(update={"when": {"restriction": small().words()["restriction"]}})
    )
    over = space([with_policy(small(), never={"closed": bar})], [(KIND, "council_housing")])
    [place] = [place for place, axis in enumerate(over.axes) if axis.word == "restriction"]
    assert sentence(cases(over, over.sets[place][1])) == "restriction is none"
