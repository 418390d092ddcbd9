"""The command line's rules and register, in processes of its own."""

import json
from pathlib import Path
from shutil import copytree

import pytest

from access_policies.compiling import canonical
from access_policies.loading import SHIPPED, load
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


def test_an_added_agency_needs_somebody_who_answers_for_it(home: Path) -> None:
    """The draft that `agency add` makes brings the baseline with it: the new partner is a line that nobody approved."""
    ok(home, *ADD, "council_housing", "--statutory")
    refused = iom_hub(home, "policy", "approve")
    assert refused.returncode == 1
    assert refused.stderr.startswith("not approved: WIDER partner eastshire-housing: new, council_housing")


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        (("custody.person.arestd", "--to", "council_housing"), "custody.person.arestd"),
        (("custody.person.arrested", "--to", "council"), "council"),
        (("custody.person.arrested", "--to", "council_housing", "--pathway", "home"), "home"),
        (("custody.person.arrested", "--to", "council_housing", "--field", "statio"), "statio"),
    ],
)
def test_a_word_that_the_policies_do_not_have_is_named(home: Path, words: tuple[str, ...], missing: str) -> None:
    """Whoever mistypes a kind, a partner, a value or a field reads which word it was."""
    assert f"the policies have no '{missing}'" in failed(home, "policy", "explain", *words)


def test_a_narrow_terminal_cuts_off_no_id(home: Path) -> None:
    """An id that is too long for its column goes on below, so that it can be copied."""
    listed = ok(home, "agency", "list", COLUMNS="80")
    assert "…" not in listed
    cells = [line.split("│")[1].strip() for line in listed.splitlines() if line.startswith("│")]
    assert all(agency in "".join(cells) for agency in EVERYONE)


ARREST = Path("custody") / "person.arrested.yaml"


@pytest.fixture
def widened(tmp_path: Path) -> Path:
    """Policies that tell housing where somebody is held, and no longer until when."""
    policies = Path(copytree(SHIPPED, tmp_path / "policies"))
    text = (policies / ARREST).read_text(encoding="utf-8")
    before = "tenancy:\n    fields: [source, person, author_role, recorded_as, expected_until,"
    assert before in text
    after = before.replace("expected_until", "station")
    (policies / ARREST).write_text(text.replace(before, after), encoding="utf-8")
    return policies


def test_a_comparison_ends_with_one_until_somebody_answers_for_what_widens(
    home: Path, widened: Path, tmp_path: Path
) -> None:
    """`policy diff` prints what widens and what narrows; named in a file, with who and why, it passes; a line that no
    longer occurs fails again.
    """
    old = tmp_path / "old.json"
    old.write_bytes(canonical(load()))
    done = iom_hub(home, "policy", "diff", old, widened)
    assert done.returncode == 1
    [wider, narrower] = done.stdout.splitlines()[:2]
    assert wider.startswith("WIDER custody.person.arrested -> council_housing: station: withheld -> told when ")
    assert narrower.startswith("NARROWER custody.person.arrested -> council_housing: expected_until: told -> withheld")
    assert "1 WIDER, 1 NARROWER, 0 GROUND, 0 CHANGED; 1 not approved" in done.stdout
    assert done.stderr.startswith("not approved: WIDER custody.person.arrested -> council_housing: station")
    approved = widened / "approved.yaml"
    approved.write_text(f"approved:\n  - {{line: '{wider}', by: A Testcase, because: A test.}}\n", encoding="utf-8")
    assert "0 not approved" in ok(home, "policy", "diff", old, widened, "--approved", approved)
    assert "approved, but does not occur: WIDER" in failed(home, "policy", "diff", old, SHIPPED, "--approved", approved)


def test_a_comparison_is_one_json_document_or_a_note_for_each_partner(home: Path, widened: Path) -> None:
    """With --json a program reads the same lines and verdict; with --notes a housing officer reads what it means."""
    done = iom_hub(home, "policy", "diff", SHIPPED, widened, "--json")
    content = json.loads(done.stdout)
    assert done.returncode == 1
    assert [change["direction"] for change in content["changes"]] == ["WIDER", "NARROWER"]
    assert content["not_approved"] == [content["changes"][0]["line"]]
    assert (content["changes"][0]["field"], content["changes"][0]["clauses"]) == ("station", ["tenancy"])
    notes = iom_hub(home, "policy", "diff", SHIPPED, widened, "--notes").stdout
    assert notes.startswith("## Northshire Council Housing, Lower Northshire Council Housing\n")
    assert "You will newly be told: station." in notes
    assert "You will no longer be told: expected until." in notes
    assert "A tenancy is kept, or a bed made ready, while the person is in custody." in notes
    assert "Nothing changes for any partner." in ok(home, "policy", "diff", SHIPPED, SHIPPED, "--notes")


def test_the_baseline_moves_when_everything_is_approved(home: Path, widened: Path) -> None:
    """`policy approve` refuses while a line is unnamed, and then makes the policies the baseline."""
    assert "not approved: WIDER" in iom_hub(home, "policy", "approve", IOM_HUB_POLICIES=str(widened)).stderr
    (widened / ARREST).write_bytes((SHIPPED / ARREST).read_bytes())
    assert "is empty" in ok(home, "policy", "approve", IOM_HUB_POLICIES=str(widened))
    assert (widened / "baseline.json").read_bytes() == canonical(load())


def test_a_comparison_with_what_is_no_edition_says_so(home: Path, tmp_path: Path) -> None:
    """A file that holds no policies is named in a sentence."""
    file = tmp_path / "nothing.json"
    file.write_text("{}", encoding="utf-8")
    assert "nothing.json:1: this file does not hold policies" in failed(home, "policy", "diff", file, SHIPPED)


def test_what_holds_in_no_situation_fails_the_check(home: Path, widened: Path) -> None:
    """`policy check` prints notes, and ends with 1 for a share that no situation tells."""
    assert "note: custody.person.arrested: never intelligence-stays bars nothing today" in ok(home, "policy", "check")
    left = widened / "custody" / "person.left.yaml"
    text = left.read_text(encoding="utf-8")
    assert "\nnever:\n" in text
    bar = "\nnever:\n  shut: {fields: [person], because: A test.}\n"
    left.write_text(text.replace("\nnever:\n", bar), encoding="utf-8")
    done = iom_hub(home, "policy", "check", IOM_HUB_POLICIES=str(widened))
    assert done.returncode == 1
    assert "tenancy shares 'person', which no situation tells" in done.stderr
