"""Reaffirming: what says how something stands grows old; whoever said it may say that it still stands."""

from typing import ClassVar

from schemas.identifiers import UpdateRef
from schemas.updates import attitudes, drugs_alcohol, ete, exploitation_violence, families, finance, health
from schemas.updates.accommodation import NeedAssessed, PlacementStarted
from schemas.updates.base import Update
from schemas.updates.custody import Wanted
from schemas.updates.pathways import NeedAssessed as PathwayNeedAssessed
from schemas.updates.pathways import StatusChanged, SupportStarted
from schemas.updates.programme import RiskReassessed
from schemas.updates.selection import ReadinessAssessed
from schemas.updates.supervision import ContactSteppedDown, ContactSteppedUp

_STRANDS = (drugs_alcohol, health, ete, finance, families, attitudes, exploitation_violence)
_OF_PATHWAYS = (PathwayNeedAssessed, SupportStarted, StatusChanged)

AGEING: tuple[type[Update], ...] = (
    *(NeedAssessed, PlacementStarted, RiskReassessed, ReadinessAssessed),
    *(ContactSteppedUp, ContactSteppedDown, Wanted),
    *(model for strand in _STRANDS for model in strand.KINDS if issubclass(model, _OF_PATHWAYS)),
)
"""What says how something stands until somebody says otherwise. An event, an end and what has a last day of its own are
as they were.
"""


class UpdateReaffirmed(Update):
    """Its publisher says that an update still says how things stand, so that nobody types it twice (requirement IX14).

    It reaches those who were told of the update and still work the case; it opens, settles and changes nothing.
    """

    KIND: ClassVar[str] = "trust.update.reaffirmed"
    REFERS_TO: ClassVar[str | None] = "update"
    REFERS_TO_KINDS: ClassVar[frozenset[str]] = frozenset(model.KIND for model in AGEING)

    update: UpdateRef
