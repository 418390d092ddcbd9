"""Short forms: a clause with several recipients, what it shares, and expectations of several partners."""

from pathlib import Path

import pytest

from access_policies.loading import load
from support.spoiling import CLAUSES, added, copied, problems, swapped

WATCH = """
watch:
  recipient: [police, council_housing]
  purpose: safeguarding
  power: {any: safeguarding}
  condition: vital-interests
  extra_condition: substantial-public-interest
  when: {cohort: [Fixed, Flex, Free], safeguarding: open}
  because: A test.
  agreement: northshire-1/E
  review: 2027-05-01
"""
KIND = "programme.risk.reassessed"
FILE = "programme/risk.reassessed.yaml"


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    """The shipped policies with a clause for two kinds of partner."""
    directory = copied(tmp_path)
    added(CLAUSES, WATCH).do(directory)
    return directory


def test_a_clause_of_several_is_one_for_each(policies: Path) -> None:
    """Each recipient has a clause named after it, and the short name is gone."""
    clauses = load(policies).clauses
    assert (clauses["watch-police"].recipient, clauses["watch-council-housing"].recipient) == (
        "police",
        "council_housing",
    )
    assert "watch" not in clauses


def test_a_share_by_the_short_name_is_for_each(policies: Path) -> None:
    """What stands under the short name is told to all of them, but to whom its own name says something else."""
    swapped(FILE, "share:\n", "share:\n  watch: {fields: [person]}\n").do(policies)
    assert {name: share.fields for name, share in load(policies).kinds[KIND].share.items() if "watch" in name} == {
        "watch-police": ("person",),
        "watch-council-housing": ("person",),
    }
    swapped(FILE, "share:\n", "share:\n  watch-police: {fields: [source]}\n").do(policies)
    share = load(policies).kinds[KIND].share
    assert (share["watch-police"].fields, share["watch-council-housing"].fields) == (("source",), ("person",))


def test_an_expectation_of_several_is_one_for_each(policies: Path) -> None:
    """A row with several recipients is a row for each of them, in their order."""
    row = "expect:\n  - given: {recipient: [peer_mentors, court], involvement: referred}\n    told: []\n"
    swapped(FILE, "expect:\n", row).do(policies)
    first, second, *_ = load(policies).kinds[KIND].expect
    assert [(each.given.recipient, each.given.involvement) for each in (first, second)] == [
        ("peer_mentors", "referred"),
        ("court", "referred"),
    ]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (CLAUSES, "council_housing]\n  purpose: safeguarding", "council_housing]\n  purpose: sightseeing"),
        (FILE, "share:\n", "share:\n  watch: {fields: [shoe_size]}\n"),
        (FILE, "expect:\n", "expect:\n  - given: {recipient: [court, plice]}\n    told: []\n"),
    ],
    ids=["a clause", "a share", "an expectation"],
)
def test_what_is_wrong_with_a_short_form_is_said_at_its_line(policies: Path, file: str, old: str, new: str) -> None:
    """Every problem of a written-out part names the line where somebody wrote the short one."""
    swapped(file, old, new).do(policies)
    lines = (policies / file).read_text(encoding="utf-8").splitlines()
    wrong = next(n for n, text in enumerate(lines, 1) if any(w in text for w in ("sightseeing", "shoe_size", "plice")))
    assert {each.split(": ")[0] for each in problems(policies)} == {f"{file}:{wrong}"}


def test_a_name_that_stands_twice_is_refused(policies: Path) -> None:
    """A clause written by itself may not take the name of one that a short form stands for."""
    added(CLAUSES, WATCH.replace("watch:", "watch-police:").replace("[police, council_housing]", "police")).do(policies)
    assert any("'watch-police' stands for one of the recipients of 'watch' too" in each for each in problems(policies))
