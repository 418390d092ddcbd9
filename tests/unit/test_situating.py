"""Named situations are strictly read, and the page made of them says what the rules tell."""

from pathlib import Path

import pytest

from access_policies.charting import disclosure_matrix
from access_policies.compiling import Bundle
from access_policies.loading import SHIPPED, load
from access_policies.model import Inherits
from access_policies.reading import UnusablePolicies
from access_policies.situating import SITUATIONS, NamedSituation, Situations, read_situations, told_in
from support.editions import KIND, small, with_policy

BUNDLE = Bundle(load())
AGREED = NamedSituation(to=("charity_hostel",), given={"consents": ["accommodation"]})
NAMED: Situations = {
    "a resident who agreed": AGREED,
    "a resident under 18 who agreed": AGREED.model_copy(
        update={"given": {"consents": ["accommodation"], "age": "youth"}}
    ),
    "a resident who was not told before": AGREED.model_copy(update={"told_before": False}),
    "a tenant": NamedSituation(to=("any",), given={"involvement": "active"}),
}


def read(folder: Path, text: str) -> Situations:
    (folder / SITUATIONS).write_text(text, encoding="utf-8")
    return read_situations(folder, BUNDLE)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("one:\n  given: {}\n", r"situations\.yaml:1: one\.to: this key is missing; add it"),
        ("one:\n  to: any\n  given: {}\n  when: {}\n", r"situations\.yaml:4: one\.when: "),
        ("one:\n  to: anybody\n  given: {}\n", r"situations\.yaml:2: no partner is of kind 'anybody'"),
        (
            "one:\n  to: any\n  given: {involvement: leading}\n",
            r"situations\.yaml:3: the vocabulary does not have this",
        ),
        ("one:\n  to: any\n  given: {pathways: [housing]}\n", r"situations\.yaml:3: the vocabulary does not have this"),
        ("one:\n  to: any\n  given: {weather: fair}\n", r"situations\.yaml:3: .*weather"),
        (
            "one: {to: any, given: {}}\none: {to: any, given: {}}\n",
            r"situations\.yaml:2: the key 'one' stands here twice",
        ),
        ("one:\n  to: any\n  given: {}\n  told_before: no\n", r"situations\.yaml:4: a bare 'no' is read as a boolean"),
    ],
)
def test_a_situation_in_words_nobody_knows_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    """A misspelt situation would show something else than it says, so it is refused by line."""
    with pytest.raises(UnusablePolicies, match=complaint):
        read(tmp_path, text)


def test_policies_without_situations_are_told_so(tmp_path: Path) -> None:
    """The page cannot be made of nothing."""
    with pytest.raises(UnusablePolicies, match=r"situations\.yaml:1: "):
        read_situations(tmp_path, BUNDLE)


def test_every_kind_of_partner_has_situations_that_tell_and_some_that_do_not() -> None:
    """The shipped situations ask about each kind of partner, in some where it hears something and some where not."""
    named = read_situations(SHIPPED, BUNDLE)
    for recipient in {partner.kind for partner in BUNDLE.policies.partners.values()}:
        told = [p for kind in BUNDLE.policies.kinds for p in told_in(named, BUNDLE, kind, recipient).values()]
        assert any(plan.names for plan in told)
        assert any(not plan.names for plan in told)


def test_the_page_says_what_each_situation_tells_on_which_ground() -> None:
    """Situations with the same outcome share a row, and those that tell nothing are counted."""
    assert disclosure_matrix(Bundle(small()), NAMED).partition(f"## {KIND}\n\n")[2] == (
        f"### {KIND} → charity hostel\n\n"
        "| in this situation | told | masked | ground |\n"
        "| --- | --- | --- | --- |\n"
        "| a resident who agreed | `person` | `date_of_birth` (year_only) | housing-agreed-charity-hostel |\n"
        "| any of the other 2 | – | – | – |\n\n"
        f"### {KIND} → council housing\n\n"
        "| in this situation | told | masked | ground |\n"
        "| --- | --- | --- | --- |\n"
        "| a tenant | `person` | – | tenancy |\n"
    )


def test_a_partner_that_hears_nothing_in_any_situation_is_named() -> None:
    """Whoever is told nothing of a kind stands in one line, not in a table of dashes."""
    page = disclosure_matrix(Bundle(small()), {"a tenant": NAMED["a tenant"]})
    assert page.endswith("Nothing in any of these situations: charity hostel.\n")


def test_what_was_told_before_is_asked_of_kinds_that_inherit_alone() -> None:
    """A situation that was not told of an earlier update says nothing of a kind that is about none."""
    inheriting = Bundle(with_policy(small(), inherits=Inherits(of="arrest", lapsed=("station",))))
    assert "a resident who was not told before" not in told_in(NAMED, Bundle(small()), KIND, "charity_hostel")
    told = told_in(NAMED, inheriting, KIND, "charity_hostel")
    assert told["a resident who was not told before"].names == ()
    assert told["a tenant"].names == ("station",)
