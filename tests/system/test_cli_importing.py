"""`iom-hub import`, in processes of its own: a spreadsheet is tried, published, and published again."""

from pathlib import Path

import pytest

from support.http import running
from support.partnership import POLICE, UNIT
from support.sheets import CANARY, a_sheet
from system.terminal import failed, iom_hub, ok

pytestmark = pytest.mark.system

PERSON = {
    "crn": "X990001",
    "noms": "Z0001ZZ",
    "name": "Fictional Testcase-1",
    "as_at": "01/03/2026",
    "cohort": "Fixed",
    "statutory": "yes",
    "decided_by": "A Coordinator",
    "agencies": f"{POLICE} lead",
}
STAY = {
    "reference": "NC/1/26",
    "noms": "Z0001ZZ",
    "arrested_at": "02/03/2026 08:30",
    "station": "Northshire Central",
    "alleged_offence": "burglary",
}


@pytest.fixture(name="home")
def _home(tmp_path: Path) -> Path:
    """A home that is not there yet."""
    return tmp_path / "home"


def saved(folder: Path, *lines: dict[str, str]) -> Path:
    """A spreadsheet in a file of its own."""
    file = folder / f"{lines[0].get('reference', 'caseload')[:2]}.csv"
    file.write_bytes(a_sheet(*lines))
    return file


@pytest.mark.requirement("IX7")
def test_a_dry_run_reports_every_row_and_publishes_nothing(home: Path, tmp_path: Path) -> None:
    """Every row is named with what it would publish or what is wrong with it; no value is said, nothing stored."""
    file = saved(tmp_path, PERSON, PERSON | {"crn": CANARY, "cohort": CANARY}, dict.fromkeys(PERSON, ""), PERSON)
    done = iom_hub(home, "import", "caseload", file, "--as", UNIT, "--dry-run")
    assert done.returncode == 1
    rows = [line.split("│")[1].strip() for line in done.stdout.splitlines() if line.startswith("│")]
    assert rows == ["2", "3", "5"]
    assert done.stdout.count("programme.cohort.decided, programme.agency.involved") == 2
    assert "4 updates from 2 of 3 rows; nothing was published" in done.stdout
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["row 3, column crn"]
    assert CANARY not in done.stdout + done.stderr
    assert not (home / "hub.sqlite").exists()


@pytest.mark.requirement("IX2")
@pytest.mark.requirement("IX7")
def test_a_caseload_and_a_log_are_imported_again_and_again(home: Path, tmp_path: Path) -> None:
    """Good rows go through beside bad ones, with and without a running hub; the second time nothing changes."""
    caseload = saved(tmp_path, PERSON)
    assert "2 of 2 updates acknowledged; rows passed over: 0" in ok(home, "import", "caseload", caseload, "--as", UNIT)
    bad = STAY | {"reference": "NC/2/26", "station": ""}
    log = saved(tmp_path, STAY, bad, STAY | {"noms": ""})
    with running(home):
        done = iom_hub(home, "import", "custody-log", log, "--as", POLICE)
        assert (done.returncode, done.stderr.strip()) == (1, "row 3, column station: is required (missing)")
        assert "1 of 1 updates acknowledged; rows passed over: 1" in done.stdout
        assert "2 of 2 updates acknowledged" in ok(home, "import", "caseload", caseload, "--as", UNIT)
    assert "3 updates" in ok(home, "ledger", "verify")
    changed = saved(tmp_path, STAY | {"station": CANARY})
    said = failed(home, "import", "custody-log", changed, "--as", POLICE)
    assert "row 2, column reference: was imported before with other words" in said
    assert CANARY not in said


def test_what_is_no_spreadsheet_of_ours_is_refused_in_a_sentence(home: Path, tmp_path: Path) -> None:
    """A file with other headings, and an agency that does not take part, are told so."""
    log = saved(tmp_path, STAY)
    assert "the headings of these columns are not known: 1, 3, 4, 5" in failed(
        home, "import", "caseload", log, "--as", UNIT
    )
    assert "see `iom-hub agency list`" in failed(home, "import", "custody-log", log, "--as", "northshire-polic")
