"""What a correction may say is checked at the door: the path and the rule are named, the value never."""

from typing import Any
from uuid import UUID

import pytest

from hub.receiving import Caller, Rejected, receive
from property.happenings import BUNDLE
from schemas.updates import KINDS, Update
from schemas.updates.trust import UpdateCorrected
from support.partnership import POLICE, START, raw_update

ARREST, PLAN, SCORE = "custody.person.arrested", "custody.release.planned", "programme.risk.reassessed"
CANARY = "Qzx4711Wvk"


def corrected(of_kind: str, **right: Any) -> dict[str, Any]:
    """What a correction comes to, once it is received. Raises `Rejected`."""
    data = {"update": str(UUID(int=1)), "of_kind": of_kind, "corrected": right}
    raw = raw_update(POLICE, UpdateCorrected.KIND, data, UUID(int=2), START)
    update = receive(raw, Caller(POLICE, "a test"), BUNDLE, START).update
    assert isinstance(update, UpdateCorrected)
    return dict(update.corrected)


@pytest.mark.duty("D15")
@pytest.mark.parametrize(
    ("kind", "right", "path", "rule"),
    [
        ("custody.person.vanished", {"station": "x"}, "data.of_kind", "unknown_kind"),
        (CANARY, {"station": "x"}, "data.of_kind", "unknown_kind"),
        (ARREST, {CANARY: "x"}, "data.corrected", "unknown_field"),
        (ARREST, {"person": "Fictional Testcase-1"}, "data.corrected.person", "not_correctable"),
        (ARREST, {"handling": "restricted"}, "data.corrected.handling", "not_correctable"),
        ("programme.agency.involved", {"role": "lead"}, "data.corrected.role", "not_correctable"),
        ("trust.consent.given", {"recipients": [POLICE]}, "data.corrected.recipients", "not_correctable"),
        ("trust.update.corrected", {"corrected": {"station": "x"}}, "data.corrected.corrected", "not_correctable"),
        (ARREST, {"station": None}, "data.corrected.station", "string_type"),
        (ARREST, {"station": 7}, "data.corrected.station", "string_type"),
        (ARREST, {"station": CANARY * 20}, "data.corrected.station", "string_too_long"),
        (ARREST, {"arrested_at": CANARY}, "data.corrected.arrested_at", "moment"),
        (ARREST, {"arrested_at": "2026-02-30T10:00:00Z"}, "data.corrected.arrested_at", "moment"),
        (ARREST, {"drug_test": CANARY}, "data.corrected.drug_test", "enum"),
        (SCORE, {"score": 65}, "data.corrected.score", "less_than_equal"),
        (SCORE, {"score": "24"}, "data.corrected.score", "int_type"),
        (PLAN, {"exclusion_zones": ["one", ""]}, "data.corrected.exclusion_zones.1", "string_too_short"),
    ],
)
def test_what_is_no_correction_is_rejected_by_path_and_rule(
    kind: str, right: dict[str, Any], path: str, rule: str
) -> None:
    """A kind or field that nobody knows, one that a correction may not change, a value that breaks its field's rule."""
    with pytest.raises(Rejected) as rejected:
        corrected(kind, **right)
    [problem] = rejected.value.problems
    assert (problem.path, problem.rule) == (path, rule)
    assert CANARY not in str(rejected.value)
    assert CANARY not in problem.message


def test_every_wrong_field_is_named() -> None:
    """Whoever sends a correction hears of all that is wrong with it at once."""
    with pytest.raises(Rejected) as rejected:
        corrected(ARREST, station=None, person="x", arrested_at="0")
    assert {problem.path for problem in rejected.value.problems} == {
        "data.corrected.station",
        "data.corrected.person",
        "data.corrected.arrested_at",
    }


def test_a_correction_is_written_as_the_update_is() -> None:
    """Equal values are told alike, however they were written; null says that there is nothing in their place."""
    assert corrected(ARREST, arrested_at="2026-03-02T09:30:00+01:00", officer=None) == {
        "arrested_at": "2026-03-02T09:30:00+01:00",
        "officer": None,
    }
    assert corrected(ARREST, arrested_at="2026-03-02T08:30:00+00:00") == {"arrested_at": "2026-03-02T08:30:00Z"}


@pytest.mark.duty("D12")
@pytest.mark.parametrize("model", KINDS.values(), ids=lambda model: model.KIND)
def test_what_facts_rest_on_is_not_corrected(model: type[Update]) -> None:
    """No correction changes who is meant, who works a case, what was agreed, or what an update is about."""
    assert set(model.model_fields) >= model.CORRECTABLE
    untouchable = {"agency", "role", "pathways", "purposes", "recipients", "open_to", "outcome", model.REFERS_TO}
    assert not model.CORRECTABLE & (untouchable | set(Update.model_fields))
