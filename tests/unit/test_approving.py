"""Nothing widens that nobody answers for, and nobody answers for what does not happen."""

import json
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

from access_policies.approving import APPROVED, BASELINE, Approval, approvals, edition, judge, move_baseline
from access_policies.compiling import Bundle, canonical
from access_policies.loading import SHIPPED, load
from access_policies.reading import UnusablePolicies
from support.editions import small, with_share

LINE = (
    "WIDER custody.person.arrested -> charity_hostel: station: withheld -> told when consent is accommodation and age "
    "is adult and agreement is northshire-1"
)
WIDER = with_share(small(), "housing-agreed-charity-hostel", ("person", "station"), ("date_of_birth",))


@pytest.fixture(name="policies")
def _policies(tmp_path: Path) -> Path:
    """A copy of the shipped policies that a test may change."""
    return Path(copytree(SHIPPED, tmp_path / "policies"))


def widened(policies: Path) -> None:
    """Housing is to be told where somebody is held."""
    file = policies / "custody" / "person.arrested.yaml"
    text = file.read_text(encoding="utf-8")
    before, after = "tenancy:\n    fields: [source,", "tenancy:\n    fields: [station, source,"
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")


def an_approval(line: str) -> Approval:
    return Approval(line=line, by="Fictional Testcase, information governance", because="A test.")


def canonical_file(folder: Path, content: bytes) -> Path:
    file = folder / "edition.json"
    file.write_bytes(content)
    return file


@pytest.mark.parametrize(
    ("approved", "unnamed", "stale"),
    [
        ([], (LINE,), ()),
        ([LINE], (), ()),
        ([LINE, LINE], (), ()),
        ([LINE + "."], (LINE,), (LINE + ".",)),
        ([LINE, "WIDER nothing of the kind"], (), ("WIDER nothing of the kind",)),
    ],
)
def test_a_change_passes_when_the_approvals_name_exactly_what_widens(
    tmp_path: Path, approved: list[str], unnamed: tuple[str, ...], stale: tuple[str, ...]
) -> None:
    """A widening line that nobody named stops the change, and so does a named one that does not occur."""
    old, new = (edition(canonical_file(tmp_path, canonical(each))) for each in (small(), WIDER))
    verdict = judge(old, new, map(an_approval, approved))
    assert (verdict.unnamed, verdict.stale) == (unnamed, stale)
    assert verdict.passed == (not unnamed and not stale)


def test_what_narrows_needs_nobody(tmp_path: Path) -> None:
    """Telling less passes by itself, and is listed."""
    old, new = (edition(canonical_file(tmp_path, canonical(each))) for each in (WIDER, small()))
    verdict = judge(old, new, ())
    assert verdict.passed
    assert [change.direction for change in verdict.changes] == ["NARROWER"]


def test_the_canonical_form_is_an_edition_with_the_same_digest(tmp_path: Path) -> None:
    """Policies read back from their canonical form are the same bundle."""
    shipped = Bundle(load())
    assert edition(canonical_file(tmp_path, canonical(load()))).digest == shipped.digest


def test_another_version_of_the_masks_widens(tmp_path: Path) -> None:
    """An edition that was signed with other masks is compared as such."""
    content = json.loads(canonical(small()))
    old = edition(canonical_file(tmp_path, json.dumps({**content, "masks_version": 0}).encode()))
    new = edition(canonical_file(tmp_path, canonical(small())))
    assert [line.split()[1] for line in judge(old, new, ()).unnamed] == ["masks:"]


def _without(key: str) -> bytes:
    content = json.loads(canonical(small()))
    del content[key]
    return json.dumps(content).encode()


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{", b"null", b'{"masks_version": 1}', _without("masks_version"), _without("clauses"), b"\xff"],
)
def test_what_is_no_edition_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    """A file that does not hold policies is named; nothing is compared with it."""
    with pytest.raises(UnusablePolicies, match=r"edition\.json:1: this file does not hold policies"):
        edition(canonical_file(tmp_path, content))


def test_an_edition_that_refers_to_nothing_is_refused(tmp_path: Path) -> None:
    """A share of a clause that is not there is no edition either."""
    content = canonical(small().model_copy(update={"clauses": {}}))
    with pytest.raises(UnusablePolicies):
        edition(canonical_file(tmp_path, content))


Spoil = Callable[[], str]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("approved:\n  - line: a\n    by: b\n", r"approved\.yaml:2: approved\.0\.because: this key is missing; add it"),
        ("approved:\n  - {line: a, by: b, because: ''}\n", r"approved\.yaml:2: approved\.0\.because: "),
        ("approved:\n  - {line: a, by: b, because: c, until: d}\n", r"approved\.yaml:2: approved\.0\.until: "),
        ("approved: []\napproved: []\n", r"approved\.yaml:2: the key 'approved' stands here twice"),
        ("approve: []\n", r"approved\.yaml:1: "),
        ("approved: &a []\n", r"approved\.yaml:1: anchors and aliases are not allowed"),
        ("- line\n", r"approved\.yaml:1: a policy file is a mapping"),
    ],
)
def test_approvals_are_strictly_read(tmp_path: Path, text: str, complaint: str) -> None:
    """Each approval says which line, who answers for it, and why; anything else is refused by line."""
    file = tmp_path / APPROVED
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UnusablePolicies, match=complaint):
        approvals(file)


def test_the_shipped_policies_are_the_baseline_and_what_was_approved_since() -> None:
    """What the repository ships widens nothing that its approvals do not name."""
    verdict = judge(edition(SHIPPED / BASELINE), edition(SHIPPED), approvals(SHIPPED / APPROVED))
    assert (verdict.unnamed, verdict.stale) == ((), ())


def test_the_baseline_moves_once_everything_is_approved(policies: Path) -> None:
    """It stays while a line is unnamed; then it holds the policies, in canonical form, and the approvals are empty."""
    move_baseline(policies)
    before = (policies / BASELINE).read_bytes()
    widened(policies)
    unnamed = move_baseline(policies).unnamed
    assert [line.split(" when ")[0] for line in unnamed] == [
        "WIDER custody.person.arrested -> council_housing: station: withheld -> told"
    ]
    assert (policies / BASELINE).read_bytes() == before
    lines = "".join(f"  - {{line: {json.dumps(line)}, by: A Testcase, because: A test.}}\n" for line in unnamed)
    (policies / APPROVED).write_text(f"approved:\n{lines}", encoding="utf-8")
    assert move_baseline(policies).passed
    assert (policies / BASELINE).read_bytes() == canonical(load(policies))
    assert approvals(policies / APPROVED) == ()


def test_a_first_baseline_needs_no_approval(policies: Path) -> None:
    """Policies that were never compared become the baseline as they are."""
    for name in (BASELINE, APPROVED):
        (policies / name).unlink()
    assert move_baseline(policies).passed
    assert edition(policies / BASELINE).digest == Bundle(load(policies)).digest


def test_the_files_beside_the_policies_are_no_policies(policies: Path) -> None:
    """Neither baseline nor approvals nor situations are read as a kind, or change the digest."""
    digest = Bundle(load(policies)).digest
    for name in (BASELINE, APPROVED, "situations.yaml"):
        (policies / name).write_text("nonsense", encoding="utf-8")
    assert Bundle(load(policies)).digest == digest
