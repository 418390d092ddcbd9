"""Policies that cannot be used are refused by file and line, and the hub does not start with them."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from access_policies import linting
from access_policies.loading import SHIPPED, UnusablePolicies, load
from schemas.updates import KINDS
from schemas.updates.custody import Arrested

ARREST = "custody/person.arrested.yaml"
PLAN = "custody/release.planned.yaml"
Spoil = Callable[[Path], None]


@pytest.fixture(name="policies")
def _policies(tmp_path: Path) -> Path:
    """A copy of the shipped policies that a test may spoil."""
    for file in [*SHIPPED.glob("*.yaml"), *SHIPPED.glob("*/*.yaml")]:
        target = tmp_path / file.relative_to(SHIPPED)
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(file, target)
    return tmp_path


def swapped(file: str, old: str, new: str) -> tuple[str, Spoil]:
    """One piece of one file says something else."""

    def spoil(policies: Path) -> None:
        text = (policies / file).read_text(encoding="utf-8")
        assert old in text, f"{file} no longer says {old!r}"
        (policies / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return file, spoil


def added(file: str, lines: str) -> tuple[str, Spoil]:
    """Something stands at the end of a file."""

    def spoil(policies: Path) -> None:
        with (policies / file).open("a", encoding="utf-8") as text:
            text.write(f"\n{lines}\n")

    return file, spoil


def gone(file: str) -> tuple[str, Spoil]:
    """A file is missing."""
    return "vocabulary.yaml" if "/" in file else file, lambda policies: (policies / file).unlink()


def moved(file: str, to: str) -> tuple[str, Spoil]:
    """A file lies under another name."""
    return to, lambda policies: (policies / file).rename(policies / to) and None


def a_list(policies: Path) -> None:
    (policies / "clauses.yaml").write_text("- one\n- two\n", encoding="utf-8")


CLAUSE = """
spoilt:
  recipient: {recipient}
  purpose: {purpose}
  power: {power}
  condition: {condition}
  when: {when}
  because: A test.
  agreement: None
  review: 2027-01-01
"""


def a_clause(**changes: str) -> str:
    said = {"recipient": "police", "purpose": "supervision", "power": "{probation: CDA1998-s115}"}
    said |= {"condition": "law-enforcement", "when": "{involvement: [active]}"}
    return CLAUSE.format(**said | changes)


LEFT = """
left:
  kind: police
  legal_status: relevant_authority
  statutory: true
  suspended: {suspended}
