"""The pathways as words: what each noun must say, what follows from it, and which row of a case view it takes."""

import json
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from consumers.case_views import CaseViews, from_row
from property.memory import MemoryViews
from schemas.disclosures import Disclosure
from schemas.pathway_vocabulary import PathwayStatus
from schemas.updates import KINDS, parse
from schemas.vocabulary import Pathway
from support.partnership import HOUSING, who

NOUNS = ("need.assessed", "support.started", "support.ended", "status.changed")
STRANDS = sorted(set(Pathway) - {Pathway.ACCOMMODATION, Pathway.DRUGS_ALCOHOL})
ENDED = {"started_on": "2026-02-13", "ended_on": "2026-02-23", "reason": "completed"}
STATUS = {"status": "in_progress", "direction": "better", "evidence": "Came to every session"}


def said(kind: str, **data: Any) -> Any:
    """An update of this kind."""
    return parse(kind, json.dumps({**who(), "author_role": "a test", **data}).encode())


def rules_broken(kind: str, **data: Any) -> set[tuple[str | int, ...]]:
    """Where the schema refuses it."""
    with pytest.raises(ValidationError) as invalid:
        said(kind, **data)
    return {error["loc"] for error in invalid.value.errors()}


@pytest.mark.requirement("CV3")
@pytest.mark.parametrize("strand", STRANDS)
def test_a_pathway_has_a_need_help_and_a_status(strand: str) -> None:
    """Each pathway has the same four kinds, and each of them says the state of just this pathway."""
    states = {noun: KINDS[f"{strand}.{noun}"].STATE for noun in NOUNS}
    assert states == dict(
        zip(NOUNS, [f"{noun}/{strand}" for noun in ("need", "support", "support", "status")], strict=True)
    )


@pytest.mark.requirement("CV16")
@pytest.mark.parametrize(("first", "last", "days"), [("2026-02-13", "2026-02-23", 10), ("2026-02-13", "2026-02-13", 0)])
def test_the_days_of_a_stay_are_counted_by_the_hub(first: str, last: str, days: int) -> None:
    """Whoever says when help began and ended need not count: the days follow."""
    assert said("ete.support.ended", **ENDED | {"started_on": first, "ended_on": last}).content()["days_stayed"] == days


@pytest.mark.requirement("CV16")
def test_help_cannot_end_before_it_began() -> None:
    """A stay of fewer than no days is a slip of the pen, and is refused."""
    assert rules_broken("ete.support.ended", **ENDED | {"started_on": "2026-02-24"}) == {()}


@pytest.mark.requirement("CV16")
@pytest.mark.parametrize("name", ["started_on", "ended_on"])
def test_what_the_days_rest_on_is_said_anew_and_not_corrected(name: str) -> None:
    """A correction puts right what it names, and no days that follow from it; so these are withdrawn and said anew."""
    wrong = {"update": str(UUID(int=1)), "of_kind": "ete.support.ended", "corrected": {name: "2026-02-14"}}
    assert rules_broken("trust.update.corrected", **wrong, reason="A slip") >= {("corrected", name)}


@pytest.mark.requirement("CV13")
def test_a_status_says_which_way_things_go_and_on_what_that_rests() -> None:
    """The six published statuses; never one without its direction and its evidence."""
    assert [status.name for status in PathwayStatus] == [
        "NOT_STARTED",
        "SUPPORT_REQUIRED",
        "IN_PROGRESS",
        "SUPPORT_NOT_REQUIRED",
        "SUPPORT_DECLINED",
        "DONE",
    ]
    for missing in STATUS:
        broken = {name: value for name, value in STATUS.items() if name != missing}
        assert rules_broken("health.status.changed", **broken) == {(missing,)}


@pytest.mark.requirement("CV13")
@pytest.mark.parametrize("notch", [-10, -3, 10])
def test_from_minus_ten_to_minus_three_is_progress(notch: int) -> None:
    """Where somebody stands is a notch from minus ten to ten, and nothing beyond."""
    assert said("families.status.changed", **STATUS, stands_at=notch).content()["stands_at"] == notch
    assert rules_broken("families.status.changed", **STATUS, stands_at=notch + 21) == {("stands_at",)}


@pytest.mark.duty("D19")
def test_a_family_kind_needs_a_role_and_takes_no_name() -> None:
    """Whose need it is, is said by a role; there is no field in which a relative could be named."""
    need = {"assessed_on": "2026-02-12", "need": "Contact", "level": "some"}
    assert rules_broken("families.need.assessed", **need) == {("family_role",)}
    assert rules_broken("families.need.assessed", **need, family_role="parent", relative="Somebody") == {("relative",)}


def view(*told: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """Housing's view after these kinds, each an hour later: by row, what was told."""
    views, consumer = MemoryViews(), CaseViews()
    for number, (kind, fields) in enumerate(told, 1):
        at = {"occurred_at": f"2026-02-13T{number:02d}:00:00+00:00"}
        disclosure = Disclosure(HOUSING, UUID(int=number), kind, "bundle", UUID(int=99), fields | at)
        consumer.apply(views, number, disclosure)  # type: ignore[arg-type]  # it keeps what is needed
    return {row.fact: dict(from_row(row).told) for row in views.facts.values()}


@pytest.mark.requirement("CV11")
@pytest.mark.requirement("CV13")
def test_a_case_view_has_one_row_for_the_need_the_help_and_the_status_of_each_pathway() -> None:
    """What stands now takes the row of what stood before; another pathway has rows of its own."""
    rows = view(
        ("finance.need.assessed", {"need": "No account"}),
        ("finance.support.started", {"support": "Opens an account"}),
        ("finance.status.changed", {"status": "in_progress"}),
        ("ete.status.changed", {"status": "not_started"}),
        ("finance.support.ended", {"days_stayed": 10}),
        ("finance.status.changed", {"status": "done"}),
    )
    assert rows == {
        "need/finance": {"need": "No account"},
        "support/finance": {"days_stayed": 10},
        "status/finance": {"status": "done"},
        "status/ete": {"status": "not_started"},
    }


def test_treatment_is_the_help_of_its_pathway_and_a_dose_has_one_row() -> None:
    """Treatment that ends takes the row of treatment that began, and the next dose the row of the last."""
    rows = view(
        ("drugs_alcohol.treatment.started", {"substance": "opiates"}),
        ("drugs_alcohol.dose.handed_over", {"dose": "30 ml"}),
        ("drugs_alcohol.dose.handed_over", {"dose": "40 ml"}),
        ("drugs_alcohol.treatment.ended", {"days_stayed": 16}),
    )
    assert rows == {"dose": {"dose": "40 ml"}, "support/drugs_alcohol": {"days_stayed": 16}}
