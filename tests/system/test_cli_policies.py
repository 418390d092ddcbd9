"""The command line's rules and register, in processes of its own."""

from pathlib import Path
from shutil import copytree

import pytest

from access_policies.loading import SHIPPED
from support.partnership import EVERYONE
from system.terminal import failed, iom_hub, ok

pytestmark = pytest.mark.system

ADD = ("agency", "add", "eastshire-housing", "--legal-status", "relevant_authority", "--kind")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home that is not there yet."""
    return tmp_path / "home"


def test_policies_are_checked_rendered_and_explained(home: Path, tmp_path: Path) -> None:
    """The policies keep their signatories' expectations; pages are written, and told to be stale once changed; a
    cell is explained.
    """
    assert ", 0 not kept; digest " in ok(home, "policy", "check")
    pages = tmp_path / "pages"
    ok(home, "policy", "render", "--into", pages)
    ok(home, "policy", "render", "--check", "--into", pages)
    page = pages / "disclosure-by-partner.md"
    page.write_text(page.read_text(encoding="utf-8").replace("housing", "everybody", 1), encoding="utf-8")
    assert "disclosure-by-partner.md" in failed(home, "policy", "render", "--check", "--into", pages)
    (pages / "agreements" / "northshire-0.md").write_text("An agreement that is no more.", encoding="utf-8")
    assert "northshire-0.md" in failed(home, "policy", "render", "--check", "--into", pages)
    ok(home, "policy", "render", "--into", pages)
    ok(home, "policy", "render", "--check", "--into", pages)
    words = ("policy", "explain", "custody.person.arrested", "--to", "council_housing", "--pathway", "accommodation")
    cells = {line.split("│")[1].strip(): line for line in ok(home, *words).splitlines() if line.startswith("│")}
    assert "withheld" in cells["alleged_offence"]
    assert "offence-stays-with-justice" in cells["alleged_offence"]
    assert "told" in cells["person"]
    assert "masked" in cells["arrested_at"]


def test_a_broken_expectation_fails_the_check(home: Path, tmp_path: Path) -> None:
    """Policies that no longer keep what a signatory expects are named by file and row, and the check fails."""
    policies = Path(copytree(SHIPPED, tmp_path / "policies"))
    file = policies / "custody" / "person.arrested.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("share:  ", "share: ").replace("tenancy:\n    fields: [source, ", "tenancy:\n    fields: [")
    )
    done = iom_hub(home, "policy", "check", IOM_HUB_POLICIES=str(policies))
    assert done.returncode == 1
    assert "custody.person.arrested" in done.stderr
    assert ", 0 not kept" not in done.stdout


def test_the_register_lists_takes_and_refuses(home: Path) -> None:
    """`agency list` shows the partners; one is added with any name; a wrong kind, status or id leaves no trace."""
    assert "choose from charity_hostel, council_housing" in failed(home, *ADD, "nonsense")
    assert not home.exists(), "nothing was copied for it"
    ok(home, *ADD, "council_housing", "--statutory", "--name", 'The "East" \\ Shire: #1, {über}')
    register = home / "policies" / "partners.yaml"
    before = register.read_bytes()
    listed = ok(home, "agency", "list")
    assert 'The "East" \\ Shire: #1, {über}' in listed
    assert all(agency in listed for agency in (*EVERYONE, "eastshire-housing"))
    for wrong in (
        ("agency", "add", "westshire", "--kind", "police", "--legal-status", "nonsense"),
        ("agency", "add", "Not An Id", "--kind", "police", "--legal-status", "relevant_authority"),
    ):
        failed(home, *wrong)
        assert register.read_bytes() == before