"""

SPOILT = {
    "a key that stands twice": added(ARREST, "owner: prison"),
    "a bare no": swapped(ARREST, "owner: police", "owner: no"),
    "a bare yes": swapped("partners.yaml", "statutory: true", "statutory: yes"),
    "an anchor": swapped(ARREST, "owner: police", "owner: &who police"),
    "a tag": swapped(ARREST, "owner: police", "owner: !!python/name:os.system police"),
    "an anchor that holds itself": added(ARREST, "loop: &loop [*loop]"),
    "an alias": added(ARREST, "again: *who"),
    "a merge": added("partners.yaml", "<<: {kind: police}"),
    "a tagged mapping": swapped(ARREST, "source:          {class", "source: !made {class"),
    "a bare no for a key": added("clauses.yaml", "no: {}"),
    "a key that is a list": added("clauses.yaml", "? [one, two]\n: {}"),
    "a version in hexadecimal": swapped(ARREST, "version: 1", "version: 0x1"),
    "a version as a time of day": swapped(ARREST, "version: 1", "version: 1:30"),
    "a version with a fraction": swapped(ARREST, "version: 1", "version: 1.5"),
    "nothing for an owner": swapped(ARREST, "owner: police", "owner:"),
    "a thousand brackets": added(ARREST, "deep: " + "[" * 2000 + "]" * 2000),
    "a byte that is no text": (ARREST, lambda p: (p / ARREST).write_bytes(b"kind: \xff") and None),
    "a second document": added(ARREST, "---\nkind: custody.person.arrested"),
    "no YAML at all": added(ARREST, "fields: [person"),
    "a list instead of a mapping": (
        "clauses.yaml",
        lambda p: (p / "clauses.yaml").write_text("- one\n- two\n") and None,
    ),
    "a key nobody knows": added(ARREST, "shares: {}"),
    "a word nobody knows": added("clauses.yaml", a_clause(when="{involvment: [active]}")),
    "a value nobody knows": added("clauses.yaml", a_clause(when="{involvement: [actve]}")),
    "a misspelt word in a never": swapped(ARREST, "handling: restricted", "handling: restrictd"),
    "a field the schema does not have": swapped(ARREST, "  officer: ", "  oficer: "),
    "a field that a clause misspells": swapped(PLAN, "masked: [occurred_at", "masked: [ocurred_at"),
    "a mask nobody knows": swapped(ARREST, "mask: year_only", "mask: year_onyl"),
    "a class nobody knows": swapped(ARREST, "class: offence", "class: offense"),
    "a field masked that has no mask": swapped(PLAN, "masked: [occurred_at", "masked: [housing_need, occurred_at"),
    "a clause that is not written": swapped(ARREST, "  tenancy:", "  tenanci:"),
    "a recipient nobody is": added("clauses.yaml", a_clause(recipient="plice")),
    "a purpose nobody knows": added("clauses.yaml", a_clause(purpose="curiosity")),
    "a condition nobody knows": added("clauses.yaml", a_clause(condition="habit")),
    "a power nobody knows": added("clauses.yaml", a_clause(power="{probation: habit}")),
    "a discloser nobody is": added("clauses.yaml", a_clause(power="{probtion: CDA1998-s115}")),
    "consent claimed and not asked for": added("clauses.yaml", a_clause(power="{any: consent}")),
    "a charity under the Crime and Disorder Act": added("clauses.yaml", a_clause(recipient="charity_hostel")),
    "a prison power used by the police": added("clauses.yaml", a_clause(power="{police: OMA2007-s14}")),
    "health under the Crime and Disorder Act": swapped(PLAN, "housing_need, offender_manager]", "prescribing]"),
    "a wildcard in a share": swapped(PLAN, "  hostel-agreed:", '  hostel-agreed: {fields: "*"}\n  other:'),
    "a partner of a legal status nobody knows": swapped("partners.yaml", "relevant_authority", "friendly"),
    "a partner that calls itself the hub": added(
        "partners.yaml", "hub: {kind: police, legal_status: relevant_authority, statutory: true}"
    ),
    "a bulk kind nobody knows": swapped("partners.yaml", "custody.person.arrested", "custody.person.arested"),
    "a publisher nobody is": swapped(ARREST, "publishers: [police]", "publishers: [plice]"),
    "an expected situation nobody knows": swapped(ARREST, "involvement: active", "involvement: activ"),
    "an expected field nobody knows": swapped(PLAN, "told: []", "told: [nobody]"),
    "an inherited reference that is none": swapped("custody/person.left.yaml", "of: arrest", "of: outcome"),
    "a kind nobody knows": swapped(ARREST, "kind: custody.person.arrested", "kind: custody.person.arested"),
    "a kind without its file": gone(ARREST),
    "a kind's file under another name": moved(ARREST, "custody/arrested.yaml"),
    "no vocabulary": gone("vocabulary.yaml"),
    "no partners": gone("partners.yaml"),
    "no clauses": gone("clauses.yaml"),
}


@pytest.mark.parametrize(("file", "spoil"), SPOILT.values(), ids=SPOILT.keys())
def test_spoilt_policies_are_refused(policies: Path, file: str, spoil: Spoil) -> None:
    """Each is refused with at least one problem that names the file, a line and what to do."""
    spoil(policies)
    with pytest.raises(UnusablePolicies) as refused:
        load(policies)
    named = [problem for problem in refused.value.problems if problem.startswith(f"{file}:")]
    assert named, refused.value.problems
    for problem in named:
        _, line, sentence = problem.split(":", 2)
        assert int(line) >= 1
        assert len(sentence.split()) > 2


@pytest.mark.parametrize("written", ["true", "True", "TRUE"])
def test_a_suspended_partner_is_suspended_however_it_is_written(policies: Path, written: str) -> None:
    """YAML writes truth in three ways; none of them is read as its opposite."""
    _, spoil = added("partners.yaml", LEFT.format(suspended=written))
    spoil(policies)
    assert load(policies).partners["left"].suspended


def test_the_copy_loads_before_it_is_spoilt(policies: Path) -> None:
    """The copy itself is as good as the shipped policies, so each refusal above is for what was spoilt."""
    assert load(policies) == load()


@pytest.mark.duty("D20")
def test_a_new_field_stops_the_build_until_somebody_decides() -> None:
    """A field added to a schema without a decision in its policy is named as undecided."""

    class ArrestedWithMore(Arrested):
        cell_mate: str | None = None

    policies = load()
    kind = linting._Kind(policies, policies.kinds[Arrested.KIND], ArrestedWithMore)
    assert [finding.sentence for finding in kind.findings()] == [
        "the field 'cell_mate' of the schema is not decided on; list it with its class"
    ]
    assert KINDS[Arrested.KIND] is Arrested
