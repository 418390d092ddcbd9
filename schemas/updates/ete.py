"""Education, training and employment: courses, help towards work, and jobs."""

from typing import ClassVar

from schemas.pathway_vocabulary import WorkingTime
from schemas.updates.base import Day, Line, Update
from schemas.updates.pathways import NeedAssessed, StatusChanged, SupportEnded, SupportStarted


class EteNeedAssessed(NeedAssessed):
    """What somebody lacks for learning or work."""

    KIND: ClassVar[str] = "ete.need.assessed"
    STATE: ClassVar[str | None] = "need/ete"


class EteSupportStarted(SupportStarted):
    """A course, training or help towards work began."""

    KIND: ClassVar[str] = "ete.support.started"
    STATE: ClassVar[str | None] = "support/ete"


class EteSupportEnded(SupportEnded):
    """A course, training or help towards work ended."""

    KIND: ClassVar[str] = "ete.support.ended"
    STATE: ClassVar[str | None] = "support/ete"


class EteStatusChanged(StatusChanged):
    """How learning and work stand."""

    KIND: ClassVar[str] = "ete.status.changed"
    STATE: ClassVar[str | None] = "status/ete"


class JobStarted(Update):
    """Somebody started work."""

    KIND: ClassVar[str] = "ete.job.started"
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"started_on", "work", "employer", "hours"})

    started_on: Day
    work: Line
    employer: Line | None = None
    hours: WorkingTime


KINDS: tuple[type[Update], ...] = (
    EteNeedAssessed,
    EteSupportStarted,
    EteSupportEnded,
    EteStatusChanged,
    JobStarted,
)
"""The kinds of this strand."""
