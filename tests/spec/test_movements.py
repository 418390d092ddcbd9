"""Sequences of movements, and what each partner ends with: the facts in its view, then its alerts.

`movements.csv` opens in a spreadsheet. A step says when it happened and what was said: `2d20m admitted L` is a message
of the prison system with that movement code; `2d>2d4h` happened after two days and arrived four hours later.
"""

import csv
from pathlib import Path

import pytest

from support.partnership import EVERYONE, partnership
from support.sequences import Sequence

TABLE = Path(__file__).with_name("movements.csv")
PARTNERS = ("police", "probation", "prison", "iom_unit", "council_housing", "charity_hostel", "drug_service")
ROWS = [*csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines())]

Ends = dict[str, dict[str, str]]


@pytest.fixture(name="ends", scope="module")
def _ends() -> Ends:
    """All sequences, one after the other, each of a person of its own, in one partnership."""
    found: Ends = {}
    with partnership() as partners:
        for number, row in enumerate(ROWS, 1):
            sequence = Sequence(partners, number)
            sequence.play(row["steps"])
            ended = sequence.ends_with()
            told = {name: ended[agency] for name, agency in zip(PARTNERS, EVERYONE, strict=True)}
            found[row["sequence"]] = {"set_aside": ", ".join(sequence.set_aside), **told}
    return found


@pytest.mark.requirement("IX2")
@pytest.mark.requirement("IX7")
@pytest.mark.duty("D1")
@pytest.mark.duty("D5")
@pytest.mark.parametrize("row", ROWS, ids=[row["sequence"] for row in ROWS])
def test_every_partner_ends_with_what_the_table_says(ends: Ends, row: dict[str, str]) -> None:
    """After each sequence every partner has the facts and the alerts of its column, and the hub guessed nothing."""
    assert ends[row["sequence"]] == {name: row[name] for name in ("set_aside", *PARTNERS)}


def test_the_table_is_long_enough_to_be_trusted() -> None:
    """At least thirty sequences, each once, in which every partner ends with something and with nothing."""
    assert len({row["sequence"] for row in ROWS}) == len({row["steps"] for row in ROWS}) == len(ROWS) >= 30
    assert all({row[name] == "- / -" for row in ROWS} == {True, False} for name in PARTNERS)
