"""A restriction is lifted: who opens a case to itself needs another who may say so (D12); then new facts only (D14)."""

from collections.abc import Iterator

import pytest

from support.builders import an_arrest
from support.partnership import HOUSING, POLICE, PROBATION
from support.righting import ARREST, arrested, lifts, restricts
from support.seeing import NAMES, NOTHING, Scene, rows, scene

LIFTING = """
    set by | open to           | lifted by | confirmed by | it counts
    -------+-------------------+-----------+--------------+----------
    police | police, probation | police    | nobody       | yes
    police | police, probation | probation | nobody       | yes
    police | police, iom       | iom       | nobody       | yes
    police | probation         | police    | nobody       | no
    police | probation         | police    | probation    | yes
    police | police, prison    | prison    | nobody       | no
    police | police, prison    | prison    | police       | yes
    prison | police            | prison    | nobody       | no
    prison | police            | prison    | police       | no
    iom    | police, probation | iom       | nobody       | no
    iom    | police, probation | iom       | probation    | yes
    iom    | police, probation | iom       | police       | no
    police | police, probation | iom       | nobody       | no
"""
"""Probation leads the case. It counts by who set it, the case lead or the IOM unit, if the case was open to them; else
a second of these stands behind it. Whoever was shut out does not even know what there is to lift (the last row).
"""

LIFTED = """
    partner                | feed               | view                   | alerts
    -----------------------+--------------------+------------------------+-------
    police, probation, iom | restriction lifted | restriction lifted new | -
    prison, housing        | -                  | -                      | -
    hostel, drugs          | -                  | -                      | -
"""
"""Those to whom it was open hear so, and the IOM unit, to whom the case is open again. The others notice nothing."""

ARRESTED_AGAIN = """
    partner                | feed                                | view        | alerts
    -----------------------+-------------------------------------+-------------+-----------
    police, probation, iom | arrest                              | custody new | arrest new
    housing, hostel        | arrest gone; confirmed gone; arrest | custody new | arrest new
    drugs                  | arrest                              | custody new | arrest new
    prison                 | -                                   | -           | -
"""


@pytest.fixture(name="here")
def _here() -> Iterator[Scene]:
    with scene() as found:
        found.turn(minutes=1)
        found.partners.involve(found.someone, PROBATION, role="lead")
        yield found


def cases() -> list[list[str]]:
    """The rows of the table."""
    return [[cell.strip() for cell in line.split("|")] for line in LIFTING.strip().splitlines()[2:]]


@pytest.mark.duty("D12")
@pytest.mark.duty("D15")
@pytest.mark.parametrize("case", cases(), ids=" ".join)
def test_who_lifts_a_restriction(here: Scene, case: list[str]) -> None:
    """Housing is told of the next arrest where the lifting counts, and of nothing where it does not."""
    setter, names, lifter, confirmer, counts = case
    restriction = restricts(here, *(NAMES[name] for name in names.split(", ")), by=NAMES[setter])()
    lifting = lifts(here, NAMES[setter], restriction, NAMES[lifter])()
    if confirmer != "nobody":
        here.partners.confirm(NAMES[confirmer], NAMES[lifter], lifting)
    here.says(POLICE, ARREST, an_arrest())
    assert bool(here.partners.told(HOUSING, ARREST)) == (counts == "yes")


@pytest.mark.duty("D14")
@pytest.mark.duty("D15")
def test_after_the_lifting_new_facts_are_told_and_no_old_ones(here: Scene) -> None:
    """An arrest during the restriction stays untold; the one after it is told like any other."""
    arrested(here)
    here.turn(hours=1)
    restriction = restricts(here, POLICE, PROBATION)()
    here.says(POLICE, ARREST, an_arrest())
    here.turn(hours=1)
    assert here.changes(lifts(here, POLICE, restriction, POLICE)) == rows(LIFTED)
    assert here.changes(lambda: here.says(POLICE, ARREST, an_arrest())) == rows(ARRESTED_AGAIN)


@pytest.mark.duty("D15")
def test_a_restriction_that_was_lifted_closes_no_view(here: Scene) -> None:
    """Its thirty days run out, and nobody notices."""
    restriction = restricts(here, POLICE, PROBATION)()
    here.turn(days=1)
    lifts(here, POLICE, restriction, POLICE)()
    assert set(here.changes(lambda: here.turn(days=31)).values()) == {NOTHING}


@pytest.mark.duty("D15")
def test_of_two_restrictions_the_other_one_holds(here: Scene) -> None:
    """Two were set; one is lifted; the case stays closed to whom the other does not name."""
    first = restricts(here, POLICE, PROBATION)()
    restricts(here, POLICE, PROBATION, restriction="conflict_of_interest")()
    lifts(here, POLICE, first, POLICE)()
    here.says(POLICE, ARREST, an_arrest())
    assert here.partners.told(HOUSING, ARREST) == []
