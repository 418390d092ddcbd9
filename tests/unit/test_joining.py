"""A partner that may come, as a file: strictly read, and in a register that still holds together."""

from pathlib import Path

import pytest

from access_policies.compiling import Bundle
from access_policies.joining import read_joining, with_partner
from access_policies.reading import UnusablePolicies
from support.signing import shipped

FILE = """\
agency: eastshire-hostel
partner: {kind: charity_hostel, legal_status: voluntary, statutory: false, name: Eastshire Hostel}
assume: {involvement: active, pathways: accommodation, consents: [accommodation]}
"""

WRONG = {
    "a key twice": (FILE + "agency: other\n", "twice"),
    "a bare yes": (FILE.replace("false", "yes"), "yes"),
    "a key that nobody knows": (FILE + "colour: red\n", "colour"),
    "no assumption": (FILE.partition("assume")[0], "assume"),
    "an involvement that there is not": (
        FILE.replace("active", "keen"),
        "choose from 'none', 'referred', 'active' or 'lead'",
    ),
    "an id that is none": (FILE.replace("eastshire-hostel", "East Hostel"), "agency"),
    "an agency that is there": (FILE.replace("eastshire-hostel", "open-door-hostel"), "in the register already"),
    "a pathway that there is not": (FILE.replace("pathways: accommodation", "pathways: gardening"), "gardening"),
    "a consent that there is not": (FILE.replace("consents: [accommodation]", "consents: [gossip]"), "gossip"),
    "a kind that is the hub's own": (FILE.replace("charity_hostel", "hub"), "hub"),
    "a case worked by nobody": (FILE.replace("{involvement", "{worked_by: nobody-here, involvement"), "nobody-here"),
}


def joined(tmp_path: Path, text: str) -> Bundle:
    file = tmp_path / "eastshire.yaml"
    file.write_text(text, encoding="utf-8")
    return Bundle(with_partner(shipped(), read_joining(file), file.name))


def test_a_partner_of_a_known_kind_joins_the_register(tmp_path: Path) -> None:
    """It is in the register, of its kind, and everything else is as it was."""
    found = joined(tmp_path, FILE).policies
    assert found.partners["eastshire-hostel"].kind == "charity_hostel"
    assert {name: each for name, each in found.partners.items() if name != "eastshire-hostel"} == shipped().partners
    assert (found.kinds, found.clauses, found.vocabulary) == (shipped().kinds, shipped().clauses, shipped().vocabulary)


def test_a_partner_of_a_new_kind_is_told_nothing(tmp_path: Path) -> None:
    """A kind of partner that no clause names is told of nothing, whatever it is called."""
    text = FILE.replace("charity_hostel", "mentors") + "partner_kind: {purposes: [accommodation], support: true}\n"
    found = joined(tmp_path, text)
    everything = found.words.situation(involvement="lead", pathway="accommodation", consent="accommodation")
    assert all(not found.rules(kind, "mentors").plan(everything).names for kind in found.policies.kinds)


@pytest.mark.parametrize(("text", "says"), WRONG.values(), ids=WRONG)
def test_what_is_not_to_be_understood_is_refused(tmp_path: Path, text: str, says: str) -> None:
    """A file that says something twice, loosely or outside the words is refused, by file and what is wrong."""
    with pytest.raises(UnusablePolicies) as refused:
        joined(tmp_path, text)
    assert any(says in problem and problem.startswith("eastshire.yaml") for problem in refused.value.problems)
