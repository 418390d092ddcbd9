"""Drugs and drink: treatment, tests, how the pathway stands, and the dose that must not be missed or given twice."""

from typing import ClassVar

from schemas.pathway_vocabulary import Substance
from schemas.updates.base import Day, Line, Moment, Update
from schemas.updates.pathways import StatusChanged, SupportEnded, SupportStarted
from schemas.vocabulary import DrugTest


class TreatmentStarted(SupportStarted):
    """Treatment for drugs or drink began, in prison or outside."""

    KIND: ClassVar[str] = "drugs_alcohol.treatment.started"
    STATE: ClassVar[str | None] = "support/drugs_alcohol"
    CORRECTABLE: ClassVar[frozenset[str]] = SupportStarted.CORRECTABLE | {"substance"}

    substance: Substance


class TreatmentEnded(SupportEnded):
    """Treatment for drugs or drink ended: whoever is told must see that nobody falls between two prescribers."""

    KIND: ClassVar[str] = "drugs_alcohol.treatment.ended"
    STATE: ClassVar[str | None] = "support/drugs_alcohol"


class TestTaken(Update):
    """A drug test, taken as part of a treatment."""

    __test__: ClassVar[bool] = False
    """For the collector of tests, which would take the name for its own."""

    KIND: ClassVar[str] = "drugs_alcohol.test.taken"
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"taken_on", "substance", "result"})

    taken_on: Day
    substance: Substance
    result: DrugTest


class DoseHandedOver(Update):
    """Prison health hands a prescription over: the last dose, the next that is due, and where it waits."""

    KIND: ClassVar[str] = "drugs_alcohol.dose.handed_over"
    STATE: ClassVar[str | None] = "dose"
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset(
        {"medicine", "dose", "last_dose_at", "next_due_on", "pharmacy", "naloxone"}
    )

    medicine: Line
    dose: Line
    last_dose_at: Moment
    next_due_on: Day
    pharmacy: Line | None = None
    naloxone: bool
    """Whether the person was given it to take home."""


class DrugsAlcoholStatusChanged(StatusChanged):
    """How somebody does with drugs and drink, as those who treat them see it."""

    KIND: ClassVar[str] = "drugs_alcohol.status.changed"
    STATE: ClassVar[str | None] = "status/drugs_alcohol"


KINDS: tuple[type[Update], ...] = (
    TreatmentStarted,
    TreatmentEnded,
    TestTaken,
    DoseHandedOver,
    DrugsAlcoholStatusChanged,
)
"""The kinds of this strand."""
